//! `/licences/{id}/authorise`: first who, found by name, then what for and until when; and ending a right.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{AuthorisationId, Refusal};
use serde::Deserialize;
use store::Tx;
use web::{AppError, Choice, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use super::{Authorisation, NewAuthorisation, authorise, end_authorisation, find_of};
use crate::receiver::search;
use crate::room::Room;
use crate::uses::http::own_purpose;
use crate::view::{collect, id_of};
use crate::{Licence, State as LicenceState};

#[derive(Template)]
#[template(path = "authorise/form.html")]
struct AuthorisePage {
    shell: Shell,
    errors: FormErrors,
    licence: Licence,
    is_in_force: bool,
    /// What was looked for; empty before.
    asked: String,
    receivers: Vec<Choice>,
    purpose: String,
    until: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    q: String,
    receiver: String,
    purpose: String,
    until: String,
}

pub(crate) fn shell_of(visitor: &Visitor, licence: &Licence, title: &str) -> Shell {
    Shell::new(visitor, visitor.t(title))
        .crumb(visitor.t("licences-mine"), "/my/licences")
        .crumb(visitor.pick(&licence.name.zh, &licence.name.en), format!("/licences/{}", licence.id))
}

async fn page_of(
    tx: &mut Tx,
    visitor: &Visitor,
    id: &str,
    form: Form,
    errors: FormErrors,
) -> Result<AuthorisePage, AppError> {
    let (licence, _item) = collect(tx, visitor.actor.person()?, id_of(id)?).await?;
    let found = search(tx, &form.q).await?;
    let only = found.len() == 1;
    let choice = |receiver: crate::receiver::Receiver| {
        let name = visitor.pick(&receiver.name.zh, &receiver.name.en).to_owned();
        let chosen = only || receiver.reference == form.receiver;
        let kind = if receiver.reference.starts_with("client:") {
            "licences-receiver-system"
        } else {
            "licences-receiver-body"
        };
        Choice::new(&receiver.reference, name).hint(visitor.t(kind)).chosen_if(chosen)
    };
    Ok(AuthorisePage {
        shell: shell_of(visitor, &licence, "licences-authorise-title"),
        errors,
        is_in_force: licence.state(visitor.today()) == LicenceState::Valid,
        licence,
        receivers: found.into_iter().map(choice).collect(),
        asked: form.q,
        purpose: form.purpose,
        until: form.until,
    })
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(form): Query<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    page(&page_of(&mut tx, &visitor, &id, form, FormErrors::none()).await?)
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let new = NewAuthorisation { receiver: &form.receiver, purpose: &form.purpose, until: &form.until };
    let given = authorise(&mut tx, &room.vault, &visitor.actor, visitor.now, id_of(&id)?, new).await;
    match given.map_err(Refusal::from) {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/licences/{id}/uses")).into_response())
        }
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let shown = page_of(&mut tx, &visitor, &id, form, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
    }
}

#[derive(Template)]
#[template(path = "authorise/end.html")]
struct EndPage {
    shell: Shell,
    licence: Licence,
    right: Authorisation,
}

/// The id of a right in an address; what is none names nothing.
pub(crate) fn right_of(text: &str) -> Result<AuthorisationId, Refusal> {
    text.parse().map_err(|_form| Refusal::NotFound)
}

pub(crate) async fn ask_end(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, right)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let (licence, _item) = collect(&mut tx, visitor.actor.person()?, id_of(&id)?).await?;
    let purpose = own_purpose(&visitor);
    let right = find_of(&mut tx, &room.vault, licence.id, right_of(&right)?, &purpose).await?;
    let right = right.filter(|right| right.is_in_force(visitor.today())).ok_or(Refusal::NotFound)?;
    page(&EndPage { shell: shell_of(&visitor, &licence, "licences-right-end"), licence, right })
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path((id, right)): Path<(String, String)>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let mut tx = room.db.begin().await?;
    end_authorisation(&mut tx, &visitor.actor, visitor.now, id_of(&id)?, right_of(&right)?).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/licences/{id}/uses")))
}
