//! Guided choice (智能导办): a few answers lead to the items that one may ask for, before anything is filled in.
//!
//! This file is the logic alone, without I/O: a [`Run`] holds the questions and what each item makes of their answers.
//! Invariants, tried by chance in `choose/tests.rs`:
//! 1. A question is asked once at most, and a run ends.
//! 2. An item is never proposed while one of its conditions is surely not met.
//! 3. With every question answered, the outcome is that of the rules themselves.

use codes::tables::ApplicantKind;
use kernel::{Message, Words};
use rules::{Domain, Domains, Expression, Facts, can_hold};
use serde_json::{Map, Value};

pub(crate) mod api;
mod ask;
pub(crate) mod page;
pub(crate) mod shared;
#[cfg(test)]
mod tests;

pub(crate) use ask::run_of;
pub use ask::{PREFILLED, prefilled};

/// A text of the platform's own, or one that a package brings along.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Text {
    /// Of a package.
    Words(Words),
    /// Of the catalogue of messages.
    Message(Message),
    /// For whom an item is.
    Audience(Vec<ApplicantKind>),
}

/// Something to be asked, with all answers there are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// Its name in addresses.
    pub(crate) id: String,
    pub(crate) text: Text,
    pub(crate) hint: Text,
    pub(crate) answers: Vec<Answer>,
    /// The field of a form that takes the answer, where a form has it.
    pub(crate) field: Option<String>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Its name in addresses.
    pub(crate) token: String,
    /// What the rules read.
    pub(crate) value: Value,
    pub(crate) label: Text,
}

/// An item with what must be so for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    pub(crate) conditions: Vec<Condition>,
}

/// Something that must be so.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) says: Text,
    /// Where it is not so, the item is out of the question; otherwise somebody looks at it.
    pub(crate) decides: bool,
    pub(crate) test: Test,
}

/// How it is known.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// A rule over answers: each path that it reads, with the question that gives it.
    Rule(Expression, Vec<(String, usize)>),
    /// Nobody can compute it before somebody applies, so the condition itself is asked: the first answer says that it is so.
    Told(usize),
}

impl Condition {
    /// Questions on which it rests.
    pub(crate) fn questions(&self) -> impl Iterator<Item = usize> + '_ {
        let (rule, told) = match &self.test {
            Test::Rule(_, reads) => (reads.as_slice(), None),
            Test::Told(question) => ([].as_slice(), Some(*question)),
        };
        rule.iter().map(|(_, question)| *question).chain(told)
    }
}

/// What is known of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown,
}

/// How an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A question that is still to come may decide it.
    Open,
    /// All conditions are met.
    May,
    /// Somebody has to look at it.
    Perhaps,
    /// A condition is surely not met.
    No,
}

/// What was answered, in the order in which it was; no answer means that somebody could not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Given(pub(crate) Vec<(usize, Option<usize>)>);

impl Given {
    pub(crate) fn was_asked(&self, question: usize) -> bool {
        self.0.iter().any(|(asked, _)| *asked == question)
    }

    fn answer(&self, question: usize) -> Option<usize> {
        self.0.iter().find(|(asked, _)| *asked == question).and_then(|(_, answer)| *answer)
    }

    /// The same with one answer more.
    #[must_use]
    pub(crate) fn with(&self, question: usize, answer: Option<usize>) -> Self {
        let mut given = self.clone();
        given.0.push((question, answer));
        given
    }

    /// The same without an answer.
    #[must_use]
    pub(crate) fn without(&self, question: usize) -> Self {
        Self(self.0.iter().filter(|(asked, _)| *asked != question).copied().collect())
    }
}

/// The questions and items of one guided choice.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub(crate) questions: Vec<Question>,
    pub(crate) offers: Vec<Offer>,
}

impl Run {
    /// The value of an answer. Where only one is possible it is known without asking.
    fn value(&self, question: usize, given: &Given) -> Option<&Value> {
        let answers = &self.questions.get(question)?.answers;
        if let [only] = answers.as_slice() {
            return Some(&only.value);
        }
        Some(&answers.get(given.answer(question)?)?.value)
    }

    /// Whether a question has been asked, or need not be.
    fn is_settled(&self, question: usize, given: &Given) -> bool {
        given.was_asked(question) || self.questions.get(question).is_none_or(|asked| asked.answers.len() < 2)
    }

