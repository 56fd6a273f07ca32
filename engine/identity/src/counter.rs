//! The counter (窗口): a clerk compares somebody with their document, states what was shown, and raises the account to
//! verified, or gives a way back into it (账号找回). Nobody does it for themselves, every step is an act on record, and
//! where much hangs on the account two clerks see the document.

use kernel::{Actor, FieldError, Message, PersonId, RecoveryId, Refusal, StaffActor, Timestamp};
use kernel::{from_micros, to_micros};
use store::{Purpose, Row, Tx, Vault, fresh_id, vals};

use crate::account_told::{Told, told};
use crate::acts::{ActKind, NewAct, record_act};
use crate::permission::WORK_COUNTER;
use crate::persons::{Assurance, make_verified, person_is_called, person_reference};
use crate::printed_code::{blind, fresh};
use crate::sessions::Subject;
use crate::{personal, staffing};

pub(crate) mod http;

#[cfg(test)]
pub(crate) mod tests;

/// Under which codes are compared.
pub(crate) const CODE: &str = "identity.recovery-slip";
/// Sixty bits: guessing is delayed besides.
const LENGTH: usize = 12;
const HOURS: i64 = 24;
/// Requests of a body that wait for a second clerk and are shown.
const WAITING_MAX: i64 = 50;

/// Which document was shown (证件种类).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// 居民身份证
    ResidentCard,
    /// 临时居民身份证
    TemporaryCard,
    /// 居民户口簿
    HouseholdRegister,
    /// 护照
    Passport,
    /// 港澳台居民居住证
    ResidencePermit,
}

impl Document {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::ResidentCard,
        Self::TemporaryCard,
        Self::HouseholdRegister,
        Self::Passport,
        Self::ResidencePermit,
    ];

    /// The word in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ResidentCard => "resident-card",
            Self::TemporaryCard => "temporary-card",
            Self::HouseholdRegister => "household-register",
            Self::Passport => "passport",
            Self::ResidencePermit => "residence-permit",
        }
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.as_str() == word)
    }
}

