//! Codes of an authenticator application (动态口令, RFC 6238): setting up, checking, removing.

use kernel::{Message, Refusal, Timestamp};
use store::{Purpose, Result, Tx, Vault, vals};
use subtle::ConstantTimeEq as _;

use crate::account_told::{Told, told};
use crate::sessions::Subject;

pub(crate) mod http;
#[cfg(test)]
pub(crate) mod tests;

const SECRET: &str = "identity.totp-secret";
const SECRET_BYTES: usize = 20; // RFC 4226 §4 R6: as long as the hash
const STEP_SECONDS: i64 = 30;
/// A telephone's clock may be one step off.
const DRIFT_STEPS: i64 = 1;
pub(crate) const DIGITS: usize = 6;

/// The number that a secret gives in a step, before it is cut to its digits (RFC 4226 §5.3).
fn truncated(secret: &[u8], step: u64) -> u32 {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = ring::hmac::sign(&key, &step.to_be_bytes());
    let hash = tag.as_ref();
    let offset = usize::from(hash[hash.len() - 1] & 0x0f);
    let mut four = [0; 4];
    four.copy_from_slice(&hash[offset..offset + 4]);
    u32::from_be_bytes(four) & 0x7fff_ffff
}

fn code(secret: &[u8], step: i64) -> String {
    let number = truncated(secret, u64::try_from(step).unwrap_or(0)) % 1_000_000;
    format!("{number:06}")
}

/// The step near `now` whose code this is, later than `last`.
fn step_of(secret: &[u8], given: &str, last: i64, now: Timestamp) -> Option<i64> {
    let at = now.as_second().div_euclid(STEP_SECONDS);
    (at - DRIFT_STEPS..=at + DRIFT_STEPS)
        .filter(|step| bool::from(code(secret, *step).as_bytes().ct_eq(given.as_bytes())))
        .find(|step| *step > last)
}

/// What was typed, without the blanks that applications put in.
pub(crate) fn as_code(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    (digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// Base 32 without padding (RFC 4648 §6), as authenticator applications take it.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |index: usize| bytes.get(index / 8).map_or(0, |byte| byte >> (7 - index % 8) & 1);
    let letter = |five: usize| (0..5).fold(0, |value, n| value << 1 | usize::from(bit(five * 5 + n)));
    (0..(bytes.len() * 8).div_ceil(5)).map(|five| char::from(LETTERS[letter(five)])).collect()
}

/// Why a code was not taken up.
#[derive(Debug, thiserror::Error)]
pub enum TotpError {
    /// The code is wrong, was used before, or belongs to another minute.
    #[error("the code is wrong")]
    WrongCode,
    /// Nothing was begun.
    #[error("nothing to confirm")]
    NothingBegun,
    /// There is one already; it is removed first.
    #[error("set up already")]
    Exists,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<TotpError> for Refusal {
    fn from(error: TotpError) -> Self {
        match error {
            TotpError::WrongCode => Self::field("code", Message::new("identity-code-wrong")),
            TotpError::NothingBegun => Self::conflict("identity-totp-nothing-begun"),
            TotpError::Exists => Self::conflict("identity-totp-exists"),
            TotpError::Store(error) => error.into(),
        }
    }
}

/// Begins with a new secret. One that was begun and not confirmed is replaced.
pub(crate) async fn begin(
    tx: &mut Tx,
    vault: &Vault,
    owner: Subject,
    now: Timestamp,
) -> std::result::Result<(), TotpError> {
    let secret: [u8; SECRET_BYTES] = guomi::random_bytes();
    let written = tx
        .execute(
            "insert into totp_secrets (owner, secret_sealed, last_step, created_at) values ($1, $2, 0, $3)
             on conflict (owner) do update set secret_sealed = excluded.secret_sealed, last_step = 0,
               created_at = excluded.created_at
             where totp_secrets.confirmed_at is null",
            vals![owner.to_string(), vault.seal(SECRET, &secret)?, now],
        )
        .await?;
    if written == 1 { Ok(()) } else { Err(TotpError::Exists) }
}

struct Kept {
    secret: Vec<u8>,
    last_step: i64,
    is_confirmed: bool,
}

async fn kept(tx: &mut Tx, vault: &Vault, owner: Subject) -> Result<Option<Kept>> {
    let sql = "select secret_sealed, last_step, confirmed_at from totp_secrets where owner = $1";
    let Some(row) = tx.fetch_optional(sql, vals![owner.to_string()]).await? else { return Ok(None) };
    let purpose = Purpose::new("identity.check-code", owner.to_string());
    Ok(Some(Kept {
        secret: vault.open(SECRET, &row.get::<Vec<u8>>(0)?, &purpose)?,
        last_step: row.get(1)?,
        is_confirmed: row.get::<Option<Timestamp>>(2)?.is_some(),
    }))
}

/// The secret that waits to be confirmed, in base 32.
pub(crate) async fn begun(tx: &mut Tx, vault: &Vault, owner: Subject) -> Result<Option<String>> {
    let kept = kept(tx, vault, owner).await?.filter(|kept| !kept.is_confirmed);
    Ok(kept.map(|kept| base32(&kept.secret)))
}

/// A first code shows that the application holds the secret.
pub(crate) async fn confirm(
    tx: &mut Tx,
    vault: &Vault,
    owner: Subject,
    given: &str,
    now: Timestamp,
) -> std::result::Result<(), TotpError> {
    let kept = kept(tx, vault, owner).await?.filter(|kept| !kept.is_confirmed);
    let kept = kept.ok_or(TotpError::NothingBegun)?;
    let code = as_code(given).ok_or(TotpError::WrongCode)?;
    let step = step_of(&kept.secret, &code, kept.last_step, now).ok_or(TotpError::WrongCode)?;
    tx.execute(
        "update totp_secrets set confirmed_at = $1, last_used_at = $1, last_step = $2
         where owner = $3 and confirmed_at is null",
        vals![now, step, owner.to_string()],
    )
    .await?;
    told(tx, owner, Told::FactorAdded, "", now).await?;
    Ok(())
}

/// Whether the code is right. Of one code sent twice, one time counts: also of two at the same moment.
pub(crate) async fn takes(
    tx: &mut Tx,
    vault: &Vault,
    owner: Subject,
    given: &str,
    now: Timestamp,
) -> Result<bool> {
    let Some(kept) = kept(tx, vault, owner).await?.filter(|kept| kept.is_confirmed) else { return Ok(false) };
    let Some(step) = step_of(&kept.secret, given, kept.last_step, now) else { return Ok(false) };
    let taken = tx
        .execute(
            "update totp_secrets set last_step = $1, last_used_at = $2 where owner = $3 and last_step < $1",
            vals![step, now, owner.to_string()],
        )
        .await?;
    Ok(taken == 1)
}

/// Takes the application away. Whoever asks has proved themselves moments ago.
pub(crate) async fn remove(tx: &mut Tx, owner: Subject, now: Timestamp) -> Result<()> {
    let gone = tx.execute("delete from totp_secrets where owner = $1", vals![owner.to_string()]).await?;
    if gone == 1 {
        told(tx, owner, Told::FactorRemoved, "", now).await?;
        crate::recovery_codes::drop_without_factor(tx, owner).await?;
    }
    Ok(())
}
