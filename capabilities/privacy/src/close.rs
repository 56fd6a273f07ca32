//! `/my/data/close`: closing one's account (注销账号; 个人信息保护法 §47). The rooms are asked in one transaction: either all forget, or none.

use applications::discard;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::Applicant;
use identity::{check_close_account, close_account, has_just_proved, to_proof};
use kernel::{Message, Refusal, Timestamp};
use messages::Reader;
use serde::Deserialize;
use store::Tx;
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use crate::Room;

const HERE: &str = "/my/data/close";

#[derive(Template)]
#[template(path = "close.html")]
struct ClosePage {
    shell: Shell,
    errors: FormErrors,
    /// What stands in the way, in whole sentences; empty: nothing.
    block: String,
    /// Where to see to it.
    block_href: &'static str,
}

#[derive(Template)]
#[template(path = "closed.html")]
struct ClosedPage {
    shell: Shell,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    sure: String,
}

/// Nobody depends on the account, and nothing that the person asked for still runs.
async fn check(tx: &mut Tx, visitor: &Visitor) -> Result<(), (Refusal, &'static str)> {
    let person = check_close_account(tx, &visitor.actor, visitor.now)
        .await
        .map_err(|error| (error.into(), "/my/agents"))?;
    let own = Applicant { person, acting_for: None, through: None };
    // Of those that were granted, the ones of the future: none.
    let running = cases::alive_of_applicant(tx, &own, Timestamp::MAX).await;
    let running = running.map_err(|error| (error.into(), ""))?.len();
    if running > 0 {
        let rule = Message::new("privacy-close-running").with("count", running);
        return Err((Refusal::Conflict(rule), "/my/cases"));
    }
    Ok(())
}

fn build(visitor: &Visitor, block: String, block_href: &'static str, errors: FormErrors) -> ClosePage {
    let shell = Shell::new(visitor, visitor.t("privacy-close-title"));
    ClosePage { shell: shell.crumb(visitor.t("privacy-data-title"), "/my/data"), errors, block, block_href }
}

/// The page with what stands in the way; other failures are errors.
fn blocked(visitor: &Visitor, (refusal, href): (Refusal, &'static str)) -> Result<ClosePage, AppError> {
    if let Refusal::Conflict(rule) = &refusal {
        return Ok(build(visitor, visitor.message(rule), href, FormErrors::none()));
    }
    Err(AppError(refusal))
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut tx = room.db().snapshot().await?;
    match check(&mut tx, &visitor).await {
        Ok(()) => page(&build(&visitor, String::new(), "", FormErrors::none())),
        Err(block) => page(&blocked(&visitor, block)?),
    }
}

pub(crate) async fn close(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Form { sure }): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db().begin().await?;
    if let Err(block) = check(&mut tx, &visitor).await {
        return page_with_status(StatusCode::CONFLICT, &blocked(&visitor, block)?);
    }
    if sure != "true" {
        let refusal = Refusal::field("sure", Message::new("privacy-close-unsure"));
        let errors = FormErrors::of(&visitor, refusal)?;
        let again = build(&visitor, String::new(), "", errors);
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again);
    }
    if !has_just_proved(&mut tx, &visitor).await? {
        return Ok(to_proof(HERE));
    }
    let (now, vault) = (visitor.now, &room.applications.vault);
    let person = visitor.actor.person()?.person;
    oidc::forget_person(&mut tx, person, now).await?;
    discard::discard_all(&mut tx, person).await?;
    messages::forget_reader(&mut tx, Reader::Person(person)).await?;
    close_account(&mut tx, vault, &visitor.actor, now).await.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Redirect::to("/account-closed").into_response())
}

/// The last word, for whoever is nobody here any more.
pub(crate) async fn closed(visitor: Visitor) -> Result<Response, AppError> {
    page(&ClosedPage { shell: Shell::new(&visitor, visitor.t("privacy-closed-title")) })
}
