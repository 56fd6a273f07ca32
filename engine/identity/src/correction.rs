//! Correcting what an account says of its holder (更正个人信息; 个人信息保护法 §46). Name and number of an account that somebody relies on
//! change only when its holder, who shows the code of their request, and a clerk, who has their document in hand, both
//! want it: neither alone can make it the account of somebody else.

use codes::ResidentId;
use jiff::SignedDuration;
use kernel::{Actor, PersonId, Refusal, Timestamp};
use store::{Purpose, Tx, Vault, vals};

use crate::account_told::{Told, told};
use crate::acts::{ActKind, NewAct, record_act};
use crate::add::{AddError, Faults};
use crate::add_person::taken;
use crate::counter::{CounterError, Seen, clerk, much_hangs_on, not_oneself, stated};
use crate::person_name::{PersonName, Phone};
use crate::personal;
use crate::persons::{Assurance, PersonRecord, find_person, make_verified, person_reference};
use crate::printed_code::{blind, fresh};
use crate::sessions::Subject;

pub(crate) mod http;

#[cfg(test)]
mod tests;

/// Under which codes are compared.
const CODE: &str = "identity.correction";
/// Sixty bits.
const LENGTH: usize = 12;
/// So long a request waits for its holder to come to a counter.
const DAYS: i64 = 30;

/// Why nothing was corrected.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionError {
    /// Nobody who has an account of their own.
    #[error("only a person corrects their account")]
    NotAPerson(Refusal),
    /// What was given breaks a rule, is what the account says already, or belongs to another account.
    #[error(transparent)]
    Given(#[from] AddError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<CorrectionError> for Refusal {
    fn from(error: CorrectionError) -> Self {
        match error {
            CorrectionError::NotAPerson(refusal) => refusal,
            CorrectionError::Given(error) => error.into(),
            CorrectionError::Store(error) => error.into(),
        }
    }
}

/// What came of asking for a correction.
#[derive(Clone, PartialEq, Eq)]
pub enum Corrected {
    /// The account says it now.
    Now,
    /// A clerk must see the document first: the code to show at the counter, this once.
    AtCounter(String),
}

impl std::fmt::Debug for Corrected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Now => "Now",
            Self::AtCounter(_) => "AtCounter",
        })
    }
}

fn own(by: &Actor) -> Result<PersonId, CorrectionError> {
    Ok(by.person().map_err(CorrectionError::NotAPerson)?.person)
}

/// The account of whoever asks, as they see it themselves.
pub(crate) async fn own_record(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
) -> Result<PersonRecord, CorrectionError> {
    let purpose = Purpose::new("identity.own-account", by.reference());
    let found = find_person(tx, vault, &purpose, own(by)?, now).await?;
    found.ok_or(CorrectionError::NotAPerson(Refusal::NotFound))
}

/// Asks for another name or number. Where nobody relies on the account it says so at once; else the request waits, and
/// one that waited before is void.
pub async fn ask_correction(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    (name, resident_id): (&str, &str),
) -> Result<Corrected, CorrectionError> {
    let is = own_record(tx, vault, by, now).await?;
    let mut faults = Faults::default();
    let name = faults.take("name", PersonName::parse(name), "identity-name-wrong");
    let number = faults.take("resident_id", ResidentId::parse(resident_id), "identity-resident-id-wrong");
    let (name, number) = faults.with(name.zip(number))?;
    let mut faults = Faults::default();
    faults.require("name", name != is.name || number != is.resident_id, "identity-correction-same");
    faults.finish()?;
    withdraw_correction(tx, by).await?;
    if !much_hangs_on(tx, is.id).await? {
        set(tx, vault, is.id, &name, &number).await?;
        told(tx, Subject::Person(is.id), Told::Corrected, "", now).await?;
        return Ok(Corrected::Now);
    }
    let code = fresh::<LENGTH>(4);
    let sealed = personal::seal(vault, &name, &number, None)?;
    let until = now.checked_add(SignedDuration::from_hours(24 * DAYS)).unwrap_or(now);
    tx.execute(
        "insert into corrections (person, name_sealed, resident_id_sealed, code_blind, asked_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        vals![is.id, sealed.name, sealed.resident_id, blind(vault, CODE, "", &code), now, until],
    )
    .await?;
    Ok(Corrected::AtCounter(code))
}

