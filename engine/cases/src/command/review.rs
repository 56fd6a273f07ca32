//! Opinions: side by side, level by level, signed by several, and back again.

use kernel::{Actor, TaskId};
use serde_json::{Map, Value};

use super::{Context, needed};
use crate::case::{Case, Task};
use crate::error::CaseError;
use crate::event::{Conclusion, Event};
use crate::findings::check_findings;
use crate::process::{Branch, Finding, Quorum, Stage, StageKind};
use crate::stage::holds;
use crate::status::{Status, TaskKind, TaskState};

impl Case {
    pub(super) fn give_opinion(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        conclusion: Conclusion,
        text: &str,
        findings: Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Review])?;
        let text = needed("text", text)?;
        let stage = ctx.case_type.process.stage(&task.stage).ok_or(CaseError::NoSuchTask)?;
        let branch = Self::branch_of(ctx, task).ok_or(CaseError::NoSuchTask)?;
        let findings = self.checked(&branch.findings, findings, conclusion == Conclusion::Agree)?;
        let mut events = vec![Event::OpinionGiven {
            task: id,
            branch: branch.id.clone(),
            conclusion,
            text,
            findings,
            votes: None,
        }];
        events.extend(self.foreseen_with(ctx, &events).after_opinion(ctx, stage, branch)?);
        Ok(events)
    }

    /// What an opinion has opened: the next level, the conclusion of a survey, the next stage, or nothing yet.
    fn after_opinion(
        &self,
        ctx: &Context<'_>,
        stage: &Stage,
        branch: &Branch,
    ) -> Result<Vec<Event>, CaseError> {
        let others = |task: &&Task| task.stage == stage.id && task.work == TaskKind::Review;
        let view = self.view(&Map::new());
        let still_needed = self.live_tasks().filter(others).any(|other| !other.optional);
        match &stage.kind {
            StageKind::Levels { levels } => {
                let at = levels.iter().position(|level| level.id == branch.id).unwrap_or(levels.len());
                let next = levels.iter().skip(at + 1).find(|level| level.is_wanted(&view));
                match next {
                    Some(level) => Ok(vec![self.branch_task(ctx, stage, level, &view)?]),
                    None => self.next_stage(ctx, &stage.id),
                }
            }
            StageKind::Countersign { quorum, .. } => {
                let Some(result) = self.signed(&stage.id, *quorum) else {
                    return Ok(Vec::new());
                };
                let mut events = vec![Event::StageConcluded { stage: stage.id.clone(), conclusion: result }];
                events.extend(self.foreseen_with(ctx, &events).next_stage(ctx, &stage.id)?);
                Ok(events)
            }
            StageKind::Survey { by, .. } if !still_needed => {
                Ok(vec![self.stage_task(ctx, stage, TaskKind::Conclude, by, &view)?])
            }
            StageKind::Review { .. } if !still_needed => self.next_stage(ctx, &stage.id),
            StageKind::Review { .. }
            | StageKind::Survey { .. }
            | StageKind::Panel { .. }
            | StageKind::Special { .. }
            | StageKind::Hearing { .. }
            | StageKind::PublicNotice { .. }
            | StageKind::Decision { .. } => Ok(Vec::new()),
        }
    }

    /// The result of a countersigning; nothing while it is open.
    fn signed(&self, stage: &str, quorum: Quorum) -> Option<Conclusion> {
        let begun = self.stage_tasks(stage);
        let all = begun.clone().count();
        let signed: Vec<Conclusion> = begun.filter_map(|task| task.conclusion).collect();
        let agree = signed.iter().filter(|conclusion| **conclusion == Conclusion::Agree).count();
        let needed = quorum.needed(all);
        if agree >= needed {
            Some(Conclusion::Agree)
        } else if all - (signed.len() - agree) < needed {
            Some(Conclusion::Disagree)
        } else {
            None
        }
    }

    /// The review tasks of a stage since it last began: a matter that was sent back begins anew.
    fn stage_tasks(&self, stage: &str) -> impl Iterator<Item = &Task> + Clone {
        let tasks = self.tasks.iter().filter(move |t| t.stage == stage && t.work == TaskKind::Review);
        let last_begun = tasks.clone().map(|task| task.opened_at).max();
        tasks.filter(move |task| Some(task.opened_at) == last_begun)
    }

    pub(super) fn take_back(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
    ) -> Result<Vec<Event>, CaseError> {
        let Actor::Staff(staff) = by else { return Err(CaseError::NotCompetent) };
        let task = self.task(id).ok_or(CaseError::NoSuchTask)?;
        let is_theirs =
            task.claimed_by.is_some_and(|holder| staff.acts_for(holder)) && task.body == staff.body;
        if !is_theirs {
            return Err(CaseError::NotCompetent);
        }
        match self.status {
            Status::Correction => return Err(CaseError::AwaitingCorrection),
            Status::Suspended => return Err(CaseError::Suspended),
            Status::Submitted | Status::InProgress | Status::Closed => {}
        }
        let side_by_side = ctx.case_type.process.stage(&task.stage).is_some_and(|stage| {
            matches!(
                stage.kind,
                StageKind::Review { .. } | StageKind::Countersign { .. } | StageKind::Survey { .. }
            )
        });
        // Once anybody else builds on it, an opinion has left the hand of whoever gave it.
        let others_wait = self.live_tasks().any(|t| t.stage == task.stage && t.work == TaskKind::Review);
        let is_opinion =
            task.work == TaskKind::Review && task.state == TaskState::Done && task.conclusion.is_some();
        if !(is_opinion && side_by_side && others_wait && task.stage == self.stage) {
            return Err(CaseError::LeftTheHouse);
        }
        Ok(vec![Event::OpinionTakenBack { task: id, findings: task.established.clone() }])
    }

    pub(super) fn send_back(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        reason: &str,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Review, TaskKind::Decide])?;
        let reason = needed("reason", reason)?;
        let stages = &ctx.case_type.process.stages;
        let at = stages.iter().position(|stage| stage.id == task.stage).ok_or(CaseError::NoSuchTask)?;
        let view = self.view(&Map::new());
        let mut events = vec![Event::SentBack { task: id, reason }];
        if let StageKind::Levels { levels } = &stages[at].kind {
            let here = levels.iter().position(|level| Some(&level.id) == task.branch.as_ref()).unwrap_or(0);
            let before = levels[..here].iter().rev().find(|level| level.is_wanted(&view));
            let before = before.ok_or(CaseError::NothingBefore)?;
            events.push(self.branch_task(ctx, &stages[at], before, &view)?);
            return Ok(events);
        }
        if task.work != TaskKind::Decide {
            return Err(CaseError::NothingBefore);
        }
        // Back over opinions of the house only: what was said to the world outside is not unsaid.
        let was_left_out = |stage: &&Stage| stage.when.as_ref().is_some_and(|when| !holds(when, &view));
        let before = stages[..at].iter().rev().find(|stage| !was_left_out(stage));
        match before.map(|stage| (stage, &stage.kind)) {
            Some((stage, StageKind::Levels { levels })) => {
                events.push(Self::stage_started(stage));
                let last = levels.iter().rev().find(|level| level.is_wanted(&view));
                let last = last.ok_or(CaseError::NothingBefore)?;
                events.push(self.branch_task(ctx, stage, last, &view)?);
            }
            Some((
                stage,
                StageKind::Review { branches } | StageKind::Countersign { signers: branches, .. },
            )) => {
                events.push(Self::stage_started(stage));
                for branch in branches.iter().filter(|branch| branch.is_wanted(&view)) {
                    events.push(self.branch_task(ctx, stage, branch, &view)?);
                }
            }
            Some(_) | None => return Err(CaseError::NothingBefore),
        }
        Ok(events)
    }

    /// A branch without whose agreement nothing can be granted, and which disagreed.
    pub(super) fn binding_disagreement(&self, ctx: &Context<'_>) -> Option<String> {
        let opinions = self.opinions();
        let disagreed = |branch: &&Branch| {
            opinions.get(&branch.id).and_then(Value::as_str) == Some(Conclusion::Disagree.as_str())
        };
        let branches = ctx.case_type.process.stages.iter().flat_map(Stage::branches);
        branches.filter(|branch| branch.binding).find(disagreed).map(|branch| branch.id.clone())
    }

    pub(super) fn checked(
        &self,
        rules: &[Finding],
        given: Map<String, Value>,
        required: bool,
    ) -> Result<Map<String, Value>, CaseError> {
        check_findings(rules, given, &self.findings, required).map_err(CaseError::Findings)
    }

    pub(super) fn branch_of<'a>(ctx: &Context<'a>, task: &Task) -> Option<&'a Branch> {
        ctx.case_type.process.stage(&task.stage)?.branch(task.branch.as_deref()?)
    }
}

impl Branch {
    /// Whether its condition holds.
    pub(crate) fn is_wanted(&self, view: &Map<String, Value>) -> bool {
        self.when.as_ref().is_none_or(|when| holds(when, view))
    }
}
