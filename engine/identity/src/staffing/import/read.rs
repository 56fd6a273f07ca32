//! Reading the file: text with commas in UTF-8 or GB18030, with a header in English or Chinese.

use std::collections::BTreeSet;

use csv::ReaderBuilder;
use encoding_rs::{GB18030, UTF_8};
use jiff::civil::Date;
use kernel::{FieldError, Message, Role};

use super::LINES_MAX;
use crate::staffing::hire::{GivenPost, fault};

/// The columns, as they are called in a file; the Chinese names are those of the template in Chinese.
const COLUMNS: [(&str, &str); 7] = [
    ("login", "账号"),
    ("name", "姓名"),
    ("body", "机构"),
    ("title", "职务"),
    ("roles", "岗位"),
    ("from", "起始日期"),
    ("until", "截止日期"),
];

/// Roles by their Chinese names.
const ROLES: [(&str, Role); 7] = [
    ("受理", Role::Acceptance),
    ("审查", Role::Review),
    ("决定", Role::Decision),
    ("监察", Role::Supervision),
    ("系统管理", Role::Administration),
    ("事项管理", Role::Catalogue),
    ("审计", Role::Audit),
];

/// Why a file is none of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileFault {
    /// Neither UTF-8 nor GB18030, or not text at all.
    NotText,
    /// No line but the header, or not even that.
    Empty,
    /// Columns that are not there.
    Columns(Vec<&'static str>),
    /// More lines than are taken at once.
    TooLong,
}

impl FileFault {
    /// Said at the field of the file.
    pub(crate) fn of_file(self) -> FieldError {
        let message = match self {
            Self::NotText => Message::new("identity-import-not-text"),
            Self::Empty => Message::new("identity-import-empty"),
            Self::Columns(missing) => {
                Message::new("identity-import-columns").with("columns", missing.join(", "))
            }
            Self::TooLong => Message::new("identity-import-too-long").with("max", LINES_MAX),
        };
        FieldError::new("file", message)
    }
}

/// A line as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) title: String,
    pub(crate) roles: String,
    pub(crate) from: String,
    pub(crate) until: String,
}

/// The column in which a field of a command is written.
pub(crate) fn column(field: &str) -> &str {
    match field {
        "first_day" => "from",
        "last_day" => "until",
        other => other,
    }
}

/// Every line but the header and those with nothing in them.
pub(crate) fn lines(content: &[u8]) -> Result<Vec<Line>, FileFault> {
    let text = decode(content)?;
    let mut reader = ReaderBuilder::new().flexible(true).has_headers(true).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_form| FileFault::NotText)?.clone();
    let place = |names: (&str, &str)| {
        let fits = |head: &str| {
            let head = head.trim();
            head.eq_ignore_ascii_case(names.0) || head == names.1
        };
        headers.iter().position(fits)
    };
    let places = COLUMNS.map(place);
    // Title and last day may be left out.
    let needed = COLUMNS.iter().zip(places).filter(|((name, _), _)| !matches!(*name, "title" | "until"));
    let missing: Vec<&str> =
        needed.filter(|(_, place)| place.is_none()).map(|((name, _), _)| *name).collect();
    if headers.iter().all(|head| head.trim().is_empty()) {
        return Err(FileFault::Empty);
    }
    if !missing.is_empty() {
        return Err(FileFault::Columns(missing));
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_form| FileFault::NotText)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if lines.len() >= LINES_MAX {
            return Err(FileFault::TooLong);
        }
        let cell = |column: usize| {
            let text = places[column].and_then(|at| record.get(at)).unwrap_or_default();
            text.trim().to_owned()
        };
        let number = record.position().map_or(0, |at| line_at(&text, at));
        lines.push(Line {
            number,
            login: cell(0).to_lowercase(),
            name: cell(1),
            body: cell(2),
            title: cell(3),
            roles: cell(4),
            from: cell(5),
            until: cell(6),
        });
    }
    if lines.is_empty() { Err(FileFault::Empty) } else { Ok(lines) }
}

/// The line in which a record begins. The reader stands before what is left of the line break, and before empty lines.
fn line_at(text: &str, at: &csv::Position) -> usize {
    let wide = |number: u64| usize::try_from(number).unwrap_or_default();
    let rest = text.get(wide(at.byte())..).unwrap_or_default();
    let breaks = rest.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| *byte == b'\n');
    wide(at.line()) + breaks.count()
}

fn decode(content: &[u8]) -> Result<String, FileFault> {
    let (text, wrong) = UTF_8.decode_with_bom_removal(content);
    let text = if wrong {
        let (text, wrong) = GB18030.decode_without_bom_handling(content);
        if wrong {
            return Err(FileFault::NotText);
        }
        text
    } else {
        text
    };
    if text.contains('\0') { Err(FileFault::NotText) } else { Ok(text.into_owned()) }
}

impl Line {
    /// The post of the line; nothing where a day cannot be read.
    pub(crate) fn post(&self, faults: &mut Vec<FieldError>) -> Option<GivenPost> {
        let roles = self.roles(faults);
        let first_day = day(&self.from);
        if first_day.is_none() {
            faults.push(fault("first_day", "identity-date-wrong"));
        }
        let last_day = if self.until.is_empty() { Some(None) } else { day(&self.until).map(Some) };
        if last_day.is_none() {
            faults.push(fault("last_day", "identity-date-wrong"));
        }
        let (body, title) = (self.body.clone(), self.title.clone());
        Some(GivenPost { body, title, roles, first_day: first_day?, last_day: last_day? })
    }

    fn roles(&self, faults: &mut Vec<FieldError>) -> BTreeSet<Role> {
        let mut roles = BTreeSet::new();
        let words = self.roles.split([';', '；', '、', ',', '，', '/', '|', ' ']);
        for word in words.map(str::trim).filter(|word| !word.is_empty()) {
            let chinese = ROLES.iter().find(|(name, _)| *name == word || format!("{name}岗") == word);
            let role = chinese.map(|(_, role)| *role).or_else(|| word.to_lowercase().parse().ok());
            match role {
                Some(role) => _ = roles.insert(role),
                None => faults
                    .push(FieldError::new("roles", Message::new("identity-import-role").with("role", word))),
            }
        }
        roles
    }
}

/// `2026-09-01`, and as spreadsheets write it: `2026/9/1`.
fn day(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
