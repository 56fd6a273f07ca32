//! What must hold in a process before any case may run under it.

use std::collections::BTreeSet;

use super::{Condition, Executor, Process, StageKind};

/// One rule that a process breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {rule}")]
pub struct ProcessFault {
    /// Such as `stages/review/branches/charter`.
    pub place: String,
    /// A word of the file near which the fault stands, to find the line.
    pub near: String,
    /// The rule, in plain words.
    pub rule: String,
}

/// What the rest of the package offers to the process.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Fields of the form.
    pub fields: &'a BTreeSet<String>,
    /// Materials that the office makes.
    pub office_materials: &'a BTreeSet<String>,
    /// Documents of `licences.yaml`.
    pub documents: &'a BTreeSet<String>,
    /// Registers that this node keeps.
    pub registers: &'a BTreeSet<String>,
}

struct Faults(Vec<ProcessFault>);

impl Faults {
    fn add(&mut self, place: impl Into<String>, near: &str, rule: impl Into<String>) {
        self.0.push(ProcessFault { place: place.into(), near: near.into(), rule: rule.into() });
    }
}

impl Process {
    /// All rules that this process breaks; empty when it is sound.
    pub fn check(&self, around: &Surroundings<'_>) -> Vec<ProcessFault> {
        let mut faults = Faults(Vec::new());
        self.check_stages(&mut faults);
        self.check_executors(around, &mut faults);
        self.check_conditions(around, &mut faults);
        self.check_findings(&mut faults);
        for made in self.makes().filter(|made| !around.office_materials.contains(*made)) {
            faults.add(
                "stages",
                made,
                format!("material {made} is not one that the office makes (by: office)"),
            );
        }
        self.check_effects(around, &mut faults);
        faults.0
    }

    fn check_stages(&self, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        for stage in &self.stages {
            let place = format!("stages/{}", stage.id);
            if stage.id == "acceptance" || !seen.insert(stage.id.as_str()) {
                faults.add(&place, &stage.id, "stage ids must differ from each other and from 'acceptance'");
            }
            if stage.name.is_incomplete() {
                faults.add(&place, &stage.id, "the name is needed in both languages");
            }
            let StageKind::Review { branches } = &stage.kind else { continue };
            if branches.iter().all(|branch| branch.optional || branch.when.is_some()) {
                faults.add(
                    &place,
                    &stage.id,
                    "a review needs at least one branch that is required in every case",
                );
            }
            let mut ids = BTreeSet::new();
            for branch in branches.iter().filter(|branch| !ids.insert(branch.id.as_str())) {
                faults.add(format!("{place}/branches/{}", branch.id), &branch.id, "branch ids must differ");
            }
        }
        let decides = |kind: &StageKind| matches!(kind, StageKind::Decision { .. });
        let last_decides = self.stages.last().is_some_and(|last| decides(&last.kind) && last.when.is_none());
        if self.stages.iter().filter(|stage| decides(&stage.kind)).count() != 1 || !last_decides {
            faults.add(
                "stages",
                "stages",
                "exactly one stage decides, without condition, and it is the last",
            );
        }
    }

    fn check_executors(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        for Executor { level, body_from, .. } in self.executors() {
            if level.is_some() == body_from.is_some() {
                faults.add("by", "by:", "an executor has either a level or body_from");
            }
            if let Some(field) = body_from.as_ref().filter(|field| !around.fields.contains(*field)) {
                faults.add("by", field, format!("body_from names {field}, which the form does not ask for"));
            }
        }
        let of_stages = self.stages.iter().flat_map(|stage| match &stage.kind {
            StageKind::Review { branches } => {
                branches.iter().map(|b| (b.id.as_str(), &b.by)).collect::<Vec<_>>()
            }
            StageKind::PublicNotice { by, .. } | StageKind::Decision { by, .. } => {
                vec![(stage.id.as_str(), by)]
            }
        });
        for (place, by) in of_stages.chain([("acceptance", &self.acceptance.by)]) {
            if by.list().last().is_none_or(|last| last.when.is_some()) {
                let rule = "the last executor must have no condition, so that somebody is always competent";
                faults.add(place, place, rule);
            }
        }
    }

    fn check_conditions(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        let findings: BTreeSet<&str> = self.findings().map(|finding| finding.id.as_str()).collect();
        for Condition { field, finding, is, at_most, at_least } in self.conditions() {
            match (field, finding) {
                (Some(field), None) if !around.fields.contains(field) => {
                    faults.add("when", field, format!("the form does not ask for {field}"));
                }
                (None, Some(finding)) if !findings.contains(finding.as_str()) => {
                    faults.add("when", finding, format!("nobody establishes {finding}"));
                }
                (Some(_), None) | (None, Some(_)) => {}
                (Some(_), Some(_)) | (None, None) => {
                    faults.add("when", "when:", "a condition reads either a field or a finding");
                }
            }
            if is.is_none() && at_most.is_none() && at_least.is_none() {
                faults.add("when", "when:", "a condition compares by is, at_most or at_least");
            }
        }
    }

    fn check_findings(&self, faults: &mut Faults) {
        let mut earlier = BTreeSet::new();
        for finding in self.findings() {
            if let Some(limit) = finding
                .at_most
                .as_ref()
                .map(|most| most.finding.as_str())
                .filter(|limit| !earlier.contains(limit))
            {
                let rule =
                    format!("{} is limited by {limit}, which is not established before it", finding.id);
                faults.add("findings", limit, rule);
            }
            if !earlier.insert(finding.id.as_str()) {
                faults.add("findings", &finding.id, format!("{} is established twice", finding.id));
            }
        }
    }

    fn check_effects(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        for effect in self.effects.granted.iter().chain(&self.effects.refused) {
            match effect {
                super::Effect::Issue(document) if !around.documents.contains(document) => {
                    faults.add("effects", document, format!("licences.yaml has no document {document}"));
                }
                super::Effect::Register(register) if !around.registers.contains(register) => {
                    faults.add("effects", register, format!("this platform keeps no register {register}"));
                }
                super::Effect::Issue(_) | super::Effect::Register(_) => {}
            }
        }
    }
}
