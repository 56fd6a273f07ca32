//! What a browser sends of a passkey, checked as WebAuthn Level 2 asks (§7.1 registration, §7.2 assertion). Pure.
//!
//! Attestation is not asked for and not believed: which make of authenticator somebody uses is their own affair.

use ciborium::Value;
use ring::digest::{SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

/// COSE algorithms that are offered (RFC 9053, RFC 8812): ES256, and RS256 for Windows Hello.
pub(crate) const ALGORITHMS: [i64; 2] = [ES256, RS256];
const ES256: i64 = -7;
const RS256: i64 = -257;
/// WebAuthn §4: no id is longer.
const ID_BYTES_MAX: usize = 1023;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;

/// Which check failed; for the log and for tests. Whoever tries is told only that it did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("cannot be read")]
    Form,
    #[error("made for another kind of request")]
    Kind,
    #[error("answers another challenge")]
    Challenge,
    #[error("made on another site")]
    Origin,
    #[error("belongs to another site")]
    RelyingParty,
    #[error("nobody was there")]
    NobodyThere,
    #[error("the authenticator did not verify its user")]
    NotVerified,
    #[error("flags contradict each other")]
    Flags,
    #[error("a key of a kind that was not asked for")]
    Key,
    #[error("the signature is wrong")]
    Signature,
    #[error("the counter went back")]
    Counter,
}

/// The site that asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) origin: &'a str,
    pub(crate) rp_id: &'a str,
}

/// What the browser says it was asked (`clientDataJSON`).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// The challenge that an answer claims to answer, to be looked up before anything else is believed.
pub(crate) fn challenge_of(client_data: &[u8]) -> Result<Vec<u8>, Fault> {
    let data: ClientData = serde_json::from_slice(client_data).map_err(|_shape| Fault::Form)?;
    super::unbase64(&data.challenge).ok_or(Fault::Form)
}

fn check_client_data(site: Site<'_>, json: &[u8], kind: &str, challenge: &[u8]) -> Result<(), Fault> {
    let data: ClientData = serde_json::from_slice(json).map_err(|_shape| Fault::Form)?;
    if data.kind != kind {
        return Err(Fault::Kind);
    }
    let given = super::unbase64(&data.challenge).ok_or(Fault::Form)?;
    if !bool::from(given.as_slice().ct_eq(challenge)) {
        return Err(Fault::Challenge);
    }
    if data.origin != site.origin || data.cross_origin {
        return Err(Fault::Origin);
    }
    Ok(())
}

/// The fixed head of authenticator data (§6.1), and what follows it.
struct Head<'a> {
    flags: u8,
    sign_count: u32,
    rest: &'a [u8],
}

fn check_head<'a>(site: Site<'_>, data: &'a [u8]) -> Result<Head<'a>, Fault> {
    let (hash, rest) = data.split_at_checked(32).ok_or(Fault::Form)?;
    let (flags, rest) = rest.split_first().ok_or(Fault::Form)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or(Fault::Form)?;
    if hash != digest(&SHA256, site.rp_id.as_bytes()).as_ref() {
        return Err(Fault::RelyingParty);
    }
    if flags & USER_PRESENT == 0 {
        return Err(Fault::NobodyThere);
    }
    if flags & USER_VERIFIED == 0 {
        return Err(Fault::NotVerified);
    }
    if flags & BACKED_UP != 0 && flags & BACKUP_ELIGIBLE == 0 {
        return Err(Fault::Flags);
    }
    Ok(Head { flags: *flags, sign_count: u32::from_be_bytes(*count), rest })
}

/// A passkey that an authenticator has just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) credential_id: Vec<u8>,
    /// The COSE_Key as the authenticator wrote it.
    pub(crate) public_key: Vec<u8>,
    pub(crate) sign_count: u32,
}

/// Checks a registration.
pub(crate) fn register(
    site: Site<'_>,
    challenge: &[u8],
    client_data: &[u8],
    attestation: &[u8],
) -> Result<Made, Fault> {
    check_client_data(site, client_data, "webauthn.create", challenge)?;
    let attestation: Value = ciborium::from_reader(attestation).map_err(|_shape| Fault::Form)?;
    let data = text_entry(&attestation, "authData").and_then(Value::as_bytes).ok_or(Fault::Form)?;
    let head = check_head(site, data)?;
    if head.flags & HAS_CREDENTIAL == 0 {
        return Err(Fault::Form);
    }
    let (_make, rest) = head.rest.split_at_checked(16).ok_or(Fault::Form)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(Fault::Form)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > ID_BYTES_MAX {
        return Err(Fault::Form);
    }
    let (id, rest) = rest.split_at_checked(length).ok_or(Fault::Form)?;
    let mut left = rest;
    let _read: Value = ciborium::from_reader(&mut left).map_err(|_shape| Fault::Form)?;
    let key = &rest[..rest.len() - left.len()];
    Key::read(key)?;
    Ok(Made { credential_id: id.to_vec(), public_key: key.to_vec(), sign_count: head.sign_count })
}

/// What an authenticator signed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) client_data: &'a [u8],
    pub(crate) authenticator_data: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// Checks an assertion made with a known key; the counter to be kept.
pub(crate) fn check(
    site: Site<'_>,
    challenge: &[u8],
    public_key: &[u8],
    last_count: u32,
    signed: Signed<'_>,
) -> Result<u32, Fault> {
    check_client_data(site, signed.client_data, "webauthn.get", challenge)?;
    let head = check_head(site, signed.authenticator_data)?;
    let mut message = signed.authenticator_data.to_vec();
    message.extend_from_slice(digest(&SHA256, signed.client_data).as_ref());
    Key::read(public_key)?.verify(&message, signed.signature)?;
    // §7.2 step 21: authenticators that do not count always say 0.
    let counts = last_count != 0 || head.sign_count != 0;
    if counts && head.sign_count <= last_count {
        return Err(Fault::Counter);
    }
    Ok(head.sign_count)
}

/// A public key of one of the offered kinds.
enum Key {
    Es256(Vec<u8>),
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    /// Reads a COSE_Key (RFC 9052 §7, RFC 9053 §7.1, RFC 8230 §4).
    fn read(cose: &[u8]) -> Result<Self, Fault> {
        let value: Value = ciborium::from_reader(cose).map_err(|_shape| Fault::Key)?;
        let number = |label: i64| {
            entry(&value, label).and_then(Value::as_integer).and_then(|found| i64::try_from(found).ok())
        };
        let bytes = |label: i64| entry(&value, label).and_then(Value::as_bytes).cloned().ok_or(Fault::Key);
        match (number(1), number(3), number(-1)) {
            (Some(2), Some(ES256), Some(1)) => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                if x.len() != 32 || y.len() != 32 {
                    return Err(Fault::Key);
                }
                Ok(Self::Es256([&[4][..], &x, &y].concat()))
            }
            (Some(3), Some(RS256), _) => {
                let (n, e) = (bytes(-1)?, bytes(-2)?);
                if n.len() < 256 {
                    return Err(Fault::Key);
                }
                Ok(Self::Rs256 { n, e })
            }
            _ => Err(Fault::Key),
        }
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Fault> {
        let checked = match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        checked.map_err(|_wrong| Fault::Signature)
    }
}

fn text_entry<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn entry(map: &Value, label: i64) -> Option<&Value> {
    let is_it = |key: &Value| key.as_integer() == Some(label.into());
    map.as_map()?.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
}
