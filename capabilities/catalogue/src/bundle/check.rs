//! What must hold of a bundle before anybody can ask for it.

use std::collections::BTreeSet;

use legal_time::Unit;
use rules::Plain;

use super::{BundleText, Part, QUESTIONS, Rule};
use crate::item::is_slug;
use crate::package::types;
use crate::{Field, Form, Kind, attached};

/// Most parts of a bundle: more are no one thing.
const PARTS_MAX: usize = 12;
/// Longest conditions of all parts together, so that every combination of them can be read.
const CONDITIONS_BYTES_MAX: usize = 1_000;

/// What can be seen before the parts are looked up.
pub(super) fn text(text: &BundleText) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut wrong = |place: &[&str], rule: String| rules.push(Rule::at(place, rule));
    if !is_slug(&text.bundle) || text.bundle.len() > 64 {
        wrong(&["bundle"], "a bundle's id is made of up to 64 lower-case letters, digits and hyphens".into());
    }
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    if text.version.is_empty() || text.version.len() > 32 || !text.version.bytes().all(fits) {
        wrong(&["version"], "a version is 1 to 32 letters, digits, dots and hyphens".into());
    }
    let needed = [
        ("audience", text.audience.is_empty(), "say who may ask"),
        ("keywords", text.keywords.is_empty(), "give everyday words under which people look for it"),
        ("conditions", text.conditions.is_empty(), "say under which conditions it is granted"),
        ("sources", text.sources.is_empty(), "say where the facts come from"),
        ("complaints", text.complaints.phone.trim().is_empty(), "say whom to call with a complaint"),
    ];
    for (key, _, rule) in needed.into_iter().filter(|(_, is_missing, _)| *is_missing) {
        wrong(&[key], rule.into());
    }
    if !(2..=PARTS_MAX).contains(&text.parts.len()) {
        wrong(&["parts"], format!("a bundle has 2 to {PARTS_MAX} parts"));
    }
    let conditions = text.parts.iter().filter_map(|part| part.when.as_ref());
    if conditions.map(|when| when.source().len()).sum::<usize>() > CONDITIONS_BYTES_MAX {
        wrong(&["parts"], format!("the conditions of all parts have at most {CONDITIONS_BYTES_MAX} bytes"));
    }
    rules.extend(order(text));
    rules
}

/// Ids, and what waits for what.
fn order(text: &BundleText) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, part) in text.parts.iter().enumerate() {
        let index = index.to_string();
        let mut wrong = |key: &str, rule: String| rules.push(Rule::at(&["parts", &index, key], rule));
        if !is_slug(&part.id) || part.id.len() > 32 || part.id == QUESTIONS {
            wrong(
                "id",
                format!(
                    "a part's id is made of lower-case letters, digits and hyphens, and is not {QUESTIONS}"
                ),
            );
        }
        if !seen.insert(part.id.as_str()) {
            wrong("id", format!("two parts are called {}", part.id));
        }
        for before in &part.after {
            if text.parts.iter().all(|other| other.id != *before) {
                wrong("after", format!("{} comes after {before}, which is no part", part.id));
            }
        }
        if is_in_a_circle(text, &part.id) {
            wrong("after", format!("{} would wait for itself", part.id));
        }
        if part.when.is_some() != part.only.is_some() {
            wrong("when", "a condition (when) is also said in words (only), and only a condition is".into());
        }
        if !part.given.is_empty() && part.after.is_empty() {
            wrong("given", "what is given comes from parts before it: say which (after)".into());
        }
    }
    rules
}

fn is_in_a_circle(text: &BundleText, id: &str) -> bool {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut next = vec![id];
    while let Some(now) = next.pop() {
        for before in text.parts.iter().filter(|part| part.id == now).flat_map(|part| &part.after) {
            if reached.insert(before) {
                next.push(before);
            }
        }
    }
    reached.contains(id)
}

/// What can be seen once the parts and their common form are there.
pub(super) fn parts(text: &BundleText, parts: &[Part], form: &Form) -> Vec<Rule> {
    let mut rules = Vec::new();
    for part in parts {
        let mut wrong = |key: &str, rule: String| rules.push(Rule::at(&["parts", &part.id, key], rule));
        for kind in text.audience.iter().filter(|kind| !part.package.item.audience.contains(kind)) {
            wrong(
                "item",
                format!("{} is not for everybody whom the bundle is for ({})", part.id, kind.code()),
            );
        }
        for given in part.given.iter().filter(|id| attached(&part.package).all(|m| m.id != **id)) {
            wrong("given", format!("{} does not ask the applicant for {given}", part.id));
        }
        conditions(part, form, &mut wrong);
    }
    if let Some((days, unit)) = longest(parts)
        && text.promised.within.unit == unit
        && text.promised.within.amount < days
    {
        let unit = unit.as_str();
        let rule =
            format!("the parts one after the other promise {days} {unit}: less cannot be promised for all");
        rules.push(Rule::at(&["promised"], rule));
    }
    rules
}

/// A condition reads what is always asked before it, and nothing personal: it decides which cases there are.
fn conditions(part: &Part, form: &Form, wrong: &mut dyn FnMut(&str, String)) {
    let Some(when) = &part.when else { return };
    for fault in when.check_condition(&types(form)) {
        wrong("when", fault.to_string());
    }
    for path in when.reads() {
        let Some(name) = path.strip_prefix("form.") else {
            wrong("when", format!("{path}: whether a part is needed follows from the form alone"));
            continue;
        };
        let Some(field) = form.field(name) else { continue };
        if field.personal {
            wrong("when", format!("{name} is personal (x-personal) and decides nothing"));
        }
        if !is_asked_first(form, field, part) {
            wrong("when", format!("{name} is not always asked before {}", part.id));
        }
    }
    for clause in when.plain().1 {
        let Plain::Compares { path, value, .. } = clause else { continue };
        let field = path.strip_prefix("form.").and_then(|name| form.field(name));
        let Some(Kind::Choice { options }) = field.map(|field| &field.kind) else { continue };
        if !options.iter().any(|option| Some(option.value.as_str()) == value.as_str()) {
            wrong("when", format!("{path} is never {value}: not in its enum"));
        }
    }
}

/// Whether a field stands in a step that is always asked, before every step of a part.
fn is_asked_first(form: &Form, field: &Field, part: &Part) -> bool {
    let asked = form.steps.iter().position(|step| step.fields.contains(field));
    let is_of_part = |name: &str| part.fields.values().any(|shown| shown == name);
    let first = form
        .steps
        .iter()
        .position(|step| step.when.is_some() && step.fields.iter().any(|field| is_of_part(&field.name)));
    asked.is_some_and(|at| form.steps[at].when.is_none() && first.is_none_or(|first| at < first))
}

/// The promises of the parts along the longest way, when all are of one unit.
fn longest(parts: &[Part]) -> Option<(u32, Unit)> {
    fn until(parts: &[Part], part: &Part) -> u32 {
        let before = parts.iter().filter(|other| part.after.contains(&other.id));
        let before = before.map(|other| until(parts, other)).max().unwrap_or(0);
        before.saturating_add(part.package.item.limits.promised.within.amount)
    }
    let unit = parts.first()?.package.item.limits.promised.within.unit;
    let is_one_unit = parts.iter().all(|part| part.package.item.limits.promised.within.unit == unit);
    let days = parts.iter().map(|part| until(parts, part)).max()?;
    is_one_unit.then_some((days, unit))
}
