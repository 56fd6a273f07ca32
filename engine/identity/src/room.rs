//! What the pages and endpoints of this room work with, and the table of its routes.

use axum::http::Method;
use store::{Db, Vault};
use web::{Routes, Site};

use crate::factors::FactorRules;
use crate::password::Passwords;
use crate::permission::{
    CHANGE_ACCOUNT, MANAGE_AGENTS, NAME_DEPUTIES, REGISTER, SEE_ACCOUNT, SEE_BODIES, SEE_DEPUTIES, SEE_SELF,
    SEE_STAFF_ACCOUNT, SIGN_IN, SIGN_OUT, SWITCH_HAT,
};
use crate::{
    account, appoint_agent, bodies, change_password, deputies, me, passkeys, prove, recovery_codes,
    register_person, revoke_agent, second_step, session_api, sign_in, sign_out, staff_account, switch_hat,
    totp, visits,
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
    /// What it asks of factors.
    pub factors: FactorRules,
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    pages().merge(factor_pages()).merge(api()).with_state(room)
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

/// Factors, visits and the second step.
fn factor_pages() -> Routes<Room> {
    let (proof, second, totp) = ("/account/prove", "/sign-in/second", "/account/totp");
    let (passkeys, codes) = ("/account/passkeys", "/account/recovery-codes");
    let by_passkey = "/sign-in/passkey";
    Routes::new()
        .page(Method::GET, second, SIGN_IN, second_step::http::show)
        .page(Method::POST, second, SIGN_IN, second_step::http::submit)
        .page(Method::POST, "/sign-in/second/passkey", SIGN_IN, second_step::http::submit_passkey)
        .page(Method::POST, "/sign-in/second/challenge", SIGN_IN, second_step::http::challenge)
        .page(Method::POST, by_passkey, SIGN_IN, sign_in::by_passkey::submit_person)
        .page(Method::POST, "/staff/sign-in/passkey", SIGN_IN, sign_in::by_passkey::submit_staff)
        .page(Method::POST, "/sign-in/passkey/challenge", SIGN_IN, sign_in::by_passkey::challenge)
        .page(Method::GET, "/staff/account", SEE_STAFF_ACCOUNT, staff_account::show)
        .page(Method::GET, proof, CHANGE_ACCOUNT, prove::http::show)
        .page(Method::POST, proof, CHANGE_ACCOUNT, prove::http::submit)
        .page(Method::POST, "/account/prove/challenge", CHANGE_ACCOUNT, prove::http::challenge)
        .page(Method::GET, totp, CHANGE_ACCOUNT, totp::http::show)
        .page(Method::POST, "/account/totp/begin", CHANGE_ACCOUNT, totp::http::submit_begin)
        .page(Method::POST, "/account/totp/confirm", CHANGE_ACCOUNT, totp::http::submit_confirm)
        .page(Method::POST, "/account/totp/remove", CHANGE_ACCOUNT, totp::http::submit_remove)
        .page(Method::GET, passkeys, CHANGE_ACCOUNT, passkeys::http::show)
        .page(Method::POST, passkeys, CHANGE_ACCOUNT, passkeys::http::submit)
        .page(Method::POST, "/account/passkeys/challenge", CHANGE_ACCOUNT, passkeys::http::challenge)
        .page(Method::POST, "/account/passkeys/{id}/remove", CHANGE_ACCOUNT, passkeys::http::submit_remove)
        .page(Method::GET, codes, CHANGE_ACCOUNT, recovery_codes::http::show)
        .page(Method::POST, codes, CHANGE_ACCOUNT, recovery_codes::http::submit)
        .page(Method::GET, "/account/password", CHANGE_ACCOUNT, change_password::http::show)
        .page(Method::POST, "/account/password", CHANGE_ACCOUNT, change_password::http::submit)
        .page(Method::POST, "/account/visits/end", CHANGE_ACCOUNT, visits::http::submit_end_all)
        .page(Method::POST, "/account/visits/{id}/end", CHANGE_ACCOUNT, visits::http::submit_end)
}

fn factors_api(routes: Routes<Room>) -> Routes<Room> {
    let second = "/api/v1/sessions/second-step";
    let proof = "/api/v1/sessions/current/proof";
    routes.api(Method::POST, second, SIGN_IN, second_step::http::api, second_step::http::operation()).api(
        Method::POST,
        proof,
        CHANGE_ACCOUNT,
        prove::http::api,
        prove::http::operation(),
    )
}

fn api() -> Routes<Room> {
    let agents = "/api/v1/legal-persons/{legal_person}/agents";
    let current = "/api/v1/sessions/current";
    factors_api(deputies_api(Routes::new()))
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
