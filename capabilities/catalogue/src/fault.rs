//! A broken rule in a service package, with the place where it stands.

use std::fmt;

/// Why a package cannot be used: `packages/…/process.yaml:12: rule in plain words`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, below the folder from which the packages were loaded.
    pub file: String,
    /// The line, from 1; 0 where the fault is that something is not there at all.
    pub line: u64,
    /// The rule that is broken, in plain words.
    pub rule: String,
}

impl Fault {
    /// Names file, line and rule.
    pub fn new(file: impl Into<String>, line: u64, rule: impl Into<String>) -> Self {
        Self { file: file.into(), line, rule: rule.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.rule),
            line => write!(f, "{}:{line}: {}", self.file, self.rule),
        }
    }
}

impl std::error::Error for Fault {}
