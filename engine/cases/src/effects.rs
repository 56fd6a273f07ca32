//! What a decision has for consequences: which, and the job for each.

use kernel::{CaseId, Timestamp};
use serde_json::json;
use store::Tx;

use crate::case::Case;
use crate::error::CaseError;
use crate::process::{CaseType, Effect};
use crate::record::EFFECT_JOB;
use crate::status::{Outcome, Status};

pub(crate) async fn plan_effects(
    tx: &mut Tx,
    now: Timestamp,
    effects: &[Effect],
    case: CaseId,
) -> Result<(), CaseError> {
    for effect in effects {
        store::jobs::enqueue(
            tx,
            &store::jobs::NewJob {
                kind: EFFECT_JOB,
                key: format!("{case}:{}", effect.key()),
                payload: json!({ "case": case, "effect": effect }),
                run_at: now,
            },
        )
        .await?;
    }
    Ok(())
}

/// Whether a case has ended, and everything that follows from its outcome was done.
pub fn is_settled(case_type: &CaseType, case: &Case) -> bool {
    let is_done = |effect: &Effect| case.effects.iter().any(|(key, _)| *key == effect.key());
    case.status == Status::Closed && effects_of(case_type, case).iter().all(is_done)
}

/// The effects that the outcome of a case has.
pub fn effects_of<'a>(case_type: &'a CaseType, case: &Case) -> &'a [Effect] {
    match case.outcome {
        Some(Outcome::Granted) => &case_type.process.effects.granted,
        Some(Outcome::Refused) => &case_type.process.effects.refused,
        Some(Outcome::NotAccepted | Outcome::Withdrawn | Outcome::OutOfTime | Outcome::Terminated) | None => {
            &[]
        }
    }
}
