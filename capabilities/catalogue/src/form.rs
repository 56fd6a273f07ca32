//! `form.schema.json`: what is asked (申请表单). The schema is read once into steps and typed fields; pages are drawn
//! from them, what comes back is read and checked by them, and the answers are shown by them.

use cases::Level;
use kernel::Words;
use rules::{Expression, Facts};
use serde_json::Value;

mod between;
mod describe;
mod formats;
mod merge;
mod read;
mod schema;
mod validate;

pub(crate) use describe::show;
pub use describe::{Masking, Named, Section, no_names};
pub(crate) use merge::{Asking, merge};
pub use read::{LIST_ENTRIES_MAX, typed};

/// What is asked (申请表单).
#[derive(Debug, Clone)]
pub struct Form {
    /// Its name.
    pub title: Words,
    /// One page each.
    pub steps: Vec<Step>,
    schema: Value,
    /// One for an item, one for each part of a bundle.
    checks: Vec<Checks>,
}

/// The rules of one item over the answers.
#[derive(Debug, Clone)]
struct Checks {
    validator: jsonschema::Validator,
    /// Asked only when this holds.
    when: Option<Expression>,
    /// In a merged form: the item's own name of each field, and its name here. Nothing: they are the same.
    names: Option<Names>,
    /// Checks between answers.
    between: std::sync::Arc<[between::Check]>,
}

/// Names of fields of an item, and what they are called in a form that several items share.
pub(crate) type Names = std::collections::BTreeMap<String, String>;

/// One page of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Stable id, part of the page's address.
    pub id: String,
    /// Its heading.
    pub title: Words,
    /// In a form that several items share: asked only when this holds over the answers.
    pub when: Option<Expression>,
    /// What it asks.
    pub fields: Vec<Field>,
}

/// One question of a form.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name: lower-case letters, digits and underscores.
    pub name: String,
    /// The question.
    pub label: Words,
    /// How to answer it; both texts are empty where there is nothing to say.
    pub hint: Words,
    /// What is answered.
    pub kind: Kind,
    /// Whether it must be answered in every case; others may become required by other answers.
    pub required: bool,
    /// Personal data: masked in lists and logs.
    pub personal: bool,
    /// The work in which staff read the answer: acceptance, or ids of stages, branches and later checks.
    pub read_by: Vec<String>,
}

/// What kind of answer a field takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Text.
    Text {
        /// More than a line or two.
        multiline: bool,
        /// Most characters.
        max: Option<u64>,
        /// A code or number with rules of its own.
        format: TextFormat,
    },
    /// A number.
    Number {
        /// No decimals.
        whole: bool,
        /// Smallest.
        min: Option<i64>,
        /// Largest.
        max: Option<i64>,
    },
    /// An amount: typed in yuan, kept in fen (分).
    Money {
        /// Smallest, in fen.
        min: Option<i64>,
        /// Largest, in fen.
        max: Option<i64>,
    },
    /// A day, `yyyy-mm-dd`.
    Date,
    /// One of several.
    Choice {
        /// In the order of the schema.
        options: Vec<Choice>,
    },
    /// Yes or no.
    YesNo,
    /// A body (机构), by its slug.
    Body {
        /// Department that it serves; none means any.
        department: Option<String>,
        /// Level at which it stands.
        level: Level,
    },
    /// A division (行政区划).
    Division,
    /// People or things, each with fields of its own.
    List {
        /// Of one entry.
        fields: Vec<Field>,
        /// Fewest entries.
        min: u64,
        /// Most entries.
        max: u64,
    },
}

/// Rules that a text follows besides its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// None, or a pattern of the schema.
    Plain,
    /// 公民身份号码, GB 11643.
    ResidentId,
    /// 统一社会信用代码, GB 32100.
    Uscc,
    /// Mobile telephone number of mainland China.
    Mobile,
}

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is kept.
    pub value: String,
    /// What is shown.
    pub label: Words,
}

impl Form {
    /// The step of this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// The field of this name, outside lists.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name == name)
    }

    /// All fields in the order of the pages.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.steps.iter().flat_map(|step| &step.fields)
    }

    /// Names of the fields on whose answers other questions depend (`if`, `dependentRequired`).
    pub(crate) fn steering(&self) -> std::collections::BTreeSet<String> {
        let properties = self.schema.pointer("/if/properties").and_then(Value::as_object);
        let dependent = self.schema.get("dependentRequired").and_then(Value::as_object);
        let inside = self.schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        let inside = inside.filter_map(|part| part.pointer("/if/properties").and_then(Value::as_object));
        properties.into_iter().chain(dependent).chain(inside).flat_map(|map| map.keys().cloned()).collect()
    }

    /// The steps that are asked after these answers.
    pub fn steps_asked(&self, answers: &Value) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| holds(step.when.as_ref(), answers))
    }

    /// The JSON Schema as it was written, for the API; of a form that several items share, that of all its fields.
    pub fn schema(&self) -> &Value {
        &self.schema
    }
}

/// Whether a condition over the answers holds; none holds always.
pub(crate) fn holds(when: Option<&Expression>, answers: &Value) -> bool {
    when.is_none_or(|when| when.holds(&Facts::new().with("form", answers)).holds)
}
