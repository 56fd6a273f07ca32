//! Whom a verifier believes (验证策略, C2SP tlog-policy): which logs, which witnesses, how many of them; pure.
//!
//! ```text
//! log <key>
//! witness <name> <key> [<url>]
//! group <name> all|any|<number> <name>…
//! quorum none|<name>
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::note::{KeyUse, Note, NoteError, VerifierKey};

/// Most lines of a policy.
const LINES_MAX: usize = 1000;

/// A witness that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its key.
    pub key: VerifierKey,
    /// Where it takes checkpoints; only who asks for cosignatures needs it.
    pub url: Option<String>,
}

/// Logs, witnesses and the rule how many must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: BTreeMap<String, Witness>,
    groups: BTreeMap<String, Group>,
    quorum: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    needed: usize,
    members: Vec<String>,
}

/// A policy text with a fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("policy line {line}: {reason}")]
pub struct PolicyError {
    /// Which line, from 1; 0 for the whole.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// Why a checkpoint is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// The text of the note is no checkpoint.
    #[error(transparent)]
    NoCheckpoint(#[from] crate::checkpoint::NoCheckpoint),
    /// A known key stands at a signature that is wrong.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// No log of the policy has this name and has signed.
    #[error("the checkpoint of {0:?} is not signed by a log that the policy names")]
    UnknownLog(String),
    /// Too few witnesses.
    #[error("the policy asks for the quorum {quorum}; cosigned by: {}", if .witnesses.is_empty() { "nobody".into() } else { .witnesses.join(", ") })]
    TooFewWitnesses {
        /// What the policy asks for.
        quorum: String,
        /// Who has signed.
        witnesses: Vec<String>,
    },
}

/// A checkpoint that a policy believes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trusted {
    /// What the log says.
    pub checkpoint: Checkpoint,
    /// Which witnesses have signed, by their names in the policy.
    pub witnesses: Vec<String>,
}

impl Policy {
    /// One log, no witnesses.
    pub fn of_log(log: VerifierKey) -> Self {
        Self { logs: vec![log], witnesses: BTreeMap::new(), groups: BTreeMap::new(), quorum: None }
    }

    /// The key of the log of this origin.
    pub fn log(&self, origin: &str) -> Option<&VerifierKey> {
        self.logs.iter().find(|key| key.name() == origin)
    }

    /// The witnesses, by name.
    pub fn witnesses(&self) -> impl Iterator<Item = (&str, &Witness)> {
        self.witnesses.iter().map(|(name, witness)| (name.as_str(), witness))
    }

    /// Whether a checkpoint is believed, and why not.
    pub fn trust(&self, note: &Note) -> Result<Trusted, Distrust> {
        let checkpoint: Checkpoint = note.text.parse()?;
        let signed = match self.log(&checkpoint.origin) {
            Some(key) => note.signed_by(key)?,
            None => None,
        };
        if signed.is_none() {
            return Err(Distrust::UnknownLog(checkpoint.origin));
        }
        let mut signers = BTreeSet::new();
        for (name, witness) in &self.witnesses {
            if note.signed_by(&witness.key)?.is_some() {
                signers.insert(name.as_str());
            }
        }
        let witnesses: Vec<String> = signers.iter().map(|name| (*name).to_owned()).collect();
        match &self.quorum {
            Some(quorum) if !self.has_witnessed(quorum, &signers) => {
                Err(Distrust::TooFewWitnesses { quorum: self.describe(quorum), witnesses })
            }
            Some(_) | None => Ok(Trusted { checkpoint, witnesses }),
        }
    }

    /// A group names only what stands before it, and each name at most once in all: this ends soon.
    fn has_witnessed(&self, name: &str, signers: &BTreeSet<&str>) -> bool {
        match self.groups.get(name) {
            None => signers.contains(name),
            Some(group) => {
                let have = group.members.iter().filter(|member| self.has_witnessed(member, signers)).count();
                have >= group.needed
            }
        }
    }

    fn describe(&self, name: &str) -> String {
        self.groups.get(name).map_or_else(
            || name.to_owned(),
            |group| format!("{name} ({} of {})", group.needed, group.members.join(", ")),
        )
    }

    fn is_defined(&self, name: &str) -> bool {
        self.witnesses.contains_key(name) || self.groups.contains_key(name)
    }

    fn add_log(&mut self, key: &str) -> Result<(), String> {
        let key = read_key(key, KeyUse::Note)?;
        if self.logs.iter().any(|log| log.public() == key.public()) {
            return Err("this log is named twice".into());
        }
        self.logs.push(key);
        Ok(())
    }

