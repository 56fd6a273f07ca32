//! `/admin/staff`: what the forms of the administration do. The pages themselves are made in `pages`.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::civil::Date;
use kernel::{FieldError, PostId, Refusal, Role, StaffId};
use store::Tx;
use store::idempotency::Once;
use web::{AppError, FormErrors, FormPairs, Nothing, PostForm, Visitor};

use super::StaffingError;
use super::hire::{GivenPost, Hire, fault, hire};
use super::leave::{Leave, leave, stay};
use super::pages::{self, Said, Typed};
use super::post::{end_post, give_post, move_post};
use super::start::give_start_password;
use crate::Room;

pub(crate) const HREF: &str = "/admin/staff";

/// What was typed about a post, and what cannot be read of it.
fn typed_post(form: &FormPairs, faults: &mut Vec<FieldError>) -> Option<GivenPost> {
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let mut roles = std::collections::BTreeSet::new();
    for word in form.all("roles") {
        match word.parse::<Role>() {
            Ok(role) => _ = roles.insert(role),
            Err(_unknown) => faults.push(fault("roles", "identity-roles-missing")),
        }
    }
    let first_day = text("first_day").parse::<Date>().ok();
    if first_day.is_none() {
        faults.push(fault("first_day", "identity-date-wrong"));
    }
    let last_day = match text("until").as_str() {
        "" => Some(None),
        day => day.parse::<Date>().ok().map(Some),
    };
    if last_day.is_none() {
        faults.push(fault("until", "identity-date-wrong"));
    }
    let (body, title) = (text("body"), text("title"));
    Some(GivenPost { body, title, roles, first_day: first_day?, last_day: last_day? })
}

/// On these forms the last day of a new post has a name of its own, because one may end another post beside it.
fn as_until(refusal: Refusal) -> Refusal {
    let Refusal::Invalid(mut fields) = refusal else { return refusal };
    for one in fields.iter_mut().filter(|one| one.field == "last_day") {
        "until".clone_into(&mut one.field);
    }
    Refusal::Invalid(fields)
}

/// The fields of a post that follows stand beside those of the one that ends.
fn of_next(refusal: Refusal) -> Refusal {
    let Refusal::Invalid(mut fields) = refusal else { return refusal };
    for one in &mut fields {
        match one.field.strip_prefix("next/") {
            Some("last_day") => "until".clone_into(&mut one.field),
            Some(name) => one.field = name.to_owned(),
            None => {}
        }
    }
    Refusal::Invalid(fields)
}

fn staff_id(text: &str) -> Result<StaffId, AppError> {
    text.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}

fn post_id(text: &str) -> Result<PostId, AppError> {
    text.parse().map_err(|_no_id| AppError(Refusal::NotFound))
}

fn back(staff: StaffId) -> Response {
    Redirect::to(&format!("{HREF}/{staff}")).into_response()
}

/// Adds somebody; the page that answers shows the start password, and no other does.
pub(crate) async fn submit_new(
    State(room): State<Room>,
    visitor: Visitor,
    form: FormPairs,
) -> Result<Response, AppError> {
    let mut faults = Vec::new();
    let post = typed_post(&form, &mut faults);
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let done = match post.filter(|_| faults.is_empty()) {
        Some(post) => {
            let new = Hire { login: text("login"), name: text("name"), post };
            let mut tx = room.db.begin().await?;
            match hire(&mut tx, &room.passwords, &visitor.actor, visitor.now, new).await {
                Ok(hired) => {
                    tx.commit().await?;
                    Ok(hired)
                }
                Err(error) => Err(as_until(error.into())),
            }
        }
        None => Err(Refusal::Invalid(faults)),
    };
    match done {
        Ok(hired) => pages::secret(&visitor, hired.staff, &text("login"), &hired.start_password),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            pages::new(&room, &visitor, &Typed::of(&form), errors).await
        }
    }
}

/// Gives one more post. A key makes sure that two clicks give one.
pub(crate) async fn submit_post(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let staff = staff_id(&staff)?;
    let mut faults = Vec::new();
    let post = typed_post(&form, &mut faults);
    let done = match post.filter(|_| faults.is_empty()) {
        Some(post) => give_once(&room, &visitor, staff, post, form.get("key")).await.map_err(as_until),
        None => Err(Refusal::Invalid(faults)),
    };
    match done {
        Ok(()) => Ok(back(staff)),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            pages::one(&room, &visitor, staff, &Typed::of(&form), Said::at("post", errors)).await
        }
    }
}

async fn give_once(
    room: &Room,
    visitor: &Visitor,
    staff: StaffId,
    post: GivenPost,
    key: Option<&str>,
) -> Result<(), Refusal> {
    let digested = format!("{staff} {post:?}");
    let is_ours = |key: &&str| (8..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_hexdigit());
    let key = key.filter(is_ours).map(str::to_owned);
    let once = Once::new(&visitor.actor, key, &[b"identity.give-post", digested.as_bytes()]);
    let mut tx = room.db.begin().await?;
    if once.earlier(&mut tx, visitor.now).await?.is_some() {
        return Ok(()); // the button was pressed twice
    }
    let id = give_post(&mut tx, &visitor.actor, visitor.now, staff, post).await?;
    once.keep(&mut tx, &id.to_string()).await?;
    tx.commit().await?;
    Ok(())
}

