//! The keys with which the platform signs (签名密钥): kept sealed, held in memory, changed without anybody noticing.
//!
//! A new key is shown in the key set a day before it signs, and an old one a day longer than anything that it signed is
//! worth. Both follow from two instants of the row, so nothing has to happen at the right moment.

use std::sync::Arc;

use jiff::{SignedDuration, ToSpan as _};
use kernel::{Actor, Message, Refusal, Timestamp};
use serde_json::{Value, json};
use store::{Purpose, Result, Row, Tx, Vault, vals};

use crate::jws::{self, Alg, KeyFault, SigningKey, Unverified};
use crate::permission::MANAGE_CLIENTS;
use crate::register::note;

const FIELD: &str = "oidc.signing-key";
/// How long a new key is shown before it signs: longer than anybody keeps a key set.
const SHOWN_BEFORE: SignedDuration = SignedDuration::from_hours(24);
/// How long an old one is shown after its last signature.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// After so many days a key is followed by another.
const DAYS_MAX: i64 = 90;

/// A signing key.
#[derive(Debug)]
pub struct Key {
    /// Its name: the thumbprint of its public half.
    pub kid: String,
    /// How it signs.
    pub alg: Alg,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// Until when it is shown; none while it is to sign.
    pub shown_until: Option<Timestamp>,
    pub(crate) jwk: Value,
    signer: SigningKey,
}

impl Key {
    fn is_shown(&self, now: Timestamp) -> bool {
        self.shown_until.is_none_or(|until| until > now)
    }

    pub(crate) fn token(&self, typ: &str, claims: &Value) -> std::result::Result<String, KeyFault> {
        self.signer.token(&self.kid, typ, claims)
    }
}

/// All keys that are shown, the latest first.
#[derive(Debug, Default)]
pub struct Ring(Vec<Arc<Key>>);

impl Ring {
    /// The keys.
    pub fn keys(&self) -> &[Arc<Key>] {
        &self.0
    }

    /// The key that signs in this way now: the latest whose time has come.
    pub(crate) fn signing(&self, alg: Alg, now: Timestamp) -> Option<&Arc<Key>> {
        let ready = |key: &&Arc<Key>| key.alg == alg && key.signs_from <= now && key.is_shown(now);
        self.0.iter().filter(ready).max_by_key(|key| (key.signs_from, key.created_at))
    }

    /// The ways in which this platform can sign now.
    pub(crate) fn algs(&self, now: Timestamp) -> Vec<&'static str> {
        Alg::ALL.into_iter().filter(|alg| self.signing(*alg, now).is_some()).map(Alg::as_str).collect()
    }

    /// The key set (JWKS, RFC 7517 §5).
    pub(crate) fn jwks(&self, now: Timestamp) -> Value {
        let shown = self.0.iter().filter(|key| key.is_shown(now));
        json!({"keys": shown.map(|key| key.jwk.clone()).collect::<Vec<_>>()})
    }

    /// Whether one of these keys has signed it.
    pub(crate) fn has_signed(&self, token: &Unverified<'_>, now: Timestamp) -> bool {
        let named = self.0.iter().find(|key| Some(key.kid.as_str()) == token.kid());
        named.is_some_and(|key| key.is_shown(now) && token.is_signed_with(&key.jwk))
    }
}

fn read(vault: &Vault, row: &Row) -> Result<Key> {
    let damaged = || row.damaged(1, "a signing key");
    let alg = Alg::from_name(&row.get::<String>(1)?).ok_or_else(damaged)?;
    let kept = vault.open(FIELD, &row.get::<Vec<u8>>(3)?, &Purpose::new("oidc.sign", "system"))?;
    Ok(Key {
        kid: row.get(0)?,
        alg,
        jwk: row.get(2)?,
        signer: SigningKey::read(alg, &kept).map_err(|_fault| damaged())?,
        created_at: row.get(4)?,
        signs_from: row.get(5)?,
        shown_until: row.get(6)?,
    })
}

/// Every key that is shown or will be.
pub(crate) async fn load(tx: &mut Tx, vault: &Vault, now: Timestamp) -> Result<Ring> {
    let rows = tx
        .fetch_all(
            "select kid, alg, public_jwk, private_sealed, created_at, signs_from, shown_until from oidc_keys
             where shown_until is null or shown_until > $1 order by signs_from desc, created_at desc, kid",
            vals![now],
        )
        .await?;
    let keys = rows.iter().map(|row| read(vault, row).map(Arc::new)).collect::<Result<Vec<_>>>()?;
    Ok(Ring(keys))
}

/// Makes the first key where there is none.
pub(crate) async fn begin(tx: &mut Tx, vault: &Vault, now: Timestamp) -> std::result::Result<(), Refusal> {
    let ring = load(tx, vault, now).await?;
    if ring.signing(Alg::Es256, now).is_none() {
        keep(tx, vault, Alg::Es256, &fresh(Alg::Es256)?, now, now).await?;
    }
    Ok(())
}

fn fresh(alg: Alg) -> std::result::Result<Vec<u8>, Refusal> {
    jws::fresh(alg).map_err(|_fault| Refusal::conflict("oidc-key-not-made-here"))
}

