//! `/admin/acts`, the same as a file, and `GET /api/v1/acts`.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use kernel::{FieldError, Message, Refusal, Timestamp, china_midnight};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Choice, FormErrors, Operation, Shell, Visitor, csv, encode, page_with_status};

use super::{ActKind, ActRecord, WantedActs, list_acts};
use crate::Room;
use crate::staff::find_staff_by_login;

const HREF: &str = "/admin/acts";
/// Lines of a file: what a spreadsheet opens at once; the days narrow it.
const LINES_MAX: usize = 5000;

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Asked {
    /// The login of who did it.
    by: String,
    /// The login of whom it was done on, or the reference of somebody or something.
    on: String,
    /// What was done: a word.
    act: String,
    /// The first day (yyyy-mm-dd).
    from: String,
    /// The last day.
    until: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
}

impl Asked {
    /// What narrows the list, as it stands in links.
    fn query(&self) -> String {
        let all = [
            ("by", &self.by),
            ("on", &self.on),
            ("act", &self.act),
            ("from", &self.from),
            ("until", &self.until),
        ];
        let words = all.into_iter().filter(|(_, word)| !word.is_empty());
        words.map(|(name, word)| format!("{name}={}", encode(word))).collect::<Vec<_>>().join("&")
    }

    async fn wanted(&self, tx: &mut Tx, visitor: &Visitor) -> Result<WantedActs, Refusal> {
        let mut faults = Vec::new();
        let root = visitor.actor.staff()?.body;
        let mut wanted = WantedActs { root, by: None, target: None, kind: None, from: None, until: None };
        if !self.by.trim().is_empty() {
            wanted.by = reference(tx, &self.by).await?;
            if wanted.by.is_none() {
                faults.push(FieldError::new("by", Message::new("identity-acts-unknown-login")));
            }
        }
        if !self.on.trim().is_empty() {
            wanted.target = reference(tx, &self.on).await?;
            if wanted.target.is_none() {
                faults.push(FieldError::new("on", Message::new("identity-acts-unknown-login")));
            }
        }
        if !self.act.is_empty() {
            wanted.kind = ActKind::read(&self.act);
            if wanted.kind.is_none() {
                faults.push(FieldError::new("act", Message::new("identity-acts-unknown-act")));
            }
        }
        wanted.from = instant("from", &self.from, 0, &mut faults);
        wanted.until = instant("until", &self.until, 1, &mut faults);
        if let (Some(from), Some(until)) = (wanted.from, wanted.until)
            && from >= until
        {
            faults.push(FieldError::new("until", Message::new("identity-days-turned")));
        }
        if faults.is_empty() { Ok(wanted) } else { Err(Refusal::Invalid(faults)) }
    }
}

/// A login becomes the reference of its holder; what has a colon is a reference already.
async fn reference(tx: &mut Tx, typed: &str) -> store::Result<Option<String>> {
    let typed = typed.trim();
    if typed.contains(':') || typed == "system" {
        return Ok(Some(typed.to_owned()));
    }
    Ok(find_staff_by_login(tx, typed).await?.map(|staff| format!("staff:{staff}")))
}

/// The start of a day, or of the one after it.
fn instant(
    field: &'static str,
    typed: &str,
    days_on: i64,
    faults: &mut Vec<FieldError>,
) -> Option<Timestamp> {
    if typed.trim().is_empty() {
        return None;
    }
    let day = typed.trim().parse::<Date>().ok();
    let day = day.and_then(|day| day.checked_add(jiff::Span::new().days(days_on)).ok());
    if day.is_none() {
        faults.push(FieldError::new(field, Message::new("identity-date-wrong")));
    }
    day.map(china_midnight)
}

#[derive(Template)]
#[template(path = "acts/acts.html")]
struct ActsPage {
    shell: Shell,
    errors: FormErrors,
    asked: Asked,
    acts: Vec<Choice>,
    is_filtered: bool,
    rows: Vec<ActRow>,
    file: String,
    next: String,
    first: String,
}

struct ActRow {
    at: String,
    by: String,
    act: String,
    target: String,
    was: String,
    became: String,
    reason: String,
}

