//! How an application comes in: green channel, instant decision, acceptance, and what was promised for later.

use kernel::{Actor, TaskId};
use rules::Facts;
use serde_json::{Map, Value};

use super::{Context, needed};
use crate::case::{ACCEPTANCE, Case};
use crate::error::CaseError;
use crate::event::{Event, RuleOutcome};
use crate::findings::check_findings;
use crate::process::Instant;
use crate::stage::{find_body, holds};
use crate::status::{Outcome, Status, TaskKind};

impl Case {
    /// What follows from a submission at once: the green channel, a decision by rules, or else the work of accepting.
    pub(crate) fn receive(&self, ctx: &Context<'_>) -> Result<Vec<Event>, CaseError> {
        let process = &ctx.case_type.process;
        let view = self.view(&Map::new());
        let mut events = Vec::new();
        let green = process.green_channel.iter();
        let goes_first = green.filter(|channel| channel.when.as_ref().is_some_and(|when| holds(when, &view)));
        events.extend(goes_first.map(|channel| Event::Expedited {
            reason: channel.reason.zh.clone(),
            promised: channel.promised.as_ref().map(crate::StatedLimit::to_limit),
        }));
        let view = self.foreseen_with(ctx, &events).view(&Map::new());
        if let Some(instant) = process.instant.as_ref().filter(|_| self.intake.promised.is_empty()) {
            let outcomes: Vec<_> = instant
                .rules
                .iter()
                .map(|rule| {
                    let held = rule.when.holds(&Facts::from(&view));
                    RuleOutcome { id: rule.id.clone(), holds: held.holds, why: held.why }
                })
                .collect();
            let findings = self.instant_findings(ctx, instant, &view);
            let all_hold = outcomes.iter().all(|outcome| outcome.holds) && findings.is_some();
            events.push(Event::RulesApplied { outcomes, all_hold });
            if let Some(findings) = findings.filter(|_| all_hold) {
                events.extend(self.decide_by_rules(ctx, instant, findings)?);
                return Ok(events);
            }
        }
        let (_, role) = find_body(ctx, &process.acceptance.by, &self.division, &view)?;
        events.push(Event::TaskOpened {
            task: (ctx.new_task)(),
            stage: ACCEPTANCE.into(),
            branch: None,
            work: TaskKind::Accept,
            role,
            body: self.front(),
            limit: Some(process.acceptance.limit.to_limit()),
            optional: false,
        });
        Ok(events)
    }

    /// The findings that an instant decision needs; nothing when one cannot be computed or breaks its rule.
    fn instant_findings(
        &self,
        ctx: &Context<'_>,
        instant: &Instant,
        view: &Map<String, Value>,
    ) -> Option<Map<String, Value>> {
        let mut given = Map::new();
        for finding in &instant.findings {
            given.insert(finding.id.clone(), ctx.case_type.derive(&finding.from, view, ctx.today())?);
        }
        let rules = ctx.case_type.process.decision()?.own_findings();
        check_findings(rules, given, &self.findings, true).ok()
    }

    fn decide_by_rules(
        &self,
        ctx: &Context<'_>,
        instant: &Instant,
        findings: Map<String, Value>,
    ) -> Result<Vec<Event>, CaseError> {
        let (body, _) = find_body(ctx, &instant.by, &self.division, &self.view(&findings))?;
        let decided = Event::Decided {
            task: None,
            outcome: Outcome::Granted,
            reason: instant.reason.zh.clone(),
            findings,
            body,
        };
        let mut events = vec![self.accepted(ctx, false), decided];
        events.extend(self.later_checks(ctx)?);
        if let Some(sample) = instant.sample.as_ref().filter(|sample| self.is_drawn(sample.one_in)) {
            events.push(self.later_check(ctx, &sample.by, &sample.limit, None)?);
        }
        Ok(events)
    }

    pub(super) fn accept(&self, ctx: &Context<'_>, by: &Actor, id: TaskId) -> Result<Vec<Event>, CaseError> {
        self.work(by, id, &[TaskKind::Accept])?;
        let mut events = vec![self.accepted(ctx, false)];
        events.extend(self.foreseen_with(ctx, &events).start_stage(ctx, 0)?);
        Ok(events)
    }

    /// 受理, with the limits that the decision has from now on.
    pub(super) fn accepted(&self, ctx: &Context<'_>, deemed: bool) -> Event {
        let promised = self.express_promise.clone().unwrap_or_else(|| ctx.case_type.promised.to_limit());
        Event::Accepted { deemed, statutory: ctx.case_type.statutory.to_limit(), promised }
    }

    pub(super) fn expedite(
        &self,
        ctx: &Context<'_>,
        by: &Actor,
        id: TaskId,
        reason: &str,
    ) -> Result<Vec<Event>, CaseError> {
        let kinds = [&[TaskKind::Accept][..], &TaskKind::ON_THE_MATTER].concat();
        self.work(by, id, &kinds)?;
        let channel = ctx.case_type.process.green_channel.as_ref();
        let channel = channel.ok_or(CaseError::NotForeseen("expedite"))?;
        if self.express.is_some() {
            return Err(CaseError::AlreadyFirst);
        }
        let promised = channel.promised.as_ref().map(crate::StatedLimit::to_limit);
        Ok(vec![Event::Expedited { reason: needed("reason", reason)?, promised }])
    }

    pub(super) fn supply(&self, by: &Actor, material: String) -> Result<Vec<Event>, CaseError> {
        self.only_applicant(by)?;
        let before_acceptance =
            self.status == Status::Submitted && self.intake.promised.iter().any(|p| p.material == material);
        match self.promises.iter().find(|promise| promise.material == material) {
            Some(promise) if promise.kept.is_none() => Ok(vec![Event::PromiseKept { material }]),
            Some(_) => Err(CaseError::PromiseOver),
            None if before_acceptance => Err(CaseError::NotAcceptedYet),
            None => Err(CaseError::NoSuchPromise),
        }
    }

    /// Whether the lot falls on this case: its random id decides, so nobody can choose.
    fn is_drawn(&self, one_in: u32) -> bool {
        let bytes = self.id.to_string();
        let lot = bytes.bytes().fold(0_u32, |lot, byte| lot.wrapping_mul(31).wrapping_add(u32::from(byte)));
        one_in > 0 && lot % one_in == 0
    }
}
