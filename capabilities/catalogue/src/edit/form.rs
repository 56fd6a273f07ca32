//! What an editing page shows of a file, and what its answers change in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use web::{Choice, FormPairs, Visitor};

use super::change::{self, Change, Slot};
use super::sections::{Field, Group, Kind, Section};
use super::tree::{Content, Node};
use crate::Fault;

/// One input of the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    /// Its name: the path in the file.
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) error: String,
    pub(crate) optional: bool,
    /// `line`, `text`, `number`, `select`, `ticks` or `tick`.
    pub(crate) kind: &'static str,
    pub(crate) choices: Vec<Choice>,
}

/// A group as the page shows it.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) inputs: Vec<Input>,
    /// The list of which it is an entry, and its place from 1; 0 for a new one.
    pub(crate) list: &'static str,
    pub(crate) place: usize,
    pub(crate) is_new: bool,
    pub(crate) base: String,
    /// Something inside is wrong: shown open.
    pub(crate) open: bool,
}

/// What an answer means, or why it cannot be taken.
type Read = Result<Option<Value>, &'static str>;

const UNITS: [&str; 3] = ["working days", "calendar days", "months"];

fn join(base: &str, path: &str) -> String {
    match (base.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (_, true) => base.to_owned(),
        _ => format!("{base}/{path}"),
    }
}

/// The page of a section: values from the file, or those that were just typed where they could not be taken.
pub(crate) fn show(
    visitor: &Visitor,
    section: Section,
    root: &Node,
    typed: Option<&FormPairs>,
    errors: &BTreeMap<String, String>,
    faults: &[Fault],
) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    for group in section.groups(root) {
        let inputs = group.fields.iter().flat_map(|field| inputs(visitor, root, &group, field));
        let mut inputs: Vec<Input> = inputs.collect();
        for input in &mut inputs {
            if let Some(typed) = typed {
                retype(input, typed);
            }
            if let Some(error) = errors.get(&input.name) {
                input.error.clone_from(error);
            }
        }
        shown.push(Shown {
            title: visitor.t(group.title),
            name: visitor.pick(&group.name.0, &group.name.1).to_owned(),
            list: group.entry.map_or("", |(list, _)| list),
            place: group.entry.and_then(|(_, index)| index).map_or(0, |index| index + 1),
            is_new: group.entry.is_some_and(|(_, index)| index.is_none()),
            open: inputs.iter().any(|input| !input.error.is_empty()),
            base: group.base,
            inputs,
        });
    }
    place_faults(section, root, &mut shown, faults);
    shown
}

/// A fault of the rules stands beside the input on whose line it lies; one line may hold several, then at the first.
fn place_faults(section: Section, root: &Node, shown: &mut [Shown], faults: &[Fault]) {
    for fault in faults.iter().filter(|fault| fault.file == section.file()) {
        let of_input = |input: &Input| root.at(input.name.trim_end_matches(":unit")).map(|node| node.line);
        let place = shown.iter_mut().find_map(|group| {
            let at = group.inputs.iter().position(|input| of_input(input) == Some(fault.line))?;
            Some((group, at))
        });
        if let Some((group, at)) = place {
            let error = &mut group.inputs[at].error;
            if !error.is_empty() {
                error.push_str("; ");
            }
            error.push_str(&fault.text);
            group.open = true;
        }
    }
}

fn retype(input: &mut Input, typed: &FormPairs) {
    match input.kind {
        "ticks" | "tick" => {
            for choice in &mut input.choices {
                choice.chosen = typed.all(&input.name).any(|value| value == choice.value);
            }
        }
        "select" => {
            let value = typed.get(&input.name).unwrap_or_default();
            for choice in &mut input.choices {
                choice.chosen = choice.value == value;
            }
        }
        _ => {
            if let Some(value) = typed.get(&input.name) {
                value.clone_into(&mut input.value);
            }
        }
    }
}

