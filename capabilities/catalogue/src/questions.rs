//! The knowledge base (知识库、常见问题): what people ask of all items, with the answers of their guides, and articles that
//! belong to no one item; searchable, and voted useful or not.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::Words as Said;
use search::{Document, Weight};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Shell, Visitor};

use crate::api::Text;
use crate::find::{Piece, pieces};
use crate::room::{pick, with_query};
use crate::search::Words;
use crate::{Package, Room};
use article::Article;
use vote::Counts;

pub(crate) mod answer;
pub(crate) mod article;
pub(crate) mod desk;
pub(crate) mod vote;

/// Questions on a page.
const PAGE: usize = 20;
/// Answers of one search; nobody reads further.
const FOUND_MAX: usize = 100;
/// The share of a query that an answer covers.
const ANSWER: f64 = 0.5;
/// Of the hash of a question; enough for the questions of one item.
const ID_CHARACTERS: usize = 8;

/// A question with its answer.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Its name in addresses. A question that is worded anew is another one: its votes were for the old words.
    pub(crate) id: String,
    pub(crate) question: Said,
    pub(crate) answer: Said,
    pub(crate) of: Of,
}

/// To what a question belongs.
#[derive(Debug, Clone)]
pub(crate) enum Of {
    /// An item, or a bundle.
    Item(Arc<Package>),
    /// Nothing but itself.
    Article(Box<Article>),
}

impl Entry {
    fn of_item(package: &Arc<Package>, question: &crate::Question) -> Self {
        let hash = guomi::sm3::hex(question.q.zh.as_bytes());
        let reference = &package.reference;
        Self {
            id: format!("{}-{}-{}", reference.item, reference.handling, &hash[..ID_CHARACTERS]),
            question: question.q.clone(),
            answer: question.a.clone(),
            of: Of::Item(Arc::clone(package)),
        }
    }

    fn of_article(article: &Article) -> Self {
        Self {
            id: article.id.clone(),
            question: article.question.clone(),
            answer: article.answer.clone(),
            of: Of::Article(Box::new(article.clone())),
        }
    }

    /// Where it is read.
    pub(crate) fn href(&self) -> String {
        format!("/questions/{}", self.id)
    }

    fn document(&self) -> Document {
        let (name, keywords) = match &self.of {
            Of::Item(package) => (Some(&package.item.name), &package.item.keywords),
            Of::Article(article) => (None, &article.keywords),
        };
        let name = name.map(|name| (name, Weight::Summary));
        let own = [(&self.question, Weight::Name), (&self.answer, Weight::Body)];
        let mut texts = Vec::new();
        for (words, weight) in own.into_iter().chain(name) {
            texts.push((words.zh.clone(), weight));
            texts.push((words.en.clone(), weight));
        }
        texts.extend(keywords.iter().map(|word| (word.clone(), Weight::Summary)));
        Document { texts }
    }
}

/// The questions of all offered items, and the articles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Questions {
    entries: Vec<Entry>,
    index: search::Index,
}

impl Questions {
    pub(crate) fn new<'p>(
        packages: impl Iterator<Item = &'p Arc<Package>>,
        articles: &[Article],
        words: &Words,
    ) -> Self {
        let of_package = |package: &'p Arc<Package>| {
            package.item.faq.iter().map(|question| Entry::of_item(package, question))
        };
        let entries: Vec<Entry> =
            articles.iter().map(Entry::of_article).chain(packages.flat_map(of_package)).collect();
        let index = search::Index::new(entries.iter().map(Entry::document), words.vocabulary());
        Self { entries, index }
    }

    /// Questions that answer a query, best first; all of them when it asks for nothing.
    fn find(&self, query: &str, counts: &BTreeMap<String, Counts>) -> Vec<&Entry> {
        let found = self.index.find(query, ANSWER, FOUND_MAX, &|_| true);
        if found.asks_nothing {
            return self.entries.iter().collect();
        }
        let entries = found.hits.iter().filter_map(|hit| self.entries.get(hit.document)).collect();
        vote::sort_gently(entries, &|entry: &&Entry| counts.get(&entry.id).cloned().unwrap_or_default())
    }

    /// The question of this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// All of them: articles, then items.
    pub(crate) fn all(&self) -> &[Entry] {
        &self.entries
    }
}

