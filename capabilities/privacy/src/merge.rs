//! `/my/data/merge`: two accounts of one person become one (合并重复账号). The account that stays shows a code; it is typed in the
//! other one, whose holder has just proved themselves there too.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::{MergeError, Merging, find_merge, has_just_proved, merge_person, offer_merge, to_proof};
use kernel::{Message, Refusal};
use messages::Reader;
use serde::Deserialize;
use store::Tx;
use web::{AppError, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use crate::Room;

const HERE: &str = "/my/data/merge";

#[derive(Template)]
#[template(path = "merge.html")]
struct MergePage {
    shell: Shell,
    errors: FormErrors,
    /// What was typed.
    code: String,
    /// The code of this account, once, and until when it holds.
    given: Option<(String, String)>,
    /// The account that would stay: then it is asked whether to do it.
    into: Option<String>,
}

fn build(visitor: &Visitor) -> MergePage {
    let shell = Shell::new(visitor, visitor.t("privacy-merge-title"));
    MergePage {
        shell: shell.crumb(visitor.t("identity-details-title"), "/account/details"),
        errors: FormErrors::none(),
        code: String::new(),
        given: None,
        into: None,
    }
}

#[derive(Template)]
#[template(path = "merged.html")]
struct MergedPage {
    shell: Shell,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut tx = room.db().snapshot().await?;
    if !has_just_proved(&mut tx, &visitor).await? {
        return Ok(to_proof(HERE));
    }
    page(&build(&visitor))
}

/// This account stays: its code.
pub(crate) async fn offer(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let mut tx = room.db().begin().await?;
    if !has_just_proved(&mut tx, &visitor).await? {
        return Ok(to_proof(HERE));
    }
    let vault = &room.applications.vault;
    let (code, until) = offer_merge(&mut tx, vault, &visitor.actor, visitor.now).await?;
    tx.commit().await?;
    page(&MergePage { given: Some((code, visitor.datetime(until))), ..build(&visitor) })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    code: String,
    /// Whether the page that asks was shown.
    asked: String,
    sure: String,
}

/// This account ends: which one stays, asked before it is done.
pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db().begin().await?;
    if !has_just_proved(&mut tx, &visitor).await? {
        return Ok(to_proof(HERE));
    }
    let found = find_merge(&mut tx, &room.applications.vault, &visitor.actor, visitor.now, &form.code).await;
    let merging = match found {
        Ok(merging) => merging,
        Err(MergeError::Close(error)) => {
            let refusal = Refusal::from(error);
            let Refusal::Conflict(rule) = refusal else { return Err(refusal.into()) };
            return again(&visitor, form.code, Refusal::field("code", rule));
        }
        Err(error) => return again(&visitor, form.code, error.into()),
    };
    let asking = |errors| MergePage {
        into: Some(merging.into_shown.clone()),
        code: form.code.clone(),
        errors,
        ..build(&visitor)
    };
    if form.asked != "true" {
        return page(&asking(FormErrors::none()));
    }
    if form.sure != "true" {
        let refusal = Refusal::field("sure", Message::new("privacy-close-unsure"));
        let errors = FormErrors::of(&visitor, refusal)?;
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &asking(errors));
    }
    merge(&mut tx, &room, &visitor, &merging).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account-merged").into_response())
}

fn again(visitor: &Visitor, code: String, refusal: Refusal) -> Result<Response, AppError> {
    let errors = FormErrors::of(visitor, refusal)?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &MergePage { errors, code, ..build(visitor) })
}

async fn merge(tx: &mut Tx, room: &Room, visitor: &Visitor, merging: &Merging) -> Result<(), Refusal> {
    let (now, from, into) = (visitor.now, merging.from, merging.into);
    oidc::forget_person(tx, from, now).await?;
    applications::merge::merge_person(tx, from, into, now).await?;
    messages::merge_reader(tx, Reader::Person(from), Reader::Person(into)).await?;
    Ok(merge_person(tx, &room.applications.vault, &visitor.actor, now, merging).await?)
}

/// The last word in the account that ended.
pub(crate) async fn merged(visitor: Visitor) -> Result<Response, AppError> {
    page(&MergedPage { shell: Shell::new(&visitor, visitor.t("privacy-merged-title")) })
}
