//! Adding a member of staff to a body.

use std::collections::BTreeSet;

use kernel::{Role, StaffId, Timestamp};
use serde::Deserialize;
use store::{Tx, fresh_id, vals};

use crate::add::{self, AddError, Faults, is_slug};
use crate::bodies::find_body;
use crate::password::{self, Passwords};
use crate::person_name::PersonName;

/// A member of staff as they are written down.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddStaff {
    /// What they type to sign in: small letters, digits, hyphens, dots, underscores.
    pub login: String,
    /// The name on documents.
    pub name: String,
    /// The slug of the body they work in.
    pub body: String,
    /// What they are trusted with.
    pub roles: BTreeSet<Role>,
    /// Without one they sign in elsewhere.
    #[serde(default)]
    pub password: Option<String>,
}

impl std::fmt::Debug for AddStaff {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddStaff")
            .field("login", &self.login)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

/// Adds a member of staff.
pub async fn add_staff(
    tx: &mut Tx,
    passwords: &Passwords,
    now: Timestamp,
    staff: AddStaff,
) -> Result<StaffId, AddError> {
    let body = find_body(tx, &staff.body).await?;
    let mut faults = Faults::default();
    faults.require("login", is_slug(&staff.login), "identity-slug-form");
    faults.require("roles", !staff.roles.is_empty(), "identity-roles-missing");
    if let Some(password) = &staff.password {
        faults.password(password::check(password, &[&staff.login]));
    }
    let name = faults.take("name", PersonName::parse(&staff.name), "identity-name-wrong");
    let body = faults.take("body", body.ok_or(()), "identity-body-unknown");
    let (name, body) = faults.with(name.zip(body))?;
    let hash = add::hash(passwords, staff.password.as_deref()).await?;
    let id: StaffId = fresh_id(now);
    tx.execute(
        "insert into staff (id, login, name, body, password_hash, disabled_at, created_at)
         values ($1, $2, $3, $4, $5, null, $6)",
        vals![id, staff.login, name.as_str(), body.id, hash, now],
    )
    .await
    .map_err(|error| error.on_constraint("staff_login_key", || AddError::Taken("login")))?;
    for role in staff.roles {
        tx.execute("insert into staff_roles (staff, role) values ($1, $2)", vals![id, role.as_str()]).await?;
    }
    Ok(id)
}
