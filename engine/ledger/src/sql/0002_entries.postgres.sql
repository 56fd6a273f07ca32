-- What was written and has no place in the tree yet. Rows come with the transaction of the fact and go with the one that
-- gives them their place, so the table stays small; it has no index but its own order.
create table ledger_pending (
    ordinal bigint generated always as identity constraint ledger_pending_pk primary key,
    kind text not null,
    reference text not null,
    at bigint not null,
    salt bytea not null,
    commitment bytea not null
);
-- What stands in the tree, in its order. The salt is null once it was deleted: then nobody can find out what the entry
-- stands for.
create table ledger_entries (
    position bigint not null constraint ledger_entries_pk primary key,
    kind text not null,
    reference text not null,
    at bigint not null,
    salt bytea,
    commitment bytea not null
);
create index ledger_entries_by_reference on ledger_entries (reference, kind);
