//! The button on a closed case that begins it anew. In the API it is a field of the new draft.

use axum::extract::{Path, State};
use axum::response::Redirect;
use kernel::CaseId;
use serde::Deserialize;
use store::idempotency::Once;
use web::{AppError, PostForm, Visitor};

use crate::Room;
use crate::http::id;
use crate::start::StartApplication;
use crate::start::http::begin;

#[derive(Debug, Deserialize)]
pub(crate) struct Click {
    /// The name of this page's one click.
    #[serde(default)]
    once: String,
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    PostForm(click): PostForm<Click>,
) -> Result<Redirect, AppError> {
    let case: CaseId = id(&case)?;
    let key = (!click.once.is_empty()).then(|| format!("again-{}", click.once));
    let once = Once::new(&visitor.actor, key, &[b"again", case.to_string().as_bytes()]);
    let wanted = StartApplication {
        item: String::new(),
        handling: String::new(),
        division: String::new(),
        again_of: Some(case),
        chosen: crate::draft::Answers::new(),
    };
    let (draft, package) = begin(&room, &visitor, &once, wanted).await?;
    let step = package.form.steps.first().map_or("", |step| step.id.as_str());
    Ok(Redirect::to(&format!("/drafts/{}/steps/{step}", draft.id)))
}