fn inputs(visitor: &Visitor, root: &Node, group: &Group, field: &Field) -> Vec<Input> {
    let path = join(&group.base, field.path);
    let label = visitor.t(field.label);
    let value = root.text(&path).to_owned();
    let one = |kind: &'static str| Input {
        name: path.clone(),
        label: label.clone(),
        value: value.clone(),
        optional: field.optional,
        kind,
        ..Input::default()
    };
    match field.kind {
        Kind::Line => vec![one("line")],
        Kind::Number => vec![one("number")],
        Kind::Words | Kind::LongWords => {
            let kind = if field.kind == Kind::Words { "line" } else { "text" };
            let lang = |lang: &str, key: &str| Input {
                name: join(&path, lang),
                label: visitor.t2("catalogue-edit-in", "label", &label, "lang", visitor.t(key)),
                value: root.text(&join(&path, lang)).to_owned(),
                kind,
                ..Input::default()
            };
            vec![lang("zh", "catalogue-edit-zh"), lang("en", "catalogue-edit-en")]
        }
        Kind::List => {
            let words: Vec<&str> = root.list(&path).iter().map(|node| node.text("")).collect();
            vec![Input { value: words.join("\n"), ..one("text") }]
        }
        Kind::Limit => {
            let (amount, unit) = split_limit(&value);
            vec![Input { value: amount, ..one("number") }, unit_input(visitor, &path, &unit)]
        }
        Kind::Code(prefix, codes) => {
            let mut choices: Vec<Choice> = codes
                .iter()
                .map(|code| {
                    Choice::new(*code, visitor.t(&format!("{prefix}-{code}"))).chosen_if(*code == value)
                })
                .collect();
            // Codes of supplements stay as they are.
            if !value.is_empty() && !codes.contains(&value.as_str()) {
                choices.push(Choice::new(&value, &value).chosen_if(true));
            }
            vec![Input { choices, ..one("select") }]
        }
        Kind::Codes(codes) => {
            let chosen: Vec<&str> = root.list(&path).iter().map(|node| node.text("")).collect();
            let choice =
                |code: &&str| Choice::new(*code, code.to_uppercase()).chosen_if(chosen.contains(code));
            vec![Input { choices: codes.iter().map(choice).collect(), ..one("ticks") }]
        }
        Kind::Required => {
            let (list, name) = required_of(&path);
            let is_required = root.list(&list).iter().any(|node| node.text("") == name);
            let choice = Choice::new("true", &label).chosen_if(is_required);
            vec![Input { name: format!("{path}:required"), choices: vec![choice], ..one("tick") }]
        }
    }
}

fn unit_input(visitor: &Visitor, path: &str, unit: &str) -> Input {
    let choice = |known: &str| {
        let key = format!("catalogue-edit-unit-{}", known.replace(' ', "-"));
        Choice::new(known, visitor.t(&key)).chosen_if(known == unit)
    };
    Input {
        name: format!("{path}:unit"),
        label: visitor.t("catalogue-edit-unit"),
        kind: "select",
        choices: UNITS.into_iter().map(choice).collect(),
        ..Input::default()
    }
}

/// `properties/a` has its name in `required`; `…/items/properties/b` in `…/items/required`.
fn required_of(path: &str) -> (String, String) {
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let above = above.rsplit_once('/').map_or("", |(above, _properties)| above);
    (join(above, "required"), name.to_owned())
}

fn split_limit(text: &str) -> (String, String) {
    let Ok(limit) = text.parse::<legal_time::Limit>() else { return (text.to_owned(), String::new()) };
    (limit.amount.to_string(), limit.unit.as_str().replace('-', " "))
}

