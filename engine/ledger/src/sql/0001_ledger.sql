-- The log of this platform (存证账本): its name, its key, how many entries it holds, and which node adds to it now.
create table ledger_log (
    id bigint not null constraint ledger_log_pk primary key,
    origin text not null,
    public_key bytea not null,
    -- Facts before this instant are older than the log.
    began_at bigint not null,
    size bigint not null,
    leader text not null,
    lease_until bigint not null
);
-- The nodes of the tree, 256 to a row, as they are published; the last row of a level has fewer.
create table ledger_tiles (
    level bigint not null,
    number bigint not null,
    hashes bytea not null,
    constraint ledger_tiles_pk primary key (level, number)
);
-- What was signed.
create table ledger_checkpoints (
    size bigint not null constraint ledger_checkpoints_pk primary key,
    root bytea not null,
    note text not null,
    signed_at bigint not null
);
-- What witnesses have signed of it, by the name of their key.
create table ledger_cosignatures (
    size bigint not null constraint ledger_cosignatures_checkpoint_fk references ledger_checkpoints (size),
    witness text not null,
    line text not null,
    signed_at bigint not null,
    constraint ledger_cosignatures_pk primary key (size, witness)
);
-- As a witness of other platforms: the last checkpoint of each that was cosigned here.
create table ledger_witnessed (
    origin text not null constraint ledger_witnessed_pk primary key,
    size bigint not null,
    root bytea not null,
    note text not null,
    cosigned_at bigint not null
);
