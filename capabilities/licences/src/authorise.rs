//! Letting somebody use a document for a purpose and a time (授权用证), and ending it (撤回授权). Until then the receiver opens or
//! fetches it, and each time is a use that the holder sees.

use identity::AgentAct;
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{
    Actor, AuthorisationId, FieldError, LicenceId, Message, PersonId, Refusal, Timestamp, china_date,
};
use store::page::{Page, PageRequest};
use store::{Purpose, Row, Tx, Vault, fresh_id, vals};

use crate::receiver::{self, Receiver};
use crate::uses::{PURPOSE, open_purpose, stated};
use crate::{Licence, State, view};

pub(crate) mod api;
pub(crate) mod http;
#[cfg(test)]
mod tests;

/// So many rights to one document may be open at once.
const OPEN_MAX: u32 = 50;
/// A right lasts no longer than this; a longer need is asked for anew.
const YEARS_MAX: i32 = 1;

/// Why no right was given or ended.
#[derive(Debug, thiserror::Error)]
pub enum AuthoriseError {
    /// There is no such document or right, or it is not theirs.
    #[error("refused")]
    Refused(Refusal),
    /// The document holds no longer.
    #[error("the document is not in force")]
    NotInForce,
    /// Receiver, purpose or last day break a rule.
    #[error("invalid: {}", .0.len())]
    Invalid(Vec<FieldError>),
    /// There are as many as may be.
    #[error("at most {OPEN_MAX} rights to one document at once")]
    TooMany,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<AuthoriseError> for Refusal {
    fn from(error: AuthoriseError) -> Self {
        match error {
            AuthoriseError::Refused(refusal) => refusal,
            AuthoriseError::NotInForce => Self::conflict("licences-present-not-in-force"),
            AuthoriseError::Invalid(errors) => Self::Invalid(errors),
            AuthoriseError::TooMany => {
                Self::Conflict(Message::new("licences-authorise-many").with("max", OPEN_MAX))
            }
            AuthoriseError::Store(error) => error.into(),
        }
    }
}

/// What the holder says of a right, as it was typed.
#[derive(Debug, Clone, Copy)]
pub struct NewAuthorisation<'a> {
    /// `body:…` or `client:…`.
    pub receiver: &'a str,
    /// What for, 4 to 100 characters.
    pub purpose: &'a str,
    /// The last day, such as 2026-12-31; today to a year ahead.
    pub until: &'a str,
}

/// A right to use a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// Its id.
    pub id: AuthorisationId,
    /// The document.
    pub licence: LicenceId,
    /// Who may use it.
    pub receiver: Receiver,
    /// What for.
    pub purpose: String,
    /// Since when.
    pub given_at: Timestamp,
    /// Its last day.
    pub until: Date,
    /// When its holder ended it.
    pub ended_at: Option<Timestamp>,
}

impl Authorisation {
    /// Whether it can be used on this day.
    pub fn is_in_force(&self, today: Date) -> bool {
        self.ended_at.is_none() && today <= self.until
    }
}

/// The last day of a right, or what is wrong with it.
fn last_day(text: &str, today: Date) -> Result<Date, FieldError> {
    let latest = today.saturating_add(YEARS_MAX.years());
    let wrong = || {
        let message = Message::new("licences-authorise-until-wrong");
        FieldError::new("until", message.with("from", today).with("latest", latest))
    };
    let day: Date = text.trim().parse().map_err(|_form| wrong())?;
    if (today..=latest).contains(&day) { Ok(day) } else { Err(wrong()) }
}

/// Lets somebody use a document. The caller commits.
pub async fn authorise(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: LicenceId,
    new: NewAuthorisation<'_>,
) -> Result<AuthorisationId, AuthoriseError> {
    let person = by.person().map_err(AuthoriseError::Refused)?;
    let (licence, item) = view::collect(tx, person, id).await.map_err(AuthoriseError::Refused)?;
    let today = china_date(now);
    if licence.state(today) != State::Valid {
        return Err(AuthoriseError::NotInForce);
    }
    let unknown = || FieldError::new("receiver", Message::new("licences-authorise-receiver-wrong"));
    let receiver = receiver::find(tx, new.receiver).await?.ok_or_else(unknown);
    let (receiver, purpose, until) = match (receiver, stated(new.purpose), last_day(new.until, today)) {
        (Ok(receiver), Ok(purpose), Ok(until)) => (receiver, purpose, until),
        (receiver, purpose, until) => {
            let errors = [receiver.err(), purpose.err(), until.err()];
            return Err(AuthoriseError::Invalid(errors.into_iter().flatten().collect()));
        }
    };
    if count_open(tx, id, today).await? >= OPEN_MAX {
        return Err(AuthoriseError::TooMany);
    }
    let authorisation: AuthorisationId = fresh_id(now);
    tx.execute(
        "insert into licence_authorisations (id, licence, given_by, receiver, receiver_zh, receiver_en, purpose_sealed,
             given_at, until) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vals![
            authorisation,
            id,
            by.reference(),
            &receiver.reference,
            &receiver.name.zh,
            &receiver.name.en,
            vault.seal(PURPOSE, purpose.as_bytes())?,
            now,
            until
        ],
    )
    .await?;
    let page = format!("/licences/{id}/uses");
    identity::note_agent_act(tx, by, AgentAct::Authorised, &item, &page, now).await?;
    Ok(authorisation)
}

