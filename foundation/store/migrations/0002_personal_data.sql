-- Keys under the master key (数据密钥), each sealed by it: a copy of the database alone opens nothing.
create table vault_keys (
  purpose text not null constraint vault_keys_purpose_check check (purpose in ('data', 'blind')),
  version bigint not null,
  -- announced: every node may open with it; in-use: what is sealed now; readable: what was sealed earlier; retired: destroyed
  state text not null
    constraint vault_keys_state_check check (state in ('announced', 'in-use', 'readable', 'retired')),
  key_sealed bytea, -- null once destroyed
  made_at bigint not null,
  used_from bigint,
  retired_at bigint,
  constraint vault_keys_pkey primary key (purpose, version),
  constraint vault_keys_retired_check check ((state = 'retired') = (key_sealed is null))
);
create unique index vault_keys_in_use_key on vault_keys (purpose) where state = 'in-use';

-- Sealing everything anew under another key (密钥轮换), and how far it is.
create table vault_rotations (
  version bigint not null constraint vault_rotations_pkey primary key, -- of the new key
  state text not null constraint vault_rotations_state_check check (state in ('running', 'done', 'stuck')),
  started_by text not null, -- actor reference
  planned_at bigint not null,
  last_at bigint not null,
  finished_at bigint,
  pass bigint not null, -- how often it began from the front
  place text not null, -- JSON: where it goes on
  rows_in_all bigint not null,
  rows_seen bigint not null, -- in this pass
  values_anew bigint not null,
  files_anew bigint not null,
  faults bigint not null -- of this pass: values that cannot be opened
);

-- Where the looker worked when they looked, and as what; null for systems, and for looks of an earlier program.
alter table personal_data_accesses add column looker_body text;
alter table personal_data_accesses add column looker_post text;
create index personal_data_accesses_looker_index on personal_data_accesses (accessed_by, accessed_at, id);
create index personal_data_accesses_body_index on personal_data_accesses (looker_body, accessed_at, id)
  where looker_body is not null;
create index personal_data_accesses_time_index on personal_data_accesses (accessed_at, id);

-- At whose data somebody has looked in an hour and on a day, counted as it happens, so that nobody counts the log.
create table looked_at (
  looker text not null,
  span text not null, -- 'hour' or 'day'
  since bigint not null, -- its first instant
  subject text not null,
  constraint looked_at_pkey primary key (looker, span, since, subject)
);
create index looked_at_since_index on looked_at (since);
create table look_counts (
  looker text not null,
  span text not null,
  since bigint not null,
  persons bigint not null,
  constraint look_counts_pkey primary key (looker, span, since)
);
create index look_counts_since_index on look_counts (since);

-- How many persons' data somebody may look at before it is asked why (批量查询预警).
create table look_limits (
  kind text not null, -- of the looker: 'staff' or 'client'
  span text not null,
  persons bigint not null constraint look_limits_persons_check check (persons between 1 and 1000000),
  changed_at bigint not null,
  changed_by text not null, -- actor reference
  constraint look_limits_pkey primary key (kind, span)
);

create table look_alarms (
  id text not null constraint look_alarms_pkey primary key,
  looker text not null,
  looker_body text,
  span text not null,
  since bigint not null,
  persons_max bigint not null, -- the limit that was passed
  raised_at bigint not null,
  acknowledged_at bigint,
  acknowledged_by text, -- actor reference
  acknowledged_name text,
  note text,
  constraint look_alarms_once unique (looker, span, since),
  constraint look_alarms_acknowledged_check check ((acknowledged_at is null) = (acknowledged_by is null))
);
create index look_alarms_open_index on look_alarms (raised_at, id) where acknowledged_at is null;
create index look_alarms_raised_index on look_alarms (raised_at, id);
