//! `/desk/answers`: how readers voted, the worst answers first, as page, CSV and JSON.

use std::collections::BTreeMap;

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::csv::{self, MARK, line};
use web::{AppError, Operation, Shell, Visitor};

use super::vote::{Counts, Word};
use super::{Entry, Of, counts, page_after};
use crate::room::pick;
use crate::{Library, Room};

/// Answers on a page.
const PAGE: usize = 50;

/// An answer with its votes.
struct Judged<'l> {
    entry: &'l Entry,
    counts: Counts,
}

/// Answers that somebody voted on, the worst first: by the share that they helped, and then by how many say so.
fn judged<'l>(library: &'l Library, counts: &BTreeMap<String, Counts>) -> Vec<Judged<'l>> {
    let judged = |entry: &'l Entry| Some(Judged { entry, counts: counts.get(&entry.id)?.clone() });
    let mut all: Vec<Judged<'l>> = library.questions().all().iter().filter_map(judged).collect();
    all.sort_by(|a, b| {
        a.counts
            .share()
            .total_cmp(&b.counts.share())
            .then_with(|| b.counts.useless().cmp(&a.counts.useless()))
    });
    all
}

fn belongs(visitor: &Visitor, entry: &Entry) -> String {
    match &entry.of {
        Of::Item(package) => pick(visitor, &package.item.name).to_owned(),
        Of::Article(_) => visitor.t("catalogue-answers-article"),
    }
}

struct Row {
    question: String,
    href: String,
    belongs: String,
    useful: u32,
    useless: u32,
    reasons: String,
}

#[derive(Template)]
#[template(path = "questions/desk.html")]
struct DeskPage {
    shell: Shell,
    rows: Vec<Row>,
    count: usize,
    all: usize,
    page: usize,
    pages: usize,
    before: String,
    after: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    page: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let library = room.library();
    let judged = judged(&library, &counts(&room).await?);
    let pages = judged.len().div_ceil(PAGE).max(1);
    let page = asked.page.parse().unwrap_or(1_usize).clamp(1, pages);
    let href = |page: usize| format!("/desk/answers?page={page}");
    let reasons = |counts: &Counts| {
        let reason = |word: Word| match counts.of(word) {
            0 => None,
            votes => Some(visitor.t2(
                "catalogue-answers-reason",
                "reason",
                word_name(&visitor, word),
                "votes",
                votes,
            )),
        };
        Word::REASONS.into_iter().filter_map(reason).collect::<Vec<_>>().join(visitor.pick("，", ", "))
    };
    let row = |judged: &Judged<'_>| Row {
        question: pick(&visitor, &judged.entry.question).to_owned(),
        href: judged.entry.href(),
        belongs: belongs(&visitor, judged.entry),
        useful: judged.counts.useful(),
        useless: judged.counts.useless(),
        reasons: reasons(&judged.counts),
    };
    web::page(&DeskPage {
        rows: judged.iter().skip((page - 1) * PAGE).take(PAGE).map(row).collect(),
        count: judged.len(),
        all: library.questions().all().len(),
        before: if page > 1 { href(page - 1) } else { String::new() },
        after: if page < pages { href(page + 1) } else { String::new() },
        page,
        pages,
        shell: Shell::new(&visitor, visitor.t("catalogue-answers-title")),
    })
}

fn word_name(visitor: &Visitor, word: Word) -> String {
    visitor.t(&format!("catalogue-vote-{}", word.as_str()))
}

/// The same as a file: a column for every word.
pub(crate) async fn file(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let library = room.library();
    let judged = judged(&library, &counts(&room).await?);
    let mut head = vec![
        visitor.t("catalogue-answers-id"),
        visitor.t("catalogue-answers-question"),
        visitor.t("catalogue-answers-item"),
    ];
    head.extend(Word::ALL.map(|word| word_name(&visitor, word)));
    let mut text = format!("{MARK}{}", line(&head));
    for Judged { entry, counts } in &judged {
        let mut fields =
            vec![entry.id.clone(), pick(&visitor, &entry.question).to_owned(), belongs(&visitor, entry)];
        fields.extend(Word::ALL.map(|word| counts.of(word).to_string()));
        text.push_str(&line(&fields));
    }
    Ok((csv::headers("answers.csv"), text).into_response())
}

/// What is wanted of the list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct ListQuery {
    /// How many answers were read before: the `next` of the page before.
    after: String,
}

/// Answers with their votes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceAnswerPage)]
pub(crate) struct AnswerPage {
    /// The worst first.
    answers: Vec<AnswerView>,
    /// Give it as `after` to go on; missing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    next: Option<String>,
}

/// An answer with its votes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceAnswer)]
pub(crate) struct AnswerView {
    /// Id of the question.
    id: String,
    /// The question, in the visitor's language.
    question: String,
    /// How many said each word.
    votes: BTreeMap<&'static str, u32>,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<ListQuery>,
) -> Result<Json<AnswerPage>, AppError> {
    let library = room.library();
    let judged = judged(&library, &counts(&room).await?);
    let (page, next) = page_after(&asked.after, &judged, PAGE);
    let view = |judged: &Judged<'_>| AnswerView {
        id: judged.entry.id.clone(),
        question: pick(&visitor, &judged.entry.question).to_owned(),
        votes: Word::ALL.into_iter().map(|word| (word.as_str(), judged.counts.of(word))).collect(),
    };
    Ok(Json(AnswerPage { answers: page.iter().map(view).collect(), next }))
}

pub(crate) fn operation() -> Operation {
    Operation::new("listAnswers", "How readers voted on answers")
        .description("Answers that somebody voted on, the worst first. For staff who keep the items.")
        .tag("items")
        .query::<ListQuery>()
        .returns::<AnswerPage>(200, "a page of answers")
}
