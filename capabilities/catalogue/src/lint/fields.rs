//! Questions whose answer nothing and nobody reads. An answer is read by a condition, a table, a computed finding, an
//! executor, a lookup, a document, a public notice, or another question that depends on it; or by people, and then the
//! form says in whose work (`x-read-by`).

use std::collections::BTreeSet;

use cases::StageKind;
use licences::template::{Pattern, Source as ValueSource};

use crate::package::check::Parts;
use crate::rule::Rule;
use crate::source::Source;

pub(crate) fn check(parts: &Parts<'_>, form: &mut Source) {
    let read = read_by_rules(parts);
    let works = works(parts);
    for field in parts.form.fields() {
        for work in field.read_by.iter().filter(|work| !works.contains(work.as_str())) {
            let text = format!("x-read-by names {work}, which is no stage, branch or check of the process");
            form.add(&["properties", &field.name, "x-read-by"], text);
        }
        if field.read_by.is_empty() && !read.contains(&field.name) {
            let text = format!(
                "nothing reads {}: no rule, document, notice or other question, and no work says that it does",
                field.name
            );
            form.add_rule(&["properties", &field.name], Rule::UnusedField, text);
        }
    }
}

fn read_by_rules(parts: &Parts<'_>) -> BTreeSet<String> {
    let mut read = parts.case_type.fields_read();
    read.extend(parts.form.steering());
    read.extend(parts.form.read_between().map(str::to_owned));
    let materials = parts.item.materials.iter().filter_map(|material| material.when.as_ref());
    let requirements = parts.item.requirements.iter().map(|requirement| &requirement.holds);
    let effects = parts.case_type.process.effects.all().flat_map(cases::Effect::reads);
    read.extend(effects.filter_map(|path| path.strip_prefix("form.")).map(str::to_owned));
    let fields = materials
        .chain(requirements)
        .flat_map(|when| when.reads().iter().filter_map(|path| path.strip_prefix("form.")));
    read.extend(fields.filter_map(|path| path.split('.').next()).map(str::to_owned));
    let mut note = |source: &ValueSource| {
        if let ValueSource::Form(name) = source {
            read.insert(name.clone());
        }
    };
    for document in parts.documents.documents() {
        document.placeholders().iter().for_each(|(_, placeholder)| note(&placeholder.source));
    }
    for stage in &parts.case_type.process.stages {
        let StageKind::PublicNotice { lines, .. } = &stage.kind else { continue };
        for pattern in lines.iter().filter_map(|line| Pattern::parse(&line.value).ok()) {
            pattern.placeholders().for_each(|placeholder| note(&placeholder.source));
        }
    }
    read
}

/// Work in which an answer can be read.
fn works<'a>(parts: &'a Parts<'_>) -> BTreeSet<&'a str> {
    let process = &parts.case_type.process;
    let of_stages = process.stages.iter().flat_map(|stage| {
        let branches = stage.branches().iter().map(|branch| branch.id.as_str());
        branches.chain([stage.id.as_str()])
    });
    let checks = process.checks.iter().map(|check| check.material.as_str());
    of_stages.chain(checks).chain([cases::ACCEPTANCE]).collect()
}
