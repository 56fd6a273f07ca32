//! What must hold between the files of a package.

use std::collections::{BTreeMap, BTreeSet};

use cases::{
    Condition, Effect, Executors, Finding, FindingType, PackageSurroundings, Process, StageKind, StatedLimit,
};
use licences::template::{Document, Pattern, Placeholder, Source as ValueSource, Templates};
use serde_json::Value;

use super::Registers;
use crate::item::MadeBy;
use crate::source::Source;
use crate::{Fault, Form, Item, Kind, TextFormat};

/// The files of a package, read.
pub(super) struct Parts<'a> {
    pub(super) item: &'a Item,
    pub(super) form: &'a Form,
    pub(super) process: &'a Process,
    pub(super) documents: &'a Templates,
}

/// All rules that the files break together.
pub(super) fn check(
    parts: &Parts<'_>,
    mut process: Source,
    mut documents: Source,
    registers: &Registers,
) -> Vec<Fault> {
    check_process(parts, &mut process, registers);
    check_limits(parts.process, &mut process);
    check_reads(parts, &mut process);
    check_notices(parts, &mut process);
    process.check_words();
    for document in parts.documents.documents() {
        check_document(parts, document, &mut documents);
    }
    [process.into_faults(), documents.into_faults()].concat()
}

fn check_process(parts: &Parts<'_>, source: &mut Source, registers: &Registers) {
    let made_by_office = parts.item.materials.iter().filter(|material| material.by == MadeBy::Office);
    let office_materials: BTreeSet<String> = made_by_office.map(|material| material.id.clone()).collect();
    let around = PackageSurroundings {
        fields: &parts.form.fields().map(|field| field.name.clone()).collect(),
        office_materials: &office_materials,
        documents: &parts
            .documents
            .documents()
            .iter()
            .map(|document| document.id.as_str().to_owned())
            .collect(),
        registers,
    };
    for fault in parts.process.check(&around) {
        source.add_near(&fault.place, &fault.near, fault.rule);
    }
    let made: BTreeSet<&str> = parts.process.makes().collect();
    for material in office_materials.iter().filter(|material| !made.contains(material.as_str())) {
        let rule =
            format!("item.yaml says that the office makes {material}, but no step makes it (makes: …)");
        source.add(&["stages"], rule);
    }
}

fn check_limits(process: &Process, source: &mut Source) {
    let mut needs_basis = |place: &[&str], limit: &StatedLimit| {
        if limit.to_limit().basis.is_none_or(|basis| basis.trim().is_empty()) {
            source.add(place, "this limit needs its basis");
        }
    };
    needs_basis(&["acceptance", "limit"], &process.acceptance.limit);
    needs_basis(&["correction", "limit"], &process.correction.limit);
    for stage in &process.stages {
        if let StageKind::PublicNotice { lasts, .. } = &stage.kind {
            needs_basis(&["stages", &stage.id, "lasts"], lasts);
        }
    }
}

/// Fields and findings that the process reads must be of a kind that can be compared.
fn check_reads(parts: &Parts<'_>, source: &mut Source) {
    let mut reads: Vec<(String, &Condition)> = Vec::new();
    let mut bodies: Vec<(String, &str)> = Vec::new();
    for_each_executor(parts.process, &mut |place, by| {
        for executor in by.list() {
            bodies.extend(executor.body_from.as_deref().map(|field| (place.to_owned(), field)));
            reads.extend(executor.when.as_ref().map(|when| (place.to_owned(), when)));
        }
    });
    for stage in &parts.process.stages {
        let place = format!("stages/{}", stage.id);
        reads.extend(stage.when.as_ref().map(|when| (place.clone(), when)));
        if let StageKind::Review { branches } = &stage.kind {
            for branch in branches {
                let place = format!("{place}/branches/{}", branch.id);
                reads.extend(branch.when.as_ref().map(|when| (place, when)));
            }
        }
    }
    for (place, name) in bodies {
        if parts.form.field(name).is_some_and(|field| !matches!(field.kind, Kind::Body { .. })) {
            source.add_near(
                &place,
                name,
                format!("body_from names {name}, which is no body (x-body) of the form"),
            );
        }
    }
    let findings: BTreeMap<&str, &Finding> =
        parts.process.findings().map(|found| (found.id.as_str(), found)).collect();
    for (place, condition) in reads {
        let named = condition.field.as_deref().or(condition.finding.as_deref()).unwrap_or_default();
        let rule = match (&condition.field, &condition.finding) {
            (Some(name), None) => parts.form.field(name).and_then(|field| field_rule(field, condition)),
            (None, Some(name)) => {
                findings.get(name.as_str()).and_then(|finding| finding_rule(finding, condition))
            }
            (Some(_), Some(_)) | (None, None) => None, // the engine's own check says so
        };
        if let Some(rule) = rule {
            source.add_near(&place, named, rule);
        }
    }
}

