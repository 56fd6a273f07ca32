-- Several items asked for as one thing (一件事). A draft that was handed in as one names the master case that was made of
-- it; so does the draft of each part, which nobody sees or changes.
alter table drafts add column bundle text;
alter table drafts add column part text;

-- The one thing under its master number (主办件编号).
create table master_cases (
    id text not null constraint master_cases_pk primary key,
    number text not null constraint master_cases_number_unique unique,
    person text not null,
    legal_person text,
    -- Masked, as in the history of cases: whose name stands under a part that begins later.
    applicant_shown text not null,
    bundle text not null,
    version text not null,
    division text not null,
    submitted_at bigint not null,
    -- Counts who went on with it: of two at once the second waits.
    turn bigint not null
);
create index master_cases_by_person on master_cases (person, id);
create index master_cases_by_legal_person on master_cases (legal_person, id);

create table master_parts (
    master text not null constraint master_parts_master_fk references master_cases (id),
    part text not null,
    position bigint not null,
    state text not null, -- not-needed | waiting | begun | not-begun
    draft_id text,
    case_id text,
    -- Of a part that was not begun: the part on which it rested; null when the applicant took it back.
    because text,
    constraint master_parts_pk primary key (master, part)
);
create unique index master_parts_by_case on master_parts (case_id) where case_id is not null;

-- Serial numbers of a division and day.
create table master_serials (
    prefix text not null,
    day text not null,
    last bigint not null,
    constraint master_serials_pk primary key (prefix, day)
);
