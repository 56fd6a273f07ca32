//! Several tasks at once (批量办理) on pages: what became of each, and one confirmation before anything is settled.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cases::{CaseError, TaskKind};
use kernel::{Message, Refusal, TaskId};
use web::{AppError, Choice, FormErrors, FormPairs, Shell, Visitor};

use crate::desk::batch::{self, Batch, Chosen, Shown};
use crate::desk::listing::Asked;
use crate::desk::{DeskError, names};
use crate::{Room, http};

/// What became of each task.
#[derive(Template)]
#[template(path = "desk/pages/batch.html", whitespace = "minimize")]
pub(super) struct ResultPage {
    pub(super) shell: Shell,
    pub(super) done_title: String,
    pub(super) problem: String,
    pub(super) done: Vec<Line>,
    pub(super) refused: Vec<Line>,
    pub(super) back: String,
}

/// What is about to be settled.
#[derive(Template)]
#[template(path = "desk/pages/settle.html", whitespace = "minimize")]
struct SettlePage {
    shell: Shell,
    errors: FormErrors,
    is_decision: bool,
    work: String,
    able: Vec<Line>,
    unable: Vec<Line>,
    agree: Vec<Choice>,
    text: String,
    key: String,
    back: String,
    back_query: String,
}

/// A task on one of these pages.
pub(super) struct Line {
    pub(super) shown: Shown,
    pub(super) number: Vec<String>,
}

pub(super) fn line(shown: Shown) -> Line {
    Line { number: super::pieces(&shown.number), shown }
}

/// The buttons of the list: taking and giving back are done at once, settling is asked for once more.
pub(super) async fn post(
    State(room): State<Room>,
    visitor: Visitor,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let chosen = pairs.all("task").map(read_task).collect::<Result<Vec<_>, _>>()?;
    let batch = match pairs.get("do") {
        Some("claim") => Batch::Claim,
        Some("release") => Batch::Release,
        Some("settle") => return confirm(&room, &visitor, &chosen, &pairs, FormErrors::none()).await,
        Some(_) | None => return Err(unreadable().into()),
    };
    perform(&room, &visitor, &chosen, &pairs, &batch).await
}

/// The confirmed form.
pub(super) async fn settle(
    State(room): State<Room>,
    visitor: Visitor,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let chosen = pairs.all("task").map(read_task).collect::<Result<Vec<_>, _>>()?;
    let text = pairs.get("text").unwrap_or_default().replace("\r\n", "\n");
    let mut errors = FormErrors::none();
    let agree = match pairs.get("agree") {
        Some("true") => true,
        Some("false") => false,
        Some(_) | None => {
            errors.add("agree", visitor.t("desk-choose"));
            false
        }
    };
    if text.trim().is_empty() {
        let Refusal::Invalid(faults) = CaseError::TextMissing { field: "text" }.into() else {
            return Err(unreadable().into());
        };
        faults.iter().for_each(|fault| errors.add("text", visitor.message(&fault.message)));
    }
    if !errors.is_empty() {
        return confirm(&room, &visitor, &chosen, &pairs, errors).await;
    }
    perform(&room, &visitor, &chosen, &pairs, &Batch::Settle { agree, text }).await
}

/// `id`, or `id.version` when the page has shown a version.
fn read_task(text: &str) -> Result<Chosen, Refusal> {
    let (task, version) = match text.split_once('.') {
        Some((task, version)) => (task, Some(version.parse().map_err(|_form| unreadable())?)),
        None => (text, None),
    };
    let task: TaskId = http::id(task)?;
    Ok(Chosen { task, version })
}

