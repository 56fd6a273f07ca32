-- What was told to whom inside the platform. The sentences are keys of the catalogue, so that they show in the reader's
-- language; the values set into them may be personal and lie sealed.
create table messages (
    id text not null constraint messages_pkey primary key,
    -- Whose box: person:…, legal-person:… or staff:….
    reader text not null,
    kind text not null,
    topic text not null,
    title_key text not null,
    text_key text not null,
    values_sealed bytea not null,
    link text not null,
    case_id text,
    -- Its name: what was told once to a reader is not told again.
    key text not null,
    at bigint not null,
    -- 1 until it is read: lists sort by it, and the count in the header is a short range of the same index.
    unread bigint not null constraint messages_unread_check check (unread in (0, 1)),
    read_at bigint,
    constraint messages_reader_key_key unique (reader, key)
);
create index messages_box_index on messages (reader, unread, id);

-- Where a reader wants to be told besides: one address a channel. A new address takes the place of the old one when its
-- code has come back, not before.
create table message_contacts (
    reader text not null,
    channel text not null,
    address_sealed bytea,
    confirmed_at bigint,
    pending_sealed bytea,
    code_id text,
    code_sealed bytea,
    code_until bigint,
    tries bigint not null,
    -- Language of what is sent.
    lang text not null,
    constraint message_contacts_pkey primary key (reader, channel)
);

-- Of what a reader wants to be told by which channel.
create table message_choices (
    reader text not null,
    channel text not null,
    topic text not null,
    constraint message_choices_pkey primary key (reader, channel, topic)
);

-- Codes sent in the last days: nobody is flooded with codes by somebody else's typing.
create table message_codes (
    id text not null constraint message_codes_pkey primary key,
    reader text not null,
    channel text not null,
    address_blind text not null,
    sent_at bigint not null
);
create index message_codes_reader_index on message_codes (reader, sent_at);
create index message_codes_address_index on message_codes (address_blind, sent_at);
create index message_codes_sent_index on message_codes (sent_at);
