//! `/master-cases/{id}`: one thing on one page.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use web::{AppError, Shell, Visitor, page};

use super::own;
use super::standing::{MasterView, PartView, is_end, read};
use crate::http::id;
use crate::mine::shown::ToDo;
use crate::{Room, division};

#[derive(Template)]
#[template(path = "master/master.html")]
struct MasterCasePage {
    shell: Shell,
    number: String,
    state: String,
    is_closed: bool,
    division: String,
    submitted: String,
    due: String,
    /// Some parts have not begun, so nobody knows their days.
    some_wait: bool,
    visits: u32,
    /// Of all parts, the most urgent first: the part and what is to be done.
    to_do: Vec<(String, ToDo)>,
    parts: Vec<PartRow>,
    receipt: String,
    withdraw: String,
}

struct PartRow {
    part: PartView,
    due: String,
    /// Where it can be followed, and taken back; empty where there is nothing.
    href: String,
    withdraw: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(master): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let master = own(&mut tx, visitor.actor.person()?, id(&master)?).await?;
    let view = read(&mut tx, &room, &visitor, &master).await?;
    drop(tx);
    let bundle = master.bundle(&room)?;
    let base = format!("/master-cases/{}", master.id);
    let is_closed = view.state == "closed";
    let MasterView { number, name, due_on, mut parts, outcome, state, .. } = view;
    let waits = |part: &&PartView| part.state == super::PartState::Waiting.as_str();
    let waiting = parts.iter().filter(waits).count();
    let open = parts.iter().filter(|part| !is_end(part.state) && !waits(part)).count();
    let mut to_do = Vec::new();
    for part in &mut parts {
        let Some(package) = bundle.part(&part.part).map(|part| &part.package) else { continue };
        for open in std::mem::take(&mut part.to_do) {
            let until = open.until;
            to_do.push((until, part.name.clone(), ToDo::of(&visitor, package, open)));
        }
    }
    to_do.sort_by_key(|(until, ..)| until.unwrap_or(jiff::civil::Date::MAX));
    page(&MasterCasePage {
        shell: Shell::new(&visitor, name).crumb(visitor.t("web-my"), "/my"),
        number,
        state: if is_closed {
            visitor.t(&format!("applications-master-{}", outcome.unwrap_or(state)))
        } else {
            visitor.t2("applications-master-running", "open", open, "waiting", waiting)
        },
        is_closed,
        division: division::full_name(&master.division),
        submitted: visitor.datetime(master.submitted_at),
        due: due_on.map(|day| visitor.date(day)).unwrap_or_default(),
        some_wait: waiting > 0,
        visits: bundle.asked.item.visits,
        to_do: to_do.into_iter().map(|(_, part, to_do)| (part, to_do)).collect(),
        parts: parts.into_iter().map(|part| row(&visitor, &base, part)).collect(),
        receipt: format!("{base}/receipt"),
        withdraw: if is_closed { String::new() } else { format!("{base}/withdraw") },
    })
}

fn row(visitor: &Visitor, base: &str, part: PartView) -> PartRow {
    PartRow {
        due: part.due_on.map(|day| visitor.date(day)).unwrap_or_default(),
        href: part.case.as_ref().map(|case| format!("/cases/{case}")).unwrap_or_default(),
        withdraw: if is_end(part.state) {
            String::new()
        } else {
            format!("{base}/withdraw?part={}", part.part)
        },
        part,
    }
}
