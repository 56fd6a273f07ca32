//! The log of sign-ins (登录记录), as the person sees it.

use kernel::{SessionId, Timestamp};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

use crate::sessions::Subject;

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
    /// Whether the account had never been used from there before.
    pub is_new_device: bool,
}

/// The tries to sign in to an account, the latest first.
pub async fn sign_ins_of(tx: &mut Tx, owner: Subject, request: &PageRequest) -> Result<Page<SignInRecord>> {
    let mut vals = request.keys(vals![i64::MAX, "z"])?; // after every id, which is hexadecimal
    vals.extend(vals![owner.id(), request.size.limit()]);
    let sql = match owner {
        Subject::Person(_) => {
            "select id, at, outcome, device, new_device from sign_ins
             where person = $3 and (at, id) < ($1, $2) order by at desc, id desc limit $4"
        }
        Subject::Staff(_) => {
            "select id, at, outcome, device, new_device from sign_ins
             where staff = $3 and (at, id) < ($1, $2) order by at desc, id desc limit $4"
        }
    };
    let rows = tx.fetch_all(sql, vals).await?;
    let items = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(items, request.size, |entry| vals![entry.at, entry.id]))
}

fn read(row: &Row) -> Result<SignInRecord> {
    Ok(SignInRecord {
        id: row.get(0)?,
        at: row.get(1)?,
        has_succeeded: row.get::<String>(2)? == "succeeded",
        device: row.get(3)?,
        is_new_device: row.get::<i64>(4)? != 0,
    })
}
