//! Recovery codes (恢复码): ten on paper, each good once, for the day on which telephone or key is lost.

use kernel::Timestamp;
use store::{Result, Tx, Vault, vals};

use crate::account_told::{Told, told};
use crate::printed_code::{LETTERS, as_made, fresh};
use crate::sessions::Subject;

pub(crate) mod http;
#[cfg(test)]
mod tests;

const FIELD: &str = "identity.recovery-code";
pub(crate) const COUNT: usize = 10;
const LENGTH: usize = 10;

/// What was typed, if it can be a code.
pub(crate) fn as_code(typed: &str) -> Option<String> {
    let code: String = as_made(typed).collect();
    (code.len() == LENGTH && code.bytes().all(|b| LETTERS.contains(&b))).then_some(code)
}

/// The hash is the owner's own: equal codes of two accounts do not look alike.
fn blind(vault: &Vault, owner: Subject, code: &str) -> String {
    vault.blind(FIELD, &format!("{owner} {code}"))
}

/// Ten new ones; those before are worthless. They are shown this once.
pub(crate) async fn make(tx: &mut Tx, vault: &Vault, owner: Subject, now: Timestamp) -> Result<Vec<String>> {
    tx.execute("delete from recovery_codes where owner = $1", vals![owner.to_string()]).await?;
    let mut codes: Vec<String> = Vec::with_capacity(COUNT);
    while codes.len() < COUNT {
        let code = fresh::<LENGTH>(LENGTH / 2);
        if codes.contains(&code) {
            continue;
        }
        let blind = blind(vault, owner, &code.replace('-', ""));
        tx.execute(
            "insert into recovery_codes (owner, code_blind, made_at) values ($1, $2, $3)",
            vals![owner.to_string(), blind, now],
        )
        .await?;
        codes.push(code);
    }
    Ok(codes)
}

/// Whether the code is one that was not used yet; it is from now on. The owner is told.
pub(crate) async fn takes(
    tx: &mut Tx,
    vault: &Vault,
    owner: Subject,
    code: &str,
    now: Timestamp,
) -> Result<bool> {
    let used = tx
        .execute(
            "update recovery_codes set used_at = $1 where owner = $2 and code_blind = $3 and used_at is null",
            vals![now, owner.to_string(), blind(vault, owner, code)],
        )
        .await?;
    if used == 1 {
        told(tx, owner, Told::RecoveryCodeUsed, "", now).await?;
    }
    Ok(used == 1)
}

/// Codes stand in for a factor: where there is none any more, they go too.
pub(crate) async fn drop_without_factor(tx: &mut Tx, owner: Subject) -> Result<()> {
    if !crate::factors::ways_of(tx, owner).await?.has_second() {
        tx.execute("delete from recovery_codes where owner = $1", vals![owner.to_string()]).await?;
    }
    Ok(())
}
