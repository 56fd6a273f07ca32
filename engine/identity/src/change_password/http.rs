//! `/account/password`.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, Refusal};
use serde::Deserialize;
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::change_password;
use crate::Room;
use crate::factors::{Factor, Standing, strengthen};
use crate::prove::http::{account_href, own, to_proof, with_token};

#[derive(Template)]
#[template(path = "change_password/password.html")]
struct PasswordPage {
    shell: Shell,
    errors: FormErrors,
    back: &'static str,
}

const HERE: &str = "/account/password";

fn build(visitor: &Visitor) -> PasswordPage {
    PasswordPage {
        shell: Shell::new(visitor, visitor.t("identity-password-title"))
            .crumb(visitor.t("identity-account-title"), account_href(visitor)),
        errors: FormErrors::none(),
        back: account_href(visitor),
    }
}

async fn standing(room: &Room, visitor: &Visitor) -> Result<Standing, AppError> {
    let mut tx = room.db.snapshot().await?;
    own(&mut tx, visitor).await
}

/// The old password, or the second factor of an account that has one, was asked for moments ago.
pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    if !standing(&room, &visitor).await?.is_fresh {
        return Ok(to_proof(HERE));
    }
    page(&build(&visitor))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    new_password: String,
    again: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let standing = standing(&room, &visitor).await?;
    if !standing.is_fresh {
        return Ok(to_proof(HERE));
    }
    let done = if form.new_password == form.again {
        let kept = Some(standing.session);
        change_password(&room, standing.owner, kept, &form.new_password, visitor.now)
            .await
            .map_err(Refusal::from)
    } else {
        Err(Refusal::field("again", Message::new("identity-password-again-differs")))
    };
    match done {
        Ok(()) => {
            // A token that somebody may have seen ends with the old password.
            let mut tx = room.db.begin().await?;
            let opened = strengthen(&mut tx, standing.session, Factor::Password, visitor.now).await?;
            tx.commit().await?;
            let opened = opened.ok_or(AppError(Refusal::Unauthenticated))?;
            let back = format!("{}?changed=password", account_href(&visitor));
            Ok(with_token(&room, Redirect::to(&back).into_response(), &opened))
        }
        Err(refusal) => {
            let mut again = build(&visitor);
            again.errors = FormErrors::of(&visitor, refusal)?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}
