//! Somebody joins (入职), with their first post and a start password.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{Actor, FieldError, Message, Role, StaffActor, StaffId, Timestamp, china_date};
use store::{Tx, fresh_id, vals};

use super::start::{fresh, good_until};
use super::{StaffingError, TITLE_MAX, administrator, is_below};
use crate::acts::{ActKind, NewAct, record_act};
use crate::add::{AddError, is_slug};
use crate::bodies::{BodyRecord, find_body};
use crate::password::Passwords;
use crate::person_name::PersonName;
use crate::posts::{self, NewPost};

/// A post as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenPost {
    /// The slug of the body.
    pub body: String,
    /// What they are called there; may be empty.
    pub title: String,
    /// What they are trusted with.
    pub roles: BTreeSet<Role>,
    /// The first civil day.
    pub first_day: Date,
    /// The last civil day, if it is known.
    pub last_day: Option<Date>,
}

/// Who joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hire {
    /// What they will type to sign in.
    pub login: String,
    /// The name on documents.
    pub name: String,
    /// Their first post.
    pub post: GivenPost,
}

/// Who has joined.
#[derive(Clone)]
pub struct Hired {
    /// Their id.
    pub staff: StaffId,
    /// Shown once.
    pub start_password: String,
}

impl std::fmt::Debug for Hired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hired").field("staff", &self.staff).finish_non_exhaustive()
    }
}

/// A field that breaks a rule.
pub(crate) fn fault(field: &'static str, key: &'static str) -> FieldError {
    FieldError::new(field, Message::new(key))
}

/// What is wrong with a post, its body aside.
pub(crate) fn post_faults(post: &GivenPost, today: Date) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if post.title.chars().count() > TITLE_MAX || post.title.contains(char::is_control) {
        let message = Message::new("identity-staffing-title-wrong").with("max", TITLE_MAX);
        faults.push(FieldError::new("title", message));
    }
    if post.roles.is_empty() {
        faults.push(fault("roles", "identity-roles-missing"));
    }
    match post.last_day {
        Some(last) if last < post.first_day => faults.push(fault("last_day", "identity-days-turned")),
        Some(last) if last < today => faults.push(fault("last_day", "identity-staffing-over")),
        Some(_) | None => {}
    }
    faults
}

/// What is wrong with a login or a name.
pub(crate) fn name_faults(login: &str, name: &str) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if !is_slug(login) {
        faults.push(fault("login", "identity-slug-form"));
    }
    if PersonName::parse(name).is_err() {
        faults.push(fault("name", "identity-name-wrong"));
    }
    faults
}

/// The body of a post, which must be the administrator's to manage.
pub(crate) async fn body_of(
    tx: &mut Tx,
    by: &StaffActor,
    slug: &str,
    faults: &mut Vec<FieldError>,
) -> store::Result<Option<BodyRecord>> {
    let found = find_body(tx, slug.trim()).await?;
    if let Some(body) = found
        && is_below(tx, by.body, body.id).await?
    {
        return Ok(Some(body));
    }
    faults.push(fault("body", "identity-staffing-body"));
    Ok(None)
}

/// Writes somebody down who can sign in with a start password only.
pub(crate) async fn insert_staff(
    tx: &mut Tx,
    login: &str,
    name: &str,
    hash: &str,
    now: Timestamp,
) -> Result<StaffId, AddError> {
    let id: StaffId = fresh_id(now);
    tx.execute(
        "insert into staff (id, login, name, password_hash, disabled_at, created_at, start_until)
         values ($1, $2, $3, $4, null, $5, $6)",
        vals![id, login, name.trim(), hash, now, good_until(now)],
    )
    .await
    .map_err(|error| error.on_constraint("staff_login_key", || AddError::Taken("login")))?;
    Ok(id)
}

/// Adds somebody of staff.
pub async fn hire(
    tx: &mut Tx,
    passwords: &Passwords,
    by: &Actor,
    now: Timestamp,
    mut new: Hire,
) -> Result<Hired, StaffingError> {
    let admin = administrator(by)?;
    new.login = new.login.trim().to_lowercase();
    new.post.title = new.post.title.trim().to_owned();
    let mut faults = name_faults(&new.login, &new.name);
    let body = body_of(tx, admin, &new.post.body, &mut faults).await?;
    faults.extend(post_faults(&new.post, china_date(now)));
    let Some(body) = body.filter(|_| faults.is_empty()) else { return Err(StaffingError::Fields(faults)) };
    let start_password = fresh();
    let hash = passwords.hash_random(&start_password)?;
    let staff = insert_staff(tx, &new.login, &new.name, &hash, now).await?;
    let GivenPost { title, roles, first_day, last_day, .. } = &new.post;
    let (first_day, last_day) = (*first_day, *last_day);
    posts::insert(tx, &NewPost { staff, body: body.id, title, roles, first_day, last_day }, now).await?;
    super::post::plan_end(tx, staff, last_day).await?;
    let became = posts::written(&body.slug, title, roles, first_day, last_day);
    let act = NewAct::new(ActKind::StaffAdded, Some(body.id), format!("staff:{staff}"));
    record_act(tx, by, act.named(new.name.trim()).changed("", became), now).await?;
    Ok(Hired { staff, start_password })
}
