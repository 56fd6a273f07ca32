//! `/choose`: one question a page, and at its end what one may ask for. All that was answered stands in the address, so it
//! works without script, going back loses nothing, and nothing is kept.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use kernel::Refusal;
use web::{AppError, Shell, Visitor};

use super::{Given, PREFILLED, Run, Standing, Text, Truth, prefilled, run_of};
use crate::room::{pick, with_query};
use crate::topic::Topic;
use crate::{Library, Package, Room};

/// What stands in an address for somebody who could not say.
pub(crate) const UNSURE: &str = "unsure";
/// Which question is to be asked now, for somebody who changes an answer. No question is called so.
const AT: &str = "-at";

/// A run under way.
pub(crate) struct Walk {
    pub(crate) topic: Topic,
    pub(crate) library: Arc<Library>,
    pub(crate) packages: Vec<Arc<Package>>,
    pub(crate) run: Run,
    pub(crate) given: Given,
    /// The question to ask; nothing at the end.
    pub(crate) asks: Option<usize>,
}

impl Walk {
    /// Where somebody stands who has answered this. What is no question, or no answer to it, is passed over.
    pub(crate) fn new(room: &Room, topic: &str, pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let topic = room.topics.iter().find(|known| known.id == topic).cloned().ok_or(Refusal::NotFound)?;
        let library = room.library();
        let packages = topic.offered(&library);
        let run = run_of(&packages, library.shared_questions(), topic.people);
        let mut given = Given::default();
        let mut wanted = None;
        for (name, token) in pairs {
            let named = |id: &str| {
                run.questions.iter().position(|question| question.id == id && question.answers.len() > 1)
            };
            if name == AT {
                wanted = named(token);
            }
            let Some(question) = named(name).filter(|question| !given.was_asked(*question)) else { continue };
            let answers = &run.questions[question].answers;
            match answers.iter().position(|answer| answer.token == *token) {
                None if token == UNSURE => given = given.with(question, None),
                None => {}
                answer => given = given.with(question, answer),
            }
        }
        let asks = wanted.filter(|question| !given.was_asked(*question)).or_else(|| run.next(&given));
        Ok(Self { topic, library, packages, run, given, asks })
    }

    fn pairs(&self, given: &Given) -> Vec<(String, String)> {
        let pair = |(question, answer): &(usize, Option<usize>)| {
            let question = &self.run.questions[*question];
            let token = answer.map_or(UNSURE, |answer| question.answers[answer].token.as_str());
            (question.id.clone(), token.to_owned())
        };
        given.0.iter().map(pair).collect()
    }

    fn href(&self, given: &Given) -> String {
        with_query(&format!("/choose/{}", self.topic.id), &self.pairs(given))
    }

    /// Asking a question again, with the other answers as they are.
    fn change(&self, question: usize) -> String {
        let mut pairs = self.pairs(&self.given.without(question));
        pairs.push((AT.to_owned(), self.run.questions[question].id.clone()));
        with_query(&format!("/choose/{}", self.topic.id), &pairs)
    }

    /// Beginning the application for an item, with the answers that its form takes; nothing while it is suspended.
    pub(crate) fn apply(&self, package: &Package) -> Option<String> {
        let reference = &package.reference;
        if self.library.suspended(&reference.item, &reference.handling).is_some() {
            return None;
        }
        let pair = |(question, answer): &(usize, Option<usize>)| {
            let question = &self.run.questions[*question];
            let token = question.answers[(*answer)?].token.clone();
            let pair = (format!("{PREFILLED}{}", question.field.as_ref()?), token);
            let taken = prefilled(package, [(pair.0.as_str(), pair.1.as_str())]);
            (!taken.is_empty()).then_some(pair)
        };
        let pairs: Vec<(String, String)> = self.given.0.iter().filter_map(pair).collect();
        Some(with_query(&format!("/apply/{}/{}", reference.item, reference.handling), &pairs))
    }

