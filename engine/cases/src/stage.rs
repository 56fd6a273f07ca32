//! Which stage comes next, and whose work it is. Pure, as the commands are.

use kernel::{BodyId, EventId, Role, TypedId as _};
use rules::{Expression, Facts};
use serde_json::{Map, Value};

use crate::case::Case;
use crate::command::Context;
use crate::error::CaseError;
use crate::event::{Event, Recorded};
use crate::process::{Branch, Executors, HearingOn, Stage, StageKind, StatedLimit};
use crate::status::TaskKind;

impl Case {
    /// The case as these events will leave it. What a command brings about decides already about what it opens: the
    /// opinion just given may call the next stage, or name another body for it.
    pub(crate) fn foreseen_with(&self, ctx: &Context<'_>, events: &[Event]) -> Self {
        let mut case = self.clone();
        for event in events {
            let id = EventId::from_parts(ctx.now, [0; 10]); // never stored
            let (seq, event) = (case.version + 1, event.clone());
            case.apply(&Recorded {
                id,
                seq,
                at: ctx.now,
                actor: String::new(),
                actor_name: String::new(),
                stood_in_for: None,
                event,
            });
        }
        case
    }

    /// What opens the stage after this one.
    pub(crate) fn next_stage(&self, ctx: &Context<'_>, after: &str) -> Result<Vec<Event>, CaseError> {
        let at = ctx.case_type.process.stages.iter().position(|stage| stage.id == after);
        self.start_stage(ctx, at.map_or(0, |at| at + 1))
    }

    /// Opens the first stage from `from` on whose condition holds.
    pub(crate) fn start_stage(&self, ctx: &Context<'_>, from: usize) -> Result<Vec<Event>, CaseError> {
        let view = self.view(&Map::new());
        let holds = |stage: &&Stage| stage.when.as_ref().is_none_or(|when| holds(when, &view));
        let Some(stage) = ctx.case_type.process.stages.iter().skip(from).find(holds) else {
            return Ok(Vec::new());
        };
        let mut events = vec![Self::stage_started(stage)];
        match &stage.kind {
            StageKind::Review { branches } | StageKind::Countersign { signers: branches, .. } => {
                for branch in branches.iter().filter(|branch| branch.is_wanted(&view)) {
                    events.push(self.branch_task(ctx, stage, branch, &view)?);
                }
            }
            StageKind::Levels { levels } => {
                for level in levels.iter().filter(|level| level.is_wanted(&view)).take(1) {
                    events.push(self.branch_task(ctx, stage, level, &view)?);
                }
            }
            StageKind::Hearing { on: HearingOn::Request, ask, .. } => {
                events.push(Event::HearingOffered { stage: stage.id.clone(), limit: ask.to_limit() });
            }
            StageKind::Survey { by, .. } | StageKind::Panel { by, .. } | StageKind::Hearing { by, .. } => {
                events.push(self.stage_task(ctx, stage, TaskKind::Arrange, by, &view)?);
            }
            StageKind::Special { by, .. } => {
                events.push(self.stage_task(ctx, stage, TaskKind::Conclude, by, &view)?);
            }
            StageKind::PublicNotice { by, .. } => {
                events.push(self.stage_task(ctx, stage, TaskKind::Notice, by, &view)?);
            }
            StageKind::Decision { by, .. } => {
                events.push(self.stage_task(ctx, stage, TaskKind::Decide, by, &view)?);
            }
        }
        Ok(events)
    }

    /// A stage begins. The clock of a public notice stands still from its publication, all others from the start.
    pub(crate) fn stage_started(stage: &Stage) -> Event {
        let is_notice = matches!(stage.kind, StageKind::PublicNotice { .. });
        Event::StageStarted {
            stage: stage.id.clone(),
            limit: stage.limit.as_ref().map(StatedLimit::to_limit),
            stops_clock: stage.stops_clock && !is_notice,
        }
    }

    /// The work of one branch, level, signer or participant.
    pub(crate) fn branch_task(
        &self,
        ctx: &Context<'_>,
        stage: &Stage,
        branch: &Branch,
        view: &Map<String, Value>,
    ) -> Result<Event, CaseError> {
        let (body, role) = find_body(ctx, &branch.by, &self.division, view)?;
        Ok(Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: stage.id.clone(),
            branch: Some(branch.id.clone()),
            work: TaskKind::Review,
            role,
            body,
            limit: branch.limit.as_ref().map(StatedLimit::to_limit),
            optional: branch.optional,
        })
    }

    /// The work of the stage itself.
    pub(crate) fn stage_task(
        &self,
        ctx: &Context<'_>,
        stage: &Stage,
        work: TaskKind,
        by: &Executors,
        view: &Map<String, Value>,
    ) -> Result<Event, CaseError> {
        let (body, role) = find_body(ctx, by, &self.division, view)?;
        Ok(Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: stage.id.clone(),
            branch: None,
            work,
            role,
            body,
            limit: None,
            optional: false,
        })
    }
}

/// Whether a condition holds; what is not known makes it false.
pub(crate) fn holds(when: &Expression, view: &Map<String, Value>) -> bool {
    when.holds(&Facts::from(view)).holds
}

/// The first executor whose condition holds, and the body that it means.
pub(crate) fn find_body(
    ctx: &Context<'_>,
    by: &Executors,
    division: &str,
    view: &Map<String, Value>,
) -> Result<(BodyId, Role), CaseError> {
    let executor = by
        .list()
        .iter()
        .find(|executor| executor.when.as_ref().is_none_or(|when| holds(when, view)))
        .ok_or_else(|| CaseError::NobodyCompetent("by".into()))?;
    let wanted = || match (&executor.body_from, executor.level) {
        (Some(field), _) => field.clone(),
        (None, Some(level)) => level.as_str().to_owned(),
        (None, None) => "by".to_owned(),
    };
    let body = ctx.bodies.of_executor(executor, ctx.case_type.department(), division, view);
    let body = body.ok_or_else(|| CaseError::NobodyCompetent(wanted()))?;
    Ok((body.id, executor.role))
}
