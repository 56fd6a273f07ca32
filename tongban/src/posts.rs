//! When a post is over, what its holder has taken goes back to where their colleagues can take it (任务退回): the room that
//! keeps posts and the engine that keeps tasks meet here.

use anyhow::Context as _;
use cases::Command;
use kernel::{Actor, BodyId, StaffId, Timestamp};
use store::Tx;
use store::jobs::{self, Handlers, Job, NewJob};

/// Tasks that go back in one transaction; more wait for the next one.
const STEP: u32 = 50;
/// What the history of the case says.
const REASON: &str = "经办人不再在本机构任职 / the clerk works in this body no longer";

/// The handler.
pub fn handlers(applications: &applications::Room) -> Handlers {
    let applications = applications.clone();
    Handlers::new().on(identity::POST_ENDED_JOB, move |job, now| {
        let applications = applications.clone();
        async move { Ok(run(&applications, &job, now).await?) }
    })
}

/// Closes what the calendar has closed, then gives back what was taken, step by step.
async fn run(room: &applications::Room, job: &Job, now: Timestamp) -> anyhow::Result<()> {
    let staff = job.payload["staff"].as_str().and_then(|text| text.parse().ok());
    let staff: StaffId = staff.context("the job names nobody")?;
    let mut tx = room.db.begin().await?;
    let settled = identity::settle_posts(&mut tx, staff, now).await?;
    let mut is_more = false;
    for body in settled.left {
        is_more |= give_back(&mut tx, room, staff, body, now).await?;
    }
    if is_more {
        let (key, step) = match job.key.rsplit_once('#') {
            Some((key, step)) => (key, step.parse::<u32>().unwrap_or(0) + 1),
            None => (job.key.as_str(), 1),
        };
        let next = NewJob {
            kind: identity::POST_ENDED_JOB,
            key: format!("{key}#{step}"),
            payload: job.payload.clone(),
            run_at: now,
        };
        jobs::enqueue(&mut tx, &next).await?;
    }
    jobs::finish(&mut tx, job, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether more is left.
async fn give_back(
    tx: &mut Tx,
    room: &applications::Room,
    staff: StaffId,
    body: BodyId,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let tasks = cases::tasks_of_clerk(tx, staff, body, STEP + 1).await?;
    let is_more = tasks.len() > STEP as usize;
    let bodies = room.bodies();
    for (case, task) in tasks.into_iter().take(STEP as usize) {
        let found = cases::get(tx, case).await?;
        let package = room.library().get(&found.case_type).context("package version of the case")?;
        let around = room.around(&bodies, now);
        let release = Command::Release { task, reason: REASON.into() };
        // In the heap: it holds a case and its command while it waits.
        let done =
            Box::pin(cases::act(tx, &around, &package.case_type, case, None, &Actor::System, release)).await;
        match done {
            // What time has ended in this very moment has nobody any more.
            Ok(_) | Err(cases::CaseError::TaskDone | cases::CaseError::NoSuchTask) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(is_more)
}
