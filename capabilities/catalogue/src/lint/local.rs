//! Several implementations of one item (实施清单): what a higher level asks for, a lower one may fill in and tighten, and
//! not add to (行政许可法 第十六条).

use std::collections::BTreeMap;

use super::known::item_source;
use crate::item::is_surely_longer;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Material, Need, Package};

/// The level that stands highest, as a number: 1 the nation, 5 the town.
fn level(package: &Package) -> Option<&str> {
    package.item.levels.iter().map(|level| level.code()).min()
}

pub(super) fn check(all: &[&Package]) -> Vec<Fault> {
    let mut same: BTreeMap<(&str, &str), Vec<&Package>> = BTreeMap::new();
    for package in all {
        same.entry((&package.item.code, &package.item.handling)).or_default().push(package);
    }
    let mut faults = Vec::new();
    for mut packages in same.into_values().filter(|packages| packages.len() > 1) {
        packages.sort_by_key(|package| level(package));
        for pair in packages.windows(2) {
            let (upper, lower) = (pair[0], pair[1]);
            let Some(mut source) = item_source(lower) else { continue };
            if level(upper) == level(lower) {
                let text = format!(
                    "item {} with handling {} is also in {}",
                    lower.item.code, lower.item.handling, upper.folder
                );
                source.add_rule(&["code"], Rule::ItemTwice, text);
            } else {
                compare(upper, lower, &mut source);
            }
            faults.extend(source.into_faults());
        }
    }
    faults
}

fn compare(upper: &Package, lower: &Package, source: &mut Source) {
    let above = &upper.folder;
    let mut add = |place: &[&str], text: String| source.add_rule(place, Rule::LocalAddition, text);
    for material in lower.item.materials.iter().filter(|material| !material.is_by_office()) {
        let place = ["materials", material.id.as_str(), "name"];
        let Some(same) = upper.item.materials.iter().find(|other| is_same(other, material)) else {
            add(&place, format!("{} is not asked for by {above}", material.id));
            continue;
        };
        if material.need == Need::Required && same.need == Need::Optional {
            add(
                &["materials", &material.id, "need"],
                format!("{} need not be handed in in {above}", material.id),
            );
        }
        if material.when.is_none() && same.when.is_some() {
            add(&place, format!("{} is asked for in every case, in {above} only in some", material.id));
        }
        if material.commitment.is_none() && same.commitment.is_some() {
            add(&place, format!("a commitment may stand for {} in {above}, and not here", material.id));
        }
    }
    let known: Vec<String> = upper.item.conditions.iter().map(|words| plain(&words.zh)).collect();
    for (index, words) in lower.item.conditions.iter().enumerate() {
        if !known.contains(&plain(&words.zh)) {
            add(
                &["conditions", &index.to_string()],
                format!("the condition “{}” is not one of {above}", words.zh),
            );
        }
    }
    let (here, there) = (&lower.item, &upper.item);
    for (place, own, other) in [
        ("statutory", &here.limits.statutory, &there.limits.statutory),
        ("promised", &here.limits.promised, &there.limits.promised),
    ] {
        if is_surely_longer(&own.within, &other.within) {
            add(&["limits", place], format!("{} is longer than the {} of {above}", own.within, other.within));
        }
    }
    if here.visits > there.visits {
        add(&["visits"], format!("{} visits are more than the {} of {above}", here.visits, there.visits));
    }
    if here.fees.len() > there.fees.len() {
        add(&["fees"], format!("there are more fees than in {above}"));
    }
}

fn is_same(one: &Material, other: &Material) -> bool {
    one.id == other.id || plain(&one.name.zh) == plain(&other.name.zh)
}

/// Without blanks and punctuation: two offices write the same sentence differently.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
