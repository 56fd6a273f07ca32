//! `/api/v1/staff` and `/api/v1/posts`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::civil::Date;
use kernel::{Refusal, Role};
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest};
use utoipa::{IntoParams, ToSchema};
use web::{ApiJson, AppError, Operation, Visitor};

use super::find::{FoundStaff, find};
use super::hire::{GivenPost, Hire, hire};
use super::leave::{Leave, leave, stay};
use super::post::{end_post, give_post, move_post};
use super::start::give_start_password;
use crate::Room;

/// A post that begins (任职).
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPost {
    /// The short name of the body.
    body: String,
    /// What they are called there.
    #[serde(default)]
    title: String,
    #[schema(value_type = Vec<String>)]
    roles: BTreeSet<Role>,
    /// The first civil day (yyyy-mm-dd).
    #[schema(value_type = String, format = Date)]
    first_day: Date,
    /// The last civil day, if it is known.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    last_day: Option<Date>,
}

impl From<NewPost> for GivenPost {
    fn from(new: NewPost) -> Self {
        let NewPost { body, title, roles, first_day, last_day } = new;
        Self { body, title, roles, first_day, last_day }
    }
}

/// Who joins.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewStaff {
    login: String,
    name: String,
    post: NewPost,
}

/// A start password; it is shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Started {
    /// The id of the member of staff.
    staff: String,
    /// Good for two weeks and for choosing another; null where none was needed.
    start_password: Option<String>,
}

/// Staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffList {
    /// By login.
    items: Vec<StaffEntry>,
    /// Where the next page starts.
    next: Option<String>,
}

/// A member of staff (工作人员).
#[derive(Serialize, ToSchema)]
pub(crate) struct StaffEntry {
    id: String,
    login: String,
    name: String,
    is_disabled: bool,
    #[schema(value_type = Option<String>, format = Date)]
    last_day: Option<Date>,
    posts: Vec<PostEntry>,
}

/// A post (任职).
#[derive(Serialize, ToSchema)]
pub(crate) struct PostEntry {
    id: String,
    body: String,
    title: String,
    #[schema(value_type = Vec<String>)]
    roles: BTreeSet<Role>,
    #[schema(value_type = String, format = Date)]
    first_day: Date,
    #[schema(value_type = Option<String>, format = Date)]
    last_day: Option<Date>,
}

impl From<FoundStaff> for StaffEntry {
    fn from(one: FoundStaff) -> Self {
        let posts = one.posts.into_iter().map(|post| PostEntry {
            id: post.id.to_string(),
            body: post.body_slug,
            title: post.title,
            roles: post.roles,
            first_day: post.first_day,
            last_day: post.last_day,
        });
        Self {
            id: one.id.to_string(),
            login: one.login,
            name: one.name,
            is_disabled: one.is_disabled,
            last_day: one.last_day,
            posts: posts.collect(),
        }
    }
}

/// Which staff and which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct StaffQuery {
    /// The beginning of a login, a part of a name, or a body.
    #[param(value_type = Option<String>)]
    q: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
}

