//! The package linter (服务包检查): every rule, of single packages and between packages. What the start of the platform
//! refuses and what is told here come from the same checks (`package/check.rs`); only rules that need other packages
//! or the directory of bodies are asked here alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use cases::Bodies;
use serde_json::{Value, json};

use crate::choose::shared::{self, Shared};
use crate::library::folders;
use crate::package::read_texts;
use crate::questions::article;
use crate::rule::{Rule, Severity};
use crate::search::Words;
use crate::{Fault, Item, Library, Package, Registers, bundle};

mod bodies;
pub(crate) mod fields;
mod known;
pub(crate) mod limits;
mod local;
pub(crate) mod reach;

/// What the packages are held against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// Registers that this node keeps.
    pub registers: &'a Registers,
    /// The directory of bodies, where it is at hand: then every piece of work needs one that does it.
    pub bodies: Option<&'a Bodies>,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Linted {
    /// How many packages and bundles were looked at.
    pub packages: usize,
    /// Every broken rule, by file and line.
    pub faults: Vec<Fault>,
}

impl Linted {
    /// How many of this severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.faults.iter().filter(|fault| fault.rule.severity() == severity).count()
    }

    /// For programs: stable keys, the faults in the order of files and lines.
    pub fn to_json(&self) -> Value {
        let fault = |fault: &Fault| {
            json!({
                "rule": fault.rule.id(),
                "severity": fault.rule.severity().as_str(),
                "clause": fault.rule.clause(),
                "file": fault.file,
                "line": fault.line,
                "text": fault.text,
                "advice": fault.rule.advice(),
            })
        };
        json!({
            "packages": self.packages,
            "errors": self.count(Severity::Error),
            "warnings": self.count(Severity::Warning),
            "findings": self.faults.iter().map(fault).collect::<Vec<_>>(),
        })
    }
}

/// Looks at every package below a folder, and at what lies between them.
pub fn lint(root: &Path, against: &Against<'_>) -> Linted {
    let (found, mut faults) = folders(root);
    let mut packages = Vec::new();
    for folder in &found.packages {
        match read_texts(folder) {
            Ok(texts) => {
                let shown = folder.display().to_string();
                let (package, told) = Package::examine(&shown, texts, Some(against.registers));
                faults.extend(told);
                packages.extend(package);
            }
            Err(unreadable) => faults.extend(unreadable),
        }
    }
    let packages: Vec<Arc<Package>> = packages.into_iter().map(Arc::new).collect();
    let all: Vec<&Package> = packages.iter().map(|package| &**package).collect();
    for package in &packages {
        faults.extend(between(package, &all, against));
    }
    faults.extend(local::check(&all));
    faults.extend(found.words.iter().flat_map(|folder| Words::load(folder).err().unwrap_or_default()));
    let mut asked = Shared::default();
    for folder in &found.asked {
        match Shared::load(folder).map(|more| asked.extend(more)) {
            Ok(Ok(())) => {}
            Ok(Err(id)) => {
                let file = format!("{}/{}", folder.display(), shared::FILE);
                faults.push(Fault::new(file, 0, Rule::Choose, format!("{id} is asked in another file too")));
            }
            Err(told) => faults.extend(told),
        }
    }
    faults.extend(found.articles.iter().flat_map(|folder| article::load(folder).err().unwrap_or_default()));
    faults.extend(packages.iter().flat_map(|package| asked.faults(package)));
    // A bundle is made of sound packages; what is wrong with those is said first.
    if !faults.iter().any(Fault::is_error) {
        faults.extend(found.bundles.iter().flat_map(|folder| of_bundle(folder, &packages)));
    }
    faults.sort();
    faults.dedup();
    Linted { packages: found.packages.len() + found.bundles.len(), faults }
}

fn of_bundle(folder: &Path, packages: &[Arc<Package>]) -> Vec<Fault> {
    let find = |item: &str, handling: &str| {
        let is_meant = |package: &&Arc<Package>| {
            package.reference.item == item && package.reference.handling == handling
        };
        packages.iter().find(is_meant).cloned()
    };
    match bundle::texts_of(folder) {
        Ok(texts) => bundle::examine(&folder.display().to_string(), texts, &find, true).1,
        Err(unreadable) => unreadable,
    }
}

/// Looks at the files of one package that lie nowhere yet, beside those that are offered. There is a package where no
/// error was found.
pub fn lint_files(
    label: &str,
    files: &BTreeMap<String, String>,
    library: &Library,
    against: &Against<'_>,
) -> (Option<Package>, Linted) {
    let (package, mut faults) = Package::of_texts(label, files, against.registers);
    if let Some(package) = &package {
        let others: Vec<&Arc<Package>> = library.list().collect();
        let all: Vec<&Package> = others.iter().map(|other| &***other).chain([package]).collect();
        faults.extend(between(package, &all, against));
        faults.extend(library.shared_questions().faults(package));
    }
    faults.sort();
    faults.dedup();
    let package = package.filter(|_| !faults.iter().any(Fault::is_error));
    (package, Linted { packages: 1, faults })
}

/// Takes out the warnings that the package accepts. What is accepted and was not found is told: it hides the next one.
pub(crate) fn accept(item: &Item, file: &str, faults: &mut Vec<Fault>) {
    for accepted in &item.accepted {
        let is_meant =
            |fault: &Fault| fault.rule.id() == accepted.rule && fault.text.contains(accepted.place.trim());
        let before = faults.len();
        if !accepted.place.trim().is_empty() && !accepted.reason.trim().is_empty() {
            faults.retain(|fault| fault.is_error() || !is_meant(fault));
        }
        if faults.len() == before {
            let text = format!("accepted: no warning {} with “{}”", accepted.rule, accepted.place);
            faults.push(Fault::new(file, 0, Rule::Item, text));
        }
    }
}

fn between(package: &Package, all: &[&Package], against: &Against<'_>) -> Vec<Fault> {
    let mut faults = known::check(package, all);
    if let Some(bodies) = against.bodies {
        faults.extend(bodies::check(package, bodies));
    }
    faults
}
