//! Looking up where a case stands without signing in (进度查询): by its number and the applicant's name.
//!
//! A wrong number and a wrong name get the same answer after the same work, and both are counted: for the number, and for
//! the place from which it was tried. What is told holds nothing personal. That somebody looked is on record.

use cases::Applicant;
use identity::Client;
use identity::lockout::{Allowance, Failures};
use kernel::{CaseId, EventId, MasterCaseId, Message, Refusal, Timestamp};
use std::time::Duration;
use store::{Purpose, Sql, Tx, access_log, vals};
use web::Visitor;

use crate::Room;
use crate::master::{self, MasterError};

pub(crate) mod http;
#[cfg(test)]
mod tests;
pub(crate) mod told;

/// For one number. Success wipes nothing: whoever guesses names may know a right one too.
const NUMBER: Allowance = Allowance { free: 5, window: Duration::from_hours(24) };
/// For one network. More is forgiven, because a service hall shares one.
const CLIENT: Allowance = Allowance { free: 20, window: Duration::from_hours(1) };
/// How long tries are kept: longer than they are counted.
const KEPT_DAYS: i64 = 3;

/// Longer than any number or name.
const CHARACTERS_MAX: usize = 100;

/// Why it was not told.
#[derive(Debug, thiserror::Error)]
pub enum LookUpError {
    /// No case has this number and this applicant; which of the two is wrong is not said.
    #[error("no such number with this name")]
    NotFound,
    /// Too many tries that failed; seconds to wait.
    #[error("too many tries, wait {0} s")]
    Delayed(u64),
    /// The number or the name is missing.
    #[error("number or name missing")]
    Missing(Vec<kernel::FieldError>),
    /// The engine failed.
    #[error(transparent)]
    Case(#[from] cases::CaseError),
    /// What belongs together failed.
    #[error(transparent)]
    Master(#[from] MasterError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<LookUpError> for Refusal {
    fn from(error: LookUpError) -> Self {
        match error {
            LookUpError::NotFound => Self::field("number", Message::new("applications-progress-not-found")),
            LookUpError::Delayed(seconds) => Self::TooMany(seconds),
            LookUpError::Missing(fields) => Self::Invalid(fields),
            LookUpError::Case(error) => error.into(),
            LookUpError::Master(error) => error.into(),
            LookUpError::Store(error) => error.into(),
        }
    }
}

/// What has the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// A case.
    Case(CaseId),
    /// Several items as one thing (一件事).
    Master(MasterCaseId),
}

/// Finds what has this number, if the applicant is called so. The failure is written down before names are compared and
/// struck out when they were right.
pub(crate) async fn look_up(
    room: &Room,
    client: &Client,
    number: &str,
    name: &str,
    now: Timestamp,
) -> Result<Found, LookUpError> {
    let (number, name) = (plain(number).to_uppercase(), plain(name));
    missing(&number, &name)?;
    let number_blind = room.vault.blind("progress.number", &number);
    let client_blind = client.blind(&room.vault);
    let mut tx = room.db.begin().await?;
    for key in [&client_blind, &number_blind] {
        take_turns(&mut tx, key).await?;
    }
    let wait = wait(&mut tx, FAILED_OF_CLIENT, CLIENT, &client_blind, now)
        .await?
        .max(wait(&mut tx, FAILED_OF_NUMBER, NUMBER, &number_blind, now).await?);
    if wait > 0 {
        return Err(LookUpError::Delayed(wait)); // the transaction falls with it: a delayed try leaves no row
    }
    let attempt: EventId = store::fresh_id(now);
    tx.execute(
        "insert into progress_look_ups (id, at, number_blind, client_blind, outcome)
         values ($1, $2, $3, $4, 'failed')",
        vals![attempt, now, number_blind, client_blind],
    )
    .await?;
    tx.commit().await?;
    compare(room, attempt, &number, &name, now).await
}

/// Every way through asks the same questions, up to the answer that is right.
async fn compare(
    room: &Room,
    attempt: EventId,
    number: &str,
    name: &str,
    now: Timestamp,
) -> Result<Found, LookUpError> {
    let mut tx = room.db.begin().await?;
    let case = cases::of_number(&mut tx, number).await?;
    let master = master::of_number(&mut tx, number).await?;
    let (found, applicant) = match (case, master) {
        (Some((case, applicant)), _) => (Some(Found::Case(case)), Some(applicant)),
        (None, Some((master, applicant))) => (Some(Found::Master(master)), Some(applicant)),
        (None, None) => (None, None),
    };
    let mut purpose = Purpose::new("applications.look-up", "anonymous");
    if let Some(Found::Case(case)) = found {
        purpose = purpose.for_case(case);
    }
    let is_right = is_called(&mut tx, room, &purpose, applicant.as_ref(), name, now).await?;
    let (true, Some(found), Some(applicant)) = (is_right, found, applicant) else {
        return Err(LookUpError::NotFound);
    };
    tx.execute("update progress_look_ups set outcome = 'found' where id = $1", vals![attempt]).await?;
    let subject = format!("person:{}", applicant.person);
    access_log::record(&mut tx, &purpose, &subject, "applications.progress", now).await?;
    tx.commit().await?;
    Ok(found)
}

/// Whether who applies is called so: the person, or the organisation on whose behalf they do.
async fn is_called(
    tx: &mut Tx,
    room: &Room,
    purpose: &Purpose,
    applicant: Option<&Applicant>,
    name: &str,
    now: Timestamp,
) -> Result<bool, LookUpError> {
    let organisation = applicant.and_then(|applicant| applicant.acting_for);
    let asked = organisation.unwrap_or_else(|| store::fresh_id(now));
    let legal_person = identity::find_legal_person(tx, asked).await?;
    let person =
        applicant.filter(|applicant| applicant.acting_for.is_none()).map(|applicant| applicant.person);
    let is_person = identity::person_is_called(tx, &room.vault, purpose, person, name).await?;
    Ok(is_person || legal_person.is_some_and(|found| brackets(&found.name) == brackets(name)))
}

/// Names of organisations are typed with either kind of brackets.
fn brackets(name: &str) -> String {
    name.replace('(', "（").replace(')', "）").replace(' ', "")
}

fn plain(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(CHARACTERS_MAX).collect()
}

fn missing(number: &str, name: &str) -> Result<(), LookUpError> {
    let fields = [
        ("number", number, "applications-progress-number-missing"),
        ("name", name, "applications-progress-name-missing"),
    ];
    let missing: Vec<kernel::FieldError> = fields
        .into_iter()
        .filter(|(_, value, _)| value.is_empty())
        .map(|(field, _, key)| kernel::FieldError::new(field, Message::new(key)))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(LookUpError::Missing(missing)) }
}