fn clean(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// What the answers change in the file, or what cannot be taken: input and key of the sentence.
pub(crate) fn changes(
    section: Section,
    root: &Node,
    typed: &FormPairs,
) -> Result<Vec<Change>, BTreeMap<String, &'static str>> {
    let (mut changes, mut errors) = (Vec::new(), BTreeMap::new());
    let mut lists: BTreeMap<&'static str, Vec<(usize, Slot)>> = BTreeMap::new();
    for group in section.groups(root) {
        match group.entry {
            Some((list, None)) => {
                let slots = lists.entry(list).or_default();
                slots.extend(
                    new_entry(&group, typed, &mut errors).map(|value| (usize::MAX, Slot::New(value))),
                );
            }
            Some((list, Some(index))) => {
                let slots = lists.entry(list).or_default();
                if typed.get(&format!("{}:out", group.base)).is_none() {
                    let place = typed.get(&format!("{}:place", group.base)).unwrap_or_default();
                    let place = if place.is_empty() { Ok(index + 1) } else { place.trim().parse() };
                    match place {
                        Ok(place) => slots.push((place, Slot::Old(index))),
                        Err(_no_number) => {
                            errors.insert(format!("{}:place", group.base), "catalogue-edit-no-number");
                        }
                    }
                    changes.extend(group_changes(root, &group, typed, &mut errors));
                }
            }
            None => changes.extend(group_changes(root, &group, typed, &mut errors)),
        }
    }
    for (list, mut slots) in lists {
        slots.sort_by_key(|(place, _)| *place);
        let slots: Vec<Slot> = slots.into_iter().map(|(_, slot)| slot).collect();
        let before: Vec<Slot> = (0..root.list(list).len()).map(Slot::Old).collect();
        if slots != before {
            changes.push(Change::Arrange(list.to_owned(), slots));
        }
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}

fn group_changes(
    root: &Node,
    group: &Group,
    typed: &FormPairs,
    errors: &mut BTreeMap<String, &'static str>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for field in &group.fields {
        let path = join(&group.base, field.path);
        match field.kind {
            Kind::List => changes.extend(list_change(root, &path, typed)),
            Kind::Required => changes.extend(required_change(root, &path, typed)),
            Kind::Codes(codes) => {
                let old: Vec<&str> = root.list(&path).iter().map(|node| node.text("")).collect();
                let new: Vec<&str> = codes
                    .iter()
                    .copied()
                    .filter(|code| typed.all(&path).any(|value| value == *code))
                    .collect();
                let is_same = old.len() == new.len() && new.iter().all(|code| old.contains(code));
                if !is_same {
                    changes.push(Change::Set(path, Value::from(new)));
                }
            }
            Kind::Line | Kind::Number | Kind::Limit | Kind::Words | Kind::LongWords | Kind::Code(..) => {
                for (path, kind) in leaves(&path, field.kind) {
                    match answer(&path, kind, typed) {
                        Err(key) => drop(errors.insert(path, key)),
                        Ok(None) => {}
                        Ok(Some(value)) => changes.extend(scalar_change(root, path, value, field.optional)),
                    }
                }
            }
        }
    }
    changes
}

fn leaves(path: &str, kind: Kind) -> Vec<(String, Kind)> {
    match kind {
        Kind::Words | Kind::LongWords => {
            vec![(join(path, "zh"), Kind::Line), (join(path, "en"), Kind::Line)]
        }
        Kind::Line
        | Kind::Number
        | Kind::Limit
        | Kind::List
        | Kind::Code(..)
        | Kind::Codes(_)
        | Kind::Required => vec![(path.to_owned(), kind)],
    }
}

/// What was answered; nothing where the page did not ask.
fn answer(path: &str, kind: Kind, typed: &FormPairs) -> Read {
    let Some(text) = typed.get(path).map(clean) else { return Ok(None) };
    match kind {
        Kind::Number if text.is_empty() => Ok(Some(Value::from(""))),
        Kind::Number => text
            .parse::<u32>()
            .map(|number| Some(Value::from(number)))
            .map_err(|_no_number| "catalogue-edit-no-number"),
        Kind::Limit => {
            let unit = typed.get(&format!("{path}:unit")).unwrap_or_default();
            let is_known = UNITS.contains(&unit);
            let amount = text.parse::<u32>().ok().filter(|amount| *amount > 0 && is_known);
            let amount = amount.ok_or("catalogue-edit-no-limit")?;
            Ok(Some(Value::from(format!("{amount} {unit}"))))
        }
        Kind::Line
        | Kind::Words
        | Kind::LongWords
        | Kind::List
        | Kind::Code(..)
        | Kind::Codes(_)
        | Kind::Required => Ok(Some(Value::from(text))),
    }
}

