//! The guided choice for programs: the same questions, the same items, the same reasons.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Serialize;
use utoipa::ToSchema;
use web::{AppError, Operation, Visitor};

use super::page::{UNSURE, Walk, say};
use super::{Condition, Standing, Truth};
use crate::Room;
use crate::room::pick;

/// Where a guided choice may begin.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceChoices)]
pub(crate) struct Choices {
    /// Events of a life or of an organisation.
    choices: Vec<Start>,
}

/// An event.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceChoiceStart)]
pub(crate) struct Start {
    /// Its id.
    id: String,
    /// Its name, in the visitor's language.
    name: String,
    /// `people` or `organisations`.
    audience: &'static str,
    /// How many items it may lead to.
    items: usize,
}

/// How a guided choice stands after some answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceChoice)]
pub(crate) struct ChoiceView {
    /// The event.
    topic: String,
    /// What to ask next; missing at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    question: Option<QuestionView>,
    /// How many questions may still come, this one among them.
    ahead: usize,
    /// The items.
    items: Vec<ItemView>,
}

/// A question.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceChoiceQuestion)]
pub(crate) struct QuestionView {
    /// The name under which its answer is given.
    id: String,
    /// The question.
    text: String,
    /// How to answer it; may be empty.
    hint: String,
    /// All answers.
    answers: Vec<AnswerView>,
}

/// An answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceChoiceAnswer)]
pub(crate) struct AnswerView {
    /// What is given.
    value: String,
    /// What it means.
    label: String,
}

/// An item and why it stands as it does.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceChoiceItem)]
pub(crate) struct ItemView {
    /// Its name.
    name: String,
    /// Where its guide is.
    guide: String,
    /// Where an application begins, with the answers that its form takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    apply: Option<String>,
    /// `may`, `perhaps` (somebody must look at it), `no`, or `open` while a question may still decide it.
    standing: &'static str,
    /// What must be so.
    reasons: Vec<ReasonView>,
}

/// Something that must be so.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ServiceChoiceReason)]
pub(crate) struct ReasonView {
    /// In words.
    says: String,
    /// `yes`, `no` or `unknown`.
    met: &'static str,
    /// Whether the item is out of the question where it is not met.
    decides: bool,
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listChoices", "Where a guided choice may begin")
        .description("Events of a life or of an organisation.")
        .tag("items")
        .returns::<Choices>(200, "all events")
}

pub(crate) async fn list(State(room): State<Room>, visitor: Visitor) -> Json<Choices> {
    let library = room.library();
    let start = |topic: &crate::Topic| Start {
        id: topic.id.clone(),
        name: pick(&visitor, &topic.name).to_owned(),
        audience: if topic.people { "people" } else { "organisations" },
        items: topic.offered(&library).len(),
    };
    Json(Choices { choices: room.topics.iter().map(start).collect() })
}

pub(crate) fn operation() -> Operation {
    Operation::new("getChoice", "A guided choice, question by question")
        .description(
            "Give the answers so far as parameters of the query: the name is the id of the question, the value that of the \
             answer, or `unsure`. What is no question or no answer is passed over. Nothing is kept.",
        )
        .tag("items")
        .path_param("topic", "id of the event")
        .returns::<ChoiceView>(200, "how it stands")
}

pub(crate) async fn get(
    State(room): State<Room>,
    visitor: Visitor,
    Path(topic): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<ChoiceView>, AppError> {
    let walk = Walk::new(&room, &topic, &pairs)?;
    let question = walk.asks.map(|asks| {
        let question = &walk.run.questions[asks];
        let answers = question.answers.iter();
        let answer = |token: &str, label: String| AnswerView { value: token.to_owned(), label };
        let unsure = answer(UNSURE, visitor.t("catalogue-choose-unsure"));
        QuestionView {
            id: question.id.clone(),
            text: say(&visitor, &question.text),
            hint: say(&visitor, &question.hint),
            answers: answers
                .map(|one| answer(&one.token, say(&visitor, &one.label)))
                .chain([unsure])
                .collect(),
        }
    });
    let items = walk.packages.iter().zip(&walk.run.offers).map(|(package, offer)| {
        let standing = walk.run.standing(offer, &walk.given);
        let reason = |condition: &Condition| ReasonView {
            says: say(&visitor, &condition.says),
            met: match walk.run.truth(condition, &walk.given) {
                Truth::Yes => "yes",
                Truth::No => "no",
                Truth::Unknown => "unknown",
            },
            decides: condition.decides,
        };
        ItemView {
            name: pick(&visitor, &package.item.name).to_owned(),
            guide: package.guide_href(),
            apply: if standing == Standing::No { None } else { walk.apply(package) },
            standing: match standing {
                Standing::Open => "open",
                Standing::May => "may",
                Standing::Perhaps => "perhaps",
                Standing::No => "no",
            },
            reasons: offer.conditions.iter().map(reason).collect(),
        }
    });
    let items = items.collect();
    let ahead = walk.run.ahead(&walk.given).len();
    Ok(Json(ChoiceView { topic: walk.topic.id, question, ahead, items }))
}
