//! Staff administration (人员管理): joining, posts, moving, leaving. An administrator manages the staff of their body and of
//! those below it, never themselves, and never takes away the last administrator. Every change is an act on record.

use jiff::civil::Date;
use kernel::{Actor, BodyId, FieldError, Message, Refusal, Role, StaffActor, StaffId};
use store::{Sql, Tx, vals};

use crate::add::AddError;
use crate::password::HashFault;
use crate::permission::MANAGE_STAFF;
use crate::posts::{PostRecord, posts_of};
use crate::staff::{StaffAccount, find_staff};

pub(crate) mod api;
pub(crate) mod find;
pub(crate) mod hire;
pub(crate) mod http;
pub(crate) mod import;
pub(crate) mod leave;
pub(crate) mod pages;
pub(crate) mod post;
pub(crate) mod settle;
pub(crate) mod start;

#[cfg(test)]
mod tests;

/// Longest title and reason, in characters.
pub(crate) const TITLE_MAX: usize = 50;
pub(crate) const REASON_MAX: usize = 200;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StaffingError {
    /// Not an administrator.
    #[error("only the administration manages staff")]
    NotAdministrator(Refusal),
    /// Nobody and nothing that they manage; whether it exists is not said.
    #[error("nobody whom they manage")]
    Unknown,
    /// Somebody who also holds a post in a body that is not theirs to manage.
    #[error("holds a post elsewhere")]
    Elsewhere,
    /// Nobody changes their own posts, roles or account (职责分离).
    #[error("nobody manages themself")]
    Oneself,
    /// A body would be left without anybody who administers it.
    #[error("the last administrator")]
    LastAdministrator,
    /// It has happened already, or cannot happen any more.
    #[error("{0}")]
    Over(&'static str),
    /// Fields that break a rule, every one of them.
    #[error("fields break rules")]
    Fields(Vec<FieldError>),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashFault),
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<AddError> for StaffingError {
    fn from(error: AddError) -> Self {
        match error {
            AddError::Invalid(fields) => Self::Fields(fields),
            AddError::Taken(field) => {
                Self::Fields(vec![FieldError::new(field, Message::new("identity-taken"))])
            }
            AddError::Hash(fault) => Self::Hash(fault),
            AddError::Store(error) => Self::Store(error),
        }
    }
}

impl From<StaffingError> for Refusal {
    fn from(error: StaffingError) -> Self {
        let whole = |key| Self::field("", Message::new(key));
        match error {
            StaffingError::NotAdministrator(refusal) => refusal,
            StaffingError::Unknown => Self::NotFound,
            StaffingError::Elsewhere => whole("identity-staffing-elsewhere"),
            StaffingError::Oneself => whole("identity-staffing-oneself"),
            StaffingError::LastAdministrator => whole("identity-staffing-last-administrator"),
            StaffingError::Over(key) => Self::conflict(key),
            StaffingError::Fields(fields) => Self::Invalid(fields),
            StaffingError::Hash(fault) => Self::internal(fault),
            StaffingError::Store(error) => error.into(),
        }
    }
}

/// The administrator who asks.
pub(crate) fn administrator(by: &Actor) -> Result<&StaffActor, StaffingError> {
    by.require(MANAGE_STAFF).map_err(StaffingError::NotAdministrator)?;
    by.staff().map_err(StaffingError::NotAdministrator)
}

/// Two administrators who take each other's post away at the same moment: the second sees what the first has done. On
/// SQLite there is no second.
pub(crate) async fn take_turns(tx: &mut Tx) -> store::Result<()> {
    let lock = Sql::Two {
        sqlite: "select 1",
        postgres: "select 1 from (select pg_advisory_xact_lock(hashtext('identity.staffing'))) as turn",
    };
    tx.fetch_one(lock, vals![]).await?;
    Ok(())
}

/// Whether a body is this one or lies below it.
pub(crate) async fn is_below(tx: &mut Tx, root: BodyId, body: BodyId) -> store::Result<bool> {
    let sql = "with recursive above(id, parent) as (
             select id, parent from bodies where id = $1
             union select b.id, b.parent from bodies b join above on b.id = above.parent)
         select 1 from above where id = $2";
    Ok(tx.fetch_optional(sql, vals![body, root]).await?.is_some())
}

/// Somebody, and every post of theirs, if they have one in a body that the administrator manages.
pub(crate) async fn managed(
    tx: &mut Tx,
    by: &StaffActor,
    staff: StaffId,
) -> Result<(StaffAccount, Vec<PostRecord>), StaffingError> {
    let account = find_staff(tx, staff).await?.ok_or(StaffingError::Unknown)?;
    let posts = posts_of(tx, staff).await?;
    for post in &posts {
        if is_below(tx, by.body, post.body).await? {
            return Ok((account, posts));
        }
    }
    Err(StaffingError::Unknown)
}

/// The same for what concerns somebody as a whole: all that they hold must be the administrator's to manage, and it
/// must not be the administrator.
pub(crate) async fn wholly_managed(
    tx: &mut Tx,
    by: &StaffActor,
    staff: StaffId,
    today: Date,
) -> Result<(StaffAccount, Vec<PostRecord>), StaffingError> {
    let (account, posts) = managed(tx, by, staff).await?;
    not_oneself(by, staff)?;
    for post in posts.iter().filter(|post| post.last_day.is_none_or(|last| last >= today)) {
        if !is_below(tx, by.body, post.body).await? {
            return Err(StaffingError::Elsewhere);
        }
    }
    Ok((account, posts))
}

pub(crate) fn not_oneself(by: &StaffActor, staff: StaffId) -> Result<(), StaffingError> {
    if by.staff == staff { Err(StaffingError::Oneself) } else { Ok(()) }
}

/// Whether somebody administers this body for an unlimited time, in it or above it.
pub(crate) async fn is_administered(tx: &mut Tx, body: BodyId, today: Date) -> store::Result<bool> {
    let sql = "with recursive above(id, parent) as (
             select id, parent from bodies where id = $1
             union select b.id, b.parent from bodies b join above on b.id = above.parent)
         select 1 from post_roles r join posts p on p.id = r.post join staff s on s.id = p.staff
         where r.role = $2 and p.body in (select id from above) and p.first_day <= $3 and p.last_day is null
             and s.disabled_at is null and s.last_day is null
         limit 1";
    let row = tx.fetch_optional(sql, vals![body, Role::Administration.as_str(), today]).await?;
    Ok(row.is_some())
}

/// The bodies of these posts that somebody administers now.
pub(crate) async fn administered(
    tx: &mut Tx,
    posts: &[&PostRecord],
    today: Date,
) -> store::Result<Vec<BodyId>> {
    let mut bodies = Vec::new();
    for post in posts.iter().filter(|post| post.roles.contains(&Role::Administration)) {
        if is_administered(tx, post.body, today).await? {
            bodies.push(post.body);
        }
    }
    Ok(bodies)
}

/// Refuses what would leave one of them without an administrator.
pub(crate) async fn still_administered(
    tx: &mut Tx,
    bodies: &[BodyId],
    today: Date,
) -> Result<(), StaffingError> {
    for body in bodies {
        if !is_administered(tx, *body, today).await? {
            return Err(StaffingError::LastAdministrator);
        }
    }
    Ok(())
}

/// A reason that was given, without blanks around it.
pub(crate) fn reason(text: &str) -> Result<&str, StaffingError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > REASON_MAX || text.contains(char::is_control) {
        let message = Message::new("identity-staffing-reason").with("max", REASON_MAX);
        return Err(StaffingError::Fields(vec![FieldError::new("reason", message)]));
    }
    Ok(text)
}
