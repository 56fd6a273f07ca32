//! Naming an agent of a legal person (经办人授权).

use codes::ResidentId;
use jiff::civil::Date;
use kernel::{
    Actor, Items, LegalPersonId, MandateId, MandateKind, Message, PersonId, Principal, Refusal, Timestamp,
    china_date,
};
use store::{Purpose, Tx, Vault};

use crate::legal_persons::find_legal_person;
use crate::mandates::{self, NewMandate, all_rights, held_by};
use crate::person_name::PersonName;
use crate::persons;
use crate::telling::{self, What};

/// Who is to be an agent, and of what.
#[derive(Clone)]
pub struct AppointAgent {
    /// The legal person.
    pub legal_person: LegalPersonId,
    /// The agent's name and identity number: both must be right, so that a slip names no stranger.
    pub name: String,
    /// The identity number.
    pub resident_id: String,
    /// Whether they may name further agents ([`MandateKind::Manager`]) or only handle items.
    pub kind: MandateKind,
    /// For which items.
    pub items: Items,
    /// The last day on which they may act; none until revoked.
    pub until: Option<Date>,
}

impl std::fmt::Debug for AppointAgent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppointAgent").field("legal_person", &self.legal_person).finish_non_exhaustive()
    }
}

/// Why nobody was named.
#[derive(Debug, thiserror::Error)]
pub enum AppointAgentError {
    /// Nobody is signed in, or no person.
    #[error("only a person names agents")]
    NotAPerson(Refusal),
    /// This actor names no agents of that legal person; whether it exists is not said.
    #[error("no such legal person")]
    NotTheirs,
    /// An agent of a legal person is a manager or a handler; a manager names handlers only, for no more items and days
    /// than they have themselves, and so nobody widens their own right.
    #[error("more than this actor may give")]
    TooMuch(&'static str),
    /// No account has this name together with this number.
    #[error("no account with this name and number")]
    NobodyLikeThat,
    /// The representative needs no right from themselves.
    #[error("the representative may act already")]
    IsRepresentative,
    /// The person is an agent already.
    #[error("an agent already")]
    AlreadyAgent,
    /// The last day is over.
    #[error("the last day is in the past")]
    Over,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<AppointAgentError> for Refusal {
    fn from(error: AppointAgentError) -> Self {
        let field = |name: &str, key: &'static str| Self::field(name, Message::new(key));
        match error {
            AppointAgentError::NotAPerson(refusal) => refusal,
            AppointAgentError::NotTheirs => Self::NotFound,
            AppointAgentError::TooMuch(wrong) => field(wrong, "identity-agent-too-much"),
            AppointAgentError::NobodyLikeThat => field("resident_id", "identity-agent-nobody"),
            AppointAgentError::IsRepresentative => field("resident_id", "identity-agent-is-representative"),
            AppointAgentError::AlreadyAgent => field("resident_id", "identity-agent-already"),
            AppointAgentError::Over => field("until", "identity-agent-over"),
            AppointAgentError::Store(error) => error.into(),
        }
    }
}

/// Names an agent: by the legal representative, or by a manager within their own right.
pub async fn appoint_agent(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    appoint: AppointAgent,
) -> Result<MandateId, AppointAgentError> {
    let actor = by.person().map_err(AppointAgentError::NotAPerson)?.person;
    let legal_person =
        find_legal_person(tx, appoint.legal_person).await?.ok_or(AppointAgentError::NotTheirs)?;
    check_right(tx, actor, &appoint, now).await?;
    if appoint.until.is_some_and(|last_day| last_day < china_date(now)) {
        return Err(AppointAgentError::Over);
    }
    let purpose = Purpose::new("identity.appoint-agent", by.reference());
    let person = find_named(tx, vault, &purpose, &appoint.name, &appoint.resident_id)
        .await?
        .ok_or(AppointAgentError::NobodyLikeThat)?;
    if person == legal_person.representative {
        return Err(AppointAgentError::IsRepresentative);
    }
    let new = NewMandate {
        kind: appoint.kind,
        principal: Principal::LegalPerson(appoint.legal_person),
        person,
        rights: all_rights(),
        items: appoint.items,
        until: appoint.until,
        granted_by: by.reference(),
    };
    let id = mandates::insert(tx, &new, now).await.map_err(|error| {
        if mandates::holds_already(&error) { AppointAgentError::AlreadyAgent } else { error.into() }
    })?;
    telling::plan_for(tx, person, What::Named, &legal_person.name, &id.to_string(), now).await?;
    Ok(id)
}

/// Whether the actor may give so much.
async fn check_right(
    tx: &mut Tx,
    actor: PersonId,
    appoint: &AppointAgent,
    now: Timestamp,
) -> Result<(), AppointAgentError> {
    let own = held_by(tx, actor, Principal::LegalPerson(appoint.legal_person), now).await?;
    let own = own.ok_or(AppointAgentError::NotTheirs)?;
    if !matches!(appoint.kind, MandateKind::Manager | MandateKind::Handler) {
        return Err(AppointAgentError::TooMuch("kind"));
    }
    match own.kind {
        MandateKind::Representative => return Ok(()),
        MandateKind::Manager => {}
        MandateKind::Handler | MandateKind::Agent | MandateKind::Guardian => {
            return Err(AppointAgentError::NotTheirs);
        }
    }
    if appoint.kind != MandateKind::Handler {
        return Err(AppointAgentError::TooMuch("kind"));
    }
    let reaches = match (&own.items, &appoint.items) {
        (Items::All, _) => true,
        (Items::Listed(_), Items::All) => false,
        (Items::Listed(own), Items::Listed(given)) => given.is_subset(own),
    };
    if !reaches {
        return Err(AppointAgentError::TooMuch("items"));
    }
    if own.until.is_some_and(|own| appoint.until.is_none_or(|given| given > own)) {
        return Err(AppointAgentError::TooMuch("until"));
    }
    Ok(())
}

/// The person with this number, if the name is theirs too. The name is opened only to compare; what the asker learns is
/// what they knew.
pub(crate) async fn find_named(
    tx: &mut Tx,
    vault: &Vault,
    purpose: &Purpose,
    name: &str,
    resident_id: &str,
) -> store::Result<Option<PersonId>> {
    let (Ok(name), Ok(resident_id)) = (PersonName::parse(name), ResidentId::parse(resident_id)) else {
        return Ok(None);
    };
    let Some(person) = persons::find_person_by_resident_id(tx, vault, &resident_id).await? else {
        return Ok(None);
    };
    let is_theirs = persons::person_is_called(tx, vault, purpose, Some(person), name.as_str()).await?;
    Ok(is_theirs.then_some(person))
}

pub(crate) mod api;

#[cfg(test)]
mod tests;
