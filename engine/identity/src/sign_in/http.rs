//! `/sign-in` for persons and `/staff/sign-in` for staff: one page with two sets of words.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use kernel::Refusal;
use serde::Deserialize;
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page};

use super::{Door, SignIn, sign_in};
use crate::Room;
use crate::client::Client;
use crate::sign_in_page::{go_on, next_path, refused};
use crate::upstream::UpstreamName;

#[derive(Template)]
#[template(path = "sign_in/sign_in.html")]
pub(super) struct SignInPage {
    shell: Shell,
    pub(super) errors: FormErrors,
    is_staff: bool,
    login: String,
    next: String,
    /// How long to wait, in words; empty when a try is welcome.
    pub(super) wait: String,
    offers_passkeys: bool,
    /// Providers whose accounts open ours: their names in addresses and for people.
    upstreams: Vec<(String, String)>,
}

impl SignInPage {
    pub(super) fn new(room: &Room, visitor: &Visitor, door: Door, login: String, next: &str) -> Self {
        let title = match door {
            Door::Person => "identity-sign-in-title",
            Door::Staff => "identity-staff-sign-in-title",
        };
        let named = |known: &UpstreamName| {
            (known.id.clone(), visitor.pick(&known.name.zh, &known.name.en).to_owned())
        };
        let upstreams = match door {
            Door::Person => room.factors.upstreams().iter().map(named).collect(),
            Door::Staff => Vec::new(),
        };
        Self {
            upstreams,
            shell: Shell::new(visitor, visitor.t(title)),
            errors: FormErrors::none(),
            is_staff: door == Door::Staff,
            login,
            next: next_path(next).to_owned(),
            wait: String::new(),
            offers_passkeys: room.factors.rp_id().is_some(),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    next: String,
    /// What a connected system already knows of who will sign in; only filled in, never believed.
    #[serde(default)]
    login: String,
}

pub(crate) async fn show_person(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    page(&SignInPage::new(&room, &visitor, Door::Person, asked.login, &asked.next))
}

pub(crate) async fn show_staff(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    page(&SignInPage::new(&room, &visitor, Door::Staff, asked.login, &asked.next))
}

#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn submit_person(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    submit(&room, &visitor, Door::Person, client, form).await
}

pub(crate) async fn submit_staff(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    submit(&room, &visitor, Door::Staff, client, form).await
}

async fn submit(
    room: &Room,
    visitor: &Visitor,
    door: Door,
    client: Client,
    form: Form,
) -> Result<Response, AppError> {
    let given = SignIn { login: form.login.clone(), password: form.password, client };
    let tried = sign_in(&room.db, &room.vault, &room.passwords, visitor.now, door, given).await;
    let again = SignInPage::new(room, visitor, door, form.login, &form.next);
    match tried.map_err(Refusal::from) {
        Ok(step) => go_on(room, visitor, &step, &form.next, door.home()).await,
        Err(refusal) => {
            refused(visitor, refusal, again, |page, errors, wait| (page.errors, page.wait) = (errors, wait))
        }
    }
}
