//! What must hold in a process before any case may run under it.

use std::collections::{BTreeMap, BTreeSet};

use rules::{Type, Types};

use super::{CaseType, Derived, Effect, EntryChange, FindingType, Lookup, StageKind};

/// One rule that a process breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {rule}")]
pub struct ProcessFault {
    /// Such as `stages/review/branches/charter`.
    pub place: String,
    /// A word of the file near which the fault stands, to find the line.
    pub near: String,
    /// Of which kind the rule is.
    pub kind: ProcessRule,
    /// The rule, in plain words.
    pub rule: String,
}

/// Kinds of rules that a process can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessRule {
    /// Stages and branches: names, order, quorums, limits that must be there.
    Stages,
    /// Who does the work.
    Executors,
    /// Conditions, computed values and decision tables.
    Expressions,
    /// What a decision table leaves open; cases may run all the same.
    TableGap,
    /// What staff establish.
    Findings,
    /// What stands beside the stages.
    Special,
    /// Materials that the office makes.
    Makes,
    /// What follows from the decision.
    Effects,
}

/// What the rest of the package offers to the process.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Types of the form's fields, under `form.`.
    pub types: &'a Types,
    /// Fields of the form.
    pub fields: &'a BTreeSet<String>,
    /// Materials of the applicant.
    pub materials: &'a BTreeSet<String>,
    /// Materials that the office makes.
    pub office_materials: &'a BTreeSet<String>,
    /// Documents of `licences.yaml`.
    pub documents: &'a BTreeSet<String>,
    /// Registers that this node keeps, with the fields that a change may write.
    pub registers: &'a BTreeMap<String, BTreeSet<String>>,
}

struct Faults {
    kind: ProcessRule,
    found: Vec<ProcessFault>,
}

impl Faults {
    /// The rules that are asked from here on are of this kind.
    fn of(&mut self, kind: ProcessRule) -> &mut Self {
        self.kind = kind;
        self
    }

    fn add(&mut self, place: impl Into<String>, near: &str, rule: impl Into<String>) {
        let (place, near, rule) = (place.into(), near.into(), rule.into());
        self.found.push(ProcessFault { place, near, kind: self.kind, rule });
    }
}

impl CaseType {
    /// All rules that the process breaks; empty when it is sound.
    pub fn check(&self, around: &Surroundings<'_>) -> Vec<ProcessFault> {
        let mut faults = Faults { kind: ProcessRule::Stages, found: Vec::new() };
        self.check_stages(&mut faults);
        self.check_executors(around, faults.of(ProcessRule::Executors));
        self.check_rules(around, faults.of(ProcessRule::Expressions));
        self.check_findings(faults.of(ProcessRule::Findings));
        self.check_special(around, faults.of(ProcessRule::Special));
        faults.of(ProcessRule::Makes);
        for made in self.process.makes().filter(|made| !around.office_materials.contains(*made)) {
            let rule = format!("material {made} is not one that the office makes (by: office)");
            faults.add("stages", made, rule);
        }
        self.check_effects(around, faults.of(ProcessRule::Effects));
        faults.found
    }

