//! What a service package says about its documents (`licences.yaml`): read once, checked, and filled in for each case.

mod facts;
mod pattern;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;

pub use facts::{Decision, Fact, Facts, date_zh, money_zh};
pub use pattern::{Pattern, PatternError, Placeholder, Source};

/// The documents of one service package (证照模板).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    documents: Vec<Document>,
}

/// One document that can come out of a case (文书模板).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Name used by processes and scenarios.
    pub id: Slug,
    /// Licence or notice.
    pub kind: Kind,
    /// Three digits after the defining body's code in the type code of GB/T 36904.
    pub code: TypeSerial,
    /// How it looks.
    pub layout: Layout,
    /// Its name; the Chinese one is printed as the title.
    pub name: Bilingual,
    /// Whom it is for.
    pub holder: Holder,
    /// Its number (证照编号, 发文字号).
    pub number: Pattern,
    /// Label and value, in order.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// Paragraphs, Chinese.
    #[serde(default)]
    pub body: Vec<Paragraph>,
    /// How long it holds from the day of issue; without it, until revoked.
    #[serde(default)]
    pub valid: Option<Validity>,
}

/// Licence or notice: a notice has no status that could change later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A licence or certificate (证照).
    Licence,
    /// A decision, receipt or notice (文书).
    Notice,
}

/// How a document looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Framed, with label and value lines (证书).
    Certificate,
    /// An official letter with a red head (公文).
    Letter,
}

/// A text for people, in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawBilingual")]
pub struct Bilingual {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBilingual {
    zh: String,
    en: String,
}

impl TryFrom<RawBilingual> for Bilingual {
    type Error = &'static str;
    fn try_from(RawBilingual { zh, en }: RawBilingual) -> Result<Self, Self::Error> {
        if zh.trim().is_empty() || en.trim().is_empty() {
            return Err("zh and en must both be given");
        }
        Ok(Self { zh, en })
    }
}

/// A name made of lower-case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Slug(String);

impl Slug {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.is_empty() || !text.bytes().all(fits) {
            return Err("an id is made of lower-case letters, digits and hyphens");
        }
        Ok(Self(text))
    }
}

/// The three digits that tell the licence types of one defining body apart (GB/T 36904).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TypeSerial(String);

impl TypeSerial {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TypeSerial {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err("a code is three digits in quotes (GB/T 36904)");
        }
        Ok(Self(text))
    }
}

/// Whom a document is for (持证主体).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Name as printed.
    pub name: Pattern,
    /// Social credit code, or the masked number of a natural person.
    pub code: Pattern,
}

/// A label and its value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What the value is.
    pub label: Bilingual,
    /// The value; left out of the document with its label when it comes out empty.
    pub value: Pattern,
}

/// A paragraph of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Paragraph {
    /// Running text.
    Text(Pattern),
    /// An item of a list; written with `- ` in front.
    Item(Pattern),
    /// Where the lines stand; written `{lines}`. Without it they follow the last paragraph.
    Lines,
}

impl TryFrom<String> for Paragraph {
    type Error = PatternError;
    fn try_from(text: String) -> Result<Self, PatternError> {
        if text.trim() == "{lines}" {
            return Ok(Self::Lines);
        }
        match text.strip_prefix("- ") {
            Some(item) => Pattern::parse(item).map(Self::Item),
            None => Pattern::parse(&text).map(Self::Text),
        }
    }
}

