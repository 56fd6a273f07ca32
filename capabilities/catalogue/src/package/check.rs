//! What must hold between the files of a package.

use std::collections::BTreeSet;

use cases::{
    Branch, CaseType, Effect, Finding, PackageSurroundings, Process, ProcessRule, StageKind, StatedLimit,
};
use licences::template::{Document, Pattern, Placeholder, Source as ValueSource, Templates};
use rules::{Expression, Plain, Type, Types};

use super::Registers;
use crate::item::{self, MadeBy, has_no_basis};
use crate::lint;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Field, Form, Item, Kind, TextFormat};

/// The files of a package, read.
pub(crate) struct Parts<'a> {
    pub(crate) item: &'a Item,
    pub(crate) form: &'a Form,
    pub(crate) case_type: &'a CaseType,
    pub(crate) documents: &'a Templates,
}

/// The files of a package with their lines.
pub(super) struct Sources {
    pub(super) item: Source,
    pub(super) form: Source,
    pub(super) process: Source,
    pub(super) documents: Source,
    pub(super) tables: Option<Source>,
}

/// All rules that the files break together.
pub(super) fn check(parts: &Parts<'_>, sources: Sources, registers: &Registers) -> Vec<Fault> {
    let Sources { mut item, mut form, mut process, mut documents, mut tables } = sources;
    item::check(parts.item, &mut item);
    check_materials(parts, &mut item);
    check_keeps_out(parts, &mut item);
    check_process(parts, &mut process, tables.as_mut(), registers);
    check_limits(&parts.case_type.process, &mut process);
    check_reads(parts, &mut process);
    check_notices(parts, &mut process);
    process.check_words();
    process.check_english();
    documents.check_english();
    for document in parts.documents.documents() {
        check_document(parts, document, &mut documents);
    }
    for (index, fault) in parts.form.check_between(&types(parts.form)) {
        form.add_rule(&["x-checks", &index, "holds"], Rule::RuleLanguage, fault);
    }
    lint::fields::check(parts, &mut form);
    lint::limits::check(parts, &mut process);
    // Only of rules that can be right is asked whether they can hold.
    if !process.breaks(&[Rule::RuleLanguage, Rule::NeverHolds]) {
        lint::reach::check(parts, &mut process, &mut item);
    }
    let read = [Some(item), Some(form), Some(process), Some(documents), tables];
    read.into_iter().flatten().flat_map(Source::into_faults).collect()
}

/// The number of a look is an answer of its own, or nobody would ever be kept out.
fn check_keeps_out(parts: &Parts<'_>, source: &mut Source) {
    let Some(name) = &parts.item.keeps_out else { return };
    let is_text = parts.form.field(name).is_some_and(|field| matches!(field.kind, Kind::Text { .. }));
    if !is_text {
        let text = format!("{name} is no text field of the form: it must hold the number of a look");
        source.add_rule(&["keeps_out"], Rule::Item, text);
    }
}

/// Whether a material is asked for, and whether somebody may apply, is known before there is a case.
fn check_materials(parts: &Parts<'_>, source: &mut Source) {
    let known = |path: &&String| {
        path.as_str() == "case.submitted_on"
            || ["form", "applicant", "register", "licence"].contains(&path.split('.').next().unwrap_or(""))
    };
    for material in &parts.item.materials {
        let Some(when) = &material.when else { continue };
        if let Some(path) = when.reads().iter().find(|path| !known(path)) {
            let text = format!(
                "{path} is not known yet when materials are asked for: form, applicant, register, licence and case.submitted_on are"
            );
            source.add_rule(&["materials", &material.id, "when"], Rule::NeverHolds, text);
        }
    }
    let types = parts.case_type.types(&types(parts.form));
    for (index, requirement) in parts.item.requirements.iter().enumerate() {
        let place = ["requirements", &index.to_string(), "holds"];
        if let Some(path) = requirement.holds.reads().iter().find(|path| !known(path)) {
            let text = format!(
                "{path} is not known yet when somebody applies: form, applicant, register, licence and case.submitted_on are"
            );
            source.add_rule(&place, Rule::NeverHolds, text);
        }
        for fault in requirement.holds.check_condition(&types) {
            source.add_rule(&place, Rule::RuleLanguage, fault.to_string());
        }
    }
    check_eligibility(parts, types, source);
    check_own_entries(parts, source);
}