    fn check_stages(&self, faults: &mut Faults) {
        let mut seen = BTreeSet::new();
        let mut opinions = BTreeSet::new();
        for stage in &self.process.stages {
            let place = format!("stages/{}", stage.id);
            if ["acceptance", "afterwards"].contains(&stage.id.as_str()) || !seen.insert(stage.id.as_str()) {
                let rule = "stage ids must differ from each other and from 'acceptance' and 'afterwards'";
                faults.add(&place, &stage.id, rule);
            }
            if stage.name.is_incomplete() {
                faults.add(&place, &stage.id, "the name is needed in both languages");
            }
            let needs_branch = matches!(
                stage.kind,
                StageKind::Review { .. } | StageKind::Levels { .. } | StageKind::Countersign { .. }
            );
            if needs_branch && stage.branches().iter().all(|b| b.optional || b.when.is_some()) {
                let rule = "this stage needs at least one opinion that is required in every case";
                faults.add(&place, &stage.id, rule);
            }
            if let StageKind::Countersign { signers, quorum } = &stage.kind {
                let sure = signers.iter().filter(|signer| signer.when.is_none()).count();
                if quorum.needed(sure) > sure || quorum.needed(sure) == 0 {
                    faults.add(&place, "quorum", "the quorum must be reachable and at least one");
                }
            }
            if matches!(stage.kind, StageKind::Panel { experts: 0, .. }) {
                faults.add(&place, "experts", "a panel has at least one expert");
            }
            let stops_without_end = stage.stops_clock
                && stage.limit.is_none()
                && !matches!(stage.kind, StageKind::PublicNotice { .. });
            if stops_without_end {
                let rule = "a stage that stops the clock needs its own limit with its basis (行政许可法 §45)";
                faults.add(&place, "stops_clock", rule);
            }
            // Opinions are read as opinion.<id> wherever they were given, so the ids are names of the whole process.
            for branch in stage.branches().iter().filter(|branch| !opinions.insert(branch.id.as_str())) {
                faults.add(format!("{place}/branches/{}", branch.id), &branch.id, "branch ids must differ");
            }
        }
        let decides = |kind: &StageKind| matches!(kind, StageKind::Decision { .. });
        let stages = &self.process.stages;
        let last_decides = stages.last().is_some_and(|last| decides(&last.kind) && last.when.is_none());
        if stages.iter().filter(|stage| decides(&stage.kind)).count() != 1 || !last_decides {
            let rule = "exactly one stage decides, without condition, and it is the last";
            faults.add("stages", "stages", rule);
        }
    }

    fn check_executors(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        for (place, by) in self.process.posts() {
            for executor in by.list() {
                if executor.level.is_some() == executor.body_from.is_some() {
                    faults.add(place, "by:", "an executor has either a level or body_from");
                }
                let two_digits = |code: &String| code.len() == 2 && code.bytes().all(|b| b.is_ascii_digit());
                if executor
                    .department
                    .as_ref()
                    .is_some_and(|code| !two_digits(code) || executor.level.is_none())
                {
                    let rule = "a department is two digits in quotes and goes with a level";
                    faults.add(place, "department", rule);
                }
                let field = executor.body_from.as_ref().filter(|field| !around.fields.contains(*field));
                if let Some(field) = field {
                    let rule = format!("body_from names {field}, which the form does not ask for");
                    faults.add(place, field, rule);
                }
            }
            if by.list().last().is_none_or(|last| last.when.is_some()) {
                let rule = "the last executor must have no condition, so that somebody is always competent";
                faults.add(place, place, rule);
            }
        }
    }

    /// What expressions and tables may read, with its types.
    pub fn types(&self, form: &Types) -> Types {
        let mut types = form
            .clone()
            .with("case.division", Type::Text)
            .with("case.submitted_on", Type::Date)
            .with("case.express", Type::Bool)
            .with("case.commitments", Type::List)
            .with("case.commitments[]", Type::Text)
            .with("case.objections", Type::Int)
            .with("case.objections_upheld", Type::Int)
            .with("applicant.kind", Type::Text)
            .with("applicant.age", Type::Int);
        for finding in self.process.findings() {
            let kind = match finding.kind {
                FindingType::Money => Type::Money,
                FindingType::Integer => Type::Int,
                FindingType::Text | FindingType::Uscc => Type::Text,
                FindingType::Boolean => Type::Bool,
                FindingType::Date => Type::Date,
            };
            types = types.with(format!("finding.{}", finding.id), kind);
        }
        for stage in &self.process.stages {
            for branch in stage.branches() {
                types = types.with(format!("opinion.{}", branch.id), Type::Text);
            }
            if stage.is_concluded() || matches!(stage.kind, StageKind::Countersign { .. }) {
                types = types.with(format!("opinion.{}", stage.id), Type::Text);
            }
        }
        for Lookup { id, register, .. } in &self.process.lookups {
            let root = if register.is_some() { "register" } else { "licence" };
            types = types.with(format!("{root}.{id}"), Type::Unknown);
        }
        types
    }

