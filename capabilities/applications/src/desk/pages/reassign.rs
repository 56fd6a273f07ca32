//! Handing work on (改派) on pages: one confirmation of what and to whom, then what became of each task.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cases::Scope;
use kernel::{Message, Refusal, Role, StaffId};
use web::{AppError, Choice, FormErrors, FormPairs, Shell, Visitor};

use super::batch::{self, Line, ResultPage, is_key, line, unreadable};
use super::manage::role_names;
use crate::desk::batch::Shown;
use crate::desk::listing::Asked;
use crate::desk::manage::reassign::{self, Chosen, Holder, REASON_MAX, Ready, Reassign, TASKS_MAX};
use crate::desk::{DeskError, away, manage, see};
use crate::{Room, http};

/// What is chosen instead of a colleague.
const POOL: &str = "pool";

#[derive(Template)]
#[template(path = "desk/pages/manage/reassign.html", whitespace = "minimize")]
struct ReassignPage {
    shell: Shell,
    errors: FormErrors,
    able: Vec<ReadyLine>,
    unable: Vec<Line>,
    has_more: bool,
    most: usize,
    receivers: Vec<Choice>,
    ask_anyway: bool,
    anyway: bool,
    reason: String,
    reason_max: usize,
    key: String,
    back: String,
    back_query: String,
}

/// A task that will be handed on.
struct ReadyLine {
    line: Line,
    /// `TASK.HOLDER`: what the page has shown.
    value: String,
    holder_name: String,
}

/// What was chosen on the lists: ticked tasks, everything that a clerk has, or what of it is late.
pub(super) async fn choose(
    State(room): State<Room>,
    visitor: Visitor,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let (chosen, has_more) = match pairs.get("do") {
        Some("chosen") => {
            let one = |text: &str| Ok(Chosen { task: http::id(text)?, holder: Holder::Anybody });
            (pairs.all("task").map(one).collect::<Result<Vec<_>, Refusal>>()?, false)
        }
        Some(what @ ("all" | "red")) => {
            let manager = see::staff(&visitor.actor)?;
            let of: StaffId = http::id(pairs.get("of").unwrap_or_default())?;
            let mut tx = room.db.snapshot().await?;
            let found = manage::in_hand(&mut tx, &room, manager, of, what == "red", visitor.today()).await?;
            let chosen = found.0.into_iter().map(|task| Chosen { task, holder: Holder::Anybody });
            (chosen.collect(), found.1)
        }
        Some(_) | None => return Err(unreadable().into()),
    };
    confirm(&room, &visitor, &chosen, has_more, &pairs, FormErrors::none()).await
}

/// The confirmed form.
pub(super) async fn post(
    State(room): State<Room>,
    visitor: Visitor,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let chosen = pairs.all("task").map(read_task).collect::<Result<Vec<_>, _>>()?;
    let to = match pairs.get("to").unwrap_or_default() {
        POOL => Ok(None),
        id => id.parse().map(Some).map_err(|_form| Refusal::field("to", Message::new("desk-choose"))),
    };
    let to: Option<StaffId> = match to {
        Ok(to) => to,
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            return confirm(&room, &visitor, &chosen, false, &pairs, errors).await;
        }
    };
    let how = Reassign {
        to,
        reason: pairs.get("reason").unwrap_or_default().replace("\r\n", "\n"),
        anyway: pairs.get("anyway") == Some("true"),
    };
    let key = pairs.get("key").filter(|key| is_key(key));
    let all = match reassign::run(&room, &visitor, key, &chosen, &how).await {
        Ok(all) => all,
        Err(error) => {
            let errors = FormErrors::of(&visitor, error.into())?;
            return confirm(&room, &visitor, &chosen, false, &pairs, errors).await;
        }
    };
    let (done, refused): (Vec<Shown>, Vec<Shown>) = all.into_iter().partition(|one| one.problem.is_empty());
    let page = ResultPage {
        shell: shell(&visitor),
        done_title: visitor.t1("desk-reassign-done", "count", done.len()),
        problem: String::new(),
        done: done.into_iter().map(line).collect(),
        refused: refused.into_iter().map(line).collect(),
        back: back(&pairs),
    };
    web::page(&page)
}

/// `TASK.HOLDER`; nothing behind the point where nobody had it.
fn read_task(text: &str) -> Result<Chosen, Refusal> {
    let Some((task, holder)) = text.split_once('.') else { return Err(unreadable()) };
    let holder = match holder {
        "" => None,
        id => Some(id.parse().map_err(|_form| unreadable())?),
    };
    Ok(Chosen { task: http::id(task)?, holder: Holder::Known(holder) })
}

