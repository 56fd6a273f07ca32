-- Who is kept out of a case: whoever made the look that it asks about, and whoever handed them that work.
create table case_recusals (
    case_id text not null,
    staff text not null,
    -- The look, a line of personal_data_accesses.
    look text not null,
    made_at bigint not null,
    constraint case_recusals_pk primary key (case_id, staff)
);
create index case_recusals_by_staff on case_recusals (staff, case_id);