/// What the clerk states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Which document lay there; nothing was chosen.
    pub document: Option<Document>,
    /// Its holder was there, and it is them.
    pub compared: bool,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum CounterError {
    /// Nobody who works at a counter.
    #[error("only counters do this")]
    NotClerk(Refusal),
    /// No such account or request.
    #[error("no such account")]
    Unknown,
    /// The account may be the clerk's own: it has their name (回避).
    #[error("nobody does it for themself")]
    Oneself,
    /// The second clerk is the first one.
    #[error("a second clerk must see the document")]
    SameClerk,
    /// It has happened already, or cannot happen any more.
    #[error("{0}")]
    Over(&'static str),
    /// What the clerk has to state is missing.
    #[error("not stated")]
    Fields(Vec<FieldError>),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<CounterError> for Refusal {
    fn from(error: CounterError) -> Self {
        match error {
            CounterError::NotClerk(refusal) => refusal,
            CounterError::Unknown => Self::NotFound,
            CounterError::Oneself => Self::conflict("identity-counter-oneself"),
            CounterError::SameClerk => Self::conflict("identity-counter-same-clerk"),
            CounterError::Over(key) => Self::conflict(key),
            CounterError::Fields(fields) => Self::Invalid(fields),
            CounterError::Store(error) => error.into(),
        }
    }
}

pub(crate) fn clerk(by: &Actor) -> Result<&StaffActor, CounterError> {
    by.require(WORK_COUNTER).map_err(CounterError::NotClerk)?;
    by.staff().map_err(CounterError::NotClerk)
}

pub(crate) fn stated(seen: Seen) -> Result<Document, CounterError> {
    let mut faults = Vec::new();
    let mut say = |field: &'static str, key| faults.push(FieldError::new(field, Message::new(key)));
    if seen.document.is_none() {
        say("document", "identity-counter-document-missing");
    }
    if !seen.compared {
        say("compared", "identity-counter-compared-missing");
    }
    seen.document.filter(|_| faults.is_empty()).ok_or(CounterError::Fields(faults))
}

/// Staff and persons have accounts of their own that nothing joins but the name; who has the same name leaves it to a
/// colleague. The name is opened only to be compared.
pub(crate) async fn not_oneself(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    clerk: &StaffActor,
    person: PersonId,
) -> Result<(), CounterError> {
    let purpose = Purpose::of("identity.counter", by);
    if person_is_called(tx, vault, &purpose, Some(person), &clerk.shown_as).await? {
        return Err(CounterError::Oneself);
    }
    Ok(())
}

async fn assurance(tx: &mut Tx, person: PersonId) -> Result<Assurance, CounterError> {
    let sql = "select assurance_level from persons where id = $1";
    let row = tx.fetch_optional(sql, vals![person]).await?.ok_or(CounterError::Unknown)?;
    Ok(row.parse(0)?)
}

/// Raises the account to verified (核验).
pub async fn raise(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    person: PersonId,
    seen: Seen,
) -> Result<(), CounterError> {
    let clerk = clerk(by)?;
    let before = assurance(tx, person).await?;
    not_oneself(tx, vault, by, clerk, person).await?;
    let document = stated(seen)?;
    if !make_verified(tx, person).await? {
        return Err(CounterError::Over("identity-counter-verified-already"));
    }
    let act = NewAct::new(ActKind::PersonVerified, Some(clerk.body), person_reference(person));
    let became = format!("{} · {}", Assurance::Verified, document.as_str());
    record_act(tx, by, act.changed(before.to_string(), became), now).await?;
    told(tx, Subject::Person(person), Told::Verified, "", now).await?;
    Ok(())
}

/// What came of asking for a way back.
#[derive(Clone, PartialEq, Eq)]
pub enum Asked {
    /// The slip can be printed: its code, this once.
    Given(String),
    /// A second clerk of the body must see the document first.
    Waits,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Given(_) => "Given",
            Self::Waits => "Waits",
        })
    }
}

/// Whether much hangs on the account: somebody has vouched for it, or its holder acts for others.
pub(crate) async fn much_hangs_on(tx: &mut Tx, person: PersonId) -> store::Result<bool> {
    let sql = "select 1 from persons where id = $1 and (assurance_level = 'verified'
                   or exists (select 1 from mandates where person = $1 and ended_at is null))";
    Ok(tx.fetch_optional(sql, vals![person]).await?.is_some())
}

fn expires(now: Timestamp) -> Timestamp {
    from_micros(to_micros(now) + HOURS * 3600 * 1_000_000)
}

/// A clerk asks for a way back into the account. What was given before is void.
pub async fn ask_recovery(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    person: PersonId,
    seen: Seen,
) -> Result<Asked, CounterError> {
    let clerk = clerk(by)?;
    assurance(tx, person).await?;
    let needs_second = much_hangs_on(tx, person).await?;
    not_oneself(tx, vault, by, clerk, person).await?;
    let document = stated(seen)?;
    staffing::take_turns(tx).await?;
    tx.execute(
        "update recoveries set dropped_at = $1 where person = $2 and used_at is null and dropped_at is null",
        vals![now, person],
    )
    .await?;
    let id: RecoveryId = fresh_id(now);
    tx.execute(
        "insert into recoveries (id, person, body, asked_by, asked_at, document, needs_second, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        vals![
            id,
            person,
            clerk.body,
            clerk.staff,
            now,
            document.as_str(),
            i64::from(needs_second),
            expires(now)
        ],
    )
    .await?;
    if needs_second {
        let act = NewAct::new(ActKind::RecoveryAsked, Some(clerk.body), person_reference(person));
        record_act(tx, by, act.changed("", document.as_str()), now).await?;
        return Ok(Asked::Waits);
    }
    give(tx, vault, by, now, (id, person), document).await.map(Asked::Given)
}

