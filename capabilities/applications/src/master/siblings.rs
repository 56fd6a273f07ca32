//! Of which one thing a case is a part, and where its other parts stand: names and states, nothing personal.

use cases::Case;
use kernel::{CaseId, Refusal};
use store::Tx;
use web::Visitor;

use super::standing::{pick, state_of};
use super::{MasterError, PartState, of_case};
use crate::Room;

/// The one thing around a case.
pub(crate) struct Siblings {
    /// Name of the bundle.
    pub(crate) name: String,
    /// 主办件编号
    pub(crate) number: String,
    /// The page of the whole, for the applicant.
    pub(crate) href: String,
    /// The other parts.
    pub(crate) parts: Vec<Sibling>,
    /// Names of materials of this case that the results of parts before it stand for.
    pub(crate) given: Vec<String>,
}

/// Another part.
pub(crate) struct Sibling {
    /// Its name.
    pub(crate) name: String,
    /// Where it stands, in words.
    pub(crate) state: String,
    /// Its case, for readers who may open it.
    pub(crate) case: Option<CaseId>,
}

/// The one thing of which this case is a part; nothing for a case of its own. `may_see` says which of the other cases
/// the reader may open.
pub(crate) async fn of(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    case: &Case,
    may_see: impl Fn(&Case) -> bool,
) -> Result<Option<Siblings>, Refusal> {
    if case.intake.bundle.is_none() {
        return Ok(None);
    }
    let Some(master) = of_case(tx, case.id).await? else { return Ok(None) };
    let bundle = master.bundle(room)?;
    let mut parts = Vec::new();
    let mut given = Vec::new();
    for known in &master.parts {
        let part = bundle.part(&known.part).ok_or(MasterError::NotFound)?;
        if known.case == Some(case.id) {
            let name = |id: &String| Some(pick(visitor, &part.package.item.material(id)?.name));
            given = part.given.iter().filter_map(name).collect();
            continue;
        }
        let sibling = match known.case {
            Some(id) => {
                let other = cases::get(tx, id).await?;
                let key = match other.outcome {
                    Some(outcome) => format!("cases-outcome-{}", outcome.as_str()),
                    None => format!("cases-status-{}", state_of(other.status, None)),
                };
                (visitor.t(&key), may_see(&other).then_some(id))
            }
            None => (visitor.t(&format!("applications-part-{}", known.state.as_str())), None),
        };
        if known.state != PartState::NotNeeded {
            parts.push(Sibling { name: pick(visitor, &part.name), state: sibling.0, case: sibling.1 });
        }
    }
    Ok(Some(Siblings {
        name: pick(visitor, &bundle.asked.item.name),
        number: master.number.clone(),
        href: format!("/master-cases/{}", master.id),
        parts,
        given,
    }))
}
