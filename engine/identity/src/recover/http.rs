//! `/recover`, and `POST /api/v1/recoveries`.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiJson, AppError, FormErrors, Operation, PostForm, Shell, Visitor, page};

use super::{Recover, recover};
use crate::Room;
use crate::client::Client;
use crate::sign_in_page::refused;

#[derive(Template)]
#[template(path = "recover/recover.html")]
struct RecoverPage {
    shell: Shell,
    errors: FormErrors,
    login: String,
    wait: String,
    is_done: bool,
}

fn build(visitor: &Visitor, login: String) -> RecoverPage {
    RecoverPage {
        shell: Shell::new(visitor, visitor.t("identity-recover-title"))
            .crumb(visitor.t("identity-sign-in-title"), "/sign-in"),
        errors: FormErrors::none(),
        login,
        wait: String::new(),
        is_done: false,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
}

pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    let mut shown = build(&visitor, String::new());
    shown.is_done = asked.done == "1";
    page(&shown)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    login: String,
    code: String,
    new_password: String,
    again: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let Form { login, code, new_password, again } = form;
    let done = if new_password == again {
        let given = Recover { login: login.clone(), code, new_password, client };
        recover(&room, visitor.now, given).await.map_err(Refusal::from)
    } else {
        Err(Refusal::field("again", Message::new("identity-password-again-differs")))
    };
    match done {
        Ok(()) => Ok(Redirect::to("/recover?done=1").into_response()),
        Err(refusal) => {
            let again = build(&visitor, login);
            refused(&visitor, refusal, again, |page, errors, wait| (page.errors, page.wait) = (errors, wait))
        }
    }
}

/// A slip and the new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRecovery {
    /// Identity number or phone.
    login: String,
    /// The code of the slip.
    code: String,
    /// The password that they choose.
    new_password: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    ApiJson(given): ApiJson<NewRecovery>,
) -> Result<StatusCode, AppError> {
    let NewRecovery { login, code, new_password } = given;
    recover(&room, visitor.now, Recover { login, code, new_password, client }).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn operation() -> Operation {
    Operation::new("recoverAccount", "Sets a new password with a slip from a counter.")
        .description(
            "Failures count like wrong passwords: 429 with Retry-After. An account that there is not answers like a \
             wrong code. Second factors and visits end.",
        )
        .tag("identity")
        .body::<NewRecovery>()
        .returns_nothing(204, "The new password opens the account.")
}
