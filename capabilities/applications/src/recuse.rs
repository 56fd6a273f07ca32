//! Who is kept out of a case (回避): whoever made the look that it asks about, and whoever handed them the work for which
//! they looked. To them the case is not there; their body's other staff handle it. A package says which of its answers
//! is the number of a look (`keeps_out` in item.yaml).

use std::collections::BTreeSet;

use cases::{Case, CaseError, Event, TaskState, WorkItem};
use kernel::{CaseId, EventId, StaffId, Timestamp};
use store::{Tx, access_log, vals};

use crate::asked::Filled;
use crate::submit::SubmitError;

/// Longer than any list of cases that ask about one member of staff.
const CASES_MAX: u32 = 1000;

/// Notes who is kept out of a case that was just made. Refused where nobody would be left to handle it.
pub(crate) async fn keep_out(
    tx: &mut Tx,
    filled: &Filled,
    case: &Case,
    now: Timestamp,
) -> Result<(), SubmitError> {
    let Some(field) = &filled.package.item.keeps_out else { return Ok(()) };
    let number = filled.draft.answers.get(field).and_then(|number| number.as_str());
    let Some(number) = number.and_then(|number| number.parse::<EventId>().ok()) else { return Ok(()) };
    let own = identity::on_record_as(tx, case.applicant.person).await?;
    // Looks at others are not there: nobody learns of them, or shuts somebody out, by guessing numbers.
    let look = access_log::find(tx, number).await?.filter(|look| own.contains(&look.subject));
    let Some(look) = look else { return Ok(()) };
    let Some(looker) = staff_of(&look.by) else { return Ok(()) };
    let mut out = BTreeSet::from([looker]);
    if let Some(about) = look.case.as_deref().and_then(|case| case.parse().ok()) {
        out.extend(handed_on_to(tx, about, looker).await?);
    }
    for staff in &out {
        tx.execute(
            "insert into case_recusals (case_id, staff, look, made_at) values ($1, $2, $3, $4)",
            vals![case.id, *staff, number, now],
        )
        .await?;
    }
    if somebody_is_left(tx, case, &out, now).await? { Ok(()) } else { Err(SubmitError::NobodyLeft) }
}

fn staff_of(reference: &str) -> Option<StaffId> {
    reference.strip_prefix("staff:")?.parse().ok()
}

/// Whoever handed this member of staff work of the case for which they looked.
async fn handed_on_to(tx: &mut Tx, case: CaseId, looker: StaffId) -> Result<Vec<StaffId>, CaseError> {
    let history = match cases::history(tx, case).await {
        Ok(history) => history,
        Err(CaseError::NotFound) => Vec::new(),
        Err(error) => return Err(error),
    };
    let handed = history
        .iter()
        .filter(|recorded| matches!(&recorded.event, Event::TaskTransferred { to, .. } if *to == looker));
    Ok(handed.filter_map(|recorded| staff_of(&recorded.actor)).collect())
}

/// Whether each open task of the case has somebody in its body who may do it.
async fn somebody_is_left(
    tx: &mut Tx,
    case: &Case,
    out: &BTreeSet<StaffId>,
    now: Timestamp,
) -> Result<bool, SubmitError> {
    for task in case.tasks.iter().filter(|task| matches!(task.state, TaskState::Open | TaskState::Claimed)) {
        let staff = identity::staff_of(tx, task.body, kernel::china_date(now)).await?;
        let may = |one: &identity::StaffRecord| {
            !one.is_disabled && one.roles.contains(&task.role) && !out.contains(&one.id)
        };
        if !staff.iter().any(may) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether this member of staff is kept out of the case.
pub(crate) async fn is_kept_out(tx: &mut Tx, case: CaseId, staff: StaffId) -> store::Result<bool> {
    let sql = "select 1 from case_recusals where case_id = $1 and staff = $2";
    Ok(tx.fetch_optional(sql, vals![case, staff]).await?.is_some())
}

/// Takes out of a list what this member of staff is kept out of.
pub(crate) async fn hide(tx: &mut Tx, staff: StaffId, items: &mut Vec<WorkItem>) -> store::Result<()> {
    let sql = "select case_id from case_recusals where staff = $1 order by case_id desc limit $2";
    let rows = tx.fetch_all(sql, vals![staff, CASES_MAX]).await?;
    let hidden = rows.iter().map(|row| row.get::<CaseId>(0)).collect::<store::Result<BTreeSet<_>>>()?;
    items.retain(|item| !hidden.contains(&item.case));
    Ok(())
}
