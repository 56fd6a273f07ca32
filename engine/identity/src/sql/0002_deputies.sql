-- Who stands in for whom (代理), from one civil day in China to another, both included.
create table deputies (
    id text not null constraint deputies_pkey primary key,
    -- Who is away.
    absent text not null constraint deputies_absent_fkey references staff (id),
    -- Who stands in.
    deputy text not null constraint deputies_deputy_fkey references staff (id),
    -- The body in which both work.
    body text not null constraint deputies_body_fkey references bodies (id),
    first_day text not null,
    last_day text not null,
    reason text not null,
    named_by text not null constraint deputies_named_by_fkey references staff (id),
    named_at bigint not null,
    -- Ended before its last day, or before it began.
    ended_by text constraint deputies_ended_by_fkey references staff (id),
    ended_at bigint,
    constraint deputies_days_check check (first_day <= last_day),
    constraint deputies_two_check check (absent <> deputy),
    constraint deputies_ended_check check ((ended_at is null) = (ended_by is null))
);
-- Asked with every request of a member of staff: for whom do they stand in today?
create index deputies_deputy_index on deputies (deputy, last_day) where ended_at is null;
create index deputies_absent_index on deputies (absent, last_day) where ended_at is null;
create index deputies_body_index on deputies (body, last_day, id);
