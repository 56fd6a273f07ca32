//! Keeping answers while the form is being filled in, complete or not.

use kernel::{Actor, DraftId, FieldError, Message, Refusal, Timestamp};
use serde_json::Value;
use store::Tx;

use crate::Room;
use crate::draft::{self, Answers, Draft, DraftError};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// Why answers were not kept.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Only a person may.
    #[error("only the applicant may fill in a draft")]
    NotAPerson(Refusal),
    /// Fields that the form does not have.
    #[error("unknown fields: {}", .0.join(", "))]
    UnknownFields(Vec<String>),
    /// The draft cannot be opened or has changed.
    #[error(transparent)]
    Draft(#[from] DraftError),
}

impl From<SaveError> for Refusal {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::NotAPerson(refusal) => refusal,
            SaveError::UnknownFields(fields) => Self::Invalid(unknown(fields)),
            SaveError::Draft(error) => error.into(),
        }
    }
}

/// One error for each field that the form does not have.
pub(crate) fn unknown(fields: Vec<String>) -> Vec<FieldError> {
    fields
        .into_iter()
        .map(|field| FieldError::new(field, Message::new("applications-field-unknown")))
        .collect()
}

/// Changes the named answers and leaves the others; null takes an answer away (JSON merge patch, RFC 7396, at the
/// top level only: an object or list is replaced as a whole). Nothing is checked but that the form asks for it:
/// half-finished answers are what drafts are for. `expected` is the version that the page showed.
pub async fn save(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
    expected: Option<i64>,
    changes: Answers,
) -> Result<Draft, SaveError> {
    let person = by.person().map_err(SaveError::NotAPerson)?;
    let mut draft = draft::get_open(tx, room, person, id).await?;
    if expected.is_some_and(|expected| expected != draft.version) {
        return Err(SaveError::Draft(DraftError::Stale));
    }
    let package = room.package(&draft.case_type)?;
    let form = &package.form;
    let foreign: Vec<String> = changes.keys().filter(|field| form.field(field).is_none()).cloned().collect();
    if !foreign.is_empty() {
        return Err(SaveError::UnknownFields(foreign));
    }
    merge(&mut draft.answers, changes);
    draft.answers = tidy(form, draft.answers);
    draft::update(tx, room, &mut draft, now).await?;
    Ok(draft)
}

/// Answers as they are kept: texts trimmed, codes in their stored form.
pub(crate) fn tidy(form: &catalogue::Form, answers: Answers) -> Answers {
    match form.tidy(&Value::Object(answers)) {
        Value::Object(answers) => answers,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Answers::new()
        }
    }
}

/// Sets the changed answers into the others.
pub(crate) fn merge(answers: &mut Answers, changes: Answers) {
    for (field, value) in changes {
        if value == Value::Null {
            answers.shift_remove(&field);
        } else {
            answers.insert(field, value);
        }
    }
}
