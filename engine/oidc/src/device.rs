//! Self-service terminals (自助终端) that have no keyboard for passwords: they show a short code, and somebody says yes to
//! it on their own telephone (RFC 8628).
//!
//! `waiting → allowed → used`, or `waiting → refused`.

use identity::Token;
use kernel::{ClientId, EventId, Timestamp};
use store::{Tx, fresh_id, vals};

use crate::client::{Client, find_client};
use crate::fault::Fault;
use crate::grant::{self, Grant, Who, later};
use crate::scope::Scopes;

pub(crate) mod page;
pub(crate) mod start;

/// How long a code is shown.
pub(crate) const DEVICE_SECONDS: i64 = 600;
/// How long a terminal waits between two questions.
pub(crate) const INTERVAL_SECONDS: i64 = 5;
/// Letters that nobody mistakes and that make no words (RFC 8628 §6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// So many codes that no terminal shows may somebody type in a quarter of an hour.
const MISSES_MAX: u32 = 10;
const MISSES_SECONDS: i64 = 900;

/// Eight letters: twenty to the eighth are 25 thousand million, for ten minutes and ten tries.
fn fresh_user_code() -> String {
    // 256 is no multiple of 20, so bytes from 240 on are drawn again.
    let mut code = String::with_capacity(8);
    while code.len() < 8 {
        for byte in guomi::random_bytes::<16>() {
            if byte < 240 && code.len() < 8 {
                code.push(char::from(LETTERS[usize::from(byte % 20)]));
            }
        }
    }
    code
}

/// As somebody types it: any case, with or without its hyphen.
fn read_user_code(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '-' | ' ')).flat_map(char::to_uppercase).take(20).collect()
}

/// `BCDF-GHJK`.
fn shown(user_code: &str) -> String {
    user_code.split_at_checked(4).map_or_else(|| user_code.to_owned(), |(a, b)| format!("{a}-{b}"))
}

/// A terminal that has just begun to wait.
pub(crate) struct Begun {
    pub(crate) device_code: Token,
    pub(crate) user_code: String,
}

pub(crate) async fn begin(
    tx: &mut Tx,
    client: ClientId,
    scope: &Scopes,
    now: Timestamp,
) -> store::Result<Begun> {
    let (device_code, user_code) = (Token::fresh(), fresh_user_code());
    tx.execute(
        "insert into oidc_devices (digest, user_code, client, scope, state, interval_seconds, expires_at)
         values ($1, $2, $3, $4, 'waiting', $5, $6)",
        vals![
            device_code.digest().to_vec(),
            &user_code,
            client,
            scope.to_string(),
            INTERVAL_SECONDS,
            later(now, DEVICE_SECONDS),
        ],
    )
    .await?;
    Ok(Begun { device_code, user_code: shown(&user_code) })
}

/// A terminal that waits, with its client.
pub(crate) struct Waiting {
    pub(crate) user_code: String,
    pub(crate) client: Client,
    pub(crate) scope: Scopes,
}

/// The terminal that shows this code. A miss is noted, and who has missed too often is told nothing for a while.
pub(crate) async fn find(
    tx: &mut Tx,
    who: &str,
    typed: &str,
    now: Timestamp,
) -> Result<Option<Waiting>, kernel::Refusal> {
    let since = later(now, -MISSES_SECONDS);
    let row = tx
        .fetch_one("select count(*) from oidc_misses where who = $1 and at > $2", vals![who, since])
        .await?;
    if row.get::<u32>(0)? >= MISSES_MAX {
        return Err(kernel::Refusal::TooMany(MISSES_SECONDS.unsigned_abs()));
    }
    let user_code = read_user_code(typed);
    let row = tx
        .fetch_optional(
            "select client, scope from oidc_devices
             where user_code = $1 and state = 'waiting' and expires_at > $2",
            vals![&user_code, now],
        )
        .await?;
    if let Some(row) = row
        && let Some(client) =
            find_client(tx, row.get(0)?).await?.filter(|client| client.disabled_at.is_none())
    {
        let scope = Scopes::parse(&row.get::<String>(1)?);
        return Ok(Some(Waiting { user_code, client, scope }));
    }
    tx.execute(
        "insert into oidc_misses (id, who, at) values ($1, $2, $3)",
        vals![fresh_id::<EventId>(now), who, now],
    )
    .await?;
    Ok(None)
}

/// Somebody has said yes. `false`: it waits no more.
pub(crate) async fn allow(
    tx: &mut Tx,
    waiting: &Waiting,
    who: Who,
    scope: &Scopes,
    now: Timestamp,
) -> store::Result<bool> {
    let grant = grant::open(tx, waiting.client.id, Some(who), &scope.to_string(), now).await?;
    let changed = tx
        .execute(
            "update oidc_devices set state = 'allowed', grant_id = $2
             where user_code = $1 and state = 'waiting' and expires_at > $3",
            vals![&waiting.user_code, grant.id, now],
        )
        .await?;
    Ok(changed == 1)
}

/// Somebody has said no.
pub(crate) async fn refuse(tx: &mut Tx, waiting: &Waiting) -> store::Result<()> {
    let sql = "update oidc_devices set state = 'refused' where user_code = $1 and state = 'waiting'";
    tx.execute(sql, vals![&waiting.user_code]).await?;
    Ok(())
}

/// The terminal asks. Who asks too often has to wait longer each time (RFC 8628 §3.5).
pub(crate) async fn poll(tx: &mut Tx, client: ClientId, code: &str, now: Timestamp) -> Result<Grant, Fault> {
    let unknown = Fault::invalid_grant("the device_code is not known to this client or was used");
    let Some(code) = Token::parse(code) else { return Err(unknown) };
    let digest = code.digest().to_vec();
    let row = tx
        .fetch_optional(
            "select state, grant_id, interval_seconds, polled_at, expires_at from oidc_devices
             where digest = $1 and client = $2",
            vals![&digest, client],
        )
        .await?;
    let Some(row) = row else { return Err(unknown) };
    let interval: i64 = row.get(2)?;
    let is_early = row.get::<Option<Timestamp>>(3)?.is_some_and(|before| now < later(before, interval));
    let next_interval = if is_early { (interval + INTERVAL_SECONDS).min(60) } else { interval };
    tx.execute(
        "update oidc_devices set polled_at = $2, interval_seconds = $3 where digest = $1",
        vals![&digest, now, next_interval],
    )
    .await?;
    let state: String = row.get(0)?;
    if row.get::<Timestamp>(4)? <= now {
        return Err(Fault::new("expired_token", "nobody has answered in time"));
    }
    match state.as_str() {
        "waiting" if is_early => Err(Fault::new("slow_down", "wait five seconds more between questions")),
        "waiting" => Err(Fault::new("authorization_pending", "nobody has answered yet")),
        "refused" => Err(Fault::new("access_denied", "the person has said no")),
        "allowed" => {
            let sql = "update oidc_devices set state = 'used' where digest = $1 and state = 'allowed'";
            if tx.execute(sql, vals![digest]).await? == 0 {
                return Err(unknown);
            }
            grant::live(tx, row.get(1)?).await?.ok_or(unknown)
        }
        _ => Err(unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_type_them() {
        let code = fresh_user_code();
        assert_eq!(code.len(), 8);
        assert!(code.bytes().all(|b| LETTERS.contains(&b)));
        assert_ne!(code, fresh_user_code());
        assert_eq!(read_user_code(&shown(&code).to_lowercase()), code);
        assert_eq!(read_user_code(&format!(" {} {} ", &code[..4], &code[4..])), code);
        assert_eq!(shown("甲"), "甲");
    }
}
