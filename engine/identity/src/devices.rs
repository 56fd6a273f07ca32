//! Devices from which an account is used (常用设备). A browser carries a mark of its own for a year; a program is known by
//! its network and its name. A device that is new to an account is told to its holder.

use guomi::sm3;
use kernel::{SessionId, Timestamp};
use store::{Result, Tx, Vault, vals};

use crate::account_told::{Told, told};
use crate::client::{Client, Mark};
use crate::sessions::Subject;
use crate::token::Token;

/// Notes that the account was opened from there. A browser without a mark gets one.
pub(crate) async fn note(
    tx: &mut Tx,
    vault: &Vault,
    owner: Subject,
    attempt: SessionId,
    client: &Client,
    now: Timestamp,
) -> Result<Option<Token>> {
    let (mark, handed_out) = match &client.mark {
        Mark::Program => (client.blind(vault) + &client.device, None),
        Mark::Browser(Some(token)) => (shown(token), None),
        Mark::Browser(None) => {
            let token = Token::fresh();
            (shown(&token), Some(token))
        }
    };
    let known = tx
        .execute(
            "update devices set last_seen_at = $1, device = $2 where owner = $3 and mark = $4",
            vals![now, &client.device, owner.to_string(), &mark],
        )
        .await?;
    if known == 1 {
        return Ok(handed_out);
    }
    let others =
        tx.fetch_optional("select 1 from devices where owner = $1 limit 1", vals![owner.to_string()]).await?;
    tx.execute(
        "insert into devices (owner, mark, device, first_seen_at, last_seen_at) values ($1, $2, $3, $4, $4)",
        vals![owner.to_string(), mark, &client.device, now],
    )
    .await?;
    // The first device of an account is no news to its holder.
    if others.is_some() {
        tx.execute("update sign_ins set new_device = 1 where id = $1", vals![attempt]).await?;
        told(tx, owner, Told::NewDevice, &client.device, now).await?;
    }
    Ok(handed_out)
}

fn shown(token: &Token) -> String {
    sm3::digest(&token.digest()).iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _cannot_fail = write!(text, "{byte:02x}");
        text
    })
}
