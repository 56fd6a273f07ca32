-- Posts of staff (任职), administrative acts (管理操作记录), files of staff, and ways back into an account.

-- Somebody works in a body from one civil day in China to another, both included; several posts at a time are usual.
create table posts (
    id text not null constraint posts_pkey primary key,
    staff text not null constraint posts_staff_fkey references staff (id),
    body text not null constraint posts_body_fkey references bodies (id),
    -- 职务, as their body writes it; may be empty.
    title text not null,
    first_day text not null,
    -- Null until it is known.
    last_day text,
    created_at bigint not null,
    constraint posts_days_check check (last_day is null or first_day <= last_day)
);
-- Asked with every request of a member of staff.
create index posts_staff_index on posts (staff, first_day, id);
create index posts_body_index on posts (body, staff);

create table post_roles (
    post text not null constraint post_roles_post_fkey references posts (id),
    role text not null,
    constraint post_roles_pkey primary key (post, role)
);
-- Who else administers a body?
create index post_roles_role_index on post_roles (role, post);

-- Until now everybody had one post, without days: it goes back to before there were any.
insert into posts (id, staff, body, title, first_day, last_day, created_at)
select id, id, body, '', '2000-01-01', null, created_at from staff;
insert into post_roles (post, role) select staff, role from staff_roles;
drop table staff_roles;
drop index staff_body_index;
alter table staff drop column body;

-- The last civil day of who leaves, and why.
alter table staff add column last_day text;
alter table staff add column leave_reason text not null default '';
-- Until when the start password opens the account; null once its holder has chosen their own.
alter table staff add column start_until bigint;
create index staff_name_index on staff (name, login);

-- The post that was chosen for the visit; null while there is only one.
alter table sessions add column post text constraint sessions_post_fkey references posts (id);
create index sessions_post_index on sessions (post);

-- Only ever added to.
create table acts (
    id text not null constraint acts_pkey primary key,
    at bigint not null,
    -- staff:… or system, and the name at that time.
    by_whom text not null,
    by_name text not null,
    act text not null,
    -- The body whose matter it is; null: the whole platform's.
    body text constraint acts_body_fkey references bodies (id),
    -- On whom or what: a reference, and the name of an official at that time. Persons are not named.
    target text not null,
    target_name text not null,
    -- How it was and how it became, as far as something changed.
    was text not null,
    became text not null,
    reason text not null
);
create index acts_at_index on acts (at, id);
create index acts_by_whom_index on acts (by_whom, at, id);
create index acts_target_index on acts (target, at, id);

-- A file of staff: kept from the look at it to the confirmation, and its start passwords until they are taken.
create table staff_imports (
    id text not null constraint staff_imports_pkey primary key,
    by_staff text not null constraint staff_imports_by_staff_fkey references staff (id),
    at bigint not null,
    file_name text not null,
    content bytea not null,
    lines bigint not null,
    done_at bigint,
    -- Logins and start passwords; null once taken.
    slip_sealed bytea
);
create index staff_imports_by_staff_index on staff_imports (by_staff, at, id);
create index staff_imports_at_index on staff_imports (at);

-- A way back into an account (账号找回), given at a counter.
create table recoveries (
    id text not null constraint recoveries_pkey primary key,
    person text not null constraint recoveries_person_fkey references persons (id),
    -- The body of the counter, who asked, and which document they saw.
    body text not null constraint recoveries_body_fkey references bodies (id),
    asked_by text not null constraint recoveries_asked_by_fkey references staff (id),
    asked_at bigint not null,
    document text not null,
    -- Whether a second clerk must see the document too.
    needs_second bigint not null,
    given_by text constraint recoveries_given_by_fkey references staff (id),
    given_at bigint,
    -- Keyed hash; the code itself is only on the slip. Null until it is given.
    code_blind text,
    expires_at bigint not null,
    used_at bigint,
    dropped_at bigint,
    constraint recoveries_given_check check ((given_at is null) = (code_blind is null)),
    constraint recoveries_two_check check (needs_second = 0 or given_by is null or given_by <> asked_by)
);
-- One at a time for an account.
create unique index recoveries_open_key on recoveries (person) where used_at is null and dropped_at is null;
create index recoveries_body_index on recoveries (body, expires_at, id);
