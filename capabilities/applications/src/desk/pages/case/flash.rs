//! The word that something was done, how to undo it while it has not left the house, and where to go on.

use cases::{Case, Event, Scope, WorkFilter};
use kernel::StaffActor;
use store::Tx;
use store::page::PageSize;
use web::Visitor;

use super::{CaseQuery, Read, Seen};
use crate::Room;
use crate::desk::listing::Asked;
use crate::desk::{DeskError, actions, views};

/// What stands above the page after a command.
pub(super) struct Flash {
    pub(super) text: String,
    pub(super) undo: Option<Undo>,
    /// Whether the task is finished, so that the next one is what the clerk wants.
    pub(super) is_over: bool,
    pub(super) next: Option<Next>,
}

/// A command that takes the last one back, with what it needs.
pub(super) struct Undo {
    pub(super) verb: &'static str,
    pub(super) task: String,
    pub(super) label: String,
    pub(super) fields: Vec<(&'static str, String)>,
}

/// Where the clerk goes on.
pub(super) struct Next {
    pub(super) href: String,
    pub(super) name: String,
}

/// Words that can stand in the address after a command, and whether the clerk is usually through with the task then.
/// Nothing is said for any other word.
const KNOWN: [(&str, bool); 26] = [
    ("claim", false),
    ("accept", true),
    ("not-accept", true),
    ("note-defect", false),
    ("drop-defect", false),
    ("send-correction", true),
    ("give-opinion", true),
    ("take-back", false),
    ("publish-notice", true),
    ("decide", true),
    ("transfer", true),
    ("route", true),
    ("send-back", true),
    ("arrange", true),
    ("conclude", true),
    ("answer-objection", true),
    ("approve", true),
    ("check", true),
    ("ask", false),
    ("expedite", false),
    ("resume", false),
    ("attach", false),
    ("note", false),
    ("note-taken-back", false),
    ("letter", false),
    ("draft-forgotten", false),
];

/// Whether the next work is looked for after this word.
pub(super) fn finishes(done: &str) -> bool {
    KNOWN.contains(&(done, true))
}

/// What undoes what. It is offered only where the list of actions of the task allows it.
const UNDOES: [(&str, &str); 3] =
    [("claim", "release"), ("drop-defect", "note-defect"), ("give-opinion", "take-back")];

/// The next work of this clerk: what they have taken, else what nobody has, the most urgent first.
pub(super) async fn next(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    clerk: &StaffActor,
    done: &str,
) -> Result<Option<Next>, DeskError> {
    let size = PageSize::try_from(50).unwrap_or_default();
    for (scope, claimed) in [(Scope::Mine, None), (Scope::Body, Some(false))] {
        let asked =
            Asked { scope, filter: WorkFilter { claimed, ..WorkFilter::default() }, ..Asked::default() };
        let query = asked.query(room, clerk, visitor.today());
        let mut page = cases::worklist(tx, &query, &asked.place, size).await?;
        crate::recuse::hide(tx, clerk.staff, &mut page.items).await?;
        let is_next = |item: &&cases::WorkItem| item.task.to_string() != done;
        if let Some(item) = page.items.iter().find(is_next) {
            let row = views::task_row(visitor, room, clerk, item.clone());
            let name = visitor.t2("desk-next-name", "item", row.item_name, "task", row.task_name);
            return Ok(Some(Next { href: format!("/desk/cases/{}?task={}", row.case, row.task), name }));
        }
    }
    Ok(None)
}

impl Seen<'_> {
    pub(super) fn flash(&self, read: &Read, query: &CaseQuery) -> Option<Flash> {
        let (done, _) = KNOWN.into_iter().find(|(known, _)| *known == query.done)?;
        let task = query.task.parse().ok().and_then(|id| self.case.task(id));
        let is_over = finishes(done) && task.is_some_and(|task| self.is_over(task));
        Some(Flash {
            text: self.visitor.t(&format!("desk-done-{done}")),
            undo: task.and_then(|task| self.undo(read, done, task)),
            is_over,
            next: read
                .next
                .as_ref()
                .filter(|_| is_over)
                .map(|next| Next { href: next.href.clone(), name: next.name.clone() }),
        })
    }

    /// Nothing is left to do in the task but to give it back or to take it up again.
    fn is_over(&self, task: &cases::Task) -> bool {
        let left = actions::allowed(self.package, self.case, task, self.clerk);
        left.iter().all(|action| matches!(action.as_str(), "release" | "take-back"))
    }

    fn undo(&self, read: &Read, done: &str, task: &cases::Task) -> Option<Undo> {
        let (_, verb) = UNDOES.into_iter().find(|(did, _)| *did == done)?;
        let may = actions::allowed(self.package, self.case, task, self.clerk)
            .iter()
            .any(|action| action.as_str() == verb);
        if !may {
            return None;
        }
        let fields = if verb == "note-defect" { restored(self.case, &read.history)? } else { Vec::new() };
        let label = self.visitor.t(&format!("desk-undo-{verb}"));
        Some(Undo { verb, task: task.id.to_string(), label, fields })
    }
}

/// The defect that the last event struck out, as the form that notes one. It is found by folding the history up to
/// that event, so nothing has to be kept aside for it.
fn restored(case: &Case, history: &[cases::Recorded]) -> Option<Vec<(&'static str, String)>> {
    let (last, before) = history.split_last()?;
    let Event::DefectDropped { index } = &last.event else { return None };
    let defect = Case::replay(case.id, before)?.defects.get(*index)?.clone();
    let target = match (defect.material, defect.field) {
        (Some(material), _) => format!("material:{material}"),
        (None, Some(field)) => format!("field:{field}"),
        (None, None) => return None,
    };
    Some(vec![("target", target), ("problem", defect.problem), ("ground", defect.ground)])
}
