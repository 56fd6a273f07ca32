-- One row a case: what lists filter by stands in columns, the whole folded state in `state`.
create table cases (
    id text not null constraint cases_pk primary key,
    number text not null constraint cases_number_unique unique,
    item text not null,
    handling text not null,
    package_version text not null,
    division text not null,
    body text not null,
    person text not null,
    legal_person text,
    status text not null,
    stage text not null,
    outcome text,
    -- Civil days; null while unknown (year not announced) or not running.
    due_on text,
    yellow_from text,
    statutory_due_on text,
    -- Last day of the public notice that hangs; null while none does.
    notice_until text,
    calendar_version text not null,
    state text not null,
    version bigint not null,
    submitted_at bigint not null,
    closed_at bigint
);
create index cases_by_person on cases (person, id);
create index cases_by_legal_person on cases (legal_person, id);
-- Few cases have a notice that hangs.
create index cases_hanging on cases (notice_until, id) where notice_until is not null;

-- Work on cases, for worklists: a projection of `state`, written in the same transaction.
create table case_tasks (
    id text not null constraint case_tasks_pk primary key,
    case_id text not null constraint case_tasks_case_fk references cases (id),
    stage text not null,
    branch text,
    work text not null,
    role text not null,
    body text not null,
    state text not null,
    claimed_by text,
    claimed_name text,
    opened_at bigint not null,
    -- The earlier of the task's own end and the case's; '9999-12-31' when unknown, so that lists can sort by it.
    due_on text not null,
    yellow_from text not null
);
create index case_tasks_by_case on case_tasks (case_id);
create index case_tasks_worklist on case_tasks (body, state, due_on, id);
create index case_tasks_mine on case_tasks (claimed_by, state, due_on, id);

create table case_events (
    case_id text not null constraint case_events_case_fk references cases (id),
    seq bigint not null,
    id text not null,
    at bigint not null,
    actor text not null,
    actor_name text not null,
    kind text not null,
    payload text not null,
    constraint case_events_pk primary key (case_id, seq)
);

-- Serial numbers of a body, item and day.
create table case_serials (
    prefix text not null,
    day text not null,
    last bigint not null,
    constraint case_serials_pk primary key (prefix, day)
);
