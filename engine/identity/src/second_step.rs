//! The second step of signing in (第二步验证): whose password, or account elsewhere, was right proves something that only the holder has.
//!
//! In between there is no visit: the token of the half sign-in lies in a table of its own, which only this step reads.

use kernel::{Message, Refusal, SessionId, Timestamp, from_micros, to_micros};
use store::{Result, Tx, vals};

use crate::Room;
use crate::client::Client;
use crate::factors::{self, Factor, Ways, ways_of};
use crate::passkeys::{self, For, PasskeyError};
use crate::sessions::{Opened, Subject};
use crate::sign_in::{Second, SignInError, Whose, complete, knock};
use crate::token::Token;
use crate::vouch;

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// How long the second step may take.
const SECONDS: i64 = 600;

/// Why the sign-in was not completed.
#[derive(Debug, thiserror::Error)]
pub enum SecondStepError {
    /// The first step was never done, is too long ago, or was completed already.
    #[error("no sign-in waits for this")]
    Over,
    /// Wrong, used before, or not of this account.
    #[error("the code is wrong")]
    WrongCode,
    /// Too many failures before; seconds to wait.
    #[error("too many failures, wait {0} s")]
    Delayed(u64),
    /// The passkey was not taken.
    #[error(transparent)]
    Passkey(#[from] PasskeyError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<SecondStepError> for Refusal {
    fn from(error: SecondStepError) -> Self {
        match error {
            SecondStepError::Over => Self::conflict("identity-second-over"),
            SecondStepError::WrongCode => Self::field("code", Message::new("identity-code-wrong")),
            SecondStepError::Delayed(seconds) => Self::TooMany(seconds),
            SecondStepError::Passkey(error) => error.into(),
            SecondStepError::Store(error) => error.into(),
        }
    }
}

/// A knock asks for no password, so it says nothing else.
impl From<SignInError> for SecondStepError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Delayed(seconds) => Self::Delayed(seconds),
            SignInError::WrongCredentials | SignInError::Hash(_) => Self::WrongCode,
            SignInError::Store(error) => Self::Store(error),
        }
    }
}

/// Keeps the half sign-in.
pub(crate) async fn begin(
    tx: &mut Tx,
    attempt: SessionId,
    owner: Subject,
    ways: Ways,
    now: Timestamp,
) -> Result<Second> {
    let token = Token::fresh();
    let expires_at = from_micros(to_micros(now) + SECONDS * 1_000_000);
    tx.execute(
        "insert into half_sign_ins (token_digest, attempt, owner, expires_at) values ($1, $2, $3, $4)",
        vals![token.digest(), attempt, owner.to_string(), expires_at],
    )
    .await?;
    Ok(Second { token, ways, expires_at })
}

/// A half sign-in that waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Half {
    pub(crate) attempt: SessionId,
    /// What was proved first.
    first: Factor,
    pub(crate) owner: Subject,
    pub(crate) ways: Ways,
}

/// The half sign-in of a token, while it waits and its account may sign in.
pub(crate) async fn find(
    tx: &mut Tx,
    token: &Token,
    now: Timestamp,
) -> std::result::Result<Half, SecondStepError> {
    let sql = "select h.attempt, h.owner, i.factor from half_sign_ins h join sign_ins i on i.id = h.attempt
               where h.token_digest = $1 and h.expires_at > $2";
    let row = tx.fetch_optional(sql, vals![token.digest(), now]).await?.ok_or(SecondStepError::Over)?;
    let owner: Subject = row.parse(1)?;
    if !vouch::stands(tx, owner).await? {
        return Err(SecondStepError::Over);
    }
    let first = factors::read(&row.get::<String>(2)?).first().copied().unwrap_or(Factor::Password);
    Ok(Half { attempt: row.get(0)?, first, owner, ways: ways_of(tx, owner).await? })
}

/// By a code: of the application, or from paper.
pub(crate) async fn by_code(
    room: &Room,
    token: &Token,
    typed: &str,
    client: &Client,
    now: Timestamp,
) -> std::result::Result<Opened, SecondStepError> {
    let mut tx = room.db.begin().await?;
    let half = find(&mut tx, token, now).await?;
    let (factor, code) = factors::typed(typed).ok_or(SecondStepError::WrongCode)?;
    // Noted as a failure before it is looked at, as a password is.
    let attempt = knock(&mut tx, &room.vault, Whose::Known(half.owner), factor, client, now).await?;
    tx.commit().await?;

    let mut tx = room.db.begin().await?;
    if !factors::takes_code(&mut tx, &room.vault, half.owner, (factor, &code), now).await? {
        return Err(SecondStepError::WrongCode);
    }
    let opened = open(&mut tx, room, token, half, attempt, factor, client, now).await?;
    tx.commit().await?;
    Ok(opened)
}

/// By a passkey.
pub(crate) async fn by_passkey(
    room: &Room,
    token: &Token,
    answer: &str,
    bound_to: &str,
    client: &Client,
    now: Timestamp,
) -> std::result::Result<Opened, SecondStepError> {
    let mut tx = room.db.begin().await?;
    let half = find(&mut tx, token, now).await?;
    let attempt = knock(&mut tx, &room.vault, Whose::Known(half.owner), Factor::Passkey, client, now).await?;
    tx.commit().await?;

    let mut tx = room.db.begin().await?;
    let claimed = passkeys::claimed(&mut tx, answer).await?;
    if claimed.owner != half.owner {
        return Err(PasskeyError::NotAccepted.into());
    }
    let proved = passkeys::proved(&mut tx, &room.factors, &claimed, For::Proof, bound_to, now).await;
    if let Err(error) = proved {
        tx.commit().await?; // the challenge is used up, and the owner is told of a copy
        return Err(error.into());
    }
    let opened = open(&mut tx, room, token, half, attempt, Factor::Passkey, client, now).await?;
    tx.commit().await?;
    Ok(opened)
}

/// Uses the half sign-in up, which only one of two can, and opens the visit.
#[expect(clippy::too_many_arguments, reason = "one place where everything that was proved comes together")]
async fn open(
    tx: &mut Tx,
    room: &Room,
    token: &Token,
    half: Half,
    attempt: SessionId,
    factor: Factor,
    client: &Client,
    now: Timestamp,
) -> std::result::Result<Opened, SecondStepError> {
    let sql = "delete from half_sign_ins where token_digest = $1";
    if tx.execute(sql, vals![token.digest()]).await? != 1 {
        return Err(SecondStepError::Over);
    }
    // The try of the first step becomes the visit; that of the second was no failure.
    tx.execute("delete from sign_ins where id = $1", vals![attempt]).await?;
    let factors = [half.first, factor];
    Ok(complete(tx, &room.vault, half.attempt, half.owner, &factors, client, now).await?)
}
