//! Adding a natural person. Registration ends here too.

use codes::{DivisionCode, ResidentId};
use kernel::{PersonId, Timestamp};
use serde::Deserialize;
use store::{Tx, Vault, fresh_id, vals};

use crate::add::{self, AddError, Faults};
use crate::password::{self, Passwords};
use crate::person_name::{PersonName, Phone};
use crate::personal;
use crate::persons::Assurance;

/// A person as they are written down. In clear, so `Debug` shows nothing.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddPerson {
    /// Name.
    pub name: String,
    /// Identity number.
    pub resident_id: String,
    /// Phone.
    #[serde(default)]
    pub phone: Option<String>,
    /// Where they live.
    #[serde(default)]
    pub division: Option<String>,
    /// Without one they sign in elsewhere.
    #[serde(default)]
    pub password: Option<String>,
    /// How sure it is that this is them.
    #[serde(default)]
    pub assurance: Assurance,
}

impl std::fmt::Debug for AddPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddPerson").finish_non_exhaustive()
    }
}

/// A person whose fields have all been read.
pub(crate) struct CheckedPerson {
    pub(crate) name: PersonName,
    pub(crate) resident_id: ResidentId,
    pub(crate) phone: Option<Phone>,
    division: Option<DivisionCode>,
    assurance: Assurance,
}

/// Adds a person.
pub async fn add_person(
    tx: &mut Tx,
    vault: &Vault,
    passwords: &Passwords,
    now: Timestamp,
    person: AddPerson,
) -> Result<PersonId, AddError> {
    let checked = check(&person)?;
    let hash = add::hash(passwords, person.password.as_deref()).await?;
    insert(tx, vault, now, &checked, hash).await
}

/// Reads every field and names every one that is wrong.
pub(crate) fn check(person: &AddPerson) -> Result<CheckedPerson, AddError> {
    let mut faults = Faults::default();
    let name = faults.take("name", PersonName::parse(&person.name), "identity-name-wrong");
    let resident_id =
        faults.take("resident_id", ResidentId::parse(&person.resident_id), "identity-resident-id-wrong");
    let phone = person.phone.as_deref().map(Phone::parse).transpose();
    let phone = faults.take("phone", phone, "identity-phone-wrong");
    let division = person.division.as_deref().map(DivisionCode::parse).transpose();
    let division = faults.take("division", division, "identity-division-wrong");
    if let Some(password) = &person.password {
        let known = [
            resident_id.as_ref().map_or("", ResidentId::as_str),
            phone.as_ref().and_then(Option::as_ref).map_or("", Phone::as_str),
            person.name.as_str(),
        ];
        faults.password(password::check(password, &known));
    }
    let (((name, resident_id), phone), division) =
        faults.with(name.zip(resident_id).zip(phone).zip(division))?;
    Ok(CheckedPerson { name, resident_id, phone, division, assurance: person.assurance })
}

pub(crate) async fn insert(
    tx: &mut Tx,
    vault: &Vault,
    now: Timestamp,
    person: &CheckedPerson,
    password_hash: Option<String>,
) -> Result<PersonId, AddError> {
    let sealed = personal::seal(vault, &person.name, &person.resident_id, person.phone.as_ref())?;
    let id: PersonId = fresh_id(now);
    tx.execute(
        "insert into persons
           (id, name_sealed, resident_id_sealed, resident_id_blind, phone_sealed, phone_blind, division,
            password_hash, assurance_level, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vals![
            id,
            sealed.name,
            sealed.resident_id,
            personal::resident_id_blind(vault, &person.resident_id),
            sealed.phone,
            person.phone.as_ref().map(|phone| personal::phone_blind(vault, phone)),
            person.division.as_ref().map_or("", DivisionCode::as_str),
            password_hash,
            person.assurance.as_str(),
            now,
        ],
    )
    .await
    .map_err(taken)?;
    Ok(id)
}

/// Which field another account has already.
pub(crate) fn taken(error: store::Error) -> AddError {
    if let store::Error::Unique { constraint } = &error
        && constraint == "persons_resident_id_blind_key"
    {
        return AddError::Taken("resident_id");
    }
    error.on_constraint("persons_phone_blind_key", || AddError::Taken("phone"))
}