async fn keep(
    tx: &mut Tx,
    vault: &Vault,
    alg: Alg,
    private: &[u8],
    now: Timestamp,
    signs_from: Timestamp,
) -> std::result::Result<String, Refusal> {
    let key = SigningKey::read(alg, private);
    let key = key.map_err(|_fault| Refusal::field("key", Message::new("oidc-key-wrong")))?;
    let jwk = key.public_jwk();
    let kid = jwk["kid"].as_str().unwrap_or_default().to_owned();
    let kept = tx
        .execute(
            "insert into oidc_keys (kid, alg, public_jwk, private_sealed, created_at, signs_from, shown_until)
             values ($1, $2, $3, $4, $5, $6, null) on conflict (kid) do nothing",
            vals![&kid, alg.as_str(), &jwk, vault.seal(FIELD, private)?, now, signs_from],
        )
        .await?;
    if kept == 0 {
        return Err(Refusal::field("key", Message::new("oidc-key-known")));
    }
    Ok(kid)
}

/// The keys of this kind that were to sign stop when the new one begins, and are shown a while longer.
async fn retire(tx: &mut Tx, alg: Alg, but: &str, from: Timestamp) -> Result<()> {
    let until = from.checked_add(SHOWN_AFTER).unwrap_or(Timestamp::MAX);
    tx.execute(
        "update oidc_keys set shown_until = $3 where alg = $1 and kid <> $2 and shown_until is null",
        vals![alg.as_str(), but, until],
    )
    .await?;
    Ok(())
}

/// What is to become the next key.
#[derive(Debug, Clone, Copy)]
pub enum Next<'a> {
    /// A key that is made here.
    Fresh(Alg),
    /// An RSA key that was made elsewhere, as PKCS #8 in PEM.
    Brought(&'a str),
}

/// Has a key followed by another: shown now, signing a day later; the first of its kind signs at once.
pub async fn follow(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    next: Next<'_>,
    now: Timestamp,
) -> std::result::Result<String, Refusal> {
    by.require(MANAGE_CLIENTS)?;
    let (alg, private) = match next {
        Next::Fresh(alg) => (alg, fresh(alg)?),
        Next::Brought(pem) => (Alg::Rs256, from_pem(pem)?),
    };
    let kid = replace(tx, vault, alg, &private, now).await?;
    note(tx, by, "keys", "key-added", now).await?;
    Ok(kid)
}

async fn replace(
    tx: &mut Tx,
    vault: &Vault,
    alg: Alg,
    private: &[u8],
    now: Timestamp,
) -> std::result::Result<String, Refusal> {
    let is_first = load(tx, vault, now).await?.signing(alg, now).is_none();
    let signs_from = if is_first { now } else { now.checked_add(SHOWN_BEFORE).unwrap_or(now) };
    let kid = keep(tx, vault, alg, private, now, signs_from).await?;
    retire(tx, alg, &kid, signs_from).await?;
    Ok(kid)
}

/// Takes a key away at once, because somebody else may have it: what it signed is believed no more. Another of its kind
/// signs from now on, where the platform can make one.
pub async fn withdraw(
    tx: &mut Tx,
    vault: &Vault,
    by: &Actor,
    kid: &str,
    now: Timestamp,
) -> std::result::Result<(), Refusal> {
    by.require(MANAGE_CLIENTS)?;
    let ring = load(tx, vault, now).await?;
    let key = ring.0.iter().find(|key| key.kid == kid).ok_or(Refusal::NotFound)?;
    tx.execute("update oidc_keys set shown_until = $2 where kid = $1", vals![kid, now]).await?;
    let left = load(tx, vault, now).await?;
    if left.signing(key.alg, now).is_none() && key.alg != Alg::Rs256 {
        // One that waits for its day is taken now.
        let waiting = left.0.iter().find(|other| other.alg == key.alg && other.shown_until.is_none());
        match waiting {
            Some(next) => {
                tx.execute("update oidc_keys set signs_from = $2 where kid = $1", vals![&next.kid, now])
                    .await?;
            }
            None => {
                keep(tx, vault, key.alg, &fresh(key.alg)?, now, now).await?;
            }
        }
    }
    note(tx, by, "keys", "key-withdrawn", now).await?;
    Ok(())
}

/// Has old keys followed by new ones. For a daily job.
pub(crate) async fn renew_old(
    tx: &mut Tx,
    vault: &Vault,
    now: Timestamp,
) -> std::result::Result<u64, Refusal> {
    let old = now.checked_sub((DAYS_MAX * 24).hours()).unwrap_or(Timestamp::MIN);
    let mut renewed = 0;
    let ring = load(tx, vault, now).await?;
    for alg in [Alg::Es256, Alg::Sm2] {
        let waits = ring.0.iter().any(|key| key.alg == alg && key.signs_from > now);
        if !waits && ring.signing(alg, now).is_some_and(|key| key.signs_from < old) {
            replace(tx, vault, alg, &fresh(alg)?, now).await?;
            renewed += 1;
        }
    }
    Ok(renewed)
}

/// The bytes of `-----BEGIN PRIVATE KEY-----`.
pub(crate) fn from_pem(pem: &str) -> std::result::Result<Vec<u8>, Refusal> {
    use base64::Engine as _;
    let wrong = || Refusal::field("key", Message::new("oidc-key-wrong"));
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----").ok_or_else(wrong)?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----").ok_or_else(wrong)?;
    let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(body).map_err(|_form| wrong())
}

#[cfg(test)]
mod tests;
