//! A broken rule in a service package, with the place where it stands.

use std::fmt;

use crate::rule::{Rule, Severity};

/// Why a package cannot be used: `packages/…/process.yaml:12: rule in plain words`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, below the folder from which the packages were loaded.
    pub file: String,
    /// The line, from 1; 0 where the fault is that something is not there at all.
    pub line: u64,
    /// The rule that is broken.
    pub rule: Rule,
    /// How, in plain words.
    pub text: String,
}

impl Fault {
    /// Names file, line and rule.
    pub fn new(file: impl Into<String>, line: u64, rule: Rule, text: impl Into<String>) -> Self {
        Self { file: file.into(), line, rule, text: text.into() }
    }

    /// Whether the platform does not start with it.
    pub fn is_error(&self) -> bool {
        self.rule.severity() == Severity::Error
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

impl std::error::Error for Fault {}
