//! Private keys of other programs (PKCS#8, RFC 5958) as they come with certificates of another authority. Only read, and
//! only unencrypted: what is kept is a [`crate::key_file`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::asn1::{Reader, tag};
use crate::sm2::PrivateKey;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
/// id-ecPublicKey (1.2.840.10045.2.1), content of the OBJECT IDENTIFIER.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// The SM2 curve (1.2.156.10197.1.301).
const SM2_CURVE: &[u8] = &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d];
const KEY_BYTES: usize = 32;

/// Why a text is no SM2 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Pkcs8Error {
    /// It is encrypted.
    #[error("the key is encrypted; decrypt it first, such as with `openssl pkey`")]
    Encrypted,
    /// No PEM of the label PRIVATE KEY.
    #[error("not a PRIVATE KEY in PEM")]
    Frame,
    /// The structure is broken.
    #[error("not a private key: {0}")]
    Structure(&'static str),
    /// A key of another algorithm or curve.
    #[error("the key is not one of the SM2 curve")]
    NotSm2,
}

/// Reads an unencrypted key in PEM.
pub fn read_pem(text: &str) -> Result<PrivateKey, Pkcs8Error> {
    if text.contains("ENCRYPTED") {
        return Err(Pkcs8Error::Encrypted);
    }
    let (_, rest) = text.split_once(BEGIN).ok_or(Pkcs8Error::Frame)?;
    let (body, _) = rest.split_once(END).ok_or(Pkcs8Error::Frame)?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    let der = STANDARD.decode(body.as_bytes()).map_err(|_base64| Pkcs8Error::Frame)?;
    read_der(&Zeroizing::new(der))
}

/// `PrivateKeyInfo { version, algorithm { id-ecPublicKey, curve }, OCTET STRING { ECPrivateKey } }`.
fn read_der(der: &[u8]) -> Result<PrivateKey, Pkcs8Error> {
    let part = Pkcs8Error::Structure;
    let mut info = Reader(der).enter(tag::SEQUENCE).ok_or(part("PrivateKeyInfo"))?;
    info.content(tag::INTEGER).ok_or(part("version"))?;
    let mut algorithm = info.enter(tag::SEQUENCE).ok_or(part("algorithm"))?;
    if algorithm.content(tag::OID) != Some(EC_PUBLIC_KEY) || algorithm.content(tag::OID) != Some(SM2_CURVE) {
        return Err(Pkcs8Error::NotSm2);
    }
    let mut key = info.enter(tag::OCTET_STRING).ok_or(part("privateKey"))?;
    let mut key = key.enter(tag::SEQUENCE).ok_or(part("ECPrivateKey"))?;
    key.content(tag::INTEGER).ok_or(part("version"))?;
    let number = key.content(tag::OCTET_STRING).ok_or(part("privateKey"))?;
    let missing = KEY_BYTES.checked_sub(number.len()).ok_or(part("privateKey"))?;
    let mut bytes = Zeroizing::new(vec![0; missing]);
    bytes.extend_from_slice(number);
    PrivateKey::from_bytes(&bytes).map_err(|_range| part("privateKey"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::DEFAULT_ID;
    use crate::sm2::PublicKey;
    use crate::testing::{Tool, require};

    fn openssl(arguments: &[&str], dir: &std::path::Path) -> String {
        let output = Command::new("openssl").args(arguments).current_dir(dir).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    #[test]
    fn keys_that_openssl_made_are_read() {
        if !require(Tool::Openssl) {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let arguments =
            ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", "key.pem"];
        openssl(&arguments, dir.path());
        let text = std::fs::read_to_string(dir.path().join("key.pem")).unwrap();
        let key = read_pem(&text).unwrap();
        let public = openssl(&["pkey", "-in", "key.pem", "-pubout"], dir.path());
        assert_eq!(PublicKey::from_pem(&public).unwrap(), key.public());
        let signature = key.sign(DEFAULT_ID, b"m");
        assert!(PublicKey::from_pem(&public).unwrap().verify(DEFAULT_ID, b"m", &signature));
        let encrypted = openssl(&["pkey", "-in", "key.pem", "-aes128", "-passout", "pass:x"], dir.path());
        assert!(matches!(read_pem(&encrypted), Err(Pkcs8Error::Encrypted)));
        let other = ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
        assert!(matches!(read_pem(&openssl(&other, dir.path())), Err(Pkcs8Error::NotSm2)));
    }

    #[test]
    fn what_is_no_key_is_named() {
        assert!(matches!(read_pem("x"), Err(Pkcs8Error::Frame)));
        assert!(matches!(read_pem(&format!("{BEGIN}\n!\n{END}")), Err(Pkcs8Error::Frame)));
        let check = |body: &[u8], expected| {
            let text = format!("{BEGIN}\n{}\n{END}", STANDARD.encode(body));
            assert_eq!(read_pem(&text).err(), Some(expected));
        };
        check(b"", Pkcs8Error::Structure("PrivateKeyInfo"));
        check(&[0x30, 3, 2, 1, 0], Pkcs8Error::Structure("algorithm"));
    }
}
