//! What distinguishes two versions, in words: which element was what and became what (版本差异).

use kernel::Words;
use serde_json::{Map, Value};
use web::Visitor;

use crate::package::{FORM, ITEM, PROCESS, Texts};

/// An element that is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Changed {
    /// Which element, from the outside to the inside.
    pub(crate) place: Vec<Place>,
    /// What it was; nothing where it was not there.
    pub(crate) before: Option<Said>,
    /// What it became.
    pub(crate) after: Option<Said>,
}

/// A step on the way to an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A key of the file.
    Key(String),
    /// An entry of a list by its name.
    Named(Words),
    /// An entry by its place, from 1.
    Number(usize),
}

/// What stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// In both languages.
    Words(Words),
    /// As it is.
    Text(String),
}

/// Files that say what an item is, without its tests.
const FILES: [&str; 5] = [ITEM, FORM, PROCESS, "licences.yaml", "rules.yaml"];
/// Most differences that are shown; who changes more reads the files.
pub(crate) const CHANGES_MAX: usize = 200;
/// Longest text of an element that is shown.
const TEXT_CHARS_MAX: usize = 600;

/// The differences, in the order of the files. The version itself is none.
pub(crate) fn compare(old: &Texts, new: &Texts) -> Vec<Changed> {
    let mut changes = Vec::new();
    for file in FILES {
        let read = |texts: &Texts| {
            let text = texts.get(file)?;
            serde_saphyr::from_str::<Value>(text).ok()
        };
        let (mut a, mut b) = (read(old).unwrap_or(Value::Null), read(new).unwrap_or(Value::Null));
        if file == ITEM {
            for root in [&mut a, &mut b] {
                if let Value::Object(map) = root {
                    map.shift_remove("version");
                }
            }
        }
        let place = if file == ITEM { Vec::new() } else { vec![Place::Key(file.to_owned())] };
        values(&place, &a, &b, &mut changes);
    }
    changes.truncate(CHANGES_MAX);
    changes
}

fn values(place: &[Place], old: &Value, new: &Value, changes: &mut Vec<Changed>) {
    if old == new || changes.len() > CHANGES_MAX {
        return;
    }
    match (old, new) {
        (Value::Object(a), Value::Object(b)) if words(old).is_none() && words(new).is_none() => {
            maps(place, a, b, changes);
        }
        (Value::Array(a), Value::Array(b)) if a.iter().chain(b).all(Value::is_object) => {
            lists(place, a, b, changes);
        }
        (Value::Array(a), Value::Array(b)) if a.iter().chain(b).all(|one| said(one).is_some()) => {
            for gone in a.iter().filter(|one| !b.contains(one)) {
                push(place, Some(gone), None, changes);
            }
            for come in b.iter().filter(|one| !a.contains(one)) {
                push(place, None, Some(come), changes);
            }
            if a.len() == b.len() && a.iter().all(|one| b.contains(one)) {
                push(place, Some(old), Some(new), changes);
            }
        }
        _ => push(place, Some(old), Some(new), changes),
    }
}

fn maps(place: &[Place], a: &Map<String, Value>, b: &Map<String, Value>, changes: &mut Vec<Changed>) {
    let below = |key: &str| [place, &[Place::Key(key.to_owned())]].concat();
    for (key, old) in a {
        values(&below(key), old, b.get(key).unwrap_or(&Value::Null), changes);
    }
    for (key, new) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
        values(&below(key), &Value::Null, new, changes);
    }
}

