-- The code under which a document is shown once (出示). A document has one at a time; it goes when it is used, and the use stays.
create table licence_presentations (
    licence text not null constraint licence_presentations_pk primary key
        constraint licence_presentations_licence references licences (id),
    code_blind text not null constraint licence_presentations_code unique,
    made_by text not null,
    made_at bigint not null,
    expires_at bigint not null
);

-- Rights to use a document that its holder gave (授权用证).
create table licence_authorisations (
    id text not null constraint licence_authorisations_pk primary key,
    licence text not null constraint licence_authorisations_licence references licences (id),
    given_by text not null,
    -- body:… or client:…, with its name when the right was given
    receiver text not null,
    receiver_zh text not null,
    receiver_en text not null,
    purpose_sealed bytea not null,
    given_at bigint not null,
    -- Its last day.
    until text not null,
    ended_at bigint
);
create index licence_authorisations_by_licence on licence_authorisations (licence, id);
create index licence_authorisations_by_receiver on licence_authorisations (receiver, id) where ended_at is null;

-- Each use of a document by somebody else than its holder (用证记录); only added.
create table licence_uses (
    id text not null constraint licence_uses_pk primary key,
    licence text not null constraint licence_uses_licence references licences (id),
    at bigint not null,
    how text not null,
    -- body:…, client:… or case:…, with its name then
    receiver text not null,
    receiver_zh text not null,
    receiver_en text not null,
    by_whom text not null,
    purpose_sealed bytea,
    authorisation text,
    case_id text,
    -- Words only: which fields were alike, which state was told.
    detail text not null
);
create index licence_uses_by_licence on licence_uses (licence, id);
create index licence_uses_by_receiver on licence_uses (receiver, licence, at);

-- Codes that were typed and are none: whoever misses often waits.
create table licence_misses (
    id text not null constraint licence_misses_pk primary key,
    who text not null,
    at bigint not null
);
create index licence_misses_by_who on licence_misses (who, at);
create index licence_misses_by_time on licence_misses (at);

-- Connected systems that are told when a document ends (状态订阅).
create table licence_subscriptions (
    licence text not null constraint licence_subscriptions_licence references licences (id),
    client text not null,
    uri text not null,
    since bigint not null,
    constraint licence_subscriptions_pk primary key (licence, client)
);