fn shell(visitor: &Visitor) -> Shell {
    Shell::new(visitor, visitor.t("desk-reassign-title"))
        .crumb(visitor.t("web-desk"), "/desk")
        .crumb(visitor.t("desk-manage-title"), "/desk/manage")
}

async fn confirm(
    room: &Room,
    visitor: &Visitor,
    chosen: &[Chosen],
    has_more: bool,
    pairs: &FormPairs,
    errors: FormErrors,
) -> Result<Response, AppError> {
    let (all, problem) = match reassign::prepare(room, visitor, chosen).await {
        Ok(all) => (all, String::new()),
        Err(error) => (Vec::new(), batch::refused(visitor, error)?),
    };
    let (able, unable): (Vec<Ready>, Vec<Ready>) =
        all.into_iter().partition(|one| one.shown.problem.is_empty());
    let unable: Vec<Line> = unable.into_iter().map(|one| line(one.shown)).collect();
    let back = back(pairs);
    if able.is_empty() {
        let nothing = visitor.t("desk-reassign-nothing");
        let page = ResultPage {
            shell: shell(visitor),
            done_title: String::new(),
            problem: if problem.is_empty() { nothing } else { problem },
            done: Vec::new(),
            refused: unable,
            back,
        };
        return web::page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let receivers = receivers(room, visitor, &able, pairs).await?;
    let page = ReassignPage {
        shell: shell(visitor),
        errors,
        unable,
        has_more,
        most: TASKS_MAX,
        receivers: receivers.choices,
        ask_anyway: receivers.is_anybody_away,
        anyway: pairs.get("anyway") == Some("true"),
        reason: pairs.get("reason").unwrap_or_default().to_owned(),
        reason_max: REASON_MAX,
        able: able.into_iter().map(ready_line).collect(),
        key: visitor.request_id.clone(),
        back_query: pairs.get("back").unwrap_or_default().to_owned(),
        back,
    };
    web::page_with_status(status, &page)
}

fn ready_line(ready: Ready) -> ReadyLine {
    let holder = ready.holder.map(|holder| holder.to_string()).unwrap_or_default();
    ReadyLine {
        value: format!("{}.{holder}", ready.shown.task),
        holder_name: ready.holder_name,
        line: line(ready.shown),
    }
}

struct Receivers {
    choices: Vec<Choice>,
    is_anybody_away: bool,
}

/// Colleagues who can do at least some of it, with their roles and whether they are away; and the way back to where
/// everybody can take it, where somebody has some of it.
async fn receivers(
    room: &Room,
    visitor: &Visitor,
    able: &[Ready],
    pairs: &FormPairs,
) -> Result<Receivers, DeskError> {
    let manager = see::staff(&visitor.actor)?;
    let mut tx = room.db.snapshot().await?;
    let staff = identity::staff_of(&mut tx, manager.body, visitor.today()).await?;
    let away = identity::deputies_on(&mut tx, manager.body, visitor.today()).await?;
    let roles: Vec<Role> = able.iter().filter_map(|one| one.role).collect();
    // Whoever has all of it already is no choice.
    let has_all = |id: StaffId| able.iter().all(|one| one.holder == Some(id));
    let fit = |one: &&identity::StaffRecord| {
        !one.is_disabled && !has_all(one.id) && one.roles.iter().any(|role| roles.contains(role))
    };
    let chosen = pairs.get("to").unwrap_or_default();
    let mut choices: Vec<Choice> = staff
        .iter()
        .filter(fit)
        .map(|one| {
            let label = format!("{} · {}", away::label(visitor, &away, one), role_names(visitor, one));
            Choice::new(one.id.to_string(), label).chosen_if(one.id.to_string() == chosen)
        })
        .collect();
    if able.iter().any(|one| one.holder.is_some()) {
        choices.push(Choice::new(POOL, visitor.t("desk-reassign-pool")).chosen_if(chosen == POOL));
    }
    Ok(Receivers { choices, is_anybody_away: !away.is_empty() })
}

/// The list from which it was chosen. Only a list can be gone back to.
fn back(pairs: &FormPairs) -> String {
    let words = pairs.get("back").unwrap_or_default();
    let (of, query) = words.split_once('&').filter(|(of, _)| of.starts_with("of=")).unwrap_or(("", words));
    let of = of.strip_prefix("of=").and_then(|id| id.parse::<StaffId>().ok());
    match Asked::of_query(query) {
        Ok(asked) if !words.is_empty() => {
            let scope = if of.is_some() { Scope::Mine } else { Scope::Body };
            let of = of.map(|of| format!("of={of}&")).unwrap_or_default();
            format!("/desk/manage/tasks?{of}{}", Asked { scope, ..asked }.to_query())
        }
        Ok(_) | Err(_) => "/desk/manage".into(),
    }
}