    /// What was answered to the questions on which a condition rests.
    fn said(&self, visitor: &Visitor, questions: impl Iterator<Item = usize>) -> Vec<String> {
        let said = questions.filter_map(|question| {
            let (_, answer) = self.given.0.iter().find(|(asked, _)| *asked == question)?;
            Some(self.answer(visitor, question, *answer))
        });
        said.collect()
    }

    fn answer(&self, visitor: &Visitor, question: usize, answer: Option<usize>) -> String {
        match answer {
            Some(answer) => say(visitor, &self.run.questions[question].answers[answer].label),
            None => visitor.t("catalogue-choose-unsure"),
        }
    }
}

/// A text in the visitor's language.
pub(crate) fn say(visitor: &Visitor, text: &Text) -> String {
    match text {
        Text::Words(words) => pick(visitor, words).to_owned(),
        Text::Message(message) => visitor.message(message),
        Text::Audience(kinds) => {
            let names: Vec<String> =
                kinds.iter().map(|kind| visitor.t(&format!("catalogue-audience-{}", kind.code()))).collect();
            visitor.t1("catalogue-choose-audience", "kinds", names.join(visitor.pick("、", ", ")))
        }
    }
}

/// A way in: name, address, count.
type Tile = (String, String, String);

#[derive(Template)]
#[template(path = "choose/start.html")]
struct StartPage {
    shell: Shell,
    /// Heading, and what stands below it.
    doors: Vec<(String, Vec<Tile>)>,
}

pub(crate) async fn start(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let library = room.library();
    let doors =
        [(true, "catalogue-for-people"), (false, "catalogue-for-organisations")].map(|(people, key)| {
            let tile = |topic: &Topic| {
                let count = topic.offered(&library).len();
                let href = format!("/choose/{}", topic.id);
                (
                    pick(&visitor, &topic.name).to_owned(),
                    href,
                    visitor.t1("catalogue-choose-items", "count", count),
                )
            };
            (visitor.t(key), room.topics.iter().filter(|topic| topic.people == people).map(tile).collect())
        });
    web::page(&StartPage {
        shell: Shell::new(&visitor, visitor.t("catalogue-choose-title")),
        doors: doors.into_iter().filter(|(_, tiles): &(_, Vec<_>)| !tiles.is_empty()).collect(),
    })
}

/// A question that was answered: its text, the answer, where it is asked again.
struct Row {
    question: String,
    answer: String,
    change: String,
}

#[derive(Template)]
#[template(path = "choose/question.html")]
struct QuestionPage {
    shell: Shell,
    topic: String,
    progress: String,
    text: String,
    hint: String,
    /// Label and address.
    answers: Vec<(String, String)>,
    unsure: String,
    back: String,
    again: String,
    given: Vec<Row>,
    standing: String,
}

/// A condition and what came of it.
struct Reason {
    mark: &'static str,
    kind: &'static str,
    says: String,
    said: String,
}

/// An item at the end of a run.
struct Outcome {
    name: String,
    href: String,
    summary: String,
    reasons: Vec<Reason>,
    apply: String,
}

#[derive(Template)]
#[template(path = "choose/result.html")]
struct ResultPage {
    shell: Shell,
    topic: String,
    /// Heading, line, items.
    groups: Vec<(String, String, Vec<Outcome>)>,
    back: String,
    again: String,
    given: Vec<Row>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(topic): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let walk = Walk::new(&room, &topic, &pairs)?;
    match walk.asks {
        Some(question) => web::page(&question_page(&visitor, &walk, question)),
        None => web::page(&result_page(&visitor, &walk)),
    }
}

fn shell(visitor: &Visitor, title: String) -> Shell {
    Shell::new(visitor, title).crumb(visitor.t("catalogue-choose-title"), "/choose")
}

/// One question back, with the answers before it.
fn back(walk: &Walk) -> String {
    let mut before = walk.given.clone();
    match before.0.pop() {
        Some(_) => walk.href(&before),
        None => "/choose".to_owned(),
    }
}

fn given(visitor: &Visitor, walk: &Walk) -> Vec<Row> {
    let row = |(question, answer): &(usize, Option<usize>)| Row {
        question: say(visitor, &walk.run.questions[*question].text),
        answer: walk.answer(visitor, *question, *answer),
        change: walk.change(*question),
    };
    walk.given.0.iter().map(row).collect()
}