    fn check_rules(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        let types = self.types(around.types);
        for (place, expression) in self.process.expressions() {
            for fault in expression.check_condition(&types) {
                faults.add(place, expression.source(), fault.to_string());
            }
        }
        let mut names = BTreeSet::new();
        for table in &self.tables {
            if !names.insert(table.name()) {
                faults.add("rules", table.name(), "two tables have the same name");
            }
            for fault in table.check(&types) {
                let kind =
                    if fault.rule.is_warning() { ProcessRule::TableGap } else { ProcessRule::Expressions };
                faults.of(kind).add(format!("rules/{}", table.name()), table.name(), fault.to_string());
            }
            faults.of(ProcessRule::Expressions);
        }
        for (place, derived) in self.process.derived() {
            match derived {
                Derived::Expression(expression) => {
                    for fault in expression.check(&types) {
                        faults.add(place, expression.source(), fault.to_string());
                    }
                }
                Derived::Table(wanted) => {
                    let table = self.table(&wanted.table);
                    if table.is_none_or(|table| {
                        table.form().outputs.iter().all(|output| output.id != wanted.output)
                    }) {
                        let rule = format!("no table {} with an output {}", wanted.table, wanted.output);
                        faults.add(place, &wanted.table, rule);
                    }
                }
            }
        }
    }

