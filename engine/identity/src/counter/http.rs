//! `/desk/counter`: finding an account by identity number, and what a clerk does with it. Numbers travel in the body of a
//! request, never in an address.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use codes::ResidentId;
use kernel::{Message, PersonId, RecoveryId, Refusal};
use serde::Deserialize;
use store::{Purpose, Tx};
use web::{AppError, Choice, FormErrors, Nothing, PostForm, Shell, Visitor, page_with_status};

use super::{Asked, Document, Seen, ask_recovery, confirm_recovery, drop_recovery, raise, waiting};
use crate::Room;
use crate::person_name::Phone;
use crate::persons::{Assurance, PersonRecord, find_person, find_person_by_resident_id};

const HREF: &str = "/desk/counter";

#[derive(Template)]
#[template(path = "counter/counter.html")]
struct CounterPage {
    shell: Shell,
    errors: FormErrors,
    typed: String,
    found: Option<FoundPerson>,
    is_unknown: bool,
    documents: Vec<Choice>,
    rows: Vec<Row>,
    done: String,
}

struct FoundPerson {
    id: String,
    name: String,
    resident_id: String,
    phone: String,
    level: String,
    is_verified: bool,
}

struct Row {
    id: String,
    name: String,
    asked: String,
    may_confirm: bool,
    is_given: bool,
}

pub(crate) fn documents(visitor: &Visitor, chosen: &str) -> Vec<Choice> {
    let choice = |document: Document| {
        let word = document.as_str();
        Choice::new(word, visitor.t(&format!("identity-document-{word}"))).chosen_if(word == chosen)
    };
    Document::ALL.into_iter().map(choice).collect()
}

async fn build(room: &Room, visitor: &Visitor, tx: &mut Tx) -> Result<CounterPage, AppError> {
    let clerk = visitor.actor.staff()?;
    let open = waiting(tx, &room.vault, clerk, visitor.now).await?;
    let row = |one: &super::Waiting| Row {
        id: one.id.to_string(),
        name: one.shown_as.clone(),
        asked: visitor.t2(
            "identity-counter-asked",
            "name",
            &one.asked_by,
            "when",
            visitor.datetime(one.asked_at),
        ),
        may_confirm: !one.is_given && !one.is_own,
        is_given: one.is_given,
    };
    Ok(CounterPage {
        errors: FormErrors::none(),
        typed: String::new(),
        found: None,
        is_unknown: false,
        documents: documents(visitor, ""),
        rows: open.iter().map(row).collect(),
        done: String::new(),
        shell: Shell::new(visitor, visitor.t("identity-counter-title")).crumb(visitor.t("web-desk"), "/desk"),
    })
}

fn found(visitor: &Visitor, person: &PersonRecord) -> FoundPerson {
    let level = match person.assurance {
        Assurance::Declared => "identity-assurance-declared",
        Assurance::Verified => "identity-assurance-verified",
    };
    FoundPerson {
        id: person.id.to_string(),
        name: person.name.as_str().to_owned(),
        resident_id: person.resident_id.as_str().to_owned(),
        phone: person.phone.as_ref().map_or_else(String::new, Phone::masked),
        level: visitor.t(level),
        is_verified: person.assurance == Assurance::Verified,
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    axum::extract::Query(asked): axum::extract::Query<Done>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let mut shown = build(&room, &visitor, &mut tx).await?;
    shown.done = match asked.done.as_str() {
        "verified" => visitor.t("identity-counter-done-verified"),
        "waits" => visitor.t("identity-counter-done-waits"),
        "corrected" => visitor.t("identity-counter-done-corrected"),
        "dropped" => visitor.t("identity-counter-done-dropped"),
        _ => String::new(),
    };
    web::page(&shown)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Find {
    resident_id: String,
}

/// Finds the account; the look is on record for its holder.
pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Find>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let Ok(number) = ResidentId::parse(form.resident_id.trim()) else {
        let mut again = build(&room, &visitor, &mut tx).await?;
        let refusal = Refusal::field("resident_id", Message::new("identity-resident-id-wrong"));
        again.errors = FormErrors::of(&visitor, refusal)?;
        again.typed = form.resident_id;
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again);
    };
    let person = match find_person_by_resident_id(&mut tx, &room.vault, &number).await? {
        Some(id) => look(&room, &visitor, &mut tx, id).await?,
        None => None,
    };
    let mut shown = build(&room, &visitor, &mut tx).await?;
    tx.commit().await?;
    shown.is_unknown = person.is_none();
    shown.found = person.as_ref().map(|person| found(&visitor, person));
    shown.typed = form.resident_id;
    web::page(&shown)
}

