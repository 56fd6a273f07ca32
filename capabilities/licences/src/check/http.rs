//! `/check` for everybody, and `/l/{identifier}`, where the QR code of a document leads.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use kernel::Timestamp;
use serde::Deserialize;
use web::{AppError, FormErrors, PostUpload, Shell, Visitor, page_with_status};

use super::{Check, How, Verdict, check_file, look_up, look_up_identifier, note};
use crate::record::{Licence, State as LicenceState};
use crate::room::Room;

/// A result in the visitor's language.
struct Answer {
    /// Colour of its notice.
    kind: &'static str,
    title: String,
    text: String,
    /// Which part of the file is wrong.
    fault: String,
    /// Each part of an OFD file that is wrong.
    parts: Vec<String>,
    /// Who sealed the file and when they say they did.
    seal: Option<(String, Timestamp)>,
    is_demo: bool,
    licences: Vec<(Licence, LicenceState)>,
}

#[derive(Template)]
#[template(path = "check/page.html")]
struct CheckPage {
    shell: Shell,
    errors: FormErrors,
    asked: String,
    answer: Option<Answer>,
    /// Whether the page is the target of a QR code: then without the forms.
    is_scanned: bool,
    fingerprint: String,
}

impl CheckPage {
    fn new(visitor: &Visitor, room: &Room) -> Self {
        Self {
            shell: Shell::new(visitor, visitor.t("licences-check")),
            errors: FormErrors::none(),
            asked: String::new(),
            answer: None,
            is_scanned: false,
            fingerprint: fingerprint(room),
        }
    }
}

/// The fingerprint in groups of four, to be read aloud or compared.
fn fingerprint(room: &Room) -> String {
    let digits = hex::encode_upper(room.signers.root().fingerprint());
    let groups: Vec<&str> = (0..digits.len()).step_by(4).map(|at| &digits[at..at + 4]).collect();
    groups.join(" ")
}

impl Answer {
    fn of(visitor: &Visitor, check: Check) -> Self {
        let verdict = check.verdict;
        let basis = if check.how == How::File { "file" } else { "record" };
        let seal = match &check.seal {
            Some(Ok(verified)) => {
                let at = Timestamp::from_second(verified.signed_at).unwrap_or_default();
                Some((verified.signer.clone(), at))
            }
            Some(Err(_)) | None => None,
        };
        let fault = match &check.seal {
            Some(Err(fault)) => visitor.t(&format!("licences-fault-{}", fault.code())),
            Some(Ok(_)) | None => String::new(),
        };
        let parts = match &check.seal {
            Some(Err(fault)) => fault.parts().iter().map(|part| told(visitor, part)).collect(),
            Some(Ok(_)) | None => Vec::new(),
        };
        let state = |licence: Licence| {
            let state = licence.state(visitor.today());
            (licence, state)
        };
        Self {
            kind: match verdict {
                Verdict::Valid => "success",
                Verdict::Several => "info",
                Verdict::Expired | Verdict::Replaced | Verdict::Unknown => "warning",
                Verdict::Revoked | Verdict::Cancelled | Verdict::NotGenuine | Verdict::OtherFile => "danger",
            },
            title: visitor.t(&format!("licences-verdict-{}", verdict.as_str())),
            text: visitor.t(&format!("licences-{basis}-{}", verdict.as_str())),
            fault,
            parts,
            seal,
            is_demo: matches!(&check.seal, Some(Ok(verified)) if verified.metadata.demo),
            licences: check.licences.into_iter().map(state).collect(),
        }
    }
}

/// A part that is wrong, in the visitor's language: what, which file, and why.
pub(super) fn told(visitor: &Visitor, finding: &ofd::Finding) -> String {
    let part = visitor.t(&format!("licences-part-{}", finding.part.code()));
    let why = match &finding.result {
        Err(fault) => visitor.t(&format!("licences-ofd-{}", fault.code())),
        Ok(()) => String::new(),
    };
    let colon = visitor.t("licences-colon");
    match finding.subject.as_str() {
        "" => format!("{part}{colon}{why}"),
        subject => format!("{part} {subject}{colon}{why}"),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let mut template = CheckPage::new(&visitor, &room);
    if !asked.q.trim().is_empty() {
        let mut tx = room.db.snapshot().await?;
        let check = look_up(&mut tx, &asked.q, visitor.today()).await?;
        drop(tx);
        note(&room, &check, visitor.now).await;
        template.answer = Some(Answer::of(&visitor, check));
        template.asked = asked.q;
    }
    page_with_status(StatusCode::OK, &template)
}

pub(crate) async fn upload(
    State(room): State<Room>,
    visitor: Visitor,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let mut template = CheckPage::new(&visitor, &room);
    let Some(file) = upload.file("file").filter(|file| !file.bytes.is_empty()) else {
        template.errors.add("file", visitor.t("licences-file-missing"));
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &template);
    };
    let check = check_file(&room, file.bytes.to_vec(), visitor.today()).await?;
    note(&room, &check, visitor.now).await;
    template.answer = Some(Answer::of(&visitor, check));
    page_with_status(StatusCode::OK, &template)
}

pub(crate) async fn scanned(
    State(room): State<Room>,
    visitor: Visitor,
    Path(identifier): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let check = look_up_identifier(&mut tx, How::QrCode, &identifier, visitor.today()).await?;
    drop(tx);
    note(&room, &check, visitor.now).await;
    let is_known = !check.licences.is_empty();
    let mut template = CheckPage::new(&visitor, &room);
    template.shell = template.shell.crumb(visitor.t("licences-check"), "/check");
    template.shell.title = visitor.t("licences-scanned");
    template.answer = Some(Answer::of(&visitor, check));
    template.is_scanned = true;
    page_with_status(if is_known { StatusCode::OK } else { StatusCode::NOT_FOUND }, &template)
}

/// The certificate that checks trust, for checking off line.
pub(crate) async fn root(State(room): State<Room>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/pem-certificate-chain")),
        (CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"root.pem\"")),
    ];
    (headers, room.signers.root().to_pem()).into_response()
}
