//! Issued documents as the table keeps them.

use std::collections::BTreeMap;

use cases::CaseError;
use codes::LicenceIdentifier;
use jiff::civil::Date;
use kernel::{
    BodyId, CaseId, LegalPersonId, LicenceId, PersonActor, PersonId, Principal, Right, Timestamp, Words,
};
use serde_json::{Map, Value, json};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

/// Whether a document holds (证照状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 有效
    Valid,
    /// 已过有效期
    Expired,
    /// 已撤销: it should not have been given.
    Revoked,
    /// 已注销: what it stood for has ended.
    Cancelled,
    /// 已换发: another document stands in its place.
    Replaced,
}

impl State {
    /// The word used in the API, in tables and in keys of sentences.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
            Self::Replaced => "replaced",
        }
    }
}

/// That a document was revoked, cancelled or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Which of the three.
    pub state: State,
    /// When.
    pub at: Timestamp,
    /// Why; for the holder and for staff. Empty for one that was replaced.
    pub reason: String,
    /// Identifier of the document that stands in its place.
    pub replaced_by: Option<String>,
}

/// A document that was issued (证照).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Its id here.
    pub id: LicenceId,
    /// Its identifier everywhere (电子证照标识).
    pub identifier: String,
    /// Its number (证照编号).
    pub number: String,
    /// `licence` or `notice`.
    pub kind: String,
    /// Licence type (证照类型代码).
    pub type_code: String,
    /// Id of its template.
    pub document: String,
    /// Its name.
    pub name: Words,
    /// The person who holds it.
    pub person: Option<PersonId>,
    /// The legal person that holds it.
    pub legal_person: Option<LegalPersonId>,
    /// The holder's name, masked for a natural person.
    pub holder_shown: String,
    /// The body that issued it.
    pub issuer: BodyId,
    /// That body's name when it did.
    pub issuer_name: String,
    /// That body's social credit code.
    pub issuer_uscc: String,
    /// The case it comes from.
    pub case: CaseId,
    /// Day of issue.
    pub issued_on: Date,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Last day on which it holds; none until revoked.
    pub valid_until: Option<Date>,
    /// That it was revoked, cancelled or replaced.
    pub ending: Option<Ending>,
    /// SM3 of the sealed PDF.
    pub file_sm3: String,
    /// SM3 of the sealed OFD file; none for documents that were issued before there were such.
    pub ofd_sm3: Option<String>,
    /// Raised by one with each reissue.
    pub version: u16,
}

impl Licence {
    /// Whether it holds on this day.
    pub fn state(&self, today: Date) -> State {
        match (&self.ending, self.valid_until) {
            (Some(ending), _) => ending.state,
            (None, Some(last)) if last < today => State::Expired,
            (None, Some(_) | None) => State::Valid,
        }
    }

    /// Whether it is this person's, or that of the legal person on whose behalf they act.
    pub fn is_held_by(&self, by: &PersonActor) -> bool {
        match by.principal() {
            Principal::LegalPerson(id) => self.legal_person == Some(id),
            Principal::Person(id) => self.person == Some(id),
        }
    }

    /// What rules of another room may read of it (证照数据核验): nothing of its holder.
    pub fn facts(&self) -> Map<String, Value> {
        let facts = json!({
            "name": self.name.zh,
            "number": self.number,
            "identifier": self.identifier,
            "type_code": self.type_code,
            "issuer": self.issuer_name,
            "issuer_uscc": self.issuer_uscc,
            "issued_on": self.issued_on,
            "valid_from": self.valid_from,
            "valid_until": self.valid_until,
        });
        facts.as_object().cloned().unwrap_or_default()
    }

