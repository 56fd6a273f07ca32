//! Adding a member of staff to a body.

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{Role, StaffId, Timestamp};
use serde::Deserialize;
use store::{Tx, fresh_id, vals};

use crate::add::{self, AddError, Faults, is_slug};
use crate::bodies::find_body;
use crate::password::{self, Passwords};
use crate::person_name::PersonName;
use crate::posts::{self, NewPost};

/// The first day of posts of which nobody has said since when they are held.
const BEFORE_ALL: Date = Date::constant(2000, 1, 1);

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
        faults.password(password::check(password, &[&staff.login, &staff.name]));
    }
    let name = faults.take("name", PersonName::parse(&staff.name), "identity-name-wrong");
    let body = faults.take("body", body.ok_or(()), "identity-body-unknown");
    let (name, body) = faults.with(name.zip(body))?;
    let hash = add::hash(passwords, staff.password.as_deref()).await?;
    let id: StaffId = fresh_id(now);
    tx.execute(
        "insert into staff (id, login, name, password_hash, disabled_at, created_at)
         values ($1, $2, $3, $4, null, $5)",
        vals![id, staff.login, name.as_str(), hash, now],
    )
    .await
    .map_err(|error| error.on_constraint("staff_login_key", || AddError::Taken("login")))?;
    let post = NewPost {
        staff: id,
        body: body.id,
        title: "",
        roles: &staff.roles,
        first_day: BEFORE_ALL,
        last_day: None,
    };
    posts::insert(tx, &post, now).await?;
    Ok(id)
}
