-- What a person asks to have corrected in their account (更正个人信息) until a clerk has seen their document.
create table corrections (
    person text not null constraint corrections_pkey primary key
        constraint corrections_person_fkey references persons (id),
    name_sealed bytea not null,
    resident_id_sealed bytea not null,
    -- Keyed hash of the code that the holder shows at the counter: so it is them who ask.
    code_blind text not null constraint corrections_code_key unique,
    asked_at bigint not null,
    expires_at bigint not null
);

-- The code by which another account of the same person becomes part of this one (账号合并); one at a time.
create table merge_codes (
    person text not null constraint merge_codes_pkey primary key
        constraint merge_codes_person_fkey references persons (id),
    code_blind text not null constraint merge_codes_code_key unique,
    expires_at bigint not null
);

-- The account of which a closed one became a part.
alter table persons add column merged_into text;
create index persons_merged_index on persons (merged_into) where merged_into is not null;