fn question_page(visitor: &Visitor, walk: &Walk, number: usize) -> QuestionPage {
    let question = &walk.run.questions[number];
    let text = say(visitor, &question.text);
    let answer = |place: usize| {
        let label = say(visitor, &question.answers[place].label);
        (label, walk.href(&walk.given.with(number, Some(place))))
    };
    let standings = walk.run.standings(&walk.given);
    let count = |wanted: Standing| standings.iter().filter(|standing| **standing == wanted).count();
    let ahead = walk.run.ahead(&walk.given).iter().filter(|other| **other != number).count();
    let settled = visitor.t3(
        "catalogue-choose-standing",
        "open",
        count(Standing::Open),
        "may",
        count(Standing::May) + count(Standing::Perhaps),
        "no",
        count(Standing::No),
    );
    QuestionPage {
        topic: pick(visitor, &walk.topic.name).to_owned(),
        progress: visitor.t2("catalogue-choose-progress", "number", walk.given.0.len() + 1, "ahead", ahead),
        hint: say(visitor, &question.hint),
        answers: (0..question.answers.len()).map(answer).collect(),
        unsure: walk.href(&walk.given.with(number, None)),
        back: back(walk),
        again: format!("/choose/{}", walk.topic.id),
        given: given(visitor, walk),
        standing: settled,
        shell: shell(visitor, text.clone()),
        text,
    }
}

fn result_page(visitor: &Visitor, walk: &Walk) -> ResultPage {
    let standings = walk.run.standings(&walk.given);
    let group = |wanted: Standing, title: &str, line: &str| {
        let found = standings.iter().enumerate().filter(|(_, standing)| **standing == wanted);
        let outcomes: Vec<Outcome> = found.map(|(place, _)| outcome(visitor, walk, place)).collect();
        (visitor.t(title), visitor.t(line), outcomes)
    };
    let groups = [
        group(Standing::May, "catalogue-choose-may", "catalogue-choose-may-line"),
        group(Standing::Perhaps, "catalogue-choose-perhaps", "catalogue-choose-perhaps-line"),
        group(Standing::No, "catalogue-choose-no-group", "catalogue-choose-no-line"),
    ];
    ResultPage {
        topic: pick(visitor, &walk.topic.name).to_owned(),
        groups: groups.into_iter().filter(|(_, _, outcomes)| !outcomes.is_empty()).collect(),
        back: back(walk),
        again: format!("/choose/{}", walk.topic.id),
        given: given(visitor, walk),
        shell: shell(visitor, visitor.t("catalogue-choose-result")),
    }
}

fn outcome(visitor: &Visitor, walk: &Walk, place: usize) -> Outcome {
    let package = &walk.packages[place];
    let offer = &walk.run.offers[place];
    let is_out = walk.run.standing(offer, &walk.given) == Standing::No;
    let reason = |condition: &super::Condition| {
        let truth = walk.run.truth(condition, &walk.given);
        let (mark, kind) = match truth {
            Truth::Yes => ("catalogue-choose-met", "success"),
            Truth::No if condition.decides => ("catalogue-choose-unmet", "danger"),
            Truth::No => ("catalogue-choose-seen", "warning"),
            Truth::Unknown => ("catalogue-choose-unknown", "plain"),
        };
        // What rules an item out is the reason; what else is true of it is beside the point.
        let matters = !is_out || (truth == Truth::No && condition.decides);
        matters.then(|| Reason {
            mark,
            kind,
            says: say(visitor, &condition.says),
            said: walk.said(visitor, condition.questions()).join(visitor.pick("；", "; ")),
        })
    };
    Outcome {
        name: pick(visitor, &package.item.name).to_owned(),
        href: package.guide_href(),
        summary: pick(visitor, &package.item.summary).to_owned(),
        reasons: offer.conditions.iter().filter_map(reason).collect(),
        apply: if is_out { String::new() } else { walk.apply(package).unwrap_or_default() },
    }
}
