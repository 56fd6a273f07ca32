//! How a command says no. Every room's own error enum ends here, and `web` turns it into a page or a problem document.

use std::fmt;

use crate::AssuranceLevel;

/// A sentence for a person, named by its key in the message catalogue, so that it can be said in their language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Key in the catalogue, such as `applications-draft-gone`.
    pub key: &'static str,
    /// Values to be set into the sentence, by name.
    pub args: Vec<(&'static str, String)>,
}

impl Message {
    /// A sentence without values.
    pub const fn new(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// What is wrong with one field of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name in the form, or its JSON pointer without the leading slash (`members/0/name`).
    pub field: String,
    /// Which rule it breaks.
    pub message: Message,
}

impl FieldError {
    /// Names the field and the rule.
    pub fn new(field: impl Into<String>, message: Message) -> Self {
        Self { field: field.into(), message }
    }
}

/// Why something was not done. Nothing was written when a command returns one.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It does not exist, or this actor may not know that it does (404).
    #[error("not found")]
    NotFound,
    /// Nobody is signed in and somebody must be (401, or the sign-in page).
    #[error("sign-in needed")]
    Unauthenticated,
    /// This actor may not do this (403).
    #[error("not allowed")]
    Forbidden,
    /// The visit does not reach the level that is asked for (403, or the page that says how to reach it).
    #[error("assurance level {0} needed")]
    LevelNeeded(AssuranceLevel),
    /// This actor may not do this and may be told why, because they know that it is there (403).
    #[error("not allowed: {}", .0.key)]
    Outside(Message),
    /// The state has moved on: a stale page, a second clerk, a repeated notice (409).
    #[error("conflict: {}", .0.key)]
    Conflict(Message),
    /// What was sent breaks a rule (422); every broken field is listed.
    #[error("invalid: {}", .0.iter().map(|e| format!("{} {}", e.field, e.message.key)).collect::<Vec<_>>().join(", "))]
    Invalid(Vec<FieldError>),
    /// What was sent cannot be read at all (400).
    #[error("unreadable request: {}", .0.key)]
    Malformed(Message),
    /// Too many bytes (413); the limit in bytes.
    #[error("larger than {0} bytes")]
    TooLarge(u64),
    /// The kind of file is not accepted (415).
    #[error("unsupported kind of file: {}", .0.key)]
    Unsupported(Message),
    /// Too many tries (429); seconds to wait.
    #[error("too many tries, wait {0} s")]
    TooMany(u64),
    /// A part that is needed does not answer at the moment (503).
    #[error("temporarily unavailable")]
    Unavailable,
    /// A fault of ours (500). The chain goes to the log, never to the page.
    #[error("internal fault")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Refusal {
    /// One wrong field.
    pub fn field(field: impl Into<String>, message: Message) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }
    /// A conflict with the sentence of this key.
    pub const fn conflict(key: &'static str) -> Self {
        Self::Conflict(Message::new(key))
    }
    /// Wraps an error that no caller can act on.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}
