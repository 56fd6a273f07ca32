//! Which questions the rules of packages give: from their conditions, with the words of the forms. Pure.
//!
//! What may be asked: answers stand in the address of the page, so nothing personal is. A field that its form calls personal
//! (`x-personal`) is never asked, nor is a text, a number that must be known exactly, a list, or a body. What is left is yes
//! or no, one of several, and in which band a whole number lies ([`is_askable`]). A condition that reads anything else is
//! asked as a whole, in its own words.

use std::collections::BTreeSet;
use std::sync::Arc;

use codes::tables::ApplicantKind;
use kernel::{Message, Words};
use rules::Expression;
use serde_json::{Map, Value};

use super::shared::{Asked, Shared};
use super::{Answer, Condition, Offer, Question, Run, Test, Text};
use crate::{Field, Kind, Package};

/// What stands before the name of a field whose answer is brought along to the form.
pub const PREFILLED: &str = "a.";

/// Kinds of applicants (`applicant.kind`) with their names, and the national kind to which each belongs.
const KINDS: [(&str, &str, &[ApplicantKind]); 9] = [
    ("natural-person", "catalogue-choose-kind-natural-person", &[ApplicantKind::NaturalPerson]),
    ("association", "catalogue-choose-kind-association", &[ApplicantKind::SocialOrganisation]),
    (
        "private-non-enterprise",
        "catalogue-choose-kind-private-non-enterprise",
        &[ApplicantKind::SocialOrganisation],
    ),
    ("foundation", "catalogue-choose-kind-foundation", &[ApplicantKind::SocialOrganisation]),
    (
        "social-organisation",
        "catalogue-choose-kind-social-organisation",
        &[ApplicantKind::SocialOrganisation],
    ),
    (
        "enterprise",
        "catalogue-choose-kind-enterprise",
        &[ApplicantKind::Enterprise, ApplicantKind::UnincorporatedEnterprise],
    ),
    ("public-institution", "catalogue-choose-kind-public-institution", &[ApplicantKind::Institution]),
    ("state-organ", "catalogue-choose-kind-state-organ", &[ApplicantKind::Authority]),
    ("other", "catalogue-choose-kind-other", &[ApplicantKind::Other]),
];
const PERSON: &str = "natural-person";

/// Whether an answer to this field may be asked for before anybody has signed in, and stand in an address.
fn is_askable(field: &Field) -> bool {
    !field.personal
        && match &field.kind {
            Kind::YesNo | Kind::Choice { .. } | Kind::Number { whole: true, .. } => true,
            Kind::Number { whole: false, .. }
            | Kind::Money { .. }
            | Kind::Text { .. }
            | Kind::Date
            | Kind::Body { .. }
            | Kind::Division
            | Kind::List { .. } => false,
        }
}

/// Answers that were brought along for the fields of a form, as pairs `a.FIELD` and answer; what the form does not take is
/// passed over.
pub fn prefilled<'a>(
    package: &Package,
    pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Map<String, Value> {
    let mut answers = Map::new();
    for (name, token) in pairs {
        let field = name.strip_prefix(PREFILLED).and_then(|name| package.form.field(name));
        let Some(field) = field.filter(|field| is_askable(field)) else { continue };
        let value =
            of_field(field).into_iter().find(|answer| answer.token == token).map(|answer| answer.value);
        if let Some(value) = value {
            answers.insert(field.name.clone(), value);
        }
    }
    answers
}

/// The questions that tell these items apart. `people`: only natural persons ask.
pub(crate) fn run_of(packages: &[Arc<Package>], shared: &Shared, people: bool) -> Run {
    let kinds = kinds_of(packages, people);
    let mut asking = Asking { shared, kinds, questions: Vec::new() };
    let offers = packages.iter().map(|package| asking.offer(package)).collect();
    let questions = asking.questions.into_iter().map(Made::question).collect();
    Run { questions, offers }
}

/// Kinds of applicants that one of the items is for.
fn kinds_of(packages: &[Arc<Package>], people: bool) -> Vec<&'static str> {
    let is_for = |national: &[ApplicantKind]| {
        packages.iter().any(|package| national.iter().any(|kind| package.item.audience.contains(kind)))
    };
    let wanted = KINDS.iter().filter(|(kind, _, national)| is_for(national) && (!people || *kind == PERSON));
    wanted.map(|(kind, ..)| *kind).collect()
}

/// Where an answer comes from.
enum Origin<'a> {
    Kind,
    Age,
    Shared(&'a Asked),
    Field(&'a Field),
}

impl Origin<'_> {
    /// Fields of two forms are one question when they are called and asked alike.
    fn key(&self) -> String {
        match self {
            Self::Kind => "applicant.kind".into(),
            Self::Age => "applicant.age".into(),
            Self::Shared(asked) => format!("ask.{}", asked.id()),
            Self::Field(field) => format!("form.{} {}", field.name, field.label.zh),
        }
    }

    fn is_band(&self) -> bool {
        matches!(self, Self::Age | Self::Field(Field { kind: Kind::Number { .. }, .. }))
    }
}

