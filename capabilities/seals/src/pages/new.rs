//! Asking for a seal: a form that shows what the seal would look like before it is sent.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use identity::bodies;
use jiff::ToSpan as _;
use kernel::Refusal;
use serde::Deserialize;
use store::Tx;
use web::{AppError, Choice, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::{HREF, data_address};
use crate::draw;
use crate::request::{NewSeal, RequestError, read, request};
use crate::room::Room;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    body: String,
    kind: String,
    name: String,
    ring: String,
    valid_from: String,
    valid_until: String,
    reason: String,
    /// `preview` shows the seal without asking for it.
    #[serde(rename = "do")]
    what: String,
}

impl Form {
    fn new_seal(&self) -> NewSeal {
        NewSeal {
            body: self.body.clone(),
            kind: self.kind.clone(),
            name: self.name.clone(),
            ring: self.ring.clone(),
            valid_from: self.valid_from.clone(),
            valid_until: self.valid_until.clone(),
            reason: self.reason.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "pages/new.html")]
struct NewPage {
    shell: Shell,
    errors: FormErrors,
    bodies: Vec<Choice>,
    kinds: Vec<Choice>,
    form: Form,
    years_max: u16,
    /// Address of the picture, and what it shows; empty while there is nothing to show.
    preview: String,
    shown: String,
}

async fn new_page(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    form: Form,
    errors: FormErrors,
) -> Result<NewPage, Refusal> {
    let staff = visitor.actor.staff()?;
    let is_authority = room.authority(tx).await? == Some(staff.body);
    let all = bodies(tx).await?;
    let theirs = all.iter().filter(|body| is_authority || body.id == staff.body);
    let body_choice = |body: &identity::BodyRecord| {
        let chosen = form.body == body.slug || (form.body.is_empty() && body.id == staff.body);
        Choice::new(body.slug.clone(), visitor.pick(&body.name.zh, &body.name.en)).chosen_if(chosen)
    };
    let choices = theirs.map(body_choice).collect();
    let kinds = room.rules.kinds.iter().map(|kind| {
        Choice::new(kind.code.clone(), visitor.pick(&kind.name.zh, &kind.name.en))
            .chosen_if(kind.code == form.kind)
    });
    let kind = room.rules.kind(form.kind.trim());
    let body = all.iter().find(|body| body.slug == form.body);
    let ring = if form.ring.trim().is_empty() {
        body.map(|body| body.name.zh.as_str()).unwrap_or_default()
    } else {
        form.ring.trim()
    };
    let fits = (1..=draw::RING_CHARACTERS_MAX).contains(&ring.chars().count());
    // A character that no face has is told beside its field.
    let svg = kind
        .filter(|_| fits)
        .and_then(|kind| draw::design(ring, &kind.below, "", kind.diameter).to_svg(&room.faces).ok());
    Ok(NewPage {
        shell: Shell::new(visitor, visitor.t("seals-new-title")).crumb(visitor.t("seals-title"), HREF),
        errors,
        bodies: choices,
        kinds: kinds.collect(),
        years_max: room.rules.years_max,
        shown: visitor.t2(
            "seals-picture-of",
            "ring",
            ring,
            "below",
            kind.map(|kind| kind.below.as_str()).unwrap_or_default(),
        ),
        preview: svg.as_deref().map_or_else(String::new, data_address),
        form,
    })
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let today = visitor.today();
    let last = today.saturating_add(i64::from(room.rules.years_max).years()).saturating_sub(1.day());
    let form = Form { valid_from: today.to_string(), valid_until: last.to_string(), ..Form::default() };
    let mut tx = room.db.snapshot().await?;
    page(&new_page(&mut tx, &room, &visitor, form, FormErrors::none()).await?)
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let new = form.new_seal();
    let is_preview = form.what == "preview";
    let refused = if is_preview {
        let mut tx = room.db.snapshot().await?;
        read(&mut tx, &room, visitor.actor.staff()?, &new, visitor.now).await.err()
    } else {
        let mut tx = room.db.begin().await?;
        match request(&mut tx, &room, &visitor.actor, &new, visitor.now).await {
            Ok(seal) => {
                tx.commit().await?;
                return Ok(Redirect::to(&format!("{HREF}/{}", seal.id)).into_response());
            }
            Err(refused) => Some(refused),
        }
    };
    // A preview tells what is wrong with what was typed, not what was not typed yet.
    let refused = refused.map(|refused| if is_preview { typed_only(refused, &new) } else { refused });
    let errors = match refused {
        Some(refused) => FormErrors::of(&visitor, refused.into())?,
        None => FormErrors::none(),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut tx = room.db.snapshot().await?;
    page_with_status(status, &new_page(&mut tx, &room, &visitor, form, errors).await?)
}

fn typed_only(refused: RequestError, new: &NewSeal) -> RequestError {
    match refused {
        RequestError::Fields(mut fields) => {
            fields.retain(|fault| match fault.field.as_str() {
                "kind" => !new.kind.is_empty(),
                "reason" => !new.reason.is_empty(),
                "valid_from" => !new.valid_from.is_empty(),
                "valid_until" => !new.valid_until.is_empty(),
                _ => true,
            });
            RequestError::Fields(fields)
        }
        RequestError::Refused(_) | RequestError::Store(_) => refused,
    }
}
