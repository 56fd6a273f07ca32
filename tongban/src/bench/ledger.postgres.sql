-- A row of the same size and kind as an entry that waits, without a ledger: the measure for what the database itself can do.
create table bench_rows (
    ordinal bigint generated always as identity constraint bench_rows_pk primary key,
    kind text not null,
    reference text not null,
    at bigint not null,
    salt bytea not null,
    commitment bytea not null
);
create table bench_facts (
    id text not null constraint bench_facts_pk primary key,
    body text not null
);
