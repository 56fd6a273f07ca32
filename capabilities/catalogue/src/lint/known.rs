//! Materials that the platform has itself (免提交): documents that some package here issues, and what the item looks up.

use crate::package::ITEM;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Material, Package};

/// Names shorter than this are found inside others by chance.
const NAME_MIN: usize = 4;

pub(super) fn check(package: &Package, all: &[&Package]) -> Vec<Fault> {
    let mut source = None;
    for material in &package.item.materials {
        if material.is_by_office() || asks_first(material) {
            continue;
        }
        let by_document = all.iter().find_map(|other| {
            let document = other.documents.documents().iter().find(|d| names(material, &d.name.zh))?;
            let id = document.id.as_str();
            Some(format!("is the document {} ({id}) that {} issues", document.name.zh, other.folder))
        });
        let found = by_document.or_else(|| by_lookup(package, material));
        let Some(what) = found else { continue };
        let Some(source) = source_of(&mut source, package) else { break };
        let text = format!(
            "{} {what}: ask for it only when nothing was found, such as when: \"!has(licence.…)\" over a lookup",
            material.id
        );
        source.add_rule(&["materials", &material.id, "name"], Rule::KnownMaterial, text);
    }
    source.map(Source::into_faults).unwrap_or_default()
}

/// A lookup of the item under the material's name, or under the beginning of it: `parent` and `parent-certificate`.
fn by_lookup(package: &Package, material: &Material) -> Option<String> {
    let lookup = package.process().lookups.iter().find(|lookup| {
        let begins = material.id.strip_prefix(lookup.id.as_str()).is_some_and(|rest| rest.starts_with('-'));
        material.id == lookup.id || begins
    })?;
    Some(format!("is what the lookup {} answers", lookup.id))
}

/// Whether what registers and licences answered decides about it.
fn asks_first(material: &Material) -> bool {
    let looked_up = |path: &String| path.starts_with("register.") || path.starts_with("licence.");
    material.when.as_ref().is_some_and(|when| when.reads().iter().any(looked_up))
}

/// Whether the material is this document, in whatever form it is asked for (原件、复印件).
fn names(material: &Material, document: &str) -> bool {
    let plain = |text: &str| -> String {
        let text = text.split(['（', '(']).next().unwrap_or(text);
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        ["原件", "复印件", "副本", "正本", "及", "和", "《", "》"]
            .iter()
            .fold(text, |text, word| text.replace(word, ""))
    };
    let (material, document) = (plain(&material.name.zh), plain(document));
    document.chars().count() >= NAME_MIN && material.contains(&document)
}

fn source_of<'a>(source: &'a mut Option<Source>, package: &Package) -> Option<&'a mut Source> {
    if source.is_none() {
        *source = item_source(package);
    }
    source.as_mut()
}

/// `item.yaml` with its lines.
pub(super) fn item_source(package: &Package) -> Option<Source> {
    let path = format!("{}/{ITEM}", package.folder.trim_end_matches('/'));
    Source::tree(path, package.texts.get(ITEM)?, Rule::Item).ok()
}
