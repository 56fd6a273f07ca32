//! `/account/totp`: setting up an authenticator application, and taking it away.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use serde::Deserialize;
use web::{AppError, FormErrors, PostForm, Qr, Shell, Visitor, encode, page, page_with_status};

use super::{begin, begun, confirm, remove};
use crate::Room;
use crate::factors::{Factor, strengthen, ways_of};
use crate::prove::http::{account_href, own, to_proof, with_token};
use crate::sign_in_page::{next_path, with_next};

#[derive(Template)]
#[template(path = "totp/totp.html")]
struct TotpPage {
    shell: Shell,
    errors: FormErrors,
    is_set_up: bool,
    /// The secret that waits to be confirmed, in groups of four.
    secret: String,
    qr: Option<Qr>,
    next: String,
    back: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    code: String,
    next: String,
}

/// Where the pages about factors lead to when they are done.
fn here(next: &str) -> String {
    with_next("/account/totp", next)
}

async fn build(room: &Room, visitor: &Visitor, next: &str) -> Result<Result<TotpPage, Response>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let standing = own(&mut tx, visitor).await?;
    if !standing.is_fresh {
        return Ok(Err(to_proof(&here(next))));
    }
    let secret = begun(&mut tx, &room.vault, standing.owner).await?;
    let is_set_up = ways_of(&mut tx, standing.owner).await?.totp;
    let shell = Shell::new(visitor, visitor.t("identity-totp-title"))
        .crumb(visitor.t("identity-account-title"), account_href(visitor));
    let qr = secret.as_ref().and_then(|secret| Qr::of(&address(room, shell.shown_as(), secret)));
    Ok(Ok(TotpPage {
        shell,
        errors: FormErrors::none(),
        is_set_up,
        qr,
        secret: secret.map(|secret| in_fours(&secret)).unwrap_or_default(),
        next: next_path(next).to_owned(),
        back: account_href(visitor),
    }))
}

/// The address that authenticator applications read from a QR code. The values are their defaults, named all the same.
fn address(room: &Room, shown_as: &str, secret: &str) -> String {
    let issuer = encode(room.factors.issuer());
    let account = encode(&shown_as.replace(' ', ""));
    format!(
        "otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

fn in_fours(text: &str) -> String {
    let groups = text.as_bytes().chunks(4).map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(" ")
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    match build(&room, &visitor, &asked.next).await? {
        Ok(found) => page(&found),
        Err(elsewhere) => Ok(elsewhere),
    }
}

pub(crate) async fn submit_begin(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    if !standing.is_fresh {
        return Ok(to_proof(&here(&form.next)));
    }
    begin(&mut tx, &room.vault, standing.owner, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&here(&form.next)).into_response())
}

/// The code shows that the application holds the secret; the visit counts as strong from then on.
pub(crate) async fn submit_confirm(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Asked>,
) -> Result<Response, AppError> {
    let mut again = match build(&room, &visitor, &form.next).await? {
        Ok(again) => again,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    match confirm(&mut tx, &room.vault, standing.owner, &form.code, visitor.now).await.map_err(Refusal::from)
    {
        Ok(()) => {
            let opened = strengthen(&mut tx, standing.session, Factor::Totp, visitor.now).await?;
            let opened = opened.ok_or(AppError(Refusal::Unauthenticated))?;
            tx.commit().await?;
            let codes = crate::recovery_codes::http::here(&form.next);
            Ok(with_token(&room, Redirect::to(&codes).into_response(), &opened))
        }
        Err(refusal) => {
            again.errors = FormErrors::of(&visitor, refusal)?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

pub(crate) async fn submit_remove(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(_form): PostForm<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let standing = own(&mut tx, &visitor).await?;
    if !standing.is_fresh {
        return Ok(to_proof("/account/totp"));
    }
    remove(&mut tx, standing.owner, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to(account_href(&visitor)).into_response())
}
