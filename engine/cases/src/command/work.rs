//! Who may work on what: taking tasks, giving them back, handing them on.

use kernel::{Actor, PersonActor, Right, Role, StaffActor, StaffId, TaskId};

use super::{Command, Context, needed};
use crate::case::{Case, MandateGap, Task};
use crate::error::CaseError;
use crate::event::{Event, StoodInFor};
use crate::process::Level;
use crate::status::{Status, TaskKind};

impl Case {
    pub(super) fn only_applicant(&self, by: &Actor) -> Result<(), CaseError> {
        let Actor::Person(person) = by else { return Err(CaseError::NotApplicant) };
        let allowed = self.allows(person, Right::Apply);
        allowed.map_err(
            |error| {
                if matches!(error, CaseError::NotFound) { CaseError::NotApplicant } else { error }
            },
        )
    }

    /// Whether this person may do that as the applicant, or for them. To anybody else the case is not there.
    pub fn allows(&self, by: &PersonActor, right: Right) -> Result<(), CaseError> {
        let items = [self.case_type.item.as_str()];
        self.applicant.may(by, right, &items).map_err(|error| match error {
            MandateGap::NotTheirs => CaseError::NotFound,
            MandateGap::Outside => CaseError::OutsideMandate,
        })
    }

    /// The live task, if this clerk's body and role are competent for it. Asked in this order: who (403), when (409).
    fn competent<'a>(
        &'a self,
        by: &'a Actor,
        id: TaskId,
        kinds: &[TaskKind],
    ) -> Result<(&'a Task, &'a StaffActor), CaseError> {
        let Actor::Staff(staff) = by else { return Err(CaseError::NotCompetent) };
        let Some(task) = self.task(id) else {
            let ever = kinds.iter().any(|kind| staff.roles.contains(&kind.role()));
            return Err(if ever { CaseError::NoSuchTask } else { CaseError::NotCompetent });
        };
        if !kinds.contains(&task.work) {
            let ever = kinds.iter().any(|kind| staff.roles.contains(&kind.role()));
            return Err(if ever { CaseError::OtherWork } else { CaseError::NotCompetent });
        }
        if task.body != staff.body || !staff.roles.contains(&task.role) {
            return Err(CaseError::NotCompetent);
        }
        if !task.is_live() {
            return Err(CaseError::TaskDone);
        }
        Ok((task, staff))
    }

    /// The task, claimed by this clerk or by a colleague for whom they stand in (代理), of one of these kinds, while
    /// the office is to act.
    pub(super) fn work<'a>(
        &'a self,
        by: &'a Actor,
        id: TaskId,
        kinds: &[TaskKind],
    ) -> Result<&'a Task, CaseError> {
        let (task, staff) = self.competent(by, id, kinds)?;
        held_by(task, staff)?;
        match self.status {
            Status::Correction => Err(CaseError::AwaitingCorrection),
            Status::Suspended => Err(CaseError::Suspended),
            Status::Submitted | Status::InProgress | Status::Closed => Ok(task),
        }
    }

    pub(super) fn claim(&self, by: &Actor, id: TaskId) -> Result<Vec<Event>, CaseError> {
        let (task, staff) = self.competent(by, id, &TaskKind::ALL)?;
        match task.claimed_by {
            Some(holder) if holder == staff.staff => Ok(Vec::new()),
            Some(_) => Err(CaseError::TakenBy(task.claimed_name.clone().unwrap_or_default())),
            None => Ok(vec![Event::TaskClaimed { task: id, by: staff.staff, name: staff.shown_as.clone() }]),
        }
    }

    pub(super) fn release(&self, by: &Actor, id: TaskId, reason: &str) -> Result<Vec<Event>, CaseError> {
        let own = self.competent(by, id, &TaskKind::ALL).and_then(|(task, staff)| held_by(task, staff));
        let reason = match own {
            Ok(()) => String::new(), // whoever gives their own work back owes nobody a reason
            Err(refused) => {
                let task = self.managed(by, id)?.filter(|task| task.claimed_by.is_some()).ok_or(refused)?;
                if !task.is_live() {
                    return Err(CaseError::TaskDone);
                }
                needed("reason", reason)?
            }
        };
        Ok(vec![Event::TaskReleased { task: id, reason }])
    }

    /// The task, if this clerk shares out the work of its body. The platform takes work from whoever has left.
    fn managed(&self, by: &Actor, id: TaskId) -> Result<Option<&Task>, CaseError> {
        let task = || self.task(id).ok_or(CaseError::NoSuchTask);
        match by {
            Actor::Staff(staff) => Ok(Some(task()?).filter(|task| shares_out(staff, task))),
            Actor::System => task().map(Some),
            Actor::Person(_) | Actor::Anonymous => Err(CaseError::NotCompetent),
        }
    }

    /// For whom the actor stands in (代理) when they do this work: whoever has the task, unless the actor shares out
    /// the work of the body anyway.
    pub(crate) fn stands_in_for(&self, by: &Actor, command: &Command) -> Option<StoodInFor> {
        let Actor::Staff(staff) = by else { return None };
        let task = self.task(command.task()?)?;
        let holder = task.claimed_by.filter(|holder| staff.deputy_of.contains(holder))?;
        let hands_on = matches!(command, Command::Transfer { .. }) && shares_out(staff, task);
        let name = task.claimed_name.clone().unwrap_or_default();
        (!hands_on).then_some(StoodInFor { staff: holder, name })
    }

    pub(super) fn transfer(
        &self,
        by: &Actor,
        id: TaskId,
        to: StaffId,
        name: String,
        reason: &str,
    ) -> Result<Vec<Event>, CaseError> {
        let task = if let Some(task) = self.managed(by, id)? {
            task
        } else {
            let (task, staff) = self.competent(by, id, &TaskKind::ALL)?;
            held_by(task, staff)?;
            task
        };
        if !task.is_live() {
            return Err(CaseError::TaskDone);
        }
        if task.claimed_by == Some(to) {
            return Err(CaseError::AlreadyTheirs(name));
        }
        Ok(vec![Event::TaskTransferred { task: id, to, name, reason: needed("reason", reason)? }])
    }

    pub(super) fn route(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        level: Level,
        reason: &str,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Review])?;
        let branch = Self::branch_of(ctx, task).ok_or(CaseError::NoSuchTask)?;
        if !branch.routes.contains(&level) {
            return Err(CaseError::NotForeseen("route"));
        }
        let department = branch.by.list().iter().find_map(|executor| executor.department.as_deref());
        let department = department.unwrap_or_else(|| ctx.case_type.department());
        let body = ctx.bodies.competent(level, department, &self.division);
        let body = body.ok_or_else(|| CaseError::NobodyCompetent(level.as_str().into()))?.id;
        if body == task.body {
            return Err(CaseError::NotForeseen("route"));
        }
        Ok(vec![Event::TaskRouted { task: id, level, body, reason: needed("reason", reason)? }])
    }
}

/// Whether this clerk shares out the work of the task's body: whoever decides there does.
fn shares_out(staff: &StaffActor, task: &Task) -> bool {
    staff.body == task.body && staff.roles.contains(&Role::Decision)
}

/// Whether this clerk has the task, or stands in for whoever has it.
fn held_by(task: &Task, staff: &StaffActor) -> Result<(), CaseError> {
    match task.claimed_by {
        Some(holder) if staff.acts_for(holder) => Ok(()),
        Some(_) => Err(CaseError::TakenBy(task.claimed_name.clone().unwrap_or_default())),
        None => Err(CaseError::NotClaimed),
    }
}
