//! Going over the open cases with a new calendar: the room that keeps calendars and the engine that keeps cases meet
//! here.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use cases::{CaseType, News, RunState, STEP_SIZE, Step, TypeRef};
use kernel::Timestamp;
use legal_time::Calendar;
use store::jobs::{self, Handlers, Job};

/// The handler.
pub fn handlers(applications: &applications::Room, calendars: &calendars::Room) -> Handlers {
    let (applications, calendars) = (applications.clone(), calendars.clone());
    Handlers::new().on(cases::REEVALUATE_JOB, move |job, now| {
        let (applications, calendars) = (applications.clone(), calendars.clone());
        async move { Ok(step(&applications, &calendars, &job, now).await?) }
    })
}

/// One step of a run. Which calendar is in force is asked in the step's own transaction, so that no node goes on with
/// one that was replaced.
async fn step(
    room: &applications::Room,
    calendars: &calendars::Room,
    job: &Job,
    now: Timestamp,
) -> anyhow::Result<()> {
    let step: Step = serde_json::from_value(job.payload.clone()).context("the job names no step")?;
    calendars.refresh().await?;
    let mut tx = room.db.begin().await?;
    let in_force = calendars::in_force(&mut tx).await?;
    let run = cases::find_reevaluation(&mut tx, step.run).await?.context("the run")?;
    if run.calendar != in_force.calendar.version {
        cases::end_reevaluation(&mut tx, step.run, RunState::Superseded, now).await?;
        jobs::finish(&mut tx, job, now).await?;
        return Ok(tx.commit().await?);
    }
    let stale = cases::stale(&mut tx, &run.calendar, step.run, STEP_SIZE).await?;
    let mut told: Vec<&str> = stale.iter().map(cases::Stale::told).collect();
    told.sort_unstable();
    told.dedup();
    let known = calendars::load(&mut tx, &told).await?;
    let known: BTreeMap<String, Calendar> =
        known.into_iter().map(|calendar| (calendar.version().to_owned(), calendar)).collect();
    let library = room.library();
    let case_type = move |wanted: &TypeRef| -> Option<Arc<CaseType>> {
        library.get(wanted).map(|package| Arc::clone(&package.case_type))
    };
    let calendar = in_force.calendar.calendar();
    let news = News {
        source: &in_force.calendar.source,
        since: in_force.since,
        earlier: &move |version: &str| known.get(version).cloned(),
        case_type: &case_type,
    };
    let bodies = room.bodies();
    let around = cases::Surroundings { now, calendar: &calendar, bodies: &bodies };
    cases::reevaluate(&mut tx, &around, &news, step, stale).await?;
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}
