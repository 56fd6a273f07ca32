//! The log of sign-ins (登录记录), as the person sees it.

use kernel::{PersonId, SessionId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

/// One try to sign in to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRecord {
    /// The try, and the visit that it opened.
    pub id: SessionId,
    /// When.
    pub at: Timestamp,
    /// Whether the password was right.
    pub has_succeeded: bool,
    /// Browser and system, such as `Firefox, Windows`; empty when they did not say.
    pub device: String,
}

/// The tries to sign in to a person's account, the latest first.
pub async fn sign_ins_of(tx: &mut Tx, person: PersonId, request: &PageRequest) -> Result<Page<SignInRecord>> {
    let mut vals = request.keys(vals![i64::MAX, "z"])?; // after every id, which is hexadecimal
    vals.extend(vals![person, request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, at, outcome, device from sign_ins
             where person = $3 and (at, id) < ($1, $2) order by at desc, id desc limit $4",
            vals,
        )
        .await?;
    let items = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(items, request.size, |entry| vals![entry.at, entry.id]))
}

fn read(row: &Row) -> Result<SignInRecord> {
    Ok(SignInRecord {
        id: row.get(0)?,
        at: row.get(1)?,
        has_succeeded: row.get::<String>(2)? == "succeeded",
        device: row.get(3)?,
    })
}