/// The guided choice knows answers, the applicant, what is looked up, and its own questions. Which of these there are is
/// known only where all packages are.
fn check_eligibility(parts: &Parts<'_>, types: Types, source: &mut Source) {
    let asked = |types: Types, path: &String| {
        if path.starts_with("ask.") { types.with(path, Type::Unknown) } else { types }
    };
    let read = || parts.item.eligibility.iter().filter_map(|one| one.holds.as_ref());
    let types = read().flat_map(Expression::reads).fold(types, asked);
    for (index, own) in parts.item.eligibility.iter().enumerate() {
        let place = ["eligibility", &index.to_string(), "holds"];
        let Some(holds) = &own.holds else { continue };
        let is_known = |path: &&String| {
            ["form", "applicant", "register", "licence", "ask"]
                .contains(&path.split('.').next().unwrap_or(""))
        };
        if let Some(path) = holds.reads().iter().find(|path| !is_known(path)) {
            let text = format!("{path} cannot be asked for: form, applicant, register, licence and ask can");
            source.add_rule(&place, Rule::NeverHolds, text);
        }
        for fault in holds.check_condition(&types) {
            source.add_rule(&place, Rule::RuleLanguage, fault.to_string());
        }
    }
}

/// What changes or ends the applicant's own entry of a register is asked for by organisations only, and not without one:
/// else the decision could not be carried out.
fn check_own_entries(parts: &Parts<'_>, source: &mut Source) {
    let process = &parts.case_type.process;
    for (register, entry) in process.effects.all().filter_map(Effect::needs_entry) {
        if entry.is_none() && parts.item.is_for_people() {
            let text =
                format!("a natural person has no entry of their own in {register}: say which one (entry)");
            source.add_rule(&["audience"], Rule::Effects, text);
        }
        let looks = |lookup: &&cases::Lookup| {
            let code = entry.and_then(|path| path.strip_prefix("form."));
            lookup.register.as_deref() == Some(register) && lookup.code_from.as_deref() == code
        };
        let path = process.lookups.iter().find(looks).map(|lookup| format!("register.{}", lookup.id));
        let asks = |path: &String| {
            let below = format!("{path}.");
            let reads = |read: &String| read == path || read.starts_with(&below);
            parts.item.requirements.iter().any(|requirement| requirement.holds.reads().iter().any(reads))
        };
        if !path.as_ref().is_some_and(asks) && entry.is_none_or(|path| path.starts_with("form.")) {
            let text = format!(
                "an entry of {register} is changed or ended: look it up, and require that it is there (requirements: has(register.…))"
            );
            source.add_rule(&["requirements"], Rule::Effects, text);
        }
    }
}

fn check_process(
    parts: &Parts<'_>,
    source: &mut Source,
    mut tables: Option<&mut Source>,
    registers: &Registers,
) {
    let made_by_office = parts.item.materials.iter().filter(|material| material.by == MadeBy::Office);
    let office_materials: BTreeSet<String> = made_by_office.map(|material| material.id.clone()).collect();
    let of_applicant = parts.item.materials.iter().filter(|material| material.by == MadeBy::Applicant);
    let types = types(parts.form);
    let around = PackageSurroundings {
        types: &types,
        fields: &parts.form.fields().map(|field| field.name.clone()).collect(),
        materials: &of_applicant.map(|material| material.id.clone()).collect(),
        office_materials: &office_materials,
        documents: &parts
            .documents
            .documents()
            .iter()
            .map(|document| document.id.as_str().to_owned())
            .collect(),
        registers,
    };
    for fault in parts.case_type.check(&around) {
        let rule = match fault.kind {
            ProcessRule::Stages | ProcessRule::Findings | ProcessRule::Special => Rule::Process,
            ProcessRule::Executors => Rule::NobodyCompetent,
            ProcessRule::Expressions => Rule::RuleLanguage,
            ProcessRule::TableGap => Rule::TableGap,
            ProcessRule::Makes => Rule::Makes,
            ProcessRule::Effects => Rule::Effects,
        };
        match (fault.place.strip_prefix("rules"), tables.as_deref_mut()) {
            (Some(_), Some(tables)) => tables.add_rule_near("tables", &fault.near, rule, fault.rule),
            (_, _) => source.add_rule_near(&fault.place, &fault.near, rule, fault.rule),
        }
    }
    let made: BTreeSet<&str> = parts.case_type.process.makes().collect();
    for material in office_materials.iter().filter(|material| !made.contains(material.as_str())) {
        let rule =
            format!("item.yaml says that the office makes {material}, but no step makes it (makes: …)");
        source.add_rule(&["stages"], Rule::Makes, rule);
    }
}

/// Limits that bind the applicant or stop the clock rest on a clause.
fn check_limits(process: &Process, source: &mut Source) {
    let mut needs_basis = |place: &[&str], limit: &StatedLimit| {
        if has_no_basis(limit) {
            source.add_rule(place, Rule::LimitWithoutBasis, "this limit needs its basis");
        }
    };
    needs_basis(&["acceptance", "limit"], &process.acceptance.limit);
    needs_basis(&["correction", "limit"], &process.correction.limit);
    for stage in &process.stages {
        match &stage.kind {
            StageKind::PublicNotice { lasts, .. } => needs_basis(&["stages", &stage.id, "lasts"], lasts),
            StageKind::Hearing { ask, tell, .. } => {
                needs_basis(&["stages", &stage.id, "ask"], ask);
                needs_basis(&["stages", &stage.id, "tell"], tell);
            }
            StageKind::Review { .. }
            | StageKind::Levels { .. }
            | StageKind::Countersign { .. }
            | StageKind::Survey { .. }
            | StageKind::Panel { .. }
            | StageKind::Special { .. }
            | StageKind::Decision { .. } => {}
        }
        if let Some(limit) = stage.limit.as_ref().filter(|_| stage.stops_clock) {
            needs_basis(&["stages", &stage.id, "limit"], limit);
        }
    }
}

