//! Words of the package for what the engine knows by id, in the reader's language.

use cases::{Defect, Event, Outcome, Status, Task, TaskKind};
use catalogue::Package;
use kernel::{BodyId, Words};
use web::Visitor;

use crate::{Room, trace};

pub(super) fn pick(visitor: &Visitor, words: &Words) -> String {
    visitor.pick(&words.zh, &words.en).to_owned()
}

/// The name of a stage. One that the package does not know shows its id.
pub(super) fn stage(visitor: &Visitor, package: &Package, id: &str) -> String {
    trace::stage_name(visitor, package, id)
}

/// The name of a branch of a stage.
pub(super) fn branch(visitor: &Visitor, package: &Package, stage: &str, branch: &str) -> String {
    let found = package.case_type.process.stage(stage).and_then(|stage| stage.branch(branch));
    found.map_or_else(|| branch.to_owned(), |found| pick(visitor, &found.name))
}

/// What a task is about: its branch, or its stage, or the sending of the notice.
pub(super) fn task(
    visitor: &Visitor,
    package: &Package,
    at: &str,
    of_branch: Option<&str>,
    kind: TaskKind,
) -> String {
    match (kind, of_branch) {
        (TaskKind::Correct | TaskKind::Approve | TaskKind::Answer, _) => work(visitor, kind),
        (TaskKind::Check, Some(material)) => {
            let found = package.item.material(material).map(|material| pick(visitor, &material.name));
            found.map_or_else(|| work(visitor, kind), |name| format!("{} · {name}", work(visitor, kind)))
        }
        (TaskKind::Check, None) => work(visitor, kind),
        (TaskKind::Arrange | TaskKind::Conclude, _) => {
            format!("{} · {}", stage(visitor, package, at), work(visitor, kind))
        }
        (TaskKind::Accept | TaskKind::Review | TaskKind::Notice | TaskKind::Decide, Some(id)) => {
            branch(visitor, package, at, id)
        }
        (TaskKind::Accept | TaskKind::Review | TaskKind::Notice | TaskKind::Decide, None) => {
            stage(visitor, package, at)
        }
    }
}

pub(super) fn work(visitor: &Visitor, kind: TaskKind) -> String {
    visitor.t(&format!("cases-work-{}", kind.as_str()))
}

pub(super) fn status(visitor: &Visitor, status: Status) -> String {
    visitor.t(&format!("cases-status-{}", status.as_str()))
}

pub(super) fn outcome(visitor: &Visitor, outcome: Outcome) -> String {
    visitor.t(&format!("cases-outcome-{}", outcome.as_str()))
}

/// The material or field of which a defect speaks.
pub(super) fn target(visitor: &Visitor, package: &Package, defect: &Defect) -> String {
    match (&defect.material, &defect.field) {
        (Some(id), _) => material(visitor, package, id),
        (None, Some(name)) => field(visitor, package, name),
        (None, None) => String::new(),
    }
}

pub(super) fn material(visitor: &Visitor, package: &Package, id: &str) -> String {
    package.item.material(id).map_or_else(|| id.to_owned(), |material| pick(visitor, &material.name))
}

pub(super) fn field(visitor: &Visitor, package: &Package, name: &str) -> String {
    package.form.field(name).map_or_else(|| name.to_owned(), |field| pick(visitor, &field.label))
}

/// An event in plain words. Colleagues also read which branch or body got the work.
pub(super) fn event(visitor: &Visitor, room: &Room, package: &Package, event: &Event) -> String {
    let Event::TaskOpened { stage, branch, work, body, .. } = event else {
        return trace::sentence(visitor, package, event);
    };
    let name = task(visitor, package, stage, branch.as_deref(), *work);
    visitor.t2("desk-event-task-opened", "task", name, "body", body_name(visitor, room, *body))
}

/// The full name of a body.
pub(super) fn body_name(visitor: &Visitor, room: &Room, body: BodyId) -> String {
    room.bodies().get(body).map_or_else(|| body.to_string(), |body| pick(visitor, &body.name))
}

/// Who did it: whoever has the task, or a deputy for them.
pub(super) fn who(visitor: &Visitor, task: &Task) -> String {
    let holder = task.claimed_name.as_deref().unwrap_or_default();
    match &task.done_by_deputy {
        Some(deputy) => visitor.t2("desk-deputy-of", "deputy", deputy, "name", holder),
        None => holder.to_owned(),
    }
}
