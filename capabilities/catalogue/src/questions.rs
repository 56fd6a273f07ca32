//! The knowledge base (知识库、常见问题): what people ask of all items, with the answers of their guides, searchable.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use search::{Document, Weight};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Shell, Visitor};

use crate::api::Text;
use crate::find::{Piece, pieces};
use crate::room::pick;
use crate::search::Words;
use crate::{Package, Question, Room};

/// Questions on a page.
const PAGE: usize = 20;
/// Answers of one search; nobody reads further.
const FOUND_MAX: usize = 100;
/// The share of a query that an answer covers.
const ANSWER: f64 = 0.5;

/// The questions of all offered items.
#[derive(Debug, Clone, Default)]
pub(crate) struct Questions {
    /// A package and the place of the question in its guide.
    entries: Vec<(Arc<Package>, usize)>,
    index: search::Index,
}

impl Questions {
    pub(crate) fn new<'p>(packages: impl Iterator<Item = &'p Arc<Package>>, words: &Words) -> Self {
        let of_package =
            |package: &'p Arc<Package>| (0..package.item.faq.len()).map(|at| (Arc::clone(package), at));
        let entries: Vec<(Arc<Package>, usize)> = packages.flat_map(of_package).collect();
        let documents = entries.iter().filter_map(|(package, at)| {
            let question = package.item.faq.get(*at)?;
            let mut texts = Vec::new();
            for (words, weight) in [
                (&question.q, Weight::Name),
                (&package.item.name, Weight::Summary),
                (&question.a, Weight::Body),
            ] {
                texts.push((words.zh.clone(), weight));
                texts.push((words.en.clone(), weight));
            }
            texts.extend(package.item.keywords.iter().map(|word| (word.clone(), Weight::Summary)));
            Some(Document { texts })
        });
        let index = search::Index::new(documents, words.vocabulary());
        Self { entries, index }
    }

    /// Questions that answer a query, best first; all of them when it asks for nothing.
    fn find(&self, query: &str) -> Vec<(&Arc<Package>, &Question)> {
        let found = self.index.find(query, ANSWER, FOUND_MAX, &|_| true);
        let places: Vec<usize> = if found.asks_nothing {
            (0..self.entries.len()).collect()
        } else {
            found.hits.iter().map(|hit| hit.document).collect()
        };
        let entry = |place: usize| {
            let (package, at) = self.entries.get(place)?;
            Some((package, package.item.faq.get(*at)?))
        };
        places.into_iter().filter_map(entry).collect()
    }
}

/// What is asked.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Asked {
    /// Everyday words.
    q: String,
    /// How many questions were read before: the `next` of the page before.
    after: String,
}

impl Asked {
    /// A page of what was found, and where the next one begins.
    fn page<'f, T>(&self, found: &'f [T]) -> (&'f [T], Option<usize>) {
        // A mistyped place is the first page.
        let from = self.after.parse().unwrap_or(0).min(found.len());
        let to = found.len().min(from + PAGE);
        (&found[from..to], (to < found.len()).then_some(to))
    }
}

#[derive(Template)]
#[template(path = "questions.html")]
struct QuestionsPage {
    shell: Shell,
    query: String,
    count: usize,
    answers: Vec<Row>,
    next: String,
}

struct Row {
    question: Vec<Piece>,
    answer: String,
    item: String,
    href: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let library = room.library();
    let questions = library.questions();
    let found = questions.find(&asked.q);
    let (page, next) = asked.page(&found);
    let query = asked.q.trim().to_owned();
    let row = |(package, question): &(&Arc<Package>, &Question)| {
        let text = pick(&visitor, &question.q);
        Row {
            question: pieces(text, &questions.index.marks(&query, text)),
            answer: pick(&visitor, &question.a).to_owned(),
            item: pick(&visitor, &package.item.name).to_owned(),
            href: package.guide_href(),
        }
    };
    let next = next.map(|next| {
        let pairs = [("q", query.clone()), ("after", next.to_string())];
        serde_urlencoded::to_string(pairs)
            .map_or_else(|_| String::new(), |pairs| format!("/questions?{pairs}"))
    });
    web::page(&QuestionsPage {
        shell: Shell::new(&visitor, visitor.t("catalogue-questions-title")),
        count: found.len(),
        answers: page.iter().map(row).collect(),
        next: next.unwrap_or_default(),
        query,
    })
}

/// A question with its answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceQuestion)]
pub(crate) struct QuestionView {
    /// The question.
    question: Text,
    /// The answer.
    answer: Text,
    /// The item to which it belongs.
    item: Text,
    /// Where the item's guide is.
    guide: String,
}

/// A page of questions.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceQuestionPage)]
pub(crate) struct QuestionPage {
    /// Best first when something was searched for, else by item.
    questions: Vec<QuestionView>,
    /// Give it as `after` to go on; missing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    next: Option<String>,
}

pub(crate) fn operation() -> Operation {
    Operation::new("listQuestions", "Questions that people often ask, with answers")
        .description("Searches by everyday words; without words all questions are listed, by item.")
        .tag("items")
        .query::<Asked>()
        .returns::<QuestionPage>(200, "a page of questions")
}

pub(crate) async fn list(State(room): State<Room>, Query(asked): Query<Asked>) -> Json<QuestionPage> {
    let library = room.library();
    let found = library.questions().find(&asked.q);
    let (page, next) = asked.page(&found);
    let view = |(package, question): &(&Arc<Package>, &Question)| QuestionView {
        question: (&question.q).into(),
        answer: (&question.a).into(),
        item: (&package.item.name).into(),
        guide: package.guide_href(),
    };
    Json(QuestionPage { questions: page.iter().map(view).collect(), next: next.map(|next| next.to_string()) })
}