async fn perform(
    room: &Room,
    visitor: &Visitor,
    chosen: &[Chosen],
    pairs: &FormPairs,
    batch: &Batch,
) -> Result<Response, AppError> {
    let key = pairs.get("key").filter(|key| is_key(key));
    let (all, problem) = match batch::run(room, visitor, key, chosen, batch).await {
        Ok(all) => (all, String::new()),
        Err(error) => (Vec::new(), refused(visitor, error)?),
    };
    let (done, refused): (Vec<Shown>, Vec<Shown>) = all.into_iter().partition(|one| one.problem.is_empty());
    let title = visitor.t(&format!("desk-batch-{}", batch.as_str()));
    let done_title = visitor.t1(&format!("desk-batch-{}-done", batch.as_str()), "count", done.len());
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = ResultPage {
        shell: Shell::new(visitor, title).crumb(visitor.t("web-desk"), "/desk"),
        done_title,
        problem,
        done: done.into_iter().map(line).collect(),
        refused: refused.into_iter().map(line).collect(),
        back: back(pairs),
    };
    web::page_with_status(status, &page)
}

async fn confirm(
    room: &Room,
    visitor: &Visitor,
    chosen: &[Chosen],
    pairs: &FormPairs,
    errors: FormErrors,
) -> Result<Response, AppError> {
    let (work, all, problem) = match batch::prepare(room, visitor, chosen).await {
        Ok((work, all)) => (work, all, String::new()),
        Err(error) => (None, Vec::new(), refused(visitor, error)?),
    };
    let title = visitor.t("desk-batch-settle");
    let shell = Shell::new(visitor, title).crumb(visitor.t("web-desk"), "/desk");
    let (able, unable): (Vec<Shown>, Vec<Shown>) = all.into_iter().partition(|one| one.problem.is_empty());
    let unable: Vec<Line> = unable.into_iter().map(line).collect();
    let Some(work) = work else {
        let page = ResultPage {
            shell,
            done_title: String::new(),
            problem: if problem.is_empty() { visitor.t("desk-batch-nothing-to-settle") } else { problem },
            done: Vec::new(),
            refused: unable,
            back: back(pairs),
        };
        return web::page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let is_decision = work == TaskKind::Decide;
    let (yes, no) = if is_decision { ("desk-grant", "desk-refuse") } else { ("desk-agree", "desk-disagree") };
    let choice =
        |value: &str, key| Choice::new(value, visitor.t(key)).chosen_if(pairs.get("agree") == Some(value));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = SettlePage {
        shell,
        errors,
        is_decision,
        work: names::work(visitor, work),
        able: able.into_iter().map(line).collect(),
        unable,
        agree: vec![choice("true", yes), choice("false", no)],
        text: pairs.get("text").unwrap_or_default().to_owned(),
        // What is settled is another request than what was chosen for it.
        key: visitor.request_id.clone(),
        back_query: back(pairs).trim_start_matches("/desk?").to_owned(),
        back: back(pairs),
    };
    web::page_with_status(status, &page)
}

/// A refusal of the whole batch that its reader can mend: nothing chosen, too much chosen.
pub(super) fn refused(visitor: &Visitor, error: DeskError) -> Result<String, AppError> {
    match Refusal::from(error) {
        Refusal::Invalid(faults) => {
            Ok(faults.iter().map(|fault| visitor.message(&fault.message)).collect::<Vec<_>>().join(" "))
        }
        refusal @ (Refusal::NotFound
        | Refusal::Unauthenticated
        | Refusal::Forbidden
        | Refusal::LevelNeeded(_)
        | Refusal::Outside(_)
        | Refusal::Conflict(_)
        | Refusal::Malformed(_)
        | Refusal::TooLarge(_)
        | Refusal::Unsupported(_)
        | Refusal::TooMany(_)
        | Refusal::Unavailable
        | Refusal::Internal(_)) => Err(AppError(refusal)),
    }
}

/// The list from which the batch was sent. Only a list can be gone back to.
fn back(pairs: &FormPairs) -> String {
    let asked = Asked::of_query(pairs.get("back").unwrap_or_default()).unwrap_or_default();
    format!("/desk?{}", asked.to_query())
}

/// A key that a page of ours has made.
pub(super) fn is_key(key: &str) -> bool {
    (8..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_hexdigit())
}

pub(super) fn unreadable() -> Refusal {
    Refusal::Malformed(Message::new("web-form-unreadable"))
}
