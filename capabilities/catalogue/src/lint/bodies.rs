//! Work that nobody in the directory does (无主体承办).

use cases::{Bodies, Executor, Level, Process};

use crate::package::PROCESS;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Kind, Package};

pub(super) fn check(package: &Package, bodies: &Bodies) -> Vec<Fault> {
    let path = format!("{}/{PROCESS}", package.folder.trim_end_matches('/'));
    let Some(text) = package.texts.get(PROCESS) else { return Vec::new() };
    let Ok(mut source) = Source::tree(path, text, Rule::Process) else { return Vec::new() };
    let process: &Process = package.process();
    for (place, by) in process.posts() {
        for executor in by.list() {
            if let Some(text) = nobody(package, executor, bodies) {
                source.add_rule_near(place, place, Rule::NobodyCompetent, format!("{place}: {text}"));
            }
        }
    }
    source.into_faults()
}

/// Why nobody can do it, wherever it is applied for.
fn nobody(package: &Package, executor: &Executor, bodies: &Bodies) -> Option<String> {
    let stands = |level: Level, department: Option<&str>| {
        bodies.0.iter().any(|body| body.level() == level && department.is_none_or(|code| body.serves(code)))
    };
    if let Some(field) = &executor.body_from {
        let Kind::Body { department, level } = &package.form.field(field)?.kind else { return None };
        return (!stands(*level, department.as_deref()))
            .then(|| format!("no body of the directory can be chosen for {field} ({})", level.as_str()));
    }
    let department = executor.department.as_deref().unwrap_or_else(|| package.case_type.department());
    let mut level = executor.level?;
    while !stands(level, Some(department)) {
        let Some(above) = level.above().filter(|_| executor.or_above) else {
            let wanted = executor.level.map_or("", Level::as_str);
            return Some(format!(
                "no body of the directory serves department {department} at level {wanted}"
            ));
        };
        level = above;
    }
    None
}
