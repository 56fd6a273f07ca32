//! What the platform vouches for towards connected systems (统一身份认证): who sits at a visit, since when, how sure that
//! is, and single facts about them, each look on record.

use kernel::{AssuranceLevel, PersonId, SessionId, Timestamp};
use store::{Purpose, Result, Tx, Vault, access_log, vals};

use crate::factors;
use crate::personal;
use crate::persons::{Assurance, person_reference};
use crate::sessions::Subject;

/// A visit as single sign-on needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Whose it is.
    pub subject: Subject,
    /// When they showed their password.
    pub opened_at: Timestamp,
    /// How sure the platform is of who they are; a body answers for its staff.
    pub level: AssuranceLevel,
    /// With what they proved themselves, as RFC 8176 names it.
    pub amr: Vec<&'static str>,
}

/// The visit of this id, if it still goes on.
pub async fn find_visit(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<Option<Visit>> {
    let row = tx
        .fetch_optional(
            "select s.created_at, s.person, s.staff, p.assurance_level, s.strong_at, s.factors
             from sessions s left join persons p on p.id = s.person
             where s.id = $1 and s.revoked_at is null and s.expires_at > $2",
            vals![session, now],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (subject, assurance) = match row.get(1)? {
        Some(person) => (Subject::Person(person), row.parse(3)?),
        None => (Subject::Staff(row.get(2)?), Assurance::Verified),
    };
    let has_strong_factor = row.get::<Option<Timestamp>>(4)?.is_some();
    let level = AssuranceLevel::of(assurance == Assurance::Verified, has_strong_factor);
    let amr = factors::amr(&factors::read(&row.get::<String>(5)?));
    Ok(Some(Visit { subject, opened_at: row.get(0)?, level, amr }))
}

/// Whether the account is still one that may sign in.
pub async fn stands(tx: &mut Tx, subject: Subject) -> Result<bool> {
    let row = match subject {
        Subject::Person(person) => {
            tx.fetch_optional("select 1 from persons where id = $1", vals![person]).await?
        }
        Subject::Staff(staff) => {
            let sql = "select 1 from staff where id = $1 and disabled_at is null";
            tx.fetch_optional(sql, vals![staff]).await?
        }
    };
    Ok(row.is_some())
}

/// Which facts of a person are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The full name.
    pub name: bool,
    /// The telephone number.
    pub phone: bool,
    /// The identity number (公民身份号码).
    pub resident_id: bool,
}

/// The facts that were asked for, in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Passed {
    /// The full name.
    pub name: Option<String>,
    /// The telephone number, if they gave one.
    pub phone: Option<String>,
    /// The identity number.
    pub resident_id: Option<String>,
    /// How sure the platform is of them.
    pub assurance: Assurance,
}

/// Opens the facts that are wanted, no more, and notes each look for the person to see.
pub async fn pass_on(
    tx: &mut Tx,
    vault: &Vault,
    purpose: &Purpose,
    person: PersonId,
    wanted: Wanted,
    now: Timestamp,
) -> Result<Option<Passed>> {
    let row = tx
        .fetch_optional(
            "select name_sealed, phone_sealed, resident_id_sealed, assurance_level from persons where id = $1",
            vals![person],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut passed = Passed { name: None, phone: None, resident_id: None, assurance: row.parse(3)? };
    let subject = person_reference(person);
    if wanted.name {
        let name = personal::open_name(vault, &row.get::<Vec<u8>>(0)?, purpose)?;
        access_log::record(tx, purpose, &subject, personal::NAME, now).await?;
        passed.name = Some(name.as_str().to_owned());
    }
    if let (true, Some(sealed)) = (wanted.phone, row.get::<Option<Vec<u8>>>(1)?) {
        let phone = personal::open_phone(vault, &sealed, purpose)?;
        access_log::record(tx, purpose, &subject, personal::PHONE, now).await?;
        passed.phone = Some(phone.as_str().to_owned());
    }
    if wanted.resident_id {
        let number = personal::open_resident_id(vault, &row.get::<Vec<u8>>(2)?, purpose)?;
        access_log::record(tx, purpose, &subject, personal::RESIDENT_ID, now).await?;
        passed.resident_id = Some(number.as_str().to_owned());
    }
    Ok(Some(passed))
}

#[cfg(test)]
mod tests;
