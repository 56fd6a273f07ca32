-- An application being filled in. Answers are sealed: they are personal data.
create table drafts (
    id text not null constraint drafts_pk primary key,
    person text not null,
    legal_person text,
    item text not null,
    handling text not null,
    package_version text not null,
    division text not null,
    answers_sealed bytea not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- Set once, by submission: a second click finds the first receipt.
    case_id text
);
create index drafts_by_person on drafts (person, id);
create index drafts_by_legal_person on drafts (legal_person, id);

-- What was asked for in a case, as handed in and corrected.
create table applications (
    case_id text not null constraint applications_pk primary key,
    draft_id text not null constraint applications_draft_unique unique,
    applicant_name_sealed bytea not null,
    answers_sealed bytea not null,
    -- Changes that the applicant prepares in answer to a correction notice.
    correction_sealed bytea
);

-- Evidence: of a draft, of a case, or (pending) of an answer to a correction notice. Files lie sealed beside the database.
create table materials (
    id text not null constraint materials_pk primary key,
    draft_id text,
    case_id text,
    material text not null,
    state text not null, -- current | pending | superseded
    file_sm3 text not null,
    file_name_sealed bytea not null,
    media_type text not null,
    size bigint not null,
    added_by text not null,
    added_at bigint not null
);
create index materials_by_draft on materials (draft_id);
create index materials_by_case on materials (case_id);
