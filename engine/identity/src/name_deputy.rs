//! Naming who stands in for a clerk that is away (指定代理人).
//!
//! The deputy works in the same body and has every working role of who is away: the engine asks body and role of the
//! deputy themself, so a deputy without the role would stand before doors that stay shut. Nobody stands in for a deputy:
//! work would come to somebody whom its clerk has never named.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{Actor, BodyId, DeputyId, Message, Refusal, Role, StaffActor, StaffId, Timestamp, china_date};
use serde_json::json;
use store::jobs::{self, NewJob};
use store::{Sql, Tx, fresh_id, vals};

use crate::deputies::{DeputyRecord, overlapping};
use crate::posts::posts_on;
use crate::staff::{StaffRecord, staff_of};

/// The job that tells both of them. Payload: `{"deputy": id, "what": "named" | "ended"}`.
pub const DEPUTY_JOB: &str = "identity.deputy";
/// Longest time, in days: longer than that is another post, not an absence.
pub const DEPUTY_DAYS_MAX: i32 = 184;
/// Days before which nobody knows when they will be away.
pub const DEPUTY_AHEAD_MAX: i32 = 366;
/// Colleagues for whom one can stand in at a time.
pub const STANDS_IN_MAX: usize = 3;
/// Longest reason, in characters.
pub const DEPUTY_REASON_MAX: usize = 200;

/// The roles in which work is done that a deputy can do.
const WORKING_ROLES: [Role; 3] = [Role::Acceptance, Role::Review, Role::Decision];

/// Two at the same moment for the same days: the second one sees what the first one wrote. On SQLite there is no second.
const LOCK: Sql = Sql::Two {
    sqlite: "select 1 from bodies where id = $1",
    postgres: "select 1 from bodies where id = $1 for no key update",
};

/// Who is to stand in for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameDeputy {
    /// Who is away.
    pub absent: StaffId,
    /// Who stands in.
    pub deputy: StaffId,
    /// The first civil day.
    pub first_day: Date,
    /// The last civil day.
    pub last_day: Date,
    /// Why.
    pub reason: String,
}

/// Why nobody was named.
#[derive(Debug, thiserror::Error)]
pub enum NameDeputyError {
    /// Nobody is signed in, or no member of staff.
    #[error("only staff name deputies")]
    NotStaff(Refusal),
    /// Neither the clerk themself nor who decides in their body, nor the administration.
    #[error("not theirs to name")]
    NotTheirs,
    /// Nobody of that body, or somebody who has left.
    #[error("{0}: nobody who works in that body")]
    Unknown(&'static str),
    /// Who is away has no work that a deputy could do.
    #[error("no working role")]
    NoWork,
    /// Oneself.
    #[error("nobody stands in for themself")]
    Oneself,
    /// The deputy lacks roles of who is away.
    #[error("the deputy lacks {0:?}")]
    LacksRoles(BTreeSet<Role>),
    /// The first day is past.
    #[error("the first day is past")]
    Past,
    /// The last day lies before the first.
    #[error("the last day lies before the first")]
    Backwards,
    /// Longer than [`DEPUTY_DAYS_MAX`].
    #[error("too long")]
    TooLong,
    /// Begins later than [`DEPUTY_AHEAD_MAX`] days from now.
    #[error("too far ahead")]
    TooFar,
    /// No reason, or a long one.
    #[error("no reason, or too long a one")]
    Reason,
    /// Who is away has a deputy in this time.
    #[error("has a deputy in this time")]
    Overlaps(Box<DeputyRecord>),
    /// The deputy is away in this time.
    #[error("the deputy is away")]
    DeputyAway(Box<DeputyRecord>),
    /// Who is away stands in for somebody in this time.
    #[error("stands in for somebody in this time")]
    StandsIn(Box<DeputyRecord>),
    /// The deputy stands in for as many as they can.
    #[error("stands in for too many")]
    TooMany,
    /// Storage.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<NameDeputyError> for Refusal {
    fn from(error: NameDeputyError) -> Self {
        use NameDeputyError as E;
        let field = |name: &str, key: &'static str| Self::field(name, Message::new(key));
        let days = |name: &str, key: &'static str, other: &DeputyRecord, who: &str| {
            let message = Message::new(key)
                .with("name", who)
                .with("from", other.first_day)
                .with("until", other.last_day);
            Self::field(name, message)
        };
        match error {
            E::NotStaff(refusal) => refusal,
            E::NotTheirs => Self::Forbidden,
            E::Unknown(name) => field(name, "identity-deputy-unknown"),
            E::NoWork => field("absent", "identity-deputy-no-work"),
            E::Oneself => field("deputy", "identity-deputy-oneself"),
            E::LacksRoles(roles) => {
                let has = |role| if roles.contains(&role) { "yes" } else { "no" };
                let message = Message::new("identity-deputy-lacks-roles")
                    .with("acceptance", has(Role::Acceptance))
                    .with("review", has(Role::Review))
                    .with("decision", has(Role::Decision));
                Self::field("deputy", message)
            }
            E::Past => field("first_day", "identity-deputy-past"),
            E::Backwards => field("last_day", "identity-deputy-backwards"),
            E::TooLong => Self::field(
                "last_day",
                Message::new("identity-deputy-too-long").with("most", DEPUTY_DAYS_MAX),
            ),
            E::TooFar => Self::field(
                "first_day",
                Message::new("identity-deputy-too-far").with("most", DEPUTY_AHEAD_MAX),
            ),
            E::Reason => {
                Self::field("reason", Message::new("identity-deputy-reason").with("most", DEPUTY_REASON_MAX))
            }
            E::Overlaps(other) => days("first_day", "identity-deputy-overlaps", &other, &other.deputy_name),
            E::DeputyAway(other) => days("deputy", "identity-deputy-away", &other, &other.absent_name),
            E::StandsIn(other) => days("first_day", "identity-deputy-stands-in", &other, &other.absent_name),
            E::TooMany => {
                Self::field("deputy", Message::new("identity-deputy-too-many").with("most", STANDS_IN_MAX))
            }
            E::Store(error) => error.into(),
        }
    }
}

