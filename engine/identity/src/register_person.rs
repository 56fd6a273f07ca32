//! Opening an account of one's own (注册).

use kernel::{PersonId, Refusal, Timestamp};
use store::{Db, Vault};

use crate::add::AddError;
use crate::add_person::{self, AddPerson};
use crate::client::Client;
use crate::password::{HashFault, Passwords};
use crate::persons::Assurance;
use crate::upstream::{LinkError, Said};
use crate::{Room, sign_in, takeover, upstream};

/// What a person fills in.
#[derive(Clone)]
pub struct RegisterPerson {
    /// Name.
    pub name: String,
    /// Identity number.
    pub resident_id: String,
    /// Phone.
    pub phone: String,
    /// The password that they choose.
    pub password: String,
    /// The code from a desk, for an account that was made for them as a ward; empty for everybody else.
    pub code: String,
    /// The machine that it comes from.
    pub client: Client,
}

impl std::fmt::Debug for RegisterPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegisterPerson").finish_non_exhaustive()
    }
}

/// Why no account was opened.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// Fields that break a rule.
    #[error(transparent)]
    Fields(AddError),
    /// Identity number or phone belong to an account already: which of them is not said, because a stranger could
    /// find out in this way who uses the platform.
    #[error("no account can be opened with these data")]
    Taken,
    /// Too many tries from this address before; seconds to wait.
    #[error("too many tries, wait {0} s")]
    Delayed(u64),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashFault),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<AddError> for RegisterError {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Taken(_) => Self::Taken,
            AddError::Hash(fault) => Self::Hash(fault),
            AddError::Store(error) => Self::Store(error),
            AddError::Invalid(_) => Self::Fields(error),
        }
    }
}

/// The account was linked meanwhile: it is known here.
impl From<LinkError> for RegisterError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Elsewhere | LinkError::Another | LinkError::NotThem => Self::Taken,
            LinkError::Store(error) => Self::Store(error),
        }
    }
}

impl From<RegisterError> for Refusal {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Fields(fields) => fields.into(),
            RegisterError::Taken => Self::conflict("identity-register-taken"),
            RegisterError::Delayed(seconds) => Self::TooMany(seconds),
            RegisterError::Hash(fault) => Self::internal(fault),
            RegisterError::Store(error) => error.into(),
        }
    }
}

/// Opens an account. The hash is computed before the database is touched, and also where the account turns out to
/// exist, so that the answer takes as long.
pub async fn register_person(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    person: RegisterPerson,
) -> Result<PersonId, RegisterError> {
    open_account(db, vault, passwords, now, person, None).await
}

/// Opens an account of somebody whom an upstream provider has named, and links the two. Name and number are those that the
/// provider gave: nobody can use a provider that vouches for them to vouch for something else. They choose a password
/// like everybody, so that the account does not hang on another's server alone.
pub async fn register_from_upstream(
    room: &Room,
    now: Timestamp,
    said: &Said,
    phone: String,
    password: String,
    client: Client,
) -> Result<PersonId, RegisterError> {
    let person = RegisterPerson {
        name: said.name.clone().unwrap_or_default(),
        resident_id: said.resident_id.clone().unwrap_or_default(),
        phone,
        password,
        code: String::new(),
        client,
    };
    open_account(&room.db, &room.vault, &room.passwords, now, person, Some(said)).await
}

async fn open_account(
    db: &Db,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    person: RegisterPerson,
    said: Option<&Said>,
) -> Result<PersonId, RegisterError> {
    let is_checked = said.is_some_and(|said| said.is_checked);
    let hash = person.password.clone();
    let checked = add_person::check(&AddPerson {
        name: person.name,
        resident_id: person.resident_id,
        phone: Some(person.phone),
        division: None,
        password: Some(person.password),
        assurance: if is_checked { Assurance::Verified } else { Assurance::Declared },
    })?;
    let mut tx = db.snapshot().await?;
    let wait = sign_in::client_wait_seconds(&mut tx, vault, &person.client, now).await?;
    tx.rollback().await?;
    if wait > 0 {
        return Err(RegisterError::Delayed(wait));
    }
    let hash = passwords.hash(&hash).await?;
    let mut tx = db.begin().await?;
    let done = if person.code.trim().is_empty() {
        add_person::insert(&mut tx, vault, now, &checked, Some(hash)).await
    } else {
        takeover::take_over(&mut tx, vault, now, &checked, &person.code, hash).await
    };
    match done {
        Ok(id) => {
            if let Some(said) = said {
                upstream::insert(&mut tx, vault, id, said, now).await?;
            }
            tx.commit().await?;
            Ok(id)
        }
        Err(AddError::Taken(_)) => {
            tx.rollback().await?;
            sign_in::note_taken(db, vault, &person.client, now).await?;
            Err(RegisterError::Taken)
        }
        Err(other) => Err(other.into()),
    }
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
