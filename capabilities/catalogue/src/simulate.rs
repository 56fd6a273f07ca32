//! What would happen with this form (模拟办理): asked before a package is published. The answers are checked by the form's
//! own rules, materials by their conditions, and the way is played by the engine itself (`cases::rehearse`). Pure.

use cases::{Bodies, CaseError, Effect, Pace, Rehearsal, Rehearsed, RehearsedStep, RuleOutcome};
use jiff::civil::Date;
use kernel::FieldError;
use legal_time::{Calendar, Reading};
use rules::Held;
use serde_json::{Map, Value, json};

use crate::{Material, Package};

/// What is assumed: where, when, and what others would answer.
#[derive(Debug, Clone, Copy)]
pub struct Assumed<'a> {
    /// The answers of the form.
    pub answers: &'a Map<String, Value>,
    /// What registers and licences would answer: `register` and `licence`, by the ids of the lookups.
    pub known: &'a Map<String, Value>,
    /// What staff would establish, where it is not to be proposed or assumed.
    pub findings: &'a Map<String, Value>,
    /// Where it is applied for.
    pub division: &'a str,
    /// On which day.
    pub on: Date,
    /// Who is competent where.
    pub bodies: &'a Bodies,
    /// The law's calendar.
    pub calendar: &'a Calendar,
}

/// A material and whether it is asked for.
#[derive(Debug, Clone)]
pub struct Asked<'p> {
    /// Which.
    pub material: &'p Material,
    /// Whether it belongs to this application.
    pub wanted: bool,
    /// The condition that says so; nothing for one that is asked of everybody.
    pub why: Option<Held>,
}

/// What would happen.
#[derive(Debug, Clone)]
pub struct Simulation<'p> {
    /// The package.
    pub package: &'p Package,
    /// What is wrong with the answers: with any of these it could not be handed in.
    pub faults: Vec<FieldError>,
    /// Materials of the applicant, in the order of the guide.
    pub materials: Vec<Asked<'p>>,
    /// Everything done at once.
    pub at_once: Rehearsed,
    /// Everything done on its last day.
    pub last_day: Rehearsed,
}

/// Plays it.
pub fn simulate<'p>(package: &'p Package, assumed: &Assumed<'_>) -> Result<Simulation<'p>, CaseError> {
    let facts = package.facts_read(assumed.answers);
    let play = |pace| {
        cases::rehearse(&Rehearsal {
            case_type: &package.case_type,
            calendar: assumed.calendar,
            bodies: assumed.bodies,
            on: assumed.on,
            division: assumed.division,
            facts: &facts,
            answers: assumed.known,
            findings: assumed.findings,
            pace,
        })
    };
    let materials = package.item.materials.iter().filter(|material| !material.is_by_office());
    let asked = |material: &'p Material| {
        let why = material.condition(assumed.answers, assumed.known, assumed.on);
        Asked { material, wanted: why.as_ref().is_none_or(|held| held.holds), why }
    };
    let faults = package.form.validate(&Value::Object(assumed.answers.clone())).err().unwrap_or_default();
    let (at_once, last_day) = (play(Pace::AtOnce)?, play(Pace::LastDay)?);
    Ok(Simulation { package, faults, materials: materials.map(asked).collect(), at_once, last_day })
}

impl Simulation<'_> {
    /// Whether rules decide at once.
    pub fn is_instant(&self) -> bool {
        self.at_once.steps.iter().all(|step| step.done_on.is_none()) && self.at_once.decided_on.is_some()
    }

    /// The rules of the instant decision, with their outcomes.
    pub fn rules(&self) -> &[RuleOutcome] {
        &self.at_once.case.rules
    }

    /// Why it would go first, where it would.
    pub fn green_channel(&self) -> Option<&str> {
        self.at_once.case.express.as_deref()
    }

    /// What follows from a grant, and from a refusal.
    pub fn effects(&self) -> (&[Effect], &[Effect]) {
        let effects = &self.package.process().effects;
        (&effects.granted, &effects.refused)
    }

    /// For programs.
    pub fn to_json(&self, bodies: &Bodies) -> Value {
        let held = |held: &Held| serde_json::to_value(held).unwrap_or_default();
        let material = |asked: &Asked<'_>| {
            json!({
                "material": asked.material.id,
                "name": asked.material.name,
                "wanted": asked.wanted,
                "required": asked.material.is_asked_for(),
                "why": asked.why.as_ref().map(held),
            })
        };
        let fault = |fault: &FieldError| json!({ "field": fault.field, "rule": fault.message.key });
        let keys = |effects: &[Effect]| effects.iter().map(Effect::key).collect::<Vec<_>>();
        let (granted, refused) = self.effects();
        json!({
            "item": self.package.reference.item,
            "handling": self.package.reference.handling,
            "version": self.package.reference.version,
            "faults": self.faults.iter().map(fault).collect::<Vec<_>>(),
            "materials": self.materials.iter().map(material).collect::<Vec<_>>(),
            "green_channel": self.green_channel(),
            "instant": self.is_instant(),
            "rules": serde_json::to_value(self.rules()).unwrap_or_default(),
            "earliest": way(&self.at_once, bodies),
            "latest": way(&self.last_day, bodies),
            "granted": keys(granted),
            "refused": keys(refused),
        })
    }
}

fn way(played: &Rehearsed, bodies: &Bodies) -> Value {
    let due = |reading: Option<&Reading>| {
        let reading = reading?;
        let why = reading.explanation.lines_zh();
        Some(json!({ "on": reading.due.date(), "why": why, "why_en": reading.explanation.lines_en() }))
    };
    let step = |step: &RehearsedStep| {
        let body = step.by.and_then(|(body, _)| bodies.get(body));
        let findings = step
            .findings
            .iter()
            .map(|(id, value, assumed)| json!({ "finding": id, "value": value, "assumed": assumed }));
        json!({
            "stage": step.stage,
            "branch": step.branch,
            "work": step.work.map(cases::TaskKind::as_str),
            "body": body.map(|body| &body.slug),
            "role": step.by.map(|(_, role)| role),
            "opened_on": step.opened_on,
            "due": due(step.due.as_ref()),
            "done_on": step.done_on,
            "findings": findings.collect::<Vec<_>>(),
        })
    };
    json!({
        "decided_on": played.decided_on,
        "promised": due(played.promised.as_ref()),
        "statutory": due(played.statutory.as_ref()),
        "steps": played.steps.iter().map(step).collect::<Vec<_>>(),
        "stuck": played.stuck,
    })
}
