//! A new legal representative (变更法定代表人): by the word of the old one and the acceptance of the new, or by staff with a
//! document when the old one is gone. What was stays as history; agents of the old one go on for thirty days and then end,
//! unless the new one confirms them.

use codes::SocialCreditCode;
use jiff::ToSpan as _;
use kernel::{
    Actor, BodyId, Items, LegalPersonId, MandateId, MandateKind, Message, PersonId, Principal, Refusal,
    Timestamp, china_date,
};
use store::{Purpose, Tx, Vault, vals};

use crate::acts::{ActKind, NewAct, record_act};
use crate::appoint_agent::find_named;
use crate::guardians::{BASIS, basis_text};
use crate::legal_persons::find_legal_person_by_uscc;
use crate::mandates::{self, NewMandate, all_rights, find_mandate, held_by};
use crate::persons::person_reference;
use crate::telling::{self, What};

/// So many days agents go on after a change, unless the new legal representative confirms them.
const CONFIRM_DAYS: i64 = 30;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// Nobody is signed in, or nobody of the right kind.
    #[error("not by this actor")]
    NotAllowed(Refusal),
    /// No such legal person, or agent.
    #[error("not found")]
    NotFound,
    /// No legal person has this code.
    #[error("uscc: unknown")]
    UnknownCode,
    /// No account has this name together with this number.
    #[error("no account with this name and number")]
    NobodyLikeThat,
    /// They represent it already.
    #[error("represents it already")]
    Already,
    /// The document is not named.
    #[error("basis: missing")]
    NoBasis(&'static str),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<HandOverError> for Refusal {
    fn from(error: HandOverError) -> Self {
        let field = |name: &str, key: &'static str| Self::field(name, Message::new(key));
        match error {
            HandOverError::NotAllowed(refusal) => refusal,
            HandOverError::NotFound => Self::NotFound,
            HandOverError::UnknownCode => field("uscc", "identity-uscc-unknown"),
            HandOverError::NobodyLikeThat => field("resident_id", "identity-agent-nobody"),
            HandOverError::Already => field("resident_id", "identity-representative-already"),
            HandOverError::NoBasis(name) => field(name, "identity-basis-missing"),
            HandOverError::Store(error) => error.into(),
        }
    }
}

/// A change of the legal representative.
pub(crate) struct HandOver<'a> {
    pub(crate) legal_person: LegalPersonId,
    pub(crate) to: PersonId,
    pub(crate) by: &'a str,
    pub(crate) desk: Option<BodyId>,
    pub(crate) basis: Option<Vec<u8>>,
}

/// Makes the change. That it may be made is asked before.
pub(crate) async fn change(
    tx: &mut Tx,
    vault: &Vault,
    change: HandOver<'_>,
    now: Timestamp,
) -> store::Result<MandateId> {
    let HandOver { legal_person, to, by, desk, basis } = change;
    let principal = Principal::LegalPerson(legal_person);
    let today = china_date(now);
    // The old one's right, and what the new one may have had as an agent.
    let ended = "update mandates set ended_at = $1, ended_by = $2
         where legal_person = $3 and ended_at is null and (kind = 'representative' or person = $4)
         returning person, kind";
    let rows = tx.fetch_all(ended, vals![now, by, legal_person, to]).await?;
    tx.execute(
        "update mandates set confirm_by = $1 where legal_person = $2 and ended_at is null and confirm_by is null",
        vals![today.saturating_add(CONFIRM_DAYS.days()), legal_person],
    )
    .await?;
    let new = NewMandate {
        kind: MandateKind::Representative,
        principal,
        person: to,
        rights: all_rights(),
        items: Items::All,
        until: None,
        granted_by: by.to_owned(),
    };
    let id = mandates::insert(tx, &new, now).await?;
    tx.execute("update mandates set desk = $1, basis_sealed = $2 where id = $3", vals![desk, basis, id])
        .await?;
    let name = mandates::shown_as(tx, vault, principal).await?;
    telling::plan_for(tx, to, What::Represents, &name, &id.to_string(), now).await?;
    for row in &rows {
        if row.get::<String>(1)? == MandateKind::Representative.as_str() {
            telling::plan_for(tx, row.get(0)?, What::Replaced, &name, &id.to_string(), now).await?;
        }
    }
    Ok(id)
}

/// A change that an acceptance desk enters, because the old legal representative is gone. In clear, so `Debug` shows nothing.
#[derive(Clone)]
pub struct EnterRepresentative {
    /// 统一社会信用代码
    pub uscc: String,
    /// Name of the new legal representative.
    pub name: String,
    /// Their identity number.
    pub resident_id: String,
    /// Which document says so, such as 准予变更登记通知书.
    pub basis_name: String,
    /// Its number.
    pub basis_number: String,
}

impl std::fmt::Debug for EnterRepresentative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnterRepresentative").field("uscc", &self.uscc).finish_non_exhaustive()
    }
}

/// Enters a new legal representative with the document on which it rests.
pub async fn enter_representative(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    enter: EnterRepresentative,
) -> Result<MandateId, HandOverError> {
    let clerk = by.staff().map_err(HandOverError::NotAllowed)?;
    by.require(crate::permission::ENTER_MANDATES).map_err(HandOverError::NotAllowed)?;
    let basis = basis_text(&enter.basis_name, &enter.basis_number).map_err(HandOverError::NoBasis)?;
    let code = SocialCreditCode::parse(&enter.uscc).map_err(|_form| HandOverError::UnknownCode)?;
    let found = find_legal_person_by_uscc(tx, &code).await?.ok_or(HandOverError::UnknownCode)?;
    let purpose = Purpose::new("identity.enter-mandate", by.reference());
    let person = find_named(tx, vault, &purpose, &enter.name, &enter.resident_id)
        .await?
        .ok_or(HandOverError::NobodyLikeThat)?;
    if person == found.representative {
        return Err(HandOverError::Already);
    }
    let basis = Some(vault.seal(BASIS, basis.as_bytes())?);
    let reference = by.reference();
    let new = HandOver { legal_person: found.id, to: person, by: &reference, desk: Some(clerk.body), basis };
    let id = change(tx, vault, new, now).await?;
    let act = NewAct::new(
        ActKind::RepresentativeEntered,
        Some(clerk.body),
        Principal::LegalPerson(found.id).to_string(),
    );
    let act = act.changed(person_reference(found.representative), person_reference(person));
    record_act(tx, by, act, now).await?;
    Ok(id)
}

/// The new legal representative keeps an agent of the old one.
pub async fn confirm_agent(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    id: MandateId,
) -> Result<(), HandOverError> {
    let person = by.person().map_err(HandOverError::NotAllowed)?.person;
    let found = find_mandate(tx, id).await?.filter(|found| found.holds_on(china_date(now)));
    let found = found.ok_or(HandOverError::NotFound)?;
    let own = held_by(tx, person, found.principal, now).await?;
    if own.is_none_or(|own| own.kind != MandateKind::Representative) {
        return Err(HandOverError::NotFound);
    }
    tx.execute("update mandates set confirm_by = null where id = $1", vals![id]).await?;
    Ok(())
}

pub(crate) mod http;

#[cfg(test)]
mod tests;
