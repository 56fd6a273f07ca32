//! `/desk/looks`: what supervision sees of looks by staff: who, when and why, without the data and without whose they were.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::Body;
use kernel::{Refusal, StaffActor, StaffId};
use serde::Deserialize;
use store::Tx;
use store::access_log::{self, Access, Wanted};
use store::page::{Cursor, PageRequest};
use web::{AppError, Choice, FormErrors, Shell, Visitor, page_with_status};

use crate::looks::span;
use crate::{Room, words};

const HREF: &str = "/desk/looks";

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Short name of a body.
    body: String,
    /// A looker of that body.
    by: String,
    from: String,
    until: String,
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "supervise.html")]
struct SupervisePage {
    shell: Shell,
    errors: FormErrors,
    asked: Asked,
    bodies: Vec<Choice>,
    body_name: String,
    rows: Vec<Row>,
    may_delay: bool,
    next: String,
    first: String,
}

struct Row {
    id: String,
    at: String,
    name: String,
    /// The same page for this looker only.
    href: String,
    post: String,
    purpose: String,
    field: String,
    has_case: bool,
}

/// The bodies that this member of staff watches, by their names.
pub(crate) fn watched(room: &Room, watcher: &StaffActor) -> Vec<Body> {
    let bodies = room.applications.bodies();
    let watched = bodies.0.iter().filter(|body| applications::desk::is_watched(watcher, body));
    let mut watched: Vec<Body> = watched.cloned().collect();
    watched.sort_by(|a, b| a.slug.cmp(&b.slug));
    watched
}

/// The names of those who looked, each asked for once.
pub(crate) async fn names<'a>(
    tx: &mut Tx,
    lookers: impl Iterator<Item = &'a str>,
) -> store::Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    for by in lookers {
        let Some(id) = by.strip_prefix("staff:").and_then(|id| id.parse::<StaffId>().ok()) else { continue };
        if !names.contains_key(by) {
            let name = identity::find_staff(tx, id).await?.map(|staff| staff.name);
            names.insert(by.to_owned(), name.unwrap_or_default());
        }
    }
    Ok(names)
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let watched = watched(&room, visitor.actor.staff()?);
    let body = match asked.body.as_str() {
        "" => watched.first(),
        slug => Some(watched.iter().find(|body| body.slug == slug).ok_or(AppError(Refusal::NotFound))?),
    };
    let ((from, until), errors) = match span(&asked.from, &asked.until) {
        Ok(span) => (span, FormErrors::none()),
        Err(refusal) => ((None, None), FormErrors::of(&visitor, refusal)?),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let wanted = Wanted {
        subject: None,
        // Without a body there is nobody to watch.
        body: Some(body.map(|body| body.id.to_string()).unwrap_or_default()),
        by: Some(asked.by.clone()).filter(|by| !by.is_empty()),
        from,
        until,
        told_at: None,
    };
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let mut tx = room.db().snapshot().await?;
    let found = access_log::list_wanted(&mut tx, &wanted, &request).await?;
    let names = names(&mut tx, found.items.iter().map(|look| look.by.as_str())).await?;
    tx.rollback().await?;
    let slug = body.map_or("", |body| body.slug.as_str()).to_owned();
    let days = if errors.is_empty() {
        format!("&from={}&until={}", asked.from, asked.until)
    } else {
        String::new() // what was refused is not written into links
    };
    let query = |by: &str| format!("{HREF}?body={slug}&by={by}{days}");
    let row = |look: &Access| Row {
        id: look.id.to_string(),
        at: visitor.datetime(look.at),
        name: names.get(&look.by).cloned().unwrap_or_default(),
        href: query(&look.by),
        post: words::posts(&visitor, look.post.as_deref()),
        purpose: visitor.t(&words::purpose_key(&look.purpose)),
        field: visitor.t(&words::field_key(&look.field)),
        has_case: look.case.is_some(),
    };
    // What came in the address is not written into links unless it is somebody's reference.
    let by = names.keys().find(|by| **by == asked.by).map_or("", String::as_str);
    let choice = |body: &Body| {
        let name = visitor.pick(&body.name.zh, &body.name.en);
        Choice::new(body.slug.clone(), name).chosen_if(body.slug == slug)
    };
    let shown = SupervisePage {
        rows: found.items.iter().map(row).collect(),
        may_delay: visitor.actor.may(crate::room::SUPERVISE),
        bodies: watched.iter().map(choice).collect(),
        body_name: body
            .map_or_else(String::new, |body| visitor.pick(&body.name.zh, &body.name.en).to_owned()),
        next: found.next.map_or_else(String::new, |next| format!("{}&after={next}", query(by))),
        first: if asked.after.is_none() { String::new() } else { query(by) },
        shell: Shell::new(&visitor, visitor.t("privacy-supervise-title"))
            .crumb(visitor.t("privacy-watch"), "/desk/watch"),
        errors: errors.clone(),
        asked: asked.clone(),
    };
    page_with_status(status, &shown)
}
