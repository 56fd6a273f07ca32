//! What can never come about (不可达): stages, branches, executors, materials and quick ways whose condition cannot hold
//! over what the form lets in and over what is known by then.

use std::collections::BTreeMap;

use cases::{Executors, Finding, FindingType, Process, Stage, StageKind};
use rules::{Domain, Domains, Expression, can_hold};
use serde_json::{Value, json};

use crate::package::check::Parts;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Field, Kind};

pub(crate) fn check(parts: &Parts<'_>, process: &mut Source, item: &mut Source) {
    let all = everything(parts);
    let rules = &parts.case_type.process;
    for (index, stage) in rules.stages.iter().enumerate() {
        check_stage(stage, &before(rules, index, &all), process);
    }
    check_executors("acceptance", &rules.acceptance.by, &[], &before(rules, 0, &all), process);
    let early = before(rules, 0, &all);
    let green = rules.green_channel.iter().filter_map(|green| green.when.as_ref());
    let instant = rules.instant.iter().flat_map(|instant| &instant.rules).map(|rule| &rule.when);
    for (place, when) in green.map(|when| ("green_channel", when)).chain(instant.map(|w| ("instant", w))) {
        report(place, when, can_hold(&[when], &[], &early), "this condition can never hold", process);
    }
    if let Some(instant) = &rules.instant {
        let together: Vec<&Expression> = instant.rules.iter().map(|rule| &rule.when).collect();
        if together.iter().all(|when| can_hold(&[when], &[], &early)) && !can_hold(&together, &[], &early) {
            let text = "these rules can never hold together, so nothing is ever decided at once";
            process.add_rule(&["instant", "rules"], Rule::NeverHolds, text);
        }
    }
    check_requirements(parts, &early, item);
    for material in &parts.item.materials {
        let Some(when) = &material.when else { continue };
        if !can_hold(&[when], &[], &early) {
            let text = format!("{} is never asked for: its condition can never hold", material.id);
            item.add_rule(&["materials", &material.id, "when"], Rule::NeverHolds, text);
        }
    }
}

/// A requirement that can never hold lets nobody apply.
fn check_requirements(parts: &Parts<'_>, early: &Domains, item: &mut Source) {
    for (index, requirement) in parts.item.requirements.iter().enumerate() {
        if !can_hold(&[&requirement.holds], &[], early) {
            let text = "nobody can ever apply: this requirement can never hold";
            item.add_rule(&["requirements", &index.to_string(), "holds"], Rule::NeverHolds, text);
        }
    }
}

fn check_stage(stage: &Stage, known: &Domains, source: &mut Source) {
    let of_stage: Vec<&Expression> = stage.when.iter().collect();
    if let Some(when) = &stage.when {
        let holds = can_hold(&[when], &[], known);
        report(&stage.id, when, holds, &format!("the stage {} never comes about", stage.id), source);
        if !holds {
            return; // all that is in it would be told again
        }
    }
    if let Some(by) = stage.by() {
        check_executors(&stage.id, by, &of_stage, known, source);
    }
    for branch in stage.branches() {
        let given: Vec<&Expression> = of_stage.iter().copied().chain(&branch.when).collect();
        if let Some(when) = &branch.when {
            // Sent back, a stage begins again and sees its own opinions: those are let through as possible.
            let text = format!("{} never comes about in {}", branch.id, stage.id);
            let holds = can_hold(&given, &[], known);
            report(&branch.id, when, holds, &text, source);
            if !holds {
                continue;
            }
        }
        check_executors(&branch.id, &branch.by, &given, known, source);
    }
}

/// The first executor whose condition holds is taken: one behind others must be able to be the first.
fn check_executors(place: &str, by: &Executors, given: &[&Expression], known: &Domains, source: &mut Source) {
    let mut earlier: Vec<&Expression> = Vec::new();
    for (index, executor) in by.list().iter().enumerate() {
        match &executor.when {
            Some(when) => {
                let hold: Vec<&Expression> = given.iter().copied().chain([when]).collect();
                let text =
                    format!("executor {} of {place} is never the first whose condition holds", index + 1);
                report(place, when, can_hold(&hold, &earlier, known), &text, source);
                earlier.push(when);
            }
            None if index + 1 < by.list().len() => {
                let text = format!("the executors of {place} behind number {} are never taken", index + 1);
                source.add_rule_near(place, "by", Rule::NeverHolds, text);
                return;
            }
            None => {}
        }
    }
}

