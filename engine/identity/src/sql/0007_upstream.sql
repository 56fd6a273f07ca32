-- Accounts at upstream identity providers (上游身份提供方) that open an account here. One of each provider.
create table upstream_links (
    person text not null constraint upstream_links_person_fkey references persons (id),
    -- Its name in the config.
    provider text not null,
    -- Keyed hash of issuer and subject: where a name of the config gets another issuer, nobody is found.
    subject_blind text not null constraint upstream_links_subject_blind_key unique,
    subject_sealed bytea not null,
    linked_at bigint not null,
    last_used_at bigint,
    constraint upstream_links_pkey primary key (person, provider)
);
