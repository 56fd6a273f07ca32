-- The calendar under which the last days of a case were told to the people concerned. `calendar_version` says with
-- which one the cached days were worked out: a command works with the newest at once, the telling comes behind.
-- Null when no last day of the case can move any more; empty from a node of an older program.
alter table cases add column told_calendar text default '';
update cases set told_calendar = case when status <> 'closed' then calendar_version end;
-- Cases that a newer calendar has not reached: every other version lies before or behind the one in force.
create index cases_by_calendar on cases (told_calendar, calendar_version, id) where told_calendar is not null;

-- Going over the open cases with a new calendar (重新计算时限).
create table case_reevaluations (
    number bigint not null constraint case_reevaluations_pk primary key,
    calendar text not null,
    -- running, done, superseded
    state text not null,
    planned_at bigint not null,
    last_at bigint not null,
    finished_at bigint,
    -- Open cases when it was planned, counted up to a bound.
    open_cases bigint not null,
    looked_at bigint not null,
    moved bigint not null,
    became_known bigint not null,
    became_unknown bigint not null,
    faults bigint not null
);
-- What it moved, one row a case; a case that could not be read has a fault instead of days.
create table case_moves (
    run bigint not null constraint case_moves_run_fk references case_reevaluations (number),
    case_id text not null constraint case_moves_case_fk references cases (id),
    number text not null,
    clock text not null,
    before text not null,
    after text not null,
    fault text,
    constraint case_moves_pk primary key (run, case_id)
);
create index case_moves_by_case on case_moves (case_id);
