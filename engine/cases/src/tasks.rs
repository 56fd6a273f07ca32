//! The rows of work that worklists read (任务): a projection of the case, written in the transaction of its change.

use jiff::civil::Date;
use kernel::StaffId;
use legal_time::{Calendar, Clock};
use store::{Tx, vals};

use crate::case::{Case, Task};
use crate::days::{due_on, yellow_from};
use crate::error::CaseError;
use crate::process::CaseType;
use crate::record::Surroundings;
use crate::status::Status;

/// Stands for "no day known" where lists sort by day: after every day of any calendar.
pub(crate) const FAR_DAY: Date = Date::constant(9999, 12, 31);

/// What sorts by the last day: express work (绿色通道) first.
pub(crate) fn due_rank(express: bool, due: Date) -> String {
    format!("{}{due}", u8::from(!express))
}

/// The last days of a case that its tasks share.
struct Shared<'a> {
    case: &'a Case,
    of_case: Option<Date>,
    of_stage: Option<Date>,
}

impl<'a> Shared<'a> {
    fn of(case: &'a Case, calendar: &Calendar) -> Result<Self, CaseError> {
        let is_open = case.status != Status::Closed;
        let day_of = |clock: Option<&Clock>| {
            clock.filter(|_| is_open).map(|clock| due_on(clock, calendar)).transpose().map(Option::flatten)
        };
        let (of_case, of_stage) = (day_of(Some(case.leading_clock()))?, day_of(case.stage_clock.as_ref())?);
        Ok(Self { case, of_case, of_stage })
    }
}

/// What of a row changes while its task lives.
#[derive(PartialEq, Eq)]
struct Changing<'a> {
    state: &'static str,
    claimed_by: Option<StaffId>,
    claimed_name: Option<&'a str>,
    express: bool,
    due: Date,
    yellow: Date,
}

impl<'a> Changing<'a> {
    fn of(
        shared: &Shared<'_>,
        task: &'a Task,
        yellow_days: u32,
        calendar: &Calendar,
    ) -> Result<Self, CaseError> {
        let Shared { case, of_case, of_stage } = shared;
        let own = task.clock.as_ref().map(|clock| due_on(clock, calendar)).transpose()?.flatten();
        let of_stage = of_stage.filter(|_| task.stage == case.stage);
        let due = own.into_iter().chain(of_stage).chain(*of_case).min();
        let yellow = due.and_then(|due| yellow_from(due, yellow_days, calendar));
        // While the applicant corrects or the case is suspended, the work waits too and leaves the worklists.
        let waits = task.is_live() && case.office_waits();
        Ok(Self {
            state: if waits { "waiting" } else { task.state.as_str() },
            claimed_by: task.claimed_by,
            claimed_name: task.claimed_name.as_deref(),
            express: case.express.is_some(),
            due: due.unwrap_or(FAR_DAY),
            yellow: yellow.unwrap_or(FAR_DAY),
        })
    }
}

/// Writes the rows that differ from those of `before`; all of them without it, as after a change of the calendar.
pub(crate) async fn write(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case_type: &CaseType,
    before: Option<&Case>,
    case: &Case,
) -> Result<(), CaseError> {
    let (calendar, yellow_days) = (around.calendar, case_type.process.warnings.yellow);
    let shared = Shared::of(case, calendar)?;
    let before = before.map(|before| Shared::of(before, calendar)).transpose()?;
    for task in &case.tasks {
        let old = before.as_ref().and_then(|before| Some((before, before.case.task(task.id)?)));
        if old.is_some_and(|(_, old)| !old.is_live() && !task.is_live()) {
            continue; // what is finished stays as it ended
        }
        let now = Changing::of(&shared, task, yellow_days, calendar)?;
        if let Some((before, old)) = old
            && Changing::of(before, old, yellow_days, calendar)? == now
        {
            continue;
        }
        upsert(tx, around, case, task, now).await?;
    }
    Ok(())
}

async fn upsert(
    tx: &mut Tx,
    around: &Surroundings<'_>,
    case: &Case,
    task: &Task,
    now: Changing<'_>,
) -> Result<(), CaseError> {
    let reversed: String = case.number.chars().rev().collect();
    let finished_at = (!task.is_live()).then_some(around.now);
    tx.execute(
        "insert into case_tasks (id, case_id, stage, branch, work, role, body, state, claimed_by, claimed_name,
             opened_at, due_on, item, handling, package_version, division, number, number_reversed, express,
             due_rank, submitted_at, finished_at, yellow_from)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
             $23)
         on conflict (id) do update set state = excluded.state, claimed_by = excluded.claimed_by,
             claimed_name = excluded.claimed_name, due_on = excluded.due_on, express = excluded.express,
             due_rank = excluded.due_rank, yellow_from = excluded.yellow_from,
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
            now.express,
            due_rank(now.express, now.due),
            case.submitted_at,
            finished_at,
            now.yellow
        ],
    )
    .await?;
    Ok(())
}