    /// Whether a condition is met. While answers are missing it is known only if no answer could change it.
    pub(crate) fn truth(&self, condition: &Condition, given: &Given) -> Truth {
        let sure = |so: bool| if so { Truth::Yes } else { Truth::No };
        let (expression, reads) = match &condition.test {
            Test::Told(question) => {
                return given.answer(*question).map_or(Truth::Unknown, |told| sure(told == 0));
            }
            Test::Rule(expression, reads) => (expression, reads),
        };
        let mut facts = Map::new();
        let mut domains = Domains::new();
        let mut is_complete = true;
        for (path, question) in reads {
            let only = if let Some(value) = self.value(*question, given) {
                insert(&mut facts, path, value);
                vec![value.clone()]
            } else {
                is_complete = false;
                let answers = self.questions.get(*question).map(|question| &question.answers);
                answers.into_iter().flatten().map(|answer| answer.value.clone()).collect()
            };
            domains.insert(path.clone(), Domain { only: Some(only), always: true, ..Domain::default() });
        }
        if is_complete {
            return sure(expression.holds(&Facts::from(&facts)).holds);
        }
        if !can_hold(&[expression], &[], &domains) {
            Truth::No
        } else if !can_hold(&[], &[expression], &domains) {
            Truth::Yes
        } else {
            Truth::Unknown
        }
    }

    /// How an item stands after these answers.
    pub(crate) fn standing(&self, offer: &Offer, given: &Given) -> Standing {
        // Without any rule nothing is known of it: its guide says who may ask, and somebody looks at it.
        let mut standing = if offer.conditions.is_empty() { Standing::Perhaps } else { Standing::May };
        for condition in &offer.conditions {
            match self.truth(condition, given) {
                Truth::Yes => {}
                Truth::No if condition.decides => return Standing::No,
                Truth::No => standing = standing.and(Standing::Perhaps),
                Truth::Unknown => {
                    let is_open = condition.questions().any(|question| !self.is_settled(question, given));
                    standing = standing.and(if is_open { Standing::Open } else { Standing::Perhaps });
                }
            }
        }
        standing
    }

    /// How every item stands.
    pub(crate) fn standings(&self, given: &Given) -> Vec<Standing> {
        self.offers.iter().map(|offer| self.standing(offer, given)).collect()
    }

    /// Questions that may still decide something, each once, in the order of the items that rest on them.
    pub(crate) fn ahead(&self, given: &Given) -> Vec<usize> {
        let mut ahead = Vec::new();
        for offer in self.offers.iter().filter(|offer| self.standing(offer, given) == Standing::Open) {
            let unknown = |condition: &&Condition| self.truth(condition, given) == Truth::Unknown;
            for question in offer.conditions.iter().filter(unknown).flat_map(Condition::questions) {
                if !self.is_settled(question, given) && !ahead.contains(&question) {
                    ahead.push(question);
                }
            }
        }
        ahead
    }

    /// The question to ask next: that whose answer decides most of the items that are still open, on the average of its
    /// answers. Of equals the one on which more items rest, and then the first. Nothing: everything is decided.
    pub(crate) fn next(&self, given: &Given) -> Option<usize> {
        let open: Vec<&Offer> =
            self.offers.iter().filter(|offer| self.standing(offer, given) == Standing::Open).collect();
        let mut best: Option<(Weight, usize)> = None;
        for question in self.ahead(given) {
            let weight = self.weight(question, &open, given);
            if best.is_none_or(|(before, _)| weight.is_above(before)) {
                best = Some((weight, question));
            }
        }
        best.map(|(_, question)| question)
    }

    fn weight(&self, question: usize, open: &[&Offer], given: &Given) -> Weight {
        let rests = |offer: &&&Offer| {
            offer.conditions.iter().any(|condition| condition.questions().any(|read| read == question))
        };
        let resting: Vec<&&Offer> = open.iter().filter(rests).collect();
        let answers = self.questions.get(question).map_or(0, |question| question.answers.len());
        let decided = (0..answers).map(|answer| {
            let after = given.with(question, Some(answer));
            resting.iter().filter(|offer| self.standing(offer, &after) != Standing::Open).count()
        });
        Weight { decided: decided.sum(), answers: answers.max(1), resting: resting.len() }
    }
}

/// How much an answer decides.
#[derive(Debug, Clone, Copy)]
struct Weight {
    /// Items decided, over all answers.
    decided: usize,
    answers: usize,
    resting: usize,
}

impl Weight {
    fn is_above(self, other: Self) -> bool {
        // Averages as fractions, without rounding.
        (self.decided * other.answers, self.resting) > (other.decided * self.answers, other.resting)
    }
}

impl Standing {
    /// What two conditions together make of an item.
    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            (Self::Perhaps, _) | (_, Self::Perhaps) => Self::Perhaps,
            (Self::May, Self::May) => Self::May,
        }
    }
}

/// Puts a value at a dotted path.
fn insert(facts: &mut Map<String, Value>, path: &str, value: &Value) {
    let Some((root, name)) = path.split_once('.') else { return };
    let group = facts.entry(root).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(group) = group {
        group.insert(name.to_owned(), value.clone());
    }
}
