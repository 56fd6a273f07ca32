//! Natural persons (自然人): what the rest of the platform may learn of them, and how.

use std::fmt;
use std::str::FromStr;

use codes::{DivisionCode, ResidentId};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Purpose, Result, Row, Tx, Vault, access_log, vals};
use subtle::ConstantTimeEq as _;

use crate::person_name::{PersonName, Phone};
use crate::personal;

/// How sure the platform is that the account belongs to the person it names (实名核验程度).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assurance {
    /// As they said themselves when they registered.
    #[default]
    Declared,
    /// Somebody has looked at the document, or another platform vouches for it.
    Verified,
}

impl Assurance {
    /// The word used in tables and data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Verified => "verified",
        }
    }
}

impl fmt::Display for Assurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Assurance {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        [Self::Declared, Self::Verified]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("unknown assurance level {text:?}"))
    }
}

/// A person's data in clear: only for the purpose that was named to get them. `Debug` shows them masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: PersonName,
    /// Their identity number.
    pub resident_id: ResidentId,
    /// Their phone.
    pub phone: Option<Phone>,
    /// Where they live, if they said.
    pub division: Option<DivisionCode>,
    /// How sure the platform is of all this.
    pub assurance: Assurance,
}

/// The person's data, opened for a purpose; nothing once the account is closed. The look is noted in the same transaction for the person to see,
/// unless they look at themselves.
pub async fn find_person(
    tx: &mut Tx,
    vault: &Vault,
    purpose: &Purpose,
    id: PersonId,
    now: Timestamp,
) -> Result<Option<PersonRecord>> {
    let row = tx
        .fetch_optional(
            "select name_sealed, resident_id_sealed, phone_sealed, division, assurance_level
             from persons where id = $1 and closed_at is null",
            vals![id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let subject = person_reference(id);
    if purpose.by != subject {
        access_log::record(tx, purpose, &subject, "identity.person", now).await?;
    }
    open(vault, purpose, id, &row).map(Some)
}

fn open(vault: &Vault, purpose: &Purpose, id: PersonId, row: &Row) -> Result<PersonRecord> {
    let phone: Option<Vec<u8>> = row.get(2)?;
    let division: String = row.get(3)?;
    Ok(PersonRecord {
        id,
        name: personal::open_name(vault, &row.get::<Vec<u8>>(0)?, purpose)?,
        resident_id: personal::open_resident_id(vault, &row.get::<Vec<u8>>(1)?, purpose)?,
        phone: phone.map(|sealed| personal::open_phone(vault, &sealed, purpose)).transpose()?,
        division: if division.is_empty() { None } else { Some(row.parse(3)?) },
        assurance: row.parse(4)?,
    })
}

/// The name as it may be shown (张**).
pub async fn person_shown_as(tx: &mut Tx, vault: &Vault, id: PersonId) -> Result<Option<String>> {
    let row = tx.fetch_optional("select name_sealed from persons where id = $1", vals![id]).await?;
    row.map(|row| personal::shown_as(vault, &row.get::<Vec<u8>>(0)?)).transpose()
}

/// Whether the person is called so. The name is opened only to be compared, and whoever asks learns what they knew. An
/// id that nobody has costs the same work, so that the time of an answer does not tell one from the other.
pub async fn person_is_called(
    tx: &mut Tx,
    vault: &Vault,
    purpose: &Purpose,
    id: Option<PersonId>,
    name: &str,
) -> Result<bool> {
    let wanted = id.map(|id| id.to_string()).unwrap_or_default();
    let row = tx.fetch_optional("select name_sealed from persons where id = $1", vals![wanted]).await?;
    let sealed = match &row {
        Some(row) => row.get(0)?,
        None => personal::seal_nobody(vault)?,
    };
    let found = personal::open_name(vault, &sealed, purpose)?;
    let same = bool::from(found.as_str().as_bytes().ct_eq(name.trim().as_bytes()));
    Ok(same && row.is_some())
}

/// Who has this identity number, if they have an account. Nothing is opened.
pub async fn find_person_by_resident_id(
    tx: &mut Tx,
    vault: &Vault,
    resident_id: &ResidentId,
) -> Result<Option<PersonId>> {
    let row = tx
        .fetch_optional(
            "select id from persons where resident_id_blind = $1",
            vals![personal::resident_id_blind(vault, resident_id)],
        )
        .await?;
    row.map(|row| row.get(0)).transpose()
}

/// Notes that somebody has made sure of who the holder is (实名核验). `false`: somebody had before.
pub(crate) async fn make_verified(tx: &mut Tx, id: PersonId) -> Result<bool> {
    let sql =
        "update persons set assurance_level = 'verified' where id = $1 and assurance_level <> 'verified'";
    Ok(tx.execute(sql, vals![id]).await? == 1)
}

/// How a person is named in events and in the log of looks.
pub(crate) fn person_reference(id: PersonId) -> String {
    format!("person:{id}")
}

#[cfg(test)]
mod tests;
