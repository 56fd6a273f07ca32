//! Which stage comes next, and whose work it is. Pure, as the commands are.

use kernel::{BodyId, Role};
use serde_json::{Map, Value};

use crate::case::{ACCEPTANCE, Case};
use crate::command::Context;
use crate::error::CaseError;
use crate::event::Event;
use crate::process::{Branch, Executors, StageKind};
use crate::status::TaskKind;

impl Case {
    /// What opens the stage after this one.
    pub(crate) fn next_stage(
        &self,
        ctx: &Context<'_>,
        after: &str,
        new_findings: &Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        let at = ctx.case_type.process.stages.iter().position(|stage| stage.id == after);
        self.start_stage(ctx, at.map_or(0, |at| at + 1), new_findings)
    }

    /// Opens the first stage from `from` on whose condition holds.
    pub(crate) fn start_stage(
        &self,
        ctx: &Context<'_>,
        from: usize,
        new_findings: &Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        let mut findings = self.findings.clone();
        findings.extend(new_findings.clone());
        let holds = |when: &Option<crate::process::Condition>| {
            when.as_ref().is_none_or(|condition| condition.holds(&self.facts, &findings))
        };
        let stages = ctx.case_type.process.stages.iter().skip(from);
        let Some(stage) = stages.into_iter().find(|stage| holds(&stage.when)) else { return Ok(Vec::new()) };
        let mut events = vec![Event::StageStarted { stage: stage.id.clone() }];
        let open = |work, by: &Executors, branch: Option<&Branch>| -> Result<Event, CaseError> {
            let (body, role) = self.competent_body(ctx, by, &findings)?;
            Ok(Event::TaskOpened {
                task: (ctx.new_task)(),
                stage: stage.id.clone(),
                branch: branch.map(|branch| branch.id.clone()),
                work,
                role,
                body,
                limit: branch
                    .and_then(|branch| branch.limit.as_ref())
                    .map(crate::process::StatedLimit::to_limit),
                optional: branch.is_some_and(|branch| branch.optional),
            })
        };
        match &stage.kind {
            StageKind::Review { branches } => {
                for branch in branches.iter().filter(|branch| holds(&branch.when)) {
                    events.push(open(TaskKind::Review, &branch.by, Some(branch))?);
                }
            }
            StageKind::PublicNotice { by, .. } => events.push(open(TaskKind::Notice, by, None)?),
            StageKind::Decision { by, .. } => events.push(open(TaskKind::Decide, by, None)?),
        }
        Ok(events)
    }

    fn competent_body(
        &self,
        ctx: &Context<'_>,
        by: &Executors,
        findings: &Map<String, Value>,
    ) -> Result<(BodyId, Role), CaseError> {
        find_body(ctx, by, &self.division, &self.facts, findings)
    }
}

/// The first executor whose condition holds, and the body that it means.
pub(crate) fn find_body(
    ctx: &Context<'_>,
    by: &Executors,
    division: &str,
    facts: &Map<String, Value>,
    findings: &Map<String, Value>,
) -> Result<(BodyId, Role), CaseError> {
    let executor = by
        .list()
        .iter()
        .find(|executor| executor.when.as_ref().is_none_or(|when| when.holds(facts, findings)))
        .ok_or_else(|| CaseError::NobodyCompetent("by".into()))?;
    let body = match (&executor.level, &executor.body_from) {
        (Some(level), _) => ctx.bodies.competent(*level, ctx.case_type.department(), division),
        (None, Some(field)) => {
            facts.get(field).and_then(Value::as_str).and_then(|slug| ctx.bodies.by_slug(slug))
        }
        (None, None) => None,
    };
    let wanted = || executor.body_from.clone().unwrap_or_else(|| format!("{:?}", executor.level));
    let body = body.ok_or_else(|| CaseError::NobodyCompetent(wanted()))?;
    Ok((body.id, executor.role))
}

/// The event that opens the acceptance task, right after submission.
pub(crate) fn acceptance_task(ctx: &Context<'_>, body: BodyId, role: Role) -> Event {
    Event::TaskOpened {
        task: (ctx.new_task)(),
        stage: ACCEPTANCE.into(),
        branch: None,
        work: TaskKind::Accept,
        role,
        body,
        limit: Some(ctx.case_type.process.acceptance.limit.to_limit()),
        optional: false,
    }
}
