//! Checking answers, and saying in plain words which rule a wrong one breaks.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use kernel::{FieldError, Message};
use serde_json::Value;

use super::read::yuan;
use super::{Checks, Field, Form, Kind, Names, Step, formats, holds};

impl Form {
    /// Checks all answers; every wrong one is named, in the order of the form.
    pub fn validate(&self, answers: &Value) -> Result<(), Vec<FieldError>> {
        none_or(self.errors(answers))
    }

    /// Checks the answers of one page. Give the answers of the other pages too: they may decide what is required here.
    pub fn validate_step(&self, step: &str, answers: &Value) -> Result<(), Vec<FieldError>> {
        let Some(step) = self.step(step) else { return Ok(()) };
        none_or(self.errors(answers).into_iter().filter(|error| is_of(step, &error.field)).collect())
    }

    fn errors(&self, answers: &Value) -> Vec<FieldError> {
        let mut errors: Vec<FieldError> = Vec::new();
        for checks in self.checks.iter().filter(|checks| holds(checks.when.as_ref(), answers)) {
            match &checks.names {
                None => self.note_all(checks, answers, None, &mut errors),
                Some(names) => self.note_all(checks, &own(names, answers), Some(names), &mut errors),
            }
        }
        if self.checks.iter().any(|checks| checks.names.is_some()) {
            let names = answers.as_object().into_iter().flat_map(serde_json::Map::keys);
            let unknown = names.filter(|name| self.field(name).is_none());
            let message = || Message::new("catalogue-form-unknown");
            errors.extend(unknown.map(|name| FieldError::new(name.as_str(), message())));
        }
        for field in self.steps_asked(answers).flat_map(|step| &step.fields) {
            if let Some(value) = answers.get(&field.name) {
                note_unprintable(&field.name, value, &mut errors);
            }
        }
        errors.sort_by_cached_key(|error| self.position(&error.field)); // stable: the first rule stays first
        errors.dedup_by(|second, first| second.field == first.field);
        errors
    }

    fn note_all(
        &self,
        checks: &Checks,
        answers: &Value,
        names: Option<&Names>,
        errors: &mut Vec<FieldError>,
    ) {
        for error in checks.validator.iter_errors(answers) {
            self.note(&error, names, errors);
        }
        for check in checks.between.iter() {
            let error = check.error(answers);
            errors.extend(error.map(|error| FieldError::new(shown(names, &error.field), error.message)));
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the library has more kinds than forms have rules")]
    fn note(&self, error: &ValidationError<'_>, names: Option<&Names>, errors: &mut Vec<FieldError>) {
        let path = shown(names, error.instance_path().as_str().trim_start_matches('/'));
        let inner = |name: &str| {
            let name = name.replace('~', "~0").replace('/', "~1");
            if path.is_empty() { shown(names, &name) } else { format!("{path}/{name}") }
        };
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let field = inner(property.as_str().unwrap_or_default());
                let message = self.field_at(&field).map_or(Message::new("catalogue-form-required"), required);
                errors.push(FieldError::new(field, message));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let message = || Message::new("catalogue-form-unknown");
                errors.extend(unexpected.iter().map(|name| FieldError::new(inner(name), message())));
            }
            kind => {
                let message = message(kind, self.field_at(&path), error.instance());
                errors.push(FieldError::new(path, message));
            }
        }
    }

    /// The field at a path such as `members/0/name`.
    fn field_at(&self, path: &str) -> Option<&Field> {
        let mut parts = path.split('/');
        let field = self.field(parts.next()?)?;
        match (&field.kind, parts.next(), parts.next()) {
            (Kind::List { fields, .. }, Some(_index), Some(name)) => {
                fields.iter().find(|field| field.name == name)
            }
            (Kind::List { .. }, Some(_index), None) => None,
            (_, _, _) => Some(field),
        }
    }

    /// Where a path stands on the pages: number of the field, of the entry, of the field inside the entry.
    fn position(&self, path: &str) -> (usize, usize, usize) {
        let mut parts = path.split('/');
        let name = parts.next().unwrap_or_default();
        let found = self.fields().enumerate().find(|(_, field)| field.name == name);
        let Some((first, field)) = found else { return (usize::MAX, 0, 0) };
        let second = parts.next().and_then(|index| index.parse::<usize>().ok()).map_or(0, |index| index + 1);
        let third = match (&field.kind, parts.next()) {
            (Kind::List { fields, .. }, Some(inner)) => fields.iter().position(|field| field.name == inner),
            (_, _) => None,
        };
        (first, second, third.map_or(0, |third| third + 1))
    }
}

