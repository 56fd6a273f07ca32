//! Offers of mandates (待接受的授权). An offer is addressed to a name with an identity number, not to an account: whoever
//! offers learns nothing about accounts, and whoever opens an account later finds what waits for them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{Items, MandateKind, OfferId, PersonId, Principal, Right, Timestamp, china_date};
use store::{Purpose, Result, Row, Tx, Vault, vals};

use crate::mandates::{from_words, principal};
use crate::personal;

pub(crate) mod api;

/// Most offers of a principal that wait at a time.
pub(crate) const OFFERS_MAX: usize = 20;

/// An offer that nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRecord {
    /// Its id.
    pub id: OfferId,
    /// An agent of a natural person, or the next legal representative.
    pub kind: MandateKind,
    /// For whom.
    pub principal: Principal,
    /// The name to which it is addressed, masked.
    pub shown_as: String,
    /// What it would allow.
    pub rights: BTreeSet<Right>,
    /// For which items.
    pub items: Items,
    /// The last day of the mandate.
    pub until: Option<Date>,
    /// When it was made.
    pub offered_at: Timestamp,
    /// The last day on which it can be accepted.
    pub answer_by: Date,
    name_sealed: Vec<u8>,
    resident_id_blind: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select o.id, o.kind, o.of_person, o.legal_person, o.name_sealed, o.resident_id_blind, o.rights,
                 o.items, o.until, o.offered_at, o.answer_by
             from mandate_offers o where o.answered_at is null and o.answer_by >= $1 ",
            $rest
        )
    };
}

fn read(row: &Row, vault: &Vault) -> Result<OfferRecord> {
    let name_sealed: Vec<u8> = row.get(4)?;
    Ok(OfferRecord {
        id: row.get(0)?,
        kind: row.parse(1)?,
        principal: principal(row, 2)?,
        shown_as: personal::shown_as(vault, &name_sealed)?,
        name_sealed,
        resident_id_blind: row.get(5)?,
        rights: from_words(&row.get::<String>(6)?).ok_or_else(|| row.damaged(6, "rights"))?,
        items: Items::from_list(&row.get::<String>(7)?),
        until: row.get(8)?,
        offered_at: row.get(9)?,
        answer_by: row.get(10)?,
    })
}

/// The offer of this id, if it still waits.
pub(crate) async fn find_offer(
    tx: &mut Tx,
    vault: &Vault,
    id: OfferId,
    now: Timestamp,
) -> Result<Option<OfferRecord>> {
    let row = tx.fetch_optional(select!("and o.id = $2"), vals![china_date(now), id]).await?;
    row.map(|row| read(&row, vault)).transpose()
}

/// The offers of a principal that wait, the latest first.
pub async fn offers_of(
    tx: &mut Tx,
    vault: &Vault,
    principal: Principal,
    now: Timestamp,
) -> Result<Vec<OfferRecord>> {
    let today = china_date(now);
    let rows = match principal {
        Principal::Person(of) => {
            tx.fetch_all(select!("and o.of_person = $2 order by o.id desc limit 100"), vals![today, of])
        }
        Principal::LegalPerson(of) => {
            tx.fetch_all(select!("and o.legal_person = $2 order by o.id desc limit 100"), vals![today, of])
        }
    }
    .await?;
    rows.iter().map(|row| read(row, vault)).collect()
}

/// The offers that wait for this person's answer, the oldest first.
pub async fn offers_to(
    tx: &mut Tx,
    vault: &Vault,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<OfferRecord>> {
    let row = tx.fetch_one("select resident_id_blind from persons where id = $1", vals![person]).await?;
    let blind: String = row.get(0)?;
    let sql = select!("and o.resident_id_blind = $2 order by o.id limit 100");
    let rows = tx.fetch_all(sql, vals![china_date(now), blind]).await?;
    let mut offers = Vec::new();
    for row in &rows {
        let offer = read(row, vault)?;
        if addressee(tx, vault, &offer).await? == Some(person) {
            offers.push(offer);
        }
    }
    Ok(offers)
}

/// The account to which an offer is addressed: number and name must be its own.
pub(crate) async fn addressee(tx: &mut Tx, vault: &Vault, offer: &OfferRecord) -> Result<Option<PersonId>> {
    let sql = "select id, name_sealed from persons where resident_id_blind = $1";
    let Some(row) = tx.fetch_optional(sql, vals![&offer.resident_id_blind]).await? else { return Ok(None) };
    let purpose = Purpose::new("identity.offer", "system");
    let own = personal::open_name(vault, &row.get::<Vec<u8>>(1)?, &purpose)?;
    let named = personal::open_name(vault, &offer.name_sealed, &purpose)?;
    let person: PersonId = row.get(0)?;
    Ok((own == named).then_some(person))
}

/// Whom an offer concerns, if there is such an account, and who makes it, as pages show them: for telling.
pub async fn offer_concerns(
    tx: &mut Tx,
    vault: &Vault,
    id: OfferId,
    now: Timestamp,
) -> Result<Option<(PersonId, String)>> {
    let Some(offer) = find_offer(tx, vault, id, now).await? else { return Ok(None) };
    let Some(person) = addressee(tx, vault, &offer).await? else { return Ok(None) };
    Ok(Some((person, crate::mandates::shown_as(tx, vault, offer.principal).await?)))
}
