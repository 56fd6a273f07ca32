-- One row a seal, from the request to its end. What was done with it stands in `seal_events`.
create table seals (
    id text not null constraint seals_pk primary key,
    -- Given with the approval.
    number text constraint seals_number unique,
    es_id text constraint seals_es_id unique,
    kind text not null,
    name text not null,
    body text not null,
    body_name text not null,
    body_uscc text not null,
    division text not null,
    -- How it is drawn: the name along the ring, the line under the star, its size.
    ring text not null,
    below text not null,
    diameter bigint not null,
    valid_from text not null,
    valid_until text not null,
    reason text not null,
    state text not null,
    requested_by text not null,
    requested_at bigint not null,
    approved_by text,
    -- The seal (SESeal) and the certificate of its key, once it is made.
    seal bytea,
    certificate bytea,
    revoked_at bigint,
    revoke_reason text,
    -- When its keepers were told that its period ends.
    warned_at bigint,
    version bigint not null
);
create index seals_by_body on seals (body, id);

-- What was done with a seal; only ever added to.
create table seal_events (
    id text not null constraint seal_events_pk primary key,
    seal text not null constraint seal_events_seal_fk references seals (id),
    at bigint not null,
    by_whom text not null,
    by_name text not null,
    step text not null,
    word text not null
);
create index seal_events_by_seal on seal_events (seal, id);

-- What was sealed; only ever added to.
create table seal_uses (
    id text not null constraint seal_uses_pk primary key,
    seal text not null constraint seal_uses_seal_fk references seals (id),
    at bigint not null,
    purpose text not null,
    -- What was sealed, such as the identifier of a licence, and its digest before sealing (SM3).
    reference text not null,
    digest text not null,
    case_id text not null,
    decided_by text not null,
    decided_name text not null,
    constraint seal_uses_once unique (reference, digest)
);
create index seal_uses_by_seal on seal_uses (seal, id);

-- The last serial that was handed out.
create table seal_serials (
    counter text not null constraint seal_serials_pk primary key,
    last bigint not null
);

-- Lists of revoked certificates that were issued.
create table seal_lists (
    number bigint not null constraint seal_lists_pk primary key,
    issued_at bigint not null,
    next_update bigint not null,
    list bytea not null
);