/// A period of validity (有效期): one of years, months or days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawValidity")]
pub enum Validity {
    /// So many years.
    Years(u16),
    /// So many months.
    Months(u16),
    /// So many days, the day of issue included.
    Days(u16),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValidity {
    #[serde(default)]
    years: Option<u16>,
    #[serde(default)]
    months: Option<u16>,
    #[serde(default)]
    days: Option<u16>,
}

impl TryFrom<RawValidity> for Validity {
    type Error = &'static str;
    fn try_from(raw: RawValidity) -> Result<Self, Self::Error> {
        match (raw.years, raw.months, raw.days) {
            (Some(n @ 1..=100), None, None) => Ok(Self::Years(n)),
            (None, Some(n @ 1..=1200), None) => Ok(Self::Months(n)),
            (None, None, Some(n @ 1..=36500)) => Ok(Self::Days(n)),
            (_, _, _) => Err("valid is exactly one of years (1-100), months (1-1200) and days (1-36500)"),
        }
    }
}

impl Validity {
    /// The last day on which a document issued on `issued` holds. A period ends on the day before its
    /// anniversary; where that month has no such day, on its last day (民法典 第二百零二条).
    pub fn last_day(self, issued: Date) -> Date {
        let end = match self {
            Self::Years(n) => issued.saturating_add(i64::from(n).years()),
            Self::Months(n) => issued.saturating_add(i64::from(n).months()),
            Self::Days(n) => return issued.saturating_add((i64::from(n) - 1).days()),
        };
        if end.day() == issued.day() { end.yesterday().unwrap_or(end) } else { end }
    }
}

/// Why a `licences.yaml` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// It is not YAML, or an entry breaks the rule of its field.
    #[error("line {line}, column {column}: {rule}")]
    Field {
        /// Line, from 1; 0 where the reader cannot tell.
        line: u64,
        /// Column, from 1.
        column: u64,
        /// The broken rule.
        rule: String,
    },
    /// Entries that are right by themselves do not go together.
    #[error("document {document}: {rule}")]
    Document {
        /// The document's id.
        document: String,
        /// The broken rule.
        rule: &'static str,
    },
}

impl Templates {
    /// Reads and checks a `licences.yaml`.
    pub fn parse(yaml: &str) -> Result<Self, TemplateError> {
        let templates: Self = serde_saphyr::from_str(yaml).map_err(|error| {
            let at = error.location();
            TemplateError::Field {
                line: at.map_or(0, |at| at.line()),
                column: at.map_or(0, |at| at.column()),
                rule: error.without_snippet().to_string(),
            }
        })?;
        let mut seen = BTreeSet::new();
        for document in &templates.documents {
            let wrong = |rule| TemplateError::Document { document: document.id.0.clone(), rule };
            if !seen.insert(document.id.as_str()) {
                return Err(wrong("two documents have this id"));
            }
            document.check().map_err(wrong)?;
        }
        Ok(templates)
    }

    /// The document of this id.
    pub fn find(&self, id: &str) -> Option<&Document> {
        self.documents.iter().find(|document| document.id.as_str() == id)
    }

    /// All documents, in the order of the file.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }
}

/// A document with the facts of one case in it (填充后的文书).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Id of the template.
    pub id: String,
    /// Licence or notice.
    pub kind: Kind,
    /// How it looks.
    pub layout: Layout,
    /// The three digits of the type code.
    pub code: String,
    /// Name, printed as the title.
    pub name: Bilingual,
    /// The holder's name.
    pub holder_name: String,
    /// The holder's code, masked for a natural person.
    pub holder_code: String,
    /// Number of the document.
    pub number: String,
    /// Label and value, in order, empty ones left out.
    pub lines: Vec<FilledLine>,
    /// Paragraphs.
    pub body: Vec<FilledParagraph>,
    /// Day of issue.
    pub issued_on: Date,
    /// Last day on which it holds; `None`: until revoked.
    pub valid_until: Option<Date>,
}

/// A label and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledLine {
    /// The label.
    pub label: Bilingual,
    /// The value.
    pub value: LineValue,
}

/// The value of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineValue {
    /// Text; may hold line breaks.
    Text(String),
    /// A list of people or things, with a head.
    Table(Table),
}

/// A list of people or things (名单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// One entry per row; a short row is filled up with blanks.
    pub rows: Vec<Vec<String>>,
}

/// A paragraph of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilledParagraph {
    /// Running text, without line breaks.
    Text(String),
    /// An item of a list.
    Item(String),
    /// Here stand the lines.
    Lines,
}

