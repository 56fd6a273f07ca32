//! What follows for one thing when a part of it has ended: parts that waited for it begin, or never will.

use cases::{Case, CaseError, Outcome, Status};
use catalogue::{Bundle, Part};
use kernel::{Actor, CaseId, Mandate, PersonActor, Timestamp};
use store::jobs::{self, Job};
use store::{Tx, vals};

use super::hand_in::{Master, begin};
use super::{MasterCase, MasterError, MasterPart, PartState, get, hold, of_case};
use crate::Room;
use crate::submit::SubmitError;

/// Why the job did not do its work; it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum GoOnError {
    /// The job names no case.
    #[error("the job names no case")]
    NoCase,
    /// The master case cannot be read.
    #[error(transparent)]
    Master(#[from] MasterError),
    /// A case of it cannot be read.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A part cannot begin.
    #[error("a part cannot begin: {0}")]
    Begin(#[from] SubmitError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// Runs a job of kind [`cases::BUNDLE_JOB`]: what waits for the part that has ended is settled, once, and the job ends in
/// the same transaction.
pub async fn run(room: Room, job: Job, now: Timestamp) -> Result<(), GoOnError> {
    let id: CaseId =
        job.payload["case"].as_str().and_then(|text| text.parse().ok()).ok_or(GoOnError::NoCase)?;
    let mut tx = room.db.begin().await?;
    if let Some(master) = of_case(&mut tx, id).await? {
        hold(&mut tx, master.id).await?;
        let master = get(&mut tx, master.id).await?;
        settle(&mut tx, &room, now, &master).await?;
    }
    jobs::finish(&mut tx, &job, now).await?;
    tx.commit().await?;
    Ok(())
}

/// What becomes of a part that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    /// Everything before it was granted, and what was granted is there.
    Begins,
    /// It goes on waiting.
    Waits,
    /// The part before it that was not granted.
    Never(String),
}

/// Begins the parts that can begin, and ends those that never can. The caller holds the master case.
pub(super) async fn settle(
    tx: &mut Tx,
    room: &Room,
    now: Timestamp,
    master: &MasterCase,
) -> Result<(), GoOnError> {
    let bundle = master.bundle(room)?;
    let mut ends = Vec::new();
    for case in master.parts.iter().filter_map(|part| part.case) {
        ends.push(cases::get(tx, case).await?);
    }
    // What waited goes on in the name of whoever handed it in, also after their mandate has ended: the principal asked for it.
    let mandate = Mandate::whole(master.applicant.principal());
    let acts = master.applicant.acting_for.is_some() || master.applicant.through.is_some();
    let applicant = Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person: master.applicant.handed_in_by(),
        acting_for: acts.then_some(mandate),
        shown_as: master.applicant_shown.clone(),
    });
    let mut parts = master.parts.clone();
    // In the order of the rows, so that the end of one part reaches all that rest on it.
    for part in bundle.rows().concat() {
        match next(&bundle, part, &parts, &ends) {
            Next::Waits => {}
            Next::Begins => {
                let of = Master { id: master.id, number: master.number.clone() };
                begin(tx, room, &applicant, now, &of, part).await?;
            }
            Next::Never(because) => {
                drop_part(tx, master, &part.id, Some(&because)).await?;
                if let Some(known) = parts.iter_mut().find(|known| known.part == part.id) {
                    (known.state, known.because) = (PartState::NotBegun, Some(because));
                }
            }
        }
    }
    Ok(())
}

/// A part that waited will never begin.
pub(super) async fn drop_part(
    tx: &mut Tx,
    master: &MasterCase,
    part: &str,
    because: Option<&str>,
) -> Result<(), store::Error> {
    tx.execute(
        "update master_parts set state = 'not-begun', because = $3
         where master = $1 and part = $2 and state = 'waiting'",
        vals![master.id, part, because],
    )
    .await?;
    Ok(())
}

fn next(bundle: &Bundle, part: &Part, parts: &[MasterPart], ends: &[Case]) -> Next {
    let state = |id: &str| parts.iter().find(|known| known.part == id);
    if state(&part.id).is_none_or(|known| known.state != PartState::Waiting) {
        return Next::Waits;
    }
    let mut all_there = true;
    for before in part.after.iter().filter_map(|id| state(id)) {
        match before.state {
            PartState::NotNeeded => {}
            PartState::NotBegun => return Next::Never(before.part.clone()),
            PartState::Waiting => all_there = false,
            PartState::Begun => match ends.iter().find(|case| Some(case.id) == before.case) {
                Some(case) if case.status == Status::Closed && case.outcome != Some(Outcome::Granted) => {
                    return Next::Never(before.part.clone());
                }
                Some(case) => all_there &= is_there(bundle, &before.part, case),
                None => all_there = false,
            },
        }
    }
    if all_there { Next::Begins } else { Next::Waits }
}

/// Whether a part was granted and everything that follows from it was done.
fn is_there(bundle: &Bundle, part: &str, case: &Case) -> bool {
    bundle.part(part).is_some_and(|part| {
        case.outcome == Some(Outcome::Granted) && cases::is_settled(&part.package.case_type, case)
    })
}
