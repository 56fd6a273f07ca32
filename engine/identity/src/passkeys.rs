//! Passkeys (通行密钥, WebAuthn): a key in a telephone, a computer or a stick that only its holder can make sign.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guomi::sm3;
use kernel::{EventId, Message, Refusal, Timestamp, from_micros, to_micros};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Purpose, Result, Tx, Vault, fresh_id, vals};

use crate::account_told::{Told, told};
use crate::factors::FactorRules;
use crate::sessions::Subject;

pub(crate) mod http;
#[cfg(test)]
pub(crate) mod tests;
mod webauthn;

const NAME: &str = "identity.passkey-name";
/// More than anybody carries; a bound for what a page shows.
pub(crate) const COUNT_MAX: usize = 20;
pub(crate) const NAME_CHARACTERS_MAX: usize = 40;
const CHALLENGE_SECONDS: i64 = 300;

/// What a browser is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A new passkey.
    Enrolment,
    /// Signing in with nothing else.
    SignIn,
    /// The second step, or proving oneself again.
    Proof,
}

impl For {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Enrolment => "enrolment",
            Self::SignIn => "sign-in",
            Self::Proof => "proof",
        }
    }
}

/// Why a passkey was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// Browsers offer no passkeys under this address.
    #[error("no passkeys under this address")]
    NotHere,
    /// What was sent is no answer to what was asked: which check failed stands in the log.
    #[error("the passkey was not accepted")]
    NotAccepted,
    /// There are as many as an account may have.
    #[error("too many passkeys")]
    TooMany,
    /// This one is known already.
    #[error("known already")]
    Known,
    /// Without a name, or too long a name.
    #[error("name: 1 to 40 characters")]
    Name,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<PasskeyError> for Refusal {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::NotHere => Self::conflict("identity-passkeys-not-here"),
            PasskeyError::NotAccepted => {
                Self::field("passkey", Message::new("identity-passkey-not-accepted"))
            }
            PasskeyError::TooMany => {
                Self::Conflict(Message::new("identity-passkeys-too-many").with("max", COUNT_MAX))
            }
            PasskeyError::Known => Self::field("passkey", Message::new("identity-passkey-known")),
            PasskeyError::Name => Self::field(
                "name",
                Message::new("identity-passkey-name-wrong").with("max", NAME_CHARACTERS_MAX),
            ),
            PasskeyError::Store(error) => error.into(),
        }
    }
}

pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A new challenge for this browser. It answers once, for this use, from this browser, within five minutes.
async fn challenge(tx: &mut Tx, what: For, bound_to: &str, now: Timestamp) -> Result<String> {
    let challenge: [u8; 32] = guomi::random_bytes();
    tx.execute("delete from passkey_challenges where expires_at < $1", vals![now]).await?;
    tx.execute(
        "insert into passkey_challenges (digest, bound_to, purpose, expires_at) values ($1, $2, $3, $4)",
        vals![
            sm3::digest(&challenge),
            sm3::digest(bound_to.as_bytes()),
            what.as_str(),
            from_micros(to_micros(now) + CHALLENGE_SECONDS * 1_000_000)
        ],
    )
    .await?;
    Ok(base64(&challenge))
}

/// Uses up the challenge that an answer names, if it is one of ours for this browser and this use.
async fn take_challenge(
    tx: &mut Tx,
    client_data: &[u8],
    what: For,
    bound_to: &str,
    now: Timestamp,
) -> std::result::Result<Vec<u8>, PasskeyError> {
    let challenge = webauthn::challenge_of(client_data).map_err(refused)?;
    let taken = tx
        .execute(
            "delete from passkey_challenges where digest = $1 and bound_to = $2 and purpose = $3 and expires_at > $4",
            vals![sm3::digest(&challenge), sm3::digest(bound_to.as_bytes()), what.as_str(), now],
        )
        .await?;
    if taken == 1 { Ok(challenge) } else { Err(refused(webauthn::Fault::Challenge)) }
}

fn refused(fault: webauthn::Fault) -> PasskeyError {
    tracing::info!(%fault, "passkey refused");
    PasskeyError::NotAccepted
}

/// One passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PasskeyRecord {
    pub(crate) id: EventId,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
}

