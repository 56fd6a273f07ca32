//! What a clerk cannot do alone: more time, a suspension, an end. Asked with a reason, approved by whoever the package
//! names (请示与批复).

use kernel::{Actor, TaskId};
use serde_json::Map;

use super::{AskFor, Context, needed};
use crate::case::Case;
use crate::error::CaseError;
use crate::event::{Asked, Event};
use crate::process::{Executors, Ground};
use crate::stage::find_body;
use crate::status::{Status, TaskKind};

impl Case {
    pub(super) fn ask(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        wanted: AskFor,
        reason: &str,
    ) -> Result<Vec<Event>, CaseError> {
        self.work(by, id, &TaskKind::ON_THE_MATTER)?;
        if self.open_request().is_some() {
            return Err(CaseError::RequestWaits);
        }
        let (asked, approve) = self.foreseen(ctx, wanted)?;
        let reason = needed("reason", reason)?;
        let (body, role) = find_body(ctx, approve, &self.division, &self.view(&Map::new()))?;
        let task = Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: self.stage.clone(),
            branch: None,
            work: TaskKind::Approve,
            role,
            body,
            limit: None,
            optional: true,
        };
        Ok(vec![Event::ApprovalAsked { asked, reason }, task])
    }

    /// What the package foresees, with its law, and who approves it.
    fn foreseen<'a>(&self, ctx: &Context<'a>, wanted: AskFor) -> Result<(Asked, &'a Executors), CaseError> {
        let process = &ctx.case_type.process;
        let ground = |grounds: &[Ground], id: &str| {
            grounds.iter().find(|ground| ground.id == id).cloned().ok_or(CaseError::NoSuchGround)
        };
        match wanted {
            AskFor::Extension { mut by } => {
                let rule = process.extension.as_ref().ok_or(CaseError::NotForeseen("extension"))?;
                if self.extended {
                    return Err(CaseError::AlreadyExtended);
                }
                if by.unit != rule.most.unit || by.amount > rule.most.amount || by.amount == 0 {
                    return Err(CaseError::TooMuchTime(rule.most.clone()));
                }
                by.basis = Some(rule.basis.clone());
                Ok((Asked::Extension { by }, &rule.approve))
            }
            AskFor::Suspension { ground: id } => {
                let rule = process.suspension.as_ref().ok_or(CaseError::NotForeseen("suspension"))?;
                Ok((Asked::Suspension { ground: ground(&rule.grounds, &id)? }, &rule.approve))
            }
            AskFor::Termination { ground: id } => {
                let rule = process.termination.as_ref().ok_or(CaseError::NotForeseen("termination"))?;
                Ok((Asked::Termination { ground: ground(&rule.grounds, &id)? }, &rule.approve))
            }
        }
    }

    pub(super) fn approve(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        grant: bool,
        reason: &str,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Approve])?;
        let request = self.open_request().ok_or(CaseError::TaskDone)?;
        let given = needed("reason", reason)?;
        let mut events = vec![Event::ApprovalGiven { task: id, granted: grant, reason: given }];
        if grant {
            let reason = request.reason.clone();
            events.push(match request.asked.clone() {
                Asked::Extension { by } => Event::Extended { by, reason },
                Asked::Suspension { ground } => {
                    let rule = ctx.case_type.process.suspension.as_ref();
                    let limit = rule.and_then(|rule| rule.limit.as_ref()).map(crate::StatedLimit::to_limit);
                    Event::Suspended { ground, reason, body: task.body, limit }
                }
                Asked::Termination { ground } => Event::Terminated { ground, reason },
            });
        }
        Ok(events)
    }

    pub(super) fn resume(&self, by: &Actor, reason: &str) -> Result<Vec<Event>, CaseError> {
        let Actor::Staff(staff) = by else { return Err(CaseError::NotCompetent) };
        let suspension = self.suspension.as_ref().ok_or(CaseError::NotSuspended)?;
        let works_on_it = self.live_tasks().any(|t| t.body == staff.body && staff.roles.contains(&t.role));
        if staff.body != suspension.body && !works_on_it {
            return Err(CaseError::NotCompetent);
        }
        Ok(vec![Event::Resumed { reason: needed("reason", reason)?, by_time: false }])
    }

    /// Refused while the office waits for the applicant or for the end of a suspension.
    pub(super) fn office_acts(&self) -> Result<(), CaseError> {
        match self.status {
            Status::Correction => Err(CaseError::AwaitingCorrection),
            Status::Suspended => Err(CaseError::Suspended),
            Status::Submitted | Status::InProgress | Status::Closed => Ok(()),
        }
    }
}
