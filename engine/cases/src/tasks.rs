//! The rows of work that worklists read (任务): a projection of the case, written in the transaction of its change.

use jiff::civil::Date;
use kernel::StaffId;
use legal_time::Calendar;
use store::{Tx, vals};

use crate::case::{Case, Task};
use crate::error::CaseError;
use crate::record::{Surroundings, due_of};
use crate::status::Status;

/// Stands for "no day known" where lists sort by day: after every day of any calendar.
pub(crate) const FAR_DAY: Date = Date::constant(9999, 12, 31);

/// What sorts by the last day: express work (绿色通道) first.
pub(crate) fn due_rank(express: bool, due: Date) -> String {
    format!("{}{due}", u8::from(!express))
}

/// What of a row changes while its task lives.
#[derive(PartialEq, Eq)]
struct Changing<'a> {
    state: &'static str,
    claimed_by: Option<StaffId>,
    claimed_name: Option<&'a str>,
    due: Date,
}

impl<'a> Changing<'a> {
    fn of(
        case: &Case,
        of_case: Option<Date>,
        task: &'a Task,
        calendar: &Calendar,
    ) -> Result<Self, CaseError> {
        let own = task.clock.as_ref().map(|clock| due_of(clock, calendar)).transpose()?.flatten();
        // While the applicant corrects, the office's work waits too and leaves the worklists.
        let waits = task.is_live() && case.status == Status::Correction;
        Ok(Self {
            state: if waits { "waiting" } else { task.state.as_str() },
            claimed_by: task.claimed_by,
            claimed_name: task.claimed_name.as_deref(),
            due: own.into_iter().chain(of_case).min().unwrap_or(FAR_DAY),
        })
    }
}

/// Writes the rows that differ from those of `before`; all of them without it, as after a change of the calendar.
pub(crate) async fn write(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    before: Option<&Case>,
    case: &Case,
    express: bool,
) -> Result<(), CaseError> {
    let calendar = around.calendar;
    let of_case = due_of(case.leading_clock(), calendar)?;
    let before = match before {
        Some(before) => Some((before, due_of(before.leading_clock(), calendar)?)),
        None => None,
    };
    for task in &case.tasks {
        let old = before.and_then(|(before, due)| Some((before, due, before.task(task.id)?)));
        if old.is_some_and(|(_, _, old)| !old.is_live() && !task.is_live()) {
            continue; // what is finished stays as it ended
        }
        let now = Changing::of(case, of_case, task, calendar)?;
        if let Some((before, due, old)) = old
            && Changing::of(before, due, old, calendar)? == now
        {
            continue;
        }
        upsert(tx, around, case, task, now, express).await?;
    }
    Ok(())
}

async fn upsert(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case: &Case,
    task: &Task,
    now: Changing<'_>,
    express: bool,
) -> Result<(), CaseError> {
    let reversed: String = case.number.chars().rev().collect();
    let finished_at = (!task.is_live()).then_some(around.now);
    tx.execute(
        "insert into case_tasks (id, case_id, stage, branch, work, role, body, state, claimed_by, claimed_name,
             opened_at, due_on, item, handling, package_version, division, number, number_reversed, express,
             due_rank, submitted_at, finished_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
         on conflict (id) do update set state = excluded.state, claimed_by = excluded.claimed_by,
             claimed_name = excluded.claimed_name, due_on = excluded.due_on, express = excluded.express,
             due_rank = excluded.due_rank,
             finished_at = case when excluded.finished_at is null then null
                 else coalesce(case_tasks.finished_at, excluded.finished_at) end",
        vals![
            task.id,
            case.id,
            &task.stage,
            task.branch.as_deref(),
            task.work.as_str(),
            task.role.as_str(),
            task.body,
            now.state,
            now.claimed_by,
            now.claimed_name,
            task.opened_at,
            now.due,
            &case.case_type.item,
            &case.case_type.handling,
            &case.case_type.version,
            &case.division,
            &case.number,
            reversed,
            express,
            due_rank(express, now.due),
            case.submitted_at,
            finished_at
        ],
    )
    .await?;
    Ok(())
}
