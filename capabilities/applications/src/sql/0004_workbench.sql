-- Internal notes of the office on a case (内部备注). Sealed, because they may speak of persons.
create table case_notes (
    id text not null constraint case_notes_pk primary key,
    case_id text not null,
    author text not null,
    author_name text not null,
    body text not null,
    text_sealed bytea not null,
    written_at bigint not null
);
create index case_notes_by_case on case_notes (case_id, id);

-- What applicant and office write to each other about a case (留言), sealed.
create table case_letters (
    id text not null constraint case_letters_pk primary key,
    case_id text not null,
    from_office bigint not null,
    author text not null,
    author_name text not null,
    -- The body that wrote; null for the applicant's.
    body text,
    -- 'person:…' or 'legal:…' for the applicant, 'body:…' for the office that accepts: so that all unread letters of
    -- a reader are one range of an index.
    addressee text not null,
    text_sealed bytea not null,
    written_at bigint not null,
    -- When the other side first opened it; null while unread.
    read_at bigint
);
create index case_letters_by_case on case_letters (case_id, id);
create index case_letters_unread on case_letters (addressee, case_id) where read_at is null;

-- Texts that clerks use again and again (常用意见): of one clerk, or of the whole body where `owner` is empty.
create table desk_templates (
    id text not null constraint desk_templates_pk primary key,
    body text not null,
    owner text not null,
    title text not null,
    text text not null,
    author text not null,
    changed_at bigint not null
);
create index desk_templates_by_owner on desk_templates (body, owner, title);

-- What a clerk has typed into a form of a task and not sent (未提交的意见), sealed.
create table desk_drafts (
    task text not null,
    clerk text not null,
    form text not null,
    case_id text not null,
    fields_sealed bytea not null,
    saved_at bigint not null,
    constraint desk_drafts_pk primary key (task, clerk, form)
);
create index desk_drafts_by_case on desk_drafts (case_id, clerk);
create index desk_drafts_by_age on desk_drafts (saved_at);