/// A document cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// A value that the document needs is not there.
    #[error("{field}: no value for {placeholder}")]
    MissingValue {
        /// Where it is needed, such as `lines[2]`.
        field: String,
        /// The placeholder as written.
        placeholder: String,
    },
    /// A list stands in the middle of a sentence.
    #[error("{field}: {placeholder} is a list and can only be the whole value of a line")]
    ListInText {
        /// Where it stands.
        field: String,
        /// The placeholder as written.
        placeholder: String,
    },
}

impl Document {
    fn check(&self) -> Result<(), &'static str> {
        let places = self.body.iter().filter(|paragraph| matches!(paragraph, Paragraph::Lines)).count();
        match self.layout {
            Layout::Certificate if self.lines.is_empty() => Err("a certificate needs lines"),
            Layout::Certificate if places > 0 => Err("{lines} belongs into the body of a letter"),
            Layout::Letter if self.body.len() == places => Err("a letter needs a body"),
            Layout::Letter if places > 1 => Err("{lines} may stand once"),
            Layout::Certificate | Layout::Letter => Ok(()),
        }
    }

    /// Every placeholder with the field that it stands in, so that a package can be checked against its form and findings.
    pub fn placeholders(&self) -> Vec<(String, &Placeholder)> {
        let mut found = Vec::new();
        let mut note = |field: String, pattern| {
            found.extend(Pattern::placeholders(pattern).map(|placeholder| (field.clone(), placeholder)));
        };
        note("holder.name".into(), &self.holder.name);
        note("holder.code".into(), &self.holder.code);
        note("number".into(), &self.number);
        for (n, line) in self.lines.iter().enumerate() {
            note(format!("lines[{n}]"), &line.value);
        }
        for (n, paragraph) in self.body.iter().enumerate() {
            match paragraph {
                Paragraph::Text(pattern) | Paragraph::Item(pattern) => note(format!("body[{n}]"), pattern),
                Paragraph::Lines => {}
            }
        }
        found
    }

    /// Fills in the facts of a case.
    pub fn render(&self, facts: &Facts) -> Result<Filled, RenderError> {
        let mut lines = Vec::new();
        for (n, line) in self.lines.iter().enumerate() {
            let value = match line.value.sole().and_then(|placeholder| facts.table(placeholder)) {
                Some(table) => LineValue::Table(table.clone()),
                None => LineValue::Text(line.value.fill(facts, &format!("lines[{n}]"))?),
            };
            let is_empty = match &value {
                LineValue::Text(text) => text.trim().is_empty(),
                LineValue::Table(table) => table.rows.is_empty(),
            };
            if !is_empty {
                lines.push(FilledLine { label: line.label.clone(), value });
            }
        }
        Ok(Filled {
            id: self.id.0.clone(),
            kind: self.kind,
            layout: self.layout,
            code: self.code.0.clone(),
            name: self.name.clone(),
            holder_name: self.holder.name.fill(facts, "holder.name")?,
            holder_code: self.holder.code.fill(facts, "holder.code")?,
            number: self.number.fill(facts, "number")?,
            lines,
            body: self.render_body(facts)?,
            issued_on: facts.issued_on,
            valid_until: self.valid.map(|valid| valid.last_day(facts.issued_on)),
        })
    }

    fn render_body(&self, facts: &Facts) -> Result<Vec<FilledParagraph>, RenderError> {
        let mut body = Vec::new();
        for (n, paragraph) in self.body.iter().enumerate() {
            let field = format!("body[{n}]");
            match paragraph {
                // What people typed may have several lines: each becomes a paragraph.
                Paragraph::Text(pattern) => {
                    let text = pattern.fill(facts, &field)?;
                    let parts = text.lines().map(str::trim).filter(|part| !part.is_empty());
                    body.extend(parts.map(|part| FilledParagraph::Text(part.to_owned())));
                }
                Paragraph::Item(pattern) => {
                    let text = pattern.fill(facts, &field)?.replace('\n', " ");
                    if !text.trim().is_empty() {
                        body.push(FilledParagraph::Item(text.trim().to_owned()));
                    }
                }
                Paragraph::Lines => body.push(FilledParagraph::Lines),
            }
        }
        Ok(body)
    }
}
