//! Signed notes (C2SP signed-note): a text with signature lines under it; pure.
//!
//! The specification has no number for SM2, so its keys bear 0xff and a name of our own, as it foresees:
//!
//! | use | signature type | signature |
//! |---|---|---|
//! | a log signs a note | `0xff ‖ "SM2-with-SM3 note/v1" ‖ 0x0a` | 64 bytes `r ‖ s` over the text of the note |
//! | a witness signs too | `0xff ‖ "SM2-with-SM3 cosignature/v1" ‖ 0x0a` | 8 bytes unix seconds, then 64 bytes `r ‖ s` over [`cosigned_text`] |
//!
//! Signatures are those of GB/T 32918.2 with the user id [`guomi::DEFAULT_ID`]; public keys are `04 ‖ x ‖ y`. A key id
//! is the first four bytes of `SM3(name ‖ 0x0a ‖ signature type ‖ public key)`: the specification recommends SHA-256
//! there, which the rest of this log does without.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guomi::{DEFAULT_ID, PrivateKey, PublicKey, Signature, sm3};

/// Longest note that is read, in bytes.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;
/// Most signatures that are looked at.
const SIGNATURES_MAX: usize = 64;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// The notes of its own log.
    Note,
    /// That it has seen a log's checkpoint and found it consistent (见证).
    Cosignature,
}

impl KeyUse {
    /// The signature type of the specification, with our name behind 0xff.
    fn signature_type(self) -> &'static [u8] {
        match self {
            Self::Note => b"\xffSM2-with-SM3 note/v1\n",
            Self::Cosignature => b"\xffSM2-with-SM3 cosignature/v1\n",
        }
    }
}

/// Why a key or a note cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Key names are not empty and have neither blanks nor a plus sign.
    #[error("{0:?} is no key name: it must not be empty and has neither blanks nor '+'")]
    KeyName(String),
    /// Not `name+id+key`, or the id is not that of the key, or the key is none of SM2.
    #[error("not a verifier key of the form name+id+key for SM2: {0}")]
    VerifierKey(&'static str),
    /// Too long, a control character, no blank line, a signature line of another form.
    #[error("not a signed note: {0}")]
    Form(&'static str),
    /// A known key's name and id stand at a signature that is not by this key.
    #[error("the signature of {0} is wrong")]
    WrongSignature(String),
}

/// Refuses what is no key name.
fn check_name(name: &str) -> Result<(), NoteError> {
    let is_fit = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    let fits = !name.is_empty() && name.len() <= 200 && name.chars().all(is_fit);
    if fits { Ok(()) } else { Err(NoteError::KeyName(name.to_owned())) }
}

/// A public key with its name and use (验证密钥), written `name+id+key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    usage: KeyUse,
    public: PublicKey,
}

impl VerifierKey {
    /// Puts name, use and key together.
    pub fn new(name: &str, usage: KeyUse, public: PublicKey) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self { name: name.to_owned(), usage, public })
    }

    /// Its name; a log's is its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn usage(&self) -> KeyUse {
        self.usage
    }

    /// The key itself.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// The first four bytes of the hash over all of it.
    pub fn id(&self) -> [u8; 4] {
        let mut hasher = sm3::Hasher::new();
        for part in [self.name.as_bytes(), b"\n", self.usage.signature_type(), &self.public.to_sec1()] {
            hasher.update(part);
        }
        let [a, b, c, d, ..] = hasher.finish();
        [a, b, c, d]
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [self.usage.signature_type(), &self.public.to_sec1()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let wrong = NoteError::VerifierKey;
        let mut parts = text.splitn(3, '+'); // base64 has the plus sign too
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("it has not three parts"));
        };
        let bytes = STANDARD.decode(key).map_err(|_form| wrong("the key is no base64"))?;
        let of_use = |usage: KeyUse| Some((usage, bytes.strip_prefix(usage.signature_type())?));
        let (usage, key) = of_use(KeyUse::Note)
            .or_else(|| of_use(KeyUse::Cosignature))
            .ok_or(wrong("its signature type is not known here"))?;
        let public = PublicKey::from_sec1(key).map_err(|_form| wrong("it holds no public key"))?;
        let key = Self::new(name, usage, public)?;
        if hex::encode(key.id()) == id { Ok(key) } else { Err(wrong("the id is not that of the key")) }
    }
}

/// A private key with its name and use (签名密钥). Never printed.
pub struct SigningKey {
    verifier: VerifierKey,
    key: PrivateKey,
}

