//! `/desk/manage`: who has how much, what nobody has taken, what is late; and the way to hand work on.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use cases::{Body, ClerkLoad, RoleLoad};
use kernel::StaffActor;
use serde::Deserialize;
use web::{AppError, Shell, Visitor, csv};

use super::list;
use crate::Room;
use crate::desk::manage::{self, Clerk, Wanted};
use crate::desk::{export, names, see};

pub(super) mod items;
pub(super) mod tasks;

/// Which body, and which page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ManageQuery {
    /// The slug of the body; one's own without it.
    body: String,
    after: String,
}

#[derive(Template)]
#[template(path = "desk/pages/manage/overview.html", whitespace = "minimize")]
struct ManagePage {
    shell: Shell,
    body_name: String,
    /// `?body=…` for supervision; empty for one's own body.
    query: String,
    may_reassign: bool,
    lately: i64,
    finished: i64,
    roles: Vec<RoleRow>,
    late: String,
    late_href: String,
    clerks: Vec<ClerkRow>,
    next: String,
    first: String,
}

/// The work of a role.
struct RoleRow {
    name: String,
    open: String,
    open_red: String,
    claimed: String,
    href: String,
}

/// A clerk with what they have in hand.
struct ClerkRow {
    id: String,
    name: String,
    login: String,
    roles: String,
    is_disabled: bool,
    away: String,
    stands_in: String,
    claimed: String,
    yellow: String,
    red: String,
    waiting: String,
    finished_lately: String,
    finished: String,
    oldest: String,
    has_work: bool,
    has_red: bool,
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<ManageQuery>,
) -> Result<Response, AppError> {
    let who = see::staff(&visitor.actor)?;
    let body = manage::body(&room, who, &query.body)?;
    let mut tx = room.db.snapshot().await?;
    let page = manage::clerks(&mut tx, &room, &body, &query.after, visitor.now).await?;
    let roles = manage::roles(&mut tx, &body, visitor.today()).await?;
    let wanted = Wanted::default();
    let (eyes, asked) = (manage::eyes(&as_of(who, &body), &wanted), wanted.asked());
    let lights = cases::count_lights(&mut tx, &asked.query(&room, &eyes, visitor.today())).await;
    let lights = lights.map_err(crate::desk::DeskError::from)?;
    drop(tx);
    let may_reassign = manage::shares_out(who, &body);
    let address = |after: &str| address("/desk/manage", &query.body, after);
    let is_own = query.body.is_empty();
    web::page(&ManagePage {
        shell: Shell::new(&visitor, visitor.t("desk-manage-title")).crumb(visitor.t("web-desk"), "/desk"),
        body_name: names::pick(&visitor, &body.name),
        query: if is_own { String::new() } else { format!("?body={}", body.slug) },
        may_reassign,
        lately: manage::FINISHED_DAYS[0],
        finished: manage::FINISHED_DAYS[1],
        roles: roles.iter().map(|load| role_row(&visitor, load)).collect(),
        late: list::count(lights.red),
        late_href: if may_reassign {
            "/desk/manage/tasks?light=red".into()
        } else {
            format!("/desk/watch/{}?light=red", body.slug)
        },
        clerks: page.items.into_iter().map(|clerk| clerk_row(&visitor, clerk)).collect(),
        next: page.next.map(|next| address(&next)).unwrap_or_default(),
        first: if query.after.is_empty() { String::new() } else { address("") },
    })
}

/// A list of a body that supervision looks at is read as one of that body.
fn as_of(who: &StaffActor, body: &Body) -> StaffActor {
    StaffActor { body: body.id, ..who.clone() }
}

/// An address with what is not empty; a slug or a login has no letters that an address must hide.
fn address(path: &str, body: &str, after: &str) -> String {
    let given: Vec<(&str, &str)> =
        [("body", body), ("after", after)].into_iter().filter(|(_, word)| !word.is_empty()).collect();
    let words = serde_urlencoded::to_string(given).unwrap_or_default();
    if words.is_empty() { path.to_owned() } else { format!("{path}?{words}") }
}

