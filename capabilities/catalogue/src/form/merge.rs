//! The form of several items together: what they share is asked once, and what only one of them asks has steps of its
//! own. Each item keeps its own rules; they are asked of its own answers under its own names.

use kernel::Words;
use rules::Expression;
use serde_json::{Map, Value, json};

use super::{Checks, Field, Form, Kind, Names, Step};
use crate::bundle::{Group, Own, QUESTIONS, Rule, Said, group, one_of};

/// One item whose questions are asked.
pub(crate) struct Asking<'a> {
    /// Id of the part.
    pub(crate) id: &'a str,
    /// Its name.
    pub(crate) name: &'a Words,
    pub(crate) form: &'a Form,
    /// When it is asked at all.
    pub(crate) when: Option<&'a Expression>,
}

impl Asking<'_> {
    /// Questions of the bundle itself (情形引导) belong to no item.
    fn is_bundle(&self) -> bool {
        self.id == QUESTIONS
    }
}

/// The form of all of them, and for each the names of its fields in it.
pub(crate) struct Merged {
    pub(crate) form: Form,
    pub(crate) names: Vec<Names>,
}

/// Puts forms together; and says what does not fit.
pub(crate) fn merge(title: Words, parts: &[Asking<'_>], said: &Said<'_>) -> (Merged, Vec<Rule>) {
    let owns: Vec<Own<'_>> = parts
        .iter()
        .map(|part| Own {
            part: part.id,
            names: part.form.fields().map(|field| field.name.as_str()).collect(),
        })
        .collect();
    let (groups, mut rules) = group(&owns, said);
    rules.extend(groups.iter().filter_map(|group| conflict(parts, group)));
    let names: Vec<Names> = (0..parts.len()).map(|number| names_of(&groups, number)).collect();
    // What decides which parts are needed is asked first.
    let first = usize::from(parts.first().is_some_and(Asking::is_bundle));
    let steps = [
        own_steps(parts, 0..first, &groups),
        shared_steps(parts, &groups),
        own_steps(parts, first..parts.len(), &groups),
    ]
    .concat();
    let checks = parts
        .iter()
        .zip(&names)
        .map(|(part, names)| Checks {
            // A part of a bundle is an item, which has one set of rules.
            validator: part.form.checks[0].validator.clone(),
            when: part.when.cloned(),
            names: Some(names.clone()),
            between: part.form.checks[0].between.clone(),
        })
        .collect();
    let schema = schema(&title, parts, &groups);
    (Merged { form: Form { title, steps, schema, checks }, names }, rules)
}

fn names_of(groups: &[Group], number: usize) -> Names {
    let member = |group: &Group| {
        let (_, own) = group.members.iter().find(|(part, _)| *part == number)?;
        Some((own.clone(), group.name.clone()))
    };
    groups.iter().filter_map(member).collect()
}

/// What was asked under the same name must be the same question; what was declared to be, must be answered alike.
fn conflict(parts: &[Asking<'_>], group: &Group) -> Option<Rule> {
    let (first, rest) = group.members.split_first()?;
    let field = |(part, own): &(usize, String)| parts[*part].form.field(own);
    let property = |(part, own): &(usize, String)| question(&parts[*part].form.schema["properties"][own]);
    let differs = |member: &&(usize, String)| match group.declared {
        Some(_) => {
            let kinds = field(first).zip(field(member));
            kinds.is_none_or(|(a, b)| !is_answered_alike(a, b))
        }
        None => property(first) != property(member),
    };
    let other = rest.iter().find(differs)?;
    let names = format!("{}.{} and {}.{}", parts[first.0].id, first.1, parts[other.0].id, other.1);
    Some(match group.declared {
        Some(entry) => Rule::at(
            &["same", "fields", &entry.to_string()],
            format!("{names} are not answered alike: they differ in type, format or choices"),
        ),
        None => Rule::at(
            &["parts", parts[other.0].id],
            format!(
                "{names} are different questions: declare them the same (same) or keep them apart (apart)"
            ),
        ),
    })
}

/// A property without the words for people, and without which work of its item reads the answer.
fn question(property: &Value) -> Value {
    let mut property = property.clone();
    if let Some(map) = property.as_object_mut() {
        for words in ["title", "x-title-en", "description", "x-description-en", "x-read-by", "$comment"] {
            map.remove(words);
        }
    }
    property
}

/// Whether one answer can be that of both. Bounds may differ: the answer keeps both.
fn is_answered_alike(a: &Field, b: &Field) -> bool {
    a.personal == b.personal
        && match (&a.kind, &b.kind) {
            (Kind::Text { format: a, .. }, Kind::Text { format: b, .. }) => a == b,
            (Kind::Number { whole: a, .. }, Kind::Number { whole: b, .. }) => a == b,
            (Kind::Money { .. }, Kind::Money { .. }) => true,
            (a, b) => a == b,
        }
}

fn field(parts: &[Asking<'_>], group: &Group) -> Option<Field> {
    let own = |(part, name): &(usize, String)| parts[*part].form.field(name);
    let required = group.members.iter().filter_map(own).any(|field| field.required);
    let first = own(group.members.first()?)?;
    Some(Field { name: group.name.clone(), required, ..first.clone() })
}

/// A step for all questions that the same parts share, in the order in which they first come.
fn shared_steps(parts: &[Asking<'_>], groups: &[Group]) -> Vec<Step> {
    let mut sharing: Vec<(Vec<usize>, Vec<Field>)> = Vec::new();
    for group in groups.iter().filter(|group| group.members.len() > 1) {
        let holders: Vec<usize> = group.members.iter().map(|(part, _)| *part).collect();
        let Some(field) = field(parts, group) else { continue };
        match sharing.iter_mut().find(|(known, _)| *known == holders) {
            Some((_, fields)) => fields.push(field),
            None => sharing.push((holders, vec![field])),
        }
    }
    // What is always asked comes first: conditions may read it.
    let when = |holders: &[usize]| one_of(holders.iter().map(|part| parts[*part].when));
    sharing.sort_by_key(|(holders, _)| when(holders).is_some());
    let step = |(number, (holders, fields)): (usize, (Vec<usize>, Vec<Field>))| {
        let all = |pick: fn(&Words) -> &str, between: &str| {
            let items = holders.iter().map(|part| &parts[*part]).filter(|part| !part.is_bundle());
            items.map(|part| pick(part.name)).collect::<Vec<_>>().join(between)
        };
        let zh = format!("一次填写，共用于：{}", all(|words| &words.zh, "、"));
        let en = format!("Asked once, for: {}", all(|words| &words.en, ", "));
        Step { id: format!("shared-{}", number + 1), title: Words::new(zh, en), when: when(&holders), fields }
    };
    sharing.into_iter().enumerate().map(step).collect()
}

/// The steps of each part, with what it alone asks.
fn own_steps(parts: &[Asking<'_>], range: std::ops::Range<usize>, groups: &[Group]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (number, part) in parts.iter().enumerate().skip(range.start).take(range.len()) {
        for step in &part.form.steps {
            let of_field = |own: &Field| {
                let group = groups.iter().find(|group| group.members == [(number, own.name.clone())])?;
                Some(Field { name: group.name.clone(), ..own.clone() })
            };
            let fields: Vec<Field> = step.fields.iter().filter_map(of_field).collect();
            if fields.is_empty() {
                continue;
            }
            let title = if part.is_bundle() {
                step.title.clone()
            } else {
                let zh = format!("{}：{}", part.name.zh, step.title.zh);
                Words::new(zh, format!("{}: {}", part.name.en, step.title.en))
            };
            let id = format!("{}-{}", part.id, step.id);
            steps.push(Step { id, title, when: part.when.cloned(), fields });
        }
    }
    steps
}

/// What the API shows: all properties. What is required depends on the parts that are needed.
fn schema(title: &Words, parts: &[Asking<'_>], groups: &[Group]) -> Value {
    let property = |group: &Group| {
        let (part, own) = group.members.first()?;
        Some((group.name.clone(), parts[*part].form.schema["properties"][own].clone()))
    };
    let properties: Map<String, Value> = groups.iter().filter_map(property).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title.zh,
        "x-title-en": title.en,
        "type": "object",
        "properties": properties,
    })
}
