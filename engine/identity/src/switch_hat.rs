//! Acting for a legal person, or for oneself again (切换办事身份).

use kernel::{LegalPersonId, PersonId, Refusal, SessionId, Timestamp};
use store::{Tx, vals};

use crate::legal_persons::may_act_for;
use crate::sessions::{Opened, renew_token};

/// Why the hat was not put on.
#[derive(Debug, thiserror::Error)]
pub enum SwitchHatError {
    /// The visit has ended, or is none of a person.
    #[error("no such visit")]
    NoVisit,
    /// The person is neither representative nor agent of that legal person; whether it exists is not said.
    #[error("may not act for this legal person")]
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
    hat: Option<LegalPersonId>,
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
    if let Some(hat) = hat
        && !may_act_for(tx, person, hat, now).await?
    {
        return Err(SwitchHatError::NotTheirs);
    }
    renew_token(tx, session, hat, now).await?.ok_or(SwitchHatError::NoVisit)
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
