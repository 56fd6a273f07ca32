//! Proving oneself again in a visit that goes on (再次验证): before the account's own protection is changed, and where
//! something asks for a higher level (提升实名等级).

use kernel::{Message, Refusal, Timestamp};
use store::{Tx, vals};

use crate::Room;
use crate::client::Client;
use crate::factors::{self, Factor, Standing, strengthen, ways_of};
use crate::passkeys::{self, For, PasskeyError};
use crate::password::HashFault;
use crate::second_step::SecondStepError;
use crate::sessions::{Opened, Subject};
use crate::sign_in::{Whose, knock, succeeded};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why it was not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The visit has ended.
    #[error("no such visit")]
    NoVisit,
    /// The password is wrong, or is not enough: the account has a second factor.
    #[error("the password is wrong")]
    WrongPassword,
    /// As at the second step.
    #[error(transparent)]
    Second(#[from] SecondStepError),
    /// The password could not be checked.
    #[error(transparent)]
    Hash(#[from] HashFault),
}

impl From<ProveError> for Refusal {
    fn from(error: ProveError) -> Self {
        match error {
            ProveError::NoVisit => Self::Unauthenticated,
            ProveError::WrongPassword => Self::field("password", Message::new("identity-password-not-right")),
            ProveError::Second(error) => error.into(),
            ProveError::Hash(fault) => Self::internal(fault),
        }
    }
}

impl From<store::Error> for ProveError {
    fn from(error: store::Error) -> Self {
        Self::Second(error.into())
    }
}

/// By a code: of the application, or from paper.
pub(crate) async fn by_code(
    room: &Room,
    standing: Standing,
    typed: &str,
    client: &Client,
    now: Timestamp,
) -> Result<Opened, ProveError> {
    let (factor, code) = factors::typed(typed).ok_or(SecondStepError::WrongCode)?;
    let mut tx = room.db.begin().await?;
    let attempt = knock(&mut tx, &room.vault, Whose::Known(standing.owner), factor, client, now).await;
    let attempt = attempt.map_err(SecondStepError::from)?;
    tx.commit().await?;

    let mut tx = room.db.begin().await?;
    if !factors::takes_code(&mut tx, &room.vault, standing.owner, (factor, &code), now).await? {
        return Err(SecondStepError::WrongCode.into());
    }
    succeeded(&mut tx, attempt, &[factor], now).await?;
    let opened = strengthen(&mut tx, standing.session, factor, now).await?.ok_or(ProveError::NoVisit)?;
    tx.commit().await?;
    Ok(opened)
}

/// By a passkey.
pub(crate) async fn by_passkey(
    room: &Room,
    standing: Standing,
    answer: &str,
    bound_to: &str,
    client: &Client,
    now: Timestamp,
) -> Result<Opened, ProveError> {
    let owner = standing.owner;
    let mut tx = room.db.begin().await?;
    let attempt = knock(&mut tx, &room.vault, Whose::Known(owner), Factor::Passkey, client, now).await;
    let attempt = attempt.map_err(SecondStepError::from)?;
    tx.commit().await?;

    let mut tx = room.db.begin().await?;
    let claimed = passkeys::claimed(&mut tx, answer).await.map_err(SecondStepError::from)?;
    if claimed.owner != owner {
        return Err(SecondStepError::from(PasskeyError::NotAccepted).into());
    }
    let proved = passkeys::proved(&mut tx, &room.factors, &claimed, For::Proof, bound_to, now).await;
    if let Err(error) = proved {
        tx.commit().await?; // the challenge is used up, and the owner is told of a copy
        return Err(SecondStepError::from(error).into());
    }
    succeeded(&mut tx, attempt, &[Factor::Passkey], now).await?;
    let opened = strengthen(&mut tx, standing.session, Factor::Passkey, now).await?;
    let opened = opened.ok_or(ProveError::NoVisit)?;
    tx.commit().await?;
    Ok(opened)
}

/// By the password, where the account has nothing more.
pub(crate) async fn by_password(
    room: &Room,
    standing: Standing,
    password: &str,
    client: &Client,
    now: Timestamp,
) -> Result<Opened, ProveError> {
    let mut tx = room.db.begin().await?;
    if ways_of(&mut tx, standing.owner).await?.has_second() {
        return Err(ProveError::WrongPassword);
    }
    let stored = password_hash(&mut tx, standing.owner).await?;
    let whose = Whose::Known(standing.owner);
    let attempt = knock(&mut tx, &room.vault, whose, Factor::Password, client, now).await;
    let attempt = attempt.map_err(SecondStepError::from)?;
    tx.commit().await?;

    if !room.passwords.verify(password, stored.as_deref()).await? {
        return Err(ProveError::WrongPassword);
    }
    let mut tx = room.db.begin().await?;
    succeeded(&mut tx, attempt, &[Factor::Password], now).await?;
    let opened = strengthen(&mut tx, standing.session, Factor::Password, now).await?;
    let opened = opened.ok_or(ProveError::NoVisit)?;
    tx.commit().await?;
    Ok(opened)
}

/// The stored hash, if the account has a password here.
pub(crate) async fn password_hash(tx: &mut Tx, owner: Subject) -> store::Result<Option<String>> {
    let row = match owner {
        Subject::Person(person) => {
            tx.fetch_optional("select password_hash from persons where id = $1", vals![person]).await?
        }
        Subject::Staff(staff) => {
            tx.fetch_optional("select password_hash from staff where id = $1", vals![staff]).await?
        }
    };
    match row {
        Some(row) => row.get(0),
        None => Ok(None),
    }
}