fn for_each_executor<'p>(process: &'p Process, see: &mut impl FnMut(&str, &'p Executors)) {
    see("acceptance", &process.acceptance.by);
    for stage in &process.stages {
        let place = format!("stages/{}", stage.id);
        match &stage.kind {
            StageKind::Review { branches } => {
                for branch in branches {
                    see(&format!("{place}/branches/{}", branch.id), &branch.by);
                }
            }
            StageKind::PublicNotice { by, .. } | StageKind::Decision { by, .. } => see(&place, by),
        }
    }
}

fn compares_size(condition: &Condition) -> bool {
    condition.at_most.is_some() || condition.at_least.is_some()
}

fn field_rule(field: &crate::Field, condition: &Condition) -> Option<String> {
    let name = &field.name;
    if field.personal {
        return Some(format!(
            "{name} is personal (x-personal): the case would keep it unsealed to compare it"
        ));
    }
    let is = condition.is.as_ref();
    match &field.kind {
        Kind::Number { .. } | Kind::Money { .. } => is
            .filter(|value| !value.is_number())
            .map(|_| format!("{name} is a number and is compared with none")),
        _ if compares_size(condition) => Some(format!("{name} is no number; compare it by is")),
        Kind::YesNo => is.filter(|value| !value.is_boolean()).map(|_| format!("{name} is true or false")),
        Kind::Choice { options } => {
            let known =
                |value: &Value| options.iter().any(|option| Some(option.value.as_str()) == value.as_str());
            is.filter(|value| !known(value)).map(|value| format!("{name} is never {value}: not in its enum"))
        }
        Kind::List { .. } => Some(format!("{name} is a list and cannot be compared")),
        Kind::Text { .. } | Kind::Date | Kind::Body { .. } | Kind::Division => {
            is.filter(|value| !value.is_string()).map(|_| format!("{name} is a text; compare it with one"))
        }
    }
}

fn finding_rule(finding: &Finding, condition: &Condition) -> Option<String> {
    let id = &finding.id;
    let fits = |value: &Value| match finding.kind {
        FindingType::Money | FindingType::Integer => value.is_number(),
        FindingType::Boolean => value.is_boolean(),
        FindingType::Text | FindingType::Date | FindingType::Uscc => value.is_string(),
    };
    let is_number = matches!(finding.kind, FindingType::Money | FindingType::Integer);
    if compares_size(condition) && !is_number {
        return Some(format!("{id} is no number; compare it by is"));
    }
    condition
        .is
        .as_ref()
        .filter(|value| !fits(value))
        .map(|value| format!("{id} is never {value}: wrong type"))
}

/// What hangs in public must not carry what identifies or reaches a person (个人信息保护法 §25, §27).
fn check_notices(parts: &Parts<'_>, source: &mut Source) {
    for stage in &parts.process.stages {
        let StageKind::PublicNotice { lines, .. } = &stage.kind else { continue };
        for (index, line) in lines.iter().enumerate() {
            let place = ["stages", stage.id.as_str(), "lines", &index.to_string(), "value"];
            let pattern = match Pattern::parse(&line.value) {
                Ok(pattern) => pattern,
                Err(error) => {
                    source.add(&place, error.to_string());
                    continue;
                }
            };
            for placeholder in pattern.placeholders() {
                if let Some(rule) = notice_rule(parts, placeholder) {
                    source.add(&place, rule);
                }
            }
        }
    }
}