fn id<T: std::str::FromStr>(text: &str) -> Result<T, AppError> {
    text.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(query): Query<StaffQuery>,
) -> Result<Json<StaffList>, AppError> {
    let root = visitor.actor.staff()?.body;
    let mut tx = room.db.snapshot().await?;
    let request = PageRequest { after: query.after, ..PageRequest::default() };
    let found = find(&mut tx, root, &query.q, &request).await?;
    let next = found.next.as_ref().map(ToString::to_string);
    Ok(Json(StaffList { items: found.items.into_iter().map(StaffEntry::from).collect(), next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listStaff", "Staff of one's body and of those below it, with their posts.")
        .tag("identity")
        .query::<StaffQuery>()
        .returns::<StaffList>(200, "By login.")
}

pub(crate) async fn add(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(new): ApiJson<NewStaff>,
) -> Result<(StatusCode, Json<Started>), AppError> {
    let mut tx = room.db.begin().await?;
    let new = Hire { login: new.login, name: new.name, post: new.post.into() };
    let hired = hire(&mut tx, &room.passwords, &visitor.actor, visitor.now, new).await;
    let hired = hired.map_err(Refusal::from)?;
    tx.commit().await?;
    let start_password = Some(hired.start_password);
    Ok((StatusCode::CREATED, Json(Started { staff: hired.staff.to_string(), start_password })))
}

pub(crate) fn add_operation() -> Operation {
    Operation::new("addStaff", "Adds a member of staff with their first post.")
        .description("A login is there once: a repetition says that it is taken (422).")
        .tag("identity")
        .body::<NewStaff>()
        .returns::<Started>(201, "They can sign in with the start password and must choose another.")
}

pub(crate) async fn give(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
    ApiJson(post): ApiJson<NewPost>,
) -> Result<StatusCode, AppError> {
    let mut tx = room.db.begin().await?;
    let given = give_post(&mut tx, &visitor.actor, visitor.now, id(&staff)?, post.into()).await;
    given.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(StatusCode::CREATED)
}

pub(crate) fn give_operation() -> Operation {
    Operation::new("givePost", "Gives somebody one more post.")
        .tag("identity")
        .path_param("staff", "The id, from the list of staff.")
        .body::<NewPost>()
        .returns_nothing(201, "The post begins on its first day.")
}

/// When a post ends, and what follows it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostEnd {
    #[schema(value_type = String, format = Date)]
    last_day: Date,
    reason: String,
    /// A post that begins after that day: moving (调动).
    #[serde(default)]
    next: Option<NewPost>,
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(post): Path<String>,
    ApiJson(end): ApiJson<PostEnd>,
) -> Result<StatusCode, AppError> {
    let (post, by, now) = (id(&post)?, &visitor.actor, visitor.now);
    let mut tx = room.db.begin().await?;
    let done = match end.next {
        Some(next) => move_post(&mut tx, by, now, post, end.last_day, next.into(), &end.reason).await,
        None => end_post(&mut tx, by, now, post, end.last_day, &end.reason).await,
    };
    done.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn end_operation() -> Operation {
    Operation::new("endPost", "Ends a post with a last day, and begins another one if `next` is given.")
        .tag("identity")
        .path_param("post", "The id, from the list of staff.")
        .body::<PostEnd>()
        .returns_nothing(204, "What they have taken there goes back when the day is over.")
}

/// How somebody leaves (离职).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Leaving {
    /// Left out: today.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    last_day: Option<Date>,
    /// From this moment on.
    #[serde(default)]
    at_once: bool,
    reason: String,
}

pub(crate) async fn leaves(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
    ApiJson(how): ApiJson<Leaving>,
) -> Result<StatusCode, AppError> {
    let last_day = how.last_day.unwrap_or_else(|| visitor.today());
    let how = Leave { last_day, at_once: how.at_once, reason: how.reason };
    let mut tx = room.db.begin().await?;
    leave(&mut tx, &visitor.actor, visitor.now, id(&staff)?, how).await.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn leaves_operation() -> Operation {
    Operation::new("leaveStaff", "Somebody leaves with a last day, or at once.")
        .tag("identity")
        .path_param("staff", "The id, from the list of staff.")
        .body::<Leaving>()
        .returns_nothing(204, "Their posts end with that day; then they sign in no more.")
}

pub(crate) async fn stays(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
) -> Result<Json<Started>, AppError> {
    let mut tx = room.db.begin().await?;
    let stayed = stay(&mut tx, &room.passwords, &visitor.actor, visitor.now, id(&staff)?).await;
    let start_password = stayed.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Json(Started { staff, start_password }))
}

pub(crate) fn stays_operation() -> Operation {
    Operation::new("keepStaff", "Takes the leaving back; who has left comes back with a start password.")
        .tag("identity")
        .path_param("staff", "The id, from the list of staff.")
        .returns::<Started>(200, "They stay.")
}

pub(crate) async fn start(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
) -> Result<Json<Started>, AppError> {
    let mut tx = room.db.begin().await?;
    let (by, now) = (&visitor.actor, visitor.now);
    let given = give_start_password(&mut tx, &room.passwords, by, now, id(&staff)?).await;
    let start_password = Some(given.map_err(Refusal::from)?);
    tx.commit().await?;
    Ok(Json(Started { staff, start_password }))
}

pub(crate) fn start_operation() -> Operation {
    Operation::new("giveStartPassword", "Gives somebody a new start password.")
        .description("Their password, second factors and visits end.")
        .tag("identity")
        .path_param("staff", "The id, from the list of staff.")
        .returns::<Started>(200, "The start password, this once.")
}
