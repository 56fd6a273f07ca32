//! Naming an agent of a legal person (经办人授权).

use codes::ResidentId;
use jiff::civil::Date;
use kernel::{Actor, AgentId, LegalPersonId, Message, PersonId, Refusal, Timestamp, china_date};
use store::{Purpose, Tx, Vault, fresh_id, vals};

use crate::legal_persons::find_legal_person;
use crate::person_name::PersonName;
use crate::{personal, persons};

/// Who is to be an agent, and of what.
#[derive(Clone)]
pub struct AppointAgent {
    /// The legal person.
    pub legal_person: LegalPersonId,
    /// The agent's name and identity number: both must be right, so that a slip names no stranger.
    pub name: String,
    /// The identity number.
    pub resident_id: String,
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
    /// This actor does not represent that legal person; whether it exists is not said.
    #[error("no such legal person")]
    NotRepresentative,
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
            AppointAgentError::NotRepresentative => Self::NotFound,
            AppointAgentError::NobodyLikeThat => field("resident_id", "identity-agent-nobody"),
            AppointAgentError::IsRepresentative => field("resident_id", "identity-agent-is-representative"),
            AppointAgentError::AlreadyAgent => field("resident_id", "identity-agent-already"),
            AppointAgentError::Over => field("until", "identity-agent-over"),
            AppointAgentError::Store(error) => error.into(),
        }
    }
}

/// Names an agent. Only the legal representative may.
pub async fn appoint_agent(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    appoint: AppointAgent,
) -> Result<AgentId, AppointAgentError> {
    let representative = by.person().map_err(AppointAgentError::NotAPerson)?.person;
    find_legal_person(tx, appoint.legal_person)
        .await?
        .filter(|legal_person| legal_person.representative == representative)
        .ok_or(AppointAgentError::NotRepresentative)?;
    if appoint.until.is_some_and(|last_day| last_day < china_date(now)) {
        return Err(AppointAgentError::Over);
    }
    let person = find_named(tx, vault, by, &appoint).await?.ok_or(AppointAgentError::NobodyLikeThat)?;
    if person == representative {
        return Err(AppointAgentError::IsRepresentative);
    }
    // A right that ran out by itself still stands in the way of the index, so it is closed first.
    tx.execute(
        "update agents set revoked_at = $1
         where legal_person = $2 and person = $3 and revoked_at is null and until < $4",
        vals![now, appoint.legal_person, person, china_date(now)],
    )
    .await?;
    let id: AgentId = fresh_id(now);
    tx.execute(
        "insert into agents (id, legal_person, person, since, until, revoked_at) values ($1, $2, $3, $4, $5, null)",
        vals![id, appoint.legal_person, person, now, appoint.until],
    )
    .await
    .map_err(|error| error.on_constraint("agents_live_pair_key", || AppointAgentError::AlreadyAgent))?;
    Ok(id)
}

/// The person with this number, if the name is theirs too.
async fn find_named(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    appoint: &AppointAgent,
) -> store::Result<Option<PersonId>> {
    let (Ok(name), Ok(resident_id)) =
        (PersonName::parse(&appoint.name), ResidentId::parse(&appoint.resident_id))
    else {
        return Ok(None);
    };
    let Some(person) = persons::find_person_by_resident_id(tx, vault, &resident_id).await? else {
        return Ok(None);
    };
    let row = tx.fetch_one("select name_sealed from persons where id = $1", vals![person]).await?;
    // Opened only to compare; what the representative learns is what they knew.
    let purpose = Purpose::new("identity.appoint-agent", by.reference());
    let found = personal::open_name(vault, &row.get::<Vec<u8>>(0)?, &purpose)?;
    Ok((found == name).then_some(person))
}

pub(crate) mod api;
pub(crate) mod http;

#[cfg(test)]
mod tests;
