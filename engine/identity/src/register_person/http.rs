//! `/register`, and `POST /api/v1/persons`.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiJson, AppError, FormErrors, Operation, PostForm, Shell, Visitor, page, page_with_status};

use super::{RegisterPerson, register_person};
use crate::Room;
use crate::client::Client;
use crate::sign_in::{SignIn, sign_in_person};
use crate::sign_in_page::{go_on, next_path, refused};

#[derive(Template)]
#[template(path = "register_person/register.html")]
struct RegisterPage {
    shell: Shell,
    errors: FormErrors,
    form: Form,
    next: String,
    /// How long to wait, in words; empty when a try is welcome.
    wait: String,
    /// Whether no account can be opened with these data.
    is_taken: bool,
}

impl RegisterPage {
    fn new(visitor: &Visitor, form: Form) -> Self {
        Self {
            shell: Shell::new(visitor, visitor.t("identity-register-title")),
            errors: FormErrors::none(),
            next: next_path(&form.next).to_owned(),
            form,
            wait: String::new(),
            is_taken: false,
        }
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    name: String,
    resident_id: String,
    phone: String,
    password: String,
    code: String,
    next: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    next: String,
}

pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response, AppError> {
    page(&RegisterPage::new(&visitor, Form { next: asked.next, ..Form::default() }))
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let person = RegisterPerson {
        name: form.name.clone(),
        resident_id: form.resident_id.clone(),
        phone: form.phone.clone(),
        password: form.password.clone(),
        code: form.code.clone(),
        client: client.clone(),
    };
    let done = register_person(&room.db, &room.vault, &room.passwords, visitor.now, person).await;
    let mut again = RegisterPage::new(&visitor, form);
    match done.map_err(Refusal::from) {
        Ok(_id) => first_sign_in(&room, &visitor, client, &again.form).await,
        Err(Refusal::Conflict(_)) => {
            again.is_taken = true;
            page_with_status(StatusCode::CONFLICT, &again)
        }
        Err(refusal) => {
            refused(&visitor, refusal, again, |page, errors, wait| (page.errors, page.wait) = (errors, wait))
        }
    }
}

/// The new account is used at once, through the ordinary door, so that the log of sign-ins begins with it.
async fn first_sign_in(
    room: &Room,
    visitor: &Visitor,
    client: Client,
    form: &Form,
) -> Result<Response, AppError> {
    let given = SignIn { login: form.resident_id.clone(), password: form.password.clone(), client };
    match sign_in_person(&room.db, &room.vault, &room.passwords, visitor.now, given).await {
        Ok(step) => go_on(room, visitor, &step, &form.next, "/my").await,
        Err(error) => {
            tracing::info!(%error, "registered, not signed in");
            Ok(Redirect::to("/sign-in").into_response())
        }
    }
}

/// A person who opens an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPerson {
    /// Name, as on the identity card.
    name: String,
    /// Identity number of 18 characters.
    resident_id: String,
    /// Mobile number.
    phone: String,
    /// At least 10 characters.
    password: String,
    /// The code from a desk, for an account that guardians used until now.
    #[serde(default)]
    code: String,
}

/// The account.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonCreated {
    /// Its id.
    id: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    ApiJson(person): ApiJson<NewPerson>,
) -> Result<(StatusCode, Json<PersonCreated>), AppError> {
    let NewPerson { name, resident_id, phone, password, code } = person;
    let person = RegisterPerson { name, resident_id, phone, password, code, client };
    let id = register_person(&room.db, &room.vault, &room.passwords, visitor.now, person).await?;
    Ok((StatusCode::CREATED, Json(PersonCreated { id: id.to_string() })))
}

pub(crate) fn operation() -> Operation {
    Operation::new("registerPerson", "Opens an account for a natural person.")
        .description(
            "409 when no account can be opened with these data; whether number or phone stand in the way is not \
             said. The account is not signed in: send the password to /api/v1/sessions.",
        )
        .tag("identity")
        .body::<NewPerson>()
        .returns::<PersonCreated>(201, "The account is open.")
}