    fn check_findings(&self, faults: &mut Faults) {
        let mut earlier = BTreeSet::new();
        for finding in self.process.findings() {
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

    fn check_special(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        let process = &self.process;
        for lookup in &process.lookups {
            if lookup.register.is_some() == lookup.licence.is_some() {
                faults.add("lookups", &lookup.id, "a lookup names either a register or a licence");
            }
            if let Some(register) =
                lookup.register.as_ref().filter(|name| !around.registers.contains_key(*name))
            {
                let rule = format!("this platform keeps no register {register}");
                faults.add("lookups", register, rule);
            }
            if let Some(field) = lookup.code_from.as_ref().filter(|field| !around.fields.contains(*field)) {
                faults.add("lookups", field, format!("the form does not ask for {field}"));
            }
        }
        let of_decision: BTreeSet<&str> =
            process.decision().iter().flat_map(|stage| stage.own_findings()).map(|f| f.id.as_str()).collect();
        for finding in process.instant.iter().flat_map(|instant| &instant.findings) {
            if !of_decision.contains(finding.id.as_str()) {
                let rule = format!("the decision establishes no {}", finding.id);
                faults.add("instant", &finding.id, rule);
            }
        }
        if process.instant.as_ref().is_some_and(|instant| instant.rules.is_empty()) {
            faults.add("instant", "instant", "an instant decision has at least one rule");
        }
        let zero =
            process.instant.iter().filter_map(|instant| instant.sample.as_ref()).any(|s| s.one_in == 0);
        if zero {
            faults.add("instant", "one_in", "one case in at least one");
        }
        if process.extension.as_ref().is_some_and(|rule| rule.most.unit != self.statutory.within.unit) {
            let rule = "an extension counts in the unit of the statutory limit";
            faults.add("extension", "most", rule);
        }
        let grounds = process.suspension.iter().map(|rule| &rule.grounds);
        for (name, grounds) in grounds
            .map(|grounds| ("suspension", grounds))
            .chain(process.termination.iter().map(|rule| ("termination", &rule.grounds)))
        {
            let mut ids = BTreeSet::new();
            if grounds.is_empty() || !grounds.iter().all(|ground| ids.insert(&ground.id)) {
                faults.add(name, "grounds", "at least one ground, and their ids must differ");
            }
        }
        for check in process.checks.iter().filter(|check| !around.materials.contains(&check.material)) {
            let rule = format!("the applicant is not asked for material {}", check.material);
            faults.add("checks", &check.material, rule);
        }
    }

    fn check_effects(&self, around: &Surroundings<'_>, faults: &mut Faults) {
        let effects = &self.process.effects;
        let issued: BTreeSet<&str> = effects.granted.iter().filter_map(Effect::issues).collect();
        for effect in effects.all() {
            if let Some((near, rule)) = self.effect_fault(effect, &issued, around) {
                faults.add("effects", &near, rule);
            }
        }
        // A case may see what follows from its grant and from a check that failed; each is done once under its key.
        let granted =
            effects.granted.iter().chain(&effects.check_failed).map(Effect::key).collect::<Vec<_>>();
        let refused = effects.refused.iter().map(Effect::key).collect::<Vec<_>>();
        for keys in [granted, refused] {
            let mut seen = BTreeSet::new();
            for key in keys.iter().filter(|key| !seen.insert(*key)) {
                let name = key.split_once(':').map_or(key.as_str(), |(_, name)| name);
                faults.add("effects", name, format!("{key} stands twice, and would be done once"));
            }
        }
    }

    /// What is wrong with an effect, and a word near it.
    fn effect_fault(
        &self,
        effect: &Effect,
        issued: &BTreeSet<&str>,
        around: &Surroundings<'_>,
    ) -> Option<(String, String)> {
        let unknown = |register: &String| {
            let rule = format!("this platform keeps no register {register}");
            (!around.registers.contains_key(register)).then(|| (register.clone(), rule))
        };
        let fault = match effect {
            Effect::Issue(document) | Effect::Replace(document) if !around.documents.contains(document) => {
                Some((document.clone(), format!("licences.yaml has no document {document}")))
            }
            Effect::Revoke(document) if !issued.contains(document.as_str()) => {
                Some((document.clone(), format!("{document} is not issued when granted")))
            }
            Effect::Cancel(cancelled) if issued.contains(cancelled.document()) => {
                let document = cancelled.document();
                let rule = format!("{document} is issued when granted: replace ends the older ones");
                Some((document.to_owned(), rule))
            }
            Effect::Register(register) => unknown(register),
            Effect::Restore(register) => unknown(register).or_else(|| {
                let changes = |effect: &Effect| matches!(effect, Effect::Change(change) if change.register == *register);
                let rule = format!("nothing is changed in {register} when granted");
                (!self.process.effects.granted.iter().any(changes)).then(|| (register.clone(), rule))
            }),
            Effect::End(end) => unknown(&end.register).or_else(|| {
                let rule = "the reason is needed in both languages".to_owned();
                end.reason.is_incomplete().then(|| ("reason".into(), rule))
            }),
            Effect::Change(change) => unknown(&change.register).or_else(|| change_fault(change, around)),
            Effect::Pay(order) if self.process.findings().all(|finding| finding.id != order.amount) => {
                Some((order.amount.clone(), format!("nobody establishes {}", order.amount)))
            }
            Effect::Issue(_)
            | Effect::Replace(_)
            | Effect::Revoke(_)
            | Effect::Cancel(_)
            | Effect::Push(_)
            | Effect::Pay(_) => None,
        };
        fault.or_else(|| {
            let unread = effect.reads().into_iter().find(|path| !self.is_there(path, around))?;
            let rule = format!(
                "{unread} is neither asked for (form.…) nor established (finding.…) nor looked up (register.lookup.field)"
            );
            Some((unread.to_owned(), rule))
        })
    }

    /// Whether an effect may read what stands under this path.
    fn is_there(&self, path: &str, around: &Surroundings<'_>) -> bool {
        let parts: Vec<&str> = path.split('.').collect();
        match parts.as_slice() {
            ["form", field] => around.fields.contains(*field),
            ["finding", id] => self.process.findings().any(|finding| finding.id == *id),
            ["register", id, _field] => {
                self.process.lookups.iter().any(|lookup| lookup.register.is_some() && lookup.id == *id)
            }
            _ => false,
        }
    }
}

/// What is wrong with the fields of a change.
fn change_fault(change: &EntryChange, around: &Surroundings<'_>) -> Option<(String, String)> {
    if change.fields.is_empty() {
        return Some(("change".into(), "a change names at least one field".into()));
    }
    let known = around.registers.get(&change.register)?;
    let field = change.fields.keys().find(|field| !known.contains(*field))?;
    let known = known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let rule = format!("{field} cannot be changed in {}; what can: {known}", change.register);
    Some((field.clone(), rule))
}
