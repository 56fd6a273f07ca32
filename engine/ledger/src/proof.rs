//! A proof that goes with a receipt (存证证明, C2SP tlog-proof) and is checked without the platform; pure.
//!
//! Its extra data are fields as in [`crate::entry`]: the word `tongban-opening/v1`, the entry, and, for whom the fact
//! concerns, the salt and the canonical bytes of the fact. With these two the proof says what was recorded; without them only
//! that something of this kind was, at this time.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{read_hash, read_number};
use crate::entry::{self, Entry, Salt};
use crate::note::{Note, NoteError};
use crate::policy::{Distrust, Policy, Trusted};
use crate::tree::{self, Hash};

const HEAD: &str = "c2sp.org/tlog-proof@v1";
const OPENING: &[u8] = b"tongban-opening/v1";
/// Longest text that is read as a proof, in bytes.
pub const PROOF_BYTES_MAX: usize = 1024 * 1024;

/// That an entry stands in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry.
    pub entry: Entry,
    /// What it stands for, if the proof says so.
    pub opening: Option<Opening>,
    /// Its place in the log, from 0.
    pub index: u64,
    /// The hashes beside its way to the root, lowest first.
    pub path: Vec<Hash>,
    /// A checkpoint of a tree that holds it, with its signatures.
    pub checkpoint: Note,
}

/// Salt and canonical bytes of a fact.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// The salt of the entry.
    pub salt: Salt,
    /// The canonical bytes.
    pub fact: Vec<u8>,
}

/// Without its content: it may be personal data.
impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").finish_non_exhaustive()
    }
}

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The text is none.
    #[error("not a proof: {0}")]
    Form(&'static str),
    /// The checkpoint is no note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The checkpoint is not believed.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The hashes do not lead to the root.
    #[error("the entry is not in the tree of this checkpoint")]
    NotIncluded,
    /// Salt and fact do not give the commitment.
    #[error("what the proof says was recorded is not what stands in the log")]
    OtherFact,
}

/// What a proof has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The checkpoint, and who has cosigned it.
    pub trusted: Trusted,
    /// The fields of the fact behind kind and reference, as text; none when the proof does not say.
    pub fields: Option<Vec<String>>,
    /// How the room of its kind calls the fact; none when the proof does not say.
    pub reference: Option<String>,
}

impl Proof {
    /// Checks everything: signatures by the policy, the way to the root, the commitment. Needs no network.
    pub fn verify(&self, policy: &Policy) -> Result<Proven, ProofError> {
        let trusted = policy.trust(&self.checkpoint)?;
        let checkpoint = &trusted.checkpoint;
        let leaf = self.entry.leaf();
        if !tree::is_included(&leaf, self.index, checkpoint.size, &self.path, &checkpoint.root) {
            return Err(ProofError::NotIncluded);
        }
        let (mut fields, mut reference) = (None, None);
        if let Some(Opening { salt, fact }) = &self.opening {
            if entry::commitment(salt, fact) != self.entry.commitment {
                return Err(ProofError::OtherFact);
            }
            let all = entry::read_fields(fact).ok_or(ProofError::OtherFact)?;
            let texts = all.iter().map(|field| String::from_utf8_lossy(field).into_owned());
            let mut texts = texts.skip(2); // format and kind
            reference = texts.next();
            fields = Some(texts.collect());
        }
        Ok(Proven { trusted, fields, reference })
    }

    fn extra(&self) -> Vec<u8> {
        let mut extra = Vec::new();
        entry::write_field(&mut extra, OPENING);
        entry::write_field(&mut extra, &self.entry.to_bytes());
        if let Some(Opening { salt, fact }) = &self.opening {
            entry::write_field(&mut extra, salt);
            entry::write_field(&mut extra, fact);
        }
        extra
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}\nextra {}\nindex {}", STANDARD.encode(self.extra()), self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = ProofError;

