//! In which of their posts somebody of staff acts (切换任职): chosen at sign-in by whoever holds several, and changed at
//! any time. The visit carries body and roles of that post and no other.

use kernel::{PostId, Refusal, SessionId, StaffId, Timestamp, china_date};
use store::{Tx, vals};

use crate::posts::{PostRecord, posts_on};
use crate::sessions::{Opened, renew_token};
use crate::staff::powers_of;

/// Why the post was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ChoosePostError {
    /// The visit has ended, or is none of staff.
    #[error("no such visit")]
    NoVisit,
    /// They do not hold this post today; whether it exists is not said.
    #[error("not a post of theirs")]
    NotTheirs,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<ChoosePostError> for Refusal {
    fn from(error: ChoosePostError) -> Self {
        match error {
            ChoosePostError::NoVisit => Self::Unauthenticated,
            ChoosePostError::NotTheirs => Self::conflict("identity-post-not-yours"),
            ChoosePostError::Store(error) => error.into(),
        }
    }
}

/// Takes the post. The visit gets a new token, because it can now do other things than before.
pub async fn choose_post(
    tx: &mut Tx,
    session: SessionId,
    post: PostId,
    now: Timestamp,
) -> Result<Opened, ChoosePostError> {
    let sql = "select staff from sessions where id = $1 and staff is not null and revoked_at is null";
    let row = tx.fetch_optional(sql, vals![session]).await?.ok_or(ChoosePostError::NoVisit)?;
    let held = posts_on(tx, row.get(0)?, china_date(now)).await?;
    if !held.iter().any(|one| one.id == post) {
        return Err(ChoosePostError::NotTheirs);
    }
    tx.execute("update sessions set post = $1 where id = $2", vals![post, session]).await?;
    renew_token(tx, session, None, now).await?.ok_or(ChoosePostError::NoVisit)
}

/// In which post somebody acts: that of the visit, or the only one.
pub async fn post_of(
    tx: &mut Tx,
    staff: StaffId,
    session: Option<SessionId>,
    now: Timestamp,
) -> store::Result<Option<PostRecord>> {
    let row = match session {
        Some(session) => tx.fetch_optional("select post from sessions where id = $1", vals![session]).await?,
        None => None,
    };
    let chosen = row.map(|row| row.get::<Option<PostId>>(0)).transpose()?.flatten();
    Ok(powers_of(tx, staff, chosen, china_date(now)).await?.map(|powers| powers.post))
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
