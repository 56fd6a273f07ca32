//! Texts with placeholders such as `经审查，{form.institution_name}符合条件`.

use std::fmt;

use serde::Deserialize;

use super::{Facts, RenderError};

/// A text with placeholders (占位符). `{{` and `}}` stand for the braces themselves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Placeholder),
}

/// Where a value comes from, and whether the document can do without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// Where the value comes from.
    pub source: Source,
    /// Written `{form.name?}`: nothing is printed when there is no value.
    pub optional: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A field of the application form.
    Form(String),
    /// What staff established.
    Finding(String),
    /// The case number (办件编号).
    CaseNumber,
    /// The name of the service item (事项名称).
    CaseItem,
    /// The day of the decision (决定日期).
    DecisionDate,
    /// Its year, four digits.
    DecisionYear,
    /// The reason given by whoever decided (决定理由).
    DecisionReason,
    /// The body that issues (颁发机构).
    BodyName,
    /// The serial of the number (序号).
    Serial,
    /// The applicant's name (申请人).
    ApplicantName,
    /// The applicant's masked number (脱敏证件号码).
    ApplicantCodeMasked,
}

/// A text with placeholders that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// An opening brace without a closing one, or the other way round.
    #[error("unpaired brace in {0:?}; a brace itself is written twice")]
    Brace(String),
    /// No such source of values.
    #[error("unknown placeholder {{{0}}}")]
    Unknown(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(name) => write!(f, "form.{name}"),
            Self::Finding(name) => write!(f, "finding.{name}"),
            Self::CaseNumber => f.write_str("case.number"),
            Self::CaseItem => f.write_str("case.item"),
            Self::DecisionDate => f.write_str("decision.date"),
            Self::DecisionYear => f.write_str("decision.year"),
            Self::DecisionReason => f.write_str("decision.reason"),
            Self::BodyName => f.write_str("body.name"),
            Self::Serial => f.write_str("serial"),
            Self::ApplicantName => f.write_str("applicant.name"),
            Self::ApplicantCodeMasked => f.write_str("applicant.code_masked"),
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}{}}}", self.source, if self.optional { "?" } else { "" })
    }
}

impl Placeholder {
    fn parse(text: &str) -> Result<Self, PatternError> {
        let (name, optional) = text.strip_suffix('?').map_or((text, false), |name| (name, true));
        let unknown = || PatternError::Unknown(text.to_owned());
        let source = match name {
            "case.number" => Source::CaseNumber,
            "case.item" => Source::CaseItem,
            "decision.date" => Source::DecisionDate,
            "decision.year" => Source::DecisionYear,
            "decision.reason" => Source::DecisionReason,
            "body.name" => Source::BodyName,
            "serial" => Source::Serial,
            "applicant.name" => Source::ApplicantName,
            "applicant.code_masked" => Source::ApplicantCodeMasked,
            other => {
                let (from, field) = other.split_once('.').ok_or_else(unknown)?;
                let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                if field.is_empty() || !field.bytes().all(fits) {
                    return Err(unknown());
                }
                match from {
                    "form" => Source::Form(field.to_owned()),
                    "finding" => Source::Finding(field.to_owned()),
                    _ => return Err(unknown()),
                }
            }
        };
        Ok(Self { source, optional })
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;
    fn try_from(text: String) -> Result<Self, PatternError> {
        Self::parse(&text)
    }
}

impl Pattern {
    /// Reads a text with placeholders.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let unpaired = || PatternError::Brace(text.to_owned());
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            if brace == "}" {
                return Err(unpaired());
            }
            let (inside, after) = rest.split_once('}').ok_or_else(unpaired)?;
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Value(Placeholder::parse(inside)?));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }

    /// The placeholders, in order.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Value(placeholder) => Some(placeholder),
            Piece::Text(_) => None,
        })
    }

    /// The placeholder, if the pattern is nothing else.
    pub(super) fn sole(&self) -> Option<&Placeholder> {
        match self.0.as_slice() {
            [Piece::Value(placeholder)] => Some(placeholder),
            [Piece::Text(_)] | [] | [_, _, ..] => None,
        }
    }

    /// Sets the facts in; `field` names the pattern's place in errors.
    pub(super) fn fill(&self, facts: &Facts, field: &str) -> Result<String, RenderError> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Value(placeholder) => {
                    if facts.table(placeholder).is_some() {
                        let (field, placeholder) = (field.to_owned(), placeholder.to_string());
                        return Err(RenderError::ListInText { field, placeholder });
                    }
                    match facts.text(placeholder).filter(|value| !value.trim().is_empty()) {
                        Some(value) => text.push_str(value.trim()),
                        None if placeholder.optional => {}
                        None => {
                            let (field, placeholder) = (field.to_owned(), placeholder.to_string());
                            return Err(RenderError::MissingValue { field, placeholder });
                        }
                    }
                }
            }
        }
        Ok(text)
    }
}
