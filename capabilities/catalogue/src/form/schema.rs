//! Reading and checking `form.schema.json`.

use std::collections::BTreeSet;

use cases::Level;
use kernel::Words;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::between::{self, Check};
use super::formats::{self, FORMATS};
use super::{Checks, Choice, Field, Form, Kind, Step, TextFormat};
use crate::Fault;
use crate::item::is_slug;
use crate::rule::Rule;
use crate::source::Source;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Longer texts get a box of several lines.
const ONE_LINE_MAX: u64 = 200;
/// More entries than a person fills in.
const ENTRIES_MAX: u64 = super::LIST_ENTRIES_MAX as u64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RootText {
    #[serde(rename = "$schema")]
    dialect: String,
    #[serde(rename = "$id")]
    _id: Option<String>,
    #[serde(rename = "$comment")]
    _comment: Option<String>,
    title: String,
    #[serde(rename = "x-title-en")]
    title_en: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "x-steps")]
    steps: Vec<StepText>,
    #[serde(default)]
    required: Vec<String>,
    properties: Map<String, Value>,
    #[serde(rename = "if")]
    condition: Option<Value>,
    then: Option<Value>,
    #[serde(rename = "else")]
    otherwise: Option<Value>,
    #[serde(rename = "allOf")]
    all_of: Option<Value>,
    #[serde(rename = "x-checks", default)]
    checks: Vec<Check>,
    #[serde(rename = "dependentRequired")]
    dependent: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepText {
    id: String,
    title: Words,
    fields: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PropertyText {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "$comment")]
    _comment: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(rename = "x-title-en", default)]
    title_en: String,
    #[serde(default)]
    description: String,
    #[serde(rename = "x-description-en", default)]
    description_en: String,
    #[serde(rename = "enum")]
    options: Option<Vec<String>>,
    #[serde(rename = "x-labels", default)]
    labels: Map<String, Value>,
    #[serde(rename = "minLength")]
    _min_length: Option<u64>,
    #[serde(rename = "maxLength")]
    max_length: Option<u64>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    pattern: Option<String>,
    format: Option<String>,
    #[serde(rename = "x-format")]
    shown_as: Option<String>,
    #[serde(rename = "x-personal", default)]
    personal: bool,
    #[serde(rename = "x-read-by", default)]
    read_by: Vec<String>,
    #[serde(rename = "x-body")]
    body: Option<BodyText>,
    #[serde(rename = "minItems")]
    min_items: Option<u64>,
    #[serde(rename = "maxItems")]
    max_items: Option<u64>,
    items: Option<ItemsText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BodyText {
    department: String,
    level: Level,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemsText {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    required: Vec<String>,
    properties: Map<String, Value>,
}

impl Form {
    /// Reads a `form.schema.json`; `path` names it in faults. What may be looked at later comes with the form.
    pub(crate) fn read(path: &str, text: &str) -> Result<(Self, Vec<Fault>), Vec<Fault>> {
        let json = |error: serde_json::Error| {
            let sentence = error.to_string();
            let sentence = sentence.split(" at line ").next().unwrap_or_default();
            vec![Fault::new(path, error.line() as u64, Rule::Unreadable, sentence)]
        };
        let schema: Value = serde_json::from_str(text).map_err(json)?;
        let mut source = Source::tree(path.to_owned(), text, Rule::Form).map_err(|fault| vec![fault])?;
        let root: RootText = serde_json::from_str(text).map_err(json)?;
        let steps = read_root(&root, &mut source);
        source.check_words();
        source.check_english();
        let validator = build(&schema, &mut source);
        let faults = source.into_faults();
        match validator {
            Some(validator) if !faults.iter().any(Fault::is_error) => {
                let title = Words::new(root.title, root.title_en);
                let checks = vec![Checks { validator, when: None, names: None, between: root.checks.into() }];
                Ok((Self { title, steps, schema, checks }, faults))
            }
            Some(_) | None => Err(faults),
        }
    }
}

fn read_root(root: &RootText, source: &mut Source) -> Vec<Step> {
    if root.dialect != DIALECT {
        source.add(&["$schema"], format!("the schema must be of {DIALECT}"));
    }
    if root.kind != "object" {
        source.add(&["type"], "a form is an object");
    }
    if root.title.trim().is_empty() || root.title_en.trim().is_empty() {
        let text = "the form needs a title in both languages (title, x-title-en)";
        source.add_rule(&["title"], Rule::TextMissing, text);
    }
    let mut fields: Map<String, Value> = Map::new();
    let mut read: Vec<Field> = Vec::new();
    for (name, property) in &root.properties {
        fields.insert(name.clone(), Value::Null);
        let required = root.required.contains(name);
        read.extend(read_field(&["properties", name], name, property, required, true, source));
    }
    check_names(root, &fields, source);
    between::check(&root.checks, &fields, source);
    read_steps(root, read, source)
}

fn read_steps(root: &RootText, mut read: Vec<Field>, source: &mut Source) -> Vec<Step> {
    let mut placed = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let mut steps = Vec::new();
    for (index, step) in root.steps.iter().enumerate() {
        let index = index.to_string();
        if !is_slug(&step.id) || !ids.insert(step.id.as_str()) {
            let rule = "step ids differ and are made of lower-case letters, digits and hyphens";
            source.add(&["x-steps", &index, "id"], rule);
        }
        if step.fields.is_empty() {
            source.add(&["x-steps", &index], format!("step {} asks for nothing", step.id));
        }
        let mut fields = Vec::new();
        for (nth, name) in step.fields.iter().enumerate() {
            let place = ["x-steps", &index, "fields", &nth.to_string()];
            if !root.properties.contains_key(name) {
                source.add(&place, format!("step {} names {name}, which is no property", step.id));
            } else if !placed.insert(name.as_str()) {
                source.add(&place, format!("{name} stands in two steps"));
            }
            if let Some(at) = read.iter().position(|field| field.name == *name) {
                fields.push(read.swap_remove(at));
            }
        }
        steps.push(Step { id: step.id.clone(), title: step.title.clone(), when: None, fields });
    }
    for name in root.properties.keys().filter(|name| !placed.contains(name.as_str())) {
        source.add(&["properties", name], format!("{name} stands in no step of x-steps"));
    }
    steps
}

/// Names in `required` and in conditions must be properties: a slip there would be silently without effect.
fn check_names(root: &RootText, fields: &Map<String, Value>, source: &mut Source) {
    for (index, name) in root.required.iter().enumerate() {
        if !fields.contains_key(name) {
            source.add(&["required", &index.to_string()], format!("{name} is required and is no property"));
        }
    }
    let conditions =
        [("if", &root.condition), ("then", &root.then), ("else", &root.otherwise), ("allOf", &root.all_of)];
    for (keyword, value) in conditions {
        let mut names = Vec::new();
        if let Some(value) = value {
            collect_names(value, &mut names);
        }
        for name in names.into_iter().filter(|name| !fields.contains_key(name)) {
            source.add_near(keyword, &name, format!("{keyword} speaks of {name}, which is no property"));
        }
    }
    for (name, others) in root.dependent.iter().flatten() {
        let others = others.as_array().into_iter().flatten().filter_map(Value::as_str);
        for name in others.chain([name.as_str()]).filter(|name| !fields.contains_key(*name)) {
            let rule = format!("dependentRequired speaks of {name}, which is no property");
            source.add_near("dependentRequired", name, rule);
        }
    }
}

/// Names of root properties in a condition; what lies inside a property's own rules is left alone.
fn collect_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|entry| collect_names(entry, names)),
        Value::Object(map) => {
            for (key, inner) in map {
                match (key.as_str(), inner) {
                    ("required", Value::Array(list)) => {
                        names.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    ("properties", Value::Object(properties)) => names.extend(properties.keys().cloned()),
                    (_, _) => collect_names(inner, names),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn read_field(
    place: &[&str],
    name: &str,
    property: &Value,
    required: bool,
    may_be_list: bool,
    source: &mut Source,
) -> Option<Field> {
    let text = match PropertyText::deserialize(property) {
        Ok(text) => text,
        Err(error) => {
            source.add(place, format!("{name}: {error}"));
            return None;
        }
    };
    let starts_right = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts_right || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        source.add(
            place,
            format!("{name}: a field's name is made of lower-case letters, digits and underscores"),
        );
    }
    if text.title.trim().is_empty() || text.title_en.trim().is_empty() {
        let text = format!("{name} needs a title in both languages (title, x-title-en)");
        source.add_rule(place, Rule::TextMissing, text);
    }
    if text.description.trim().is_empty() != text.description_en.trim().is_empty() {
        let text = format!("{name} has a hint in one language only (description, x-description-en)");
        source.add_rule(place, Rule::TextMissing, text);
    }
    let kind = read_kind(place, name, &text, may_be_list, source)?;
    let label = Words::new(text.title, text.title_en);
    let hint = Words::new(text.description, text.description_en);
    let (personal, read_by) = (text.personal, text.read_by);
    Some(Field { name: name.to_owned(), label, hint, kind, required, personal, read_by })
}

fn read_kind(
    place: &[&str],
    name: &str,
    text: &PropertyText,
    may_be_list: bool,
    source: &mut Source,
) -> Option<Kind> {
    let is = |kind: &str| text.kind == kind;
    let mut only = |present: bool, kind: &str, key: &str| {
        if present && !is(kind) {
            source.add(&[place, &[key]].concat(), format!("{name}: {key} goes with type {kind} only"));
        }
    };
    only(text.options.is_some(), "string", "enum");
    only(text.format.is_some(), "string", "format");
    only(text.body.is_some(), "string", "x-body");
    only(text.shown_as.is_some(), "integer", "x-format");
    only(text.items.is_some(), "array", "items");
    let whole = |number: Option<f64>| number.filter(|n| n.fract() == 0.0 && n.abs() < 9e15).map(whole_number);
    match text.kind.as_str() {
        "string" => read_text(place, name, text, source),
        "integer" => match text.shown_as.as_deref() {
            Some("money") => Some(Kind::Money { min: whole(text.minimum), max: whole(text.maximum) }),
            Some(other) => {
                source.add(
                    &[place, &["x-format"]].concat(),
                    format!("{name}: x-format {other} is unknown; there is money"),
                );
                None
            }
            None => Some(Kind::Number { whole: true, min: whole(text.minimum), max: whole(text.maximum) }),
        },
        "number" => Some(Kind::Number { whole: false, min: whole(text.minimum), max: whole(text.maximum) }),
        "boolean" => Some(Kind::YesNo),
        "array" if may_be_list => read_list(place, name, text, source),
        other => {
            let rule = format!("{name}: type {other} cannot be asked for here");
            source.add(&[place, &["type"]].concat(), rule);
            None
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the caller has checked that it is whole and small")]
fn whole_number(number: f64) -> i64 {
    number as i64
}

fn read_text(place: &[&str], name: &str, text: &PropertyText, source: &mut Source) -> Option<Kind> {
    if let Some(options) = &text.options {
        return Some(Kind::Choice { options: read_options(place, name, options, &text.labels, source) });
    }
    if let Some(BodyText { department, level }) = &text.body {
        let is_code = department.len() == 2 && department.bytes().all(|b| b.is_ascii_digit());
        if department != "*" && !is_code {
            let rule = format!("{name}: a department is two digits, or * for any");
            source.add(&[place, &["x-body", "department"]].concat(), rule);
        }
        let department = is_code.then(|| department.clone());
        return Some(Kind::Body { department, level: *level });
    }
    let format = match text.format.as_deref() {
        Some("date") => return Some(Kind::Date),
        Some("division") => return Some(Kind::Division),
        Some("resident-id") => TextFormat::ResidentId,
        Some("uscc") => TextFormat::Uscc,
        Some("mobile") => TextFormat::Mobile,
        None => TextFormat::Plain,
        Some(other) => {
            let rule = format!("{name}: format {other} is unknown; there are {}", FORMATS.join(", "));
            source.add(&[place, &["format"]].concat(), rule);
            return None;
        }
    };
    if format == TextFormat::Plain && text.max_length.is_none() && text.pattern.is_none() {
        source.add(place, format!("{name}: a text needs maxLength"));
    }
    let max = match format {
        TextFormat::Plain => text.max_length,
        TextFormat::ResidentId | TextFormat::Uscc => Some(18),
        TextFormat::Mobile => Some(11),
    };
    let multiline = format == TextFormat::Plain && text.max_length.is_some_and(|max| max > ONE_LINE_MAX);
    Some(Kind::Text { multiline, max, format })
}

fn read_options(
    place: &[&str],
    name: &str,
    options: &[String],
    labels: &Map<String, Value>,
    source: &mut Source,
) -> Vec<Choice> {
    let mut choices = Vec::new();
    for value in options {
        match labels.get(value).map(Words::deserialize) {
            Some(Ok(label)) => choices.push(Choice { value: value.clone(), label }),
            Some(Err(error)) => {
                source.add(&[place, &["x-labels", value]].concat(), format!("{name}: {error}"));
            }
            None => {
                source.add(&[place, &["enum"]].concat(), format!("{name}: {value} has no label in x-labels"));
            }
        }
    }
    for value in labels.keys().filter(|value| !options.contains(value)) {
        source.add(&[place, &["x-labels", value]].concat(), format!("{name}: {value} is not in enum"));
    }
    choices
}

fn read_list(place: &[&str], name: &str, text: &PropertyText, source: &mut Source) -> Option<Kind> {
    let Some(items) = &text.items else {
        source.add(place, format!("{name}: a list says in items what its entries are"));
        return None;
    };
    if items.kind != "object" {
        source
            .add(&[place, &["items", "type"]].concat(), format!("{name}: the entries of a list are objects"));
    }
    let max = text.max_items.filter(|max| (1..=ENTRIES_MAX).contains(max));
    if max.is_none() {
        source.add(place, format!("{name}: a list needs maxItems, at most {ENTRIES_MAX}"));
    }
    for required in items.required.iter().filter(|required| !items.properties.contains_key(*required)) {
        let rule = format!("{name}: {required} is required and is no property");
        source.add(&[place, &["items", "required"]].concat(), rule);
    }
    let mut fields = Vec::new();
    for (inner, property) in &items.properties {
        let place = [place, &["items", "properties", inner]].concat();
        let required = items.required.contains(inner);
        fields.extend(read_field(&place, inner, property, required, false, source));
    }
    Some(Kind::List { fields, min: text.min_items.unwrap_or(0), max: max.unwrap_or(ENTRIES_MAX) })
}

/// The checker of answers. It refuses what the form does not ask for, which a schema by itself lets pass.
fn build(schema: &Value, source: &mut Source) -> Option<jsonschema::Validator> {
    let mut strict = schema.clone();
    close(&mut strict);
    for property in strict.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(items) = property.1.get_mut("items") {
            close(items);
        }
    }
    let mut options = jsonschema::draft202012::options().should_validate_formats(true);
    for format in FORMATS {
        options = options.with_format(format, move |text: &str| formats::holds(format, text));
    }
    match options.build(&strict) {
        Ok(validator) => Some(validator),
        Err(error) => {
            let place = error.instance_path().as_str().to_owned();
            let place: Vec<&str> = place.split('/').skip(1).collect();
            source.add(&place, format!("this is not JSON Schema 2020-12: {error}"));
            None
        }
    }
}

fn close(schema: &mut Value) {
    if let Some(object) = schema.as_object_mut() {
        object.insert("additionalProperties".into(), Value::Bool(false));
    }
}
