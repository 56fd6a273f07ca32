-- Who there is. Personal data lie sealed (*_sealed); what must be looked up has a keyed hash beside it (*_blind).

create table persons (
    id text not null constraint persons_pkey primary key,
    name_sealed bytea not null,
    resident_id_sealed bytea not null,
    resident_id_blind text not null constraint persons_resident_id_blind_key unique,
    phone_sealed bytea,
    phone_blind text constraint persons_phone_blind_key unique,
    -- Where the person lives, as they say; empty when they have not said.
    division text not null,
    -- Null for an account that has no password here, because it signs in elsewhere or not at all.
    password_hash text,
    assurance_level text not null
        constraint persons_assurance_level_check check (assurance_level in ('declared', 'verified')),
    created_at bigint not null,
    constraint persons_phone_check check ((phone_sealed is null) = (phone_blind is null))
);

create table legal_persons (
    id text not null constraint legal_persons_pkey primary key,
    name text not null,
    uscc text not null constraint legal_persons_uscc_key unique,
    kind text not null,
    representative text not null
        constraint legal_persons_representative_fkey references persons (id),
    created_at bigint not null
);
create index legal_persons_representative_index on legal_persons (representative);

create table agents (
    id text not null constraint agents_pkey primary key,
    legal_person text not null constraint agents_legal_person_fkey references legal_persons (id),
    person text not null constraint agents_person_fkey references persons (id),
    since bigint not null,
    -- The last civil day on which the agent may act; null means until revoked.
    until text,
    revoked_at bigint
);
-- A person is an agent of a legal person once at a time; ended appointments stay as history.
create unique index agents_live_pair_key on agents (legal_person, person) where revoked_at is null;
create index agents_legal_person_index on agents (legal_person);
create index agents_person_index on agents (person);

create table bodies (
    id text not null constraint bodies_pkey primary key,
    slug text not null constraint bodies_slug_key unique,
    name_zh text not null,
    name_en text not null,
    uscc text not null,
    division text not null,
    -- Departments whose items it handles, separated by commas; * means all.
    serves text not null,
    parent text constraint bodies_parent_fkey references bodies (id),
    address text not null,
    phone text not null
);
create index bodies_parent_index on bodies (parent);
create index bodies_division_index on bodies (division, slug);

create table staff (
    id text not null constraint staff_pkey primary key,
    login text not null constraint staff_login_key unique,
    name text not null,
    body text not null constraint staff_body_fkey references bodies (id),
    password_hash text,
    disabled_at bigint,
    created_at bigint not null
);
create index staff_body_index on staff (body);

create table staff_roles (
    staff text not null constraint staff_roles_staff_fkey references staff (id),
    role text not null,
    constraint staff_roles_pkey primary key (staff, role)
);

create table sessions (
    -- SM3 of the token; the token itself is only with its holder.
    token_digest bytea not null constraint sessions_pkey primary key,
    id text not null constraint sessions_id_key unique,
    kind text not null,
    person text constraint sessions_person_fkey references persons (id),
    staff text constraint sessions_staff_fkey references staff (id),
    acting_for text constraint sessions_acting_for_fkey references legal_persons (id),
    created_at bigint not null,
    last_seen_at bigint not null,
    -- The earlier of the idle and the absolute end, moved on as the visit goes on.
    expires_at bigint not null,
    revoked_at bigint,
    constraint sessions_subject_check check (
        (kind = 'person' and person is not null and staff is null)
        or (kind = 'staff' and staff is not null and person is null and acting_for is null))
);
create index sessions_person_index on sessions (person);
create index sessions_staff_index on sessions (staff);
create index sessions_acting_for_index on sessions (acting_for);
create index sessions_expires_at_index on sessions (expires_at);

-- Every try to sign in. A try counts as failed until its password was found right, so tries at the same moment
-- cannot slip past the count. A try that succeeds gives its id to the session.
create table sign_ins (
    id text not null constraint sign_ins_pkey primary key,
    at bigint not null,
    kind text not null constraint sign_ins_kind_check check (kind in ('person', 'staff')),
    -- Keyed hash of the account, or of what was typed where no account has that name: it may be a password
    -- typed into the wrong field.
    account_blind text not null,
    person text constraint sign_ins_person_fkey references persons (id),
    staff text constraint sign_ins_staff_fkey references staff (id),
    outcome text not null constraint sign_ins_outcome_check check (outcome in ('failed', 'succeeded')),
    -- Keyed hash of the client's address.
    client_blind text not null,
    -- Browser and system in two words.
    device text not null
);
create index sign_ins_account_blind_index on sign_ins (account_blind, at);
create index sign_ins_client_blind_index on sign_ins (client_blind, at);
create index sign_ins_person_index on sign_ins (person, at, id);
create index sign_ins_staff_index on sign_ins (staff, at);
create index sign_ins_at_index on sign_ins (at);
