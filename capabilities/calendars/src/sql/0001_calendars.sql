-- Calendars of working days, each kept for good: the dates of old cases are worked out from them again.
create table calendars (
    number bigint not null constraint calendars_pk primary key,
    version text not null constraint calendars_version_unique unique,
    -- Where it comes from, as people are told.
    source text not null,
    -- The notices of all its years, one JSON text for the same data.
    content text not null,
    imported_at bigint not null,
    -- Actor reference and name.
    imported_by text not null,
    imported_name text not null
);

-- Which calendar was put in force when. The last turn holds.
create table calendar_turns (
    turn bigint not null constraint calendar_turns_pk primary key,
    version text not null constraint calendar_turns_version_fk references calendars (version),
    since bigint not null,
    put_by text not null,
    put_name text not null,
    -- Why an earlier calendar was put in force again; empty otherwise.
    word text not null
);
create index calendar_turns_by_version on calendar_turns (version);