    fn read(row: &Row) -> Result<Self> {
        let revoked_at: Option<Timestamp> = row.get(17)?;
        let reason: Option<String> = row.get(18)?;
        let status: String = row.get(22)?;
        let replaced_by: Option<String> = row.get(23)?;
        let state = match status.as_str() {
            "cancelled" => State::Cancelled,
            "replaced" => State::Replaced,
            _ => State::Revoked,
        };
        Ok(Self {
            id: row.get(0)?,
            identifier: row.get(1)?,
            number: row.get(2)?,
            kind: row.get(3)?,
            type_code: row.get(4)?,
            document: row.get(5)?,
            name: Words { zh: row.get(6)?, en: row.get(7)? },
            person: row.get(8)?,
            legal_person: row.get(9)?,
            holder_shown: row.get(10)?,
            issuer: row.get(11)?,
            issuer_name: row.get(12)?,
            issuer_uscc: row.get(13)?,
            case: row.get(14)?,
            issued_on: row.get(15)?,
            valid_from: row.get(16)?,
            ending: revoked_at.map(|at| Ending {
                state,
                at,
                reason: reason.unwrap_or_default(),
                replaced_by,
            }),
            valid_until: row.get(19)?,
            file_sm3: row.get(20)?,
            version: row.get(21)?,
            ofd_sm3: row.get(24)?,
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, identifier, number, kind, type_code, document, name_zh, name_en, person, legal_person,
                 holder_shown, issuer, issuer_name, issuer_uscc, case_id, issued_on, valid_from, revoked_at,
                 revoke_reason, valid_until, file_sm3, version, status, replaced_by, ofd_sm3
             from licences ",
            $rest
        )
    };
}

/// More documents than ever share a number.
const SAME_NUMBER_MAX: i64 = 20;

/// The document of this id.
pub async fn find(tx: &mut Tx, id: LicenceId) -> Result<Option<Licence>> {
    let row = tx.fetch_optional(select!("where id = $1"), vals![id]).await?;
    row.as_ref().map(Licence::read).transpose()
}

/// The documents that came out of a case, the first one first.
pub async fn of_case(tx: &mut Tx, case: CaseId) -> Result<Vec<Licence>> {
    let rows = tx.fetch_all(select!("where case_id = $1 order by id"), vals![case]).await?;
    rows.iter().map(Licence::read).collect()
}

/// Gives what one account holds to another of the same person (账号合并). The document itself names the holder, not an account.
pub async fn merge_holder(tx: &mut Tx, from: PersonId, into: PersonId) -> Result<u64> {
    tx.execute("update licences set person = $2 where person = $1", vals![from, into]).await
}

/// Whether a document of the case is in force for a time that ends on this day or later: what it rests on must stay.
pub async fn is_in_force_of(tx: &mut Tx, case: CaseId, today: Date) -> Result<bool> {
    let sql =
        "select 1 from licences where case_id = $1 and status <> 'revoked' and valid_until >= $2 limit 1";
    Ok(tx.fetch_optional(sql, vals![case, today]).await?.is_some())
}

/// Whether a document has this file.
pub async fn names_file(tx: &mut Tx, sm3: &str) -> Result<bool> {
    let sql = "select 1 from licences where file_sm3 = $1 or ofd_sm3 = $1 limit 1";
    Ok(tx.fetch_optional(sql, vals![sm3]).await?.is_some())
}

pub(crate) async fn of_effect(tx: &mut Tx, case: CaseId, effect: &str) -> Result<Option<Licence>> {
    let row = tx.fetch_optional(select!("where case_id = $1 and effect = $2"), vals![case, effect]).await?;
    row.as_ref().map(Licence::read).transpose()
}

pub(crate) async fn by_identifier(tx: &mut Tx, identifier: &LicenceIdentifier) -> Result<Option<Licence>> {
    let row = tx.fetch_optional(select!("where identifier = $1"), vals![identifier.as_str()]).await?;
    row.as_ref().map(Licence::read).transpose()
}

/// Two issuers may number alike, so there may be several.
pub(crate) async fn by_number(tx: &mut Tx, number: &str) -> Result<Vec<Licence>> {
    let vals = vals![number_key(number), SAME_NUMBER_MAX];
    let rows = tx.fetch_all(select!("where number_key = $1 order by id desc limit $2"), vals).await?;
    rows.iter().map(Licence::read).collect()
}

pub(crate) async fn by_file(tx: &mut Tx, sm3: &str) -> Result<Option<Licence>> {
    let row = tx
        .fetch_optional(select!("where file_sm3 = $1 or ofd_sm3 = $1 order by id limit 1"), vals![sm3])
        .await?;
    row.as_ref().map(Licence::read).transpose()
}

/// The document of this template that a person, or the legal person on whose behalf they act, holds today; the latest
/// of several.
pub async fn held_of(tx: &mut Tx, by: &PersonActor, document: &str, today: Date) -> Result<Option<Licence>> {
    const OF_PERSON: &str = select!(
        "where person = $1 and document = $2 and status = 'valid' and valid_from <= $3
             and (valid_until is null or valid_until >= $3) order by id desc limit 1"
    );
    const OF_LEGAL_PERSON: &str = select!(
        "where legal_person = $1 and document = $2 and status = 'valid' and valid_from <= $3
             and (valid_until is null or valid_until >= $3) order by id desc limit 1"
    );
    let row = match by.principal() {
        Principal::LegalPerson(id) => tx.fetch_optional(OF_LEGAL_PERSON, vals![id, document, today]).await?,
        Principal::Person(id) => tx.fetch_optional(OF_PERSON, vals![id, document, today]).await?,
    };
    row.as_ref().map(Licence::read).transpose()
}

/// The documents of a person, or of whoever they act for, as far as their mandate reaches, the latest first. A page may hold
/// fewer than it has room for.
pub async fn held_by(tx: &mut Tx, by: &PersonActor, request: &PageRequest) -> Result<Page<Licence>> {
    let mut vals = request.keys(vals!["z"])?; // after every id, which is hexadecimal
    let rows = match by.principal() {
        Principal::LegalPerson(id) => {
            vals.extend(vals![id, request.size.limit()]);
            tx.fetch_all(select!("where legal_person = $2 and id < $1 order by id desc limit $3"), vals)
                .await?
        }
        Principal::Person(id) => {
            vals.extend(vals![id, request.size.limit()]);
            tx.fetch_all(select!("where person = $2 and id < $1 order by id desc limit $3"), vals).await?
        }
    };
    let licences = rows.iter().map(Licence::read).collect::<Result<_>>()?;
    let page = Page::cut(licences, request.size, |licence: &Licence| vals![licence.id]);
    Ok(Page { items: within(tx, by, page.items).await?, next: page.next })
}

/// The valid documents of a person, or of the legal person on whose behalf they act, whose last day lies between two
/// days; the first to end first, at most twenty.
pub async fn ending(tx: &mut Tx, by: &PersonActor, from: Date, until: Date) -> Result<Vec<Licence>> {
    const OF_PERSON: &str = select!(
        "where person = $1 and status = 'valid' and valid_until >= $2 and valid_until <= $3
             order by valid_until, id limit 20"
    );
    const OF_LEGAL_PERSON: &str = select!(
        "where legal_person = $1 and status = 'valid' and valid_until >= $2 and valid_until <= $3
             order by valid_until, id limit 20"
    );
    let rows = match by.principal() {
        Principal::LegalPerson(id) => tx.fetch_all(OF_LEGAL_PERSON, vals![id, from, until]).await?,
        Principal::Person(id) => tx.fetch_all(OF_PERSON, vals![id, from, until]).await?,
    };
    let licences = rows.iter().map(Licence::read).collect::<Result<_>>()?;
    within(tx, by, licences).await
}

/// Of these documents those that a mandate lets its holder see: what came out of cases of its items.
async fn within(tx: &mut Tx, by: &PersonActor, mut licences: Vec<Licence>) -> Result<Vec<Licence>> {
    if by.acting_for.is_none() {
        return Ok(licences);
    }
    let cases: Vec<CaseId> = licences.iter().map(|licence| licence.case).collect();
    let items = items_of(tx, &cases).await?;
    licences.retain(|licence| by.may(Right::See, items.get(&licence.case).map_or("", String::as_str)));
    Ok(licences)
}

pub(crate) async fn items_of(tx: &mut Tx, cases: &[CaseId]) -> Result<BTreeMap<CaseId, String>> {
    cases::items_of(tx, cases).await.map_err(|error| {
        if let CaseError::Store(error) = error {
            error
        } else {
            store::Error::Damaged { column: error.to_string(), expected: "cases of documents" }
        }
    })
}

/// A number as it is looked up: people type other brackets than GB/T 9704 prints, full-width digits, and blanks.
pub(crate) fn number_key(number: &str) -> String {
    let mut key = String::with_capacity(number.len());
    for c in number.chars() {
        match c {
            '[' | '(' | '【' | '（' | '［' | '{' | '﹝' => key.push('〔'),
            ']' | ')' | '】' | '）' | '］' | '}' | '﹞' => key.push('〕'),
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => {
                // Full-width forms stand 0xFEE0 above their ASCII ones.
                key.extend(char::from_u32(u32::from(c) - 0xFEE0));
            }
            c if c.is_whitespace() || c.is_control() => {}
            c => key.push(c),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_as_people_type_it() {
        for typed in
            ["湘养备〔2026〕12号", "湘养备[2026]12号", " 湘养备（２０２６） 12 号\n", "湘养备【2026】12号"]
        {
            assert_eq!(number_key(typed), "湘养备〔2026〕12号", "{typed:?}");
        }
        assert_eq!(number_key("湘养备〔2026〕1\u{0}3号"), "湘养备〔2026〕13号");
    }
}
