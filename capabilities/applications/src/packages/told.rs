//! What a simulation says, in words.

use cases::{Bodies, Effect, Rehearsed, RehearsedStep};
use catalogue::Simulation;
use serde_json::{Map, Value};
use web::Visitor;

use super::simulate::division_name;
use crate::known::Known;
use crate::reasons::Reasons;
use crate::view::lines;
use crate::{Room, trace};

/// All of it.
pub(super) struct Told {
    pub(super) place: String,
    pub(super) materials: Vec<MaterialTold>,
    pub(super) green: String,
    pub(super) rules: Vec<RuleTold>,
    pub(super) instant: bool,
    pub(super) earliest: String,
    pub(super) latest: String,
    pub(super) ways: Vec<Way>,
    pub(super) granted: Vec<String>,
    pub(super) refused: Vec<String>,
}

pub(super) struct MaterialTold {
    pub(super) name: String,
    pub(super) wanted: bool,
    pub(super) required: bool,
    pub(super) why: Vec<String>,
}

pub(super) struct RuleTold {
    pub(super) name: String,
    pub(super) holds: bool,
    pub(super) why: Vec<String>,
}

pub(super) struct Way {
    pub(super) title: String,
    pub(super) steps: Vec<StepTold>,
    pub(super) stuck: bool,
}

pub(super) struct StepTold {
    pub(super) name: String,
    pub(super) who: String,
    pub(super) from: String,
    pub(super) done: String,
    pub(super) due: String,
    pub(super) why: Vec<String>,
    pub(super) findings: Vec<String>,
}

pub(super) fn told(
    visitor: &Visitor,
    room: &Room,
    known: &Known,
    simulation: &Simulation<'_>,
    bodies: &Bodies,
) -> Told {
    let reasons = Reasons { visitor, room, package: simulation.package, known };
    let materials = simulation.materials.iter().map(|asked| MaterialTold {
        name: visitor.pick(&asked.material.name.zh, &asked.material.name.en).to_owned(),
        wanted: asked.wanted,
        required: asked.material.is_asked_for(),
        why: match &asked.why {
            Some(held) if !asked.wanted => reasons.against(held),
            Some(held) => held.why.iter().flat_map(|clause| reasons.clause(clause)).collect(),
            None => Vec::new(),
        },
    });
    let instant = simulation.package.process().instant.as_ref();
    let rules = simulation.rules().iter().map(|rule| {
        let name = instant.and_then(|instant| instant.rules.iter().find(|other| other.id == rule.id));
        RuleTold {
            name: name.map_or_else(
                || rule.id.clone(),
                |rule| visitor.pick(&rule.name.zh, &rule.name.en).to_owned(),
            ),
            holds: rule.holds,
            why: rule.why.iter().flat_map(|clause| reasons.clause(clause)).collect(),
        }
    });
    let way = |played: &Rehearsed, key: &str| Way {
        title: visitor.t(key),
        steps: played.steps.iter().map(|step| step_told(&reasons, bodies, step)).collect(),
        stuck: played.stuck.is_some(),
    };
    let ways = vec![
        way(&simulation.last_day, "packages-way-last-day"),
        way(&simulation.at_once, "packages-way-at-once"),
    ];
    let day = |played: &Rehearsed| played.decided_on.map_or_else(|| "–".into(), |day| visitor.date(day));
    let (granted, refused) = simulation.effects();
    let words = |effects: &[Effect]| effects.iter().map(|effect| effect_told(&reasons, effect)).collect();
    let division = &simulation.at_once.case.division;
    Told {
        place: division_name(division),
        materials: materials.collect(),
        green: simulation.green_channel().unwrap_or_default().to_owned(),
        rules: rules.collect(),
        instant: simulation.is_instant(),
        earliest: day(&simulation.at_once),
        latest: day(&simulation.last_day),
        ways,
        granted: words(granted),
        refused: words(refused),
    }
}

fn step_told(reasons: &Reasons<'_>, bodies: &Bodies, step: &RehearsedStep) -> StepTold {
    let (visitor, package) = (reasons.visitor, reasons.package);
    let stage = package.process().stage(&step.stage).map(|stage| &stage.name);
    let branch = step.branch.as_deref().and_then(|id| trace::branch_name(package, id));
    let work = step.work.map(|work| visitor.t(&format!("cases-work-{}", work.as_str()))).unwrap_or_default();
    let name = match branch.or(stage) {
        Some(words) => format!("{} · {work}", visitor.pick(&words.zh, &words.en)),
        None => work,
    };
    let who = step.by.and_then(|(body, _)| bodies.get(body));
    let role =
        step.by.map(|(_, role)| visitor.t(&format!("packages-role-{}", role.as_str()))).unwrap_or_default();
    let who = who.map(|body| format!("{} · {role}", visitor.pick(&body.name.zh, &body.name.en)));
    let finding = |(id, value, assumed): &(String, Value, bool)| {
        let label = reasons.label(&format!("finding.{id}"));
        let mut one = Map::new();
        one.insert(id.clone(), value.clone());
        let shown = match package.finding_facts(&one).into_values().next() {
            Some(licences::template::Fact::Money(fen)) => licences::template::money_zh(fen),
            Some(_) | None => rules::plain_value(id, value),
        };
        visitor.t2(
            if *assumed { "packages-assumed" } else { "packages-proposed" },
            "finding",
            label,
            "value",
            shown,
        )
    };
    StepTold {
        name,
        who: who.unwrap_or_default(),
        from: visitor.date(step.opened_on),
        done: step.done_on.map(|day| visitor.date(day)).unwrap_or_default(),
        due: step
            .due
            .as_ref()
            .and_then(|due| due.due.date())
            .map(|day| visitor.date(day))
            .unwrap_or_default(),
        why: step.due.as_ref().map(|due| lines(visitor, due)).unwrap_or_default(),
        findings: step.findings.iter().map(finding).collect(),
    }
}

fn effect_told(reasons: &Reasons<'_>, effect: &Effect) -> String {
    let visitor = reasons.visitor;
    match effect {
        Effect::Issue(id) => document_told(reasons, "packages-issues", id),
        Effect::Replace(id) => document_told(reasons, "packages-replaces", id),
        Effect::Revoke(id) => document_told(reasons, "packages-revokes", id),
        Effect::Cancel(cancelled) => document_told(reasons, "packages-cancels", cancelled.document()),
        Effect::Register(register) => {
            visitor.t1("packages-registers", "register", register_name(visitor, register))
        }
        Effect::Change(change) => {
            visitor.t1("packages-changes", "register", register_name(visitor, &change.register))
        }
        Effect::Restore(register) => {
            visitor.t1("packages-restores", "register", register_name(visitor, register))
        }
        Effect::End(end) => visitor.t1("packages-ends", "register", register_name(visitor, &end.register)),
        Effect::Push(receiver) => visitor.t1("packages-pushes", "receiver", receiver),
        Effect::Pay(order) => {
            let amount = reasons.label(&format!("finding.{}", order.amount));
            visitor.t2("packages-pays", "receiver", &order.receiver, "amount", amount)
        }
    }
}

fn register_name(visitor: &Visitor, register: &str) -> String {
    registers::title(register).map_or_else(|| register.to_owned(), |key| visitor.t(key))
}

/// A document of this package by its name, one of another package by its id.
fn document_told(reasons: &Reasons<'_>, key: &str, id: &str) -> String {
    let visitor = reasons.visitor;
    let document = reasons.package.documents.find(id);
    let name = document.map_or(id, |document| visitor.pick(&document.name.zh, &document.name.en));
    visitor.t1(key, "document", name)
}
