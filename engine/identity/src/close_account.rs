//! Closing an account (注销账号; 个人信息保护法 §47): what identifies the person and lets them in is deleted at once. Their id stays, so
//! that cases, documents and the record of looks keep their order; it leads to nobody any more.

use std::collections::BTreeSet;

use kernel::{Actor, MandateId, PersonId, Refusal, Timestamp, china_date};
use store::{Tx, Vault, vals};

use crate::end_mandate::{EndMandateError, end_mandate};
use crate::sessions::Subject;
use crate::{factors, personal, visits};

#[cfg(test)]
mod tests;

/// Who needs the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// An organisation would have no legal representative.
    Representative,
    /// A ward would have no guardian here.
    Guardian,
    /// Their guardian answers for the account.
    Ward,
}

impl Need {
    /// The sentence that says so and what to do.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Representative => "identity-close-representative",
            Self::Guardian => "identity-close-guardian",
            Self::Ward => "identity-close-ward",
        }
    }
}

/// Why the account stays.
#[derive(Debug, thiserror::Error)]
pub enum CloseAccountError {
    /// Only a person closes their account, and as themselves.
    #[error("only a person, without a hat, closes an account")]
    NotAsOneself(Refusal),
    /// Others need it: the first of those that there are, and the rest.
    #[error("others need the account: {0:?} {1:?}")]
    Needed(Need, Vec<Need>),
    /// A mandate was not ended.
    #[error(transparent)]
    Mandate(#[from] EndMandateError),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<CloseAccountError> for Refusal {
    fn from(error: CloseAccountError) -> Self {
        match error {
            CloseAccountError::NotAsOneself(refusal) => refusal,
            CloseAccountError::Needed(first, _) => Self::conflict(first.rule()),
            CloseAccountError::Mandate(error) => error.into(),
            CloseAccountError::Store(error) => error.into(),
        }
    }
}

/// The person who may close their account now, if nobody depends on it.
pub async fn check_close_account(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
) -> Result<PersonId, CloseAccountError> {
    let me = by.person().map_err(CloseAccountError::NotAsOneself)?;
    if me.acting_for.is_some() {
        return Err(CloseAccountError::NotAsOneself(Refusal::conflict("identity-close-under-hat")));
    }
    let sql = "select distinct kind, person from mandates
               where (person = $1 or of_person = $1) and ended_at is null and (until is null or until >= $2)
               and kind in ('representative', 'guardian')";
    let mut needs = BTreeSet::new();
    for row in tx.fetch_all(sql, vals![me.person, china_date(now)]).await? {
        let is_holder = row.get::<PersonId>(1)? == me.person;
        needs.insert(match row.get::<String>(0)?.as_str() {
            "representative" => Need::Representative,
            _ if is_holder => Need::Guardian,
            _ => Need::Ward,
        });
    }
    match needs.pop_first() {
        None => Ok(me.person),
        Some(first) => Err(CloseAccountError::Needed(first, needs.into_iter().collect())),
    }
}

/// Closes the account. Mandates end and the other side of each is told; every visit ends; number and phone are free
/// for another account.
pub async fn close_account(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    now: Timestamp,
) -> Result<PersonId, CloseAccountError> {
    let me = check_close_account(tx, by, now).await?;
    let owner = Subject::Person(me);
    // What is over by its last day, a guardianship too, needs no end and no word to anybody.
    let sql = "select id from mandates where (person = $1 or of_person = $1) and ended_at is null
               and (until is null or until >= $2) order by id";
    for row in tx.fetch_all(sql, vals![me, china_date(now)]).await? {
        let mandate: MandateId = row.get(0)?;
        end_mandate(tx, vault, by, now, mandate).await?;
    }
    tx.execute("delete from mandate_offers where of_person = $1 and answered_at is null", vals![me]).await?;
    visits::end_all(tx, owner, None, now).await?;
    factors::drop_all(tx, owner).await?;
    tx.execute("delete from devices where owner = $1", vals![owner.to_string()]).await?;
    for sql in [
        "delete from recoveries where person = $1", // a slip would open an account that nobody has
        "delete from sign_ins where person = $1",
        "delete from corrections where person = $1",
        "delete from merge_codes where person = $1",
    ] {
        tx.execute(sql, vals![me]).await?;
    }
    // Columns that cannot be empty hold a sealed nothing, and a mark that no number has.
    let nobody = personal::seal_nobody(vault)?;
    let nothing = vault.seal(personal::RESIDENT_ID, b"")?;
    tx.execute(
        "update persons set name_sealed = $2, resident_id_sealed = $3, resident_id_blind = $4, phone_sealed = null,
             phone_blind = null, division = '', password_hash = null, takeover_blind = null, takeover_until = null,
             closed_at = $5
         where id = $1",
        vals![me, nobody, nothing, format!("closed:{me}"), now],
    )
    .await?;
    tracing::info!(person = %me, "account closed");
    Ok(me)
}
