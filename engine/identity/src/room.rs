//! What the pages and endpoints of this room work with, and the table of its routes.

use axum::http::Method;
use store::{Db, Vault};
use web::{Routes, Site};

use crate::factors::FactorRules;
use crate::item_names::ItemNames;
use crate::password::Passwords;
use crate::permission::{
    CHANGE_ACCOUNT, CHOOSE_POST, CORRECT_ACCOUNT, ENTER_MANDATES, LINK_UPSTREAM, MANAGE_AGENTS, MANAGE_STAFF,
    NAME_DEPUTIES, RECOVER, REGISTER, SEE_ACCOUNT, SEE_ACTS, SEE_BODIES, SEE_DEPUTIES, SEE_SELF, SEE_STAFF,
    SEE_STAFF_ACCOUNT, SIGN_IN, SIGN_OUT, SWITCH_HAT, WORK_COUNTER,
};
use crate::{
    account, acts, agents, appoint_agent, bodies, change_password, choose_post, correction, counter,
    deputies, end_mandate, guardians, hand_over, me, offers, passkeys, prove, recover, recovery_codes,
    register_person, second_step, session_api, sign_in, sign_out, staff_account, staffing, switch_hat, totp,
    upstream, visits,
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
    /// The names of the items that are offered, for the scope of mandates.
    pub items: ItemNames,
    /// Whether a proxy of our own stands in front and names the client in `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// What it asks of factors.
    pub factors: FactorRules,
}

/// Pages and endpoints of this room.
pub fn routes(room: Room) -> Routes<()> {
    pages().merge(factor_pages()).merge(office_pages()).merge(api()).merge(office_api()).with_state(room)
}

fn pages() -> Routes<Room> {
    mandate_pages(Routes::new())
        .page(Method::GET, "/sign-in", SIGN_IN, sign_in::http::show_person)
        .page(Method::POST, "/sign-in", SIGN_IN, sign_in::http::submit_person)
        .page(Method::GET, "/staff/sign-in", SIGN_IN, sign_in::http::show_staff)
        .page(Method::POST, "/staff/sign-in", SIGN_IN, sign_in::http::submit_staff)
        .page(Method::GET, "/register", REGISTER, register_person::http::show)
        .page(Method::POST, "/register", REGISTER, register_person::http::submit)
        .page(Method::POST, "/sign-out", SIGN_OUT, sign_out::http::submit)
        .page(Method::GET, "/my/account", SEE_ACCOUNT, account::show)
        .page(Method::GET, "/staff/deputies", SEE_DEPUTIES, deputies::http::show)
        .page(Method::POST, "/staff/deputies", NAME_DEPUTIES, deputies::http::submit)
        .page(Method::POST, "/staff/deputies/{deputy}/end", NAME_DEPUTIES, deputies::http::end)
}

/// Factors, visits and the second step.
fn factor_pages() -> Routes<Room> {
    let (proof, second, totp) = ("/account/prove", "/sign-in/second", "/account/totp");
    let (passkeys, codes) = ("/account/passkeys", "/account/recovery-codes");
    let (by_passkey, details) = ("/sign-in/passkey", "/account/details");
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
        .page(Method::GET, details, CORRECT_ACCOUNT, correction::http::show)
        .page(Method::POST, details, CORRECT_ACCOUNT, correction::http::submit)
        .page(Method::POST, "/account/details/phone", CORRECT_ACCOUNT, correction::http::submit_phone)
        .page(Method::POST, "/account/details/withdraw", CORRECT_ACCOUNT, correction::http::submit_withdraw)
        .page(Method::GET, "/account/upstream", LINK_UPSTREAM, upstream::http::show)
        .page(
            Method::POST,
            "/account/upstream/{provider}/remove",
            LINK_UPSTREAM,
            upstream::http::submit_remove,
        )
        .page(Method::POST, "/account/visits/end", CHANGE_ACCOUNT, visits::http::submit_end_all)
        .page(Method::POST, "/account/visits/{id}/end", CHANGE_ACCOUNT, visits::http::submit_end)
}