/// A question on the way.
struct Made {
    key: String,
    question: Question,
    /// Of a number: the first numbers of its bands, and the words for them.
    bands: Option<(BTreeSet<i64>, [&'static str; 3])>,
    least: Option<i64>,
}

impl Made {
    fn question(mut self) -> Question {
        if let Some((cuts, words)) = self.bands {
            self.question.answers = bands(&cuts, self.least, words);
        }
        self.question
    }
}

struct Asking<'a> {
    shared: &'a Shared,
    kinds: Vec<&'static str>,
    questions: Vec<Made>,
}

impl Asking<'_> {
    fn offer(&mut self, package: &Package) -> Offer {
        let mut conditions: Vec<Condition> = self.audience(package).into_iter().collect();
        for own in &package.item.requirements {
            conditions.push(self.condition(package, Some(&own.holds), &own.says, true));
        }
        for own in &package.item.eligibility {
            conditions.push(self.condition(package, own.holds.as_ref(), &own.says, own.decides));
        }
        Offer { conditions }
    }

    /// For whom the item is; nothing when it is for everybody who is asked.
    fn audience(&mut self, package: &Package) -> Option<Condition> {
        let is_for = |kind: &&'static str| {
            let national =
                KINDS.iter().find(|(known, ..)| known == kind).map_or(&[][..], |(.., national)| *national);
            national.iter().any(|kind| package.item.audience.contains(kind))
        };
        let own: Vec<&str> = self.kinds.iter().filter(|kind| is_for(kind)).copied().collect();
        if own.len() == self.kinds.len() {
            return None;
        }
        let quoted: Vec<String> = own.iter().map(|kind| format!("\"{kind}\"")).collect();
        let expression = Expression::parse(&format!("applicant.kind in [{}]", quoted.join(", "))).ok()?;
        let question = self.question(&Origin::Kind, BTreeSet::new());
        Some(Condition {
            says: Text::Audience(package.item.audience.clone()),
            decides: true,
            test: Test::Rule(expression, vec![("applicant.kind".into(), question)]),
        })
    }

    fn condition(
        &mut self,
        package: &Package,
        holds: Option<&Expression>,
        says: &Words,
        decides: bool,
    ) -> Condition {
        let rule = holds.and_then(|holds| Some(Test::Rule(holds.clone(), self.reads(package, holds)?)));
        let test = rule.unwrap_or_else(|| Test::Told(self.told(says)));
        Condition { says: Text::Words(says.clone()), decides, test }
    }

    /// The question behind every path that a rule reads; nothing when one of them cannot be asked for.
    fn reads(&mut self, package: &Package, holds: &Expression) -> Option<Vec<(String, usize)>> {
        let mut origins = Vec::new();
        for path in holds.reads() {
            let origin = self.origin(package, path)?;
            let cuts = if origin.is_band() { holds.cuts(path)? } else { BTreeSet::new() };
            origins.push((path.clone(), origin, cuts));
        }
        let question = |(path, origin, cuts): (String, Origin<'_>, _)| (path, self.question(&origin, cuts));
        Some(origins.into_iter().map(question).collect())
    }
}

