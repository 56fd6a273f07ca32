//! What the pages and endpoints of this room work with, and the table of its routes.

use axum::http::Method;
use store::{Db, Vault};
use web::{Routes, Site};

use crate::password::Passwords;
use crate::permission::{
    MANAGE_AGENTS, NAME_DEPUTIES, REGISTER, SEE_ACCOUNT, SEE_BODIES, SEE_DEPUTIES, SEE_SELF, SIGN_IN,
    SIGN_OUT, SWITCH_HAT,
};
use crate::{
    account, appoint_agent, bodies, deputies, me, register_person, revoke_agent, session_api, sign_in,
    sign_out, switch_hat,
};

/// The surroundings of this room, made once at start. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Room {
    /// Database.
    pub db: Db,
    /// Personal data, sealed.
    pub vault: Vault,
    /// Password hashes.
    pub passwords: Passwords,
    /// Clock, sentences, and whether cookies are secure.
    pub site: Site,
    /// Whether a proxy of our own stands in front and names the client in `X-Forwarded-For`.
    pub behind_proxy: bool,
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    pages().merge(api()).with_state(room)
}

fn pages() -> Routes<Room> {
    Routes::new()
        .page(Method::GET, "/sign-in", SIGN_IN, sign_in::http::show_person)
        .page(Method::POST, "/sign-in", SIGN_IN, sign_in::http::submit_person)
        .page(Method::GET, "/staff/sign-in", SIGN_IN, sign_in::http::show_staff)
        .page(Method::POST, "/staff/sign-in", SIGN_IN, sign_in::http::submit_staff)
        .page(Method::GET, "/register", REGISTER, register_person::http::show)
        .page(Method::POST, "/register", REGISTER, register_person::http::submit)
        .page(Method::POST, "/sign-out", SIGN_OUT, sign_out::http::submit)
        .page(Method::GET, "/my/account", SEE_ACCOUNT, account::show)
        .page(Method::POST, "/my/hat", SWITCH_HAT, switch_hat::http::submit)
        .page(Method::GET, "/my/agents", MANAGE_AGENTS, appoint_agent::http::show)
        .page(Method::POST, "/my/agents", MANAGE_AGENTS, appoint_agent::http::submit)
        .page(Method::POST, "/my/agents/{agent}/revoke", MANAGE_AGENTS, revoke_agent::http::submit)
        .page(Method::GET, "/staff/deputies", SEE_DEPUTIES, deputies::http::show)
        .page(Method::POST, "/staff/deputies", NAME_DEPUTIES, deputies::http::submit)
        .page(Method::POST, "/staff/deputies/{deputy}/end", NAME_DEPUTIES, deputies::http::end)
}

fn api() -> Routes<Room> {
    let agents = "/api/v1/legal-persons/{legal_person}/agents";
    let current = "/api/v1/sessions/current";
    deputies_api(Routes::new())
        .api(Method::POST, "/api/v1/sessions", SIGN_IN, session_api::open, session_api::open_operation())
        .api(Method::GET, current, SEE_SELF, session_api::show, session_api::show_operation())
        .api(Method::DELETE, current, SEE_SELF, sign_out::http::api, sign_out::http::operation())
        .api(
            Method::PUT,
            "/api/v1/sessions/current/hat",
            SWITCH_HAT,
            switch_hat::http::api,
            switch_hat::http::operation(),
        )
        .api(
            Method::POST,
            "/api/v1/persons",
            REGISTER,
            register_person::http::api,
            register_person::http::operation(),
        )
        .api(Method::GET, "/api/v1/me", SEE_SELF, me::show, me::operation())
        .api(Method::GET, "/api/v1/bodies", SEE_BODIES, bodies::http::list, bodies::http::operation())
        .api(
            Method::GET,
            agents,
            MANAGE_AGENTS,
            appoint_agent::api::list,
            appoint_agent::api::list_operation(),
        )
        .api(
            Method::POST,
            agents,
            MANAGE_AGENTS,
            appoint_agent::api::appoint,
            appoint_agent::api::operation(),
        )
        .api(
            Method::DELETE,
            "/api/v1/agents/{agent}",
            MANAGE_AGENTS,
            revoke_agent::http::api,
            revoke_agent::http::operation(),
        )
}

fn deputies_api(routes: Routes<Room>) -> Routes<Room> {
    use deputies::api;
    routes
        .api(Method::GET, "/api/v1/deputies", SEE_DEPUTIES, api::list, api::list_operation())
        .api(Method::POST, "/api/v1/deputies", NAME_DEPUTIES, api::name, api::operation())
        .api(Method::DELETE, "/api/v1/deputies/{deputy}", NAME_DEPUTIES, api::end, api::end_operation())
}