async fn look(
    room: &Room,
    visitor: &Visitor,
    tx: &mut Tx,
    id: PersonId,
) -> store::Result<Option<PersonRecord>> {
    let purpose = Purpose::of("identity.counter", &visitor.actor);
    find_person(tx, &room.vault, &purpose, id, visitor.now).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Stated {
    pub(crate) document: String,
    pub(crate) compared: String,
}

impl Stated {
    pub(crate) fn seen(&self) -> Seen {
        Seen { document: Document::read(&self.document), compared: self.compared == "true" }
    }
}

/// The page again, with the person and what is missing.
async fn again(
    room: &Room,
    visitor: &Visitor,
    person: PersonId,
    stated: &Stated,
    refusal: Refusal,
) -> Result<Response, AppError> {
    let errors = FormErrors::of(visitor, refusal)?;
    let mut tx = room.db.begin().await?;
    let person = look(room, visitor, &mut tx, person).await?.ok_or(AppError(Refusal::NotFound))?;
    let mut again = build(room, visitor, &mut tx).await?;
    tx.commit().await?;
    again.errors = errors;
    again.found = Some(found(visitor, &person));
    again.documents = documents(visitor, &stated.document);
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

pub(crate) async fn submit_raise(
    State(room): State<Room>,
    visitor: Visitor,
    Path(person): Path<String>,
    PostForm(stated): PostForm<Stated>,
) -> Result<Response, AppError> {
    let person: PersonId = person.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    let done = raise(&mut tx, &room.vault, &visitor.actor, visitor.now, person, stated.seen()).await;
    match done.map_err(Refusal::from) {
        Ok(()) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("{HREF}?done=verified")).into_response())
        }
        Err(refusal) => {
            tx.rollback().await?;
            again(&room, &visitor, person, &stated, refusal).await
        }
    }
}

#[derive(Template)]
#[template(path = "counter/slip.html")]
struct SlipPage {
    shell: Shell,
    code: String,
    until: String,
}

fn slip(visitor: &Visitor, code: String) -> Result<Response, AppError> {
    let shell = Shell::new(visitor, visitor.t("identity-slip-title"));
    web::page(&SlipPage {
        shell: shell.crumb(visitor.t("identity-counter-title"), HREF),
        code,
        until: visitor.datetime(super::expires(visitor.now)),
    })
}

pub(crate) async fn submit_recovery(
    State(room): State<Room>,
    visitor: Visitor,
    Path(person): Path<String>,
    PostForm(stated): PostForm<Stated>,
) -> Result<Response, AppError> {
    let person: PersonId = person.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    let mut tx = room.db.begin().await?;
    let (by, now) = (&visitor.actor, visitor.now);
    let done = ask_recovery(&mut tx, &room.vault, by, now, person, stated.seen()).await;
    match done.map_err(Refusal::from) {
        Ok(asked) => {
            tx.commit().await?;
            match asked {
                Asked::Given(code) => slip(&visitor, code),
                Asked::Waits => Ok(Redirect::to(&format!("{HREF}?done=waits")).into_response()),
            }
        }
        Err(refusal) => {
            tx.rollback().await?;
            again(&room, &visitor, person, &stated, refusal).await
        }
    }
}

#[derive(Template)]
#[template(path = "counter/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    errors: FormErrors,
    id: String,
    person: FoundPerson,
    documents: Vec<Choice>,
}

/// Whom a request of the own body is about: a look, on record.
async fn confirm_page(
    room: &Room,
    visitor: &Visitor,
    id: RecoveryId,
    stated: &Stated,
    errors: FormErrors,
) -> Result<Response, AppError> {
    let clerk = visitor.actor.staff()?;
    let mut tx = room.db.begin().await?;
    let sql =
        "select person from recoveries where id = $1 and body = $2 and given_at is null and used_at is null
         and dropped_at is null and expires_at > $3";
    let row = tx.fetch_optional(sql, store::vals![id, clerk.body, visitor.now]).await?;
    let row = row.ok_or(AppError(Refusal::NotFound))?;
    let person = look(room, visitor, &mut tx, row.get(0)?).await?.ok_or(AppError(Refusal::NotFound))?;
    tx.commit().await?;
    let shell = Shell::new(visitor, visitor.t("identity-counter-second-title"));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = ConfirmPage {
        shell: shell.crumb(visitor.t("identity-counter-title"), HREF),
        errors,
        id: id.to_string(),
        person: found(visitor, &person),
        documents: documents(visitor, &stated.document),
    };
    page_with_status(status, &shown)
}

fn recovery_id(text: &str) -> Result<RecoveryId, AppError> {
    text.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}

pub(crate) async fn show_confirm(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = recovery_id(&id)?;
    confirm_page(&room, &visitor, id, &Stated::default(), FormErrors::none()).await
}

pub(crate) async fn submit_confirm(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(stated): PostForm<Stated>,
) -> Result<Response, AppError> {
    let id = recovery_id(&id)?;
    let mut tx = room.db.begin().await?;
    let (by, now) = (&visitor.actor, visitor.now);
    let done = confirm_recovery(&mut tx, &room.vault, by, now, id, stated.seen()).await;
    match done.map_err(Refusal::from) {
        Ok(code) => {
            tx.commit().await?;
            slip(&visitor, code)
        }
        Err(refusal) => {
            tx.rollback().await?;
            let errors = FormErrors::of(&visitor, refusal)?;
            confirm_page(&room, &visitor, id, &stated, errors).await
        }
    }
}

pub(crate) async fn submit_drop(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let id = recovery_id(&id)?;
    let mut tx = room.db.begin().await?;
    drop_recovery(&mut tx, &visitor.actor, visitor.now, id).await.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{HREF}?done=dropped")).into_response())
}
