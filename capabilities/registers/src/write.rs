//! Writing an entry: the effects `register`, `change` and `end` of a decision.

use jiff::civil::Date;
use kernel::Refusal;
use store::{Tx, vals};

use crate::KNOWN;
use crate::entry::{EntryRef, NewEntry, Step};
use crate::search::find_last;

/// Why an entry was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is no such register.
    #[error("register {0}: unknown")]
    UnknownRegister(String),
    /// A first registration under a code that somebody has.
    #[error("{subject_code}: is registered in {register} already")]
    Taken {
        /// The register.
        register: &'static str,
        /// The code.
        subject_code: String,
    },
    /// A change of what is not registered.
    #[error("{subject_code}: is not registered in {register}")]
    Missing {
        /// The register.
        register: &'static str,
        /// The code.
        subject_code: String,
    },
    /// A change of what has ended.
    #[error("{subject_code}: its entry in {register} ended on {on}, so there is nothing to change or end")]
    Ended {
        /// The register.
        register: &'static str,
        /// The code.
        subject_code: String,
        /// The day of the end.
        on: Date,
    },
    /// Another change came between reading and writing.
    #[error(
        "{subject_code}: was changed in {register} in the meantime; trying again begins from what stands there now"
    )]
    Overtaken {
        /// The register.
        register: &'static str,
        /// The code.
        subject_code: String,
    },
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<WriteError> for Refusal {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Taken { .. } => Self::conflict("registers-code-taken"),
            WriteError::Ended { .. } | WriteError::Overtaken { .. } => {
                Self::conflict("registers-not-in-force")
            }
            WriteError::Missing { .. } | WriteError::UnknownRegister(_) => Self::NotFound,
            WriteError::Store(error) => error.into(),
        }
    }
}

/// Writes an entry. Repeating it for the same case and effect changes nothing and gives the first answer.
/// The caller commits.
pub async fn write(tx: &mut Tx, new: NewEntry) -> Result<EntryRef, WriteError> {
    if !KNOWN.contains(&new.register) {
        return Err(WriteError::UnknownRegister(new.register.to_owned()));
    }
    if let Some(written) = find_of_effect(tx, &new).await? {
        return Ok(written);
    }
    let version = next_version(tx, &new).await?;
    let ended = match &new.step {
        Step::New | Step::Change => None,
        Step::End(reason) => Some(reason),
    };
    // Two writers at a time meet at the unique index of current versions; the later one is tried again by its job.
    tx.execute(
        "update register_entries set is_current = 0, until = $3
         where register = $1 and subject_code = $2 and is_current = 1",
        vals![new.register, &new.subject_code, new.since],
    )
    .await?;
    tx.execute(
        "insert into register_entries (register, subject_code, version, is_current, name, data, case_id, effect,
             since, until, created_at, ended_zh, ended_en)
         values ($1, $2, $3, 1, $4, $5, $6, $7, $8, null, $9, $10, $11)",
        vals![
            new.register,
            &new.subject_code,
            version,
            &new.name,
            &new.data,
            new.case,
            &new.effect,
            new.since,
            new.now,
            ended.map(|reason| &reason.zh),
            ended.map(|reason| &reason.en)
        ],
    )
    .await?;
    Ok(EntryRef { register: new.register.to_owned(), subject_code: new.subject_code, version })
}

async fn find_of_effect(tx: &mut Tx, new: &NewEntry) -> store::Result<Option<EntryRef>> {
    let row = tx
        .fetch_optional(
            "select register, subject_code, version from register_entries where case_id = $1 and effect = $2",
            vals![new.case, &new.effect],
        )
        .await?;
    let read = |row: store::Row| {
        Ok(EntryRef { register: row.get(0)?, subject_code: row.get(1)?, version: row.get(2)? })
    };
    row.map(read).transpose()
}

async fn next_version(tx: &mut Tx, new: &NewEntry) -> Result<i64, WriteError> {
    let last = find_last(tx, new.register, &new.subject_code).await?;
    let (register, subject_code) = (new.register, new.subject_code.clone());
    match (&new.step, last) {
        (Step::New, None) => Ok(1),
        // A slip of the pen in the code must not overwrite somebody else; codes of those that ended are not given again.
        (Step::New, Some(_)) => Err(WriteError::Taken { register, subject_code }),
        (Step::Change | Step::End(_), None) => Err(WriteError::Missing { register, subject_code }),
        (Step::Change | Step::End(_), Some(last)) if last.ended.is_some() => {
            Err(WriteError::Ended { register, subject_code, on: last.since })
        }
        (Step::Change | Step::End(_), Some(last)) if last.version != new.follows => {
            Err(WriteError::Overtaken { register, subject_code })
        }
        (Step::Change | Step::End(_), Some(last)) => Ok(last.version + 1),
    }
}

#[cfg(test)]
mod tests;
