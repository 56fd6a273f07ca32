//! Opening an account of one's own (注册).

use kernel::{PersonId, Refusal, Timestamp};
use store::{Db, Vault};

use crate::add::AddError;
use crate::add_person::{self, AddPerson};
use crate::client::Client;
use crate::password::{HashFault, Passwords};
use crate::persons::Assurance;
use crate::sign_in;

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
    let hash = person.password.clone();
    let checked = add_person::check(&AddPerson {
        name: person.name,
        resident_id: person.resident_id,
        phone: Some(person.phone),
        division: None,
        password: Some(person.password),
        assurance: Assurance::Declared,
    })?;
    let mut tx = db.snapshot().await?;
    let wait = sign_in::client_wait_seconds(&mut tx, vault, &person.client, now).await?;
    tx.rollback().await?;
    if wait > 0 {
        return Err(RegisterError::Delayed(wait));
    }
    let hash = passwords.hash(&hash).await?;
    let mut tx = db.begin().await?;
    match add_person::insert(&mut tx, vault, now, &checked, Some(hash)).await {
        Ok(id) => {
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
