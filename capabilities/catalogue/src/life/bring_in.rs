//! `/desk/catalogue/import`: a package comes in as a ZIP file.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{FieldError, Message, Refusal};
use web::{AppError, FormErrors, PostUpload, Shell, Visitor, page, page_with_status};

use super::Office;
use super::http::{by, revision_href, shell};
use crate::edit::zip::{self, ZipError};

#[derive(Template)]
#[template(path = "life/import.html")]
struct ImportPage {
    shell: Shell,
    errors: FormErrors,
}

pub(crate) async fn form(visitor: Visitor) -> Result<Response, AppError> {
    page(&ImportPage {
        shell: shell(&visitor, visitor.t("catalogue-import-title")),
        errors: FormErrors::none(),
    })
}

pub(crate) async fn take(
    State(office): State<Office>,
    visitor: Visitor,
    sent: PostUpload,
) -> Result<Response, AppError> {
    let done = match sent.file("file") {
        None => Err(Refusal::field("file", Message::new("catalogue-zip-missing"))),
        Some(file) => match zip::read(&file.bytes) {
            Err(error) => Err(zip_refusal(&error)),
            Ok(files) => {
                let mut tx = office.db.begin().await?;
                match super::import(&mut tx, &office, &by(&visitor)?, &files, visitor.now).await {
                    Ok(id) => {
                        tx.commit().await?;
                        Ok(id)
                    }
                    Err(error) => Err(error.into()),
                }
            }
        },
    };
    match done {
        Ok(id) => Ok(Redirect::to(&revision_href(id)).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let shell = shell(&visitor, visitor.t("catalogue-import-title"));
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &ImportPage { shell, errors })
        }
    }
}

fn zip_refusal(error: &ZipError) -> Refusal {
    let message = match error {
        ZipError::Unreadable => Message::new("catalogue-zip-unreadable"),
        ZipError::TooMany => Message::new("catalogue-zip-too-many").with("most", zip::FILES_MAX),
        ZipError::TooLarge(name) => Message::new("catalogue-zip-too-large")
            .with("file", name)
            .with("most", zip::FILE_BYTES_MAX / 1024),
        ZipError::BadName(name) => Message::new("catalogue-zip-bad-name").with("file", name),
        ZipError::NotText(name) => Message::new("catalogue-zip-not-text").with("file", name),
    };
    Refusal::Invalid(vec![FieldError::new("file", message)])
}
