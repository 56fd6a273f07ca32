//! What the account already knows is not asked again (免填): it stands in the form and can be changed.

use catalogue::Package;
use kernel::{PersonActor, Principal, Refusal, Timestamp};
use serde_json::Value;
use store::{Purpose, Tx};

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
    // Who sits there is the contact; who applies is whoever they act for.
    let contact = identity::find_person(tx, &room.vault, &contact_purpose(by), by.person, now).await?;
    let applicant = match by.principal() {
        Principal::Person(id) if id != by.person => {
            identity::find_person(tx, &room.vault, &own_purpose(by, None), id, now).await?
        }
        Principal::Person(_) | Principal::LegalPerson(_) => contact.clone(),
    };
    let legal_person = match by.legal_person() {
        Some(id) => identity::find_legal_person(tx, id).await?,
        None => None,
    };
    let mut known: Vec<(&[&str], String)> = Vec::new();
    if let Some(legal_person) = &legal_person {
        known.push((LEGAL_NAME, legal_person.name.clone()));
        known.push((USCC, legal_person.uscc.as_str().to_owned()));
    } else if let Some(applicant) = &applicant {
        known.push((NAME, applicant.name.as_str().to_owned()));
        known.push((RESIDENT_ID, applicant.resident_id.as_str().to_owned()));
    }
    if let Some(contact) = &contact {
        if by.acting_for.is_some() {
            known.push((CONTACT_NAME, contact.name.as_str().to_owned()));
        }
        // Forms ask for mainland numbers; one from elsewhere is better typed than corrected.
        let phone =
            contact.phone.as_ref().map(identity::Phone::as_str).filter(|phone| !phone.starts_with('+'));
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
    let id = match by.principal() {
        Principal::LegalPerson(id) => {
            let legal_person = identity::find_legal_person(tx, id).await?;
            return Ok(legal_person.map(|found| found.name).unwrap_or_default());
        }
        Principal::Person(id) => id,
    };
    let person = identity::find_person(tx, &room.vault, &own_purpose(by, None), id, now).await?;
    person.map(|found| found.name.as_str().to_owned()).ok_or(Refusal::NotFound)
}

/// One's own name and telephone, as whoever is to be asked.
fn contact_purpose(by: &PersonActor) -> Purpose {
    Purpose::new("applications.own", format!("person:{}", by.person))
}
