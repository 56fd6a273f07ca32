//! `/progress` and `POST /api/v1/progress`.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::{Extension, Json};
use identity::Client;
use kernel::Refusal;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiJson, AppError, FormErrors, Operation, PostForm, Shell, Visitor, page_with_status};

use super::told::Progress;
use super::{LookUpError, look_up, tell};
use crate::Room;

#[derive(Template)]
#[template(path = "progress/progress.html")]
struct ProgressPage {
    shell: Shell,
    errors: FormErrors,
    number: String,
    /// The name that was typed. In the macros of a template `name` is the name of the field.
    applicant: String,
    found: Option<Progress>,
}

/// What is typed, or what a link brings along.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    number: String,
    name: String,
}

pub(crate) async fn show(visitor: Visitor, Query(form): Query<Form>) -> Result<Response, AppError> {
    draw(&visitor, StatusCode::OK, Form { name: String::new(), ..form }, FormErrors::none(), None)
}

pub(crate) async fn look(
    State(room): State<Room>,
    visitor: Visitor,
    Extension(client): Extension<Client>,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    match Box::pin(asked(&room, &visitor, &client, &form.number, &form.name)).await {
        Ok(found) => draw(&visitor, StatusCode::OK, form, FormErrors::none(), Some(found)),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            draw(&visitor, StatusCode::UNPROCESSABLE_ENTITY, form, errors, None)
        }
    }
}

async fn asked(
    room: &Room,
    visitor: &Visitor,
    client: &Client,
    number: &str,
    name: &str,
) -> Result<Progress, Refusal> {
    let found = look_up(room, client, number, name, visitor.now).await?;
    tell(room, visitor, found).await
}

fn draw(
    visitor: &Visitor,
    status: StatusCode,
    form: Form,
    errors: FormErrors,
    found: Option<Progress>,
) -> Result<Response, AppError> {
    let shell = Shell::new(visitor, visitor.t("applications-progress-title"));
    page_with_status(
        status,
        &ProgressPage { shell, errors, number: form.number, applicant: form.name, found },
    )
}

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookUp {
    /// 办件编号, or the master number of one thing.
    number: String,
    /// Full name of the applicant: of the person, or of the organisation.
    name: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Extension(client): Extension<Client>,
    ApiJson(wanted): ApiJson<LookUp>,
) -> Result<Json<Progress>, AppError> {
    let found = look_up(&room, &client, &wanted.number, &wanted.name, visitor.now).await;
    let found = found.map_err(|error| match error {
        LookUpError::NotFound => Refusal::NotFound,
        other @ (LookUpError::Delayed(_)
        | LookUpError::Missing(_)
        | LookUpError::Case(_)
        | LookUpError::Master(_)
        | LookUpError::Store(_)) => other.into(),
    })?;
    Ok(Json(Box::pin(tell(&room, &visitor, found)).await?))
}

pub(crate) fn operation() -> Operation {
    Operation::new("lookUpProgress", "Tells where a case stands, by its number and the applicant's name.")
        .description(
            "Needs no sign-in. A wrong number and a wrong name are both 404. After five failures for a number, or twenty \
             from one network, 429 says how long to wait.",
        )
        .tag("applications")
        .body::<LookUp>()
        .returns::<Progress>(200, "Where it stands. Nothing personal.")
}
