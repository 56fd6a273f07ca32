//! What a grant would change or end in a register must be there on the day of the decision: else the decision could not be
//! carried out.

use cases::{Case, Effect};
use catalogue::Package;
use kernel::{Actor, Refusal};
use serde_json::Value;
use store::{Purpose, Tx};

use super::DeskError;
use crate::{Room, dossier};

/// Refuses a grant whose register entry is not there or has ended since the application came in. The case is as the decision
/// would leave it.
pub(super) async fn check(
    tx: &mut Tx,
    room: &Room,
    package: &Package,
    decided: &Case,
) -> Result<(), DeskError> {
    for (register, path) in package.process().effects.granted.iter().filter_map(Effect::needs_entry) {
        let code = code(tx, room, decided, path).await?;
        let entry = match &code {
            Some(code) => registers::find_entry(tx, register, code).await?,
            None => None,
        };
        if entry.is_none() {
            return Err(DeskError::Refused(Refusal::conflict("desk-register-entry-gone")));
        }
    }
    Ok(())
}

/// The code under which the entry stands: where the package says, or the applicant's own.
async fn code(
    tx: &mut Tx,
    room: &Room,
    case: &Case,
    path: Option<&str>,
) -> Result<Option<String>, DeskError> {
    let text =
        |value: Option<&Value>| value.and_then(Value::as_str).map(|code| code.trim().to_ascii_uppercase());
    match path.map(|path| path.split_once('.').unwrap_or((path, ""))) {
        None => {
            let Some(id) = case.applicant.acting_for else { return Ok(None) };
            let found = identity::find_legal_person(tx, id).await?;
            Ok(found.map(|legal_person| legal_person.uscc.to_string()))
        }
        Some(("finding", id)) => Ok(text(case.findings.get(id))),
        Some(("form", field)) => {
            let purpose = Purpose::new("check-register", Actor::System.reference()).for_case(case.id);
            let answers = dossier::answers_of_case(tx, room, case.id, &purpose).await?;
            Ok(answers.as_ref().and_then(|answers| text(answers.get(field))))
        }
        Some(_) => Ok(None),
    }
}
