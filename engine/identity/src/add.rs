//! What the four commands that fill an empty platform share. Their callers are trusted parts of the program: the
//! command line, the demonstration data, the scenarios of packages. They are never reached from outside.

use kernel::{FieldError, Message, Refusal};

use crate::password::{HashFault, PasswordFault, Passwords};

/// Why somebody or something was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// Fields that break a rule, every one of them.
    #[error("{}", said(.0))]
    Invalid(Vec<FieldError>),
    /// The value of this field, which nobody else may have, is taken.
    #[error("{0} is taken already")]
    Taken(&'static str),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashFault),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

fn said(errors: &[FieldError]) -> String {
    let one = |error: &FieldError| format!("{}: {}", error.field, error.message.key);
    errors.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl From<AddError> for Refusal {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Invalid(errors) => Self::Invalid(errors),
            AddError::Taken(field) => Self::field(field, Message::new("identity-taken")),
            AddError::Hash(fault) => Self::internal(fault),
            AddError::Store(error) => error.into(),
        }
    }
}

/// Collects what is wrong with the fields of one input.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<FieldError>);

impl Faults {
    /// The value, or nothing and one more fault.
    pub(crate) fn take<T, E>(
        &mut self,
        field: &'static str,
        read: Result<T, E>,
        message: &'static str,
    ) -> Option<T> {
        let Ok(value) = read else {
            self.0.push(FieldError::new(field, Message::new(message)));
            return None;
        };
        Some(value)
    }

    /// One more fault unless the condition holds.
    pub(crate) fn require(&mut self, field: &'static str, holds: bool, message: &'static str) {
        if !holds {
            self.0.push(FieldError::new(field, Message::new(message)));
        }
    }

    /// One more fault if the password breaks a rule.
    pub(crate) fn password(&mut self, checked: Result<(), PasswordFault>) {
        if let Err(fault) = checked {
            self.0.push(FieldError::new("password", fault.message()));
        }
    }

    /// The refusal, if there is any fault.
    pub(crate) fn finish(self) -> Result<(), AddError> {
        if self.0.is_empty() { Ok(()) } else { Err(AddError::Invalid(self.0)) }
    }

    /// Ends a check whose values are all there unless there was a fault.
    pub(crate) fn with<T>(self, values: Option<T>) -> Result<T, AddError> {
        match (values, self.0.is_empty()) {
            (Some(values), true) => Ok(values),
            (Some(_) | None, _) => Err(AddError::Invalid(self.0)),
        }
    }
}

/// The hash of an optional password.
pub(crate) async fn hash(passwords: &Passwords, password: Option<&str>) -> Result<Option<String>, HashFault> {
    match password {
        Some(password) => passwords.hash(password).await.map(Some),
        None => Ok(None),
    }
}

/// Whether a text has content, and not more than a sign outside a door would hold.
pub(crate) fn is_label(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 200
}

/// Whether a text is a short name for addresses and logins: small letters, digits, hyphens, dots, underscores.
pub(crate) fn is_slug(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
    (1..=64).contains(&text.len()) && text.chars().all(fits)
}

#[cfg(test)]
mod tests;
