//! The pages of the desk. All work without script; every form carries the version that the page showed.

use askama::Template;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{CaseId, Message, Refusal};
use web::{AppError, FormPairs, Routes, Shell, Visitor};

use super::{OPEN, WATCH, WORK};
use crate::Room;

mod batch;
mod case;
mod claim;
mod correction;
mod filters;
mod give;
mod list;
mod material;
mod watch;
mod work;

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    routes
        .page(Method::GET, "/desk", OPEN, list::show)
        .page(Method::POST, "/desk/tasks/{task}/claim", WORK, claim::one)
        .page(Method::GET, "/desk/export.csv", WORK, list::export)
        .page(Method::POST, "/desk/batch", WORK, batch::post)
        .page(Method::POST, "/desk/batch/settle", WORK, batch::settle)
        .page(Method::GET, "/desk/filters", WORK, filters::show)
        .page(Method::POST, "/desk/filters", WORK, filters::save)
        .page(Method::POST, "/desk/filters/{no}", WORK, filters::change)
        .page(Method::POST, "/desk/cases/{id}/watch", WORK, claim::watch)
        .page(Method::GET, "/desk/cases/{id}", WORK, case::show)
        .page(Method::POST, "/desk/cases/{id}/commands", WORK, give::post)
        .page(Method::GET, "/desk/cases/{id}/correction", WORK, correction::show)
        .page(Method::GET, "/desk/cases/{id}/materials/{material}", WORK, material::show)
        .page(Method::POST, "/desk/cases/{id}/materials", WORK, material::add)
        .page(Method::GET, "/desk/watch", WATCH, watch::bodies)
        .page(Method::GET, "/desk/watch/{body}", WATCH, watch::tasks)
}

#[derive(Template)]
#[template(path = "desk/pages/conflict.html", whitespace = "minimize")]
struct ConflictPage {
    shell: Shell,
    sentence: String,
    case: String,
}

/// 409 as a page with a way back: the case has moved on, somebody else has the task, a notice hangs.
fn conflict(visitor: &Visitor, case: CaseId, message: &Message) -> Result<Response, AppError> {
    let shell = Shell::new(visitor, visitor.t("desk-conflict-title")).crumb(visitor.t("web-desk"), "/desk");
    let page = ConflictPage { shell, sentence: visitor.message(message), case: case.to_string() };
    web::page_with_status(StatusCode::CONFLICT, &page)
}

/// A refusal of something about a case: conflicts lead back to it, the rest is said by the frame.
fn refuse(visitor: &Visitor, case: CaseId, refusal: Refusal) -> Result<Response, AppError> {
    match refusal {
        Refusal::Conflict(message) => conflict(visitor, case, &message),
        Refusal::NotFound
        | Refusal::Unauthenticated
        | Refusal::Forbidden
        | Refusal::Invalid(_)
        | Refusal::Malformed(_)
        | Refusal::TooLarge(_)
        | Refusal::Unsupported(_)
        | Refusal::TooMany(_)
        | Refusal::Unavailable
        | Refusal::Internal(_) => Err(AppError(refusal)),
    }
}

fn redirect(to: &str) -> Response {
    axum::response::Redirect::to(to).into_response()
}

/// The version that the page showed. A form without it is none of ours.
fn version(pairs: &FormPairs) -> Result<i64, Refusal> {
    let version = pairs.get("version").and_then(|text| text.parse().ok());
    version.ok_or_else(|| Refusal::Malformed(Message::new("web-form-unreadable")))
}

/// A number of 43 characters, cut into pieces between which a line may break.
fn pieces(number: &str) -> Vec<String> {
    let characters: Vec<char> = number.chars().collect();
    characters.chunks(8).map(|piece| piece.iter().collect()).collect()
}
