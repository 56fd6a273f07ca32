//! What both sides of a mandate are told (告知授权双方): written as jobs in the transaction of what happened; the messages are
//! made where rooms are joined.

use kernel::{OfferId, PersonId, Principal, Timestamp};
use serde_json::json;
use store::jobs::{self, NewJob};
use store::{Result, Tx};

/// The job that tells somebody of a mandate: `to` (a principal), `what` happened, the `name` of the other side as pages show
/// it, and the last day, if there is one.
pub const MANDATE_JOB: &str = "identity.mandate";
/// The job that looks for the account to which an offer is addressed, and tells its holder, if there is one.
pub const OFFER_JOB: &str = "identity.offer";

/// Something that happened to a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The offer was accepted.
    Accepted,
    /// The offer was declined.
    Declined,
    /// One was named as agent of a legal person.
    Named,
    /// One's right was ended by the principal.
    Revoked,
    /// The agent gave the right up.
    GivenUp,
    /// One is guardian now.
    Guardian,
    /// One has a guardian here now.
    Ward,
    /// The office ended a guardianship.
    GuardianEnded,
    /// One is legal representative now.
    Represents,
    /// Another is legal representative now.
    Replaced,
}

impl What {
    /// Everything that can happen.
    pub const ALL: [Self; 10] = [
        Self::Accepted,
        Self::Declined,
        Self::Named,
        Self::Revoked,
        Self::GivenUp,
        Self::Guardian,
        Self::Ward,
        Self::GuardianEnded,
        Self::Represents,
        Self::Replaced,
    ];

    /// The word in the job.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Named => "named",
            Self::Revoked => "revoked",
            Self::GivenUp => "given-up",
            Self::Guardian => "guardian",
            Self::Ward => "ward",
            Self::GuardianEnded => "guardian-ended",
            Self::Represents => "represents",
            Self::Replaced => "replaced",
        }
    }
}

/// Plans to tell a principal. `about` names what happened once.
pub(crate) async fn plan(
    tx: &mut Tx,
    to: Principal,
    what: What,
    name: &str,
    about: &str,
    now: Timestamp,
) -> Result<()> {
    let payload = json!({ "to": to.to_string(), "what": what.as_str(), "name": name });
    let key = format!("{about}:{}:{to}", what.as_str());
    jobs::enqueue(tx, &NewJob { kind: MANDATE_JOB, key, payload, run_at: now }).await?;
    Ok(())
}

/// The same for a person.
pub(crate) async fn plan_for(
    tx: &mut Tx,
    to: PersonId,
    what: What,
    name: &str,
    about: &str,
    now: Timestamp,
) -> Result<()> {
    plan(tx, Principal::Person(to), what, name, about, now).await
}

/// Plans to look for whom an offer is meant.
pub(crate) async fn plan_offer(tx: &mut Tx, offer: OfferId, now: Timestamp) -> Result<()> {
    let payload = json!({ "offer": offer });
    jobs::enqueue(tx, &NewJob { kind: OFFER_JOB, key: offer.to_string(), payload, run_at: now }).await?;
    Ok(())
}