fn role_row(visitor: &Visitor, load: &RoleLoad) -> RoleRow {
    let at_least = |count: i64| if load.is_partial { format!("{count}+") } else { count.to_string() };
    let work = match load.role {
        kernel::Role::Acceptance => "accept",
        kernel::Role::Review => "review",
        kernel::Role::Decision
        | kernel::Role::Supervision
        | kernel::Role::Administration
        | kernel::Role::Catalogue
        | kernel::Role::Audit => "decide",
    };
    RoleRow {
        name: role_name(visitor, load.role),
        open: at_least(load.open),
        open_red: at_least(load.open_red),
        claimed: at_least(load.claimed),
        href: format!("/desk/manage/tasks?claimed=no&work={work}"),
    }
}

pub(in crate::desk) fn role_name(visitor: &Visitor, role: kernel::Role) -> String {
    visitor.t(&format!("desk-role-{role}"))
}

pub(in crate::desk) fn role_names(visitor: &Visitor, staff: &identity::StaffRecord) -> String {
    let names = staff.roles.iter().map(|role| role_name(visitor, *role));
    names.collect::<Vec<_>>().join(visitor.pick("、", ", "))
}

fn clerk_row(visitor: &Visitor, clerk: Clerk) -> ClerkRow {
    let Clerk { staff, load, away, stands_in_for } = clerk;
    let away = away.map(|one| {
        visitor.t2("desk-manage-away", "until", visitor.date(one.last_day), "deputy", one.deputy_name)
    });
    let stands_in = stands_in_for.join(visitor.pick("、", ", "));
    ClerkRow {
        id: staff.id.to_string(),
        roles: role_names(visitor, &staff),
        is_disabled: staff.is_disabled,
        away: away.unwrap_or_default(),
        stands_in: if stands_in.is_empty() {
            String::new()
        } else {
            visitor.t1("desk-manage-stands-in", "names", stands_in)
        },
        claimed: list::count(load.claimed),
        yellow: list::count(load.yellow),
        red: list::count(load.red),
        waiting: list::count(load.waiting),
        finished_lately: list::count(load.finished_lately),
        finished: list::count(load.finished),
        oldest: oldest(visitor, &load),
        has_work: load.claimed + load.waiting > 0,
        has_red: load.red > 0,
        name: staff.name,
        login: staff.login,
    }
}

fn oldest(visitor: &Visitor, load: &ClerkLoad) -> String {
    load.oldest.map(|at| visitor.date(kernel::china_date(at))).unwrap_or_default()
}

/// Most pages that are read for one file: a body has no more clerks.
const PAGES_MAX: usize = 200;

/// The load of every clerk of the body as a file for spreadsheets.
pub(super) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<ManageQuery>,
) -> Result<Response, AppError> {
    let who = see::staff(&visitor.actor)?;
    let body = manage::body(&room, who, &query.body)?;
    let columns = [
        "desk-manage-clerk",
        "desk-manage-login",
        "desk-manage-roles",
        "desk-manage-claimed",
        "desk-manage-yellow",
        "desk-manage-red",
        "desk-manage-waiting",
        "desk-manage-oldest",
    ];
    let [lately, finished] =
        manage::FINISHED_DAYS.map(|days| visitor.t1("desk-manage-finished", "days", days));
    let head = columns.map(|key| visitor.t(key)).into_iter().chain([
        lately,
        finished,
        visitor.t("desk-manage-note"),
    ]);
    let mut text = format!("{}{}", csv::MARK, csv::line(&head.collect::<Vec<_>>()));
    let mut after = String::new();
    let mut tx = room.db.snapshot().await?;
    for _page in 0..PAGES_MAX {
        let page = manage::clerks(&mut tx, &room, &body, &after, visitor.now).await?;
        for clerk in page.items {
            let row = clerk_row(&visitor, clerk);
            let note = if row.is_disabled { visitor.t("desk-manage-left") } else { row.away };
            let fields = [
                row.name,
                row.login,
                row.roles,
                row.claimed,
                row.yellow,
                row.red,
                row.waiting,
                row.oldest,
                row.finished_lately,
                row.finished,
                note,
            ];
            text.push_str(&csv::line(&fields));
        }
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    text.push_str(&csv::line(&[export::signature(&room, &visitor, who)]));
    let name = format!("load-{}.csv", body.slug);
    Ok((csv::headers(&name), text).into_response())
}
