//! Single sign-on (统一身份认证、单点登录): the platform as an OpenID Connect provider for every connected system.
//!
//! Who somebody is, `identity` knows; this room vouches for it towards others. Read `grant.rs` first: what one sign-on
//! allows, and how it ends. docs/sign-on.md is the contract that connected systems are written against.

mod admin;
mod authorize;
mod back_channel;
mod client;
mod client_auth;
mod connected;
mod consent;
mod cors;
mod device;
mod discovery;
mod fault;
mod grant;
mod introspect;
mod jws;
mod keys;
mod known;
mod logout;
mod par;
mod params;
pub mod permission;
mod register;
mod request;
mod revoke;
mod room;
mod scope;
mod sweep;
mod system;
#[cfg(test)]
mod tests;
mod token;
mod upstream;
mod userinfo;

pub use back_channel::{CHANNEL, deliverers, handlers};
pub use client::{AuthMethod, Client, Door, GrantType, Settings, find_client, list_clients};
pub use connected::forget_person;
pub use grant::{Grant, list_grants};
pub use jws::Alg;
pub use keys::{Key, Next as NextKey, Ring, follow, withdraw};
pub use known::{Connected, connected};
pub use register::{
    RegisterError, Registered, change_client, end_grant, register_client, renew_secret, shut_out,
};
pub use room::{Room, routes};
pub use scope::{Scope, Scopes};
pub use sweep::forget_old;
pub use system::{System, get_system, list_systems};
pub use upstream::{ClaimNames, UPSTREAM_TIMEOUT, Upstream, is_upstream_address};

use store::Migration;

/// The tables of this room, after those of `identity`.
pub const MIGRATIONS: &[Migration] = &[
    Migration::new("oidc/0001_oidc", include_str!("sql/0001_oidc.sql")),
    Migration::new("oidc/0002_amr", include_str!("sql/0002_amr.sql")),
    Migration::new("oidc/0003_upstream", include_str!("sql/0003_upstream.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// The sentences of this room, Chinese and English, for `web::Source`.
pub const MESSAGES: (&str, &str) = (include_str!("messages.zh-CN.ftl"), include_str!("messages.en.ftl"));
