//! What must be true of whoever applies (资格核验): asked when an application begins, as far as it can be known then, and
//! again when it is handed in.

use catalogue::{Package, Requirement};
use kernel::{Message, PersonActor, Timestamp, Words};
use store::Tx;

use crate::Room;
use crate::draft::Answers;
use crate::known::{self, Known};

/// The place under which a fault of this kind is named.
pub(crate) const FIELD: &str = "requirements";

/// What does not hold. Without answers only what needs none is asked.
pub(crate) fn unmet<'a>(
    package: &'a Package,
    answers: Option<&Answers>,
    known: &Known,
) -> Vec<&'a Requirement> {
    let fails = |one: &&Requirement| one.holds(answers, &known.0, known.1) == Some(false);
    package.item.requirements.iter().filter(fails).collect()
}

/// What does not hold for this person before anything was filled in, in the words of the package.
pub(crate) async fn unmet_at_first(
    tx: &mut Tx,
    room: &Room,
    package: &Package,
    by: &PersonActor,
    now: Timestamp,
) -> Result<Vec<Words>, store::Error> {
    if package.item.requirements.is_empty() {
        return Ok(Vec::new());
    }
    let known = known::ask(tx, room, package, by, &Answers::new(), now).await?;
    Ok(unmet(package, None, &known).into_iter().map(|requirement| requirement.says.clone()).collect())
}

/// The reason as a sentence of the catalogue: each language shows its own words.
pub(crate) fn message(says: &Words) -> Message {
    Message::new("applications-requirement").with("zh", &says.zh).with("en", &says.en)
}

#[cfg(test)]
mod tests;
