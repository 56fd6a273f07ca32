//! Start passwords (初始密码): made by the platform, shown once, good for two weeks and for one thing: choosing another.

use kernel::{Actor, StaffId, Timestamp, china_date, from_micros, to_micros};
use store::{Tx, vals};

use super::{StaffingError, administrator, wholly_managed};
use crate::account_told::{Told, told};
use crate::acts::{ActKind, NewAct, record_act};
use crate::password::Passwords;
use crate::sessions::Subject;
use crate::{printed_code, visits};

/// Eighty bits: nobody guesses them, so their hash need not be slow.
const LENGTH: usize = 16;
const DAYS: i64 = 14;

/// A start password: four groups of four, in small letters.
pub(crate) fn fresh() -> String {
    printed_code::fresh::<LENGTH>(4).to_ascii_lowercase()
}

/// Until when one that is given now is good.
pub(crate) fn good_until(now: Timestamp) -> Timestamp {
    from_micros(to_micros(now) + DAYS * 86_400 * 1_000_000)
}

/// Gives somebody a new start password; what they had before is worthless, second factors and visits end.
pub async fn give_start_password(
    tx: &mut Tx,
    passwords: &Passwords,
    by: &Actor,
    now: Timestamp,
    staff: StaffId,
) -> Result<String, StaffingError> {
    let admin = administrator(by)?;
    let (account, posts) = wholly_managed(tx, admin, staff, china_date(now)).await?;
    if account.is_disabled {
        return Err(StaffingError::Over("identity-staffing-has-left"));
    }
    let start = give(tx, passwords, staff, now).await?;
    let body = posts.last().map(|post| post.body);
    let act = NewAct::new(ActKind::StartPassword, body, format!("staff:{staff}")).named(&account.name);
    record_act(tx, by, act, now).await?;
    told(tx, Subject::Staff(staff), Told::Recovered, "", now).await?;
    Ok(start)
}

/// The same without asking anything.
pub(crate) async fn give(
    tx: &mut Tx,
    passwords: &Passwords,
    staff: StaffId,
    now: Timestamp,
) -> Result<String, StaffingError> {
    let start = fresh();
    let hash = passwords.hash_random(&start)?;
    tx.execute(
        "update staff set password_hash = $1, start_until = $2 where id = $3",
        vals![hash, good_until(now), staff],
    )
    .await?;
    let owner = Subject::Staff(staff);
    crate::factors::drop_all(tx, owner).await?;
    visits::end_all(tx, owner, None, now).await?;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_passwords_are_long_and_differ() {
        let (one, other) = (fresh(), fresh());
        assert_eq!(one.len(), 19);
        assert_ne!(one, other);
        assert!(
            one.bytes().all(|b| b == b'-' || printed_code::LETTERS.contains(&b.to_ascii_uppercase())),
            "{one}"
        );
    }
}
