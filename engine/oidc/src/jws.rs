//! Signed tokens (JWS, RFC 7515) in compact form: making them, reading them, and the three ways of signing.
//!
//! ES256 and RS256 come from `ring`, which is in the house for TLS already; SM2 with SM3 from `guomi`. Nothing chooses
//! the way of signing by what a token says of itself: the key decides.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use guomi::sm3;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Longest token that is read.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// A way of signing (签名算法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256: what every client knows.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// RSA with SHA-256, for clients that know nothing else; only where an operator has brought in a key.
    #[serde(rename = "RS256")]
    Rs256,
    /// SM2 with SM3 (GB/T 32918.2), under a private name (RFC 7515 §4.1.1): docs/sign-on.md.
    #[serde(rename = "urn:tongban:jws:sm2-sm3")]
    Sm2,
}

impl Alg {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::Sm2];

    /// Its name in headers and metadata.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::Sm2 => "urn:tongban:jws:sm2-sm3",
        }
    }

    /// The way of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.as_str() == name)
    }

    /// The left half of the hash that goes with it, as in `at_hash` (OpenID Connect Core §3.1.3.6).
    pub(crate) fn half_hash(self, text: &str) -> String {
        match self {
            Self::Es256 | Self::Rs256 => BASE64.encode(&digest(&SHA256, text.as_bytes()).as_ref()[..16]),
            Self::Sm2 => BASE64.encode(&sm3::digest(text.as_bytes())[..16]),
        }
    }
}

/// SHA-256 as unpadded base64url: code challenges and names of keys.
pub(crate) fn sha256(text: &[u8]) -> String {
    BASE64.encode(digest(&SHA256, text))
}

/// Bytes that are no key, or a module that did not sign. Nothing of the key is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a usable signing key")]
pub(crate) struct KeyFault;

/// A private key that signs.
pub(crate) enum SigningKey {
    Es256(EcdsaKeyPair),
    Rs256(Box<RsaKeyPair>),
    Sm2(guomi::PrivateKey),
}

/// The bytes under which a fresh key is kept: PKCS #8 for ES256, the 32 bytes of the secret for SM2. RSA keys are made
/// elsewhere and brought in.
pub(crate) fn fresh(alg: Alg) -> Result<Vec<u8>, KeyFault> {
    match alg {
        Alg::Es256 => {
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
            Ok(pkcs8.map_err(|_opaque| KeyFault)?.as_ref().to_vec())
        }
        // A draw that is no key is next to impossible.
        Alg::Sm2 => Ok(guomi::random_bytes::<32>().to_vec()),
        Alg::Rs256 => Err(KeyFault),
    }
}

impl SigningKey {
    pub(crate) fn read(alg: Alg, kept: &[u8]) -> Result<Self, KeyFault> {
        match alg {
            Alg::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, kept, &SystemRandom::new())
                    .map(Self::Es256)
                    .map_err(|_rejected| KeyFault)
            }
            Alg::Rs256 => RsaKeyPair::from_pkcs8(kept)
                .map(|key| Self::Rs256(Box::new(key)))
                .map_err(|_rejected| KeyFault),
            Alg::Sm2 => guomi::PrivateKey::from_bytes(kept).map(Self::Sm2).map_err(|_form| KeyFault),
        }
    }

    const fn alg(&self) -> Alg {
        match self {
            Self::Es256(_) => Alg::Es256,
            Self::Rs256(_) => Alg::Rs256,
            Self::Sm2(_) => Alg::Sm2,
        }
    }

    /// The public half as a JWK (RFC 7517), named by its thumbprint (RFC 7638).
    pub(crate) fn public_jwk(&self) -> Value {
        let ec = |curve: &str, point: &[u8]| {
            let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..]));
            let named = format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#);
            (json!({"kty": "EC", "crv": curve, "x": x, "y": y}), sha256(named.as_bytes()))
        };
        let (mut jwk, kid) = match self {
            Self::Es256(key) => ec("P-256", key.public_key().as_ref()),
            Self::Sm2(key) => ec("SM2", &key.public().to_sec1()),
            Self::Rs256(key) => {
                let RsaPublicKeyComponents { n, e } = RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
                let (n, e) = (BASE64.encode(n), BASE64.encode(e));
                let named = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
                (json!({"kty": "RSA", "n": n, "e": e}), sha256(named.as_bytes()))
            }
        };
        jwk["use"] = "sig".into();
        jwk["alg"] = self.alg().as_str().into();
        jwk["kid"] = kid.into();
        jwk
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let random = SystemRandom::new();
        match self {
            Self::Es256(key) => {
                key.sign(&random, message).map(|made| made.as_ref().to_vec()).map_err(|_opaque| KeyFault)
            }
            Self::Rs256(key) => {
                let mut made = vec![0; key.public().modulus_len()];
                key.sign(&signature::RSA_PKCS1_SHA256, &random, message, &mut made)
                    .map_err(|_opaque| KeyFault)?;
                Ok(made)
            }
            Self::Sm2(key) => Ok(key.sign(guomi::DEFAULT_ID, message).to_bytes().to_vec()),
        }
    }

    /// Signs the claims under this type (`JWT`, `logout+jwt`).
    pub(crate) fn token(&self, kid: &str, typ: &str, claims: &Value) -> Result<String, KeyFault> {
        let header = json!({"alg": self.alg().as_str(), "typ": typ, "kid": kid});
        let signed = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature = self.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", BASE64.encode(signature)))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.alg().as_str())
    }
}