/// Types of what the form asks for, as rules see them.
pub(crate) fn types(form: &Form) -> Types {
    form.fields().fold(Types::new(), |types, field| with_field(types, "form.", field))
}

fn with_field(types: Types, above: &str, field: &Field) -> Types {
    let path = format!("{above}{}", field.name);
    let kind = match &field.kind {
        Kind::Text { .. } | Kind::Choice { .. } | Kind::Body { .. } | Kind::Division => Type::Text,
        Kind::Number { .. } => Type::Number,
        Kind::Money { .. } => Type::Money,
        Kind::Date => Type::Date,
        Kind::YesNo => Type::Bool,
        Kind::List { fields, .. } => {
            let inside = format!("{path}[]");
            let types = types.with(&path, Type::List).with(&inside, Type::Object);
            return fields.iter().fold(types, |types, field| with_field(types, &format!("{inside}."), field));
        }
    };
    types.with(path, kind)
}

/// What the process reads of the form stays unsealed in the case, so nothing personal may be read. A choice is compared
/// with one of its options. A body is read from a field that names one.
fn check_reads(parts: &Parts<'_>, source: &mut Source) {
    let expressions = parts.case_type.process.expressions();
    for name in parts.case_type.fields_read() {
        if parts.form.field(&name).is_some_and(|field| field.personal) {
            let rule =
                format!("{name} is personal (x-personal): the case would keep it unsealed to compare it");
            let path = format!("form.{name}");
            let reader = expressions.iter().find(|(_, expression)| expression.reads().contains(&path));
            let (place, near) = reader.map_or(("stages", name.as_str()), |(at, read)| (at, read.source()));
            source.add_rule_near(place, near, Rule::PersonalInProcess, rule);
        }
    }
    for executor in parts.case_type.process.executors() {
        let Some(name) = &executor.body_from else { continue };
        if parts.form.field(name).is_some_and(|field| !matches!(field.kind, Kind::Body { .. })) {
            let rule = format!("body_from names {name}, which is no body (x-body) of the form");
            source.add_near("stages", name, rule);
        }
    }
    for (place, expression) in parts.case_type.process.expressions() {
        for clause in expression.plain().1 {
            let Plain::Compares { path, value, .. } = clause else { continue };
            let field = path.strip_prefix("form.").and_then(|name| parts.form.field(name));
            let Some(Kind::Choice { options }) = field.map(|field| &field.kind) else { continue };
            if !options.iter().any(|option| Some(option.value.as_str()) == value.as_str()) {
                let rule = format!("{path} is never {value}: not in its enum");
                source.add_rule_near(place, expression.source(), Rule::NeverHolds, rule);
            }
        }
    }
}

/// What hangs in public must not carry what identifies or reaches a person (个人信息保护法 §25, §27).
fn check_notices(parts: &Parts<'_>, source: &mut Source) {
    for stage in &parts.case_type.process.stages {
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
                    source.add_rule(&place, Rule::PersonalInNotice, rule);
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
            let is_known = parts.case_type.process.findings().any(|finding| finding.id == *name);
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
            ValueSource::Finding(name) => {
                value_of_finding_rule(&parts.case_type.process, document, name, placeholder)
            }
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
    let is_issued =
        |effects: &[Effect]| effects.iter().any(|effect| effect.issues() == Some(document.id.as_str()));
    let may_be_missing = !is_always_established(process, name) || is_issued(&process.effects.refused);
    (may_be_missing && !placeholder.optional).then(|| {
        format!("{placeholder}: {name} may be missing when this is issued; write {{finding.{name}?}} so that the document can do without")
    })
}

/// Whether nothing is granted without this finding.
fn is_always_established(process: &Process, name: &str) -> bool {
    let has = |findings: &[Finding]| findings.iter().any(|finding| finding.id == *name && finding.required);
    process.stages.iter().filter(|stage| stage.when.is_none()).any(|stage| {
        let sure = |branch: &&Branch| !branch.optional && branch.when.is_none();
        // Signers whose signature is no longer needed, and hearings nobody asks for, establish nothing.
        let all_come = matches!(
            stage.kind,
            StageKind::Review { .. } | StageKind::Levels { .. } | StageKind::Survey { .. }
        );
        let in_branches =
            all_come && stage.branches().iter().filter(sure).any(|branch| has(&branch.findings));
        in_branches || has(stage.own_findings())
    })
}
