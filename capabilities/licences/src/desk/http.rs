//! `/desk/licences`: the code of a document that somebody shows, and the rights that holders gave to the body.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use store::Purpose;
use store::page::{Cursor, PageRequest, PageSize};
use web::{AppError, FormErrors, Nothing, PostForm, Shell, Visitor, page, page_with_status};

use super::{Opened, open, show as show_presented};
use crate::authorise::http::right_of;
use crate::authorise::{Authorisation, of_receiver};
use crate::receiver::Receiver;
use crate::record::State as LicenceState;
use crate::room::Room;
use crate::view::http::{Form as FileForm, named};

const HREF: &str = "/desk/licences";

#[derive(Template)]
#[template(path = "desk/list.html")]
struct DeskPage {
    shell: Shell,
    errors: FormErrors,
    code: String,
    purpose: String,
    rights: Vec<Authorisation>,
    next: String,
    first: &'static str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: Option<Cursor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Form {
    code: String,
    purpose: String,
}

async fn build(
    room: &Room,
    visitor: &Visitor,
    asked: Asked,
    form: Form,
    errors: FormErrors,
) -> Result<DeskPage, AppError> {
    let mut tx = room.db.snapshot().await?;
    let body = Receiver::of_staff(&mut tx, visitor.actor.staff()?).await?;
    let why = Purpose::of("licences.authorised", &visitor.actor);
    let first = if asked.after.is_some() { HREF } else { "" };
    let request = PageRequest { after: asked.after, size: PageSize::default() };
    let rights = of_receiver(&mut tx, &room.vault, &body.reference, &why, visitor.today(), &request).await?;
    Ok(DeskPage {
        shell: Shell::new(visitor, visitor.t("licences-desk-title")),
        errors,
        code: form.code,
        purpose: form.purpose,
        next: rights.next.map_or_else(String::new, |after| format!("{HREF}?after={after}")),
        rights: rights.items,
        first,
    })
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    page(&build(&room, &visitor, asked, Form::default(), FormErrors::none()).await?)
}

#[derive(Template)]
#[template(path = "desk/shown.html")]
struct ShownPage {
    shell: Shell,
    opened: Opened,
    state: LicenceState,
    /// Where its file is; empty for one that was shown by a code.
    file: String,
}

fn shown(visitor: &Visitor, opened: Opened, file: String) -> Result<Response, AppError> {
    let licence = &opened.licence;
    let shell = Shell::new(visitor, visitor.pick(&licence.name.zh, &licence.name.en));
    page(&ShownPage {
        shell: shell.crumb(visitor.t("licences-desk-title"), HREF),
        state: licence.state(visitor.today()),
        opened,
        file,
    })
}

pub(crate) async fn scan(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<Form>,
) -> Result<Response, AppError> {
    let mut tx = room.db.begin().await?;
    let typed = (form.code.as_str(), form.purpose.as_str());
    let errors = match show_presented(&mut tx, &room, &visitor.actor, visitor.now, typed).await {
        Ok(Some(opened)) => {
            tx.commit().await?;
            return shown(&visitor, opened, String::new());
        }
        Ok(None) => {
            tx.commit().await?; // the miss counts
            let mut errors = FormErrors::none();
            errors.add("code", visitor.t("licences-desk-code-unknown"));
            errors
        }
        Err(refusal) => {
            tx.rollback().await?;
            FormErrors::of(&visitor, refusal)?
        }
    };
    let page = build(&room, &visitor, Asked::default(), form, errors).await?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

pub(crate) async fn opened(
    State(room): State<Room>,
    visitor: Visitor,
    Path(right): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let id = right_of(&right)?;
    let mut tx = room.db.begin().await?;
    let (opened, _file) = open(&mut tx, &room, &visitor.actor, visitor.now, id).await?;
    tx.commit().await?;
    shown(&visitor, opened, format!("{HREF}/authorisations/{id}/file.pdf"))
}

pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Path(right): Path<String>,
) -> Result<Response, AppError> {
    let id = right_of(&right)?;
    let mut tx = room.db.begin().await?;
    let (opened, file) = open(&mut tx, &room, &visitor.actor, visitor.now, id).await?;
    tx.commit().await?;
    Ok(named(&opened.licence, file, FileForm::Pdf, "attachment"))
}
