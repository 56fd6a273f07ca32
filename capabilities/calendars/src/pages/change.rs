//! Putting a calendar in force: what would change is shown first, then confirmed.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::Refusal;
use serde::Deserialize;
use store::Tx;
use web::{AppError, FormErrors, PostForm, PostUpload, Shell, Visitor, page, page_with_status};

use super::{Difference, Filled, HREF, difference, errors_of, list_again};
use crate::Room;
use crate::import::{self, ImportError, Imported, Importer, NewCalendar, Preview};

/// Larger than thirty years of notices.
const FILE_BYTES_MAX: u64 = 512 * 1024;

#[derive(Template)]
#[template(path = "pages/preview.html")]
struct PreviewPage {
    shell: Shell,
    errors: FormErrors,
    in_force: String,
    version: String,
    source: String,
    diff: Difference,
    open_cases: i64,
    needs_word: bool,
    word: String,
    turn: i64,
    /// The file, which the confirmation brings along; empty for a calendar that is kept here.
    content: String,
    action: String,
}

/// What a confirmation brings along.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Confirmation {
    content: String,
    version: String,
    source: String,
    word: String,
    turn: i64,
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl Confirmation {
    fn to_new(&self) -> NewCalendar {
        NewCalendar {
            content: self.content.clone(),
            version: given(&self.version),
            source: given(&self.source),
            word: given(&self.word),
            expected_turn: Some(self.turn),
        }
    }
}

fn preview_page(
    visitor: &Visitor,
    preview: &Preview,
    confirmation: Confirmation,
    errors: FormErrors,
    action: String,
) -> PreviewPage {
    PreviewPage {
        shell: Shell::new(visitor, visitor.t("calendars-preview-title"))
            .crumb(visitor.t("calendars-title"), HREF),
        errors,
        in_force: preview.in_force.clone(),
        version: preview.version.clone(),
        source: preview.source.clone(),
        diff: difference(visitor, &preview.diff),
        open_cases: preview.open_cases,
        needs_word: preview.needs_word,
        word: confirmation.word,
        turn: preview.turn,
        content: confirmation.content,
        action,
    }
}

pub(crate) async fn preview_upload(
    State(room): State<Room>,
    visitor: Visitor,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let field = |name: &str| upload.field(name).unwrap_or_default().trim().to_owned();
    let (source, version) = (field("source"), field("version"));
    let mut tx = room.db.snapshot().await?;
    let mut filled = Filled { errors: FormErrors::none(), source: source.clone(), version: version.clone() };
    let content = match upload.file("file") {
        Some(file) if file.bytes.len() as u64 > FILE_BYTES_MAX => {
            return Err(Refusal::TooLarge(FILE_BYTES_MAX).into());
        }
        Some(file) => String::from_utf8(file.bytes.to_vec()).ok().filter(|text| !text.trim().is_empty()),
        None => None,
    };
    let Some(content) = content else {
        filled.errors.add("file", visitor.t("calendars-file-missing"));
        return list_again(&mut tx, &visitor, filled).await;
    };
    let mut confirmation = Confirmation { content, version, source, ..Confirmation::default() };
    match import::preview(&mut tx, &confirmation.to_new()).await {
        Ok(preview) => {
            // The confirmation says what was shown here, also where it was left open.
            confirmation.version.clone_from(&preview.version);
            confirmation.source.clone_from(&preview.source);
            page(&preview_page(&visitor, &preview, confirmation, FormErrors::none(), HREF.into()))
        }
        Err(error) => {
            filled.errors = errors_of(&visitor, error)?;
            list_again(&mut tx, &visitor, filled).await
        }
    }
}

pub(crate) async fn confirm_upload(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(confirmation): PostForm<Confirmation>,
) -> Result<Response, AppError> {
    let by = Importer::staff(visitor.actor.staff()?);
    let mut tx = room.db.begin().await?;
    match import::import(&mut tx, &by, &confirmation.to_new(), visitor.now).await {
        Ok(imported) => done(&room, tx, &imported).await,
        Err(error) => {
            let errors = errors_of(&visitor, error)?;
            let mut tx = room.db.snapshot().await?;
            let preview = import::preview(&mut tx, &confirmation.to_new()).await;
            again(&mut tx, &visitor, preview, confirmation, errors, HREF.into()).await
        }
    }
}

/// The page with its errors, or the list where there is nothing left to preview.
async fn again(
    tx: &mut Tx,
    visitor: &Visitor,
    preview: Result<Preview, ImportError>,
    confirmation: Confirmation,
    errors: FormErrors,
    action: String,
) -> Result<Response, AppError> {
    match preview {
        Ok(preview) => {
            let shown = preview_page(visitor, &preview, confirmation, errors, action);
            page_with_status(axum::http::StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        Err(_as_before) => {
            let filled = Filled { errors, source: confirmation.source, version: confirmation.version };
            list_again(tx, visitor, filled).await
        }
    }
}

async fn done(room: &Room, tx: Tx, imported: &Imported) -> Result<Response, AppError> {
    tx.commit().await?;
    room.refresh().await?;
    Ok(Redirect::to(&format!("{HREF}/runs/{}", imported.run)).into_response())
}

pub(super) fn use_href(version: &str) -> String {
    format!("{HREF}/versions/{version}/use")
}

pub(crate) async fn preview_version(
    State(room): State<Room>,
    visitor: Visitor,
    Path(version): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    match import::preview_version(&mut tx, &version).await {
        Ok(preview) => {
            let (nothing, action) = (Confirmation::default(), use_href(&preview.version));
            page(&preview_page(&visitor, &preview, nothing, FormErrors::none(), action))
        }
        Err(error) => {
            let filled = Filled { errors: errors_of(&visitor, error)?, ..Filled::default() };
            list_again(&mut tx, &visitor, filled).await
        }
    }
}

pub(crate) async fn confirm_version(
    State(room): State<Room>,
    visitor: Visitor,
    Path(version): Path<String>,
    PostForm(confirmation): PostForm<Confirmation>,
) -> Result<Response, AppError> {
    let by = Importer::staff(visitor.actor.staff()?);
    let mut tx = room.db.begin().await?;
    let word = given(&confirmation.word);
    let turn = Some(confirmation.turn);
    match import::put_in_force(&mut tx, &by, &version, word.as_deref(), turn, visitor.now).await {
        Ok(imported) => done(&room, tx, &imported).await,
        Err(error) => {
            let errors = errors_of(&visitor, error)?;
            let mut tx = room.db.snapshot().await?;
            let preview = import::preview_version(&mut tx, &version).await;
            again(&mut tx, &visitor, preview, confirmation, errors, use_href(&version)).await
        }
    }
}
