//! `/desk/representatives`: where an acceptance desk enters a new legal representative when the old one is gone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Refusal;
use serde::Deserialize;
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::{EnterRepresentative, enter_representative};
use crate::Room;

#[derive(Template)]
#[template(path = "hand_over/representatives.html")]
struct RepresentativesPage {
    shell: Shell,
    errors: FormErrors,
    form: Form,
    /// Whether a change was just entered.
    is_done: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    uscc: String,
    name: String,
    resident_id: String,
    basis_name: String,
    basis_number: String,
}

fn build(visitor: &Visitor, form: Form, errors: FormErrors, is_done: bool) -> RepresentativesPage {
    let shell = Shell::new(visitor, visitor.t("identity-representatives-title"))
        .crumb(visitor.t("identity-guardians-title"), "/desk/guardians");
    RepresentativesPage { shell, errors, form, is_done }
}

pub(crate) async fn show(visitor: Visitor) -> Result<Response, AppError> {
    page(&build(&visitor, Form::default(), FormErrors::none(), false))
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    match enter(&room, &visitor, &form).await {
        Ok(()) => page(&build(&visitor, Form::default(), FormErrors::none(), true)),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &build(&visitor, form, errors, false))
        }
    }
}

async fn enter(room: &Room, visitor: &Visitor, form: &Form) -> Result<(), Refusal> {
    let Form { uscc, name, resident_id, basis_name, basis_number } = form.clone();
    let enter = EnterRepresentative { uscc, name, resident_id, basis_name, basis_number };
    let mut tx = room.db.begin().await?;
    enter_representative(&mut tx, &room.vault, &visitor.actor, visitor.now, enter).await?;
    tx.commit().await?;
    Ok(())
}
