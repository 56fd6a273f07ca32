//! Questions that no form of one item asks, but that tell items apart: `choose.yaml` beside the packages.

use std::collections::BTreeMap;
use std::path::Path;

use kernel::Words;
use serde::Deserialize;
use serde_json::Value;

use crate::package::read_text;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Package};

/// The file that makes a folder one of such questions.
pub(crate) const FILE: &str = "choose.yaml";

/// Questions by their ids; rules read them as `ask.ID`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared(BTreeMap<String, Asked>);

/// A question that several items share.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    id: String,
    pub(crate) text: Words,
    #[serde(default)]
    pub(crate) hint: Words,
    /// Answers; none: yes or no.
    #[serde(default)]
    pub(crate) answers: Vec<OneOf>,
}

/// One of several answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneOf {
    pub(crate) value: String,
    pub(crate) label: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    questions: Vec<Asked>,
}

impl Shared {
    /// The questions of a folder, or everything that is wrong with them.
    pub(crate) fn load(folder: &Path) -> Result<Self, Vec<Fault>> {
        let path = format!("{}/{FILE}", folder.display());
        let text = read_text(folder, FILE).map_err(|fault| vec![fault])?.unwrap_or_default();
        let (mut source, written): (Source, Written) =
            Source::read(path, &text, Rule::Choose).map_err(|fault| vec![fault])?;
        source.check_words();
        source.check_english();
        let mut shared = Self::default();
        for (at, asked) in written.questions.into_iter().enumerate() {
            check(&asked, &at.to_string(), &mut source);
            if shared.0.contains_key(&asked.id) {
                source.add(&["questions", &at.to_string()], format!("{} is asked twice", asked.id));
            }
            shared.0.insert(asked.id.clone(), asked);
        }
        let faults = source.into_faults();
        if faults.is_empty() { Ok(shared) } else { Err(faults) }
    }

    /// These and others. `Err`: an id that both have.
    pub(crate) fn extend(&mut self, other: Self) -> Result<(), String> {
        for (id, asked) in other.0 {
            if self.0.contains_key(&id) {
                return Err(id);
            }
            self.0.insert(id, asked);
        }
        Ok(())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Asked> {
        self.0.get(id)
    }

    /// What the rules of a package read of these questions and cannot: an unknown question, or an answer that is none.
    pub(crate) fn faults(&self, package: &Package) -> Vec<Fault> {
        let mut faults = Vec::new();
        let file = format!("{}/item.yaml", package.folder);
        for own in &package.item.eligibility {
            let Some(holds) = &own.holds else { continue };
            let mut domains = rules::Domains::new();
            for path in holds.reads() {
                let Some(id) = path.strip_prefix("ask.") else { continue };
                let Some(asked) = self.get(id) else {
                    let text = format!("{path} is read, and no {FILE} asks {id}");
                    faults.push(Fault::new(&file, 0, Rule::Choose, text));
                    continue;
                };
                let only = Some(asked.values());
                domains
                    .insert(path.clone(), rules::Domain { only, always: true, ..rules::Domain::default() });
            }
            if faults.is_empty() && !domains.is_empty() && !rules::can_hold(&[holds], &[], &domains) {
                let text = format!("{holds} holds for no answer that {FILE} allows");
                faults.push(Fault::new(&file, 0, Rule::Choose, text));
            }
        }
        faults
    }
}

impl Asked {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    fn values(&self) -> Vec<Value> {
        if self.answers.is_empty() {
            return vec![Value::Bool(true), Value::Bool(false)];
        }
        self.answers.iter().map(|answer| Value::from(answer.value.as_str())).collect()
    }
}

fn check(asked: &Asked, at: &str, source: &mut Source) {
    let place = ["questions", at];
    if !is_name(&asked.id) {
        source.add(&place, "an id is made of lower-case letters, digits and underscores");
    }
    if asked.answers.len() == 1 {
        source.add(&place, "one answer is no choice");
    }
    for (number, answer) in asked.answers.iter().enumerate() {
        if !crate::item::is_slug(&answer.value) {
            source.add(
                &place,
                format!("{:?}: a value is made of lower-case letters, digits and hyphens", answer.value),
            );
        }
        if asked.answers[..number].iter().any(|before| before.value == answer.value) {
            source.add(&place, format!("{} is answered twice", answer.value));
        }
    }
}

fn is_name(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