/// The answers of one item, under its own names.
pub(crate) fn own(names: &Names, answers: &Value) -> Value {
    let value = |(own, shown): (&String, &String)| Some((own.clone(), answers.get(shown)?.clone()));
    Value::Object(names.iter().filter_map(value).collect())
}

/// A path of an item, such as `members/0/name`, under the name that its field has here.
fn shown(names: Option<&Names>, path: &str) -> String {
    let (name, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    let name = names.and_then(|names| names.get(name)).map_or(name, String::as_str);
    format!("{name}{rest}")
}

fn none_or(errors: Vec<FieldError>) -> Result<(), Vec<FieldError>> {
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn is_of(step: &Step, path: &str) -> bool {
    let name = path.split('/').next().unwrap_or_default();
    step.fields.iter().any(|field| field.name == name)
}

fn required(field: &Field) -> Message {
    match field.kind {
        Kind::Choice { .. } | Kind::YesNo | Kind::Body { .. } | Kind::Division => {
            Message::new("catalogue-form-choose")
        }
        Kind::List { .. } => Message::new("catalogue-form-too-few").with("min", 1),
        Kind::Text { .. } | Kind::Number { .. } | Kind::Money { .. } | Kind::Date => {
            Message::new("catalogue-form-required")
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library has more kinds than forms have rules")]
fn message(kind: &ValidationErrorKind, field: Option<&Field>, value: &Value) -> Message {
    let is_money = field.is_some_and(|field| matches!(field.kind, Kind::Money { .. }));
    let number = |limit: &Value| match limit.as_i64() {
        Some(fen) if is_money => format!("¥{}", yuan(fen)),
        _ => limit.to_string(),
    };
    let length = value.as_str().map_or(0, |text| text.chars().count());
    match kind {
        ValidationErrorKind::Type { .. } => wrong_type(field),
        ValidationErrorKind::Enum { .. } => Message::new("catalogue-form-choice"),
        ValidationErrorKind::MinLength { limit } => {
            Message::new("catalogue-form-too-short").with("min", limit).with("found", length)
        }
        ValidationErrorKind::MaxLength { limit } => {
            Message::new("catalogue-form-too-long").with("max", limit).with("found", length)
        }
        ValidationErrorKind::Minimum { limit } => {
            Message::new("catalogue-form-too-small").with("min", number(limit))
        }
        ValidationErrorKind::Maximum { limit } => {
            Message::new("catalogue-form-too-large").with("max", number(limit))
        }
        ValidationErrorKind::MinItems { limit } => Message::new("catalogue-form-too-few").with("min", limit),
        ValidationErrorKind::MaxItems { limit } => Message::new("catalogue-form-too-many").with("max", limit),
        ValidationErrorKind::Pattern { .. } => Message::new("catalogue-form-pattern"),
        ValidationErrorKind::Format { format } => {
            formats::message(format, value.as_str().unwrap_or_default())
        }
        _ => Message::new("catalogue-form-not-allowed"),
    }
}

fn wrong_type(field: Option<&Field>) -> Message {
    Message::new(match field.map(|field| &field.kind) {
        Some(Kind::Number { whole: true, .. }) => "catalogue-form-whole-number",
        Some(Kind::Number { whole: false, .. }) => "catalogue-form-number",
        Some(Kind::Money { .. }) => "catalogue-form-money",
        Some(Kind::YesNo | Kind::Choice { .. } | Kind::Body { .. } | Kind::Division) => {
            "catalogue-form-choose"
        }
        Some(Kind::Date) => "catalogue-form-date",
        Some(Kind::Text { .. }) => "catalogue-form-text",
        Some(Kind::List { .. }) | None => "catalogue-form-shape",
    })
}

/// Control characters come by pasting from other programs; no document can print them, and PostgreSQL keeps no NUL.
fn note_unprintable(path: &str, value: &Value, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) => {
            errors.push(FieldError::new(path, Message::new("catalogue-form-control-character")));
        }
        Value::Array(list) => {
            let entries = list.iter().enumerate();
            entries.for_each(|(index, value)| note_unprintable(&format!("{path}/{index}"), value, errors));
        }
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| note_unprintable(&format!("{path}/{name}"), value, errors));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
