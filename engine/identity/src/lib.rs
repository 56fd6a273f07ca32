//! Who is there and on whose behalf: natural persons, legal persons with their agents, bodies and their staff;
//! passwords, visits, and the log of sign-ins.
//!
//! Other rooms learn who asks from `web`'s `Visitor`, and everything else here. [`authentication`] lies around
//! the whole router.

mod account;
mod account_told;
mod add;
mod add_body;
mod add_legal_person;
mod add_person;
mod add_staff;
mod appoint_agent;
mod authenticate;
mod bodies;
mod change_password;
mod client;
mod deputies;
mod devices;
mod end_deputy;
mod factors;
mod legal_persons;
pub mod lockout;
mod me;
mod name_deputy;
mod passkeys;
mod password;
pub mod permission;
mod person_name;
mod personal;
mod persons;
mod prove;
mod recovery_codes;
mod register_person;
mod revoke_agent;
mod room;
mod second_step;
mod security;
mod session_api;
mod sessions;
mod sign_in;
mod sign_in_page;
mod sign_ins;
mod sign_out;
mod staff;
mod staff_account;
mod switch_hat;
mod token;
mod totp;
mod visits;
mod vouch;

#[cfg(test)]
mod testing;

pub use account_told::{ACCOUNT_JOB, Told};
pub use add::AddError;
pub use add_body::{AddBody, add_body};
pub use add_legal_person::{AddLegalPerson, add_legal_person};
pub use add_person::{AddPerson, add_person};
pub use add_staff::{AddStaff, add_staff};
pub use appoint_agent::{AppointAgent, AppointAgentError, appoint_agent};
pub use authenticate::{authenticate, authentication, clear_cookie};
pub use bodies::{BodyRecord, bodies, find_body, find_body_by_id, list_bodies};
pub use client::Client;
pub use deputies::{DeputyRecord, DeputyState, deputies_of, deputies_on, find_deputy};
pub use end_deputy::end_deputy;
pub use factors::{Factor, FactorRules, Ways, ways_of};
pub use legal_persons::{
    AgentRecord, Hat, LegalPersonKind, LegalPersonRecord, agents_of, find_legal_person, hats, may_act_for,
};
pub use name_deputy::{
    DEPUTY_AHEAD_MAX, DEPUTY_DAYS_MAX, DEPUTY_JOB, DEPUTY_REASON_MAX, NameDeputy, NameDeputyError,
    STANDS_IN_MAX, name_deputy,
};
pub use password::{HashFault, Passwords, Strength};
pub use person_name::{PersonName, Phone};
pub use persons::{
    Assurance, PersonRecord, find_person, find_person_by_resident_id, person_is_called, person_shown_as,
};
pub use register_person::{RegisterError, RegisterPerson, register_person};
pub use revoke_agent::{RevokeAgentError, revoke_agent};
pub use room::{Room, routes};
pub use sessions::{
    Live, Opened, Subject, VISIT_ENDED_JOB, close_session, find_session, forget_old, open_session_for,
    open_strong_session_for,
};
pub use sign_in::{Second, SignIn, SignInError, Step, sign_in_person, sign_in_staff};
pub use sign_ins::{SignInRecord, sign_ins_of};
pub use staff::{StaffRecord, find_staff, find_staff_by_login, staff_of};
pub use switch_hat::{SwitchHatError, switch_hat};
pub use token::Token;
pub use vouch::{Passed, Visit, Wanted, find_visit, pass_on, stands};

use store::Migration;

/// The tables of this room, after those of `store`.
pub const MIGRATIONS: &[Migration] = &[
    Migration::new("identity/0001_identity", include_str!("sql/0001_identity.sql")),
    Migration::new("identity/0002_deputies", include_str!("sql/0002_deputies.sql")),
    Migration::new("identity/0003_factors", include_str!("sql/0003_factors.sql")),
    Migration::new("identity/0005_failures", include_str!("sql/0005_failures.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// The sentences of this room, Chinese and English, for `web::Source`.
pub const MESSAGES: (&str, &str) =
    (include_str!("../messages.zh-CN.ftl"), include_str!("../messages.en.ftl"));
