//! `/my/data/close`: closing one's account (注销账号; 个人信息保护法 §47). The rooms are asked in one transaction: either all forget, or none.

use applications::discard;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::Applicant;
use identity::{CloseAccountError, check_close_account, close_account, has_just_proved, to_proof};
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
    /// What stands in the way, in whole sentences, and where to see to it.
    blocks: Vec<(String, &'static str)>,
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

/// What stands in the way: who depends on the account, and what the person asked for that still runs.
async fn blocks(tx: &mut Tx, visitor: &Visitor) -> Result<Vec<(String, &'static str)>, AppError> {
    let mut found: Vec<(Message, &'static str)> = Vec::new();
    match check_close_account(tx, &visitor.actor, visitor.now).await {
        Ok(_) => {}
        Err(CloseAccountError::Needed(first, rest)) => {
            found.extend(
                [first].into_iter().chain(rest).map(|need| (Message::new(need.rule()), "/my/agents")),
            );
        }
        Err(other) => {
            let refusal = Refusal::from(other);
            let Refusal::Conflict(rule) = &refusal else { return Err(refusal.into()) };
            return Ok(vec![(visitor.message(rule), "/my/hat")]);
        }
    }
    let own = Applicant { person: visitor.actor.person()?.person, acting_for: None, through: None };
    // Of those that were granted, the ones of the future: none.
    let running = cases::alive_of_applicant(tx, &own, Timestamp::MAX).await?.len();
    if running > 0 {
        found.push((Message::new("privacy-close-running").with("count", running), "/my/cases"));
    }
    Ok(found.into_iter().map(|(rule, href)| (visitor.message(&rule), href)).collect())
}

fn build(visitor: &Visitor, blocks: Vec<(String, &'static str)>, errors: FormErrors) -> ClosePage {
    let shell = Shell::new(visitor, visitor.t("privacy-close-title"));
    ClosePage { shell: shell.crumb(visitor.t("privacy-data-title"), "/my/data"), errors, blocks }
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let mut tx = room.db().snapshot().await?;
    let blocks = blocks(&mut tx, &visitor).await?;
    page(&build(&visitor, blocks, FormErrors::none()))
}

pub(crate) async fn close(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Form { sure }): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db().begin().await?;
    let blocks = blocks(&mut tx, &visitor).await?;
    if !blocks.is_empty() {
        return page_with_status(StatusCode::CONFLICT, &build(&visitor, blocks, FormErrors::none()));
    }
    if sure != "true" {
        let refusal = Refusal::field("sure", Message::new("privacy-close-unsure"));
        let errors = FormErrors::of(&visitor, refusal)?;
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &build(&visitor, blocks, errors));
    }
    if !has_just_proved(&mut tx, &visitor).await? {
        return Ok(to_proof(HERE));
    }
    let (now, vault) = (visitor.now, &room.applications.vault);
    let person = visitor.actor.person()?.person;
    oidc::forget_person(&mut tx, person, now).await?;
    discard::discard_all(&mut tx, person, now).await?;
    messages::forget_reader(&mut tx, Reader::Person(person)).await?;
    close_account(&mut tx, vault, &visitor.actor, now).await.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Redirect::to("/account-closed").into_response())
}

/// The last word, for whoever is nobody here any more.
pub(crate) async fn closed(visitor: Visitor) -> Result<Response, AppError> {
    page(&ClosedPage { shell: Shell::new(&visitor, visitor.t("privacy-closed-title")) })
}