/// Posts, and what administrators and counters do.
fn office_pages() -> Routes<Room> {
    Routes::new()
        .page(Method::GET, "/staff/post", CHOOSE_POST, choose_post::http::show)
        .page(Method::POST, "/staff/post", CHOOSE_POST, choose_post::http::submit)
        .page(Method::GET, "/admin/acts", SEE_ACTS, acts::http::show)
        .page(Method::GET, "/admin/acts.csv", SEE_ACTS, acts::http::file)
        .page(Method::GET, "/recover", RECOVER, recover::http::show)
        .page(Method::POST, "/recover", RECOVER, recover::http::submit)
        .merge(staffing_pages())
        .merge(counter_pages())
}

fn counter_pages() -> Routes<Room> {
    use crate::correction::http as correction;
    use counter::http;
    let corrections = "/desk/counter/corrections";
    let one = "/desk/counter/recoveries/{recovery}";
    Routes::new()
        .page(Method::GET, "/desk/counter", WORK_COUNTER, http::show)
        .page(Method::POST, "/desk/counter", WORK_COUNTER, http::submit)
        .page(Method::POST, "/desk/counter/{person}/verification", WORK_COUNTER, http::submit_raise)
        .page(Method::POST, "/desk/counter/{person}/recovery", WORK_COUNTER, http::submit_recovery)
        .page(Method::GET, corrections, WORK_COUNTER, correction::show_counter)
        .page(Method::POST, corrections, WORK_COUNTER, correction::find_counter)
        .page(Method::POST, "/desk/counter/corrections/confirmed", WORK_COUNTER, correction::submit_counter)
        .page(Method::GET, one, WORK_COUNTER, http::show_confirm)
        .page(Method::POST, one, WORK_COUNTER, http::submit_confirm)
        .page(Method::POST, "/desk/counter/recoveries/{recovery}/drop", WORK_COUNTER, http::submit_drop)
}

fn staffing_pages() -> Routes<Room> {
    use staffing::{http, import::http as import, pages};
    let (import_page, one) = ("/admin/staff/import", "/admin/staff/imports/{import}");
    Routes::new()
        .page(Method::GET, "/admin/staff", SEE_STAFF, pages::list)
        .page(Method::GET, "/admin/staff/{staff}", SEE_STAFF, pages::show)
        .page(Method::GET, "/admin/staff/new", MANAGE_STAFF, pages::show_new)
        .page(Method::POST, "/admin/staff", MANAGE_STAFF, http::submit_new)
        .page(Method::POST, "/admin/staff/{staff}/posts", MANAGE_STAFF, http::submit_post)
        .page(Method::POST, "/admin/staff/{staff}/leave", MANAGE_STAFF, http::submit_leave)
        .page(Method::POST, "/admin/staff/{staff}/stay", MANAGE_STAFF, http::submit_stay)
        .page(Method::POST, "/admin/staff/{staff}/start-password", MANAGE_STAFF, http::submit_start)
        .page(Method::GET, "/admin/posts/{post}", MANAGE_STAFF, pages::show_post)
        .page(Method::POST, "/admin/posts/{post}/end", MANAGE_STAFF, http::submit_end)
        .page(Method::GET, "/admin/posts/{post}/move", MANAGE_STAFF, pages::show_move)
        .page(Method::POST, "/admin/posts/{post}/move", MANAGE_STAFF, http::submit_move)
        .page(Method::GET, import_page, MANAGE_STAFF, import::show)
        .page(Method::POST, import_page, MANAGE_STAFF, import::submit)
        .page(Method::GET, "/admin/staff/import/template.csv", MANAGE_STAFF, import::template)
        .page(Method::GET, one, MANAGE_STAFF, import::show_look)
        .page(Method::POST, one, MANAGE_STAFF, import::submit_confirm)
        .page(Method::POST, "/admin/staff/imports/{import}/slip", MANAGE_STAFF, import::submit_slip)
}

