//! What a clerk must establish, as inputs of a page (审查认定).

use cases::{Case, Finding, FindingFault, FindingRule, FindingType, Task};
use catalogue::Package;
use codes::SocialCreditCode;
use kernel::{Message, Refusal};
use serde_json::{Map, Value};
use web::{Choice, FormErrors, FormPairs, Visitor};

use super::{money, names};
use crate::Room;

/// The findings that a task establishes.
pub(super) fn of_task<'a>(package: &'a Package, task: &Task) -> &'a [Finding] {
    package.case_type.findings_of(task)
}

/// The name of the input of a finding; errors of the engine are named the same.
fn input_name(id: &str) -> String {
    format!("findings/{id}")
}

/// What was typed, as the engine wants it. What cannot be read stays a text, which the engine then refuses by
/// name.
pub(super) fn read(rules: &[Finding], typed: &FormPairs) -> Map<String, Value> {
    let values = rules.iter().filter_map(|rule| {
        let text = typed.get(&input_name(&rule.id))?.trim();
        if text.is_empty() {
            return None;
        }
        let value = match rule.kind {
            FindingType::Money => money::fen(text).map(Value::from),
            FindingType::Integer => text.parse::<i64>().ok().map(Value::from),
            FindingType::Boolean => text.parse::<bool>().ok().map(Value::from),
            FindingType::Uscc => Some(Value::from(text.to_uppercase())),
            FindingType::Text | FindingType::Date => Some(Value::from(text.replace("\r\n", "\n"))),
        };
        Some((rule.id.clone(), value.unwrap_or_else(|| Value::from(text))))
    });
    values.collect()
}

/// An input of the page.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) hint: String,
    /// `money`, `integer`, `text`, `boolean`, `date` or `uscc`.
    pub(super) kind: &'static str,
    pub(super) value: String,
    pub(super) choices: Vec<Choice>,
    pub(super) optional: bool,
    pub(super) error: String,
}

/// The inputs of a task: what was typed before, else what the platform proposes, else empty.
pub(super) fn inputs(
    visitor: &Visitor,
    room: &Room,
    package: &Package,
    case: &Case,
    task: &Task,
    typed: &FormPairs,
    errors: &FormErrors,
) -> Vec<Input> {
    let rules = of_task(package, task);
    let view = rules.iter().any(|rule| rule.proposed.is_some()).then(|| case.view(&Map::new()));
    rules
        .iter()
        .map(|rule| {
            let name = input_name(&rule.id);
            let computed = rule.proposed.as_ref().zip(view.as_ref()).and_then(|(from, view)| {
                as_typed(rule.kind, &package.case_type.derive(from, view, visitor.today())?)
            });
            let mut hints = vec![hint(visitor, case, rule)];
            hints.extend(computed.as_ref().map(|_value| visitor.t("desk-finding-computed")));
            let value = match typed.get(&name) {
                Some(text) => text.to_owned(),
                None => computed.or_else(|| proposal(room, task, rule)).unwrap_or_default(),
            };
            hints.retain(|hint| !hint.is_empty());
            Input {
                label: label(visitor, rule),
                hint: hints.join(" "),
                kind: kind(rule.kind),
                choices: yes_no(visitor, rule.kind, &value),
                optional: !rule.required,
                error: errors.get(&name).to_owned(),
                value,
                name,
            }
        })
        .collect()
}

fn label(visitor: &Visitor, rule: &Finding) -> String {
    let name = names::pick(visitor, &rule.label);
    if rule.kind == FindingType::Money { visitor.t1("desk-finding-yuan", "name", name) } else { name }
}

const fn kind(kind: FindingType) -> &'static str {
    match kind {
        FindingType::Money => "money",
        FindingType::Integer => "integer",
        FindingType::Text => "text",
        FindingType::Boolean => "boolean",
        FindingType::Date => "date",
        FindingType::Uscc => "uscc",
    }
}

fn yes_no(visitor: &Visitor, kind: FindingType, chosen: &str) -> Vec<Choice> {
    if kind != FindingType::Boolean {
        return Vec::new();
    }
    let choice = |value: &str, key: &str| Choice::new(value, visitor.t(key)).chosen_if(chosen == value);
    vec![choice("true", "desk-yes"), choice("false", "desk-no")]
}

