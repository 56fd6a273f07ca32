//! The pages of staff administration: the list, one member of staff, one post, and the start password.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{PostId, Refusal, Role, StaffId};
use serde::Deserialize;
use store::Tx;
use store::page::{Cursor, PageRequest};
use web::{AppError, Choice, FormErrors, FormPairs, Shell, Visitor, encode, page_with_status};

use super::find::{FoundStaff, bodies_below, find};
use super::http::HREF;
use super::{REASON_MAX, is_below, managed};
use crate::Room;
use crate::choose_post::http::{post_words, roles_words};
use crate::permission::MANAGE_STAFF;
use crate::posts::{PostRecord, find_post};
use crate::staff::find_staff;

/// With more bodies than these their short name is typed.
const CHOICES_MAX: i64 = 200;

/// What was typed, to be shown again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) title: String,
    pub(crate) roles: Vec<String>,
    pub(crate) first_day: String,
    pub(crate) until: String,
    pub(crate) last_day: String,
    pub(crate) reason: String,
    pub(crate) at_once: bool,
}

impl Typed {
    pub(crate) fn of(form: &FormPairs) -> Self {
        let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
        Self {
            login: text("login"),
            name: text("name"),
            body: text("body"),
            title: text("title"),
            roles: form.all("roles").map(str::to_owned).collect(),
            first_day: text("first_day"),
            until: text("until"),
            last_day: text("last_day"),
            reason: text("reason"),
            at_once: form.get("at_once") == Some("true"),
        }
    }
}

/// What is wrong, and on which of the forms of the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    at: &'static str,
    errors: FormErrors,
}

impl Said {
    pub(crate) const fn at(at: &'static str, errors: FormErrors) -> Self {
        Self { at, errors }
    }

