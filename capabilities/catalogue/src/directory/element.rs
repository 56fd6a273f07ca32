//! What an element (要素) is: its two names, what a cell of it holds, and how a cell is read and written.

use std::fmt;

use codes::tables;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Elements;

/// What the cells of an element hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Several words, separated by commas.
    Words,
    /// A whole number.
    Number,
    /// Yes or no.
    Flag,
    /// A day.
    Date,
    /// One code of a table.
    Code(&'static str),
    /// Codes of a table, separated by commas.
    Codes(&'static str),
    /// A list of things with elements of their own, as JSON; names alone, one in a line, are understood too.
    Parts,
}

/// One element of the lists.
#[derive(Debug, Clone, Copy)]
pub struct Element {
    /// Name in the standard's data sets.
    pub name: &'static str,
    /// Chinese name.
    pub zh: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    pub(super) set: fn(&mut Elements, &str) -> Result<(), BadCell>,
    pub(super) get: fn(&Elements) -> String,
}

/// A cell that does not hold what its element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadCell {
    Number,
    Flag,
    Date,
    Parts,
    TooLong,
}

/// Longest text of a cell, in characters: more than any accept condition published.
const CELL_CHARS_MAX: usize = 20_000;

impl Element {
    /// Takes the text of a cell over. Names of codes become codes.
    pub(crate) fn read(&self, into: &mut Elements, cell: &str) -> Result<(), BadCell> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Ok(());
        }
        if cell.len() > CELL_CHARS_MAX && cell.chars().count() > CELL_CHARS_MAX {
            return Err(BadCell::TooLong);
        }
        match self.kind {
            Kind::Code(table) => (self.set)(into, &code_of(table, cell)),
            Kind::Codes(table) => {
                let codes = Codes::split(cell).map(|word| code_of(table, word));
                (self.set)(into, &codes.collect::<Vec<_>>().join(","))
            }
            Kind::Text | Kind::Words | Kind::Number | Kind::Flag | Kind::Date | Kind::Parts => {
                (self.set)(into, cell)
            }
        }
    }

    /// The text of its cell: what `read` takes.
    pub fn text(&self, of: &Elements) -> String {
        (self.get)(of)
    }

    /// The codes of its cell that its table lacks.
    pub(crate) fn unknown_codes(&self, of: &Elements) -> Vec<String> {
        match self.kind {
            Kind::Code(table) | Kind::Codes(table) => {
                let text = self.text(of);
                let unknown = Codes::split(&text).filter(|code| name_of(table, code).is_none());
                unknown.map(str::to_owned).collect()
            }
            Kind::Text | Kind::Words | Kind::Number | Kind::Flag | Kind::Date | Kind::Parts => Vec::new(),
        }
    }

    /// Its cell in words: names in place of codes, a code that its table lacks as it is.
    pub(crate) fn words(&self, of: &Elements) -> String {
        let text = self.text(of);
        match self.kind {
            Kind::Code(table) | Kind::Codes(table) => {
                let word = |code| name_of(table, code).map_or_else(|| code.to_owned(), str::to_owned);
                Codes::split(&text).map(word).collect::<Vec<_>>().join("、")
            }
            Kind::Text | Kind::Words | Kind::Number | Kind::Flag | Kind::Date | Kind::Parts => text,
        }
    }
}

/// Units of a limit (时限单位). The standard's own table was not to be had; these two are published everywhere, and any
/// other is kept and flagged.
const LIMIT_UNITS: &[(&str, &str)] = &[("1", "工作日"), ("2", "自然日")];

/// The name of a code, in the national tables and in that of units.
pub(crate) fn name_of(table: &str, code: &str) -> Option<&'static str> {
    match table {
        "limit_unit" => LIMIT_UNITS.iter().find(|(known, _)| *known == code).map(|(_, name)| *name),
        "material_source" => {
            tables::name_of(table, code).or_else(|| tables::name_of("material_source_local", code))
        }
        _ => tables::name_of(table, code),
    }
}

/// The code of a word that is a name of the table; any other word is a code.
fn code_of(table: &str, word: &str) -> String {
    let entries = match table {
        "limit_unit" => LIMIT_UNITS,
        _ => tables::table(table).map_or(&[][..], |table| table.entries),
    };
    let named = entries.iter().find(|(_, name)| *name == word);
    named.map_or(word, |(code, _)| *code).to_owned()
}

/// Several codes in one cell.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Codes(pub Vec<String>);

impl Codes {
    fn split(text: &str) -> impl Iterator<Item = &str> {
        text.split([',', '，', '、', ';', '；', '|', '^']).map(str::trim).filter(|word| !word.is_empty())
    }

    /// Whether it is among them.
    pub fn has(&self, code: &str) -> bool {
        self.0.iter().any(|found| found == code)
    }
}

/// What a cell can be read as and written from.
pub(crate) trait Cell: Sized {
    fn read(text: &str) -> Result<Self, BadCell>;
    fn write(&self) -> String;
}

impl Cell for String {
    fn read(text: &str) -> Result<Self, BadCell> {
        // PostgreSQL cannot hold the character NUL in a text.
        Ok(text.replace('\0', "").replace("\r\n", "\n"))
    }
    fn write(&self) -> String {
        self.clone()
    }
}

impl Cell for u32 {
    fn read(text: &str) -> Result<Self, BadCell> {
        text.strip_suffix(".0").unwrap_or(text).parse().map_err(|_form| BadCell::Number)
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl Cell for bool {
    fn read(text: &str) -> Result<Self, BadCell> {
        match text {
            "1" | "是" | "Y" | "y" | "true" | "TRUE" => Ok(true),
            "0" | "否" | "N" | "n" | "false" | "FALSE" => Ok(false),
            _ => Err(BadCell::Flag),
        }
    }
    fn write(&self) -> String {
        if *self { "1" } else { "0" }.into()
    }
}

impl Cell for Date {
    fn read(text: &str) -> Result<Self, BadCell> {
        let day = text.split([' ', 'T']).next().unwrap_or(text).replace(['/', '.'], "-");
        let compact = day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit());
        let day = if compact { format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..]) } else { day };
        let mut parts = day.split('-').map(str::parse::<i16>);
        let (Some(Ok(year)), Some(Ok(month)), Some(Ok(of_month)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadCell::Date);
        };
        let small = |number: i16| i8::try_from(number).map_err(|_range| BadCell::Date);
        Self::new(year, small(month)?, small(of_month)?).map_err(|_no_such_day| BadCell::Date)
    }
    fn write(&self) -> String {
        self.to_string()
    }
}

impl Cell for Codes {
    fn read(text: &str) -> Result<Self, BadCell> {
        Ok(Self(Self::split(&text.replace('\0', "")).map(str::to_owned).collect()))
    }
    fn write(&self) -> String {
        self.0.join(",")
    }
}

/// A thing of a list in a cell, which may be given by its name alone.
pub(crate) trait Part: Serialize + for<'de> Deserialize<'de> {
    /// One of this name, of which nothing else is said.
    fn named(name: &str) -> Self;
}

/// More parts than any item has.
const PARTS_MAX: usize = 300;

impl<T: Part> Cell for Vec<T> {
    fn read(text: &str) -> Result<Self, BadCell> {
        let parts: Self = if text.starts_with('[') {
            serde_json::from_str(text).map_err(|_form| BadCell::Parts)?
        } else {
            text.lines().map(str::trim).filter(|name| !name.is_empty()).map(T::named).collect()
        };
        if parts.len() > PARTS_MAX { Err(BadCell::TooLong) } else { Ok(parts) }
    }
    fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
