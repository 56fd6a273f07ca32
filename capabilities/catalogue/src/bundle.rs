//! One thing (一件事): a bundle composes several items. One guide, one form that asks everything once, one list of
//! materials; from it the parts become cases under one master number, side by side or one after the other.

use std::sync::Arc;

use cases::{StatedLimit, TypeRef};
use codes::tables::ApplicantKind;
use kernel::Words;
use rules::{Expression, Facts};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Package;
use crate::form::Names;
use crate::item::{Complaints, Provenance, Question, Window};
use crate::package::Texts;

mod check;
mod group;
mod load;
mod merge;
pub(crate) mod page;

pub(crate) use group::{Group, Own, Said, group};
pub(crate) use load::{FILE, examine, of_texts, texts_of};

/// What stands in the place of the handling item in the reference of a bundle's form (业务办理项).
pub const BUNDLE: &str = "bundle";

/// The id under which `same` names questions of the bundle itself.
pub(crate) const QUESTIONS: &str = "bundle";

/// A rule that a bundle breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Path in `bundle.yaml`.
    pub(crate) place: Vec<String>,
    /// In plain words.
    pub(crate) text: String,
}

impl Rule {
    pub(crate) fn at(place: &[&str], text: impl Into<String>) -> Self {
        Self { place: place.iter().map(|part| (*part).to_owned()).collect(), text: text.into() }
    }
}

/// `bundle.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BundleText {
    pub(crate) bundle: String,
    pub(crate) version: String,
    pub(crate) name: Words,
    pub(crate) summary: Words,
    pub(crate) keywords: Vec<String>,
    pub(crate) audience: Vec<ApplicantKind>,
    pub(crate) conditions: Vec<Words>,
    pub(crate) promised: StatedLimit,
    pub(crate) visits: u32,
    pub(crate) parts: Vec<PartText>,
    #[serde(default)]
    pub(crate) same: Lists<Vec<String>>,
    #[serde(default)]
    pub(crate) apart: Lists<String>,
    pub(crate) windows: Vec<Window>,
    pub(crate) complaints: Complaints,
    pub(crate) faq: Vec<Question>,
    pub(crate) sources: Vec<Provenance>,
}

/// One part of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartText {
    pub(crate) id: String,
    pub(crate) item: String,
    pub(crate) handling: String,
    #[serde(default)]
    pub(crate) name: Option<Words>,
    #[serde(default)]
    pub(crate) when: Option<Expression>,
    #[serde(default)]
    pub(crate) only: Option<Words>,
    #[serde(default)]
    pub(crate) after: Vec<String>,
    #[serde(default)]
    pub(crate) given: Vec<String>,
}

/// What is said of fields and of materials.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lists<T> {
    #[serde(default = "Vec::new")]
    pub(crate) fields: Vec<T>,
    #[serde(default = "Vec::new")]
    pub(crate) materials: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { fields: Vec::new(), materials: Vec::new() }
    }
}

/// One version of a bundle (一件事服务包).
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its id-name.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its parts, in the order of the file.
    pub parts: Vec<Part>,
    /// The guide, the form and the materials of all parts, as if of one item: what a draft is made of. No case runs
    /// under it, so its process says only where one can apply and what is looked up.
    pub asked: Arc<Package>,
    /// SM3 hash over its files and those of its parts, hexadecimal.
    pub digest: String,
    /// Where it was loaded from, for messages to the operator.
    pub folder: String,
    pub(crate) texts: Texts,
}

/// One item of a bundle (联办事项).
#[derive(Debug, Clone)]
pub struct Part {
    /// Its id inside the bundle.
    pub id: String,
    /// What it is called here.
    pub name: Words,
    /// The package.
    pub package: Arc<Package>,
    /// Needed only when this holds over the answers of the bundle; always without it.
    pub when: Option<Expression>,
    /// The same in words.
    pub only: Option<Words>,
    /// Begins when these parts were granted, as far as they are needed.
    pub after: Vec<String>,
    /// Its fields, and what they are called in the bundle's form.
    pub fields: Names,
    /// Materials that the applicant hands in for it, and what they are called in the bundle's list. Those that the
    /// result of an earlier part stands for are not among them.
    pub materials: Names,
    /// Materials that the results of the parts before it stand for.
    pub given: Vec<String>,
}

impl Bundle {
    /// The same as another version: its text stays, the versions of its parts are others.
    pub(crate) fn in_version(mut self, version: String) -> Self {
        if version != self.version {
            let asked = Arc::make_mut(&mut self.asked);
            asked.reference.version.clone_from(&version);
            asked.item.version.clone_from(&version);
            Arc::make_mut(&mut asked.case_type).reference.version.clone_from(&version);
            self.version = version;
        }
        self
    }

    /// The part of this id.
    pub fn part(&self, id: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.id == id)
    }

    /// The reference of its form.
    pub fn reference(&self) -> &TypeRef {
        &self.asked.reference
    }

    /// The parts that are needed after these answers.
    pub fn needed(&self, answers: &Map<String, Value>) -> Vec<&Part> {
        self.parts.iter().filter(|part| part.is_needed(answers)).collect()
    }

    /// The parts in rows: those of a row begin when those of the rows above were granted.
    pub fn rows(&self) -> Vec<Vec<&Part>> {
        let mut rows: Vec<Vec<&Part>> = Vec::new();
        let mut left: Vec<&Part> = self.parts.iter().collect();
        while !left.is_empty() {
            let placed = |id: &String| rows.iter().flatten().any(|part| part.id == *id);
            let (row, rest): (Vec<_>, Vec<_>) =
                left.iter().copied().partition(|part| part.after.iter().all(placed));
            if row.is_empty() {
                break; // a circle, which no bundle that was loaded has
            }
            rows.push(row);
            left = rest;
        }
        rows
    }
}

impl Part {
    /// Whether it is needed after these answers of the bundle's form.
    pub fn is_needed(&self, answers: &Map<String, Value>) -> bool {
        self.when.as_ref().is_none_or(|when| when.holds(&Facts::new().with("form", answers)).holds)
    }

    /// Its own answers, under its own names.
    pub fn answers(&self, answers: &Map<String, Value>) -> Map<String, Value> {
        let value = |(own, shown): (&String, &String)| Some((own.clone(), answers.get(shown)?.clone()));
        self.fields.iter().filter_map(value).collect()
    }
}

impl Package {
    /// Whether it is what a bundle asks for, and no item.
    pub fn is_bundle(&self) -> bool {
        self.reference.handling == BUNDLE
    }

    /// The address of its guide.
    pub fn guide_href(&self) -> String {
        let TypeRef { item, handling, .. } = &self.reference;
        if self.is_bundle() { format!("/bundles/{item}") } else { format!("/items/{item}/{handling}") }
    }
}

/// Holds when one of them holds; nothing where one always does.
pub(crate) fn one_of<'a>(all: impl Iterator<Item = Option<&'a Expression>>) -> Option<Expression> {
    let mut any: Option<Expression> = None;
    for when in all {
        let when = when?;
        any = Some(match any {
            None => when.clone(),
            Some(before) if before == *when => before,
            // Two that could be read stay readable together, but for their length, which a loader has checked.
            Some(before) => before.or(when).ok()?,
        });
    }
    any
}
