-- With what somebody had proved themselves when they signed on (RFC 8176), words separated by blanks.
alter table oidc_grants add column amr text not null default 'pwd';
