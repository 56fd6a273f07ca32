//! Adding a legal person with its representative.

use codes::SocialCreditCode;
use kernel::{LegalPersonId, PersonId, Timestamp};
use serde::Deserialize;
use store::{Tx, fresh_id, vals};

use crate::add::{AddError, Faults, is_label};
use crate::legal_persons::LegalPersonKind;

/// A legal person as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddLegalPerson {
    /// Its registered name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: String,
    /// What it is.
    pub kind: LegalPersonKind,
    /// The legal representative, who has an account.
    pub representative: PersonId,
}

/// Adds a legal person.
pub async fn add_legal_person(
    tx: &mut Tx,
    now: Timestamp,
    legal_person: AddLegalPerson,
) -> Result<LegalPersonId, AddError> {
    let known =
        tx.fetch_optional("select 1 from persons where id = $1", vals![legal_person.representative]).await?;
    let mut faults = Faults::default();
    faults.require("representative", known.is_some(), "identity-person-unknown");
    faults.require("name", is_label(&legal_person.name), "identity-name-missing");
    let uscc = faults.take("uscc", SocialCreditCode::parse(&legal_person.uscc), "identity-uscc-wrong");
    let uscc = faults.with(uscc)?;
    let id: LegalPersonId = fresh_id(now);
    tx.execute(
        "insert into legal_persons (id, name, uscc, kind, representative, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        vals![
            id,
            legal_person.name.trim(),
            uscc.as_str(),
            legal_person.kind.as_str(),
            legal_person.representative,
            now,
        ],
    )
    .await
    .map_err(|error| error.on_constraint("legal_persons_uscc_key", || AddError::Taken("uscc")))?;
    Ok(id)
}