impl<'a> Asking<'a> {
    fn origin<'p>(&self, package: &'p Package, path: &str) -> Option<Origin<'p>>
    where
        'a: 'p,
    {
        match path.split_once('.')? {
            ("applicant", "kind") => Some(Origin::Kind),
            ("applicant", "age") => Some(Origin::Age),
            ("ask", id) => self.shared.get(id).map(Origin::Shared),
            ("form", name) => package.form.field(name).filter(|field| is_askable(field)).map(Origin::Field),
            _ => None,
        }
    }

    /// The place of a question; what is new is added, and so are answers that another item has.
    fn question(&mut self, origin: &Origin<'_>, cuts: BTreeSet<i64>) -> usize {
        let key = origin.key();
        let place = self.questions.iter().position(|made| made.key == key);
        let place = place.unwrap_or_else(|| {
            let made = self.made(origin, key);
            self.questions.push(made);
            self.questions.len() - 1
        });
        let made = &mut self.questions[place];
        if let Some((known, _)) = &mut made.bands {
            known.extend(cuts);
        }
        if let Origin::Field(field) = origin {
            for answer in of_field(field) {
                if made.question.answers.iter().all(|known| known.token != answer.token) {
                    made.question.answers.push(answer);
                }
            }
        }
        place
    }

    #[expect(clippy::too_many_lines, reason = "one kind of question after the other")]
    fn made(&self, origin: &Origin<'_>, key: String) -> Made {
        let words = |words: &Words| Text::Words(words.clone());
        let message = |key| Text::Message(Message::new(key));
        let (mut id, text, hint, answers, field) = match origin {
            Origin::Kind => {
                let kind = |(kind, key, _): &(&str, &'static str, _)| Answer {
                    token: (*kind).to_owned(),
                    value: Value::from(*kind),
                    label: message(*key),
                };
                let kinds = KINDS.iter().filter(|(kind, ..)| self.kinds.contains(kind)).map(kind);
                (
                    "who".to_owned(),
                    message("catalogue-choose-who"),
                    message("catalogue-choose-who-hint"),
                    kinds.collect(),
                    None,
                )
            }
            Origin::Age => (
                "age".to_owned(),
                message("catalogue-choose-age"),
                message("catalogue-choose-age-hint"),
                Vec::new(),
                None,
            ),
            Origin::Shared(asked) => {
                let one = |one: &super::shared::OneOf| Answer {
                    token: one.value.clone(),
                    value: Value::from(one.value.as_str()),
                    label: words(&one.label),
                };
                let answers =
                    if asked.answers.is_empty() { yes_no() } else { asked.answers.iter().map(one).collect() };
                (
                    asked.id().to_owned(),
                    words(&asked.text),
                    words(&asked.hint),
                    answers,
                    Some(asked.id().to_owned()),
                )
            }
            Origin::Field(field) => (
                field.name.clone(),
                words(&field.label),
                words(&field.hint),
                Vec::new(),
                Some(field.name.clone()),
            ),
        };
        let same =
            self.questions.iter().filter(|made| made.question.field == field && field.is_some()).count();
        if same > 0 {
            id = format!("{id}.{}", same + 1);
        }
        let bands = match origin {
            Origin::Age => Some([
                "catalogue-choose-age-below",
                "catalogue-choose-age-between",
                "catalogue-choose-age-from",
            ]),
            Origin::Field(Field { kind: Kind::Number { .. }, .. }) => {
                Some(["catalogue-choose-below", "catalogue-choose-between", "catalogue-choose-from"])
            }
            Origin::Kind | Origin::Shared(_) | Origin::Field(_) => None,
        };
        let least = match origin {
            Origin::Age => Some(0),
            Origin::Field(Field { kind: Kind::Number { min, .. }, .. }) => *min,
            Origin::Kind | Origin::Shared(_) | Origin::Field(_) => None,
        };
        let bands = bands.map(|words| (BTreeSet::new(), words));
        Made { key, question: Question { id, text, hint, answers, field }, bands, least }
    }

    /// The question whether a condition is met, in its own words.
    fn told(&mut self, says: &Words) -> usize {
        let key = format!("told {}", says.zh);
        if let Some(place) = self.questions.iter().position(|made| made.key == key) {
            return place;
        }
        let told = self.questions.iter().filter(|made| made.key.starts_with("told ")).count();
        let question = Question {
            id: format!("so-{}", told + 1),
            text: Text::Words(says.clone()),
            hint: Text::Message(Message::new("catalogue-choose-told-hint")),
            answers: yes_no(),
            field: None,
        };
        self.questions.push(Made { key, question, bands: None, least: None });
        self.questions.len() - 1
    }
}

fn yes_no() -> Vec<Answer> {
    let answer = |token: &str, so: bool, key: &'static str| Answer {
        token: token.to_owned(),
        value: Value::Bool(so),
        label: Text::Message(Message::new(key)),
    };
    vec![answer("yes", true, "catalogue-choose-yes"), answer("no", false, "catalogue-choose-no")]
}

/// What a form lets one choose from; nothing for a number.
fn of_field(field: &Field) -> Vec<Answer> {
    match &field.kind {
        Kind::YesNo => yes_no(),
        Kind::Choice { options } => options
            .iter()
            .map(|option| Answer {
                token: option.value.clone(),
                value: Value::from(option.value.as_str()),
                label: Text::Words(option.label.clone()),
            })
            .collect(),
        Kind::Number { .. }
        | Kind::Money { .. }
        | Kind::Text { .. }
        | Kind::Date
        | Kind::Body { .. }
        | Kind::Division
        | Kind::List { .. } => Vec::new(),
    }
}

/// Bands of a number; each is known by a number that lies in it.
fn bands(cuts: &BTreeSet<i64>, least: Option<i64>, [below, between, from]: [&'static str; 3]) -> Vec<Answer> {
    let cuts: Vec<i64> = cuts.iter().copied().filter(|cut| least.is_none_or(|least| *cut > least)).collect();
    let mut answers = Vec::new();
    let mut add = |token: String, number: i64, message: Message| {
        answers.push(Answer { token, value: Value::from(number), label: Text::Message(message) });
    };
    if let Some(first) = cuts.first() {
        add(format!("below-{first}"), first.saturating_sub(1), Message::new(below).with("to", first));
    }
    for pair in cuts.windows(2) {
        let (first, last) = (pair[0], pair[1] - 1);
        add(format!("from-{first}"), first, Message::new(between).with("from", first).with("to", last));
    }
    if let Some(last) = cuts.last() {
        add(format!("from-{last}"), *last, Message::new(from).with("from", last));
    }
    answers
}
