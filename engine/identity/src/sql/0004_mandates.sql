-- Who may act for whom (授权). One row a right, whatever its kind; what has ended stays as history. Names of natural persons
-- and numbers of documents lie sealed, as everywhere here.

create table mandates (
    id text not null constraint mandates_pkey primary key,
    kind text not null constraint mandates_kind_check
        check (kind in ('representative', 'manager', 'handler', 'agent', 'guardian')),
    -- The principal: one of the two.
    of_person text constraint mandates_of_person_fkey references persons (id),
    legal_person text constraint mandates_legal_person_fkey references legal_persons (id),
    -- Who acts.
    person text not null constraint mandates_person_fkey references persons (id),
    -- Words, each between commas.
    rights text not null,
    -- Item codes, each between commas; empty for all items.
    items text not null,
    since bigint not null,
    -- The last civil day on which it holds; null means until it is ended.
    until text,
    -- After a change of the legal representative: the last day by which the new one has to confirm it.
    confirm_by text,
    -- person:…, staff:… or system.
    granted_by text not null,
    -- The desk that entered it, and on which document it rests.
    desk text constraint mandates_desk_fkey references bodies (id),
    basis_sealed bytea,
    ended_at bigint,
    ended_by text,
    constraint mandates_principal_check check ((of_person is null) <> (legal_person is null)),
    constraint mandates_fits_check check ((kind in ('agent', 'guardian')) = (of_person is not null)),
    constraint mandates_oneself_check check (of_person is null or of_person <> person),
    constraint mandates_agent_until_check check (kind <> 'agent' or until is not null)
);
-- A person acts for a principal under one mandate at a time, and a legal person has one representative.
create unique index mandates_live_of_person_key on mandates (of_person, person)
    where ended_at is null and of_person is not null;
create unique index mandates_live_legal_person_key on mandates (legal_person, person)
    where ended_at is null and legal_person is not null;
create unique index mandates_live_representative_key on mandates (legal_person)
    where ended_at is null and kind = 'representative';
create index mandates_of_person_index on mandates (of_person, id) where of_person is not null;
create index mandates_legal_person_index on mandates (legal_person, id) where legal_person is not null;
create index mandates_person_index on mandates (person, ended_at);
create index mandates_desk_index on mandates (desk, id) where desk is not null;

-- The right of a representative takes the id of the legal person, which no agent has.
insert into mandates (id, kind, legal_person, person, rights, items, since, granted_by)
    select id, 'representative', id, representative, ',apply,see,collect,', '', created_at, 'system'
    from legal_persons;
insert into mandates (id, kind, legal_person, person, rights, items, since, until, granted_by, ended_at, ended_by)
    select a.id, 'handler', a.legal_person, a.person, ',apply,see,collect,', '', a.since, a.until,
        'person:' || l.representative, a.revoked_at,
        case when a.revoked_at is null then null else 'person:' || l.representative end
    from agents a join legal_persons l on l.id = a.legal_person;
drop table agents;
drop index legal_persons_representative_index;
alter table legal_persons drop column representative;

-- `sessions.acting_for` stays empty from now on: a check of the table names it, so that SQLite cannot drop it.
alter table sessions add column mandate text constraint sessions_mandate_fkey references mandates (id);
create index sessions_mandate_index on sessions (mandate) where mandate is not null;
update sessions set acting_for = null where acting_for is not null;

-- An offer (待接受的授权) is addressed to a number and a name, not to an account: whether one exists is nobody's to learn.
create table mandate_offers (
    id text not null constraint mandate_offers_pkey primary key,
    kind text not null constraint mandate_offers_kind_check check (kind in ('agent', 'representative')),
    of_person text constraint mandate_offers_of_person_fkey references persons (id),
    legal_person text constraint mandate_offers_legal_person_fkey references legal_persons (id),
    name_sealed bytea not null,
    resident_id_sealed bytea not null,
    resident_id_blind text not null,
    rights text not null,
    items text not null,
    until text,
    offered_by text not null,
    offered_at bigint not null,
    -- The last civil day on which it can be accepted.
    answer_by text not null,
    answered_at bigint,
    answer text constraint mandate_offers_answer_check check (answer in ('accepted', 'declined', 'withdrawn')),
    constraint mandate_offers_principal_check check ((of_person is null) <> (legal_person is null)),
    constraint mandate_offers_answer_both_check check ((answered_at is null) = (answer is null))
);
create index mandate_offers_addressee_index on mandate_offers (resident_id_blind) where answered_at is null;
create index mandate_offers_of_person_index on mandate_offers (of_person, id) where of_person is not null;
create index mandate_offers_legal_person_index on mandate_offers (legal_person, id) where legal_person is not null;

-- What was done under a mandate (代办记录), for the principal to see.
create table mandate_acts (
    id text not null constraint mandate_acts_pkey primary key,
    mandate text not null constraint mandate_acts_mandate_fkey references mandates (id),
    act text not null,
    item text not null,
    -- A page of this platform, or nothing.
    link text not null,
    at bigint not null
);
create index mandate_acts_mandate_index on mandate_acts (mandate, id);

-- An account that was made for somebody under guardianship: who grows up takes it over with a code given at a desk.
alter table persons add column made_for_guardian bigint;
alter table persons add column takeover_blind text;
alter table persons add column takeover_until bigint;