fn scalar_change(root: &Node, path: String, value: Value, optional: bool) -> Option<Change> {
    let new = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let same_limit = |old: &str| match (old.parse::<legal_time::Limit>(), new.parse::<legal_time::Limit>()) {
        (Ok(old), Ok(new)) => (old.amount, old.unit) == (new.amount, new.unit),
        _ => false,
    };
    match root.at(&path) {
        Some(node) => {
            let Content::Scalar(old) = &node.content else { return None };
            if clean(old) == new || same_limit(old) {
                None
            } else if optional && new.is_empty() {
                Some(Change::Remove(path))
            } else {
                Some(Change::Set(path, value))
            }
        }
        None if new.is_empty() => None,
        None => Some(Change::Set(path, value)),
    }
}

fn list_change(root: &Node, path: &str, typed: &FormPairs) -> Option<Change> {
    let text = clean(typed.get(path)?);
    let new: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let old: Vec<&str> = root.list(path).iter().map(|node| node.text("")).collect();
    if old == new {
        return None;
    }
    let slot = |word: &&str| {
        let known = old.iter().position(|known| known == word);
        known.map_or_else(|| Slot::New(Value::from(*word)), Slot::Old)
    };
    Some(Change::Arrange(path.to_owned(), new.iter().map(slot).collect()))
}

fn required_change(root: &Node, path: &str, typed: &FormPairs) -> Option<Change> {
    let (list, name) = required_of(path);
    typed.get(&join(path, "title"))?; // the page asked
    let wanted = typed.get(&format!("{path}:required")).is_some();
    let nodes = root.list(&list);
    let at = nodes.iter().position(|node| node.text("") == name);
    let all = || (0..nodes.len()).map(Slot::Old);
    match (at, wanted) {
        (None, true) if root.at(&list).is_some() => {
            Some(Change::Arrange(list, all().chain([Slot::New(Value::from(name))]).collect()))
        }
        (Some(at), false) => {
            Some(Change::Arrange(list, all().filter(|slot| *slot != Slot::Old(at)).collect()))
        }
        (None, true) => Some(Change::Set(list, Value::from(vec![name]))),
        (None, false) | (Some(_), true) => None,
    }
}

/// A new entry, where anything of it was typed or chosen.
fn new_entry(group: &Group, typed: &FormPairs, errors: &mut BTreeMap<String, &'static str>) -> Option<Value> {
    let mut entry = Value::Object(Map::new());
    let mut is_begun = false;
    for field in &group.fields {
        for (below, kind) in leaves(field.path, field.kind) {
            let path = join(&group.base, &below);
            let is_empty = typed.get(&path).is_none_or(|text| clean(text).is_empty());
            let value = if matches!(kind, Kind::Codes(_)) {
                Ok(Some(Value::from(typed.all(&path).collect::<Vec<_>>())))
            } else if is_empty {
                Ok(None)
            } else {
                answer(&path, kind, typed)
            };
            match value {
                Err(key) => drop(errors.insert(path, key)),
                Ok(None) if field.optional => {}
                Ok(value) => {
                    is_begun |= value.as_ref().is_some_and(|value| *value != Value::Array(Vec::new()));
                    put(&mut entry, &below, value.unwrap_or_else(|| Value::from("")));
                }
            }
        }
    }
    is_begun.then_some(entry)
}

fn put(entry: &mut Value, path: &str, value: Value) {
    let mut at = entry;
    for part in path.split('/') {
        let Value::Object(map) = at else { return };
        at = map.entry(part).or_insert_with(|| Value::Object(Map::new()));
    }
    *at = value;
}

/// Carries the changes out, one after the other. What cannot be changed by itself is named by its path.
pub(crate) fn carry_out(text: &str, changes: &[Change], is_json: bool) -> Result<String, Vec<String>> {
    let mut text = text.to_owned();
    let mut failed = Vec::new();
    for one in changes {
        match change::apply(&text, one, is_json) {
            Some(new) => text = new,
            None => failed.push(one.path().to_owned()),
        }
    }
    if failed.is_empty() { Ok(text) } else { Err(failed) }
}