/// The passkeys of an account, the oldest first.
pub(crate) async fn list(tx: &mut Tx, vault: &Vault, owner: Subject) -> Result<Vec<PasskeyRecord>> {
    let rows = tx
        .fetch_all(
            "select id, name_sealed, created_at, last_used_at from passkeys
             where owner = $1 order by created_at, id limit $2",
            vals![owner.to_string(), i64::try_from(COUNT_MAX).unwrap_or(i64::MAX)],
        )
        .await?;
    let purpose = Purpose::new("identity.own-account", owner.to_string());
    let read = |row: &store::Row| {
        let name = vault.open(NAME, &row.get::<Vec<u8>>(1)?, &purpose)?;
        Ok(PasskeyRecord {
            id: row.get(0)?,
            name: String::from_utf8_lossy(&name).into_owned(),
            created_at: row.get(2)?,
            last_used_at: row.get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Credentials of an account, as a browser wants them named.
async fn named(tx: &mut Tx, owner: Subject) -> Result<Vec<Value>> {
    let sql = "select credential_id from passkeys where owner = $1 order by created_at, id";
    let rows = tx.fetch_all(sql, vals![owner.to_string()]).await?;
    let one = |row: &store::Row| Ok(json!({"type": "public-key", "id": base64(&row.get::<Vec<u8>>(0)?)}));
    rows.iter().map(one).collect()
}

async fn user_handle(tx: &mut Tx, owner: Subject) -> Result<Option<Vec<u8>>> {
    let sql = "select user_handle from passkeys where owner = $1 limit 1";
    let row = tx.fetch_optional(sql, vals![owner.to_string()]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// What a browser is to be asked to make a new passkey (`PublicKeyCredentialCreationOptions`).
pub(crate) async fn ask_for_new(
    tx: &mut Tx,
    rules: &FactorRules,
    owner: Subject,
    shown_as: &str,
    bound_to: &str,
    now: Timestamp,
) -> std::result::Result<Value, PasskeyError> {
    let rp_id = rules.rp_id().ok_or(PasskeyError::NotHere)?;
    let known = named(tx, owner).await?;
    if known.len() >= COUNT_MAX {
        return Err(PasskeyError::TooMany);
    }
    let handle = match user_handle(tx, owner).await? {
        Some(handle) => handle,
        None => proposed_handle(bound_to, owner),
    };
    let algorithms = webauthn::ALGORITHMS.map(|alg| json!({"type": "public-key", "alg": alg}));
    Ok(json!({
        "rp": {"id": rp_id, "name": rules.issuer()},
        "user": {"id": base64(&handle), "name": shown_as, "displayName": shown_as},
        "challenge": challenge(tx, For::Enrolment, bound_to, now).await?,
        "pubKeyCredParams": algorithms,
        "excludeCredentials": known,
        "authenticatorSelection": {"residentKey": "required", "requireResidentKey": true, "userVerification": "required"},
        "attestation": "none",
        "timeout": CHALLENGE_SECONDS * 1000,
    }))
}

/// The first handle of an account follows from the visit in which it is made, so that it need not be kept between the
/// question and the answer; nobody else can find it out, and it says nothing of the owner.
fn proposed_handle(bound_to: &str, owner: Subject) -> Vec<u8> {
    sm3::hmac(bound_to.as_bytes(), format!("passkey {owner}").as_bytes()).to_vec()
}

/// What a browser is to be asked to prove a passkey (`PublicKeyCredentialRequestOptions`). Without an owner it offers
/// those that it has for this site.
pub(crate) async fn ask_for_proof(
    tx: &mut Tx,
    rules: &FactorRules,
    owner: Option<Subject>,
    bound_to: &str,
    now: Timestamp,
) -> std::result::Result<Value, PasskeyError> {
    let rp_id = rules.rp_id().ok_or(PasskeyError::NotHere)?;
    let allowed = match owner {
        Some(owner) => named(tx, owner).await?,
        None => Vec::new(),
    };
    let what = if owner.is_some() { For::Proof } else { For::SignIn };
    Ok(json!({
        "rpId": rp_id,
        "challenge": challenge(tx, what, bound_to, now).await?,
        "allowCredentials": allowed,
        "userVerification": "required",
        "timeout": CHALLENGE_SECONDS * 1000,
    }))
}

/// A new passkey as the browser sends it; all bytes in base64url.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    client_data: String,
    attestation: String,
}

/// A passkey that is to be taken up.
#[derive(Clone, Copy)]
pub(crate) struct New<'a> {
    pub(crate) owner: Subject,
    /// How its owner calls it.
    pub(crate) name: &'a str,
    /// What the browser sends.
    pub(crate) answer: &'a str,
    /// The form token of the browser.
    pub(crate) bound_to: &'a str,
}

/// Takes a new passkey up.
pub(crate) async fn add(
    tx: &mut Tx,
    vault: &Vault,
    rules: &FactorRules,
    New { owner, name, answer, bound_to }: New<'_>,
    now: Timestamp,
) -> std::result::Result<(), PasskeyError> {
    let name = name.trim();
    let is_name =
        (1..=NAME_CHARACTERS_MAX).contains(&name.chars().count()) && !name.contains(char::is_control);
    if !is_name {
        return Err(PasskeyError::Name);
    }
    let rp_id = rules.rp_id().ok_or(PasskeyError::NotHere)?;
    let unreadable = || refused(webauthn::Fault::Form);
    let given: Registration = serde_json::from_str(answer).map_err(|_shape| unreadable())?;
    let client_data = unbase64(&given.client_data).ok_or_else(unreadable)?;
    let attestation = unbase64(&given.attestation).ok_or_else(unreadable)?;
    let challenge = take_challenge(tx, &client_data, For::Enrolment, bound_to, now).await?;
    let site = webauthn::Site { origin: rules.origin(), rp_id };
    let made = webauthn::register(site, &challenge, &client_data, &attestation).map_err(refused)?;
    if named(tx, owner).await?.len() >= COUNT_MAX {
        return Err(PasskeyError::TooMany);
    }
    let handle = match user_handle(tx, owner).await? {
        Some(handle) => handle,
        None => proposed_handle(bound_to, owner),
    };
    tx.execute(
        "insert into passkeys (id, owner, user_handle, credential_id, public_key, sign_count, name_sealed, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        vals![
            fresh_id::<EventId>(now),
            owner.to_string(),
            handle,
            made.credential_id,
            made.public_key,
            i64::from(made.sign_count),
            vault.seal(NAME, name.as_bytes())?,
            now
        ],
    )
    .await
    .map_err(|error| error.on_constraint("passkeys_credential_id_key", || PasskeyError::Known))?;
    told(tx, owner, Told::FactorAdded, "", now).await?;
    Ok(())
}

/// A proof as the browser sends it; all bytes in base64url.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    id: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: String,
}

/// An answer that was read, with whose passkey it names. Nothing of it is proved yet.
pub(crate) struct Claimed {
    answer: Assertion,
    id: EventId,
    pub(crate) owner: Subject,
    user_handle: Vec<u8>,
    public_key: Vec<u8>,
    sign_count: u32,
}

/// Finds the passkey that an answer names.
pub(crate) async fn claimed(tx: &mut Tx, answer: &str) -> std::result::Result<Claimed, PasskeyError> {
    let unreadable = || refused(webauthn::Fault::Form);
    let answer: Assertion = serde_json::from_str(answer).map_err(|_shape| unreadable())?;
    let credential = unbase64(&answer.id).ok_or_else(unreadable)?;
    let sql = "select id, owner, user_handle, public_key, sign_count from passkeys where credential_id = $1";
    let row = tx.fetch_optional(sql, vals![credential]).await?.ok_or(PasskeyError::NotAccepted)?;
    Ok(Claimed {
        answer,
        id: row.get(0)?,
        owner: row.parse(1)?,
        user_handle: row.get(2)?,
        public_key: row.get(3)?,
        sign_count: row.get(4)?,
    })
}

/// Whether the answer proves what it claims. A counter that went back is refused, and the owner is told of it: the
/// caller keeps the transaction in that case too.
pub(crate) async fn proved(
    tx: &mut Tx,
    rules: &FactorRules,
    claimed: &Claimed,
    what: For,
    bound_to: &str,
    now: Timestamp,
) -> std::result::Result<(), PasskeyError> {
    let rp_id = rules.rp_id().ok_or(PasskeyError::NotHere)?;
    let unreadable = || refused(webauthn::Fault::Form);
    let client_data = unbase64(&claimed.answer.client_data).ok_or_else(unreadable)?;
    let authenticator_data = unbase64(&claimed.answer.authenticator_data).ok_or_else(unreadable)?;
    let signature = unbase64(&claimed.answer.signature).ok_or_else(unreadable)?;
    let handle = unbase64(&claimed.answer.user_handle).ok_or_else(unreadable)?;
    // A discoverable passkey names its user (§7.2 step 6); where the owner is known already it may be left out.
    let may_be_left_out = what == For::Proof && handle.is_empty();
    if handle != claimed.user_handle && !may_be_left_out {
        return Err(unreadable());
    }
    let challenge = take_challenge(tx, &client_data, what, bound_to, now).await?;
    let site = webauthn::Site { origin: rules.origin(), rp_id };
    let signed = webauthn::Signed {
        client_data: &client_data,
        authenticator_data: &authenticator_data,
        signature: &signature,
    };
    let count = match webauthn::check(site, &challenge, &claimed.public_key, claimed.sign_count, signed) {
        Ok(count) => count,
        Err(fault) => {
            if fault == webauthn::Fault::Counter {
                told(tx, claimed.owner, Told::PasskeyCopied, "", now).await?;
            }
            return Err(refused(fault));
        }
    };
    let kept = tx
        .execute(
            "update passkeys set sign_count = $1, last_used_at = $2 where id = $3 and sign_count = $4",
            vals![i64::from(count), now, claimed.id, i64::from(claimed.sign_count)],
        )
        .await?;
    if kept == 1 { Ok(()) } else { Err(refused(webauthn::Fault::Counter)) }
}

/// Takes a passkey away; whose it is not, is not said.
pub(crate) async fn remove(tx: &mut Tx, owner: Subject, id: EventId, now: Timestamp) -> Result<bool> {
    let sql = "delete from passkeys where id = $1 and owner = $2";
    let gone = tx.execute(sql, vals![id, owner.to_string()]).await? == 1;
    if gone {
        told(tx, owner, Told::FactorRemoved, "", now).await?;
        crate::recovery_codes::drop_without_factor(tx, owner).await?;
    }
    Ok(gone)
}