/// Entries with an id are the same entry wherever they stand; others by what they say, then by their place.
fn lists(place: &[Place], a: &[Value], b: &[Value], changes: &mut Vec<Changed>) {
    let id = |value: &Value| value.get("id").and_then(Value::as_str).map(str::to_owned);
    if a.iter().chain(b).all(|one| id(one).is_some()) {
        for old in a {
            let new = b.iter().find(|new| id(new) == id(old)).unwrap_or(&Value::Null);
            values(&below(place, old, 0), old, new, changes);
        }
        for new in b.iter().filter(|new| !a.iter().any(|old| id(old) == id(new))) {
            values(&below(place, new, 0), &Value::Null, new, changes);
        }
        let order = |of: &[Value], other: &[Value]| -> Vec<Option<String>> {
            of.iter().filter(|one| other.iter().any(|two| id(two) == id(one))).map(id).collect()
        };
        if order(a, b) != order(b, a) {
            let names = |of: &[Value]| {
                let names: Vec<String> = of.iter().filter_map(id).collect();
                Value::from(names.join(" → "))
            };
            push(place, Some(&names(a)), Some(&names(b)), changes);
        }
        return;
    }
    let gone: Vec<(usize, &Value)> = a.iter().enumerate().filter(|(_, one)| !b.contains(one)).collect();
    let come: Vec<(usize, &Value)> = b.iter().enumerate().filter(|(_, one)| !a.contains(one)).collect();
    for (at, old) in &gone {
        let new = come.iter().find(|(place, _)| place == at).map(|(_, new)| *new);
        values(&below(place, old, at + 1), old, new.unwrap_or(&Value::Null), changes);
    }
    for (at, new) in come.iter().filter(|(at, _)| !gone.iter().any(|(place, _)| place == at)) {
        values(&below(place, new, at + 1), &Value::Null, new, changes);
    }
    if gone.is_empty() && come.is_empty() {
        push(place, Some(&Value::from(a.to_vec())), Some(&Value::from(b.to_vec())), changes);
    }
}

fn below(place: &[Place], entry: &Value, number: usize) -> Vec<Place> {
    let name = entry.get("name").and_then(words).or_else(|| entry.get("label").and_then(words));
    let id = entry.get("id").and_then(Value::as_str);
    let step = match (name, id, number) {
        (Some(name), ..) => Place::Named(name),
        (None, Some(id), _) => Place::Named(Words::new(id, id)),
        (None, None, number) => Place::Number(number),
    };
    [place, &[step]].concat()
}

fn push(place: &[Place], old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<Changed>) {
    let text = |value: Option<&Value>| value.filter(|value| !value.is_null()).map(shown);
    changes.push(Changed { place: place.to_vec(), before: text(old), after: text(new) });
}

fn words(value: &Value) -> Option<Words> {
    let map = value.as_object().filter(|map| map.len() == 2)?;
    Some(Words::new(map.get("zh")?.as_str()?, map.get("en")?.as_str()?))
}

/// A value that is one thing to say.
fn said(value: &Value) -> Option<Said> {
    match value {
        Value::String(text) => Some(Said::Text(cut(text))),
        Value::Number(number) => Some(Said::Text(number.to_string())),
        Value::Bool(is) => Some(Said::Text(is.to_string())),
        Value::Object(_) => words(value).map(|words| Said::Words(Words::new(cut(&words.zh), cut(&words.en)))),
        Value::Null | Value::Array(_) => None,
    }
}

fn shown(value: &Value) -> Said {
    said(value).unwrap_or_else(|| {
        let (mut zh, mut en) = (Vec::new(), Vec::new());
        flatten(value, &mut zh, &mut en);
        Said::Words(Words::new(cut(&zh.join("；")), cut(&en.join("; "))))
    })
}

