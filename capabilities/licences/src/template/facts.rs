//! The facts of one case, as documents print them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Placeholder, Source, Table};

/// A value of the form or of the findings. Whoever knows the form's schema says which kind it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Text, also the Chinese label of an enum value.
    Text(String),
    /// An amount in fen (分).
    Money(i64),
    /// A day.
    Date(Date),
    /// A number without a unit.
    Integer(i64),
    /// Yes or no (是, 否).
    YesNo(bool),
    /// A list of people or things.
    Table(Table),
}

impl Fact {
    fn to_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(clean(text)),
            Self::Money(fen) => Some(money_zh(*fen)),
            Self::Date(day) => Some(date_zh(*day)),
            Self::Integer(n) => Some(n.to_string()),
            Self::YesNo(yes) => Some(if *yes { "是" } else { "否" }.to_owned()),
            Self::Table(_) => None,
        }
    }
}

/// Tabs and the line ends of other systems would be characters without a glyph.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace(['\t', '\u{a0}'], " ")
}

/// The decision that leads to a document (决定).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The day in China on which it was made.
    pub date: Date,
    /// The reason given, may be empty.
    pub reason: String,
}

/// Everything that a document can print about its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Fields of the form that have a value.
    pub form: BTreeMap<String, Fact>,
    /// What staff established.
    pub findings: BTreeMap<String, Fact>,
    /// Case number.
    pub case_number: String,
    /// Chinese name of the service item.
    pub case_item: String,
    /// The decision, for documents that follow one.
    pub decision: Option<Decision>,
    /// Name of the issuing body.
    pub body_name: String,
    /// Serial of the document's number.
    pub serial: String,
    /// The applicant's name.
    pub applicant_name: String,
    /// The applicant's number, masked for a natural person.
    pub applicant_code_masked: String,
    /// The day in China on which the document is issued.
    pub issued_on: Date,
}

impl Facts {
    fn typed(&self, placeholder: &Placeholder) -> Option<&Fact> {
        match &placeholder.source {
            Source::Form(name) => self.form.get(name),
            Source::Finding(name) => self.findings.get(name),
            Source::CaseNumber
            | Source::CaseItem
            | Source::DecisionDate
            | Source::DecisionYear
            | Source::DecisionReason
            | Source::BodyName
            | Source::Serial
            | Source::ApplicantName
            | Source::ApplicantCodeMasked => None,
        }
    }

    pub(super) fn table(&self, placeholder: &Placeholder) -> Option<&Table> {
        match self.typed(placeholder) {
            Some(Fact::Table(table)) => Some(table),
            Some(Fact::Text(_) | Fact::Money(_) | Fact::Date(_) | Fact::Integer(_) | Fact::YesNo(_))
            | None => None,
        }
    }

    pub(super) fn text(&self, placeholder: &Placeholder) -> Option<String> {
        let decision = self.decision.as_ref();
        match &placeholder.source {
            Source::Form(_) | Source::Finding(_) => self.typed(placeholder).and_then(Fact::to_text),
            Source::CaseNumber => Some(self.case_number.clone()),
            Source::CaseItem => Some(self.case_item.clone()),
            Source::DecisionDate => decision.map(|decision| date_zh(decision.date)),
            Source::DecisionYear => decision.map(|decision| decision.date.year().to_string()),
            Source::DecisionReason => decision.map(|decision| clean(&decision.reason)),
            Source::BodyName => Some(self.body_name.clone()),
            Source::Serial => Some(self.serial.clone()),
            Source::ApplicantName => Some(clean(&self.applicant_name)),
            Source::ApplicantCodeMasked => Some(self.applicant_code_masked.clone()),
        }
    }
}

/// `2026年10月9日`.
pub fn date_zh(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// `¥1,500.00元` from fen.
pub fn money_zh(fen: i64) -> String {
    let yuan = (fen.unsigned_abs() / 100).to_string();
    let mut grouped = String::new();
    for (n, digit) in yuan.chars().enumerate() {
        if n > 0 && (yuan.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}¥{grouped}.{:02}元", fen.unsigned_abs() % 100)
}
