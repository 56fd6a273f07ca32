//! What the components of `components.html` show.

use kernel::Refusal;

use crate::Visitor;

/// One choice of a select, radio or checkbox group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// A word of help; may be empty.
    pub hint: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// A choice that is not chosen.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new(), chosen: false }
    }

    /// Adds a word of help.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Chooses it, or not.
    #[must_use]
    pub fn chosen_if(mut self, chosen: bool) -> Self {
        self.chosen = chosen;
        self
    }
}

/// What is wrong with a form, in the visitor's language: for the error summary and beside each field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormErrors(Vec<(String, String)>);

impl FormErrors {
    /// Nothing is wrong.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The errors of a refusal that the form's reader can mend; any other refusal comes back.
    pub fn of(visitor: &Visitor, refusal: Refusal) -> Result<Self, Refusal> {
        match refusal {
            Refusal::Invalid(errors) => {
                Ok(Self(errors.into_iter().map(|e| (e.field, visitor.message(&e.message))).collect()))
            }
            Refusal::NotFound
            | Refusal::Unauthenticated
            | Refusal::Forbidden
            | Refusal::LevelNeeded(_)
            | Refusal::Outside(_)
            | Refusal::Conflict(_)
            | Refusal::Malformed(_)
            | Refusal::TooLarge(_)
            | Refusal::Unsupported(_)
            | Refusal::TooMany(_)
            | Refusal::Unavailable
            | Refusal::Internal(_) => Err(refusal),
        }
    }

    /// Adds an error; an empty field means the form as a whole.
    pub fn add(&mut self, field: impl Into<String>, text: impl Into<String>) {
        self.0.push((field.into(), text.into()));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Field and sentence of every error, in the order of the page.
    pub fn iter(&self) -> std::slice::Iter<'_, (String, String)> {
        self.0.iter()
    }

    /// The first error of a field, or nothing.
    pub fn get(&self, field: &str) -> &str {
        self.0.iter().find(|(found, _)| found == field).map_or("", |(_, text)| text.as_str())
    }
}

impl<'a> IntoIterator for &'a FormErrors {
    type Item = &'a (String, String);
    type IntoIter = std::slice::Iter<'a, (String, String)>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
