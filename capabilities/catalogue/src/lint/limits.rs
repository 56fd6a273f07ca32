//! Limits that bind somebody and say on what they rest; promises that are no worse than the law.

use cases::{StageKind, StatedLimit};

use crate::item::{has_no_basis, is_surely_longer};
use crate::package::check::Parts;
use crate::rule::Rule;
use crate::source::Source;

pub(crate) fn check(parts: &Parts<'_>, source: &mut Source) {
    let process = &parts.case_type.process;
    let mut outer = |place: &[&str], limit: Option<&StatedLimit>| {
        if limit.is_some_and(has_no_basis) {
            source.add_rule(place, Rule::LimitWithoutBasis, "this limit binds others and needs its basis");
        }
    };
    outer(&["suspension", "limit"], process.suspension.as_ref().and_then(|rule| rule.limit.as_ref()));
    for check in &process.checks {
        outer(&["checks"], Some(&check.limit));
    }
    for stage in &process.stages {
        if let StageKind::PublicNotice { objections: Some(rule), .. } = &stage.kind {
            outer(&["stages", &stage.id, "objections"], Some(&rule.answer));
        }
    }
    for stage in &process.stages {
        if stage.limit.as_ref().is_some_and(|limit| has_no_basis(limit) && !stage.stops_clock) {
            inner(source, &["stages", &stage.id, "limit"]);
        }
        for branch in stage.branches().iter().filter(|b| b.limit.as_ref().is_some_and(has_no_basis)) {
            inner(source, &["stages", &stage.id, list_of(&stage.kind), &branch.id, "limit"]);
        }
    }
    let green = process.green_channel.as_ref().and_then(|green| green.promised.as_ref());
    if let Some(promised) = green.filter(|p| is_surely_longer(&p.within, &parts.case_type.promised.within)) {
        let text = format!(
            "the green channel promises {}, which is longer than the {} that everybody is promised",
            promised.within, parts.case_type.promised.within
        );
        source.add_rule(&["green_channel", "promised"], Rule::PromiseAboveLaw, text);
    }
}

/// Under which key the opinions of a stage stand.
const fn list_of(kind: &StageKind) -> &'static str {
    match kind {
        StageKind::Levels { .. } => "levels",
        StageKind::Countersign { .. } => "signers",
        StageKind::Survey { .. } => "participants",
        StageKind::Review { .. }
        | StageKind::Panel { .. }
        | StageKind::Special { .. }
        | StageKind::Hearing { .. }
        | StageKind::PublicNotice { .. }
        | StageKind::Decision { .. } => "branches",
    }
}

fn inner(source: &mut Source, place: &[&str]) {
    source.add_rule(place, Rule::InnerLimitWithoutBasis, "this limit names nothing on which it rests");
}
