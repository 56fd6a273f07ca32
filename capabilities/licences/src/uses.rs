//! Each use of a document by somebody else than its holder (用证记录): shown by a code, opened with a right, asked for by a
//! system, read by an application. Uses are only added, and the holder reads all of them.

use kernel::{AuthorisationId, CaseId, EventId, FieldError, Message, Refusal, Timestamp, Words};
use store::page::{Page, PageRequest};
use store::{Purpose, Result, Row, Tx, Vault, access_log, fresh_id, vals};

use crate::Licence;
use crate::receiver::Receiver;

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Under which purposes are sealed: people write names into them.
pub(crate) const PURPOSE: &str = "licences.purpose";
/// Shorter says nothing, longer is read by nobody.
const PURPOSE_CHARACTERS: std::ops::RangeInclusive<usize> = 4..=100;

/// How a document was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Its holder showed it by a code (出示).
    Presented,
    /// A body opened it with the holder's right (授权查看).
    Opened,
    /// A system asked whether it is there and in force (查询).
    Queried,
    /// A system compared what it knows with it (核验比对).
    Compared,
    /// A system fetched it with the holder's right (调取).
    Fetched,
    /// A system wants to be told when it ends (订阅).
    Subscribed,
    /// An application of its holder read it instead of asking for a copy (免提交).
    Applied,
}

impl How {
    const ALL: [Self; 7] = [
        Self::Presented,
        Self::Opened,
        Self::Queried,
        Self::Compared,
        Self::Fetched,
        Self::Subscribed,
        Self::Applied,
    ];

    /// The word used in the API, in tables and in keys of sentences.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Presented => "presented",
            Self::Opened => "opened",
            Self::Queried => "queried",
            Self::Compared => "compared",
            Self::Fetched => "fetched",
            Self::Subscribed => "subscribed",
            Self::Applied => "applied",
        }
    }
}

/// A use that is to be noted.
pub(crate) struct NewUse<'a> {
    pub(crate) licence: &'a Licence,
    pub(crate) how: How,
    pub(crate) receiver: &'a Receiver,
    /// Reference of the clerk, the system or the applicant.
    pub(crate) by: &'a str,
    /// Why, in the words of whoever used it; may be empty.
    pub(crate) purpose: &'a str,
    pub(crate) authorisation: Option<AuthorisationId>,
    pub(crate) case: Option<CaseId>,
    pub(crate) detail: String,
    /// The look at the holder's data, if it is one, and at which field.
    pub(crate) look: Option<(Purpose, &'static str)>,
}

/// Notes a use, and the look that it is for the log of looks. The caller commits.
pub(crate) async fn note(tx: &mut Tx, vault: &Vault, new: NewUse<'_>, now: Timestamp) -> Result<()> {
    if let (Some((purpose, field)), Some(person)) = (&new.look, new.licence.person) {
        access_log::record(tx, purpose, &format!("person:{person}"), field, now).await?;
    }
    let sealed = match new.purpose {
        "" => None,
        purpose => Some(vault.seal(PURPOSE, purpose.as_bytes())?),
    };
    tx.execute(
        "insert into licence_uses (id, licence, at, how, receiver, receiver_zh, receiver_en, by_whom, purpose_sealed,
             authorisation, case_id, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        vals![
            fresh_id::<EventId>(now),
            new.licence.id,
            now,
            new.how.as_str(),
            &new.receiver.reference,
            &new.receiver.name.zh,
            &new.receiver.name.en,
            new.by,
            sealed,
            new.authorisation,
            new.case,
            new.detail
        ],
    )
    .await?;
    Ok(())
}

/// A use as its holder reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its id.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// How.
    pub how: How,
    /// Who: the name of a body, a system or an item, as it was then.
    pub receiver: Words,
    /// Why, in their words; may be empty.
    pub purpose: String,
    /// For which application of the holder.
    pub case: Option<CaseId>,
    /// Of a comparison `field=yes` or `field=no` with commas between; of a query the state that was told; else empty.
    pub detail: String,
}

/// The uses of a document, the latest first. Whose it is, the caller has asked.
pub(crate) async fn list(
    tx: &mut Tx,
    vault: &Vault,
    licence: &Licence,
    purpose: &Purpose,
    request: &PageRequest,
) -> Result<Page<Use>> {
    let mut vals = request.keys(vals!["z"])?; // after every id, which is hexadecimal
    vals.extend(vals![licence.id, request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, at, how, receiver_zh, receiver_en, purpose_sealed, case_id, detail from licence_uses
             where licence = $2 and id < $1 order by id desc limit $3",
            vals,
        )
        .await?;
    let uses = rows.iter().map(|row| read(row, vault, purpose)).collect::<Result<_>>()?;
    Ok(Page::cut(uses, request.size, |one: &Use| vals![one.id]))
}

fn read(row: &Row, vault: &Vault, purpose: &Purpose) -> Result<Use> {
    let how: String = row.get(2)?;
    let sealed: Option<Vec<u8>> = row.get(5)?;
    Ok(Use {
        id: row.get(0)?,
        at: row.get(1)?,
        how: How::ALL
            .into_iter()
            .find(|known| known.as_str() == how)
            .ok_or_else(|| row.damaged(2, "a way of using a document"))?,
        receiver: Words { zh: row.get(3)?, en: row.get(4)? },
        purpose: sealed.map_or_else(|| Ok(String::new()), |sealed| open_purpose(vault, &sealed, purpose))?,
        case: row.get(6)?,
        detail: row.get(7)?,
    })
}

/// A sealed purpose in clear.
pub(crate) fn open_purpose(vault: &Vault, sealed: &[u8], purpose: &Purpose) -> Result<String> {
    Ok(String::from_utf8_lossy(&vault.open(PURPOSE, sealed, purpose)?).into_owned())
}

/// A purpose as it may be kept (用途): law asks for a definite one (个人信息保护法 §6).
pub(crate) fn stated(text: &str) -> std::result::Result<&str, FieldError> {
    let text = text.trim();
    if PURPOSE_CHARACTERS.contains(&text.chars().count()) && !text.contains(char::is_control) {
        return Ok(text);
    }
    let (min, max) = (PURPOSE_CHARACTERS.start(), PURPOSE_CHARACTERS.end());
    let message = Message::new("licences-purpose-length").with("min", min).with("max", max);
    Err(FieldError::new("purpose", message))
}

/// The same where it is the only thing that can be wrong.
pub(crate) fn stated_alone(text: &str) -> std::result::Result<&str, Refusal> {
    stated(text).map_err(|error| Refusal::Invalid(vec![error]))
}

/// Notes that an application read a document of its applicant instead of asking for a copy (免提交). `item` is the name of
/// what they apply for. One that is not on record is passed over. The caller commits.
pub async fn note_in_application(
    tx: &mut Tx,
    vault: &Vault,
    identifier: &str,
    (case, item): (CaseId, &Words),
    by: &str,
    now: Timestamp,
) -> Result<()> {
    let row = tx.fetch_optional("select id from licences where identifier = $1", vals![identifier]).await?;
    let Some(row) = row else { return Ok(()) };
    let licence = crate::find(tx, row.get(0)?).await?.ok_or(store::Error::Missing)?;
    let receiver = Receiver { reference: format!("case:{case}"), name: item.clone() };
    let new = NewUse {
        licence: &licence,
        how: How::Applied,
        receiver: &receiver,
        by,
        purpose: "",
        authorisation: None,
        case: Some(case),
        detail: String::new(),
        look: None,
    };
    note(tx, vault, new, now).await
}
