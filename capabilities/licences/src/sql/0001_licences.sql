-- One row a document that was issued; the sealed file itself lies in the file store under `file_sm3`.
create table licences (
    id text not null constraint licences_pk primary key,
    -- GB/T 36904
    identifier text not null constraint licences_identifier unique,
    number text not null,
    -- The number as people type it: one kind of brackets, no blanks.
    number_key text not null,
    kind text not null,
    type_code text not null,
    document text not null,
    name_zh text not null,
    name_en text not null,
    -- The account that holds it: a person, a legal person, or nobody here.
    person text,
    legal_person text,
    holder_shown text not null,
    holder_code_blind text not null,
    issuer text not null,
    issuer_name text not null,
    issuer_uscc text not null,
    -- The decision from which it comes: an effect makes one document, however often its job runs.
    case_id text not null,
    effect text not null,
    issued_on text not null,
    valid_from text not null,
    valid_until text,
    status text not null,
    revoked_at bigint,
    revoked_by text,
    revoke_reason text,
    -- The attached metadata, a natural person's name masked: the whole name stands in the sealed file only.
    metadata text not null,
    -- SM3 of the sealed file: its name in the file store, and how an uploaded file is recognised.
    file_sm3 text not null,
    version bigint not null,
    created_at bigint not null,
    constraint licences_effect unique (case_id, effect)
);
create index licences_by_number on licences (number_key);
create index licences_by_person on licences (person, id);
create index licences_by_legal_person on licences (legal_person, id);
create index licences_by_holder_code on licences (holder_code_blind);
create index licences_by_file on licences (file_sm3);

-- The last serial that was handed out, per issuer, type and year.
create table licence_serials (
    counter text not null constraint licence_serials_pk primary key,
    last bigint not null
);

-- The serial of a document that is being made: kept before drawing, so that a try that failed leaves no gap.
create table licence_reservations (
    case_id text not null,
    effect text not null,
    year bigint not null,
    serial bigint not null,
    constraint licence_reservations_pk primary key (case_id, effect)
);

-- Checks by the public: when, by which way, with which result. Not by whom.
create table licence_checks (
    id text not null constraint licence_checks_pk primary key,
    at bigint not null,
    how text not null,
    result text not null
);
