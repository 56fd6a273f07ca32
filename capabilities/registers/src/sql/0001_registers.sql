-- One row a version of an entry. What is written is never changed, but for the day on which a later version took over.
create table register_entries (
    register text not null,
    -- The subject's code, such as a unified social credit code.
    subject_code text not null,
    version bigint not null,
    is_current bigint not null,
    name text not null,
    data text not null,
    -- The decision from which it comes: an effect writes one entry, however often its job runs.
    case_id text not null,
    effect text not null,
    since text not null,
    -- The day from which it no longer holds; null while it does.
    until text,
    created_at bigint not null,
    constraint register_entries_pk primary key (register, subject_code, version),
    constraint register_entries_effect unique (case_id, effect)
);
create unique index register_entries_current on register_entries (register, subject_code) where is_current = 1;
create index register_entries_list on register_entries (register, is_current, since, subject_code);