fn report(place: &str, when: &Expression, holds: bool, text: &str, source: &mut Source) {
    if !holds {
        source.add_rule_near(place, when.source(), Rule::NeverHolds, text);
    }
}

/// What is known of every fact, whenever it is there.
fn everything(parts: &Parts<'_>) -> Domains {
    let mut domains = Domains::new();
    for field in parts.form.fields() {
        domains.insert(format!("form.{}", field.name), of_field(field));
    }
    let process = &parts.case_type.process;
    for finding in process.findings() {
        domains.insert(format!("finding.{}", finding.id), of_finding(finding));
    }
    for name in opinions(process).into_keys() {
        let only = Some(vec![json!("agree"), json!("disagree")]);
        domains.insert(format!("opinion.{name}"), Domain { only, ..Domain::default() });
    }
    let counted = Domain { min: Some(0), whole: true, always: true, ..Domain::default() };
    for name in ["objections", "objections_upheld"] {
        domains.insert(format!("case.{name}"), counted.clone());
    }
    let age = Domain { min: Some(0), max: Some(150), whole: true, ..Domain::default() };
    domains.insert("applicant.age".into(), age);
    let kinds = crate::APPLICANT_KINDS.iter().map(|kind| json!(kind)).collect();
    domains.insert("applicant.kind".into(), Domain { only: Some(kinds), always: true, ..Domain::default() });
    let yes_or_no = Some(vec![json!(true), json!(false)]);
    domains.insert("case.express".into(), Domain { only: yes_or_no, always: true, ..Domain::default() });
    domains
}

/// The same when this stage begins: what only later stages establish is not there, for a matter that is sent back goes no
/// further back than one stage, and what the decision establishes is not kept then.
fn before(process: &Process, stage: usize, all: &Domains) -> Domains {
    let mut known = all.clone();
    let later = process.stages.iter().skip(stage + 1);
    for finding in later.flat_map(|stage| {
        stage.branches().iter().flat_map(|branch| &branch.findings).chain(stage.own_findings())
    }) {
        known.insert(format!("finding.{}", finding.id), Domain::never());
    }
    for (name, at) in opinions(process) {
        if at > stage {
            known.insert(format!("opinion.{name}"), Domain::never());
        }
    }
    known
}

/// Whose opinion is given in which stage.
fn opinions(process: &Process) -> BTreeMap<&str, usize> {
    let mut given = BTreeMap::new();
    for (index, stage) in process.stages.iter().enumerate() {
        given.extend(stage.branches().iter().map(|branch| (branch.id.as_str(), index)));
        if stage.is_concluded() || matches!(stage.kind, StageKind::Countersign { .. }) {
            given.insert(stage.id.as_str(), index);
        }
    }
    given
}

fn of_field(field: &Field) -> Domain {
    let always = field.required;
    let only = |values: Vec<Value>| Domain { only: Some(values), always, ..Domain::default() };
    match &field.kind {
        Kind::Choice { options } => only(options.iter().map(|option| json!(option.value)).collect()),
        Kind::YesNo => only(vec![json!(true), json!(false)]),
        Kind::Number { whole, min, max } => {
            Domain { min: *min, max: *max, whole: *whole, always, ..Domain::default() }
        }
        Kind::Money { min, max } => Domain { min: *min, max: *max, whole: true, always, ..Domain::default() },
        Kind::Text { .. } | Kind::Date | Kind::Body { .. } | Kind::Division | Kind::List { .. } => {
            Domain { always, ..Domain::default() }
        }
    }
}

fn of_finding(finding: &Finding) -> Domain {
    match finding.kind {
        FindingType::Money | FindingType::Integer => {
            Domain { min: finding.min, max: finding.max, whole: true, ..Domain::default() }
        }
        FindingType::Boolean => Domain { only: Some(vec![json!(true), json!(false)]), ..Domain::default() },
        FindingType::Text | FindingType::Date | FindingType::Uscc => Domain::default(),
    }
}