fn notice_rule(parts: &Parts<'_>, placeholder: &Placeholder) -> Option<String> {
    match &placeholder.source {
        ValueSource::Form(name) => match parts.form.field(name).map(|field| &field.kind) {
            None => Some(format!("{placeholder}: the form does not ask for {name}")),
            Some(Kind::Text { format: TextFormat::ResidentId | TextFormat::Mobile, .. }) => {
                Some(format!("{placeholder}: a public notice shows no identity or telephone number"))
            }
            Some(Kind::List { .. }) => {
                Some(format!("{placeholder} is a list and cannot stand in a sentence"))
            }
            Some(_) => None,
        },
        ValueSource::Finding(name) => {
            let is_known = parts.process.findings().any(|finding| finding.id == *name);
            (!is_known).then(|| format!("{placeholder}: nobody establishes {name}"))
        }
        ValueSource::DecisionDate
        | ValueSource::DecisionYear
        | ValueSource::DecisionReason
        | ValueSource::Serial => {
            Some(format!("{placeholder}: there is no decision yet while the notice hangs"))
        }
        // Masked, it still narrows down who is meant, and opening it would be noted for every reader.
        ValueSource::ApplicantCodeMasked => {
            Some(format!("{placeholder}: a public notice shows no identity or telephone number"))
        }
        ValueSource::CaseNumber
        | ValueSource::CaseItem
        | ValueSource::BodyName
        | ValueSource::ApplicantName => None,
    }
}

fn check_document(parts: &Parts<'_>, document: &Document, source: &mut Source) {
    for (field, placeholder) in document.placeholders() {
        let rule = match &placeholder.source {
            ValueSource::Form(name) => form_rule(parts.form, name, &field, placeholder),
            ValueSource::Finding(name) => value_of_finding_rule(parts.process, document, name, placeholder),
            ValueSource::CaseNumber
            | ValueSource::CaseItem
            | ValueSource::DecisionDate
            | ValueSource::DecisionYear
            | ValueSource::DecisionReason
            | ValueSource::BodyName
            | ValueSource::Serial
            | ValueSource::ApplicantName
            | ValueSource::ApplicantCodeMasked => None,
        };
        if let Some(rule) = rule {
            // `lines[2]` and `holder.name` as paths.
            let path: Vec<&str> = field.split(['[', ']', '.']).filter(|part| !part.is_empty()).collect();
            source.add(&[&["documents", document.id.as_str()], path.as_slice()].concat(), rule);
        }
    }
}

fn form_rule(form: &Form, name: &str, place: &str, placeholder: &Placeholder) -> Option<String> {
    let Some(field) = form.field(name) else {
        return Some(format!("{placeholder}: the form does not ask for {name}"));
    };
    if matches!(field.kind, Kind::List { .. }) && !place.starts_with("lines[") {
        return Some(format!("{placeholder} is a list and can only be the whole value of a line"));
    }
    (!field.required && !placeholder.optional).then(|| {
        format!("{placeholder}: {name} need not be answered; write {{form.{name}?}} so that the document can do without")
    })
}

fn value_of_finding_rule(
    process: &Process,
    document: &Document,
    name: &str,
    placeholder: &Placeholder,
) -> Option<String> {
    if !process.findings().any(|finding| finding.id == *name) {
        return Some(format!("{placeholder}: nobody establishes {name}"));
    }
    let is_issued = |effects: &[Effect]| {
        effects.iter().any(|effect| matches!(effect, Effect::Issue(id) if id == document.id.as_str()))
    };
    let may_be_missing = !is_always_established(process, name) || is_issued(&process.effects.refused);
    (may_be_missing && !placeholder.optional).then(|| {
        format!("{placeholder}: {name} may be missing when this is issued; write {{finding.{name}?}} so that the document can do without")
    })
}

/// Whether nothing is granted without this finding.
fn is_always_established(process: &Process, name: &str) -> bool {
    let has = |findings: &[Finding]| findings.iter().any(|finding| finding.id == *name && finding.required);
    process.stages.iter().filter(|stage| stage.when.is_none()).any(|stage| match &stage.kind {
        StageKind::Review { branches } => {
            branches.iter().any(|branch| has(&branch.findings) && !branch.optional && branch.when.is_none())
        }
        StageKind::Decision { findings, .. } => has(findings),
        StageKind::PublicNotice { .. } => false,
    })
}
