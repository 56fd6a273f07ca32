-- With what somebody proves themselves beside a password (认证因素). Owners are named as person:… or staff:….

-- Which factors a visit has seen, words of `Factor` separated by blanks.
alter table sessions add column factors text not null default 'password';
-- When the last strong factor was proved in the visit.
alter table sessions add column strong_at bigint;
-- When its holder last proved themselves with the most that the account has.
alter table sessions add column proved_at bigint not null default 0;

-- What was tried, and whether the account had never been used from that device before.
alter table sign_ins add column factor text not null default 'password';
alter table sign_ins add column new_device bigint not null default 0;

create table totp_secrets (
    owner text not null constraint totp_secrets_pkey primary key,
    secret_sealed bytea not null,
    -- The last time step whose code was taken: none counts twice.
    last_step bigint not null,
    created_at bigint not null,
    -- Null until a code has shown that the application holds the secret.
    confirmed_at bigint,
    last_used_at bigint
);

create table passkeys (
    id text not null constraint passkeys_pkey primary key,
    owner text not null,
    -- What the authenticator knows the owner by: random, the same for all passkeys of one account.
    user_handle bytea not null,
    credential_id bytea not null constraint passkeys_credential_id_key unique,
    -- COSE_Key (RFC 9052).
    public_key bytea not null,
    sign_count bigint not null,
    -- How its owner calls it.
    name_sealed bytea not null,
    created_at bigint not null,
    last_used_at bigint
);
create index passkeys_owner_index on passkeys (owner, created_at);

create table passkey_challenges (
    digest bytea not null constraint passkey_challenges_pkey primary key,
    -- The form token of the browser that asked, hashed, and what it asked for.
    bound_to bytea not null,
    purpose text not null,
    expires_at bigint not null
);
create index passkey_challenges_expires_at_index on passkey_challenges (expires_at);

create table recovery_codes (
    owner text not null,
    -- Keyed hash; the code itself is only on its owner's paper.
    code_blind text not null,
    made_at bigint not null,
    used_at bigint,
    constraint recovery_codes_pkey primary key (owner, code_blind)
);

-- Whose password was right, and who still owes the second step. No other route knows these tokens.
create table half_sign_ins (
    token_digest bytea not null constraint half_sign_ins_pkey primary key,
    -- The row of sign_ins that becomes the visit.
    attempt text not null,
    owner text not null,
    expires_at bigint not null
);
create index half_sign_ins_expires_at_index on half_sign_ins (expires_at);

-- Devices from which an account was used. A browser is known by a cookie, a program by network and name.
create table devices (
    owner text not null,
    mark text not null,
    device text not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    constraint devices_pkey primary key (owner, mark)
);
create index devices_last_seen_at_index on devices (last_seen_at);
