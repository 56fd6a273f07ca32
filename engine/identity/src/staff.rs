//! Members of staff (工作人员).

use std::collections::BTreeSet;

use kernel::{BodyId, Role, StaffId};
use store::{Result, Tx, vals};

/// A member of staff as the rest of the platform knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRecord {
    /// Their id.
    pub id: StaffId,
    /// What they type to sign in.
    pub login: String,
    /// The name on documents; an official's name is not secret (政府信息公开).
    pub name: String,
    /// Where they work.
    pub body: BodyId,
    /// What they are trusted with.
    pub roles: BTreeSet<Role>,
    /// Whether they can no longer sign in.
    pub is_disabled: bool,
}

/// The staff of a body, by login.
pub async fn staff_of(tx: &mut Tx, body: BodyId) -> Result<Vec<StaffRecord>> {
    let rows = tx
        .fetch_all(
            "select s.id, s.login, s.name, s.body, s.disabled_at, r.role
             from staff s left join staff_roles r on r.staff = s.id
             where s.body = $1 order by s.login, r.role",
            vals![body],
        )
        .await?;
    let mut staff: Vec<StaffRecord> = Vec::new();
    for row in &rows {
        let id = row.get(0)?;
        if staff.last().is_none_or(|last| last.id != id) {
            staff.push(StaffRecord {
                id,
                login: row.get(1)?,
                name: row.get(2)?,
                body: row.get(3)?,
                roles: BTreeSet::new(),
                is_disabled: row.get::<Option<i64>>(4)?.is_some(),
            });
        }
        if let (Some(last), Some(_)) = (staff.last_mut(), row.get::<Option<String>>(5)?) {
            last.roles.insert(row.parse(5)?);
        }
    }
    Ok(staff)
}

/// The roles of a member of staff.
pub(crate) async fn roles_of(tx: &mut Tx, staff: StaffId) -> Result<BTreeSet<Role>> {
    let rows = tx.fetch_all("select role from staff_roles where staff = $1", vals![staff]).await?;
    rows.iter().map(|row| row.parse(0)).collect()
}