async fn count_open(tx: &mut Tx, licence: LicenceId, today: Date) -> store::Result<u32> {
    let sql = "select count(*) from licence_authorisations
               where licence = $1 and ended_at is null and until >= $2";
    tx.fetch_one(sql, vals![licence, today]).await?.get(0)
}

/// Ends a right at once. One that has ended already stays as it is. The caller commits.
pub async fn end_authorisation(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    licence: LicenceId,
    id: AuthorisationId,
) -> Result<(), AuthoriseError> {
    let person = by.person().map_err(AuthoriseError::Refused)?;
    view::collect(tx, person, licence).await.map_err(AuthoriseError::Refused)?;
    let sql =
        "update licence_authorisations set ended_at = coalesce(ended_at, $3) where id = $1 and licence = $2";
    match tx.execute(sql, vals![id, licence, now]).await? {
        0 => Err(AuthoriseError::Refused(Refusal::NotFound)),
        _ => Ok(()),
    }
}

/// Ends every right to the documents of a person, and takes back the codes that show them: their account is closed
/// (注销账号). The caller commits.
pub async fn end_rights_of(tx: &mut Tx, person: PersonId, now: Timestamp) -> store::Result<()> {
    tx.execute(
        "update licence_authorisations set ended_at = $2
         where ended_at is null and licence in (select id from licences where person = $1)",
        vals![person, now],
    )
    .await?;
    let sql =
        "delete from licence_presentations where licence in (select id from licences where person = $1)";
    tx.execute(sql, vals![person]).await?;
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, licence, receiver, receiver_zh, receiver_en, purpose_sealed, given_at, until, ended_at
             from licence_authorisations ",
            $rest
        )
    };
}

fn read(row: &Row, vault: &Vault, purpose: &Purpose) -> store::Result<Authorisation> {
    Ok(Authorisation {
        id: row.get(0)?,
        licence: row.get(1)?,
        receiver: Receiver {
            reference: row.get(2)?,
            name: kernel::Words { zh: row.get(3)?, en: row.get(4)? },
        },
        purpose: open_purpose(vault, &row.get::<Vec<u8>>(5)?, purpose)?,
        given_at: row.get(6)?,
        until: row.get(7)?,
        ended_at: row.get(8)?,
    })
}

/// The rights to a document, those that have ended too, the latest first. Whose it is, the caller has asked.
pub(crate) async fn of_licence(
    tx: &mut Tx,
    vault: &Vault,
    licence: &Licence,
    purpose: &Purpose,
    request: &PageRequest,
) -> store::Result<Page<Authorisation>> {
    let mut vals = request.keys(vals!["z"])?; // after every id, which is hexadecimal
    vals.extend(vals![licence.id, request.size.limit()]);
    let rows =
        tx.fetch_all(select!("where licence = $2 and id < $1 order by id desc limit $3"), vals).await?;
    let items = rows.iter().map(|row| read(row, vault, purpose)).collect::<store::Result<_>>()?;
    Ok(Page::cut(items, request.size, |one: &Authorisation| vals![one.id]))
}

/// The rights in force of a receiver, the latest first.
pub(crate) async fn of_receiver(
    tx: &mut Tx,
    vault: &Vault,
    receiver: &str,
    purpose: &Purpose,
    today: Date,
    request: &PageRequest,
) -> store::Result<Page<Authorisation>> {
    let mut vals = request.keys(vals!["z"])?; // after every id, which is hexadecimal
    vals.extend(vals![receiver, today, request.size.limit()]);
    let sql = select!(
        "where receiver = $2 and ended_at is null and until >= $3 and id < $1 order by id desc limit $4"
    );
    let rows = tx.fetch_all(sql, vals).await?;
    let items = rows.iter().map(|row| read(row, vault, purpose)).collect::<store::Result<_>>()?;
    Ok(Page::cut(items, request.size, |one: &Authorisation| vals![one.id]))
}

/// A right to this document that the receiver can use today; the latest of several.
pub(crate) async fn in_force(
    tx: &mut Tx,
    vault: &Vault,
    receiver: &str,
    licence: LicenceId,
    purpose: &Purpose,
    today: Date,
) -> store::Result<Option<Authorisation>> {
    let sql = select!(
        "where receiver = $1 and licence = $2 and ended_at is null and until >= $3 order by id desc limit 1"
    );
    let row = tx.fetch_optional(sql, vals![receiver, licence, today]).await?;
    row.as_ref().map(|row| read(row, vault, purpose)).transpose()
}

/// The right of this id, if the receiver can use it today.
pub(crate) async fn find_in_force(
    tx: &mut Tx,
    vault: &Vault,
    receiver: &str,
    id: AuthorisationId,
    purpose: &Purpose,
    today: Date,
) -> store::Result<Option<Authorisation>> {
    let sql = select!("where receiver = $1 and id = $2 and ended_at is null and until >= $3");
    let row = tx.fetch_optional(sql, vals![receiver, id, today]).await?;
    row.as_ref().map(|row| read(row, vault, purpose)).transpose()
}

/// The right of this id to this document, ended or not. Whose the document is, the caller has asked.
pub(crate) async fn find_of(
    tx: &mut Tx,
    vault: &Vault,
    licence: LicenceId,
    id: AuthorisationId,
    purpose: &Purpose,
) -> store::Result<Option<Authorisation>> {
    let row = tx.fetch_optional(select!("where licence = $1 and id = $2"), vals![licence, id]).await?;
    row.as_ref().map(|row| read(row, vault, purpose)).transpose()
}
