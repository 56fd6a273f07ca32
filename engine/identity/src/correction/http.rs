//! `/account/details`: what the account says of its holder, and correcting it. `/desk/counter/corrections`: the clerk's side.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, Refusal};
use serde::Deserialize;
use store::{Purpose, Tx};
use web::{AppError, Choice, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use super::{
    Corrected, ask_correction, change_phone, confirm_correction, find_asked, own_record, waits_until,
    withdraw_correction,
};
use crate::Room;
use crate::counter::Seen;
use crate::counter::http::{Stated, documents};
use crate::person_name::Phone;
use crate::persons::{Assurance, find_person};
use crate::prove::http::{own, to_proof};

const HERE: &str = "/account/details";
const COUNTER: &str = "/desk/counter";

#[derive(Template)]
#[template(path = "correction/details.html")]
struct DetailsPage {
    shell: Shell,
    errors: FormErrors,
    own_name: String,
    resident_id: String,
    phone: String,
    is_verified: bool,
    /// Until when a request waits at the counter; empty without one.
    waits: String,
    done: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    name: String,
    resident_id: String,
    phone: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Done {
    done: String,
}

/// The page, or the way to the proof: it shows in clear what every other page masks.
async fn build(room: &Room, visitor: &Visitor) -> Result<Result<DetailsPage, Response>, AppError> {
    let mut tx = room.db.snapshot().await?;
    if !own(&mut tx, visitor).await?.is_fresh {
        return Ok(Err(to_proof(HERE)));
    }
    let (by, now) = (&visitor.actor, visitor.now);
    let person = own_record(&mut tx, &room.vault, by, now).await.map_err(Refusal::from)?;
    let waits = waits_until(&mut tx, by, now).await.map_err(Refusal::from)?;
    Ok(Ok(DetailsPage {
        shell: Shell::new(visitor, visitor.t("identity-details-title"))
            .crumb(visitor.t("identity-account-title"), "/my/account"),
        errors: FormErrors::none(),
        own_name: person.name.as_str().to_owned(),
        resident_id: person.resident_id.as_str().to_owned(),
        phone: person.phone.as_ref().map_or_else(String::new, |phone| phone.as_str().to_owned()),
        is_verified: person.assurance == Assurance::Verified,
        waits: waits.map_or_else(String::new, |until| visitor.datetime(until)),
        done: String::new(),
    }))
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Done>,
) -> Result<Response, AppError> {
    let mut shown = match build(&room, &visitor).await? {
        Ok(shown) => shown,
        Err(proof) => return Ok(proof),
    };
    shown.done = match asked.done.as_str() {
        "corrected" => visitor.t("identity-details-done-corrected"),
        "phone" => visitor.t("identity-details-done-phone"),
        "withdrawn" => visitor.t("identity-details-done-withdrawn"),
        _ => String::new(),
    };
    page(&shown)
}

/// The page again, with what was typed and what is wrong with it.
async fn again(
    room: &Room,
    visitor: &Visitor,
    refusal: Refusal,
    fill: impl FnOnce(&mut DetailsPage),
) -> Result<Response, AppError> {
    let errors = FormErrors::of(visitor, refusal)?;
    let mut shown = match build(room, visitor).await? {
        Ok(shown) => shown,
        Err(proof) => return Ok(proof),
    };
    shown.errors = errors;
    fill(&mut shown);
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

/// Begins what only the holder may, who has just proved themselves; or the way to the proof.
async fn begin(room: &Room, visitor: &Visitor) -> Result<Result<Tx, Response>, AppError> {
    let mut tx = room.db.begin().await?;
    Ok(if own(&mut tx, visitor).await?.is_fresh { Ok(tx) } else { Err(to_proof(HERE)) })
}

#[derive(Template)]
#[template(path = "correction/code.html")]
struct CodePage {
    shell: Shell,
    code: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = match begin(&room, &visitor).await? {
        Ok(tx) => tx,
        Err(proof) => return Ok(proof),
    };
    let given = (form.name.as_str(), form.resident_id.as_str());
    let done = ask_correction(&mut tx, &room.vault, &visitor.actor, visitor.now, given).await;
    match done.map_err(Refusal::from) {
        Ok(Corrected::Now) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("{HERE}?done=corrected")).into_response())
        }
        Ok(Corrected::AtCounter(code)) => {
            tx.commit().await?;
            let shell = Shell::new(&visitor, visitor.t("identity-correction-code-title"));
            page(&CodePage { shell: shell.crumb(visitor.t("identity-details-title"), HERE), code })
        }
        Err(refusal) => {
            tx.rollback().await?;
            let fill = |shown: &mut DetailsPage| {
                (shown.own_name, shown.resident_id) = (form.name, form.resident_id);
            };
            again(&room, &visitor, refusal, fill).await
        }
    }
}