fn office_api() -> Routes<Room> {
    use staffing::api;
    let (staff, start) = ("/api/v1/staff", "/api/v1/staff/{staff}/start-password");
    let (posts, leave) = ("/api/v1/staff/{staff}/posts", "/api/v1/staff/{staff}/leave");
    let post = "/api/v1/sessions/current/post";
    Routes::new()
        .api(Method::PUT, post, CHOOSE_POST, choose_post::http::api, choose_post::http::operation())
        .api(Method::GET, "/api/v1/acts", SEE_ACTS, acts::http::api, acts::http::operation())
        .api(Method::POST, "/api/v1/recoveries", RECOVER, recover::http::api, recover::http::operation())
        .api(Method::GET, staff, SEE_STAFF, api::list, api::list_operation())
        .api(Method::POST, staff, MANAGE_STAFF, api::add, api::add_operation())
        .api(Method::POST, posts, MANAGE_STAFF, api::give, api::give_operation())
        .api(Method::POST, "/api/v1/posts/{post}/end", MANAGE_STAFF, api::end, api::end_operation())
        .api(Method::PUT, leave, MANAGE_STAFF, api::leaves, api::leaves_operation())
        .api(Method::DELETE, leave, MANAGE_STAFF, api::stays, api::stays_operation())
        .api(Method::POST, start, MANAGE_STAFF, api::start, api::start_operation())
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

/// Who acts for whom.
fn mandate_pages(routes: Routes<Room>) -> Routes<Room> {
    use guardians::http as guardian;
    routes
        .page(Method::GET, "/my/hat", SWITCH_HAT, switch_hat::http::show)
        .page(Method::POST, "/my/hat", SWITCH_HAT, switch_hat::http::submit)
        .page(Method::POST, "/my/offers/{offer}", SWITCH_HAT, switch_hat::http::answer)
        .page(Method::POST, "/my/offers/{offer}/withdraw", MANAGE_AGENTS, agents::withdraw)
        .page(Method::GET, "/my/agents", MANAGE_AGENTS, agents::show)
        .page(Method::GET, "/my/agents/new", MANAGE_AGENTS, agents::form::show)
        .page(Method::POST, "/my/agents", MANAGE_AGENTS, agents::form::submit)
        .page(Method::POST, "/my/agents/{agent}/revoke", MANAGE_AGENTS, end_mandate::http::submit)
        .page(Method::GET, "/my/agents/{agent}/acts", MANAGE_AGENTS, agents::acts)
        .page(Method::POST, "/my/mandates/{mandate}/confirm", MANAGE_AGENTS, agents::confirm)
        .page(Method::GET, "/desk/guardians", ENTER_MANDATES, guardian::show)
        .page(Method::POST, "/desk/guardians", ENTER_MANDATES, guardian::submit)
        .page(Method::POST, "/desk/guardians/codes", ENTER_MANDATES, guardian::give_code)
        .page(Method::POST, "/desk/guardians/{mandate}/end", ENTER_MANDATES, guardian::end)
        .page(Method::GET, "/desk/representatives", ENTER_MANDATES, hand_over::http::show)
        .page(Method::POST, "/desk/representatives", ENTER_MANDATES, hand_over::http::submit)
}

fn api() -> Routes<Room> {
    let agents = "/api/v1/legal-persons/{legal_person}/agents";
    let current = "/api/v1/sessions/current";
    offers_api(factors_api(deputies_api(Routes::new())))
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
            end_mandate::http::api,
            end_mandate::http::operation(),
        )
}

fn offers_api(routes: Routes<Room>) -> Routes<Room> {
    use offers::api;
    let (all, one, own) = ("/api/v1/offers", "/api/v1/offers/{offer}", "/api/v1/agents");
    routes
        .api(Method::GET, own, MANAGE_AGENTS, api::agents, api::agents_operation())
        .api(Method::GET, all, SWITCH_HAT, api::list, api::list_operation())
        .api(Method::POST, all, MANAGE_AGENTS, api::offer, api::operation())
        .api(Method::POST, one, SWITCH_HAT, api::answer, api::answer_operation())
        .api(Method::DELETE, one, MANAGE_AGENTS, api::withdraw, api::withdraw_operation())
}

fn deputies_api(routes: Routes<Room>) -> Routes<Room> {
    use deputies::api;
    routes
        .api(Method::GET, "/api/v1/deputies", SEE_DEPUTIES, api::list, api::list_operation())
        .api(Method::POST, "/api/v1/deputies", NAME_DEPUTIES, api::name, api::operation())
        .api(Method::DELETE, "/api/v1/deputies/{deputy}", NAME_DEPUTIES, api::end, api::end_operation())
}
