//! Adding a legal person with its representative.

use codes::SocialCreditCode;
use kernel::{Items, LegalPersonId, MandateKind, PersonId, Principal, Timestamp};
use serde::Deserialize;
use store::{Tx, fresh_id, vals};

use crate::add::{AddError, Faults, is_label};
use crate::legal_persons::LegalPersonKind;
use crate::mandates::{self, NewMandate, all_rights};

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
        "insert into legal_persons (id, name, uscc, kind, created_at) values ($1, $2, $3, $4, $5)",
        vals![id, legal_person.name.trim(), uscc.as_str(), legal_person.kind.as_str(), now],
    )
    .await
    .map_err(|error| error.on_constraint("legal_persons_uscc_key", || AddError::Taken("uscc")))?;
    let represents = NewMandate {
        kind: MandateKind::Representative,
        principal: Principal::LegalPerson(id),
        person: legal_person.representative,
        rights: all_rights(),
        items: Items::All,
        until: None,
        granted_by: "system".into(),
    };
    mandates::insert(tx, &represents, now).await?;
    Ok(id)
}