/// A token as it came: nothing in it is believed before [`Unverified::is_signed_with`] has said yes.
#[derive(Debug)]
pub(crate) struct Unverified<'a> {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Unverified<'a> {
    pub(crate) fn read(token: &'a str) -> Option<Self> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| {
            let value: Value = serde_json::from_slice(&BASE64.decode(part).ok()?).ok()?;
            value.is_object().then_some(value)
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: BASE64.decode(signature).ok()?,
        })
    }

    pub(crate) fn kid(&self) -> Option<&str> {
        self.header["kid"].as_str()
    }

    /// Whether the holder of this key has signed it, in the way that the key is for, and asks nobody to understand
    /// more than that (`crit`).
    pub(crate) fn is_signed_with(&self, jwk: &Value) -> bool {
        let Some(alg) = alg_of(jwk) else { return false };
        self.header["alg"].as_str() == Some(alg.as_str())
            && self.header.get("crit").is_none()
            && verify(alg, jwk, self.signed.as_bytes(), &self.signature)
    }
}

/// The way of signing that a public key is for.
pub(crate) fn alg_of(jwk: &Value) -> Option<Alg> {
    match (jwk["kty"].as_str()?, jwk["crv"].as_str()) {
        ("EC", Some("P-256")) => Some(Alg::Es256),
        ("EC", Some("SM2")) => Some(Alg::Sm2),
        ("RSA", _) => Some(Alg::Rs256),
        _ => None,
    }
}

fn bytes(jwk: &Value, name: &str) -> Option<Vec<u8>> {
    BASE64.decode(jwk[name].as_str()?).ok()
}

/// `04 || x || y`.
fn point(jwk: &Value) -> Option<Vec<u8>> {
    let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
    (x.len() == 32 && y.len() == 32).then(|| [[4].as_slice(), &x, &y].concat())
}

fn verify(alg: Alg, jwk: &Value, message: &[u8], signature: &[u8]) -> bool {
    match alg {
        Alg::Es256 => point(jwk).is_some_and(|point| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
        }),
        Alg::Rs256 => bytes(jwk, "n").zip(bytes(jwk, "e")).is_some_and(|(n, e)| {
            RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
        }),
        Alg::Sm2 => point(jwk).is_some_and(|point| {
            let key = guomi::PublicKey::from_sec1(&point);
            let signature = guomi::Signature::from_bytes(signature);
            key.is_ok_and(|key| {
                signature.is_ok_and(|signature| key.verify(guomi::DEFAULT_ID, message, &signature))
            })
        }),
    }
}

/// Whether a public key of a client can be used at all: a point on its curve, an RSA modulus of 2048 bits or more, and
/// no private half.
pub(crate) fn is_usable(jwk: &Value) -> bool {
    if jwk.get("d").is_some() {
        return false;
    }
    match alg_of(jwk) {
        Some(Alg::Rs256) => {
            bytes(jwk, "n").is_some_and(|n| (256..=1024).contains(&n.len())) && bytes(jwk, "e").is_some()
        }
        Some(Alg::Sm2) => point(jwk).is_some_and(|point| guomi::PublicKey::from_sec1(&point).is_ok()),
        Some(Alg::Es256) => point(jwk).is_some(),
        None => false,
    }
}

#[cfg(test)]
pub(crate) mod tests;
