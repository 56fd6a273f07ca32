//! Another password (修改口令): asked for by somebody who has proved themselves moments ago. Every other visit ends.

use kernel::{Refusal, SessionId, Timestamp};
use store::{Purpose, Tx, vals};

use crate::Room;
use crate::account_told::{Told, told};
use crate::password::{self, HashFault, PasswordFault};
use crate::sessions::Subject;
use crate::{find_person, find_staff, visits};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why the password stayed as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangePasswordError {
    /// The new one breaks a rule.
    #[error("{0}")]
    Weak(PasswordFault),
    /// The account is gone.
    #[error("no such account")]
    NoAccount,
    /// It could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashFault),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<ChangePasswordError> for Refusal {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Weak(fault) => Self::field("new_password", fault.message()),
            ChangePasswordError::NoAccount => Self::NotFound,
            ChangePasswordError::Hash(fault) => Self::internal(fault),
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}

/// By what the account is known: a password must not hold it.
pub(crate) async fn known_by(
    tx: &mut Tx,
    room: &Room,
    owner: Subject,
    now: Timestamp,
) -> store::Result<Option<Vec<String>>> {
    match owner {
        Subject::Person(person) => {
            let purpose = Purpose::new("identity.own-account", owner.to_string());
            let found = find_person(tx, &room.vault, &purpose, person, now).await?;
            Ok(found.map(|person| {
                let phone = person.phone.map(|phone| phone.as_str().to_owned());
                let known = [person.resident_id.as_str().to_owned(), person.name.as_str().to_owned()];
                known.into_iter().chain(phone).collect()
            }))
        }
        Subject::Staff(staff) => Ok(find_staff(tx, staff).await?.map(|staff| vec![staff.login, staff.name])),
    }
}

/// Sets the password. `kept` is the visit that goes on.
pub(crate) async fn change_password(
    room: &Room,
    owner: Subject,
    kept: Option<SessionId>,
    new: &str,
    now: Timestamp,
) -> Result<(), ChangePasswordError> {
    let mut tx = room.db.snapshot().await?;
    let known = known_by(&mut tx, room, owner, now).await?.ok_or(ChangePasswordError::NoAccount)?;
    drop(tx);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    password::check(new, &known).map_err(ChangePasswordError::Weak)?;
    let hash = room.passwords.hash(new).await?;
    let mut tx = room.db.begin().await?;
    match owner {
        Subject::Person(person) => {
            tx.execute("update persons set password_hash = $1 where id = $2", vals![hash, person]).await?
        }
        Subject::Staff(staff) => {
            tx.execute(
                "update staff set password_hash = $1, start_until = null where id = $2",
                vals![hash, staff],
            )
            .await?
        }
    };
    visits::end_all(&mut tx, owner, kept, now).await?;
    told(&mut tx, owner, Told::PasswordChanged, "", now).await?;
    tx.commit().await?;
    Ok(())
}
