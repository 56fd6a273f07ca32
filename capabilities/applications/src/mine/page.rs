//! `/cases/{id}`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::{Case, Status};
use catalogue::Package;
use jiff::ToSpan as _;
use kernel::{CaseId, Refusal, Timestamp, china_date};
use legal_time::Reading;
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, Shell, Visitor};

use super::http::reading;
use super::now::Look;
use super::shown::Shown;
use super::{MyCase, get};
use crate::attach::http::FileRow;
use crate::http::id;
use crate::letters::view::Thread;
use crate::letters::{self, Side};
use crate::master::siblings::{self, Siblings};
use crate::room::own_purpose;
use crate::submit::http::{AnswerSection, files_by_material, sections};
use crate::trace::{self, Place, Trace};
use crate::{Room, division, notices, view};

/// Where a case stands; a closed one by how it ended.
pub(crate) fn status_text(visitor: &Visitor, status: Status, outcome: Option<cases::Outcome>) -> String {
    match outcome {
        Some(outcome) => visitor.t(&format!("cases-outcome-{}", outcome.as_str())),
        None => visitor.t(&format!("cases-status-{}", status.as_str())),
    }
}

#[derive(Template)]
#[template(path = "mine/case.html")]
struct CasePage {
    shell: Shell,
    /// The one thing of which it is a part.
    siblings: Option<Siblings>,
    number: String,
    status: String,
    light: &'static str,
    light_text: String,
    is_closed: bool,
    reason: String,
    /// Until when what was handed in is kept, or since when it is gone; empty while the case runs.
    kept: String,
    division: String,
    with: Vec<String>,
    due: String,
    due_label: String,
    /// That the last day has moved, and why; empty when it has not.
    moved: String,
    explanation: Vec<String>,
    days: Vec<(String, String)>,
    places: Vec<Place>,
    results: Vec<(String, String)>,
    now: Shown,
    /// Last day of the public notice that hangs.
    notice_until: String,
    trace: Vec<(String, Trace)>,
    sections: Vec<AnswerSection>,
    materials: Vec<(String, Vec<FileRow>)>,
    receipt: String,
    withdraw: String,
    complaints: String,
    base: String,
    errors: FormErrors,
    thread: Thread,
}

/// Which part of the thread of letters.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct CaseQuery {
    letters: Option<Cursor>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    Query(query): Query<CaseQuery>,
) -> Result<Response, AppError> {
    web::page(&read(&room, &visitor, id(&case)?, query.letters).await?)
}

/// The page again, with a letter that was not written and why.
pub(crate) async fn again(
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    letter: &str,
    errors: &FormErrors,
) -> Result<Response, AppError> {
    let mut page = read(room, visitor, case, None).await?;
    letter.clone_into(&mut page.thread.typed);
    errors.get("letter").clone_into(&mut page.thread.error);
    page.errors = errors.clone();
    web::page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn read(
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    after: Option<Cursor>,
) -> Result<CasePage, AppError> {
    let person = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let mine = get(&mut tx, room, person, case).await?;
    let request = PageRequest { after, size: letters::shown() };
    let purpose = own_purpose(person, Some(case));
    let letters = letters::list(&mut tx, room, case, &purpose, &request).await?;
    let siblings = siblings::of(&mut tx, room, visitor, &mine.case, |_own| true).await?;
    let erased = cases::erased_at(&mut tx, case).await?;
    drop(tx);
    let package = room.package(&mine.case.case_type)?;
    let reading = reading(room, &mine.case)?;
    let here = format!("/cases/{case}");
    let is_open = letters::is_open(&mine.case, visitor.now);
    let thread = Thread::of(visitor, room, Side::Applicant, &here, &letters, is_open);
    if thread.unread > 0 {
        let mut tx = room.db.begin().await?;
        letters::mark_read(&mut tx, case, Side::Applicant, visitor.now).await?;
        tx.commit().await?;
    }
    let kept = kept(visitor, &package, &mine.case, erased);
    Ok(CasePage { siblings, kept, ..build(room, visitor, &package, &mine, &reading, thread)? })
}

fn build(
    room: &Room,
    visitor: &Visitor,
    package: &Package,
    mine: &MyCase,
    reading: &Reading,
    thread: Thread,
) -> Result<CasePage, Refusal> {
    let MyCase { case, history, answers, files } = mine;
    let base = format!("/cases/{}", case.id);
    let is_closed = case.status == Status::Closed;
    let light = trace::light(room, case, reading, visitor.today());
    let mut events = trace::public(visitor, package, history);
    let results = events.iter().filter(|event| !event.href.is_empty());
    let results = results.map(|event| (event.text.clone(), event.href.clone())).collect();
    events.reverse();
    let own: Vec<_> = files.iter().filter(|file| file.is_handed_in()).cloned().collect();
    let due = trace::due_text(visitor, reading);
    Ok(CasePage {
        shell: Shell::new(visitor, visitor.pick(&package.item.name.zh, &package.item.name.en))
            .crumb(visitor.t("web-my"), "/my"),
        number: case.number.clone(),
        status: status_text(visitor, case.status, case.outcome),
        light: light.as_str(),
        light_text: trace::light_word(visitor, light, reading.due.date()),
        is_closed,
        reason: case.reason.clone().unwrap_or_default(),
        division: division::full_name(&case.division),
        with: trace::with_whom(visitor, room, case),
        due_label: visitor.t(due_label(case.status)),
        moved: if is_closed { None } else { trace::moved(visitor, package, case, history, reading) }
            .unwrap_or_default(),
        explanation: view::lines(visitor, reading),
        days: days(visitor, reading),
        places: trace::places(visitor, room, package, case),
        results,
        now: Shown::of(&Look { visitor, room, package, case })?,
        notice_until: notices::hanging(case, visitor.today())
            .map(|notice| visitor.date(notice.until))
            .unwrap_or_default(),
        due,
        trace: events.into_iter().map(|event| (visitor.datetime(event.at), event)).collect(),
        sections: sections(visitor, room, package, answers, None),
        materials: files_by_material(visitor, package, &own, &base),
        receipt: format!("{base}/receipt"),
        withdraw: if is_closed { String::new() } else { format!("{base}/withdraw") },
        complaints: package.item.complaints.phone.clone(),
        base,
        siblings: None,
        kept: String::new(),
        errors: FormErrors::none(),
        thread,
    })
}

/// How long what was handed in is kept (保管期限).
fn kept(visitor: &Visitor, package: &Package, case: &Case, erased: Option<Timestamp>) -> String {
    if let Some(at) = erased {
        return visitor.t1("applications-kept-over", "day", visitor.date(china_date(at)));
    }
    let Some(closed) = case.closed_at else { return String::new() };
    match package.item.kept_years().map(|years| china_date(closed).checked_add(years.years())) {
        Some(Ok(day)) => visitor.t1("applications-kept-until", "day", visitor.date(day)),
        Some(Err(_)) | None => visitor.t("applications-kept-ever"),
    }
}

const fn due_label(status: Status) -> &'static str {
    match status {
        Status::Submitted => "applications-accept-by",
        Status::Correction => "applications-correct-by",
        Status::InProgress | Status::Suspended | Status::Closed => "applications-decide-by",
    }
}

/// Every day of the count with what it means.
fn days(visitor: &Visitor, reading: &Reading) -> Vec<(String, String)> {
    let label = |step: &legal_time::Step| visitor.pick(&step.label_zh(), &step.label_en()).to_owned();
    reading.explanation.days().iter().map(|day| (visitor.date(day.from), label(day))).collect()
}