/// A second clerk of the body has seen the document too: the slip, whose code only they and the holder see.
pub async fn confirm_recovery(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    id: RecoveryId,
    seen: Seen,
) -> Result<String, CounterError> {
    let clerk = clerk(by)?;
    staffing::take_turns(tx).await?;
    let row = tx
        .fetch_optional(
            "select person, asked_by from recoveries
             where id = $1 and body = $2 and given_at is null and used_at is null and dropped_at is null
                 and expires_at > $3",
            vals![id, clerk.body, now],
        )
        .await?
        .ok_or(CounterError::Unknown)?;
    let person: PersonId = row.get(0)?;
    if row.get::<kernel::StaffId>(1)? == clerk.staff {
        return Err(CounterError::SameClerk);
    }
    not_oneself(tx, vault, by, clerk, person).await?;
    let document = stated(seen)?;
    give(tx, vault, by, now, (id, person), document).await
}

async fn give(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    (id, person): (RecoveryId, PersonId),
    document: Document,
) -> Result<String, CounterError> {
    let clerk = clerk(by)?;
    let code = fresh::<LENGTH>(4);
    tx.execute(
        "update recoveries set given_by = $1, given_at = $2, code_blind = $3, expires_at = $4 where id = $5",
        vals![clerk.staff, now, blind(vault, CODE, &person_reference(person), &code), expires(now), id],
    )
    .await?;
    let act = NewAct::new(ActKind::RecoveryGiven, Some(clerk.body), person_reference(person));
    record_act(tx, by, act.changed("", document.as_str()), now).await?;
    told(tx, Subject::Person(person), Told::RecoveryGiven, "", now).await?;
    Ok(code)
}

/// Takes a request or a slip of the own body back.
pub async fn drop_recovery(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    id: RecoveryId,
) -> Result<(), CounterError> {
    let clerk = clerk(by)?;
    let row = tx
        .fetch_optional(
            "update recoveries set dropped_at = $1
             where id = $2 and body = $3 and used_at is null and dropped_at is null and expires_at > $1
             returning person",
            vals![now, id, clerk.body],
        )
        .await?
        .ok_or(CounterError::Unknown)?;
    let person: PersonId = row.get(0)?;
    let act = NewAct::new(ActKind::RecoveryDropped, Some(clerk.body), person_reference(person));
    record_act(tx, by, act, now).await?;
    Ok(())
}

/// A request that waits for a second clerk, or a slip that was not used yet.
pub(crate) struct Waiting {
    pub(crate) id: RecoveryId,
    /// The masked name.
    pub(crate) shown_as: String,
    pub(crate) asked_by: String,
    pub(crate) asked_at: Timestamp,
    pub(crate) is_own: bool,
    pub(crate) is_given: bool,
}

/// What is open in the clerk's body.
pub(crate) async fn waiting(
    tx: &mut Tx,
    vault: &Vault,
    clerk: &StaffActor,
    now: Timestamp,
) -> store::Result<Vec<Waiting>> {
    let rows = tx
        .fetch_all(
            "select r.id, p.name_sealed, s.name, r.asked_at, r.asked_by, r.given_at
             from recoveries r join persons p on p.id = r.person join staff s on s.id = r.asked_by
             where r.body = $1 and r.expires_at > $2 and r.used_at is null and r.dropped_at is null
             order by r.expires_at, r.id limit $3",
            vals![clerk.body, now, WAITING_MAX],
        )
        .await?;
    let read = |row: &Row| {
        Ok(Waiting {
            id: row.get(0)?,
            shown_as: personal::shown_as(vault, &row.get::<Vec<u8>>(1)?)?,
            asked_by: row.get(2)?,
            asked_at: row.get(3)?,
            is_own: row.get::<kernel::StaffId>(4)? == clerk.staff,
            is_given: row.get::<Option<i64>>(5)?.is_some(),
        })
    };
    rows.iter().map(read).collect()
}
