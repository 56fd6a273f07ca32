//! `/my/data/looks` (谁查过我的数据): every look at the person's data.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use kernel::{FieldError, Message, Refusal, Timestamp, china_midnight};
use serde::Deserialize;
use serde_json::{Value, json};
use store::access_log::{self, Access, Wanted};
use store::page::{Cursor, PageRequest, PageSize};
use web::{AppError, Choice, FormErrors, Operation, Shell, Visitor, csv, page_with_status};

use crate::{Room, words};

const HREF: &str = "/my/data/looks";
/// Lines of a file: more than anybody's looks, and still made in a moment.
const LINES_MAX: usize = 5000;

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    from: String,
    until: String,
    body: String,
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "looks.html")]
struct LooksPage {
    shell: Shell,
    errors: FormErrors,
    asked: Asked,
    bodies: Vec<Choice>,
    is_filtered: bool,
    rows: Vec<Row>,
    file: String,
    next: String,
    first: String,
}

struct Row {
    id: String,
    at: String,
    by: String,
    purpose: String,
    field: String,
    /// Empty without a case.
    case: String,
}

impl Asked {
    fn wanted(&self, subject: String) -> Result<Wanted, Refusal> {
        let (from, until) = span(&self.from, &self.until)?;
        let body = Some(self.body.clone()).filter(|body| !body.is_empty());
        Ok(Wanted { subject: Some(subject), body, from, until, by: None })
    }

    fn query(&self) -> String {
        // Days and ids need no escaping; anything else was refused before.
        format!("from={}&until={}&body={}", self.from, self.until, self.body)
    }
}

/// From the first instant of a day to the last of another; days that are none are told by their fields.
pub(crate) fn span(from: &str, until: &str) -> Result<(Option<Timestamp>, Option<Timestamp>), Refusal> {
    let mut faults = Vec::new();
    let mut day = |field: &'static str, text: &str| -> Option<Date> {
        if text.is_empty() {
            return None;
        }
        let day = text.parse().ok();
        if day.is_none() {
            faults.push(FieldError::new(field, Message::new("privacy-day-wrong")));
        }
        day
    };
    let (first, last) = (day("from", from), day("until", until));
    if let (Some(first), Some(last)) = (first, last)
        && first > last
    {
        faults.push(FieldError::new("until", Message::new("privacy-days-turned")));
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    let behind = last.and_then(|last| last.tomorrow().ok());
    Ok((first.map(china_midnight), behind.map(china_midnight)))
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let subject = format!("person:{}", visitor.actor.person()?.person);
    let (wanted, errors) = match asked.wanted(subject.clone()) {
        Ok(wanted) => (wanted, FormErrors::none()),
        Err(refusal) => {
            let all = Wanted { subject: Some(subject.clone()), ..Wanted::default() };
            (all, FormErrors::of(&visitor, refusal)?)
        }
    };
    let is_wrong = !errors.is_empty();
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let mut tx = room.db().snapshot().await?;
    let found = access_log::list_wanted(&mut tx, &wanted, &request).await?;
    let systems = words::systems(&mut tx, &visitor, &found.items).await?;
    let bodies = access_log::bodies_of(&mut tx, &subject).await?;
    tx.rollback().await?;
    let row = |look: &Access| Row {
        id: look.id.to_string(),
        at: visitor.datetime(look.at),
        by: words::looker(&room, &visitor, look, &systems),
        purpose: visitor.t(&words::purpose_key(&look.purpose)),
        field: visitor.t(&words::field_key(&look.field)),
        case: look.case.as_ref().map_or_else(String::new, |case| format!("/cases/{case}")),
    };
    let choice = |id: String| {
        let name = words::body_name(&room, &visitor, Some(&id));
        let is_chosen = id == asked.body;
        Choice::new(id, name).chosen_if(is_chosen)
    };
    let query = if is_wrong { String::new() } else { asked.query() };
    let shell = Shell::new(&visitor, visitor.t("privacy-looks-title"));
    let shown = LooksPage {
        rows: found.items.iter().map(row).collect(),
        bodies: bodies.into_iter().map(choice).collect(),
        is_filtered: [&asked.from, &asked.until, &asked.body].iter().any(|text| !text.is_empty()),
        file: format!("{HREF}.csv?{query}"),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?{query}&after={next}")),
        first: if asked.after.is_none() { String::new() } else { format!("{HREF}?{query}") },
        shell: shell.crumb(visitor.t("privacy-my-account"), "/my/account"),
        errors,
        asked,
    };
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page_with_status(status, &shown)
}

/// The same as a table to take along; its first line says who took it and when.
pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let wanted = asked.wanted(format!("person:{}", me.person))?;
    let mut text = String::from(csv::MARK);
    let watermark =
        visitor.t2("privacy-watermark", "name", &me.shown_as, "when", visitor.datetime(visitor.now));
    text.push_str(&csv::line(&[watermark]));
    let heads = ["privacy-at", "privacy-by", "privacy-purpose", "privacy-field", "privacy-case"];
    text.push_str(&csv::line(&heads.map(|key| visitor.t(key))));
    let mut request = PageRequest { after: None, size: PageSize::try_from(100).unwrap_or_default() };
    let (mut lines, mut tx) = (0, room.db().snapshot().await?);
    loop {
        let found = access_log::list_wanted(&mut tx, &wanted, &request).await?;
        let systems = words::systems(&mut tx, &visitor, &found.items).await?;
        for look in &found.items {
            text.push_str(&csv::line(&[
                visitor.datetime(look.at),
                words::looker(&room, &visitor, look, &systems),
                visitor.t(&words::purpose_key(&look.purpose)),
                visitor.t(&words::field_key(&look.field)),
                look.case.clone().unwrap_or_default(),
            ]));
            lines += 1;
        }
        match found.next {
            Some(_) if lines >= LINES_MAX => {
                text.push_str(&csv::line(&[visitor.t1("privacy-file-cut", "lines", lines)]));
                break;
            }
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    Ok((csv::headers("data-looks.csv"), text).into_response())
}

/// The same for programs of the person.
pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<Value>, AppError> {
    let wanted = asked.wanted(format!("person:{}", visitor.actor.person()?.person))?;
    let mut tx = room.db().snapshot().await?;
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let found = access_log::list_wanted(&mut tx, &wanted, &request).await?;
    let systems = words::systems(&mut tx, &visitor, &found.items).await?;
    tx.rollback().await?;
    let looks: Vec<Value> = found
        .items
        .iter()
        .map(|look| {
            json!({
                "id": look.id.to_string(),
                "at": look.at.to_string(),
                "by": words::looker(&room, &visitor, look, &systems),
                "purpose": look.purpose,
                "purpose_words": visitor.t(&words::purpose_key(&look.purpose)),
                "field": look.field,
                "case": look.case,
            })
        })
        .collect();
    Ok(Json(json!({"items": looks, "next": found.next})))
}

pub(crate) fn operation() -> Operation {
    Operation::new("listLooksAtMyData", "Who looked at the data of the person who asks.")
        .description(
            "`from` and `until` are days, `body` the id of a body, `after` the `next` of the page before.",
        )
        .tag("privacy")
        .returns::<Value>(200, "The looks, the latest first.")
}
