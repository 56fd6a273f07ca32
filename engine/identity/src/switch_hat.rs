//! Acting for another, or for oneself again (切换办事身份).

use kernel::{PersonId, Principal, Refusal, SessionId, Timestamp};
use store::{Tx, vals};

use crate::mandates::held_by;
use crate::sessions::{Opened, renew_token};

/// Why the hat was not put on.
#[derive(Debug, thiserror::Error)]
pub enum SwitchHatError {
    /// The visit has ended, or is none of a person.
    #[error("no such visit")]
    NoVisit,
    /// The person may not act for that principal; whether it exists is not said.
    #[error("may not act for this principal")]
    NotTheirs,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<SwitchHatError> for Refusal {
    fn from(error: SwitchHatError) -> Self {
        match error {
            SwitchHatError::NoVisit => Self::Unauthenticated,
            SwitchHatError::NotTheirs => Self::conflict("identity-hat-not-yours"),
            SwitchHatError::Store(error) => error.into(),
        }
    }
}

/// Puts the hat on, or takes it off. The visit gets a new token, because it can now do other things than before.
pub async fn switch_hat(
    tx: &mut Tx,
    session: SessionId,
    hat: Option<Principal>,
    now: Timestamp,
) -> Result<Opened, SwitchHatError> {
    let row = tx
        .fetch_optional(
            "select person from sessions where id = $1 and person is not null and revoked_at is null",
            vals![session],
        )
        .await?
        .ok_or(SwitchHatError::NoVisit)?;
    let person: PersonId = row.get(0)?;
    let mandate = match hat.filter(|hat| *hat != Principal::Person(person)) {
        Some(hat) => {
            let held = held_by(tx, person, hat, now).await?;
            Some(held.ok_or(SwitchHatError::NotTheirs)?.id)
        }
        None => None,
    };
    renew_token(tx, session, mandate, now).await?.ok_or(SwitchHatError::NoVisit)
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
