//! Checks between answers (字段间校验): an end after its beginning, parts that make up the whole. Said at the field that is to be
//! mended, and only when everything that it reads was answered.

use kernel::{FieldError, Message, Words};
use rules::{Expression, Facts, Types};
use serde::Deserialize;
use serde_json::Value;

use super::Form;
use crate::rule::Rule;
use crate::source::Source;

/// One of `x-checks`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    /// What must hold over the answers.
    holds: Expression,
    /// At which field it is said.
    at: String,
    /// What is wrong, in words.
    says: Words,
}

impl Check {
    /// What is wrong with these answers, at the item's own name of the field.
    pub(super) fn error(&self, answers: &Value) -> Option<FieldError> {
        let facts = Facts::new().with("form", answers);
        // What was not answered has no value, and being asked for is another rule's matter.
        let wrong = self.holds.value(&facts).is_ok_and(|value| value == Value::Bool(false));
        let message =
            || Message::new("catalogue-form-check").with("zh", &self.says.zh).with("en", &self.says.en);
        wrong.then(|| FieldError::new(&self.at, message()))
    }
}

/// Whether checks read questions of the form and are said at one of them.
pub(super) fn check(checks: &[Check], names: &serde_json::Map<String, Value>, source: &mut Source) {
    for (index, check) in checks.iter().enumerate() {
        let index = index.to_string();
        if !names.contains_key(&check.at) {
            source.add(&["x-checks", &index, "at"], format!("{} is no property", check.at));
        }
        if check.says.is_incomplete() {
            let text = "what is wrong is said in both languages";
            source.add_rule(&["x-checks", &index, "says"], Rule::TextMissing, text);
        }
        let is_asked = |path: &&String| {
            let field = path.strip_prefix("form.").and_then(|rest| rest.split(['.', '[']).next());
            field.is_some_and(|field| names.contains_key(field))
        };
        for path in check.holds.reads().iter().filter(|path| !is_asked(path)) {
            let text = format!("{path}: a check reads questions of this form only");
            source.add(&["x-checks", &index, "holds"], text);
        }
    }
}

impl Form {
    /// Whether the checks between answers are conditions over answers of the right types; what is not, with its place.
    pub(crate) fn check_between(&self, types: &Types) -> Vec<(String, String)> {
        let own = self.checks.iter().flat_map(|checks| checks.between.iter().enumerate());
        own.flat_map(|(index, check)| {
            let faults = check.holds.check_condition(types).into_iter();
            faults.map(move |fault| (index.to_string(), fault.to_string()))
        })
        .collect()
    }

    /// Fields that checks between answers read.
    pub(crate) fn read_between(&self) -> impl Iterator<Item = &str> {
        let checks = self.checks.iter().flat_map(|checks| checks.between.iter());
        checks
            .flat_map(|check| check.holds.reads().iter())
            .filter_map(|path| path.strip_prefix("form.").and_then(|rest| rest.split(['.', '[']).next()))
    }
}
