//! What a bundle asks for, as if of one item: the materials of all its parts, each once, and what is looked up.

use std::collections::BTreeMap;

use cases::{CaseType, Lookup, Process, TypeRef, Warnings, YELLOW_WORKING_DAYS};
use licences::template::Templates;
use rules::{Expression, ExpressionFault};

use super::{BUNDLE, BundleText, Group, Own, Part, Rule, Said, group};
use crate::attached;
use crate::form::Names;
use crate::item::{Limits, Need};
use crate::package::Texts;
use crate::{Fee, Form, Item, Material, Package, Requirement};

/// The materials of the parts, each once, under the names that they have here; the parts learn those names.
pub(super) fn materials(
    text: &BundleText,
    parts: &mut [Part],
    renamed: &[Names],
) -> (Vec<Material>, Vec<Rule>) {
    let owns = parts.iter().map(|part| Own {
        part: &part.id,
        names: attached(&part.package)
            .filter(|m| !part.given.contains(&m.id))
            .map(|m| m.id.as_str())
            .collect(),
    });
    let said =
        Said { key: "materials", same: &text.same.materials, apart: &text.apart.materials, joint: '-' };
    let (groups, mut rules) = group(&owns.collect::<Vec<_>>(), &said);
    let mut list = Vec::new();
    for group in &groups {
        match one(parts, renamed, group) {
            Ok(material) => list.push(material),
            Err(rule) => rules.push(rule),
        }
    }
    for (number, part) in parts.iter_mut().enumerate() {
        let own = |group: &Group| {
            let (_, own) = group.members.iter().find(|(part, _)| *part == number)?;
            Some((own.clone(), group.name.clone()))
        };
        part.materials = groups.iter().filter_map(own).collect();
    }
    (list, rules)
}

fn one(parts: &[Part], renamed: &[Names], group: &Group) -> Result<Material, Rule> {
    let members: Vec<(usize, &Material)> = group
        .members
        .iter()
        .filter_map(|(part, own)| Some((*part, parts[*part].package.item.material(own)?)))
        .collect();
    let place = |part: usize| match group.declared {
        Some(entry) => vec!["same".to_owned(), "materials".into(), entry.to_string()],
        None => vec!["parts".to_owned(), parts[part].id.clone()],
    };
    let mut merged = members[0].1.clone();
    merged.id.clone_from(&group.name);
    for (part, other) in &members[1..] {
        let names =
            format!("{}.{} and {}.{}", parts[members[0].0].id, members[0].1.id, parts[*part].id, other.id);
        if group.declared.is_none() && other.name != merged.name {
            let text = format!(
                "{names} are different papers: declare them the same (same) or keep them apart (apart)"
            );
            return Err(Rule { place: place(*part), text });
        }
        merged.accepts.retain(|kind| other.accepts.contains(kind));
        if merged.accepts.is_empty() {
            let text = format!("{names} cannot be one file: no kind of file is accepted for both");
            return Err(Rule { place: place(*part), text });
        }
        merged.max_mb = merged.max_mb.min(other.max_mb);
        merged.copies.original = merged.copies.original.max(other.copies.original);
        merged.copies.copy = merged.copies.copy.max(other.copies.copy);
        // Handed in once for all, so not later; and only a commitment that all parts word alike stands for it.
        merged.later = None;
        merged.commitment = merged.commitment.filter(|own| other.commitment.as_ref() == Some(own));
    }
    let needing: Vec<_> = members.iter().filter(|(_, m)| m.need == Need::Required).copied().collect();
    merged.need = if needing.is_empty() { Need::Optional } else { Need::Required };
    let deciding = if needing.is_empty() { &members } else { &needing };
    let when = wanted(parts, renamed, deciding);
    merged.when = when.map_err(|fault| Rule {
        place: place(members[0].0),
        text: format!("the conditions of material {} together cannot be read: {fault}", group.name),
    })?;
    Ok(merged)
}

/// When one of these parts is needed and wants its material.
fn wanted(
    parts: &[Part],
    renamed: &[Names],
    members: &[(usize, &Material)],
) -> Result<Option<Expression>, ExpressionFault> {
    let mut any: Option<Expression> = None;
    for (number, material) in members {
        let part = &parts[*number];
        let rename = renaming(part, &renamed[*number]);
        let own = material.when.as_ref().map(|when| when.renamed(&rename)).transpose()?;
        let condition = match (&part.when, own) {
            (None, None) => return Ok(None),
            (Some(needed), None) => needed.clone(),
            (None, Some(own)) => own,
            (Some(needed), Some(own)) => needed.and(&own)?,
        };
        any = Some(match any {
            None => condition,
            Some(before) if before == condition => before,
            Some(before) => before.or(&condition)?,
        });
    }
    Ok(any)
}

