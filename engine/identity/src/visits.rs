//! The visits of an account that go on (登录设备): seeing them, and ending them from afar (退出其他设备).

use kernel::{SessionId, Timestamp};
use store::{Result, Tx, vals};

use crate::sessions::{Subject, close_session};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// One visit that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VisitRecord {
    pub(crate) id: SessionId,
    pub(crate) since: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    /// Browser and system in two words; empty when they did not say.
    pub(crate) device: String,
    pub(crate) is_strong: bool,
}

/// So many are shown; signing out everywhere ends all of them.
pub(crate) const SHOWN_MAX: usize = 30;

/// The visits that go on, the last used first.
pub(crate) async fn list(tx: &mut Tx, owner: Subject, now: Timestamp) -> Result<Vec<VisitRecord>> {
    let sql = match owner {
        Subject::Person(_) => {
            "select s.id, s.created_at, s.last_seen_at, coalesce(i.device, ''), s.strong_at
             from sessions s left join sign_ins i on i.id = s.id
             where s.person = $1 and s.revoked_at is null and s.expires_at > $2
             order by s.last_seen_at desc, s.id desc limit $3"
        }
        Subject::Staff(_) => {
            "select s.id, s.created_at, s.last_seen_at, coalesce(i.device, ''), s.strong_at
             from sessions s left join sign_ins i on i.id = s.id
             where s.staff = $1 and s.revoked_at is null and s.expires_at > $2
             order by s.last_seen_at desc, s.id desc limit $3"
        }
    };
    let most = i64::try_from(SHOWN_MAX).unwrap_or(i64::MAX);
    let rows = tx.fetch_all(sql, vals![owner.id(), now, most]).await?;
    let read = |row: &store::Row| {
        Ok(VisitRecord {
            id: row.get(0)?,
            since: row.get(1)?,
            last_seen_at: row.get(2)?,
            device: row.get(3)?,
            is_strong: row.get::<Option<Timestamp>>(4)?.is_some(),
        })
    };
    rows.iter().map(read).collect()
}

/// Ends one visit of this account. `false`: it is none of theirs, or has ended.
pub(crate) async fn end(tx: &mut Tx, owner: Subject, visit: SessionId, now: Timestamp) -> Result<bool> {
    let sql = match owner {
        Subject::Person(_) => "select 1 from sessions where id = $1 and person = $2 and revoked_at is null",
        Subject::Staff(_) => "select 1 from sessions where id = $1 and staff = $2 and revoked_at is null",
    };
    if tx.fetch_optional(sql, vals![visit, owner.id()]).await?.is_none() {
        return Ok(false);
    }
    close_session(tx, visit, now).await?;
    Ok(true)
}

/// Ends every visit of the account, but for `kept`. Half sign-ins end with them.
pub(crate) async fn end_all(
    tx: &mut Tx,
    owner: Subject,
    kept: Option<SessionId>,
    now: Timestamp,
) -> Result<()> {
    let sql = match owner {
        Subject::Person(_) => {
            "select id from sessions where person = $1 and revoked_at is null and expires_at > $2"
        }
        Subject::Staff(_) => {
            "select id from sessions where staff = $1 and revoked_at is null and expires_at > $2"
        }
    };
    for row in tx.fetch_all(sql, vals![owner.id(), now]).await? {
        let visit: SessionId = row.get(0)?;
        if Some(visit) != kept {
            close_session(tx, visit, now).await?;
        }
    }
    tx.execute("delete from half_sign_ins where owner = $1", vals![owner.to_string()]).await?;
    Ok(())
}
