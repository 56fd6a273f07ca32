//! From what a person typed to typed answers, and back.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Field, Form, Kind, TextFormat, formats};

/// More entries of a list than any form asks for are not read.
pub const LIST_ENTRIES_MAX: usize = 200;

impl Form {
    /// The answers after a page was sent: those of the step are read anew from the pairs, the others stay.
    ///
    /// Lists come as `members.0.name`; gaps close and empty entries vanish. What was left empty is absent. What cannot
    /// be read as its type stays as it was typed, so that the page can show it again beside what is wrong with it.
    /// Pairs that the step does not ask for are left aside. An unknown step changes nothing.
    pub fn read_step(&self, step: &str, pairs: &[(String, String)], old: &Value) -> Value {
        let mut answers = old.as_object().cloned().unwrap_or_default();
        // The last pair of a name wins: a hidden "no" may stand before a box that says "yes".
        let typed: BTreeMap<&str, &str> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        for field in self.step(step).into_iter().flat_map(|step| &step.fields) {
            let value = match &field.kind {
                Kind::List { fields, .. } => read_list(&field.name, fields, &typed),
                Kind::Text { .. }
                | Kind::Number { .. }
                | Kind::Money { .. }
                | Kind::Date
                | Kind::Choice { .. }
                | Kind::YesNo
                | Kind::Body { .. }
                | Kind::Division => typed.get(field.name.as_str()).and_then(|text| read_value(field, text)),
            };
            match value {
                Some(value) => answers.insert(field.name.clone(), value),
                None => answers.remove(&field.name),
            };
        }
        Value::Object(answers)
    }

    /// Answers as they are kept: texts trimmed, codes in their stored form, empty ones absent. For answers that come
    /// by the API; pages are read by [`Form::read_step`].
    #[must_use]
    pub fn tidy(&self, answers: &Value) -> Value {
        let Some(answers) = answers.as_object() else { return answers.clone() };
        Value::Object(tidy_all(answers, |name| self.field(name)))
    }
}

fn tidy_all<'f>(
    answers: &Map<String, Value>,
    find: impl Fn(&str) -> Option<&'f Field>,
) -> Map<String, Value> {
    let tidied = answers.iter().filter_map(|(name, value)| {
        let value = match find(name) {
            Some(field) => tidy_value(field, value)?,
            None => value.clone(),
        };
        Some((name.clone(), value))
    });
    tidied.collect()
}

fn tidy_value(field: &Field, value: &Value) -> Option<Value> {
    match (value, &field.kind) {
        (Value::Null, _) => None,
        (
            Value::String(text),
            Kind::Text { .. } | Kind::Date | Kind::Division | Kind::Choice { .. } | Kind::Body { .. },
        ) => read_value(field, text),
        (Value::Array(entries), Kind::List { fields, .. }) => {
            let tidy_entry = |entry: &Value| match entry {
                Value::Object(entry) => {
                    Value::Object(tidy_all(entry, |name| fields.iter().find(|f| f.name == name)))
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    entry.clone()
                }
            };
            Some(Value::Array(entries.iter().map(tidy_entry).collect()))
        }
        (other, _) => Some(other.clone()),
    }
}

fn read_list(name: &str, fields: &[Field], typed: &BTreeMap<&str, &str>) -> Option<Value> {
    let mut entries: BTreeMap<usize, Map<String, Value>> = BTreeMap::new();
    for (pair, text) in typed {
        let parts = pair
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('.'))
            .and_then(|rest| rest.split_once('.'));
        let Some((index, inner)) = parts else { continue };
        let (Ok(index), Some(field)) = (index.parse(), fields.iter().find(|field| field.name == inner))
        else {
            continue;
        };
        if let Some(value) = read_value(field, text) {
            entries.entry(index).or_default().insert(inner.to_owned(), value);
        }
    }
    // In the order of the form, whatever order the pairs came in.
    let ordered = entries.into_values().take(LIST_ENTRIES_MAX).map(|mut entry| {
        let fields = fields.iter().filter_map(|field| Some((field.name.clone(), entry.remove(&field.name)?)));
        Value::Object(fields.collect())
    });
    let list: Vec<Value> = ordered.collect();
    (!list.is_empty()).then_some(Value::Array(list))
}

fn read_value(field: &Field, typed: &str) -> Option<Value> {
    let text = typed.trim();
    if text.is_empty() {
        return None;
    }
    let kept =
        |format: &str| Value::String(formats::canonical(format, text).unwrap_or_else(|| text.to_owned()));
    Some(match &field.kind {
        // Browsers send line ends as CR LF (HTML, form submission).
        Kind::Text { format: TextFormat::Plain, .. } => Value::String(text.replace("\r\n", "\n")),
        Kind::Text { format: TextFormat::ResidentId, .. } => kept("resident-id"),
        Kind::Text { format: TextFormat::Uscc, .. } => kept("uscc"),
        Kind::Text { format: TextFormat::Mobile, .. } => kept("mobile"),
        Kind::Division => kept("division"),
        Kind::Number { whole: true, .. } => {
            plain_digits(text).parse::<i64>().map_or(json!(text), Value::from)
        }
        Kind::Number { whole: false, .. } => {
            let number = plain_digits(text).parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            number.map_or(json!(text), Value::Number)
        }
        Kind::Money { .. } => fen(&plain_digits(text)).map_or(json!(text), Value::from),
        Kind::YesNo => match text {
            "true" | "yes" | "on" | "1" => Value::Bool(true),
            "false" | "no" | "off" | "0" => Value::Bool(false),
            other => json!(other),
        },
        Kind::Date | Kind::Choice { .. } | Kind::Body { .. } | Kind::List { .. } => json!(text),
    })
}

/// Numbers as Chinese input methods write them: full-width digits, points and signs; commas between thousands.
fn plain_digits(text: &str) -> String {
    let plain = text.chars().filter(|c| !matches!(c, ',' | '，' | ' ' | '¥' | '￥')).map(|c| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '．' => '.',
        '－' => '-',
        other => other,
    });
    plain.collect()
}

/// Yuan with at most two decimals, in fen.
fn fen(yuan: &str) -> Option<i64> {
    let (sign, digits) = yuan.strip_prefix('-').map_or((1, yuan), |digits| (-1, digits));
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 2 {
        return None;
    }
    let decimals: i64 = format!("{decimals:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(decimals)?.checked_mul(sign)
}

/// What an input of this field shows for an answer: the opposite of reading it. An absent answer is `Value::Null`.
pub fn typed(field: &Field, value: &Value) -> String {
    match (&field.kind, value) {
        (_, Value::Null) => String::new(),
        (Kind::Money { .. }, Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), yuan)
        }
        (_, Value::String(text)) => text.clone(),
        (_, Value::Bool(_) | Value::Number(_)) => value.to_string(),
        (_, Value::Array(_) | Value::Object(_)) => String::new(),
    }
}

/// Fen as yuan, without separators, such as `1500.00`.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}
