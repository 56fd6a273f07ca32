//! `/sign-in/link`: somebody whom a provider has named and nobody here knows. They register with what it said, or sign in
//! to their account here, by which they have proved both, and link the two. Nothing is looked up by number or telephone
//! for them, so the page says to everybody the same.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::{Client, Token, enter_from_upstream, has_just_proved, register_from_upstream, to_proof};
use kernel::{Actor, Refusal};
use serde::Deserialize;
use web::{AppError, FormErrors, Nothing, PostForm, Shell, Visitor, local_path, page, page_with_status};

use super::flow;
use super::http::{LINKS, called, find, make_link};
use super::pending::{self, Pending};
use crate::Room;

const HREF: &str = "/sign-in/link";

#[derive(Template)]
#[template(path = "upstream/unknown.html")]
struct UnknownPage {
    shell: Shell,
    errors: FormErrors,
    provider: String,
    /// Name and number as they may be shown, where somebody can register with them.
    person: Option<(String, String)>,
    phone: String,
    is_verified: bool,
    /// No account can be opened with these data.
    is_taken: bool,
}

#[derive(Template)]
#[template(path = "upstream/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    provider: String,
    /// Whom the provider named, if it did.
    name: String,
    /// Whose account this is.
    mine: String,
}

/// What this browser brought. Nobody else's is shown.
async fn brought(
    room: &Room,
    visitor: &Visitor,
    headers: &HeaderMap,
) -> Result<Option<(Token, Pending)>, AppError> {
    let Some(browser) = flow::carried(room, headers) else { return Ok(None) };
    let mut tx = room.db.snapshot().await?;
    let found = pending::find(&mut tx, &room.identity.vault, &browser, visitor.now).await?;
    Ok(found.map(|found| (browser, found)))
}

/// Nothing waits, or no more: from the beginning.
fn over() -> Response {
    Redirect::to("/sign-in").into_response()
}

impl UnknownPage {
    fn new(room: &Room, visitor: &Visitor, pending: &Pending) -> Result<Self, AppError> {
        let provider = find(room, &pending.said.provider)?;
        Ok(Self {
            shell: Shell::new(visitor, visitor.t("oidc-upstream-unknown-title")),
            errors: FormErrors::none(),
            provider: called(visitor, provider),
            person: pending.said.person(),
            phone: pending.said.phone.clone().unwrap_or_default(),
            is_verified: pending.said.is_checked,
            is_taken: false,
        })
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let Some((_, pending)) = brought(&room, &visitor, &headers).await? else { return Ok(over()) };
    let Actor::Person(me) = &visitor.actor else {
        return page(&UnknownPage::new(&room, &visitor, &pending)?);
    };
    let provider = find(&room, &pending.said.provider)?;
    page(&ConfirmPage {
        provider: called(&visitor, provider),
        name: pending.said.person().map(|(name, _number)| name).unwrap_or_default(),
        mine: me.shown_as.clone(),
        shell: Shell::new(&visitor, visitor.t("oidc-upstream-confirm-title")),
    })
}

/// Links it with the account of the visit, whose holder has just proved that it is theirs.
pub(crate) async fn link(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let Some((browser, pending)) = brought(&room, &visitor, &headers).await? else { return Ok(over()) };
    let mut tx = room.db.snapshot().await?;
    if !has_just_proved(&mut tx, &visitor).await? {
        return Ok(to_proof(HREF));
    }
    tx.rollback().await?;
    let mut tx = room.begin().await?;
    if !pending::forget(&mut tx, &browser).await? {
        return Ok(over()); // a second click
    }
    tx.commit().await?;
    make_link(&room, &visitor, &client, &pending.said).await?;
    let done = format!("{LINKS}?done=linked");
    let mut response = Redirect::to(local_path(&pending.next).unwrap_or(&done)).into_response();
    flow::take_back(&room, response.headers_mut());
    Ok(response)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    phone: String,
    password: String,
}

/// Opens an account with what the provider said, and the visit with it.
pub(crate) async fn register(
    State(room): State<Room>,
    visitor: Visitor,
    client: Client,
    headers: HeaderMap,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let Some((browser, pending)) = brought(&room, &visitor, &headers).await? else { return Ok(over()) };
    if pending.said.person().is_none() {
        return Err(AppError(Refusal::NotFound)); // the page did not offer it
    }
    let mut again = UnknownPage::new(&room, &visitor, &pending)?;
    again.phone.clone_from(&form.phone);
    let Form { phone, password } = form;
    let done =
        register_from_upstream(&room.identity, visitor.now, &pending.said, phone, password, client.clone());
    match done.await.map_err(Refusal::from) {
        Ok(person) => {
            let mut tx = room.begin().await?;
            pending::forget(&mut tx, &browser).await?;
            tx.commit().await?;
            let (said, next) = (&pending.said, pending.next.as_str());
            let mut response =
                enter_from_upstream(&room.identity, &visitor, &client, person, said, next).await?;
            flow::take_back(&room, response.headers_mut());
            Ok(response)
        }
        Err(Refusal::Conflict(_)) => {
            again.is_taken = true;
            page_with_status(StatusCode::CONFLICT, &again)
        }
        Err(refusal) => {
            again.errors = FormErrors::of(&visitor, refusal)?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// Forgets it: whoever sits there now need not be who brought it.
pub(crate) async fn drop(
    State(room): State<Room>,
    headers: HeaderMap,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let mut response = over();
    if let Some(browser) = flow::carried(&room, &headers) {
        let mut tx = room.begin().await?;
        pending::forget(&mut tx, &browser).await?;
        tx.commit().await?;
        flow::take_back(&room, response.headers_mut());
    }
    Ok(response)
}
