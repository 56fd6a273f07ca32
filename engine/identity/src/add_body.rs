//! Adding a body to the directory.

use codes::{DivisionCode, DivisionLevel, SocialCreditCode};
use kernel::{BodyId, Timestamp, Words};
use serde::Deserialize;
use store::{Tx, fresh_id, vals};

use crate::add::{AddError, Faults, is_label, is_slug};
use crate::bodies::find_body;

/// A body as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddBody {
    /// Short name used in packages, forms and addresses.
    pub slug: String,
    /// Full name.
    pub name: Words,
    /// Unified social credit code.
    pub uscc: String,
    /// Division down to the town.
    pub division: String,
    /// Departments whose items it handles, two characters each as in catalogue codes; `*` all.
    pub serves: Vec<String>,
    /// The slug of the body above it.
    #[serde(default)]
    pub parent: Option<String>,
    /// Where to find it.
    #[serde(default)]
    pub address: String,
    /// How to call it.
    #[serde(default)]
    pub phone: String,
}

/// Adds a body.
pub async fn add_body(tx: &mut Tx, now: Timestamp, body: AddBody) -> Result<BodyId, AddError> {
    let (uscc, division) = checked(&body)?;
    let parent = match &body.parent {
        None => None,
        Some(slug) => {
            let found = find_body(tx, slug).await?;
            let mut faults = Faults::default();
            faults.require("parent", found.is_some(), "identity-body-unknown");
            faults.finish()?;
            found.map(|parent| parent.id)
        }
    };
    let id: BodyId = fresh_id(now);
    tx.execute(
        "insert into bodies (id, slug, name_zh, name_en, uscc, division, serves, parent, address, phone)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        vals![
            id,
            body.slug,
            body.name.zh,
            body.name.en,
            uscc.as_str(),
            division.as_str(),
            body.serves.join(","),
            parent,
            body.address,
            body.phone,
        ],
    )
    .await
    .map_err(|error| error.on_constraint("bodies_slug_key", || AddError::Taken("slug")))?;
    Ok(id)
}

fn checked(body: &AddBody) -> Result<(SocialCreditCode, DivisionCode), AddError> {
    let mut faults = Faults::default();
    faults.require("slug", is_slug(&body.slug), "identity-slug-form");
    faults.require("name", is_label(&body.name.zh) && is_label(&body.name.en), "identity-name-missing");
    let uscc = faults.take("uscc", SocialCreditCode::parse(&body.uscc), "identity-uscc-wrong");
    let division = faults.take("division", DivisionCode::parse(&body.division), "identity-division-wrong");
    let has_office = division.as_ref().is_none_or(|division| division.level() != DivisionLevel::Village);
    faults.require("division", has_office, "identity-division-wrong");
    let is_department = |code: &String| {
        code == "*" || ((1..=4).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    faults.require("serves", body.serves.iter().all(is_department), "identity-department-wrong");
    faults.with(uscc.zip(division))
}
