//! Copies of a case, for measuring what a big database does: cases, tasks and events as the engine has stored them, with
//! other ids and numbers.

use std::ops::Range;

use kernel::CaseId;
use store::copies::{NUMBER, bounds, marked};
use store::{Row, Tx, Val, copied, vals, with_digits};

use crate::error::CaseError;
use crate::record::{TIMER_JOB, get, history};

const READ_CASE: &str =
    "select id, number, item, handling, package_version, division, body, person, legal_person,
         status, stage, outcome, due_on, yellow_from, statutory_due_on, notice_until, calendar_version,
         told_calendar, state, version, submitted_at, closed_at
     from cases where id = $1";
const CASES: &str = copied!(
    "insert into cases (id, number, item, handling, package_version, division, body, person, legal_person, status,
         stage, outcome, due_on, yellow_from, statutory_due_on, notice_until, calendar_version, told_calendar, state,
         version, submitted_at, closed_at)",
    concat!(
        with_digits!("$3"),
        ", ",
        with_digits!("$4"),
        ", $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, ",
        with_digits!("$21"),
        ", $22, $23, $24"
    )
);
const READ_TASKS: &str = "select id, case_id, stage, branch, work, role, body, state, claimed_by, claimed_name,
         due_on, yellow_from, item, handling, package_version, division, number, number_reversed, due_rank, opened_at,
         express, submitted_at, finished_at
     from case_tasks where case_id = $1";
// The number from its end begins with the digits of the copy as they are.
const TASKS: &str = copied!(
    "insert into case_tasks (id, case_id, stage, branch, work, role, body, state, claimed_by, claimed_name, due_on,
         yellow_from, item, handling, package_version, division, number, number_reversed, due_rank, opened_at, express,
         submitted_at, finished_at)",
    concat!(
        with_digits!("$3"),
        ", ",
        with_digits!("$4"),
        ", $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, ",
        with_digits!("$19"),
        ", replace($20, '^^^^^^^^', cast(i as text)), $21, $22, $23, $24, $25"
    )
);
const READ_EVENTS: &str = "select case_id, id, actor, actor_name, kind, payload, seq, at
     from case_events where case_id = $1 order by seq";
const EVENTS: &str = copied!(
    "insert into case_events (case_id, id, actor, actor_name, kind, payload, seq, at)",
    concat!(with_digits!("$3"), ", ", with_digits!("$4"), ", $5, $6, $7, ", with_digits!("$8"), ", $9, $10")
);

/// Copies a case, its tasks, its events and the timers that wait for it; says how many rows that were. The digits of a
/// copy's number and ids are those of `store::copies`. The caller commits.
pub async fn copy(tx: &mut Tx, id: CaseId, copies: &Range<i64>) -> Result<u64, CaseError> {
    let case = get(tx, id).await?;
    let mut ids = vec![id.to_string()];
    ids.extend(case.tasks.iter().map(|task| task.id.to_string()));
    ids.extend(history(tx, id).await?.iter().map(|recorded| recorded.id.to_string()));
    // The last four digits of the number are its serial of the day.
    let kept = case.number.len().saturating_sub(4);
    let number = format!("{}{NUMBER}", case.number.get(..kept).unwrap_or_default());
    let reversed: String = case.number.chars().rev().collect();
    let number_reversed: String = number.chars().rev().collect();
    let mark = |text: String| {
        let text = marked(&text, &ids).replace(&case.number, &number);
        text.replace(&reversed, &number_reversed)
    };
    let mut rows = 0;
    for (read, write, texts, numbers) in
        [(READ_CASE, CASES, 19, 3), (READ_TASKS, TASKS, 19, 4), (READ_EVENTS, EVENTS, 6, 2)]
    {
        for row in &tx.fetch_all(read, vals![id]).await? {
            let [first, end] = bounds(copies);
            let mut values = vals![first, end];
            values.extend(values_of(row, texts, numbers, &mark)?);
            rows += tx.execute(write, values).await?;
        }
    }
    rows += store::jobs::copy_waiting(tx, TIMER_JOB, &id.to_string(), &ids, copies).await?;
    Ok(rows)
}

/// The values of a row: so many texts first and then so many numbers.
fn values_of(
    row: &Row,
    texts: usize,
    numbers: usize,
    mark: &impl Fn(String) -> String,
) -> Result<Vec<Val>, CaseError> {
    let mut values = Vec::new();
    for column in 0..texts {
        values.push(Val::T(row.get::<Option<String>>(column)?.map(mark)));
    }
    for column in texts..texts + numbers {
        values.push(Val::I(row.get(column)?));
    }
    Ok(values)
}
