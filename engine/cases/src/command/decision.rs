//! The decision (决定) and what is looked at afterwards (事后核查、抽查).

use kernel::{Actor, TaskId};
use serde_json::{Map, Value};

use super::{Context, needed};
use crate::case::{AFTERWARDS, Case};
use crate::error::CaseError;
use crate::event::{Conclusion, Event};
use crate::findings::{FindingFault, FindingRule};
use crate::process::{Executors, Finding, Stage, StageKind, StatedLimit};
use crate::stage::find_body;
use crate::status::{Outcome, TaskKind, TaskState};

impl Case {
    pub(super) fn settle(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        grant: bool,
        reason: &str,
        findings: Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        if let Some(notice) = self.hanging_notice() {
            return Err(CaseError::NoticeHangs(notice.until));
        }
        let task = self.work(by, id, &[TaskKind::Decide])?;
        if let Some(branch) = self.binding_disagreement(ctx).filter(|_| grant) {
            return Err(CaseError::BindingDisagreement(branch));
        }
        if let Some(open) = self.promises.iter().find(|promise| promise.kept.is_none()).filter(|_| grant) {
            return Err(CaseError::PromiseOpen(open.material.clone()));
        }
        if grant {
            self.all_established(ctx)?;
        }
        let stage = ctx.case_type.process.stage(&task.stage).ok_or(CaseError::OtherWork)?;
        let reason = needed("reason", reason)?;
        let findings = self.checked(stage.own_findings(), findings, grant)?;
        let outcome = if grant { Outcome::Granted } else { Outcome::Refused };
        let body = task.body;
        let mut events = vec![Event::Decided { task: Some(id), outcome, reason, findings, body }];
        if grant {
            events.extend(self.later_checks(ctx)?);
        }
        Ok(events)
    }

    /// Who disagrees need not establish anything. Granted all the same, documents, payments and bounds would stand on
    /// findings that nobody made: the matter is sent back first, or refused. What signers say is not built upon.
    fn all_established(&self, ctx: &Context<'_>) -> Result<(), CaseError> {
        let signs = |stage: &Stage| matches!(stage.kind, StageKind::Countersign { .. });
        let against = self.tasks.iter().filter(|task| {
            !task.optional
                && task.state == TaskState::Done
                && task.conclusion == Some(Conclusion::Disagree)
                && ctx.case_type.process.stage(&task.stage).is_some_and(|stage| !signs(stage))
        });
        let needed =
            against.flat_map(|task| ctx.case_type.findings_of(task)).filter(|finding| finding.required);
        let missing = needed.filter(|finding| !self.findings.contains_key(&finding.id));
        let faults: Vec<_> = missing
            .map(|finding| FindingFault { id: finding.id.clone(), rule: FindingRule::Missing })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(CaseError::Findings(faults)) }
    }

    /// The checks that follow a grant on commitments (告知承诺制事后核查).
    pub(super) fn later_checks(&self, ctx: &Context<'_>) -> Result<Vec<Event>, CaseError> {
        let checks = ctx.case_type.process.checks.iter();
        let due = checks.filter(|check| self.intake.commitments.contains(&check.material));
        due.map(|check| self.later_check(ctx, &check.by, &check.limit, Some(&check.material))).collect()
    }

    pub(super) fn later_check(
        &self,
        ctx: &Context<'_>,
        by: &Executors,
        limit: &StatedLimit,
        material: Option<&str>,
    ) -> Result<Event, CaseError> {
        let (body, role) = find_body(ctx, by, &self.division, &self.view(&Map::new()))?;
        Ok(Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: AFTERWARDS.into(),
            branch: material.map(str::to_owned),
            work: TaskKind::Check,
            role,
            body,
            limit: Some(limit.to_limit()),
            optional: false,
        })
    }

    pub(super) fn check(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        passed: bool,
        text: &str,
        findings: Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        let task = self.work(by, id, &[TaskKind::Check])?;
        let check = ctx.case_type.process.checks.iter().find(|c| Some(&c.material) == task.branch.as_ref());
        let rules: &[Finding] = check.map_or(&[], |check| &check.findings);
        let findings = self.checked(rules, findings, passed)?;
        Ok(vec![Event::Checked { task: id, passed, text: needed("text", text)?, findings }])
    }
}
