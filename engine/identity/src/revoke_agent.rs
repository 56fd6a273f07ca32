//! Ending the right of an agent (撤销经办人授权).

use kernel::{Actor, AgentId, Refusal, Timestamp};
use store::{Tx, vals};

/// Why nothing was revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeAgentError {
    /// Nobody is signed in, or no person.
    #[error("only a person revokes agents")]
    NotAPerson(Refusal),
    /// No such right, or one of a legal person that this actor does not represent.
    #[error("no such right")]
    NotFound,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<RevokeAgentError> for Refusal {
    fn from(error: RevokeAgentError) -> Self {
        match error {
            RevokeAgentError::NotAPerson(refusal) => refusal,
            RevokeAgentError::NotFound => Self::NotFound,
            RevokeAgentError::Store(error) => error.into(),
        }
    }
}

/// Ends the right at once: visits of the agent lose the hat with their next request. Only the legal representative
/// may; doing it again changes nothing.
pub async fn revoke_agent(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    agent: AgentId,
) -> Result<(), RevokeAgentError> {
    let representative = by.person().map_err(RevokeAgentError::NotAPerson)?.person;
    tx.fetch_optional(
        "select 1 from agents a join legal_persons l on l.id = a.legal_person
         where a.id = $1 and l.representative = $2",
        vals![agent, representative],
    )
    .await?
    .ok_or(RevokeAgentError::NotFound)?;
    tx.execute("update agents set revoked_at = $1 where id = $2 and revoked_at is null", vals![now, agent])
        .await?;
    Ok(())
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
