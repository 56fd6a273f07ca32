//! What stands in the log: kind, time and a commitment to a fact, nothing else; pure.
//!
//! A *fact* (事实) is what happened, in the database of the platform. Its canonical bytes are fields one after another, each
//! with its length in four bytes (big-endian) before it: the word `tongban-fact/v1`, the kind, the reference, then the fields
//! that the room of that kind names. The *commitment* (承诺) is `SM3(salt ‖ canonical bytes)` with 32 random bytes as salt:
//! without the salt nobody can find out by guessing what a commitment stands for, so deleting it makes an entry mute.
//!
//! An *entry* (条目) is 1 byte version (1), 1 byte length of the kind, the kind in ASCII, 8 bytes time (microseconds since
//! 1970, big-endian), 32 bytes commitment.

use std::fmt;
use std::str::FromStr;

use guomi::sm3;
use kernel::{Timestamp, to_micros};

use crate::tree::{self, Hash};

/// 32 random bytes of one entry.
pub type Salt = [u8; 32];

const FACT: &[u8] = b"tongban-fact/v1";
const VERSION: u8 = 1;

/// What kind of fact an entry stands for. The words are stable: they are in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something happened in a case (办件事件), decisions among it.
    CaseEvent,
    /// A licence was issued or changed its state (证照).
    Licence,
    /// A seal was used (用印).
    SealUse,
    /// Somebody looked at personal data (查阅).
    Look,
    /// Money was asked for, paid or given back (缴费).
    Payment,
    /// A version of an item was published (事项发布).
    Publication,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::CaseEvent, Self::Licence, Self::SealUse, Self::Look, Self::Payment, Self::Publication];

    /// The word in the tree and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CaseEvent => "case-event",
            Self::Licence => "licence",
            Self::SealUse => "seal-use",
            Self::Look => "look",
            Self::Payment => "payment",
            Self::Publication => "publication",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that is no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of entry")]
pub struct UnknownKind(String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        known.ok_or_else(|| UnknownKind(word.to_owned()))
    }
}

impl store::FromCol for Kind {
    fn from_col(row: &store::Row, index: usize) -> store::Result<Self> {
        row.parse(index)
    }
}

/// Something that happened, in canonical bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Fact {
    kind: Kind,
    reference: String,
    bytes: Vec<u8>,
}

impl Fact {
    /// Begins with what it is and how its room finds it again: an id, nothing personal.
    pub fn new(kind: Kind, reference: impl Into<String>) -> Self {
        let fact = Self { kind, reference: reference.into(), bytes: Vec::new() };
        let reference = fact.reference.clone();
        fact.field(FACT).field(kind.as_str().as_bytes()).field(reference.as_bytes())
    }

    /// Adds the next field. Fields are known by their places, so an absent one is written as an empty one.
    #[must_use]
    pub fn field(mut self, bytes: impl AsRef<[u8]>) -> Self {
        write_field(&mut self.bytes, bytes.as_ref());
        self
    }

    /// What kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How its room finds it again.
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// The canonical bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The commitment to it under a salt.
    pub fn commitment(&self, salt: &Salt) -> Hash {
        commitment(salt, &self.bytes)
    }
}

/// Without its fields: they may be personal data and debug output ends in logs.
impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fact({} {})", self.kind, self.reference)
    }
}

/// The commitment to canonical bytes under a salt.
pub fn commitment(salt: &Salt, fact: &[u8]) -> Hash {
    let mut hasher = sm3::Hasher::new();
    hasher.update(salt);
    hasher.update(fact);
    hasher.finish()
}

/// Adds a field to canonical bytes. No field here comes near four gigabytes; one that did would be cut in its length and so
/// would not be read back.
pub(crate) fn write_field(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(field);
}

/// The fields of canonical bytes; nothing when they end in the middle of one.
pub fn read_fields(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (field, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        fields.push(field);
        bytes = rest;
    }
    Some(fields)
}