pub(crate) async fn submit_phone(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = match begin(&room, &visitor).await? {
        Ok(tx) => tx,
        Err(proof) => return Ok(proof),
    };
    let done = change_phone(&mut tx, &room.vault, &visitor.actor, visitor.now, &form.phone).await;
    match done.map_err(Refusal::from) {
        Ok(()) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("{HERE}?done=phone")).into_response())
        }
        Err(refusal) => {
            tx.rollback().await?;
            again(&room, &visitor, refusal, |shown| shown.phone = form.phone).await
        }
    }
}

pub(crate) async fn submit_withdraw(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    withdraw_correction(&mut tx, &visitor.actor).await.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{HERE}?done=withdrawn")).into_response())
}

#[derive(Template)]
#[template(path = "correction/counter.html")]
struct CounterPage {
    shell: Shell,
    errors: FormErrors,
    code: String,
    /// Nothing until a code was found.
    found: Option<Compared>,
    documents: Vec<Choice>,
}

/// What the account says, and what it would say.
struct Compared {
    name: String,
    resident_id: String,
    phone: String,
    new_name: String,
    new_resident_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct AtCounter {
    code: String,
    document: String,
    compared: String,
}

impl AtCounter {
    fn seen(&self) -> Seen {
        Stated { document: self.document.clone(), compared: self.compared.clone() }.seen()
    }
}

/// What the clerk compares: a look, on record for the holder. Without a request of the code: not found.
async fn compare(room: &Room, visitor: &Visitor, code: &str) -> Result<Compared, Refusal> {
    let (by, now) = (&visitor.actor, visitor.now);
    let mut tx = room.db.begin().await?;
    let asked = find_asked(&mut tx, &room.vault, by, now, code).await?;
    let purpose = Purpose::of("identity.counter", by);
    let is = find_person(&mut tx, &room.vault, &purpose, asked.person, now).await?;
    let is = is.ok_or(Refusal::NotFound)?;
    tx.commit().await?;
    Ok(Compared {
        name: is.name.as_str().to_owned(),
        resident_id: is.resident_id.as_str().to_owned(),
        phone: is.phone.as_ref().map_or_else(String::new, Phone::masked),
        new_name: asked.name.as_str().to_owned(),
        new_resident_id: asked.resident_id.as_str().to_owned(),
    })
}

fn counter_page(
    visitor: &Visitor,
    form: &AtCounter,
    errors: FormErrors,
    found: Option<Compared>,
) -> Result<Response, AppError> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shell = Shell::new(visitor, visitor.t("identity-correction-counter-title"));
    let shown = CounterPage {
        shell: shell.crumb(visitor.t("identity-counter-title"), COUNTER),
        errors,
        code: form.code.clone(),
        found,
        documents: documents(visitor, &form.document),
    };
    page_with_status(status, &shown)
}

pub(crate) async fn show_counter(visitor: Visitor) -> Result<Response, AppError> {
    counter_page(&visitor, &AtCounter::default(), FormErrors::none(), None)
}

/// Finds the request of a code.
pub(crate) async fn find_counter(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<AtCounter>,
) -> Result<Response, AppError> {
    match compare(&room, &visitor, &form.code).await {
        Ok(found) => counter_page(&visitor, &form, FormErrors::none(), Some(found)),
        Err(Refusal::NotFound) => {
            let rule = Message::new("identity-correction-no-code");
            let errors = FormErrors::of(&visitor, Refusal::field("code", rule))?;
            counter_page(&visitor, &form, errors, None)
        }
        Err(other) => Err(other.into()),
    }
}

pub(crate) async fn submit_counter(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<AtCounter>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let (by, now) = (&visitor.actor, visitor.now);
    let done = confirm_correction(&mut tx, &room.vault, by, now, &form.code, form.seen()).await;
    match done.map_err(Refusal::from) {
        Ok(_) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("{COUNTER}?done=corrected")).into_response())
        }
        Err(refusal) => {
            tx.rollback().await?;
            let errors = FormErrors::of(&visitor, refusal)?;
            let found = compare(&room, &visitor, &form.code).await?;
            counter_page(&visitor, &form, errors, Some(found))
        }
    }
}
