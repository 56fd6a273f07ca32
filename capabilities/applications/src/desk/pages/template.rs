//! `/desk/templates`: texts that clerks use again and again (常用意见).

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusal, TemplateId};
use serde::Deserialize;
use web::{AppError, Choice, FormErrors, PostForm, Shell, Visitor};

use super::redirect;
use crate::desk::templates::{self, Wanted};
use crate::desk::{DeskError, see};
use crate::{Room, http};

#[derive(Template)]
#[template(path = "desk/pages/templates.html", whitespace = "minimize")]
struct TemplatesPage {
    shell: Shell,
    own: Vec<Row>,
    shared: Vec<Row>,
    form: FormView,
}

#[derive(Template)]
#[template(path = "desk/pages/template.html", whitespace = "minimize")]
struct TemplatePage {
    shell: Shell,
    form: FormView,
    delete: String,
}

struct Row {
    title: String,
    text: String,
    /// Empty when somebody else's.
    href: String,
}

/// The form for a new text or a change.
struct FormView {
    action: String,
    errors: FormErrors,
    title: String,
    text: String,
    scopes: Vec<Choice>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TemplateForm {
    title: String,
    text: String,
    /// `own` or `body`.
    scope: String,
}

impl From<TemplateForm> for Wanted {
    fn from(form: TemplateForm) -> Self {
        Self { title: form.title, text: form.text, is_shared: form.scope == "body" }
    }
}

fn form(visitor: &Visitor, action: String, wanted: &Wanted, errors: FormErrors) -> FormView {
    let scope = |value: &str, key: &str, is: bool| Choice::new(value, visitor.t(key)).chosen_if(is);
    FormView {
        action,
        errors,
        title: wanted.title.clone(),
        text: wanted.text.clone(),
        scopes: vec![
            scope("own", "desk-template-own", !wanted.is_shared),
            scope("body", "desk-template-body", wanted.is_shared),
        ],
    }
}

pub(super) async fn list(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    web::page(&all(&room, &visitor, &Wanted::default(), FormErrors::none()).await?)
}

async fn all(
    room: &Room,
    visitor: &Visitor,
    wanted: &Wanted,
    errors: FormErrors,
) -> Result<TemplatesPage, DeskError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let found = templates::list(&mut tx, clerk).await?;
    let (shared, own): (Vec<_>, Vec<_>) = found.into_iter().partition(|template| template.is_shared);
    let row = |template: &templates::Template| Row {
        href: if template.may_be_changed_by(clerk) {
            format!("/desk/templates/{}", template.id)
        } else {
            String::new()
        },
        title: template.title.clone(),
        text: template.text.clone(),
    };
    Ok(TemplatesPage {
        shell: Shell::new(visitor, visitor.t("desk-templates")).crumb(visitor.t("web-desk"), "/desk"),
        own: own.iter().map(row).collect(),
        shared: shared.iter().map(row).collect(),
        form: form(visitor, "/desk/templates".into(), wanted, errors),
    })
}

pub(super) async fn add(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(form): PostForm<TemplateForm>,
) -> Result<Response, AppError> {
    let wanted = Wanted::from(form);
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    match templates::add(&mut tx, clerk, &wanted, visitor.now).await {
        Ok(_id) => {
            tx.commit().await?;
            Ok(redirect("/desk/templates"))
        }
        Err(error) => {
            drop(tx);
            let errors = FormErrors::of(&visitor, Refusal::from(error))?;
            let page = all(&room, &visitor, &wanted, errors).await?;
            web::page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn one(visitor: &Visitor, id: TemplateId, wanted: &Wanted, errors: FormErrors) -> TemplatePage {
    TemplatePage {
        shell: Shell::new(visitor, visitor.t("desk-template-change"))
            .crumb(visitor.t("web-desk"), "/desk")
            .crumb(visitor.t("desk-templates"), "/desk/templates"),
        form: form(visitor, format!("/desk/templates/{id}"), wanted, errors),
        delete: format!("/desk/templates/{id}/delete"),
    }
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let found = templates::get_to_change(&mut tx, clerk, http::id(&id)?).await?;
    let wanted = Wanted { title: found.title, text: found.text, is_shared: found.is_shared };
    web::page(&one(&visitor, found.id, &wanted, FormErrors::none()))
}

pub(super) async fn change(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(form): PostForm<TemplateForm>,
) -> Result<Response, AppError> {
    let id: TemplateId = http::id(&id)?;
    let wanted = Wanted::from(form);
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    match templates::change(&mut tx, clerk, id, &wanted, visitor.now).await {
        Ok(()) => {
            tx.commit().await?;
            Ok(redirect("/desk/templates"))
        }
        Err(error) => {
            let errors = FormErrors::of(&visitor, Refusal::from(error))?;
            web::page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &one(&visitor, id, &wanted, errors))
        }
    }
}

pub(super) async fn delete(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(_form): PostForm<TemplateForm>,
) -> Result<Response, AppError> {
    let clerk = see::staff(&visitor.actor)?;
    let mut tx = room.db.begin().await?;
    templates::delete(&mut tx, clerk, http::id(&id)?).await?;
    tx.commit().await?;
    Ok(redirect("/desk/templates"))
}
