//! `/desk/filters`: a clerk's saved filters (常用筛选).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Message, Refusal};
use web::{AppError, FormErrors, FormPairs, Shell, Visitor};

use super::redirect;
use crate::desk::filters::{self, Change, FILTERS_MAX, SavedFilter};
use crate::desk::{DeskError, see};
use crate::{Room, http};

#[derive(Template)]
#[template(path = "desk/pages/filters.html", whitespace = "minimize")]
struct FiltersPage {
    shell: Shell,
    errors: FormErrors,
    filters: Vec<SavedFilter>,
    most: i64,
    /// What was typed for a list that could not be saved under it.
    typed_name: String,
    query: String,
}

pub(super) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    page(&room, &visitor, None).await
}

async fn page(room: &Room, visitor: &Visitor, failed: Option<Failed>) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let filters = filters::list(&mut tx, clerk.staff).await?;
    let status = if failed.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let Failed { errors, name, query } = failed.unwrap_or_default();
    let shell = Shell::new(visitor, visitor.t("desk-filters-title")).crumb(visitor.t("web-desk"), "/desk");
    let page = FiltersPage { shell, errors, filters, most: FILTERS_MAX, typed_name: name, query };
    web::page_with_status(status, &page)
}

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Failed {
    errors: FormErrors,
    name: String,
    query: String,
}

/// Saves the list that the page showed, and goes back to it.
pub(super) async fn save(
    State(room): State<Room>,
    visitor: Visitor,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let text = |name: &str| pairs.get(name).unwrap_or_default().to_owned();
    let (name, query) = (text("name"), text("query"));
    let mut tx = room.db.begin().await?;
    match filters::save(&mut tx, clerk.staff, &name, &query, visitor.now).await {
        Ok(saved) => {
            tx.commit().await?;
            Ok(redirect(&format!("/desk?{}", saved.query)))
        }
        Err(error) => {
            drop(tx);
            again(&room, &visitor, error, name, query).await
        }
    }
}

async fn again(
    room: &Room,
    visitor: &Visitor,
    error: DeskError,
    name: String,
    query: String,
) -> Result<Response, AppError> {
    let refusal = Refusal::from(error);
    let errors = if let Refusal::Conflict(message) = &refusal {
        let mut errors = FormErrors::none();
        errors.add("", visitor.message(message));
        errors
    } else {
        FormErrors::of(visitor, refusal)?
    };
    page(room, visitor, Some(Failed { errors, name, query })).await
}

/// Renames, chooses as the opening list or chooses no longer, or forgets.
pub(super) async fn change(
    State(room): State<Room>,
    visitor: Visitor,
    Path(no): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let no: i64 = http::id(&no)?;
    let mut tx = room.db.begin().await?;
    let change = match pairs.get("do") {
        Some("rename") => {
            Change { name: Some(pairs.get("name").unwrap_or_default().to_owned()), is_default: None }
        }
        Some("default") => Change { name: None, is_default: Some(true) },
        Some("no-default") => Change { name: None, is_default: Some(false) },
        Some("delete") => {
            filters::delete(&mut tx, clerk.staff, no).await?;
            tx.commit().await?;
            return Ok(redirect("/desk/filters"));
        }
        Some(_) | None => return Err(Refusal::Malformed(Message::new("web-form-unreadable")).into()),
    };
    match filters::change(&mut tx, clerk.staff, no, change).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(redirect("/desk/filters"))
        }
        Err(error) => {
            drop(tx);
            again(&room, &visitor, error, String::new(), String::new()).await
        }
    }
}
