//! `/questions/{id}`: one answer, with what it rests on, and the vote on it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::{Extension, Json};
use identity::Client;
use kernel::{Message, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, Choice, Operation, PostForm, Shell, Visitor};

use super::vote::{self, Word};
use super::{Entry, Of, items, paragraphs};
use crate::room::pick;
use crate::{Library, Room};

#[derive(Template)]
#[template(path = "questions/answer.html")]
struct AnswerPage {
    shell: Shell,
    answer: Vec<String>,
    items: Vec<(String, String)>,
    /// Where an article comes from: the source, whether it was compared with the official text, what to know.
    sources: Vec<(String, bool, String)>,
    /// What the visitor said before; empty for nothing.
    own: &'static str,
    reasons: Vec<Choice>,
    action: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let library = room.library();
    let entry = library.questions().get(&id).ok_or(Refusal::NotFound)?;
    let own = match vote::voter(&room.vault, &visitor) {
        Some(voter) => vote::own(&mut room.db.snapshot().await?, &voter, &id).await?,
        None => None,
    };
    web::page(&page(&visitor, &library, entry, own))
}

fn page(visitor: &Visitor, library: &Library, entry: &Entry, own: Option<Word>) -> AnswerPage {
    let sources = match &entry.of {
        Of::Item(_) => Vec::new(),
        Of::Article(article) => article
            .sources
            .iter()
            .map(|source| (source.from.clone(), source.verified, source.note.clone().unwrap_or_default()))
            .collect(),
    };
    let reason = |word: Word| {
        let label = visitor.t(&format!("catalogue-vote-{}", word.as_str()));
        Choice::new(word.as_str(), label).chosen_if(own == Some(word))
    };
    AnswerPage {
        answer: paragraphs(pick(visitor, &entry.answer)),
        items: items(entry, library, visitor),
        sources,
        own: own.map_or("", Word::as_str),
        reasons: Word::REASONS.map(reason).into(),
        action: format!("{}/vote", entry.href()),
        shell: Shell::new(visitor, pick(visitor, &entry.question))
            .crumb(visitor.t("catalogue-questions-title"), "/questions"),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct VoteForm {
    #[serde(default)]
    word: String,
}

pub(crate) async fn cast(
    State(room): State<Room>,
    visitor: Visitor,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    PostForm(form): PostForm<VoteForm>,
) -> Result<Response, AppError> {
    let href = keep(&room, &visitor, &client, &id, &form.word).await?;
    Ok(Redirect::to(&format!("{href}#vote")).into_response())
}

/// Keeps the vote; gives where the answer is read.
async fn keep(
    room: &Room,
    visitor: &Visitor,
    client: &Client,
    id: &str,
    word: &str,
) -> Result<String, Refusal> {
    let library = room.library();
    let entry = library.questions().get(id).ok_or(Refusal::NotFound)?;
    let word =
        Word::parse(word).ok_or_else(|| Refusal::field("word", Message::new("catalogue-vote-unknown")))?;
    let voter = vote::voter(&room.vault, visitor).ok_or(Refusal::Unauthenticated)?;
    vote::cast(&room.db, &room.vault, client, &voter, &entry.id, word, visitor.now).await?;
    Ok(entry.href())
}

/// What is said of an answer.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServiceAnswerVote)]
pub(crate) struct VoteView {
    /// `useful`; or why not: `useless` (no reason), `unclear`, `wrong`, `outdated`, `incomplete`, `beside`.
    word: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    ApiJson(vote): ApiJson<VoteView>,
) -> Result<Json<VoteView>, AppError> {
    keep(&room, &visitor, &client, &id, &vote.word).await?;
    Ok(Json(vote))
}

pub(crate) fn operation() -> Operation {
    Operation::new("voteOnAnswer", "Says whether an answer was useful")
        .description(
            "One vote of each account for each answer; a later one takes its place. 422 for an unknown word; 429 after sixty \
             votes from one network in an hour.",
        )
        .tag("items")
        .path_param("id", "id of the question")
        .body::<VoteView>()
        .returns::<VoteView>(200, "the vote that counts now")
}