    fn add_witness(&mut self, name: &str, key: &str, url: Option<&str>) -> Result<(), String> {
        self.check_new(name)?;
        let key = read_key(key, KeyUse::Cosignature)?;
        if self.witnesses.values().any(|witness| witness.key.public() == key.public()) {
            return Err("this witness is named twice".into());
        }
        self.witnesses.insert(name.to_owned(), Witness { key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn add_group(&mut self, name: &str, needed: &str, members: &[&str]) -> Result<(), String> {
        self.check_new(name)?;
        let needed = match needed {
            "all" => members.len(),
            "any" => 1,
            number => {
                number.parse().map_err(|_form| format!("{number:?} is neither all, any nor a number"))?
            }
        };
        if needed == 0 || needed > members.len() {
            return Err(format!("a group of {} cannot ask for {needed}", members.len()));
        }
        for (place, member) in members.iter().enumerate() {
            if !self.is_defined(member) {
                return Err(format!("{member:?} is not defined above"));
            }
            let mut used = self.groups.values().flat_map(|group| &group.members);
            if used.any(|used| used == member) || members.iter().take(place).any(|earlier| earlier == member)
            {
                return Err(format!("{member:?} is a member already"));
            }
        }
        let members = members.iter().map(|member| (*member).to_owned()).collect();
        self.groups.insert(name.to_owned(), Group { needed, members });
        Ok(())
    }

    fn check_new(&self, name: &str) -> Result<(), String> {
        if name == "none" || self.is_defined(name) { Err(format!("{name:?} is taken")) } else { Ok(()) }
    }
}

fn read_key(text: &str, usage: KeyUse) -> Result<VerifierKey, String> {
    let key: VerifierKey = text.parse().map_err(|error: NoteError| error.to_string())?;
    if key.usage() == usage { Ok(key) } else { Err("the key is one for another use".into()) }
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let mut policy =
            Self { logs: Vec::new(), witnesses: BTreeMap::new(), groups: BTreeMap::new(), quorum: None };
        let mut has_quorum = false;
        for (number, line) in (1..).zip(text.lines()) {
            let fault = |reason: String| PolicyError { line: number, reason };
            if number > LINES_MAX {
                return Err(fault(format!("more than {LINES_MAX} lines")));
            }
            let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
            match words.as_slice() {
                [] => Ok(()),
                [comment, ..] if comment.starts_with('#') => Ok(()),
                ["log", key] | ["log", key, _] => policy.add_log(key),
                ["witness", name, key] => policy.add_witness(name, key, None),
                ["witness", name, key, url] => policy.add_witness(name, key, Some(url)),
                ["group", name, needed, members @ ..] => policy.add_group(name, needed, members),
                ["quorum", _] if has_quorum => Err("the quorum is given twice".into()),
                ["quorum", "none"] => {
                    has_quorum = true;
                    Ok(())
                }
                ["quorum", name] if policy.is_defined(name) => {
                    has_quorum = true;
                    policy.quorum = Some((*name).to_owned());
                    Ok(())
                }
                ["quorum", name] => Err(format!("{name:?} is not defined above")),
                [word, ..] => Err(format!("{word:?} is no line of a policy, or lacks a part")),
            }
            .map_err(fault)?;
        }
        if has_quorum { Ok(policy) } else { Err(PolicyError { line: 0, reason: "no quorum line".into() }) }
    }
}

#[cfg(test)]
mod tests {
    use guomi::PrivateKey;

    use super::*;
    use crate::note::SigningKey;

    fn key(name: &str, usage: KeyUse) -> SigningKey {
        let bytes = guomi::sm3::digest(name.as_bytes());
        SigningKey::new(name, usage, PrivateKey::from_bytes(&bytes).unwrap()).unwrap()
    }

    fn note(keys: &[&SigningKey]) -> Note {
        let text = Checkpoint { origin: "log.example".into(), size: 3, root: [1; 32] }.to_string();
        let signatures = keys.iter().map(|key| key.sign(&text, 5)).collect();
        Note { text, signatures }
    }

    #[test]
    fn a_quorum_of_groups_is_counted() {
        let log = key("log.example", KeyUse::Note);
        let [x1, x2, x3, y] =
            ["x1", "x2", "x3", "y"].map(|name| key(&format!("{name}.example"), KeyUse::Cosignature));
        let text = format!(
            "# whom we believe\nlog {}\n\n witness X1 {}\nwitness X2 {} https://x2.example/\nwitness X3 {}\n\
             group X 2 X1 X2 X3\nwitness Y {}\ngroup both all X Y\nquorum both\n",
            log.verifier(),
            x1.verifier(),
            x2.verifier(),
            x3.verifier(),
            y.verifier()
        );
        let policy: Policy = text.parse().unwrap();
        let trusted = policy.trust(&note(&[&log, &x1, &x3, &y])).unwrap();
        assert_eq!((trusted.checkpoint.size, trusted.witnesses.join(" ")), (3, "X1 X3 Y".to_owned()));
        let refused = policy.trust(&note(&[&log, &x1, &x2])).unwrap_err().to_string();
        assert_eq!(refused, "the policy asks for the quorum both (2 of X, Y); cosigned by: X1, X2");
        assert!(policy.trust(&note(&[&log, &x1, &y])).is_err());
        assert!(
            policy.trust(&note(&[&x1, &x2, &y])).unwrap_err().to_string().contains("not signed by a log")
        );
        // A witness twice is one witness.
        assert!(policy.trust(&note(&[&log, &x1, &x1, &y])).is_err());
        let url =
            policy.witnesses().find(|(name, _)| *name == "X2").and_then(|(_, witness)| witness.url.clone());
        assert_eq!(url.as_deref(), Some("https://x2.example/"));
    }

    #[test]
    fn faults_are_named_with_their_lines() {
        let (log, witness) = (key("log.example", KeyUse::Note), key("w.example", KeyUse::Cosignature));
        let (log, witness) = (log.verifier(), witness.verifier());
        let check = |text: String, says: &str| {
            let error = text.parse::<Policy>().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        check(String::new(), "policy line 0: no quorum line");
        check(format!("log {log}\nlog {log}\n"), "policy line 2: this log is named twice");
        check(format!("log {witness}\n"), "another use");
        check(format!("witness a {witness}\nwitness b {witness}\n"), "named twice");
        check(format!("witness none {witness}\n"), "taken");
        check("quorum a\n".into(), "not defined above");
        check("quorum none\nquorum none\n".into(), "twice");
        check(format!("witness a {witness}\ngroup g 2 a\n"), "cannot ask for 2");
        check(format!("witness a {witness}\ngroup g any a a\n"), "a member already");
        check(format!("witness a {witness}\ngroup g some a\n"), "neither all, any nor a number");
        check("group g any\n".into(), "cannot ask for 1");
        check("believe me\n".into(), "no line of a policy");
        check("log nothing\nquorum none\n".into(), "three parts");
    }
}
