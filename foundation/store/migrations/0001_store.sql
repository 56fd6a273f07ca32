-- Work to be done later. A row stays after its end until it is pruned, so that the same key is one job for good.
create table jobs (
  id text not null constraint jobs_pkey primary key,
  kind text not null,
  key text not null,
  payload text not null, -- JSON
  run_at bigint not null, -- when it was to run, epoch microseconds like every instant
  due_at bigint not null, -- when it may be taken: run_at, then the end of a lease or of a pause after a failure
  state text not null constraint jobs_state_check check (state in ('waiting', 'done', 'dead')),
  attempts bigint not null,
  lease text, -- who has it: a random word made at each taking
  last_error text,
  ended_at bigint,
  constraint jobs_kind_key_key unique (kind, key)
);
-- Taking looks only here, so finished jobs cost nothing.
create index jobs_due_index on jobs (due_at, id) where state = 'waiting';
create index jobs_ended_index on jobs (state, ended_at, id) where state <> 'waiting';

-- One row per receiver: its lock gives numbers in commit order, its due_at says when to look again.
create table outbox_receivers (
  receiver text not null constraint outbox_receivers_pkey primary key,
  last_number bigint not null,
  due_at bigint, -- null: nothing waits
  lease text
);
create index outbox_receivers_due_index on outbox_receivers (due_at, receiver) where due_at is not null;

create table outbox_messages (
  receiver text not null,
  number bigint not null, -- delivery follows it
  topic text not null,
  key text not null,
  payload text not null, -- JSON
  posted_at bigint not null,
  state text not null constraint outbox_messages_state_check check (state in ('waiting', 'sent', 'dead')),
  attempts bigint not null,
  last_error text,
  ended_at bigint,
  constraint outbox_messages_pkey primary key (receiver, number),
  constraint outbox_messages_receiver_key_key unique (receiver, key)
);
create index outbox_messages_waiting_index on outbox_messages (receiver, number) where state = 'waiting';
create index outbox_messages_ended_index on outbox_messages (state, ended_at, receiver, number) where state <> 'waiting';

-- Answers already given, so that a repeated request is answered again and not done again.
create table idempotency_keys (
  scope text not null, -- who asks
  key text not null, -- what they called the request
  digest text not null, -- of the request, so that one key cannot stand for two requests
  status bigint,
  body text,
  created_at bigint not null,
  constraint idempotency_keys_pkey primary key (scope, key)
);
create index idempotency_keys_created_index on idempotency_keys (created_at);

-- Who looked at whose data and why; shown to the person themselves.
create table personal_data_accesses (
  id text not null constraint personal_data_accesses_pkey primary key,
  subject text not null, -- whose data: the actor reference of a person, or the like
  field text not null, -- which data
  purpose text not null,
  accessed_by text not null, -- actor reference
  case_id text,
  accessed_at bigint not null
);
create index personal_data_accesses_subject_index on personal_data_accesses (subject, accessed_at, id);
create index personal_data_accesses_case_index on personal_data_accesses (case_id) where case_id is not null;

-- A word made from the master key: a database is never opened with another key than the one that sealed it.
create table vault_fingerprint (
  id bigint not null constraint vault_fingerprint_pkey primary key constraint vault_fingerprint_one check (id = 1),
  fingerprint text not null
);
