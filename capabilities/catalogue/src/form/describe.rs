//! Showing answers to people: the page that is checked before sending, the case page, a worklist.

use serde_json::Value;
use web::Lang;

use super::{Field, Form, Kind, TextFormat, formats};

/// Whether personal data are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masking {
    /// In full: to the person themselves, and to staff who named a purpose.
    Shown,
    /// Masked (脱敏).
    Masked,
}

/// A heading with its questions and answers: a step of the form, or one entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// Question and answer, in order; what was not answered is left out.
    pub rows: Vec<(String, String)>,
}

/// An answer whose name only another room knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named<'a> {
    /// The slug of a body.
    Body(&'a str),
    /// The code of a division.
    Division(&'a str),
}

/// Shows slugs and codes themselves.
pub fn no_names(_: Named<'_>) -> Option<String> {
    None
}

impl Form {
    /// The answers as people read them. `names` gives the names of bodies and divisions in the same language.
    pub fn describe(
        &self,
        answers: &Value,
        lang: Lang,
        masking: Masking,
        names: &dyn Fn(Named<'_>) -> Option<String>,
    ) -> Vec<Section> {
        let show = Show { lang, masking, names };
        let mut sections = Vec::new();
        for step in &self.steps {
            let plain = step.fields.iter().filter(|field| !matches!(field.kind, Kind::List { .. }));
            let rows = show.rows(plain, answers);
            if !rows.is_empty() {
                sections.push(Section { title: pick(lang, &step.title).to_owned(), rows });
            }
            for field in &step.fields {
                let Kind::List { fields, .. } = &field.kind else { continue };
                let entries = answers.get(&field.name).and_then(Value::as_array);
                for (index, entry) in entries.into_iter().flatten().enumerate() {
                    let title = format!("{} {}", pick(lang, &field.label), index + 1);
                    sections.push(Section { title, rows: show.rows(fields.iter(), entry) });
                }
            }
        }
        sections
    }

    /// One answer as people read it; `None` when there is none, or when it is a list.
    pub fn show(
        &self,
        name: &str,
        answers: &Value,
        lang: Lang,
        masking: Masking,
        names: &dyn Fn(Named<'_>) -> Option<String>,
    ) -> Option<String> {
        let field = self.field(name)?;
        Show { lang, masking, names }.value(field, answers.get(name)?)
    }
}

struct Show<'a> {
    lang: Lang,
    masking: Masking,
    names: &'a dyn Fn(Named<'_>) -> Option<String>,
}

impl Show<'_> {
    fn rows<'f>(&self, fields: impl Iterator<Item = &'f Field>, answers: &Value) -> Vec<(String, String)> {
        let rows = fields.filter_map(|field| {
            let value = self.value(field, answers.get(&field.name)?)?;
            Some((pick(self.lang, &field.label).to_owned(), value))
        });
        rows.collect()
    }

    fn value(&self, field: &Field, value: &Value) -> Option<String> {
        let shown = self.full(field, value)?;
        let is_masked = field.personal && self.masking == Masking::Masked;
        Some(if is_masked { mask(field, value, &shown) } else { shown })
    }

    fn full(&self, field: &Field, value: &Value) -> Option<String> {
        match (&field.kind, value) {
            (_, Value::Null | Value::Object(_) | Value::Array(_)) => None,
            (Kind::Money { .. }, Value::Number(number)) => number.as_i64().map(money),
            (Kind::Date, Value::String(text)) => Some(date(text, self.lang)),
            (Kind::Choice { options }, Value::String(value)) => {
                let label = options.iter().find(|option| option.value == *value).map(|option| &option.label);
                Some(label.map_or_else(|| value.clone(), |label| pick(self.lang, label).to_owned()))
            }
            (_, Value::Bool(yes)) => Some(yes_no(*yes, self.lang).to_owned()),
            (Kind::Body { .. }, Value::String(slug)) => {
                Some((self.names)(Named::Body(slug)).unwrap_or_else(|| slug.clone()))
            }
            (Kind::Division, Value::String(code)) => {
                Some((self.names)(Named::Division(code)).unwrap_or_else(|| code.clone()))
            }
            (_, Value::String(text)) => Some(text.clone()),
            (_, Value::Number(number)) => Some(number.to_string()),
        }
    }
}

fn pick(lang: Lang, words: &kernel::Words) -> &str {
    match lang {
        Lang::ZhCn => &words.zh,
        Lang::En => &words.en,
    }
}

fn yes_no(yes: bool, lang: Lang) -> &'static str {
    match (lang, yes) {
        (Lang::ZhCn, true) => "是",
        (Lang::ZhCn, false) => "否",
        (Lang::En, true) => "Yes",
        (Lang::En, false) => "No",
    }
}

fn date(text: &str, lang: Lang) -> String {
    let Some(day) = formats::civil_date(text) else { return text.to_owned() };
    match lang {
        Lang::ZhCn => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => day.strftime("%-d %b %Y").to_string(),
    }
}

/// `¥1,500.00`.
fn money(fen: i64) -> String {
    let whole = (fen.unsigned_abs() / 100).to_string();
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}¥{grouped}.{:02}", fen.unsigned_abs() % 100)
}

/// What may be shown of personal data. Amounts, days and choices have no harmless part; a number keeps its end,
/// by which people recognise their own; other text keeps its first character. The length is never told, but
/// for numbers whose length everybody knows.
fn mask(field: &Field, value: &Value, shown: &str) -> String {
    const HIDDEN: &str = "***";
    let Some(text) = value.as_str() else { return HIDDEN.to_owned() };
    let end = |count: usize| {
        text.chars().rev().take(count).collect::<Vec<_>>().into_iter().rev().collect::<String>()
    };
    match &field.kind {
        Kind::Text { format: TextFormat::ResidentId, .. } => {
            codes::ResidentId::parse(text).map_or_else(|_wrong| HIDDEN.to_owned(), |id| id.masked())
        }
        Kind::Text { format: TextFormat::Mobile, .. } if text.is_ascii() && text.len() == 11 => {
            format!("{}****{}", &text[..3], &text[7..])
        }
        Kind::Text { .. } if text.len() >= 10 && text.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{HIDDEN}{}", end(4))
        }
        Kind::Text { .. } => {
            shown.chars().next().map_or_else(String::new, |first| format!("{first}{HIDDEN}"))
        }
        Kind::Number { .. }
        | Kind::Money { .. }
        | Kind::Date
        | Kind::Choice { .. }
        | Kind::YesNo
        | Kind::Body { .. }
        | Kind::Division
        | Kind::List { .. } => HIDDEN.to_owned(),
    }
}

/// One answer of any field, in full, in Chinese: for the tables of documents.
pub(crate) fn show(
    field: &Field,
    value: &Value,
    names: &dyn Fn(Named<'_>) -> Option<String>,
) -> Option<String> {
    Show { lang: Lang::ZhCn, masking: Masking::Shown, names }.value(field, value)
}
