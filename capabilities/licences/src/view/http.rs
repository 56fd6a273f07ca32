//! `/licences/{id}`: the document's page and its file.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use identity::AgentAct;
use kernel::{Actor, Refusal, Timestamp};
use serde::Deserialize;
use store::{Purpose, access_log};
use web::{AppError, FormErrors, Qr, Shell, Visitor, page_with_status};

use super::{collect, get_visible, id_of};
use crate::record::{Licence, State as LicenceState};
use crate::room::{REVOKE, Room};

#[derive(Template)]
#[template(path = "view/licence.html")]
struct LicencePage {
    shell: Shell,
    licence: Licence,
    state: LicenceState,
    qr: Option<Qr>,
    status_url: String,
    may_revoke: bool,
    is_holder: bool,
    errors: FormErrors,
    reason: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let licence = get_visible(&mut tx, &visitor.actor, id_of(&id)?).await?;
    page_of(&visitor, &room, licence, StatusCode::OK, FormErrors::none(), String::new())
}

/// The page, also after a revocation that was refused: then with what was typed.
pub(crate) fn page_of(
    visitor: &Visitor,
    room: &Room,
    licence: Licence,
    status: StatusCode,
    errors: FormErrors,
    reason: String,
) -> Result<Response, AppError> {
    let is_issuer = matches!(&visitor.actor, Actor::Staff(staff) if staff.body == licence.issuer);
    let mut shell = Shell::new(visitor, visitor.pick(&licence.name.zh, &licence.name.en));
    if let Actor::Person(_) = visitor.actor {
        shell = shell.crumb(visitor.t("licences-mine"), "/my/licences");
    }
    let status_url = room.status_url(&licence.identifier);
    let template = LicencePage {
        shell,
        state: licence.state(visitor.today()),
        qr: Qr::of(&status_url),
        status_url,
        is_holder: matches!(visitor.actor, Actor::Person(_)),
        may_revoke: is_issuer && licence.ending.is_none() && visitor.actor.may(REVOKE),
        licence,
        errors,
        reason,
    };
    page_with_status(status, &template)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    /// `?download`: to be kept, not shown.
    download: Option<String>,
}

pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, AppError> {
    let (licence, file) = read(&room, &visitor.actor, visitor.now, &id, Form::Pdf).await?;
    let disposition = if wanted.download.is_some() { "attachment" } else { "inline" };
    Ok(named(&licence, file, Form::Pdf, disposition))
}

/// Browsers do not show OFD files, so it is always to be kept.
pub(crate) async fn ofd_file(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let (licence, file) = read(&room, &visitor.actor, visitor.now, &id, Form::Ofd).await?;
    Ok(named(&licence, file, Form::Ofd, "attachment"))
}

/// The two forms in which a document is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Pdf,
    Ofd,
}

impl Form {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Ofd => OFD_MEDIA_TYPE,
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Ofd => "ofd",
        }
    }
}

/// Registered with IANA by nobody yet; the name that browsers and offices use.
pub(crate) const OFD_MEDIA_TYPE: &str = "application/ofd";

/// The sealed file. It shows a person's whole name, so a look by staff is noted for the person to see, and so is that an agent
/// collected it.
pub(crate) async fn read(
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: &str,
    form: Form,
) -> Result<(Licence, Vec<u8>), AppError> {
    let id = id_of(id)?;
    let licence = if let Actor::Person(person) = by
        && person.acting_for.is_some()
    {
        let mut tx = room.db.begin().await?;
        let (licence, item) = collect(&mut tx, person, id).await?;
        let page = format!("/licences/{id}");
        identity::note_agent_act(&mut tx, by, AgentAct::Collected, &item, &page, now).await?;
        tx.commit().await?;
        licence
    } else if let Actor::Staff(_) = by {
        let mut tx = room.db.begin().await?;
        let licence = get_visible(&mut tx, by, id).await?;
        if let Some(person) = licence.person {
            let purpose = Purpose::of("licences.view", by).for_case(licence.case);
            access_log::record(&mut tx, &purpose, &format!("person:{person}"), "licences.file", now).await?;
        }
        tx.commit().await?;
        licence
    } else {
        get_visible(&mut room.db.snapshot().await?, by, id).await?
    };
    let sm3 = match form {
        Form::Pdf => &licence.file_sm3,
        Form::Ofd => licence.ofd_sm3.as_ref().ok_or(Refusal::NotFound)?,
    };
    let file = room.files.get(sm3).await?;
    Ok((licence, file))
}

/// The file under its number (RFC 6266 §4.3: the name in UTF-8, percent-encoded).
pub(crate) fn named(licence: &Licence, file: Vec<u8>, form: Form, disposition: &str) -> Response {
    let name =
        askama::filters::urlencode_strict(format!("{}{}.{}", licence.name.zh, licence.number, form.ending()));
    let name = name.map_or_else(|_| licence.id.to_string(), |name| name.to_string());
    let mut response = ([(CONTENT_TYPE, HeaderValue::from_static(form.media_type()))], file).into_response();
    if let Ok(value) = HeaderValue::try_from(format!("{disposition}; filename*=UTF-8''{name}")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}
