//! Forms with files.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use kernel::{Message, Refusal};

use crate::csrf::same_token;
use crate::error::StalePage;
use crate::form::TOKEN_FIELD;
use crate::layers::BodyLimits;
use crate::{AppError, Visitor};

/// A file that was sent. What it says about itself is not to be believed: look at the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedFile {
    /// The field's name.
    pub name: String,
    /// The file's name on the sender's machine, without any folder.
    pub file_name: String,
    /// The content.
    pub bytes: Bytes,
}

/// A multipart form (RFC 7578) whose first field `_csrf` was right. Files that were left empty are not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostUpload {
    /// The other fields, in the order of the page.
    pub fields: Vec<(String, String)>,
    /// The files.
    pub files: Vec<UploadedFile>,
}

impl PostUpload {
    /// The first value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The first file of a field.
    pub fn file(&self, name: &str) -> Option<&UploadedFile> {
        self.files.iter().find(|file| file.name == name)
    }
}

/// More parts than any page of ours has.
const PARTS_MAX: usize = 500;

impl<S: Send + Sync> FromRequest<S> for PostUpload {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor =
            Visitor::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        let limit = parts.extensions.get::<BodyLimits>().copied().unwrap_or_default().upload;
        let mut request = Request::from_parts(parts, body);
        DefaultBodyLimit::max(limit).apply(&mut request);
        let multipart = Multipart::from_request(request, state).await.map_err(|_not_multipart| {
            AppError(Refusal::Unsupported(Message::new("web-form-type"))).into_response()
        })?;
        read(multipart, &visitor.csrf, limit).await
    }
}

async fn read(mut multipart: Multipart, token: &str, limit: usize) -> Result<PostUpload, Response> {
    let refuse = |error: MultipartError| refusal(&error, limit);
    // The token comes first, so that nothing of a forged request is read into memory.
    let first = multipart.next_field().await.map_err(refuse)?.ok_or_else(|| StalePage.into_response())?;
    if first.name() != Some(TOKEN_FIELD) || !same_token(token, &first.text().await.map_err(refuse)?) {
        return Err(StalePage.into_response());
    }
    let mut upload = PostUpload { fields: Vec::new(), files: Vec::new() };
    while let Some(field) = multipart.next_field().await.map_err(refuse)? {
        if upload.fields.len() + upload.files.len() >= PARTS_MAX {
            return Err(AppError(Refusal::Malformed(Message::new("web-form-unreadable"))).into_response());
        }
        keep(&mut upload, field).await.map_err(refuse)?;
    }
    Ok(upload)
}

async fn keep(upload: &mut PostUpload, field: Field<'_>) -> Result<(), MultipartError> {
    let name = field.name().unwrap_or_default().to_owned();
    let Some(file_name) = field.file_name().map(base_name) else {
        upload.fields.push((name, field.text().await?));
        return Ok(());
    };
    let bytes = field.bytes().await?;
    // A file input that was left empty is sent as a part without name and content (HTML, form submission).
    if !(file_name.is_empty() && bytes.is_empty()) {
        upload.files.push(UploadedFile { name, file_name, bytes });
    }
    Ok(())
}

/// The last part of a path of any system, without control characters.
fn base_name(path: &str) -> String {
    let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(200).collect()
}

fn refusal(error: &MultipartError, limit: usize) -> Response {
    let refusal = if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refusal::TooLarge(limit as u64)
    } else {
        tracing::debug!(%error, "multipart form cannot be read");
        Refusal::Malformed(Message::new("web-form-unreadable"))
    };
    AppError(refusal).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_controls_are_cut_off() {
        assert_eq!(base_name("C:\\Users\\a\\身份证.jpg"), "身份证.jpg");
        assert_eq!(base_name("../../etc/passwd"), "passwd");
        assert_eq!(base_name("a\r\nb.pdf"), "ab.pdf");
    }
}