async fn set(
    tx: &mut Tx,
    vault: &Vault,
    person: PersonId,
    name: &PersonName,
    number: &ResidentId,
) -> Result<(), AddError> {
    let sealed = personal::seal(vault, name, number, None)?;
    tx.execute(
        "update persons set name_sealed = $1, resident_id_sealed = $2, resident_id_blind = $3 where id = $4",
        vals![sealed.name, sealed.resident_id, personal::resident_id_blind(vault, number), person],
    )
    .await
    .map_err(taken)?;
    Ok(())
}

/// Until when the own request waits.
pub(crate) async fn waits_until(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
) -> Result<Option<Timestamp>, CorrectionError> {
    let sql = "select expires_at from corrections where person = $1 and expires_at > $2";
    let row = tx.fetch_optional(sql, vals![own(by)?, now]).await?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// Takes the own request back; there need be none.
pub async fn withdraw_correction(tx: &mut Tx, by: &Actor) -> Result<(), CorrectionError> {
    tx.execute("delete from corrections where person = $1", vals![own(by)?]).await?;
    Ok(())
}

/// Another phone, or none: it is not the document's but the holder's own to say.
pub async fn change_phone(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    phone: &str,
) -> Result<(), CorrectionError> {
    let me = own(by)?;
    let mut faults = Faults::default();
    let phone = Some(phone.trim()).filter(|phone| !phone.is_empty()).map(Phone::parse).transpose();
    let phone = faults.take("phone", phone, "identity-phone-wrong");
    let phone = faults.with(phone)?;
    let sealed =
        phone.as_ref().map(|phone| vault.seal(personal::PHONE, phone.as_str().as_bytes())).transpose()?;
    let blind = phone.as_ref().map(|phone| personal::phone_blind(vault, phone));
    let sql = "update persons set phone_sealed = $1, phone_blind = $2 where id = $3";
    tx.execute(sql, vals![sealed, blind, me]).await.map_err(taken)?;
    told(tx, Subject::Person(me), Told::PhoneChanged, "", now).await?;
    Ok(())
}

/// A request that lies at the counter.
pub(crate) struct Asked {
    pub(crate) person: PersonId,
    pub(crate) name: PersonName,
    pub(crate) resident_id: ResidentId,
}

/// The request of this code, opened for the clerk to compare.
pub(crate) async fn find_asked(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    code: &str,
) -> Result<Asked, CounterError> {
    clerk(by)?;
    let sql = "select person, name_sealed, resident_id_sealed from corrections
               where code_blind = $1 and expires_at > $2";
    let row = tx.fetch_optional(sql, vals![blind(vault, CODE, "", code), now]).await?;
    let row = row.ok_or(CounterError::Unknown)?;
    let purpose = Purpose::of("identity.counter", by);
    Ok(Asked {
        person: row.get(0)?,
        name: personal::open_name(vault, &row.get::<Vec<u8>>(1)?, &purpose)?,
        resident_id: personal::open_resident_id(vault, &row.get::<Vec<u8>>(2)?, &purpose)?,
    })
}

/// The clerk has compared the document: the account says what it says, and is verified.
pub async fn confirm_correction(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    code: &str,
    seen: Seen,
) -> Result<PersonId, CounterError> {
    let clerk = clerk(by)?;
    let asked = find_asked(tx, vault, by, now, code).await?;
    not_oneself(tx, vault, by, clerk, asked.person).await?;
    if asked.name.as_str() == clerk.shown_as {
        return Err(CounterError::Oneself);
    }
    let document = stated(seen)?;
    set(tx, vault, asked.person, &asked.name, &asked.resident_id).await.map_err(|error| match error {
        AddError::Store(error) => CounterError::Store(error),
        AddError::Taken(_) | AddError::Invalid(_) | AddError::Hash(_) => {
            CounterError::Over("identity-correction-number-taken")
        }
    })?;
    make_verified(tx, asked.person).await?;
    tx.execute("delete from corrections where person = $1", vals![asked.person]).await?;
    let act = NewAct::new(ActKind::PersonCorrected, Some(clerk.body), person_reference(asked.person));
    let became = format!("{} · {}", Assurance::Verified, document.as_str());
    record_act(tx, by, act.changed("", became), now).await?;
    told(tx, Subject::Person(asked.person), Told::Corrected, "", now).await?;
    Ok(asked.person)
}