/// What stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What kind of fact.
    pub kind: Kind,
    /// When it was written, in whole microseconds.
    pub at: Timestamp,
    /// The hash over salt and fact.
    pub commitment: Hash,
}

impl Entry {
    /// Its bytes in the bundle.
    pub fn to_bytes(&self) -> Vec<u8> {
        let kind = self.kind.as_str().as_bytes();
        let length = u8::try_from(kind.len()).unwrap_or(u8::MAX); // the words above are short
        let mut bytes = Vec::with_capacity(42 + kind.len());
        bytes.extend_from_slice(&[VERSION, length]);
        bytes.extend_from_slice(kind);
        bytes.extend_from_slice(&to_micros(self.at).to_be_bytes());
        bytes.extend_from_slice(&self.commitment);
        bytes
    }

    /// Reads the bytes of a bundle; nothing for any other.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (&[version, length], rest) = bytes.split_first_chunk::<2>()?;
        let (kind, rest) = rest.split_at_checked(usize::from(length))?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let kind = std::str::from_utf8(kind).ok()?.parse().ok()?;
        let at = Timestamp::from_microsecond(i64::from_be_bytes(*at)).ok()?;
        let commitment: Hash = rest.try_into().ok()?;
        (version == VERSION).then_some(Self { kind, at, commitment })
    }

    /// Its leaf in the tree.
    pub fn leaf(&self) -> Hash {
        tree::leaf_hash(&self.to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Written out from the head of this module.
    #[test]
    fn facts_and_entries_have_the_bytes_that_are_written_down() {
        let fact = Fact::new(Kind::SealUse, "s/1").field("").field("é");
        let expected = [
            b"\0\0\0\x0ftongban-fact/v1".as_slice(),
            b"\0\0\0\x08seal-use",
            b"\0\0\0\x03s/1",
            b"\0\0\0\0",
            b"\0\0\0\x02\xc3\xa9",
        ]
        .concat();
        assert_eq!(fact.bytes(), expected);
        assert_eq!(fact.commitment(&[5; 32]), sm3::digest(&[[5; 32].as_slice(), &expected].concat()));
        assert_eq!(read_fields(&expected).unwrap()[2..], [b"s/1".as_slice(), b"", "é".as_bytes()]);
        assert_eq!(format!("{fact:?}"), "Fact(seal-use s/1)");

        let at = Timestamp::from_microsecond(1).unwrap();
        let entry = Entry { kind: Kind::Look, at, commitment: [7; 32] };
        let bytes = [b"\x01\x04look\0\0\0\0\0\0\0\x01".as_slice(), &[7; 32]].concat();
        assert_eq!(entry.to_bytes(), bytes);
        assert_eq!(entry.leaf(), sm3::digest(&[b"\0".as_slice(), &bytes].concat()));
    }

    #[test]
    fn kinds_are_read_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("letter".parse::<Kind>().is_err());
    }

    proptest! {
        #[test]
        fn entries_are_read_back(kind in 0_usize..6, at in -1_000_000_000_000_i64..4_000_000_000_000_000, commitment: [u8; 32]) {
            let at = Timestamp::from_microsecond(at).unwrap();
            let entry = Entry { kind: Kind::ALL[kind], at, commitment };
            let bytes = entry.to_bytes();
            prop_assert_eq!(Entry::from_bytes(&bytes), Some(entry));
            prop_assert_eq!(Entry::from_bytes(&bytes[..bytes.len() - 1]), None);
            prop_assert_eq!(Entry::from_bytes(&[bytes.as_slice(), &[0]].concat()), None);
        }

        /// Two lists of fields that differ have different bytes.
        #[test]
        fn fields_are_read_back(fields in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..6)) {
            let mut bytes = Vec::new();
            for field in &fields {
                write_field(&mut bytes, field);
            }
            prop_assert_eq!(read_fields(&bytes).unwrap(), fields);
        }

        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            let _ = read_fields(&bytes);
            let _ = Entry::from_bytes(&bytes);
        }
    }
}