/// The last day that was typed.
fn last_day(form: &FormPairs, faults: &mut Vec<FieldError>) -> Option<Date> {
    let day = form.get("last_day").and_then(|text| text.trim().parse::<Date>().ok());
    if day.is_none() {
        faults.push(fault("last_day", "identity-date-wrong"));
    }
    day
}

pub(crate) async fn submit_end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(post): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let post = post_id(&post)?;
    let mut faults = Vec::new();
    let done = match last_day(&form, &mut faults) {
        Some(day) => {
            let mut tx = room.db.begin().await?;
            let why = form.get("reason").unwrap_or_default();
            match end_post(&mut tx, &visitor.actor, visitor.now, post, day, why).await {
                Ok(staff) => {
                    tx.commit().await?;
                    Ok(staff)
                }
                Err(error) => Err(error.into()),
            }
        }
        None => Err(Refusal::Invalid(faults)),
    };
    answered(&room, &visitor, post, &form, done, "end").await
}

pub(crate) async fn submit_move(
    State(room): State<Room>,
    visitor: Visitor,
    Path(post): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let post = post_id(&post)?;
    let mut faults = Vec::new();
    let (day, next) = (last_day(&form, &mut faults), typed_post(&form, &mut faults));
    let done = match day.zip(next).filter(|_| faults.is_empty()) {
        Some((day, next)) => {
            let mut tx = room.db.begin().await?;
            let why = form.get("reason").unwrap_or_default();
            match move_post(&mut tx, &visitor.actor, visitor.now, post, day, next, why).await {
                Ok(staff) => {
                    tx.commit().await?;
                    Ok(staff)
                }
                Err(error) => Err(of_next(error.into())),
            }
        }
        None => Err(Refusal::Invalid(faults)),
    };
    answered(&room, &visitor, post, &form, done, "move").await
}

async fn answered(
    room: &Room,
    visitor: &Visitor,
    post: PostId,
    form: &FormPairs,
    done: Result<StaffId, Refusal>,
    at: &'static str,
) -> Result<Response, AppError> {
    match done {
        Ok(staff) => Ok(back(staff)),
        Err(refusal) => {
            let errors = FormErrors::of(visitor, refusal)?;
            pages::post(room, visitor, post, &Typed::of(form), Said::at(at, errors)).await
        }
    }
}

pub(crate) async fn submit_leave(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let staff = staff_id(&staff)?;
    let at_once = form.get("at_once") == Some("true");
    let mut faults = Vec::new();
    let day = if at_once { Some(visitor.today()) } else { last_day(&form, &mut faults) };
    let done = match day {
        Some(last_day) => {
            let reason = form.get("reason").unwrap_or_default().to_owned();
            let mut tx = room.db.begin().await?;
            let how = Leave { last_day, at_once, reason };
            match leave(&mut tx, &visitor.actor, visitor.now, staff, how).await {
                Ok(()) => {
                    tx.commit().await?;
                    Ok(())
                }
                Err(error) => Err(error.into()),
            }
        }
        None => Err(Refusal::Invalid(faults)),
    };
    match done {
        Ok(()) => Ok(back(staff)),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            pages::one(&room, &visitor, staff, &Typed::of(&form), Said::at("leave", errors)).await
        }
    }
}

/// Keeps what was done and shows the start password that came of it, this once; or the page again, with what was wrong.
async fn with_secret(
    room: &Room,
    visitor: &Visitor,
    mut tx: Tx,
    staff: StaffId,
    done: Result<Option<String>, StaffingError>,
) -> Result<Response, AppError> {
    let start = match done.map_err(Refusal::from) {
        Ok(start) => start,
        Err(refusal) => {
            drop(tx);
            let errors = FormErrors::of(visitor, refusal)?;
            return pages::one(room, visitor, staff, &Typed::default(), Said::at("", errors)).await;
        }
    };
    let found = crate::staff::find_staff(&mut tx, staff).await?.ok_or(AppError(Refusal::NotFound))?;
    tx.commit().await?;
    match start {
        Some(start) => pages::secret(visitor, staff, &found.login, &start),
        None => Ok(back(staff)),
    }
}

pub(crate) async fn submit_stay(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let staff = staff_id(&staff)?;
    let mut tx = room.db.begin().await?;
    let done = stay(&mut tx, &room.passwords, &visitor.actor, visitor.now, staff).await;
    with_secret(&room, &visitor, tx, staff, done).await
}

pub(crate) async fn submit_start(
    State(room): State<Room>,
    visitor: Visitor,
    Path(staff): Path<String>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let staff = staff_id(&staff)?;
    let mut tx = room.db.begin().await?;
    let given = give_start_password(&mut tx, &room.passwords, &visitor.actor, visitor.now, staff).await;
    with_secret(&room, &visitor, tx, staff, given.map(Some)).await
}