impl SigningKey {
    /// Puts name, use and key together.
    pub fn new(name: &str, usage: KeyUse, key: PrivateKey) -> Result<Self, NoteError> {
        Ok(Self { verifier: VerifierKey::new(name, usage, key.public())?, key })
    }

    /// What others check its signatures with.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs the text of a note, at this unix second if it cosigns.
    pub fn sign(&self, text: &str, unix_seconds: u64) -> SignatureLine {
        let VerifierKey { name, usage, .. } = &self.verifier;
        let signature = match usage {
            KeyUse::Note => self.key.sign(DEFAULT_ID, text.as_bytes()).to_bytes().to_vec(),
            KeyUse::Cosignature => {
                let signature = self.key.sign(DEFAULT_ID, cosigned_text(text, unix_seconds).as_bytes());
                [unix_seconds.to_be_bytes().as_slice(), &signature.to_bytes()].concat()
            }
        };
        SignatureLine { name: name.clone(), id: self.verifier.id(), signature }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.verifier.name).finish_non_exhaustive()
    }
}

/// What a witness signs (C2SP tlog-cosignature, version 1): a head line, the time, the text of the note.
pub fn cosigned_text(text: &str, unix_seconds: u64) -> String {
    format!("cosignature/v1\ntime {unix_seconds}\n{text}")
}

/// One line under a note: who signed, with which key, and the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub id: [u8; 4],
    /// As the type of the key has it.
    pub signature: Vec<u8>,
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_slice(), &self.signature].concat();
        writeln!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for SignatureLine {
    type Err = NoteError;

    /// Reads a line without its end.
    fn from_str(line: &str) -> Result<Self, NoteError> {
        let wrong = || NoteError::Form("a signature line is not: dash, name, base64");
        let (name, signature) =
            line.strip_prefix("— ").and_then(|rest| rest.split_once(' ')).ok_or_else(wrong)?;
        check_name(name)?;
        let bytes = STANDARD.decode(signature).map_err(|_form| wrong())?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or_else(wrong)?;
        Ok(Self { name: name.to_owned(), id: *id, signature: signature.to_vec() })
    }
}

/// A signature that was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed {
    /// When, in unix seconds: a cosignature says it.
    pub unix_seconds: Option<u64>,
}

/// A text and its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is signed; it ends with a line end.
    pub text: String,
    /// Who signed.
    pub signatures: Vec<SignatureLine>,
}

impl Note {
    /// Whether this key has signed: nothing when it has not, an error when a signature bears its name and id but is not
    /// by it. Of keys that are not asked for, nothing is known and nothing follows.
    pub fn signed_by(&self, key: &VerifierKey) -> Result<Option<Signed>, NoteError> {
        let id = key.id();
        let mut found = None;
        for line in self.signatures.iter().filter(|line| line.name == key.name && line.id == id) {
            let wrong = || NoteError::WrongSignature(key.name.clone());
            found = Some(self.check(key, &line.signature).ok_or_else(wrong)?);
        }
        Ok(found)
    }

    fn check(&self, key: &VerifierKey, signature: &[u8]) -> Option<Signed> {
        let verify = |text: &str, signature: &[u8]| {
            let signature = Signature::from_bytes(signature).ok()?;
            key.public.verify(DEFAULT_ID, text.as_bytes(), &signature).then_some(())
        };
        match key.usage {
            KeyUse::Note => verify(&self.text, signature).map(|()| Signed { unix_seconds: None }),
            KeyUse::Cosignature => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                verify(&cosigned_text(&self.text, time), signature)?;
                Some(Signed { unix_seconds: Some(time) })
            }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?; // the text has a line end already: this is the blank line
        self.signatures.iter().try_for_each(|line| write!(f, "{line}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Form("it is longer than 64 KiB"));
        }
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(NoteError::Form("it has a control character"));
        }
        let middle =
            note.rfind("\n\n").ok_or(NoteError::Form("there is no blank line before the signatures"))?;
        let (text, signatures) = note.split_at(middle + 1);
        let signatures = signatures.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
        let lines: Vec<&str> =
            signatures.ok_or(NoteError::Form("it does not end with a signature line"))?.split('\n').collect();
        if lines.len() > SIGNATURES_MAX {
            return Err(NoteError::Form("it has more than 64 signatures"));
        }
        let signatures = lines.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { text: text.to_owned(), signatures })
    }
}

#[cfg(test)]
mod tests;
