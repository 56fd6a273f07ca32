-- What stands in the place of a file: the promise to hand it in later, or a commitment that was declared.
create table stand_ins (
    id text not null constraint stand_ins_pk primary key,
    draft_id text not null,
    -- Set by submission, for those that counted.
    case_id text,
    material text not null,
    kind text not null, -- later | commitment
    -- SM3 of the text that was declared, in all its languages.
    text_sm3 text,
    made_by text not null,
    made_by_shown text not null,
    made_at bigint not null,
    constraint stand_ins_material_unique unique (draft_id, material)
);
create index stand_ins_by_case on stand_ins (case_id);

-- The older case from which a draft was begun.
alter table drafts add column again_of text;
-- What of it the form of today does not know: ids of fields, and of materials after `materials/`; a JSON list.
alter table drafts add column dropped text;
