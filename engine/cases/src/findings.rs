//! What staff establish on the way, checked against the rules of the package.

use kernel::{FieldError, Message};
use serde_json::{Map, Value};

use crate::process::{Finding, FindingType};

/// A finding that breaks its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingFault {
    /// Id of the finding.
    pub id: String,
    /// Which rule.
    pub rule: FindingRule,
}

/// The rules of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingRule {
    /// It must be given.
    Missing,
    /// The package does not ask for it here.
    Unknown,
    /// It is not of its type.
    WrongType,
    /// Too small or too short; the least.
    BelowMinimum(i64),
    /// Too large or too long; the most.
    AboveMaximum(i64),
}

impl FindingFault {
    /// As an error of the field `findings/<id>`.
    pub fn into_field(self) -> FieldError {
        let message = match self.rule {
            FindingRule::Missing => Message::new("cases-finding-missing"),
            FindingRule::Unknown => Message::new("cases-finding-unknown"),
            FindingRule::WrongType => Message::new("cases-finding-wrong-type"),
            FindingRule::BelowMinimum(least) => Message::new("cases-finding-below").with("least", least),
            FindingRule::AboveMaximum(most) => Message::new("cases-finding-above").with("most", most),
        };
        FieldError::new(format!("findings/{}", self.id), message)
    }
}

/// The findings that may be stored, or every rule they break. Empty texts count as not given.
pub fn check_findings(
    rules: &[Finding],
    mut given: Map<String, Value>,
    earlier: &Map<String, Value>,
    required: bool,
) -> Result<Map<String, Value>, Vec<FindingFault>> {
    given.retain(|_, value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty()));
    let unknown = given.keys().filter(|id| rules.iter().all(|rule| rule.id != **id));
    let mut faults: Vec<_> =
        unknown.map(|id| FindingFault { id: id.clone(), rule: FindingRule::Unknown }).collect();
    for rule in rules {
        let broken = match given.get(&rule.id) {
            None if required && rule.required => Some(FindingRule::Missing),
            None => None,
            Some(value) => check_one(rule, value, earlier),
        };
        faults.extend(broken.map(|broken| FindingFault { id: rule.id.clone(), rule: broken }));
    }
    if faults.is_empty() { Ok(given) } else { Err(faults) }
}

fn check_one(rule: &Finding, value: &Value, earlier: &Map<String, Value>) -> Option<FindingRule> {
    let measure = match rule.kind {
        FindingType::Money | FindingType::Integer => value.as_i64(),
        FindingType::Text => value.as_str().and_then(|text| i64::try_from(text.chars().count()).ok()),
        FindingType::Boolean => value.as_bool().map(|_| 0),
        FindingType::Date => {
            value.as_str().and_then(|text| text.parse::<jiff::civil::Date>().ok()).map(|_| 0)
        }
        FindingType::Uscc => {
            value.as_str().and_then(|text| text.parse::<codes::SocialCreditCode>().ok()).map(|_| 0)
        }
    };
    let Some(measure) = measure else { return Some(FindingRule::WrongType) };
    let bounded = !matches!(rule.kind, FindingType::Boolean | FindingType::Date | FindingType::Uscc);
    let most =
        [rule.max, rule.at_most.as_ref().and_then(|most| earlier.get(&most.finding)).and_then(Value::as_i64)];
    let most = most.into_iter().flatten().min();
    match (rule.min, most) {
        (Some(least), _) if bounded && measure < least => Some(FindingRule::BelowMinimum(least)),
        (_, Some(most)) if bounded && measure > most => Some(FindingRule::AboveMaximum(most)),
        _ => None,
    }
}
