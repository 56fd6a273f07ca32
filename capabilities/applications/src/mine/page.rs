//! `/my` and `/cases/{id}`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use cases::{CaseSummary, Status, Which};
use catalogue::Package;
use kernel::{CaseId, Refusal};
use legal_time::Reading;
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, Shell, Visitor};

use super::http::reading;
use super::now::{CaseToDo, Look};
use super::shown::Shown;
use super::{MyCase, get, list, waiting};
use crate::attach::http::FileRow;
use crate::draft::{self, DraftSummary};
use crate::http::id;
use crate::letters::view::Thread;
use crate::letters::{self, Side};
use crate::master::siblings::{self, Siblings};
use crate::master::{self, MasterCase};
use crate::room::own_purpose;
use crate::start::http::acting;
use crate::submit::http::{AnswerSection, files_by_material, sections};
use crate::trace::{self, Place, Trace};
use crate::{Room, division, notices, view};

#[derive(Template)]
#[template(path = "mine/my.html")]
struct MyPage {
    shell: Shell,
    acting: String,
    waiting: Vec<Row>,
    drafts: Vec<Row>,
    drafts_next: String,
    masters: Vec<Row>,
    masters_next: String,
    cases: Vec<Row>,
    next: String,
    first: String,
}

/// A draft or a case in a list.
struct Row {
    name: String,
    href: String,
    /// The number, or where it is applied for.
    about: String,
    status: String,
    light: &'static str,
    light_text: String,
    when: String,
    /// The office has written and it was not opened yet.
    has_letter: bool,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Pages {
    after: Option<Cursor>,
    drafts_after: Option<Cursor>,
    masters_after: Option<Cursor>,
}

pub(crate) async fn my(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let is_first = pages.after.is_none() && pages.drafts_after.is_none() && pages.masters_after.is_none();
    let request = |after| PageRequest { after, ..PageRequest::default() };
    let drafts = draft::list(&mut tx, person, &request(pages.drafts_after)).await?;
    let masters = master::list(&mut tx, person, &request(pages.masters_after)).await?;
    let cases = list(&mut tx, person, Which::Single, visitor.now, &request(pages.after)).await?;
    let waiting = waiting(&mut tx, &room, &visitor, person).await?;
    let unread = letters::unread_of(&mut tx, &draft::applicant_of(person)).await?;
    let rows_of_masters = master_rows(&mut tx, &room, &visitor, &masters.items, &unread).await?;
    let case_row = |case: &CaseSummary| Row {
        has_letter: unread.contains(&case.id),
        ..row_of_case(&room, &visitor, case)
    };
    web::page(&MyPage {
        shell: Shell::new(&visitor, visitor.t("web-my")),
        acting: acting(&mut tx, &room, &visitor, person).await?,
        waiting: waiting
            .iter()
            .map(|(case, to_do)| Row {
                href: to_do.href.clone(),
                when: to_do
                    .until
                    .map(|day| visitor.t1("applications-until", "day", visitor.date(day)))
                    .unwrap_or_default(),
                status: to_do_title(&visitor, case, to_do, &room),
                ..case_row(case)
            })
            .collect(),
        drafts: drafts.items.iter().map(|draft| row_of_draft(&room, &visitor, draft)).collect(),
        drafts_next: drafts.next.map(|next| format!("/my?drafts_after={next}")).unwrap_or_default(),
        masters: rows_of_masters,
        masters_next: masters.next.map(|next| format!("/my?masters_after={next}")).unwrap_or_default(),
        cases: cases.items.iter().map(case_row).collect(),
        next: cases.next.map(|next| format!("/my?after={next}")).unwrap_or_default(),
        first: if is_first { String::new() } else { "/my".into() },
    })
}

/// What is to be done, with the name of the item.
fn to_do_title(visitor: &Visitor, case: &CaseSummary, to_do: &CaseToDo, room: &Room) -> String {
    let item = item_name(room, visitor, &case.item, &case.handling);
    match to_do.what {
        "correction" => visitor.t1("applications-my-correct", "name", item),
        "promise" => visitor.t2("applications-my-promise", "name", item, "material", &to_do.name),
        _ => visitor.t1("applications-my-hearing", "name", item),
    }
}

fn item_name(room: &Room, visitor: &Visitor, item: &str, handling: &str) -> String {
    let package = room.library.offered(item, handling);
    package.map_or_else(
        || item.to_owned(),
        |package| visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
    )
}

fn row_of_draft(room: &Room, visitor: &Visitor, draft: &DraftSummary) -> Row {
    Row {
        name: item_name(room, visitor, &draft.case_type.item, &draft.case_type.handling),
        href: format!("/drafts/{}", draft.id),
        about: division::full_name(&draft.division),
        status: visitor.t("applications-status-draft"),
        light: "",
        light_text: String::new(),
        when: visitor.t1("applications-changed-at", "when", visitor.datetime(draft.updated_at)),
        has_letter: false,
    }
}

/// One row for each thing (一件事), however many cases it has.
async fn master_rows(
    tx: &mut store::Tx,
    room: &Room,
    visitor: &Visitor,
    masters: &[MasterCase],
    unread: &[CaseId],
) -> Result<Vec<Row>, Refusal> {
    let numbers: Vec<String> = masters.iter().map(|master| master.number.clone()).collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let parts = cases::of_bundles(tx, &numbers, visitor.today()).await?;
    let waiting = master::waiting_parts(tx, visitor.actor.person()?).await?;
    let row = |master: &MasterCase| {
        let own: Vec<&CaseSummary> =
            parts.iter().filter(|case| case.bundle.as_deref() == Some(&master.number)).collect();
        let open: Vec<&&CaseSummary> = own.iter().filter(|case| case.status != Status::Closed).collect();
        let waits = waiting.get(&master.id).copied().unwrap_or(0);
        let latest = open.iter().max_by_key(|case| case.due_on);
        let until = latest.and_then(|case| case.due_on);
        let is_closed = open.is_empty() && waits == 0;
        let submitted =
            || visitor.t1("applications-submitted-at", "when", visitor.datetime(master.submitted_at));
        Row {
            name: item_name(room, visitor, &master.bundle.item, &master.bundle.handling),
            href: format!("/master-cases/{}", master.id),
            about: master.number.clone(),
            status: if is_closed {
                visitor.t("applications-master-closed")
            } else {
                visitor.t2("applications-master-running", "open", open.len(), "waiting", waits)
            },
            light: latest.map_or("", |case| case.light.as_str()),
            light_text: latest
                .map(|case| trace::light_word(visitor, case.light, case.due_on))
                .unwrap_or_default(),
            when: until
                .map_or_else(submitted, |day| visitor.t1("applications-until", "day", visitor.date(day))),
            has_letter: own.iter().any(|case| unread.contains(&case.id)),
        }
    };
    Ok(masters.iter().map(row).collect())
}

fn row_of_case(room: &Room, visitor: &Visitor, case: &CaseSummary) -> Row {
    let is_closed = case.status == Status::Closed;
    let until = case
        .due_on
        .filter(|_| !is_closed)
        .map(|day| visitor.t1("applications-until", "day", visitor.date(day)));
    let submitted = || visitor.t1("applications-submitted-at", "when", visitor.datetime(case.submitted_at));
    Row {
        name: item_name(room, visitor, &case.item, &case.handling),
        href: format!("/cases/{}", case.id),
        about: case.number.clone(),
        status: status_text(visitor, case.status, case.outcome),
        light: if is_closed { "" } else { case.light.as_str() },
        light_text: trace::light_word(visitor, case.light, case.due_on),
        when: until.unwrap_or_else(submitted),
        has_letter: false,
    }
}

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
    Ok(CasePage { siblings, ..build(room, visitor, &package, &mine, &reading, thread)? })
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
        errors: FormErrors::none(),
        thread,
    })
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
