//! The job that publishes at a planned time.

use kernel::{RevisionId, Timestamp};
use serde::Deserialize;
use store::jobs::{self, BoxError, Handlers, Job};

use super::stand::put_in_force;
use super::{By, LifeError, Office, PUBLISH_JOB, State, record};

#[derive(Deserialize)]
struct Payload {
    revision: RevisionId,
}

/// What does the jobs of this room.
pub fn handlers(office: &Office) -> Handlers {
    let office = office.clone();
    Handlers::new().on(PUBLISH_JOB, move |job, now| {
        let office = office.clone();
        async move { Box::pin(run(&office, &job, now)).await }
    })
}

async fn run(office: &Office, job: &Job, now: Timestamp) -> Result<(), BoxError> {
    let Payload { revision: id } = serde_json::from_value(job.payload.clone())?;
    office.shelf.refresh(&office.db).await?;
    let mut tx = office.db.begin().await?;
    let found = record::find(&mut tx, id).await?;
    let is_due = |at: Timestamp| at <= now;
    let Some(revision) =
        found.filter(|found| found.state == State::Approved && found.publish_at.is_some_and(is_due))
    else {
        jobs::finish(&mut tx, job, now).await?;
        return Ok(tx.commit().await?);
    };
    match put_in_force(&mut tx, office, &By::platform(), revision.clone(), now).await {
        Ok(news) => {
            jobs::finish(&mut tx, job, now).await?;
            tx.commit().await?;
            news.put_on(&office.shelf);
            Ok(())
        }
        Err(LifeError::Store(error)) => Err(error.into()),
        Err(error) => {
            drop(tx);
            give_back(office, job, revision, &error, now).await
        }
    }
}

/// What held when it was approved no longer holds: it goes back to its authors, who read why.
async fn give_back(
    office: &Office,
    job: &Job,
    mut revision: super::Revision,
    error: &LifeError,
    now: Timestamp,
) -> Result<(), BoxError> {
    tracing::warn!(%error, revision = %revision.id, "a planned publication was not possible");
    let word = if let LifeError::Faults(faults) = error {
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    } else {
        error.to_string()
    };
    let mut tx = office.db.begin().await?;
    (revision.state, revision.publish_at, revision.changed_at) = (State::Draft, None, now);
    record::update(&mut tx, &revision, None).await?;
    record::note(&mut tx, revision.id, "failed", &By::platform(), &word, now).await?;
    jobs::finish(&mut tx, job, now).await?;
    Ok(tx.commit().await?)
}