    /// Reads a proof; what was pasted may have other line ends, and blanks around it.
    fn from_str(text: &str) -> Result<Self, ProofError> {
        let wrong = ProofError::Form;
        if text.len() > PROOF_BYTES_MAX {
            return Err(wrong("it is longer than 1 MiB"));
        }
        let text = format!("{}\n", text.trim().replace("\r\n", "\n"));
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(wrong("there is no checkpoint under it"))?;
        let mut lines = proof.split('\n');
        if lines.next() != Some(HEAD) {
            return Err(wrong("its first line must be c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let extra = extra.ok_or(wrong("there is no entry in its extra data"))?;
        let extra = STANDARD.decode(extra).map_err(|_form| wrong("its extra data are no base64"))?;
        let (entry, opening) =
            read_extra(&extra).ok_or(wrong("its extra data hold no entry of this platform"))?;
        let index = lines.next().and_then(|line| read_number(line.strip_prefix("index ")?));
        let index = index.ok_or(wrong("there is no index"))?;
        let path: Option<Vec<Hash>> = lines.map(read_hash).collect();
        let path = path.filter(|path| path.len() <= 64).ok_or(wrong("a line of its path is no hash"))?;
        Ok(Self { entry, opening, index, path, checkpoint: checkpoint.parse()? })
    }
}

fn read_extra(extra: &[u8]) -> Option<(Entry, Option<Opening>)> {
    let fields = entry::read_fields(extra)?;
    let (entry, opening) = match fields.as_slice() {
        [OPENING, entry] => (entry, None),
        [OPENING, entry, salt, fact] => {
            (entry, Some(Opening { salt: (*salt).try_into().ok()?, fact: fact.to_vec() }))
        }
        _ => return None,
    };
    Some((Entry::from_bytes(entry)?, opening))
}

#[cfg(test)]
mod tests {
    use guomi::PrivateKey;
    use kernel::Timestamp;

    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::entry::{Fact, Kind};
    use crate::note::{KeyUse, SigningKey};

    fn made() -> (Proof, Policy) {
        let key = SigningKey::new("log.example", KeyUse::Note, PrivateKey::generate()).unwrap();
        let fact = Fact::new(Kind::CaseEvent, "case/1").field("accepted");
        let (salt, at) = ([3; 32], Timestamp::from_microsecond(1_700_000_000_000_001).unwrap());
        let entry = Entry { kind: Kind::CaseEvent, at, commitment: fact.commitment(&salt) };
        let beside = [8; 32];
        let root = tree::node_hash(&beside, &entry.leaf());
        let text = Checkpoint { origin: "log.example".into(), size: 2, root }.to_string();
        let checkpoint = Note { signatures: vec![key.sign(&text, 0)], text };
        let opening = Some(Opening { salt, fact: fact.bytes().to_vec() });
        (
            Proof { entry, opening, index: 1, path: vec![beside], checkpoint },
            Policy::of_log(key.verifier().clone()),
        )
    }

    #[test]
    fn a_proof_is_read_back_and_holds() {
        let (proof, policy) = made();
        let text = proof.to_string();
        assert_eq!(text.parse(), Ok(proof.clone()));
        assert_eq!(format!("\n  {} ", text.replace('\n', "\r\n")).parse(), Ok(proof.clone()));
        let proven = proof.verify(&policy).unwrap();
        assert_eq!(proven.fields.unwrap(), ["accepted"]);
        assert_eq!(proven.reference.unwrap(), "case/1");
        let mute = Proof { opening: None, ..proof };
        assert_eq!(mute.to_string().parse(), Ok(mute.clone()));
        assert_eq!(mute.verify(&policy).unwrap().fields, None);
        assert!(!format!("{mute:?}").contains("accepted"));
    }

    #[test]
    fn a_changed_proof_does_not_hold() {
        let (proof, policy) = made();
        let check = |change: &dyn Fn(&mut Proof), expected: &ProofError| {
            let mut changed = proof.clone();
            change(&mut changed);
            assert_eq!(changed.verify(&policy).unwrap_err(), *expected);
        };
        check(&|proof| proof.entry.kind = Kind::Licence, &ProofError::NotIncluded);
        check(&|proof| proof.index = 0, &ProofError::NotIncluded);
        check(&|proof| proof.path.clear(), &ProofError::NotIncluded);
        check(&|proof| proof.opening.as_mut().unwrap().salt[0] ^= 1, &ProofError::OtherFact);
        check(&|proof| proof.opening.as_mut().unwrap().fact[50] ^= 1, &ProofError::OtherFact);
        let wrong = NoteError::WrongSignature("log.example".into());
        check(
            &|proof| proof.checkpoint.text = proof.checkpoint.text.replace("\n2\n", "\n3\n"),
            &Distrust::from(wrong).into(),
        );
        let stranger = SigningKey::new("log.example", KeyUse::Note, PrivateKey::generate()).unwrap();
        let other = Policy::of_log(stranger.verifier().clone());
        assert!(matches!(proof.verify(&other), Err(ProofError::Distrust(Distrust::UnknownLog(_)))));
    }

    #[test]
    fn other_texts_are_no_proofs() {
        let text = made().0.to_string();
        let check = |text: &str, says: &str| {
            let error = text.parse::<Proof>().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        check("", "no checkpoint");
        check(&text.replacen("v1", "v2", 1), "first line");
        check(&text.replacen("extra ", "extra A", 1), "extra data");
        check(&text.replacen("index 1", "index 01", 1), "no index");
        check(&text.replacen("index 1\n", "index 1\nAAAA\n", 1), "no hash");
        check(&text.replace('—', "-"), "signature line");
        check(&"a".repeat(PROOF_BYTES_MAX + 1), "longer than");
    }
}