fn row(visitor: &Visitor, act: &ActRecord) -> ActRow {
    let by = if act.by_name.is_empty() { act.by.as_str() } else { act.by_name.as_str() };
    let by = if act.by == "system" { visitor.t("identity-acts-system") } else { by.to_owned() };
    let target = if act.target_name.is_empty() { &act.target } else { &act.target_name };
    ActRow {
        at: visitor.datetime(act.at),
        by,
        act: visitor.t(&format!("identity-act-{}", act.act)),
        target: target.clone(),
        was: act.was.clone(),
        became: act.became.clone(),
        reason: act.reason.clone(),
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let (wanted, errors) = match asked.wanted(&mut tx, &visitor).await {
        Ok(wanted) => (Some(wanted), FormErrors::none()),
        Err(refusal) => (None, FormErrors::of(&visitor, refusal)?),
    };
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let (rows, next) = match &wanted {
        Some(wanted) => {
            let found = list_acts(&mut tx, wanted, &request).await?;
            (found.items.iter().map(|act| row(&visitor, act)).collect(), found.next)
        }
        None => (Vec::new(), None),
    };
    drop(tx);
    let query = if errors.is_empty() { asked.query() } else { String::new() };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let choice = |kind: ActKind| {
        let word = kind.as_str();
        Choice::new(word, visitor.t(&format!("identity-act-{word}"))).chosen_if(asked.act == word)
    };
    let shown = ActsPage {
        acts: ActKind::ALL.into_iter().map(choice).collect(),
        is_filtered: !asked.query().is_empty(),
        rows,
        file: format!("{HREF}.csv?{query}"),
        next: next.map_or_else(String::new, |next| format!("{HREF}?{query}&after={next}")),
        first: if asked.after.is_none() { String::new() } else { format!("{HREF}?{query}") },
        shell: Shell::new(&visitor, visitor.t("identity-acts-title")),
        errors,
        asked,
    };
    page_with_status(status, &shown)
}

/// The same as a table to take along; its first line says who took it and when.
pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let me = visitor.actor.staff()?;
    let mut tx = room.db.snapshot().await?;
    let wanted = asked.wanted(&mut tx, &visitor).await?;
    let mut text = String::from(csv::MARK);
    let when = visitor.datetime(visitor.now);
    text.push_str(&csv::line(&[visitor.t2("identity-acts-watermark", "name", &me.shown_as, "when", when)]));
    let heads = ["at", "by", "by-reference", "act", "on", "on-reference", "was", "became", "reason"];
    text.push_str(&csv::line(&heads.map(|head| visitor.t(&format!("identity-acts-{head}")))));
    let mut request = PageRequest { after: None, size: PageSize::try_from(100).unwrap_or_default() };
    let mut lines = 0;
    loop {
        let found = list_acts(&mut tx, &wanted, &request).await?;
        for act in &found.items {
            let shown = row(&visitor, act);
            let (by, on) = (act.by.clone(), act.target.clone());
            text.push_str(&csv::line(&[
                shown.at,
                shown.by,
                by,
                shown.act,
                shown.target,
                on,
                shown.was,
                shown.became,
                shown.reason,
            ]));
            lines += 1;
        }
        match found.next {
            Some(_) if lines >= LINES_MAX => {
                text.push_str(&csv::line(&[visitor.t1("identity-acts-cut", "lines", lines)]));
                break;
            }
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    Ok((csv::headers("administrative-acts.csv"), text).into_response())
}

/// One administrative act (管理操作记录).
#[derive(Serialize, ToSchema)]
pub(crate) struct ActEntry {
    id: String,
    /// When (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who: `staff:…`, or `system`.
    by: String,
    by_name: String,
    /// What, as a word.
    act: String,
    /// On whom or what.
    on: String,
    on_name: String,
    was: String,
    became: String,
    reason: String,
}

/// Administrative acts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ActList {
    /// The latest first.
    items: Vec<ActEntry>,
    /// Where the next page starts.
    next: Option<String>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<ActList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let wanted = asked.wanted(&mut tx, &visitor).await?;
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let found = list_acts(&mut tx, &wanted, &request).await?;
    let items = found.items.into_iter().map(|act| ActEntry {
        id: act.id.to_string(),
        at: act.at,
        by: act.by,
        by_name: act.by_name,
        act: act.act,
        on: act.target,
        on_name: act.target_name,
        was: act.was,
        became: act.became,
        reason: act.reason,
    });
    Ok(Json(ActList { items: items.collect(), next: found.next.map(|next| next.to_string()) }))
}

pub(crate) fn operation() -> Operation {
    Operation::new("listActs", "What administrators and counters did.")
        .description(
            "For the administration and the auditor: of their body, those below it, and the platform.",
        )
        .tag("identity")
        .query::<Asked>()
        .returns::<ActList>(200, "The acts, the latest first.")
}