/// Names a deputy; by the clerk who will be away, by who decides in their body, or by the administration.
pub async fn name_deputy(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    mut name: NameDeputy,
) -> Result<DeputyId, NameDeputyError> {
    let actor = by.staff().map_err(NameDeputyError::NotStaff)?;
    let today = china_date(now);
    let body = may_name(tx, actor, name.absent, today).await?;
    check_days(&name, today)?;
    name.reason = name.reason.trim().to_owned();
    if name.reason.is_empty() || name.reason.chars().count() > DEPUTY_REASON_MAX {
        return Err(NameDeputyError::Reason);
    }
    tx.fetch_optional(LOCK, vals![body]).await?;
    check_staff(&staff_of(tx, body, today).await?, &name)?;
    let around = overlapping(tx, [name.absent, name.deputy], name.first_day, name.last_day).await?;
    check_around(&around, &name)?;
    let id: DeputyId = fresh_id(now);
    tx.execute(
        "insert into deputies (id, absent, deputy, body, first_day, last_day, reason, named_by, named_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        vals![
            id,
            name.absent,
            name.deputy,
            body,
            name.first_day,
            name.last_day,
            name.reason,
            actor.staff,
            now
        ],
    )
    .await?;
    plan_telling(tx, id, "named", now).await?;
    Ok(id)
}

/// Whether this actor may name a deputy for, or take one from, this member of staff; the body where they work. Whoever
/// asks about somebody of another body learns nothing about them.
pub(crate) async fn may_name(
    tx: &mut Tx,
    actor: &StaffActor,
    absent: StaffId,
    today: Date,
) -> Result<BodyId, NameDeputyError> {
    if actor.staff == absent {
        return Ok(actor.body);
    }
    let is_admin = actor.roles.contains(&Role::Administration);
    if !is_admin && !actor.roles.contains(&Role::Decision) {
        return Err(NameDeputyError::NotTheirs);
    }
    let held = posts_on(tx, absent, today).await?;
    let here = held.iter().any(|post| post.body == actor.body).then_some(actor.body);
    let elsewhere = || held.first().filter(|_| is_admin).map(|post| post.body);
    here.or_else(elsewhere).ok_or(NameDeputyError::Unknown("absent"))
}

fn check_days(name: &NameDeputy, today: Date) -> Result<(), NameDeputyError> {
    let days = |from: Date, until: Date| from.until(until).map_or(i32::MAX, |span| span.get_days());
    if name.first_day < today {
        return Err(NameDeputyError::Past);
    }
    if name.last_day < name.first_day {
        return Err(NameDeputyError::Backwards);
    }
    if name.first_day > today.saturating_add(DEPUTY_AHEAD_MAX.days()) {
        return Err(NameDeputyError::TooFar);
    }
    if days(name.first_day, name.last_day) >= DEPUTY_DAYS_MAX {
        return Err(NameDeputyError::TooLong);
    }
    Ok(())
}

/// Both work there, and the deputy has what the work asks for.
fn check_staff(staff: &[StaffRecord], name: &NameDeputy) -> Result<(), NameDeputyError> {
    let find = |id, field| {
        let at_work = staff.iter().find(|one| one.id == id && !one.is_disabled);
        at_work.ok_or(NameDeputyError::Unknown(field))
    };
    let absent = find(name.absent, "absent")?;
    if name.deputy == name.absent {
        return Err(NameDeputyError::Oneself);
    }
    let deputy = find(name.deputy, "deputy")?;
    let needed: BTreeSet<Role> =
        WORKING_ROLES.into_iter().filter(|role| absent.roles.contains(role)).collect();
    if needed.is_empty() {
        return Err(NameDeputyError::NoWork);
    }
    let lacking: BTreeSet<Role> = needed.difference(&deputy.roles).copied().collect();
    if lacking.is_empty() { Ok(()) } else { Err(NameDeputyError::LacksRoles(lacking)) }
}

/// One deputy at a time, no deputy of a deputy, and not too many for one deputy.
fn check_around(around: &[DeputyRecord], name: &NameDeputy) -> Result<(), NameDeputyError> {
    let found =
        |fits: &dyn Fn(&DeputyRecord) -> bool| around.iter().find(|one| fits(one)).cloned().map(Box::new);
    if let Some(other) = found(&|one| one.absent == name.absent) {
        return Err(NameDeputyError::Overlaps(other));
    }
    if let Some(other) = found(&|one| one.absent == name.deputy) {
        return Err(NameDeputyError::DeputyAway(other));
    }
    if let Some(other) = found(&|one| one.deputy == name.absent) {
        return Err(NameDeputyError::StandsIn(other));
    }
    let stands_in = around.iter().filter(|one| one.deputy == name.deputy).count();
    if stands_in >= STANDS_IN_MAX { Err(NameDeputyError::TooMany) } else { Ok(()) }
}

pub(crate) async fn plan_telling(
    tx: &mut Tx,
    id: DeputyId,
    what: &'static str,
    now: Timestamp,
) -> store::Result<()> {
    let job = NewJob {
        kind: DEPUTY_JOB,
        key: format!("{id}:{what}"),
        payload: json!({ "deputy": id, "what": what }),
        run_at: now,
    };
    jobs::enqueue(tx, &job).await?;
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
