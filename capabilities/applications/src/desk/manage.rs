//! How the work of a body is shared out (工作量), for whoever decides in it; supervision looks and changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use cases::{Body, CaseError, ClerkLoad, ItemLoad, RoleLoad, Scope, TaskKind, WorkFilter, WorkItem};
use identity::{DeputyRecord, StaffRecord};
use jiff::ToSpan as _;
use jiff::civil::Date;
use kernel::{Role, StaffActor, StaffId, TaskId, Timestamp};
use legal_time::Light;
use store::Tx;
use store::page::PageSize;

use super::listing::{Asked, light_days};
use super::{DeskError, watch};
use crate::Room;

pub(super) mod reassign;

/// Clerks on a page: one statement counts for all of them.
pub(super) const CLERKS_ON_PAGE: usize = 25;
/// Items on a page.
pub(super) const ITEMS_ON_PAGE: usize = 10;
/// What "lately" and "finished" mean, in days.
pub(super) const FINISHED_DAYS: [i64; 2] = [7, 30];

/// The roles in which work is done.
const WORKING_ROLES: [Role; 3] = [Role::Acceptance, Role::Review, Role::Decision];

/// The body that is looked at: one's own for who decides there, any watched one for supervision. Others are not there.
pub(super) fn body(room: &Room, who: &StaffActor, slug: &str) -> Result<Body, DeskError> {
    let own = room.bodies().get(who.body).cloned();
    let own = own.filter(|own| who.roles.contains(&Role::Decision) && (slug.is_empty() || own.slug == slug));
    if let Some(own) = own {
        return Ok(own);
    }
    if !who.roles.contains(&Role::Supervision) {
        return Err(CaseError::NotFound.into());
    }
    match room.bodies().get(who.body) {
        Some(own) if slug.is_empty() => watch::body(room, who, &own.slug),
        Some(_) | None => watch::body(room, who, slug),
    }
}

/// Whether this member of staff shares out the work of this body.
pub(super) fn shares_out(who: &StaffActor, body: &Body) -> bool {
    who.body == body.id && who.roles.contains(&Role::Decision)
}

/// A clerk with what they have in hand.
pub(super) struct Clerk {
    pub(super) staff: StaffRecord,
    pub(super) load: ClerkLoad,
    /// Who stands in for them today.
    pub(super) away: Option<DeputyRecord>,
    /// The names of those for whom they stand in today.
    pub(super) stands_in_for: Vec<String>,
}

/// A page of clerks, by login.
pub(super) struct ClerkPage {
    pub(super) items: Vec<Clerk>,
    /// The login after which the next page starts.
    pub(super) next: Option<String>,
}

/// The clerks of a body who work on cases; of those who have left, the ones whose work is still to be handed on.
pub(super) async fn clerks(
    tx: &mut Tx,
    room: &Room,
    body: &Body,
    after: &str,
    now: Timestamp,
) -> Result<ClerkPage, DeskError> {
    let today = kernel::china_date(now);
    let at_work = |one: &StaffRecord| WORKING_ROLES.iter().any(|role| one.roles.contains(role));
    let mut staff = identity::staff_of(tx, body.id, today).await?;
    staff.retain(|one| one.login.as_str() > after && (one.is_disabled || at_work(one)));
    staff.sort_by(|a, b| a.login.cmp(&b.login));
    let has_more = staff.len() > CLERKS_ON_PAGE;
    staff.truncate(CLERKS_ON_PAGE);
    let next = staff.last().filter(|_| has_more).map(|last| last.login.clone());
    let away = identity::deputies_on(tx, body.id, today).await?;
    let ids: Vec<StaffId> = staff.iter().map(|one| one.id).collect();
    let since = FINISHED_DAYS.map(|days| now.checked_sub((days * 24).hours()).unwrap_or(Timestamp::MIN));
    let loads = cases::load_of_clerks(tx, body.id, &ids, light_days(room, today), since).await?;
    let mut loads: BTreeMap<StaffId, ClerkLoad> = loads.into_iter().map(|load| (load.staff, load)).collect();
    let one = |staff: StaffRecord| {
        let load = loads.remove(&staff.id)?;
        let is_needed = !staff.is_disabled || load.claimed + load.waiting > 0;
        let represented = away.iter().filter(|one| one.deputy == staff.id && !staff.is_disabled);
        let stands_in_for = represented.map(|one| one.absent_name.clone()).collect();
        let away = away.iter().find(|one| one.absent == staff.id).cloned();
        is_needed.then_some(Clerk { staff, load, away, stands_in_for })
    };
    Ok(ClerkPage { items: staff.into_iter().filter_map(one).collect(), next })
}

