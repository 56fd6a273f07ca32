//! `/notices/{number}/object` and `POST /api/v1/notices/{case}/objections`.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::{CaseError, Objection};
use kernel::{CaseId, Refusal};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{
    ApiJson, AppError, FormErrors, IdempotencyKey, Operation, PostForm, Shell, Visitor, page,
    page_with_status,
};

use super::{find, object, own};
use crate::Room;
use crate::http::{created, id};
use crate::notices::{self, http::picked};

#[derive(Template)]
#[template(path = "object/object.html")]
struct ObjectPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    number: String,
    until: String,
    lines: Vec<(String, String)>,
    text: String,
    /// What this person has objected before, when, and the answer.
    made: Option<Made>,
    action: String,
}

struct Made {
    text: String,
    on: String,
    upheld: bool,
    answer: String,
}

impl Made {
    fn of(visitor: &Visitor, objection: &Objection) -> Self {
        let (upheld, answer) = objection.answer.clone().unwrap_or_default();
        Self { text: objection.text.clone(), on: visitor.date(objection.made_on), upheld, answer }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct ObjectForm {
    #[serde(default)]
    text: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    page(&build(&mut tx, &room, &visitor, &number, String::new(), FormErrors::none()).await?)
}

/// The notice with the form below it; after its end only for who objected, to read the answer.
async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    number: &str,
    text: String,
    errors: FormErrors,
) -> Result<ObjectPage, AppError> {
    let case = find(tx, number).await?;
    let made = own(&case, &visitor.actor).map(|objection| Made::of(visitor, objection));
    let hanging = notices::hanging(&case, visitor.today());
    let notice = match hanging {
        Some(notice) => Some(notices::read(tx, room, &case, notice).await?),
        None => None,
    };
    let open = notice.as_ref().is_some_and(|notice| notice.may_object);
    if made.is_none() && !open {
        let refusal = if hanging.is_some() { CaseError::NotForeseen("object") } else { CaseError::NoNotice };
        return Err(refusal.into());
    }
    let package = room.package(&case.case_type)?;
    let until = notice.as_ref().map(|notice| visitor.date(notice.until)).unwrap_or_default();
    Ok(ObjectPage {
        shell: Shell::new(visitor, visitor.t("applications-object-title"))
            .crumb(visitor.t("applications-notices-title"), "/notices"),
        errors,
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        number: case.number.clone(),
        until,
        lines: notice.map(|notice| picked(visitor, notice.lines)).unwrap_or_default(),
        text,
        made,
        action: format!("/notices/{}/object", case.number),
    })
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<String>,
    PostForm(form): PostForm<ObjectForm>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let result = object(&mut tx, &room, &visitor.actor, visitor.now, &number, form.text.clone()).await;
    match result {
        Ok(case) => {
            tx.commit().await?;
            Ok(Redirect::to(&format!("/notices/{}/object", case.number)).into_response())
        }
        Err(error) => {
            drop(tx);
            let errors = FormErrors::of(&visitor, Refusal::from(error))?;
            let mut tx = room.db.snapshot().await?;
            let again = build(&mut tx, &room, &visitor, &number, form.text, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// An objection to a public notice.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewObjection {
    /// What is wrong with what is published.
    text: String,
}

/// One's own objection.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectionView {
    /// 办件编号
    number: String,
    /// What was objected.
    text: String,
    /// On which day.
    made_on: String,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(named): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewObjection>,
) -> Result<Response, AppError> {
    let place = format!("POST objection {named}");
    let once = Once::new(&visitor.actor, key, &[place.as_bytes(), new.text.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let case = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        cases::get(&mut tx, id::<CaseId>(&earlier)?).await?
    } else {
        let case = object(&mut tx, &room, &visitor.actor, visitor.now, &named, new.text).await?;
        once.keep(&mut tx, &case.id.to_string()).await?;
        case
    };
    tx.commit().await?;
    let made = own(&case, &visitor.actor).ok_or(AppError(Refusal::NotFound))?;
    let view = ObjectionView {
        number: case.number.clone(),
        text: made.text.clone(),
        made_on: made.made_on.to_string(),
    };
    Ok(created(&format!("/notices/{}/object", case.number), &view))
}

pub(crate) fn operation() -> Operation {
    Operation::new("objectToNotice", "Objects to a public notice while it hangs (公示异议).")
        .description(
            "Any person who is signed in, once for each case; who it was is known to the office alone. 404 when nothing \
             was ever published there; 409 when the notice is over, takes no objections, or this person has objected \
             before; 422 without a text.",
        )
        .tag("applications")
        .path_param("case", "The number of the case as the notice shows it, or its id.")
        .idempotent()
        .body::<NewObjection>()
        .returns::<ObjectionView>(201, "The objection.")
}
