-- Single sign-on for connected systems. Every secret (code, token, handle, client secret) is 32 random bytes of which
-- only the SM3 lies here.

create table oidc_clients (
    id text not null constraint oidc_clients_pkey primary key,
    name_zh text not null,
    name_en text not null,
    -- How it proves itself: none, client_secret_basic, private_key_jwt.
    auth_method text not null constraint oidc_clients_auth_method_check
        check (auth_method in ('none', 'client_secret_basic', 'private_key_jwt')),
    secret_digest bytea,
    -- JSON: addresses, scopes, kinds of grant, keys. Always read as a whole.
    settings text not null,
    created_at bigint not null,
    -- Grows with every change; a page names the version that it changes.
    version bigint not null,
    disabled_at bigint
);
create index oidc_clients_created_at_index on oidc_clients (created_at, id);

-- The origins of the redirect addresses of public clients: scripts of these pages may call the endpoints.
create table oidc_origins (
    origin text not null,
    client text not null constraint oidc_origins_client_fkey references oidc_clients (id),
    constraint oidc_origins_pkey primary key (origin, client)
);
create index oidc_origins_client_index on oidc_origins (client);

-- What administrators did with clients and keys.
create table oidc_acts (
    id text not null constraint oidc_acts_pkey primary key,
    -- A client's id, or keys.
    about text not null,
    at bigint not null,
    by_whom text not null,
    act text not null
);
create index oidc_acts_about_index on oidc_acts (about, at, id);

create table oidc_keys (
    kid text not null constraint oidc_keys_pkey primary key,
    alg text not null,
    public_jwk text not null, -- JSON
    private_sealed bytea not null,
    created_at bigint not null,
    -- It is shown first and signs later, so that everybody knows it by then.
    signs_from bigint not null,
    -- Until when it is shown, for what it has signed; null while it is to sign.
    shown_until bigint
);

-- By which name a sector of clients knows somebody (pairwise).
create table oidc_subjects (
    sector text not null,
    subject text not null, -- actor reference
    sub text not null constraint oidc_subjects_sub_key unique,
    constraint oidc_subjects_pkey primary key (sector, subject)
);

-- Requests that were pushed. Those that wait for a sign-in or a consent lie sealed with their browser.
create table oidc_requests (
    digest bytea not null constraint oidc_requests_pkey primary key,
    client text not null constraint oidc_requests_client_fkey references oidc_clients (id),
    request_sealed bytea not null, -- a hint or a state may tell who it is about
    asked_at bigint not null,
    expires_at bigint not null
);
create index oidc_requests_client_index on oidc_requests (client);
create index oidc_requests_expires_at_index on oidc_requests (expires_at);

create table oidc_consents (
    subject text not null,
    client text not null constraint oidc_consents_client_fkey references oidc_clients (id),
    scope text not null, -- what they have said yes to
    refused text not null, -- what they have left unticked; they are not asked again by themselves
    given_at bigint not null,
    constraint oidc_consents_pkey primary key (subject, client)
);
create index oidc_consents_client_index on oidc_consents (client);

-- One sign-on to one client, and the family of its tokens.
create table oidc_grants (
    id text not null constraint oidc_grants_pkey primary key,
    client text not null constraint oidc_grants_client_fkey references oidc_clients (id),
    subject text, -- null where a system asks in its own name
    acting_for text,
    sub text not null,
    scope text not null,
    session text, -- null where it does not end with a visit
    auth_time bigint not null,
    acr text not null,
    nonce text,
    state text not null constraint oidc_grants_state_check check (state in ('offered', 'live', 'ended')),
    code_digest bytea constraint oidc_grants_code_digest_key unique,
    code_expires_at bigint,
    redirect_uri text,
    challenge text,
    created_at bigint not null,
    expires_at bigint not null,
    ended_at bigint,
    end_reason text
);
create index oidc_grants_client_index on oidc_grants (client, created_at, id);
create index oidc_grants_subject_index on oidc_grants (subject, client) where state = 'live';
create index oidc_grants_session_index on oidc_grants (session) where session is not null;
create index oidc_grants_expires_at_index on oidc_grants (expires_at);

create table oidc_tokens (
    digest bytea not null constraint oidc_tokens_pkey primary key,
    kind text not null constraint oidc_tokens_kind_check check (kind in ('access', 'refresh')),
    grant_id text not null constraint oidc_tokens_grant_id_fkey references oidc_grants (id),
    scope text not null,
    issued_at bigint not null,
    expires_at bigint not null,
    used_at bigint -- of a refresh token
);
create index oidc_tokens_grant_id_index on oidc_tokens (grant_id);
create index oidc_tokens_expires_at_index on oidc_tokens (expires_at);

-- Self-service terminals that wait for somebody to say yes on a telephone.
create table oidc_devices (
    digest bytea not null constraint oidc_devices_pkey primary key,
    user_code text not null constraint oidc_devices_user_code_key unique,
    client text not null constraint oidc_devices_client_fkey references oidc_clients (id),
    scope text not null,
    state text not null
        constraint oidc_devices_state_check check (state in ('waiting', 'allowed', 'refused', 'used')),
    grant_id text constraint oidc_devices_grant_id_fkey references oidc_grants (id),
    interval_seconds bigint not null,
    polled_at bigint,
    expires_at bigint not null
);
create index oidc_devices_client_index on oidc_devices (client);
create index oidc_devices_grant_id_index on oidc_devices (grant_id);
create index oidc_devices_expires_at_index on oidc_devices (expires_at);

-- Codes that were typed and that no terminal shows: guessing is slowed down.
create table oidc_misses (
    id text not null constraint oidc_misses_pkey primary key,
    who text not null,
    at bigint not null
);
create index oidc_misses_who_index on oidc_misses (who, at);
create index oidc_misses_at_index on oidc_misses (at);

-- Assertions of clients that were accepted once.
create table oidc_assertions (
    client text not null,
    jti text not null,
    expires_at bigint not null,
    constraint oidc_assertions_pkey primary key (client, jti)
);
create index oidc_assertions_expires_at_index on oidc_assertions (expires_at);
