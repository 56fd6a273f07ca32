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
use store::Tx;
use store::access_log::{self, Access, Wanted};
use store::look_delays;
use store::page::{Cursor, PageRequest, PageSize};
use web::{AppError, Choice, FormErrors, Operation, Shell, Visitor, csv, page_with_status};

use crate::{Room, delays, words};

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
    /// An account that became part of the own one (账号合并); empty for the own one.
    account: String,
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "looks.html")]
struct LooksPage {
    shell: Shell,
    errors: FormErrors,
    asked: Asked,
    bodies: Vec<Choice>,
    /// Empty for whoever has had one account.
    accounts: Vec<Choice>,
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
    /// Why they were told late; empty for most.
    late: String,
}

impl Asked {
    fn wanted(&self, subject: String, now: Timestamp) -> Result<Wanted, Refusal> {
        let (from, until) = span(&self.from, &self.until)?;
        let body = Some(self.body.clone()).filter(|body| !body.is_empty());
        Ok(Wanted { subject: Some(subject), body, from, until, by: None, told_at: Some(now) })
    }

    fn query(&self) -> String {
        // Days and ids need no escaping; anything else was refused before.
        format!("from={}&until={}&body={}&account={}", self.from, self.until, self.body, self.account)
    }

    /// At whose data: the own, or those of an account that became part of the own one.
    async fn subject(&self, tx: &mut Tx, visitor: &Visitor) -> Result<String, Refusal> {
        let mut own = identity::on_record_as(tx, visitor.actor.person()?.person).await?.into_iter();
        let wanted = format!("person:{}", self.account);
        let found = if self.account.is_empty() { own.next() } else { own.find(|one| *one == wanted) };
        found.ok_or(Refusal::NotFound)
    }
}

/// The accounts to choose from, where there are several.
async fn accounts(tx: &mut Tx, visitor: &Visitor, chosen: &str) -> Result<Vec<Choice>, Refusal> {
    let earlier = identity::merged_accounts(tx, visitor.actor.person()?.person).await?;
    if earlier.is_empty() {
        return Ok(Vec::new());
    }
    let now = Choice::new(String::new(), visitor.t("privacy-looks-account-now")).chosen_if(chosen.is_empty());
    let choice = |(id, at): (kernel::PersonId, Timestamp)| {
        let name = visitor.t1("privacy-looks-account-merged", "day", visitor.date(kernel::china_date(at)));
        Choice::new(id.to_string(), name).chosen_if(id.to_string() == chosen)
    };
    Ok(std::iter::once(now).chain(earlier.into_iter().map(choice)).collect())
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
    let mut tx = room.db().snapshot().await?;
    let subject = asked.subject(&mut tx, &visitor).await?;
    let (wanted, errors) = match asked.wanted(subject.clone(), visitor.now) {
        Ok(wanted) => (wanted, FormErrors::none()),
        Err(refusal) => {
            let all =
                Wanted { subject: Some(subject.clone()), told_at: Some(visitor.now), ..Wanted::default() };
            (all, FormErrors::of(&visitor, refusal)?)
        }
    };
    let is_wrong = !errors.is_empty();
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let found = access_log::list_wanted(&mut tx, &wanted, &request).await?;
    let systems = words::systems(&mut tx, &visitor, &found.items).await?;
    let accounts = accounts(&mut tx, &visitor, &asked.account).await?;
    let bodies = access_log::bodies_of(&mut tx, &subject, visitor.now).await?;
    let past = look_delays::past_of(&mut tx, &subject, visitor.now).await?;
    tx.rollback().await?;
    let row = |look: &Access| Row {
        id: look.id.to_string(),
        at: visitor.datetime(look.at),
        by: words::looker(&room, &visitor, look, &systems),
        purpose: visitor.t(&words::purpose_key(&look.purpose)),
        field: visitor.t(&words::field_key(&look.field)),
        case: look.case.as_ref().map_or_else(String::new, |case| format!("/cases/{case}")),
        late: delays::told_late(&visitor, &past, look),
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
        accounts,
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
    let mut tx = room.db().snapshot().await?;
    let wanted = asked.wanted(asked.subject(&mut tx, &visitor).await?, visitor.now)?;
    let mut text = String::from(csv::MARK);
    let watermark =
        visitor.t2("privacy-watermark", "name", &me.shown_as, "when", visitor.datetime(visitor.now));
    text.push_str(&csv::line(&[watermark]));
    let heads = ["privacy-at", "privacy-by", "privacy-purpose", "privacy-field", "privacy-case"];
    text.push_str(&csv::line(&heads.map(|key| visitor.t(key))));
    let mut request = PageRequest { after: None, size: PageSize::try_from(100).unwrap_or_default() };
    let mut lines = 0;
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
    let mut tx = room.db().snapshot().await?;
    let wanted = asked.wanted(asked.subject(&mut tx, &visitor).await?, visitor.now)?;
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
            "`from` and `until` are days, `body` the id of a body, `account` the id of an account that became part of the own one, `after` the `next` of the page before.",
        )
        .tag("privacy")
        .returns::<Value>(200, "The looks, the latest first.")
}