/// The work of each role: how much nobody has taken.
pub(super) async fn roles(tx: &mut Tx, body: &Body, today: Date) -> Result<Vec<RoleLoad>, DeskError> {
    Ok(cases::load_of_roles(tx, body.id, today).await?)
}

/// A page of items of which work waits, by code; and the code after which the next page starts.
pub(super) async fn items(
    tx: &mut Tx,
    room: &Room,
    body: &Body,
    after: &str,
    today: Date,
) -> Result<(Vec<ItemLoad>, Option<String>), DeskError> {
    let limit = i64::try_from(ITEMS_ON_PAGE + 1).unwrap_or(i64::MAX);
    let mut items = cases::load_of_items(tx, body.id, after, limit, light_days(room, today)).await?;
    let has_more = items.len() > ITEMS_ON_PAGE;
    items.truncate(ITEMS_ON_PAGE);
    let next = items.last().filter(|_| has_more).map(|last| last.item.clone());
    Ok((items, next))
}

/// Which work of a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    /// What this clerk has taken; without, what nobody or anybody has.
    pub(super) of: Option<StaffId>,
    pub(super) light: Option<Light>,
    /// Only what nobody has taken, or only what somebody has.
    pub(super) claimed: Option<bool>,
    pub(super) work: Option<TaskKind>,
    pub(super) item: Option<String>,
}

/// Whose eyes a list is read with: those of somebody with every working role in the body, or of the clerk meant.
pub(super) fn eyes(manager: &StaffActor, wanted: &Wanted) -> StaffActor {
    let staff = wanted.of.unwrap_or(manager.staff);
    StaffActor { staff, roles: WORKING_ROLES.into(), deputy_of: BTreeSet::new(), ..manager.clone() }
}

impl Wanted {
    pub(super) fn asked(&self) -> Asked {
        Asked {
            scope: if self.of.is_some() { Scope::Mine } else { Scope::Body },
            filter: WorkFilter {
                light: self.light,
                claimed: self.claimed,
                work: self.work,
                item: self.item.clone(),
                ..WorkFilter::default()
            },
            ..Asked::default()
        }
    }
}

/// What a clerk has in hand, the most urgent first, then what waits with its case; and whether there is more than
/// can be handed on at once.
pub(super) async fn in_hand(
    tx: &mut Tx,
    room: &Room,
    manager: &StaffActor,
    of: StaffId,
    only_red: bool,
    today: Date,
) -> Result<(Vec<TaskId>, bool), DeskError> {
    let wanted = Wanted { of: Some(of), light: only_red.then_some(Light::Red), ..Wanted::default() };
    let (clerk, asked) = (eyes(manager, &wanted), wanted.asked());
    let size = PageSize::try_from(100).unwrap_or_default();
    let query = asked.query(room, &clerk, today);
    let page = cases::worklist(tx, &query, &asked.place, size).await?;
    let mut has_more = page.next.is_some();
    let mut items: Vec<WorkItem> = page.items;
    if !only_red {
        let limit = i64::try_from(reassign::TASKS_MAX + 1).unwrap_or(i64::MAX);
        items.extend(cases::waiting_of_clerk(tx, of, manager.body, query.days, limit).await?);
    }
    has_more |= items.len() > reassign::TASKS_MAX;
    items.truncate(reassign::TASKS_MAX);
    Ok((items.into_iter().map(|item| item.task).collect(), has_more))
}
