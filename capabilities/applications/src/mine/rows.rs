//! Rows of lists of drafts and cases for their applicant.

use cases::{Case, CaseSummary, Status};
use kernel::{CaseId, PersonActor, Refusal};
use store::Tx;
use web::Visitor;

use super::now::CaseToDo;
use super::page::status_text;
use crate::draft::{DraftError, DraftSummary};
use crate::master::{self, MasterCase};
use crate::{Room, division, trace};

/// A draft or a case in a list.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) href: String,
    /// The number, or where it is applied for.
    pub(crate) about: String,
    pub(crate) status: String,
    pub(crate) light: &'static str,
    pub(crate) light_text: String,
    pub(crate) when: String,
    /// The office has written and it was not opened yet.
    pub(crate) has_letter: bool,
}

/// What is to be done, with the name of the item.
pub(crate) fn to_do_title(visitor: &Visitor, case: &Case, to_do: &CaseToDo, room: &Room) -> String {
    let item = item_name(room, visitor, &case.case_type.item, &case.case_type.handling);
    match to_do.what {
        "correction" => visitor.t1("applications-my-correct", "name", item),
        "promise" => visitor.t2("applications-my-promise", "name", item, "material", &to_do.name),
        _ => visitor.t1("applications-my-hearing", "name", item),
    }
}

/// The name of an item as it is offered now; its code when it is offered no more.
pub(crate) fn item_name(room: &Room, visitor: &Visitor, item: &str, handling: &str) -> String {
    let package = room.library().offered(item, handling);
    package.map_or_else(
        || item.to_owned(),
        |package| visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
    )
}

/// A draft, with the page where its applicant stopped.
pub(crate) fn row_of_draft(
    room: &Room,
    visitor: &Visitor,
    by: &PersonActor,
    draft: &DraftSummary,
) -> Result<Row, DraftError> {
    let stopped = draft.stopped(room, by)?;
    let status = match &stopped.step {
        Some((step, place)) => {
            let title = visitor.pick(&step.title.zh, &step.title.en);
            visitor.t3("applications-my-stopped", "place", place, "steps", stopped.steps, "title", title)
        }
        None => visitor.t("applications-my-stopped-materials"),
    };
    Ok(Row {
        name: item_name(room, visitor, &draft.case_type.item, &draft.case_type.handling),
        href: format!("/drafts/{}", draft.id),
        about: division::full_name(&draft.division),
        status,
        light: "",
        light_text: String::new(),
        when: visitor.t1("applications-changed-at", "when", visitor.datetime(draft.updated_at)),
        has_letter: false,
    })
}

/// One row for each thing (一件事), however many cases it has.
pub(crate) async fn master_rows(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    masters: &[MasterCase],
    unread: &[CaseId],
) -> Result<Vec<Row>, Refusal> {
    let numbers: Vec<String> = masters.iter().map(|master| master.number.clone()).collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    let parts = cases::of_bundles(tx, &numbers, visitor.today()).await?;
    let waiting = master::waiting_parts(tx, visitor.actor.person()?).await?;
    let row = |master: &MasterCase| {
        let own: Vec<&CaseSummary> =
            parts.iter().filter(|case| case.bundle.as_deref() == Some(&master.number)).collect();
        let open: Vec<&&CaseSummary> = own.iter().filter(|case| case.status != Status::Closed).collect();
        let waits = waiting.get(&master.id).copied().unwrap_or(0);
        let latest = open.iter().max_by_key(|case| case.due_on);
        let until = latest.and_then(|case| case.due_on);
        let is_closed = open.is_empty() && waits == 0;
        let submitted =
            || visitor.t1("applications-submitted-at", "when", visitor.datetime(master.submitted_at));
        Row {
            name: item_name(room, visitor, &master.bundle.item, &master.bundle.handling),
            href: format!("/master-cases/{}", master.id),
            about: master.number.clone(),
            status: if is_closed {
                visitor.t("applications-master-closed")
            } else {
                visitor.t2("applications-master-running", "open", open.len(), "waiting", waits)
            },
            light: latest.map_or("", |case| case.light.as_str()),
            light_text: latest
                .map(|case| trace::light_word(visitor, case.light, case.due_on))
                .unwrap_or_default(),
            when: until
                .map_or_else(submitted, |day| visitor.t1("applications-until", "day", visitor.date(day))),
            has_letter: own.iter().any(|case| unread.contains(&case.id)),
        }
    };
    Ok(masters.iter().map(row).collect())
}

/// A case.
pub(crate) fn row_of_case(room: &Room, visitor: &Visitor, case: &CaseSummary) -> Row {
    let is_closed = case.status == Status::Closed;
    let until = case
        .due_on
        .filter(|_| !is_closed)
        .map(|day| visitor.t1("applications-until", "day", visitor.date(day)));
    let submitted = || visitor.t1("applications-submitted-at", "when", visitor.datetime(case.submitted_at));
    Row {
        name: item_name(room, visitor, &case.item, &case.handling),
        href: format!("/cases/{}", case.id),
        about: case.number.clone(),
        status: status_text(visitor, case.status, case.outcome),
        light: if is_closed { "" } else { case.light.as_str() },
        light_text: trace::light_word(visitor, case.light, case.due_on),
        when: until.unwrap_or_else(submitted),
        has_letter: false,
    }
}
