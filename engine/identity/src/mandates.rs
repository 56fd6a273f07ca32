//! Who may act for whom (授权): legal representatives, agents of legal persons and of natural persons, guardians.
//!
//! A mandate holds from its first instant to its last civil day in China, until it is ended, and, after a change of the
//! legal representative, only as long as the new one may still confirm it. Every request asks anew.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use jiff::civil::Date;
use kernel::{Items, Mandate, MandateId, MandateKind, PersonId, Principal, Right, Timestamp, china_date};
use store::{Result, Row, Tx, Vault, vals};

use crate::personal;

/// More principals than anybody acts for; the page of hats is searched, not paged.
const HATS_MAX: i64 = 500;

/// Somebody for whom a person may act now (办事身份).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hat {
    /// The mandate.
    pub mandate: MandateId,
    /// For whom.
    pub principal: Principal,
    /// The name of the legal person, or the masked one of the natural person.
    pub name: String,
    /// The unified social credit code; empty for a natural person.
    pub uscc: String,
    /// Why.
    pub kind: MandateKind,
    /// What it allows.
    pub rights: BTreeSet<Right>,
    /// For which items.
    pub items: Items,
    /// The last day; none until ended.
    pub until: Option<Date>,
    /// The last day by which a new legal representative has to confirm it.
    pub confirm_by: Option<Date>,
}

impl Hat {
    /// Whether as legal representative.
    pub fn is_representative(&self) -> bool {
        self.kind == MandateKind::Representative
    }

    /// Whether agents of the legal person are theirs to name.
    pub fn may_name_agents(&self) -> bool {
        matches!(self.kind, MandateKind::Representative | MandateKind::Manager)
    }
}

/// The right of a person to act for another (授权), also one that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MandateRecord {
    /// The right itself.
    pub id: MandateId,
    /// Why.
    pub kind: MandateKind,
    /// For whom.
    pub principal: Principal,
    /// Who acts.
    pub person: PersonId,
    /// What it allows.
    pub rights: BTreeSet<Right>,
    /// For which items.
    pub items: Items,
    /// Since when.
    pub since: Timestamp,
    /// The last day; none until ended.
    pub until: Option<Date>,
    /// The last day by which a new legal representative has to confirm it.
    pub confirm_by: Option<Date>,
    /// Who gave it: `person:…`, `staff:…` or `system`.
    pub granted_by: String,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
}