/// The bounds in words, so that nobody has to learn them from an error.
fn hint(visitor: &Visitor, case: &Case, rule: &Finding) -> String {
    if rule.generate.is_some() {
        return visitor.t("desk-finding-proposed");
    }
    let earlier =
        rule.at_most.as_ref().and_then(|most| case.findings.get(&most.finding)).and_then(Value::as_i64);
    let most = [rule.max, earlier].into_iter().flatten().min();
    let show = |bound: i64| bound_text(rule.kind, bound);
    match (rule.min, most) {
        (Some(least), Some(most)) => {
            visitor.t2("desk-finding-between", "least", show(least), "most", show(most))
        }
        (Some(least), None) => visitor.t1("cases-finding-below", "least", show(least)),
        (None, Some(most)) => visitor.t1("cases-finding-above", "most", show(most)),
        (None, None) => String::new(),
    }
}

fn bound_text(kind: FindingType, bound: i64) -> String {
    if kind == FindingType::Money { money::shown(bound) } else { bound.to_string() }
}

/// A value that rules have computed, as a clerk would type it.
fn as_typed(kind: FindingType, value: &Value) -> Option<String> {
    match kind {
        FindingType::Money => value.as_i64().map(money::yuan),
        FindingType::Integer => value.as_i64().map(|number| number.to_string()),
        FindingType::Boolean => value.as_bool().map(|yes| yes.to_string()),
        FindingType::Text | FindingType::Date | FindingType::Uscc => value.as_str().map(str::to_owned),
    }
}

/// A credit code that the platform proposes: registrar and class of the package, the division of the body
/// that decides, and an organisation code that nobody has. GB 32100 leaves its assignment to the registrar.
fn proposal(room: &Room, task: &Task, rule: &Finding) -> Option<String> {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let generate = rule.generate.as_ref()?;
    let bodies = room.bodies();
    let division = bodies.get(task.body)?.division.get(..6)?.to_owned();
    // Eight of many random bytes: those above the alphabet are left out, so that every character is as
    // likely.
    let random: [u8; 64] = guomi::random_bytes();
    let organisation: String = random
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .take(8)
        .map(|byte| char::from(*byte))
        .collect();
    let head = format!("{}{}", generate.registrar, generate.class);
    SocialCreditCode::from_parts(&head, &division, &organisation).ok().map(|code| code.to_string())
}

/// What a finding is called.
pub(super) fn name(visitor: &Visitor, package: &Package, id: &str) -> Option<String> {
    let mut rules = package.case_type.process.findings();
    rules.find(|rule| rule.id == id).map(|rule| label(visitor, rule))
}

/// What was established, in words: name and value.
pub(super) fn shown(visitor: &Visitor, package: &Package, case: &Case) -> Vec<(String, String)> {
    let rules = package.case_type.process.findings();
    let rows = rules.filter_map(|rule| {
        let value = case.findings.get(&rule.id)?;
        Some((names::pick(visitor, &rule.label), shown_value(visitor, rule.kind, value)))
    });
    rows.collect()
}

fn shown_value(visitor: &Visitor, kind: FindingType, value: &Value) -> String {
    match (kind, value) {
        (FindingType::Money, Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), money::shown)
        }
        (FindingType::Date, Value::String(text)) => {
            text.parse::<jiff::civil::Date>().map_or_else(|_form| text.clone(), |day| visitor.date(day))
        }
        (_, Value::Bool(yes)) => visitor.t(if *yes { "desk-yes" } else { "desk-no" }),
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// The faults of findings as errors of the page, bounds of amounts in yuan.
pub(super) fn refusal(package: &Package, faults: Vec<FindingFault>) -> Refusal {
    let errors = faults.into_iter().map(|fault| {
        let is_money = package
            .case_type
            .process
            .findings()
            .any(|rule| rule.id == fault.id && rule.kind == FindingType::Money);
        let bound = match fault.rule {
            FindingRule::BelowMinimum(least) => Some(("cases-finding-below", "least", least)),
            FindingRule::AboveMaximum(most) => Some(("cases-finding-above", "most", most)),
            FindingRule::Missing | FindingRule::Unknown | FindingRule::WrongType => None,
        };
        let mut error = fault.into_field();
        if let Some((key, name, bound)) = bound.filter(|_| is_money) {
            error.message = Message::new(key).with(name, money::shown(bound));
        }
        error
    });
    Refusal::Invalid(errors.collect())
}