/// On PostgreSQL two transactions could count the same failures at once, so tries stand in line until the commit; on
/// SQLite this transaction is the only writer anyway.
async fn take_turns(tx: &mut Tx, key: &str) -> store::Result<()> {
    let lock = Sql::Two {
        sqlite: "select 1 where $1 is not null",
        postgres: "select 1 from (select pg_advisory_xact_lock(hashtext($1))) as turn",
    };
    tx.fetch_one(lock, vals![key]).await?;
    Ok(())
}

const FAILED_OF_CLIENT: &str = "select count(*), max(at) from progress_look_ups
     where client_blind = $1 and outcome = 'failed' and at > $2";
const FAILED_OF_NUMBER: &str = "select count(*), max(at) from progress_look_ups
     where number_blind = $1 and outcome = 'failed' and at > $2";

/// How long a number, or a place, has to wait.
async fn wait(
    tx: &mut Tx,
    failed: &'static str,
    allowance: Allowance,
    blind: &str,
    now: Timestamp,
) -> store::Result<u64> {
    let row = tx.fetch_one(failed, vals![blind, allowance.since(now)]).await?;
    Ok(allowance.wait_seconds(Failures { count: row.get(0)?, last: row.get(1)? }, now))
}

/// Forgets tries that are counted no more.
pub async fn forget(tx: &mut Tx, now: Timestamp) -> store::Result<u64> {
    let before = now.checked_sub(jiff::SignedDuration::from_hours(24 * KEPT_DAYS)).unwrap_or(Timestamp::MIN);
    tx.execute("delete from progress_look_ups where at < $1", vals![before]).await
}

/// What is told of it.
pub(crate) async fn tell(room: &Room, visitor: &Visitor, found: Found) -> Result<told::Progress, Refusal> {
    let mut tx = room.db.snapshot().await?;
    match found {
        Found::Case(id) => {
            let case = cases::get(&mut tx, id).await?;
            told::of_case(room, visitor, &case)
        }
        Found::Master(id) => {
            let master = master::get(&mut tx, id).await?;
            told::of_master(&mut tx, room, visitor, &master).await
        }
    }
}