/// What is required of the applicant for all parts, each thing once. For a part that is not always needed it is asked only
/// when the part is. What a part that waits for others looks up may come from those: it is not asked beforehand.
pub(super) fn requirements(parts: &[Part], renamed: &[Names]) -> Result<Vec<Requirement>, Rule> {
    let mut all: Vec<Requirement> = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let is_early = |own: &&Requirement| {
            let looked_up = |path: &String| path.starts_with("register.") || path.starts_with("licence.");
            part.after.is_empty() || !own.holds.reads().iter().any(looked_up)
        };
        for own in part.package.item.requirements.iter().filter(is_early) {
            let holds =
                own.holds.renamed(&renaming(part, &renamed[number])).and_then(|own| match &part.when {
                    None => Ok(own),
                    Some(needed) => {
                        Expression::parse(&format!("!({}) || ({})", needed.source(), own.source()))
                    }
                });
            let holds = holds.map_err(|fault| Rule {
                place: vec!["parts".to_owned(), part.id.clone()],
                text: format!("the requirements of {} cannot be read here: {fault}", part.id),
            })?;
            let here = Requirement { holds, says: own.says.clone() };
            if !all.contains(&here) {
                all.push(here);
            }
        }
    }
    Ok(all)
}

/// What a part calls its fields and lookups, under the names that they have here.
fn renaming<'a>(part: &'a Part, lookups: &'a Names) -> impl Fn(&str, &str) -> Option<String> + 'a {
    move |root, name| match root {
        "form" => part.fields.get(name).cloned(),
        "register" | "licence" => lookups.get(name).cloned(),
        _ => None,
    }
}

/// What is looked up for all parts, each thing once; and what the lookups of each part are called here.
pub(super) fn lookups(parts: &[Part]) -> (Vec<Lookup>, Vec<Names>) {
    let mut all: Vec<Lookup> = Vec::new();
    let mut renamed = Vec::new();
    for part in parts {
        let mut names = BTreeMap::new();
        for lookup in &part.package.process().lookups {
            let code_from = lookup.code_from.as_ref().map(|own| part.fields.get(own).unwrap_or(own).clone());
            let mut here = Lookup { code_from, ..lookup.clone() };
            let is_same = |known: &&Lookup| {
                (&known.register, &known.licence, &known.code_from)
                    == (&here.register, &here.licence, &here.code_from)
            };
            if let Some(known) = all.iter().find(is_same) {
                names.insert(lookup.id.clone(), known.id.clone());
                continue;
            }
            if all.iter().any(|known| known.id == here.id) {
                here.id = format!("{}_{}", part.id, here.id);
            }
            names.insert(lookup.id.clone(), here.id.clone());
            all.push(here);
        }
        renamed.push(names);
    }
    (all, renamed)
}

/// Guide, form, materials and lookups as those of one item.
pub(super) fn asked(
    text: &BundleText,
    parts: &[Part],
    form: Form,
    materials: Vec<Material>,
    requirements: Vec<Requirement>,
    lookups: Vec<Lookup>,
) -> Option<Package> {
    let first = parts.first()?.package.process();
    let mut acceptance = first.acceptance.clone();
    acceptance.elsewhere = false;
    let stages = parts.iter().flat_map(|part| part.package.process().stages.clone()).collect();
    let process = Process {
        lookups,
        green_channel: None,
        instant: None,
        acceptance,
        correction: first.correction.clone(),
        stages,
        extension: None,
        suspension: None,
        termination: None,
        checks: Vec::new(),
        warnings: Warnings { yellow: YELLOW_WORKING_DAYS },
        effects: cases::Effects::default(),
    };
    let reference =
        TypeRef { item: text.bundle.clone(), handling: BUNDLE.into(), version: text.version.clone() };
    let item = item(text, parts, materials, requirements)?;
    let case_type = CaseType {
        reference: reference.clone(),
        name: text.name.clone(),
        process,
        tables: Vec::new(),
        statutory: text.promised.clone(),
        promised: text.promised.clone(),
    };
    Some(Package {
        reference,
        item,
        form,
        case_type: case_type.into(),
        documents: Templates::default(),
        digest: String::new(),
        folder: String::new(),
        texts: Texts::new(),
    })
}

fn item(
    text: &BundleText,
    parts: &[Part],
    materials: Vec<Material>,
    requirements: Vec<Requirement>,
) -> Option<Item> {
    let items = || parts.iter().map(|part| &part.package.item);
    let mut fees: Vec<Fee> = Vec::new();
    for fee in items().flat_map(|item| &item.fees) {
        if !fees.contains(fee) {
            fees.push(fee.clone());
        }
    }
    let mut levels: Vec<_> = items().flat_map(|item| item.levels.clone()).collect();
    levels.dedup();
    Some(Item {
        code: text.bundle.clone(),
        handling: BUNDLE.into(),
        version: text.version.clone(),
        name: text.name.clone(),
        summary: text.summary.clone(),
        kind: String::new(),
        levels,
        audience: text.audience.clone(),
        case_type: items().next()?.case_type,
        online_depth: String::new(),
        visits: text.visits,
        assurance: items().map(|item| item.assurance).max().unwrap_or_default(),
        keeps_out: None,
        kept: items().next()?.kept,
        legal_basis: items().flat_map(|item| item.legal_basis.clone()).collect(),
        keywords: text.keywords.clone(),
        limits: Limits { statutory: text.promised.clone(), promised: text.promised.clone() },
        conditions: text.conditions.clone(),
        requirements,
        eligibility: Vec::new(),
        materials,
        fees,
        windows: text.windows.clone(),
        complaints: text.complaints.clone(),
        faq: text.faq.clone(),
        results: items().flat_map(|item| item.results.clone()).collect(),
        accepted: Vec::new(),
        sources: text.sources.clone(),
    })
}
