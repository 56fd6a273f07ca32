//! Who is there and on whose behalf: natural persons, legal persons with their agents, bodies and their staff;
//! passwords, visits, and the log of sign-ins.
//!
//! Other rooms learn who asks from `web`'s `Visitor`, and everything else here. [`authentication`] lies around
//! the whole router.

mod account;
mod account_told;
mod acts;
mod add;
mod add_body;
mod add_legal_person;
mod add_person;
mod add_staff;
mod agent_acts;
mod agents;
mod answer_offer;
mod appoint_agent;
mod authenticate;
mod bodies;
mod change_password;
mod choose_post;
mod client;
mod close_account;
mod correction;
mod counter;
mod deputies;
mod devices;
mod end_deputy;
mod end_mandate;
mod factors;
mod guardians;
mod hand_over;
mod item_names;
mod legal_persons;
pub mod lockout;
mod mandates;
mod me;
mod merge;
mod name_deputy;
mod offer_mandate;
mod offers;
mod passkeys;
mod password;
pub mod permission;
mod person_name;
mod personal;
mod persons;
mod posts;
pub mod printed_code;
mod prove;
mod recover;
mod recovery_codes;
mod register_person;
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
mod staffing;
mod switch_hat;
mod takeover;
mod telling;
mod token;
mod totp;
mod upstream;
mod visits;
mod vouch;

#[cfg(test)]
mod testing;

pub use account_told::{ACCOUNT_JOB, Told};
pub use acts::{ActKind, ActRecord, NewAct, record_act, record_act_of};
pub use add::AddError;
pub use add_body::{AddBody, add_body};
pub use add_legal_person::{AddLegalPerson, add_legal_person};
pub use add_person::{AddPerson, add_person};
pub use add_staff::{AddStaff, add_staff};
pub use agent_acts::{AgentAct, AgentActRecord, acts_under, note_agent_act};
pub use answer_offer::{AnswerOfferError, answer_offer, withdraw_offer};
pub use appoint_agent::{AppointAgent, AppointAgentError, appoint_agent};
pub use authenticate::{authenticate, authentication, clear_cookie};
pub use bodies::{BodyRecord, bodies, find_body, find_body_by_id, list_bodies};
pub use choose_post::{ChoosePostError, choose_post, post_of};
pub use client::Client;
pub use close_account::{CloseAccountError, Need, check_close_account, close_account};
pub use correction::{
    Corrected, CorrectionError, ask_correction, change_phone, confirm_correction, withdraw_correction,
};
pub use counter::{
    Asked, CounterError, Document, Seen, ask_recovery, confirm_recovery, drop_recovery, raise,
};
pub use deputies::{DeputyRecord, DeputyState, deputies_of, deputies_on, find_deputy};
pub use end_deputy::end_deputy;
pub use end_mandate::{EndMandateError, end_mandate};
pub use factors::{Factor, FactorRules, Ways, ways_of};
pub use guardians::{EnterGuardian, Ground, GuardianError, end_guardian, enter_guardian};
pub use hand_over::{EnterRepresentative, HandOverError, confirm_agent, enter_representative};
pub use item_names::{ItemName, ItemNames};
pub use legal_persons::{LegalPersonKind, LegalPersonRecord, find_legal_person, find_legal_person_by_uscc};
pub use mandates::{Hat, MandateRecord, agents_of, find_mandate, hats, may_act_for, shown_as};
pub use merge::{MergeError, Merging, find_merge, merge_person, merged_accounts, offer_merge, on_record_as};
pub use name_deputy::{
    DEPUTY_AHEAD_MAX, DEPUTY_DAYS_MAX, DEPUTY_JOB, DEPUTY_REASON_MAX, NameDeputy, NameDeputyError,
    STANDS_IN_MAX, name_deputy,
};
pub use offer_mandate::{OfferMandate, OfferMandateError, offer_mandate, offer_representation};
pub use offers::{OfferRecord, offer_concerns, offers_of, offers_to};
pub use password::{HashFault, Passwords, Strength};
pub use person_name::{PersonName, Phone};
pub use persons::{
    Assurance, PersonRecord, find_person, find_person_by_resident_id, person_is_called, person_shown_as,
};
pub use posts::{PostRecord, posts_of, posts_on};
pub use prove::http::{has_just_proved, to_proof};
pub use register_person::{RegisterError, RegisterPerson, register_from_upstream, register_person};
pub use room::{Room, routes};
pub use sessions::{
    Live, Opened, Subject, VISIT_ENDED_JOB, close_session, find_session, forget_old, open_session_for,
    open_strong_session_for,
};
pub use sign_in::by_upstream::enter_from_upstream;
pub use sign_in::{Second, SignIn, SignInError, Step, sign_in_person, sign_in_staff};
pub use sign_ins::{SignInRecord, sign_ins_of};
pub use staff::{StaffAccount, StaffRecord, find_staff, find_staff_by_login, staff_of};
pub use staffing::StaffingError;
pub use staffing::hire::{GivenPost, Hire, Hired, hire};
pub use staffing::leave::{Leave, leave, stay};
pub use staffing::post::{POST_ENDED_JOB, end_post, give_post, move_post};
pub use staffing::settle::{Settled, settle_posts};
pub use staffing::start::give_start_password;
pub use switch_hat::{SwitchHatError, switch_hat};
pub use takeover::give_takeover_code;
pub use telling::{MANDATE_JOB, OFFER_JOB, What};
pub use token::Token;
pub use upstream::{LinkError, LinkRecord, Said, UnlinkError, UpstreamName, find_linked, link, links_of};
pub use vouch::{Passed, Visit, Wanted, find_visit, pass_on, stands};

use store::Migration;

/// The tables of this room, after those of `store`.
pub const MIGRATIONS: &[Migration] = &[
    Migration::new("identity/0001_identity", include_str!("sql/0001_identity.sql")),
    Migration::new("identity/0002_deputies", include_str!("sql/0002_deputies.sql")),
    Migration::new("identity/0003_factors", include_str!("sql/0003_factors.sql")),
    Migration::new("identity/0004_mandates", include_str!("sql/0004_mandates.sql")),
    Migration::new("identity/0005_failures", include_str!("sql/0005_failures.sql")),
    Migration::new("identity/0006_posts", include_str!("sql/0006_posts.sql")),
    Migration::new("identity/0007_upstream", include_str!("sql/0007_upstream.sql")),
    Migration::new("identity/0008_closed", include_str!("sql/0008_closed.sql")),
    Migration::new("identity/0009_corrections", include_str!("sql/0009_corrections.sql")),
];

/// What each column of these tables holds ([`store::data_class`]).
pub const CLASSES: &str = include_str!("sql/classes.txt");

/// The sentences of this room, Chinese and English, for `web::Source`.
pub const MESSAGES: (&str, &str) =
    (include_str!("../messages.zh-CN.ftl"), include_str!("../messages.en.ftl"));
