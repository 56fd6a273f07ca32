-- What one command of a case writes, without a program around it: the measure for what the database itself can do.
create table bare_cases (
    id text not null constraint bare_cases_pk primary key,
    number text not null constraint bare_cases_number_unique unique,
    status text not null,
    due_on text,
    state text not null,
    version bigint not null
);
create table bare_events (
    case_id text not null,
    seq bigint not null,
    id text not null,
    at bigint not null,
    actor text not null,
    actor_name text not null,
    kind text not null,
    payload text not null,
    constraint bare_events_pk primary key (case_id, seq)
);
create table bare_tasks (
    id text not null constraint bare_tasks_pk primary key,
    case_id text not null,
    body text not null,
    state text not null,
    due_rank text not null
);
create index bare_tasks_by_case on bare_tasks (case_id);
create index bare_tasks_by_due on bare_tasks (body, due_rank, id) where state = 'open';
create table bare_jobs (
    id text not null constraint bare_jobs_pk primary key,
    key text not null constraint bare_jobs_key_unique unique,
    payload text not null,
    due_at bigint not null,
    state text not null
);
create index bare_jobs_due on bare_jobs (due_at, id) where state = 'waiting';
create table bare_keys (
    scope text not null,
    key text not null,
    digest text not null,
    status bigint,
    body text,
    constraint bare_keys_pk primary key (scope, key)
);