/// What was said of all answers.
async fn counts(room: &Room) -> Result<BTreeMap<String, Counts>, AppError> {
    Ok(vote::counts(&mut room.db.snapshot().await?).await?)
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

/// A page of what was found, and where the next one begins.
fn page_after<'f, T>(after: &str, found: &'f [T], size: usize) -> (&'f [T], Option<String>) {
    // A mistyped place is the first page.
    let from = after.parse().unwrap_or(0).min(found.len());
    let to = found.len().min(from + size);
    (&found[from..to], (to < found.len()).then(|| to.to_string()))
}

#[derive(Template)]
#[template(path = "questions.html")]
struct QuestionsPage {
    shell: Shell,
    query: String,
    count: usize,
    answers: Vec<Row>,
    next: String,
    /// Whether the visitor may see how answers were voted on.
    sees_votes: bool,
}

struct Row {
    question: Vec<Piece>,
    answer: Vec<String>,
    /// Address and name of the items that it speaks of.
    items: Vec<(String, String)>,
    href: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let library = room.library();
    let questions = library.questions();
    let found = questions.find(&asked.q, &counts(&room).await?);
    let (page, next) = page_after(&asked.after, &found, PAGE);
    let query = asked.q.trim().to_owned();
    let row = |entry: &&Entry| {
        let text = pick(&visitor, &entry.question);
        Row {
            question: pieces(text, &questions.index.marks(&query, text)),
            answer: paragraphs(pick(&visitor, &entry.answer)),
            items: items(entry, &library, &visitor),
            href: entry.href(),
        }
    };
    let next = next.map(|next| with_query("/questions", &[("q", query.as_str()), ("after", next.as_str())]));
    web::page(&QuestionsPage {
        shell: Shell::new(&visitor, visitor.t("catalogue-questions-title")),
        count: found.len(),
        answers: page.iter().map(row).collect(),
        next: next.unwrap_or_default(),
        sees_votes: visitor.actor.may(crate::room::SEE_VOTES),
        query,
    })
}

/// An answer paragraph by paragraph.
fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Items that a question speaks of: address and name.
fn items(entry: &Entry, library: &crate::Library, visitor: &Visitor) -> Vec<(String, String)> {
    let row = |package: &Package| (package.guide_href(), pick(visitor, &package.item.name).to_owned());
    match &entry.of {
        Of::Item(package) => vec![row(package)],
        Of::Article(article) => article::items(article, library).map(|package| row(&package)).collect(),
    }
}

/// A question with its answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceQuestion)]
pub(crate) struct QuestionView {
    /// Its id, under which it can be voted on.
    id: String,
    /// The question.
    question: Text,
    /// The answer.
    answer: Text,
    /// The item to which it belongs; an article belongs to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    item: Option<Text>,
    /// Where the item's guide is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    guide: Option<String>,
    /// Where it is read.
    page: String,
}

impl From<&Entry> for QuestionView {
    fn from(entry: &Entry) -> Self {
        let package = match &entry.of {
            Of::Item(package) => Some(package),
            Of::Article(_) => None,
        };
        Self {
            id: entry.id.clone(),
            question: (&entry.question).into(),
            answer: (&entry.answer).into(),
            item: package.map(|package| (&package.item.name).into()),
            guide: package.map(|package| package.guide_href()),
            page: entry.href(),
        }
    }
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
        .description(
            "Searches by everyday words; without words all questions are listed, by item, articles first.",
        )
        .tag("items")
        .query::<Asked>()
        .returns::<QuestionPage>(200, "a page of questions")
}

pub(crate) async fn list(
    State(room): State<Room>,
    Query(asked): Query<Asked>,
) -> Result<Json<QuestionPage>, AppError> {
    let counts = counts(&room).await?;
    let library = room.library();
    let found = library.questions().find(&asked.q, &counts);
    let (page, next) = page_after(&asked.after, &found, PAGE);
    let questions = page.iter().map(|entry| (*entry).into()).collect();
    Ok(Json(QuestionPage { questions, next }))
}
