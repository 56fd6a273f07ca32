//! Coming back into an account with a slip from a counter (账号找回). Guessing is delayed like at the sign-in, and an
//! account that there is not answers like one that there is, after the same work.

use kernel::{BodyId, Message, Refusal, Timestamp};
use store::vals;

use crate::Room;
use crate::account_told::{Told, told};
use crate::acts::{ActKind, NewAct, record_act};
use crate::client::Client;
use crate::counter::CODE;
use crate::factors::{self, Factor};
use crate::password::{self, HashFault, PasswordFault};
use crate::printed_code::blind;
use crate::sessions::Subject;
use crate::sign_in::{Door, SignInError, Whose, knock, person_account, succeeded};
use crate::{change_password, visits};

pub(crate) mod http;

#[cfg(test)]
mod tests;

/// Why the account stayed closed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoverError {
    /// No such account, no such slip, used, void or too old: which of them is not said.
    #[error("account or code is wrong")]
    Wrong,
    /// The new password breaks a rule.
    #[error("{0}")]
    Weak(PasswordFault),
    /// Too many failures before; seconds to wait.
    #[error("too many failures, wait {0} s")]
    Delayed(u64),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashFault),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<RecoverError> for Refusal {
    fn from(error: RecoverError) -> Self {
        match error {
            RecoverError::Wrong => Self::field("code", Message::new("identity-recover-wrong")),
            RecoverError::Weak(fault) => Self::field("new_password", fault.message()),
            RecoverError::Delayed(seconds) => Self::TooMany(seconds),
            RecoverError::Hash(fault) => Self::internal(fault),
            RecoverError::Store(error) => error.into(),
        }
    }
}

impl From<SignInError> for RecoverError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Delayed(seconds) => Self::Delayed(seconds),
            SignInError::WrongCredentials => Self::Wrong,
            SignInError::Hash(fault) => Self::Hash(fault),
            SignInError::Store(error) => Self::Store(error),
        }
    }
}

/// What somebody typed, and from where.
#[derive(Clone)]
pub(crate) struct Recover {
    /// Identity number or phone.
    pub(crate) login: String,
    /// The code of the slip.
    pub(crate) code: String,
    /// The password that they choose.
    pub(crate) new_password: String,
    /// The machine that it comes from.
    pub(crate) client: Client,
}

impl std::fmt::Debug for Recover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recover").field("client", &self.client).finish_non_exhaustive()
    }
}

/// Sets a new password. Second factors and visits end, and the holder is told on every channel.
pub(crate) async fn recover(room: &Room, now: Timestamp, given: Recover) -> Result<(), RecoverError> {
    // Judged before anything of the account is known.
    password::check(&given.new_password, &[&given.login]).map_err(RecoverError::Weak)?;
    let mut tx = room.db.begin().await?;
    let subject = person_account(&mut tx, &room.vault, &given.login).await?.subject;
    let whose = subject.map_or(Whose::Unknown(Door::Person, &given.login), Whose::Known);
    let attempt = knock(&mut tx, &room.vault, whose, Factor::RecoveryCode, &given.client, now).await?;
    tx.commit().await?;

    let hash = room.passwords.hash(&given.new_password).await?;
    let mut tx = room.db.begin().await?;
    let owner = subject.map_or_else(|| "nobody".to_owned(), |subject| subject.to_string());
    let row = tx
        .fetch_optional(
            "update recoveries set used_at = $1
             where person = $2 and code_blind = $3 and used_at is null and dropped_at is null and expires_at > $1
             returning body",
            vals![
                now,
                subject.map(Subject::id).unwrap_or_default(),
                blind(&room.vault, CODE, &owner, &given.code)
            ],
        )
        .await?;
    let (Some(row), Some(subject)) = (row, subject) else { return Err(RecoverError::Wrong) };
    let body: BodyId = row.get(0)?;
    // The slip is not used up by a password that breaks a rule.
    let known = change_password::known_by(&mut tx, room, subject, now).await?.unwrap_or_default();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    password::check(&given.new_password, &known).map_err(RecoverError::Weak)?;
    tx.execute("update persons set password_hash = $1 where id = $2", vals![hash, subject.id()]).await?;
    factors::drop_all(&mut tx, subject).await?;
    visits::end_all(&mut tx, subject, None, now).await?;
    succeeded(&mut tx, attempt, &[Factor::RecoveryCode], now).await?;
    let act = NewAct::new(ActKind::RecoveryUsed, Some(body), subject.to_string());
    record_act(&mut tx, &kernel::Actor::System, act, now).await?;
    told(&mut tx, subject, Told::Recovered, &given.client.device, now).await?;
    tx.commit().await?;
    Ok(())
}
