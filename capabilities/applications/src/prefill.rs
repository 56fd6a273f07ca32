//! What the account already knows is not asked again (免填): it stands in the form and can be changed.

use catalogue::Package;
use kernel::{PersonActor, Refusal, Timestamp};
use serde_json::Value;
use store::Tx;

use crate::Room;
use crate::draft::Answers;
use crate::room::own_purpose;

/// Fields of a form that hold a person's own data, by the names that packages use.
const NAME: &[&str] = &["applicant_name", "contact_name"];
const RESIDENT_ID: &[&str] = &["id_number", "resident_id", "applicant_resident_id"];
const PHONE: &[&str] = &["phone", "mobile", "contact_mobile", "contact_phone"];
/// The same for legal persons; the contact is still the person who sits there.
const LEGAL_NAME: &[&str] = &["applicant_name", "institution_name", "organisation_name"];
const USCC: &[&str] = &["uscc", "applicant_uscc"];
const CONTACT_NAME: &[&str] = &["contact_name"];

/// The answers that can be given from the account, for the fields that this form has.
pub(crate) async fn of(
    tx: &mut Tx,
    room: &Room,
    by: &PersonActor,
    package: &Package,
    now: Timestamp,
) -> Result<Answers, Refusal> {
    let purpose = own_purpose(by, None);
    let person = identity::find_person(tx, &room.vault, &purpose, by.person, now).await?;
    let legal_person = match by.acting_for {
        Some(id) => identity::find_legal_person(tx, id).await?,
        None => None,
    };
    let mut known: Vec<(&[&str], String)> = Vec::new();
    if let Some(legal_person) = &legal_person {
        known.push((LEGAL_NAME, legal_person.name.clone()));
        known.push((USCC, legal_person.uscc.as_str().to_owned()));
    }
    if let Some(person) = &person {
        let names = if legal_person.is_some() { CONTACT_NAME } else { NAME };
        known.push((names, person.name.as_str().to_owned()));
        if legal_person.is_none() {
            known.push((RESIDENT_ID, person.resident_id.as_str().to_owned()));
        }
        // Forms ask for mainland numbers; one from elsewhere is better typed than corrected.
        let phone =
            person.phone.as_ref().map(identity::Phone::as_str).filter(|phone| !phone.starts_with('+'));
        known.extend(phone.map(|phone| (PHONE, phone.to_owned())));
    }
    let mut answers = Answers::new();
    for (fields, value) in known {
        let is_text = |name: &str| {
            package.form.field(name).is_some_and(|field| matches!(field.kind, catalogue::Kind::Text { .. }))
        };
        for field in fields.iter().filter(|field| is_text(field)) {
            answers.insert((*field).to_owned(), Value::String(value.clone()));
        }
    }
    Ok(answers)
}

/// The full name of whoever applies, for the office's eyes: of the legal person, or of the person.
pub(crate) async fn full_name(
    tx: &mut Tx,
    room: &Room,
    by: &PersonActor,
    now: Timestamp,
) -> Result<String, Refusal> {
    if let Some(id) = by.acting_for {
        let legal_person = identity::find_legal_person(tx, id).await?;
        return Ok(legal_person.map(|found| found.name).unwrap_or_default());
    }
    let person = identity::find_person(tx, &room.vault, &own_purpose(by, None), by.person, now).await?;
    person.map(|found| found.name.as_str().to_owned()).ok_or(Refusal::NotFound)
}
