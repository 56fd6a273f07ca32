//! How a grant ends: by its client, by its person, by an administrator, or with the visit.

use identity::Token;
use kernel::{ClientId, GrantId, SessionId, Timestamp};
use store::{Result, Row, Tx, vals};

/// Ends a grant and with it every token of its family.
pub(crate) async fn end(tx: &mut Tx, id: GrantId, reason: &str, now: Timestamp) -> Result<()> {
    tracing::info!(grant = %id, reason, "sign-on ended");
    tx.execute(
        "update oidc_grants set state = 'ended', ended_at = $2, end_reason = $3 where id = $1 and state <> 'ended'",
        vals![id, now, reason],
    )
    .await?;
    Ok(())
}

/// Ends one grant of a client. `false`: it is over already, or another client's.
pub(crate) async fn end_one(
    tx: &mut Tx,
    client: ClientId,
    id: GrantId,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    let ended = tx
        .execute(
            "update oidc_grants set state = 'ended', ended_at = $3, end_reason = $4
             where id = $1 and client = $2 and state <> 'ended'",
            vals![id, client, now, reason],
        )
        .await?;
    Ok(ended == 1)
}

/// Makes one access token worthless and leaves its family.
pub(crate) async fn drop_access(tx: &mut Tx, token: &Token, now: Timestamp) -> Result<()> {
    tx.execute(
        "update oidc_tokens set expires_at = $2 where digest = $1 and kind = 'access' and expires_at > $2",
        vals![token.digest().to_vec(), now],
    )
    .await?;
    Ok(())
}

/// Ends everything that a client has.
pub(crate) async fn end_of_client(
    tx: &mut Tx,
    client: ClientId,
    reason: &str,
    now: Timestamp,
) -> Result<u64> {
    tx.execute(
        "update oidc_grants set state = 'ended', ended_at = $2, end_reason = $3
         where client = $1 and state <> 'ended'",
        vals![client, now, reason],
    )
    .await
}

/// Ends everything that a client has of this person, and says which grants that were.
pub(crate) async fn end_of_subject(
    tx: &mut Tx,
    client: ClientId,
    subject: &str,
    reason: &str,
    now: Timestamp,
) -> Result<Vec<Ended>> {
    let rows = tx
        .fetch_all(
            "update oidc_grants set state = 'ended', ended_at = $3, end_reason = $4
             where client = $1 and subject = $2 and state = 'live' returning id, client, sub",
            vals![client, subject, now, reason],
        )
        .await?;
    rows.iter().map(Ended::read).collect()
}

/// A grant that has just ended, or whose person has signed out: its client is to hear of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) id: GrantId,
    pub(crate) client: ClientId,
    pub(crate) sub: String,
}

impl Ended {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self { id: row.get(0)?, client: row.get(1)?, sub: row.get(2)? })
    }
}

/// The visit is over: what it opened ends, but for what goes on without it. Returns all of its live grants.
pub(crate) async fn end_of_session(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<Vec<Ended>> {
    let rows = tx
        .fetch_all(
            "select id, client, sub from oidc_grants where session = $1 and state = 'live' order by id",
            vals![session],
        )
        .await?;
    tx.execute(
        "update oidc_grants set state = 'ended', ended_at = $2, end_reason = 'signed-out'
         where session = $1 and (state = 'offered' or (state = 'live' and scope not like '%offline_access%'))",
        vals![session, now],
    )
    .await?;
    rows.iter().map(Ended::read).collect()
}

/// The session of a grant, while it is live: whether a hint speaks of the visit at hand.
pub(crate) async fn session_of(tx: &mut Tx, id: GrantId) -> Result<Option<SessionId>> {
    let row = tx.fetch_optional("select session from oidc_grants where id = $1", vals![id]).await?;
    row.map_or(Ok(None), |row| row.get(0))
}