/// Everything that a value says, without its keys: an entry that came or went as a whole.
fn flatten(value: &Value, zh: &mut Vec<String>, en: &mut Vec<String>) {
    match (said(value), value) {
        (Some(Said::Words(words)), _) => {
            zh.push(words.zh);
            en.push(words.en);
        }
        (Some(Said::Text(text)), _) => {
            zh.push(text.clone());
            en.push(text);
        }
        (None, Value::Array(list)) => list.iter().for_each(|value| flatten(value, zh, en)),
        (None, Value::Object(map)) => map.values().for_each(|value| flatten(value, zh, en)),
        (None, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {}
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= TEXT_CHARS_MAX {
        return text.to_owned();
    }
    text.chars().take(TEXT_CHARS_MAX).chain(['…']).collect()
}

/// A difference as a page tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) what: String,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// Keys that have a word for people; others are shown as they stand in the file.
const KEYS: &[&str] = &[
    "accepts",
    "acceptance",
    "address",
    "amount",
    "article",
    "audience",
    "basis",
    "branches",
    "by",
    "case_type",
    "code",
    "commitment",
    "complaints",
    "conditions",
    "copies",
    "copy",
    "correction",
    "department",
    "description",
    "documents",
    "effects",
    "faq",
    "fees",
    "decides",
    "eligibility",
    "findings",
    "form",
    "handling",
    "holds",
    "hours",
    "keywords",
    "later",
    "legal_basis",
    "level",
    "levels",
    "limit",
    "limits",
    "lookups",
    "materials",
    "max_mb",
    "maxLength",
    "name",
    "need",
    "note",
    "online_depth",
    "original",
    "phone",
    "promised",
    "properties",
    "q",
    "a",
    "required",
    "results",
    "role",
    "says",
    "source",
    "sources",
    "stages",
    "statutory",
    "summary",
    "tables",
    "text",
    "title",
    "type",
    "visits",
    "when",
    "windows",
    "within",
    "division",
];

/// The differences for this visitor.
pub(crate) fn tell(visitor: &Visitor, changes: &[Changed]) -> Vec<Told> {
    let said = |said: &Option<Said>| match said {
        None => String::new(),
        Some(Said::Words(words)) => visitor.pick(&words.zh, &words.en).to_owned(),
        Some(Said::Text(text)) => limit(visitor, text).unwrap_or_else(|| text.clone()),
    };
    let step = |place: &Place| match place {
        Place::Key(key) if KEYS.contains(&key.as_str()) => {
            visitor.t(&format!("catalogue-el-{}", key.replace('_', "-")))
        }
        Place::Key(key) => match key.as_str() {
            FORM => visitor.t("catalogue-el-file-form"),
            PROCESS => visitor.t("catalogue-el-file-process"),
            "licences.yaml" => visitor.t("catalogue-el-file-licences"),
            "rules.yaml" => visitor.t("catalogue-el-file-rules"),
            other => other.to_owned(),
        },
        Place::Named(words) => visitor.t1("catalogue-el-named", "name", visitor.pick(&words.zh, &words.en)),
        Place::Number(number) => visitor.t1("catalogue-el-number", "number", number),
    };
    let told = |changed: &Changed| Told {
        what: changed.place.iter().map(step).collect::<Vec<_>>().join(visitor.pick(" › ", " › ")),
        before: said(&changed.before),
        after: said(&changed.after),
    };
    changes.iter().map(told).collect()
}

fn limit(visitor: &Visitor, text: &str) -> Option<String> {
    let limit: legal_time::Limit = text.parse().ok()?;
    Some(crate::outline::limit_text(visitor, &limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(text: &str) -> Texts {
        [(ITEM.to_owned(), text.to_owned())].into()
    }

    #[test]
    fn elements_are_told_by_their_place() {
        let old = item(
            "version: '1'\nkeywords: [a, b]\nconditions: [{zh: 一, en: one}, {zh: 二, en: two}]\n\
             materials: [{id: form, name: {zh: 表, en: Form}, need: required}]\nlimits: {promised: {within: 20 working days}}\n",
        );
        let new = item(
            "version: '2'\nkeywords: [b, c]\nconditions: [{zh: 一, en: one}, {zh: 贰, en: 2}]\n\
             materials: [{id: form, name: {zh: 表, en: Form}, need: optional}, {id: id, name: {zh: 证, en: Card}, need: required}]\n\
             limits: {promised: {within: 10 working days}}\n",
        );
        let found: Vec<String> = compare(&old, &new)
            .iter()
            .map(|one| format!("{:?} {:?} {:?}", one.place, one.before, one.after))
            .collect();
        let expected = [
            ("Key(\"keywords\")", "\"a\"", "None"),
            ("Key(\"keywords\")", "None", "\"c\""),
            ("Number(2)", "二", "贰"),
            ("Named(Words { zh: \"表\"", "required", "optional"),
            ("Named(Words { zh: \"证\"", "None", "Card; required"),
            ("Key(\"within\")", "20 working", "10 working"),
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, (place, before, after)) in found.iter().zip(expected) {
            assert!(found.contains(place) && found.contains(before) && found.contains(after), "{found}");
        }
        assert!(compare(&old, &old).is_empty());
    }
}
