//! Two accounts of one person become one (合并重复账号). The account that stays gives a code; whoever types it while they are
//! signed in to the other one has proved themselves in both. What belongs to other rooms is moved by them.

use jiff::SignedDuration;
use kernel::{Actor, Message, PersonId, Refusal, Timestamp};
use store::{Purpose, Tx, Vault, vals};

use crate::account_told::{Told, told};
use crate::close_account::{CloseAccountError, check_close_account, close_account};
use crate::correction::own_record;
use crate::persons::{Assurance, person_is_called, person_shown_as};
use crate::printed_code::{blind, fresh};
use crate::sessions::Subject;

#[cfg(test)]
mod tests;

/// Under which codes are compared.
const CODE: &str = "identity.merge";
/// Sixty bits.
const LENGTH: usize = 12;
/// So long a code holds: time to sign out and in again.
const MINUTES: i64 = 30;
/// Nobody has so many accounts.
const ACCOUNTS_MAX: i64 = 20;

/// Why the accounts stay two.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The account cannot end now: others depend on it.
    #[error(transparent)]
    Close(#[from] CloseAccountError),
    /// No account gave this code, it is too late, or it is the own one.
    #[error("no such code")]
    NoCode,
    /// The names are different.
    #[error("the accounts have different names")]
    OtherName,
    /// Somebody has made sure of the account that would end.
    #[error("the account that would end is verified")]
    Verified,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<MergeError> for Refusal {
    fn from(error: MergeError) -> Self {
        let field = |key| Self::field("code", Message::new(key));
        match error {
            MergeError::Close(error) => error.into(),
            MergeError::NoCode => field("identity-merge-no-code"),
            MergeError::OtherName => field("identity-merge-other-name"),
            MergeError::Verified => field("identity-merge-verified"),
            MergeError::Store(error) => error.into(),
        }
    }
}

/// Gives a code with which another account of the same person becomes part of this one. One that was given before is void.
pub async fn offer_merge(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
) -> Result<(String, Timestamp), Refusal> {
    let me = by.person()?.person;
    let code = fresh::<LENGTH>(4);
    let until = now.checked_add(SignedDuration::from_mins(MINUTES)).unwrap_or(now);
    tx.execute(
        "insert into merge_codes (person, code_blind, expires_at) values ($1, $2, $3)
         on conflict (person) do update set code_blind = excluded.code_blind, expires_at = excluded.expires_at",
        vals![me, blind(vault, CODE, "", &code), until],
    )
    .await?;
    Ok((code, until))
}

/// Which account ends, and which stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The one that ends.
    pub from: PersonId,
    /// The one that stays.
    pub into: PersonId,
    /// Its masked name.
    pub into_shown: String,
}

/// What would become one by this code, if nothing forbids it.
pub async fn find_merge(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    code: &str,
) -> Result<Merging, MergeError> {
    let from = check_close_account(tx, by, now).await?;
    let sql = "select p.id from merge_codes c join persons p on p.id = c.person
               where c.code_blind = $1 and c.expires_at > $2 and p.id <> $3 and p.closed_at is null";
    let row = tx.fetch_optional(sql, vals![blind(vault, CODE, "", code), now, from]).await?;
    let row = row.ok_or(MergeError::NoCode)?;
    let into: PersonId = row.get(0)?;
    let own = own_record(tx, vault, by, now).await.map_err(|_no_account| MergeError::NoCode)?;
    let purpose = Purpose::new("identity.own-account", by.reference());
    if !person_is_called(tx, vault, &purpose, Some(into), own.name.as_str()).await? {
        return Err(MergeError::OtherName);
    }
    // Where the other one is not verified, the better known account has to stay; where it is, by another number, the two
    // may be two people of one name, which is a matter for a counter.
    if own.assurance == Assurance::Verified {
        return Err(MergeError::Verified);
    }
    let into_shown = person_shown_as(tx, vault, into).await?.unwrap_or_default();
    Ok(Merging { from, into, into_shown })
}

/// Ends the account of whoever asks in favour of the one that gave the code. Call it after every other room has moved what
/// it holds.
pub async fn merge_person(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
    merging: &Merging,
) -> Result<(), MergeError> {
    close_account(tx, vault, by, now).await?;
    tx.execute(
        "update persons set merged_into = $1 where merged_into = $2 or id = $2",
        vals![merging.into, merging.from],
    )
    .await?;
    tx.execute("delete from merge_codes where person = $1", vals![merging.into]).await?;
    told(tx, Subject::Person(merging.into), Told::Merged, "", now).await?;
    Ok(())
}

/// The accounts that became part of this one, with when, the latest first.
pub async fn merged_accounts(tx: &mut Tx, person: PersonId) -> store::Result<Vec<(PersonId, Timestamp)>> {
    let sql = "select id, closed_at from persons where merged_into = $1 order by closed_at desc, id limit $2";
    let rows = tx.fetch_all(sql, vals![person, ACCOUNTS_MAX]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Under which references the person stands in records that are only ever added to: their own first.
pub async fn on_record_as(tx: &mut Tx, person: PersonId) -> store::Result<Vec<String>> {
    let earlier = merged_accounts(tx, person).await?;
    let ids = std::iter::once(person).chain(earlier.into_iter().map(|(id, _)| id));
    Ok(ids.map(crate::persons::person_reference).collect())
}