    fn status(&self) -> StatusCode {
        if self.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

/// The fields of a post that begins.
struct PostFields {
    bodies: Vec<Choice>,
    /// There are too many bodies to choose from: their short name is typed.
    body_is_typed: bool,
    roles: Vec<Choice>,
    typed: Typed,
}

async fn post_fields(tx: &mut Tx, visitor: &Visitor, typed: &Typed) -> Result<PostFields, AppError> {
    let root = visitor.actor.staff()?.body;
    let found = bodies_below(tx, root, CHOICES_MAX + 1).await?;
    let body_is_typed = i64::try_from(found.len()).is_ok_and(|count| count > CHOICES_MAX);
    let choice = |body: &super::find::BodyChoice| {
        Choice::new(body.slug.clone(), visitor.pick(&body.name.zh, &body.name.en))
            .chosen_if(typed.body == body.slug || (typed.body.is_empty() && body.id == root))
    };
    let role = |role: Role| {
        Choice::new(role.as_str(), visitor.t(&format!("identity-role-{role}")))
            .chosen_if(typed.roles.iter().any(|word| word == role.as_str()))
    };
    let first_day =
        if typed.first_day.is_empty() { visitor.today().to_string() } else { typed.first_day.clone() };
    Ok(PostFields {
        bodies: found.iter().map(choice).collect(),
        body_is_typed,
        roles: Role::ALL.into_iter().map(role).collect(),
        typed: Typed { first_day, ..typed.clone() },
    })
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    after: Option<Cursor>,
}

#[derive(Template)]
#[template(path = "staffing/list.html")]
struct ListPage {
    shell: Shell,
    q: String,
    may_manage: bool,
    rows: Vec<Row>,
    next: String,
    first: String,
}

struct Row {
    href: String,
    login: String,
    name: String,
    posts: Vec<String>,
    state: String,
    kind: &'static str,
}

/// Where somebody stands, in a word.
fn state(visitor: &Visitor, one: &FoundStaff) -> (String, &'static str) {
    let today = visitor.today();
    let works = one.posts.iter().any(|post| post.is_held(today));
    if one.is_disabled {
        (visitor.t("identity-staff-left"), "plain")
    } else if let Some(last) = one.last_day {
        (visitor.t1("identity-staff-leaves", "day", last), "warning")
    } else if !works {
        (visitor.t("identity-staff-no-post"), "warning")
    } else if one.has_start_password {
        (visitor.t("identity-staff-start"), "info")
    } else {
        (visitor.t("identity-staff-works"), "success")
    }
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let root = visitor.actor.staff()?.body;
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = find(&mut tx, root, &asked.q, &request).await?;
    drop(tx);
    let today = visitor.today();
    let row = |one: &FoundStaff| {
        let (state, kind) = state(&visitor, one);
        let held = one.posts.iter().filter(|post| post.last_day.is_none_or(|last| last >= today));
        let words =
            |post: &PostRecord| format!("{}（{}）", post_words(&visitor, post), roles_words(&visitor, post));
        Row {
            href: format!("{HREF}/{}", one.id),
            login: one.login.clone(),
            name: one.name.clone(),
            posts: held.map(words).collect(),
            state,
            kind,
        }
    };
    let query = if asked.q.is_empty() { String::new() } else { format!("q={}", encode(&asked.q)) };
    web::page(&ListPage {
        rows: found.items.iter().map(row).collect(),
        next: found.next.map_or_else(String::new, |next| format!("{HREF}?{query}&after={next}")),
        first: if asked.after.is_none() { String::new() } else { format!("{HREF}?{query}") },
        may_manage: visitor.actor.may(MANAGE_STAFF),
        q: asked.q,
        shell: Shell::new(&visitor, visitor.t("identity-staffing-title")),
    })
}

#[derive(Template)]
#[template(path = "staffing/new.html")]
struct NewPage {
    shell: Shell,
    errors: FormErrors,
    fields: PostFields,
}

pub(crate) async fn show_new(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    new(&room, &visitor, &Typed::default(), FormErrors::none()).await
}

pub(crate) async fn new(
    room: &Room,
    visitor: &Visitor,
    typed: &Typed,
    errors: FormErrors,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let fields = post_fields(&mut tx, visitor, typed).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shell = Shell::new(visitor, visitor.t("identity-staffing-new"));
    let shell = shell.crumb(visitor.t("identity-staffing-title"), HREF);
    page_with_status(status, &NewPage { shell, errors, fields })
}

#[derive(Template)]
#[template(path = "staffing/one.html")]
struct OnePage {
    shell: Shell,
    said: Said,
    errors: FormErrors,
    id: String,
    login: String,
    state: String,
    kind: &'static str,
    leave_reason: String,
    has_left: bool,
    leaves: bool,
    /// Manages staff, is not this one, and all that they hold is theirs to manage.
    may_manage: bool,
    is_oneself: bool,
    posts: Vec<PostRow>,
    fields: PostFields,
    key: String,
    reason_max: usize,
}

struct PostRow {
    href: String,
    words: String,
    roles: String,
    days: String,
    may_end: bool,
}

fn days(visitor: &Visitor, post: &PostRecord) -> String {
    match post.last_day {
        Some(last) => visitor.t2("identity-deputies-days", "from", post.first_day, "until", last),
        None => visitor.t1("identity-post-since", "from", post.first_day),
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
) -> Result<Response, AppError> {
    let staff = staff.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    one(&room, &visitor, staff, &Typed::default(), Said::default()).await
}

pub(crate) async fn one(
    room: &Room,
    visitor: &Visitor,
    staff: StaffId,
    typed: &Typed,
    said: Said,
) -> Result<Response, AppError> {
    let me = visitor.actor.staff()?;
    let today = visitor.today();
    let mut tx = room.db.snapshot().await?;
    let (account, posts) = managed(&mut tx, me, staff).await.map_err(Refusal::from)?;
    let fields = post_fields(&mut tx, visitor, typed).await?;
    let may_manage = visitor.actor.may(MANAGE_STAFF) && staff != me.staff;
    let mut rows = Vec::new();
    for post in &posts {
        let is_open = post.last_day.is_none_or(|last| last >= today);
        let is_theirs = may_manage && is_open && is_below(&mut tx, me.body, post.body).await?;
        rows.push(PostRow {
            href: format!("/admin/posts/{}", post.id),
            words: post_words(visitor, post),
            roles: roles_words(visitor, post),
            days: days(visitor, post),
            may_end: is_theirs,
        });
    }
    drop(tx);
    let found = FoundStaff {
        id: account.id,
        login: account.login.clone(),
        name: account.name.clone(),
        is_disabled: account.is_disabled,
        last_day: account.last_day,
        has_start_password: account.has_start_password,
        posts,
    };
    let (state, kind) = state(visitor, &found);
    let shell = Shell::new(visitor, account.name).crumb(visitor.t("identity-staffing-title"), HREF);
    let shown = OnePage {
        shell,
        errors: said.errors.clone(),
        id: staff.to_string(),
        login: account.login,
        state,
        kind,
        leave_reason: account.leave_reason,
        has_left: account.is_disabled,
        leaves: account.last_day.is_some(),
        may_manage,
        is_oneself: staff == me.staff,
        posts: rows,
        fields,
        key: visitor.request_id.clone(),
        reason_max: REASON_MAX,
        said,
    };
    page_with_status(shown.said.status(), &shown)
}

#[derive(Template)]
#[template(path = "staffing/post.html")]
struct PostPage {
    shell: Shell,
    said: Said,
    errors: FormErrors,
    id: String,
    words: String,
    roles: String,
    days: String,
    fields: PostFields,
    reason_max: usize,
}

pub(crate) async fn show_post(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    post(&room, &visitor, id, &Typed::default(), Said::default()).await
}

/// Moving from this post to another: the same page with the other form.
pub(crate) async fn show_move(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let id = id.parse().map_err(|_no_id| AppError(Refusal::NotFound))?;
    post(&room, &visitor, id, &Typed::default(), Said::at("move", FormErrors::none())).await
}

pub(crate) async fn post(
    room: &Room,
    visitor: &Visitor,
    id: PostId,
    typed: &Typed,
    said: Said,
) -> Result<Response, AppError> {
    let me = visitor.actor.staff()?;
    let mut tx = room.db.snapshot().await?;
    let (staff, found) = find_post(&mut tx, id).await?.ok_or(AppError(Refusal::NotFound))?;
    if !is_below(&mut tx, me.body, found.body).await? {
        return Err(AppError(Refusal::NotFound));
    }
    let account = find_staff(&mut tx, staff).await?.ok_or(AppError(Refusal::NotFound))?;
    let mut typed = typed.clone();
    if typed.last_day.is_empty() {
        typed.last_day = visitor.today().to_string();
    }
    if typed.first_day.is_empty() {
        typed.first_day = visitor.today().tomorrow().map_or_else(|_end| String::new(), |day| day.to_string());
    }
    let fields = post_fields(&mut tx, visitor, &typed).await?;
    drop(tx);
    let shell = Shell::new(visitor, visitor.t1("identity-post-of", "name", &account.name))
        .crumb(visitor.t("identity-staffing-title"), HREF)
        .crumb(account.name, format!("{HREF}/{staff}"));
    let shown = PostPage {
        shell,
        errors: said.errors.clone(),
        id: id.to_string(),
        words: post_words(visitor, &found),
        roles: roles_words(visitor, &found),
        days: days(visitor, &found),
        fields,
        reason_max: REASON_MAX,
        said,
    };
    page_with_status(shown.said.status(), &shown)
}

#[derive(Template)]
#[template(path = "staffing/secret.html")]
struct SecretPage {
    shell: Shell,
    href: String,
    login: String,
    start: String,
}

/// The start password, this once.
pub(crate) fn secret(
    visitor: &Visitor,
    staff: StaffId,
    login: &str,
    start: &str,
) -> Result<Response, AppError> {
    let shell = Shell::new(visitor, visitor.t("identity-start-title"));
    web::page(&SecretPage {
        shell: shell.crumb(visitor.t("identity-staffing-title"), HREF),
        href: format!("{HREF}/{staff}"),
        login: login.trim().to_lowercase(),
        start: start.to_owned(),
    })
}
