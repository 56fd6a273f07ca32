//! The pages of the desk. All work without script; every form carries the version that the page showed.

use axum::http::Method;
use axum::response::{IntoResponse, Response};
use kernel::{Message, Refusal};
use web::{FormPairs, Routes};

use super::{MANAGE, OPEN, REASSIGN, WATCH, WORK};
use crate::Room;

mod batch;
mod case;
mod claim;
mod conflict;
mod correction;
mod draft;
mod filters;
mod give;
mod list;
mod manage;
mod material;
mod reassign;
mod template;
mod watch;
mod work;

pub(super) fn routes(routes: Routes<Room>) -> Routes<Room> {
    manage_routes(case_routes(routes))
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

/// How work is shared out, and handing it on.
fn manage_routes(routes: Routes<Room>) -> Routes<Room> {
    routes
        .page(Method::GET, "/desk/manage", MANAGE, manage::show)
        .page(Method::GET, "/desk/manage/items", MANAGE, manage::items::show)
        .page(Method::GET, "/desk/manage/load.csv", MANAGE, manage::file)
        .page(Method::GET, "/desk/manage/tasks", REASSIGN, manage::tasks::show)
        .page(Method::POST, "/desk/manage/reassign", REASSIGN, reassign::choose)
        .page(Method::POST, "/desk/manage/reassign/confirm", REASSIGN, reassign::post)
}

/// What belongs to the case page beside its commands.
fn case_routes(routes: Routes<Room>) -> Routes<Room> {
    routes
        .page(Method::GET, "/desk/cases/{id}/print", WORK, case::print::show)
        .page(Method::GET, "/desk/cases/{id}/changes", WORK, conflict::changes)
        .page(Method::POST, "/desk/cases/{id}/drafts", WORK, draft::save)
        .page(Method::POST, "/desk/cases/{id}/drafts/forget", WORK, draft::forget)
        .page(Method::POST, "/desk/cases/{id}/drafts/template", WORK, draft::pick)
        .page(Method::POST, "/desk/cases/{id}/notes", WORK, case::talk::add_note)
        .page(Method::POST, "/desk/cases/{id}/notes/{note}/take-back", WORK, case::talk::take_note_back)
        .page(Method::POST, "/desk/cases/{id}/letters", WORK, case::talk::write_letter)
        .page(Method::GET, "/desk/templates", WORK, template::list)
        .page(Method::POST, "/desk/templates", WORK, template::add)
        .page(Method::GET, "/desk/templates/{id}", WORK, template::show)
        .page(Method::POST, "/desk/templates/{id}", WORK, template::change)
        .page(Method::POST, "/desk/templates/{id}/delete", WORK, template::delete)
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
