-- Signing in with an account at an upstream provider (上游身份提供方). The browser keeps the secret of both tables in a cookie;
-- what is sent to the provider (nonce, code challenge) follows from it and from the state, and lies nowhere.

-- Whoever has gone to a provider and is to come back, once, within ten minutes, in the same browser.
create table oidc_upstream_flows (
    state_digest bytea not null constraint oidc_upstream_flows_pkey primary key,
    browser_digest bytea not null,
    provider text not null,
    session text, -- the visit that wants to link an account; null where somebody signs in
    next text not null,
    expires_at bigint not null
);
create index oidc_upstream_flows_expires_at_index on oidc_upstream_flows (expires_at);

-- Whom a provider has named and nobody here knows yet, until they register or sign in to link. One for each browser.
create table oidc_upstream_pending (
    browser_digest bytea not null constraint oidc_upstream_pending_pkey primary key,
    said_sealed bytea not null,
    next text not null,
    expires_at bigint not null
);
create index oidc_upstream_pending_expires_at_index on oidc_upstream_pending (expires_at);