impl MandateRecord {
    /// Whether it holds on this day.
    pub fn holds_on(&self, today: Date) -> bool {
        let is_over = |day: Option<Date>| day.is_some_and(|day| day < today);
        self.ended_at.is_none() && !is_over(self.until) && !is_over(self.confirm_by)
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select m.id, m.kind, m.of_person, m.legal_person, m.person, m.rights, m.items, m.since, m.until,
                 m.confirm_by, m.granted_by, m.ended_at from mandates m ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<MandateRecord> {
    Ok(MandateRecord {
        id: row.get(0)?,
        kind: row.parse(1)?,
        principal: principal(row, 2)?,
        person: row.get(4)?,
        rights: from_words(&row.get::<String>(5)?).ok_or_else(|| row.damaged(5, "rights"))?,
        items: Items::from_list(&row.get::<String>(6)?),
        since: row.get(7)?,
        until: row.get(8)?,
        confirm_by: row.get(9)?,
        granted_by: row.get(10)?,
        ended_at: row.get(11)?,
    })
}

/// The principal in two columns, of which one is empty.
pub(crate) fn principal(row: &Row, at: usize) -> Result<Principal> {
    match (row.get(at)?, row.get(at + 1)?) {
        (Some(person), _) => Ok(Principal::Person(person)),
        (None, Some(legal_person)) => Ok(Principal::LegalPerson(legal_person)),
        (None, None) => Err(row.damaged(at, "a principal")),
    }
}

/// Words, each between commas.
pub(crate) fn to_words<T: Display>(words: &BTreeSet<T>) -> String {
    words.iter().fold(",".to_owned(), |list, word| format!("{list}{word},"))
}

pub(crate) fn from_words<T: FromStr + Ord>(list: &str) -> Option<BTreeSet<T>> {
    list.split(',').filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect()
}

/// The mandate of this id.
pub async fn find_mandate(tx: &mut Tx, id: MandateId) -> Result<Option<MandateRecord>> {
    let row = tx.fetch_optional(select!("where m.id = $1"), vals![id]).await?;
    row.as_ref().map(read).transpose()
}

/// The mandate under which this person may act for that principal now.
pub(crate) async fn held_by(
    tx: &mut Tx,
    person: PersonId,
    principal: Principal,
    now: Timestamp,
) -> Result<Option<MandateRecord>> {
    let row = match principal {
        Principal::Person(of) => {
            let sql = select!("where m.of_person = $1 and m.person = $2 and m.ended_at is null");
            tx.fetch_optional(sql, vals![of, person]).await?
        }
        Principal::LegalPerson(of) => {
            let sql = select!("where m.legal_person = $1 and m.person = $2 and m.ended_at is null");
            tx.fetch_optional(sql, vals![of, person]).await?
        }
    };
    let found = row.as_ref().map(read).transpose()?;
    Ok(found.filter(|mandate| mandate.holds_on(china_date(now))))
}

/// Whether this person may act for that principal now.
pub async fn may_act_for(
    tx: &mut Tx,
    person: PersonId,
    principal: Principal,
    now: Timestamp,
) -> Result<bool> {
    Ok(held_by(tx, person, principal, now).await?.is_some())
}

/// What `$1` may act under on the day `$2`.
macro_rules! hats {
    ($rest:literal) => {
        concat!(
            "select m.id, m.of_person, m.legal_person, m.kind, m.rights, m.items, m.until, m.confirm_by, l.name,
                 l.uscc, p.name_sealed
             from mandates m left join legal_persons l on l.id = m.legal_person
                 left join persons p on p.id = m.of_person
             where m.person = $1 and m.ended_at is null and (m.until is null or m.until >= $2)
                 and (m.confirm_by is null or m.confirm_by >= $2) ",
            $rest
        )
    };
}

/// The mandate of a visit, if it still holds.
pub(crate) async fn worn(
    tx: &mut Tx,
    vault: &Vault,
    person: PersonId,
    id: MandateId,
    now: Timestamp,
) -> Result<Option<Mandate>> {
    let row = tx.fetch_optional(hats!("and m.id = $3"), vals![person, china_date(now), id]).await?;
    let hat = row.map(|row| read_hat(&row, vault)).transpose()?;
    Ok(hat.map(|Hat { mandate, principal, kind, rights, items, name, .. }| Mandate {
        id: mandate,
        principal,
        kind,
        rights,
        items,
        shown_as: name,
    }))
}

/// How a principal is called on pages: a natural person masked.
pub async fn shown_as(tx: &mut Tx, vault: &Vault, principal: Principal) -> Result<String> {
    let row = match principal {
        Principal::Person(id) => {
            let row = tx.fetch_one("select name_sealed from persons where id = $1", vals![id]).await?;
            return personal::shown_as(vault, &row.get::<Vec<u8>>(0)?);
        }
        Principal::LegalPerson(id) => {
            tx.fetch_one("select name from legal_persons where id = $1", vals![id]).await?
        }
    };
    row.get(0)
}

fn read_hat(row: &Row, vault: &Vault) -> Result<Hat> {
    let sealed: Option<Vec<u8>> = row.get(10)?;
    Ok(Hat {
        mandate: row.get(0)?,
        principal: principal(row, 1)?,
        kind: row.parse(3)?,
        rights: from_words(&row.get::<String>(4)?).ok_or_else(|| row.damaged(4, "rights"))?,
        items: Items::from_list(&row.get::<String>(5)?),
        until: row.get(6)?,
        confirm_by: row.get(7)?,
        name: match sealed {
            Some(sealed) => personal::shown_as(vault, &sealed)?,
            None => row.get(8)?,
        },
        uscc: row.get::<Option<String>>(9)?.unwrap_or_default(),
    })
}

/// Everybody for whom this person may act now: what they represent first, then organisations, then persons, by name.
pub async fn hats(tx: &mut Tx, vault: &Vault, person: PersonId, now: Timestamp) -> Result<Vec<Hat>> {
    let sql = hats!("order by m.id limit $3");
    let rows = tx.fetch_all(sql, vals![person, china_date(now), HATS_MAX]).await?;
    let mut hats = rows.iter().map(|row| read_hat(row, vault)).collect::<Result<Vec<_>>>()?;
    hats.sort_by_key(|hat| (!hat.is_representative(), hat.uscc.is_empty(), hat.name.clone(), hat.mandate));
    Ok(hats)
}

/// The mandates over a principal's business that hold now, without that of a legal representative; the longest-standing
/// first, at most two hundred.
pub async fn agents_of(tx: &mut Tx, principal: Principal, now: Timestamp) -> Result<Vec<MandateRecord>> {
    let today = china_date(now);
    let rows = match principal {
        Principal::Person(of) => {
            let sql = select!(
                "where m.of_person = $1 and m.ended_at is null and (m.until is null or m.until >= $2)
                 order by m.since, m.id limit 200"
            );
            tx.fetch_all(sql, vals![of, today]).await?
        }
        Principal::LegalPerson(of) => {
            let sql = select!(
                "where m.legal_person = $1 and m.ended_at is null and (m.until is null or m.until >= $2)
                     and (m.confirm_by is null or m.confirm_by >= $2) and m.kind <> 'representative'
                 order by m.since, m.id limit 200"
            );
            tx.fetch_all(sql, vals![of, today]).await?
        }
    };
    rows.iter().map(read).collect()
}

/// A mandate to be written down.
pub(crate) struct NewMandate {
    pub(crate) kind: MandateKind,
    pub(crate) principal: Principal,
    pub(crate) person: PersonId,
    pub(crate) rights: BTreeSet<Right>,
    pub(crate) items: Items,
    pub(crate) until: Option<Date>,
    pub(crate) granted_by: String,
}

/// Writes a mandate down. One that ran out by itself still stands in the way of the index, so it is closed first; one that
/// holds makes this a unique violation of a `mandates_live_…` key.
pub(crate) async fn insert(tx: &mut Tx, new: &NewMandate, now: Timestamp) -> Result<MandateId> {
    let (of_person, legal_person) = (new.principal.person(), new.principal.legal_person());
    tx.execute(
        "update mandates set ended_at = $1, ended_by = 'system'
         where (of_person = $2 or legal_person = $3) and person = $4 and ended_at is null
             and (until < $5 or confirm_by < $5)",
        vals![now, of_person, legal_person, new.person, china_date(now)],
    )
    .await?;
    let id: MandateId = store::fresh_id(now);
    tx.execute(
        "insert into mandates (id, kind, of_person, legal_person, person, rights, items, since, until, granted_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vals![
            id,
            new.kind.as_str(),
            of_person,
            legal_person,
            new.person,
            to_words(&new.rights),
            new.items.to_list(),
            now,
            new.until,
            &new.granted_by
        ],
    )
    .await?;
    Ok(id)
}

/// Whether a write failed because a mandate between the two holds already.
pub(crate) fn holds_already(error: &store::Error) -> bool {
    matches!(error, store::Error::Unique { constraint } if constraint.starts_with("mandates_live_"))
}

/// Everything that a mandate can allow.
pub(crate) fn all_rights() -> BTreeSet<Right> {
    Right::ALL.iter().copied().collect()
}
