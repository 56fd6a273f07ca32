//! Members of staff (工作人员).

use std::collections::BTreeSet;

use jiff::civil::Date;
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

/// Who of staff signs in by this login.
pub async fn find_staff_by_login(tx: &mut Tx, login: &str) -> Result<Option<StaffId>> {
    let sql = "select id from staff where login = $1";
    let row = tx.fetch_optional(sql, vals![login.trim().to_lowercase()]).await?;
    row.map(|row| row.get(0)).transpose()
}

/// A member of staff, if there is one of this id.
pub async fn find_staff(tx: &mut Tx, id: StaffId) -> Result<Option<StaffRecord>> {
    let rows = tx
        .fetch_all(
            "select s.login, s.name, s.body, s.disabled_at, r.role
             from staff s left join staff_roles r on r.staff = s.id where s.id = $1 order by r.role",
            vals![id],
        )
        .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut roles = BTreeSet::new();
    for row in &rows {
        if row.get::<Option<String>>(4)?.is_some() {
            roles.insert(row.parse(4)?);
        }
    }
    Ok(Some(StaffRecord {
        id,
        login: first.get(0)?,
        name: first.get(1)?,
        body: first.get(2)?,
        roles,
        is_disabled: first.get::<Option<i64>>(3)?.is_some(),
    }))
}

/// What a member of staff may do today, in one look: their roles, and the colleagues for whom they stand in (代理).
/// A colleague who has left is stood in for no more; their work is handed on by whoever shares it out.
pub(crate) async fn powers_of(
    tx: &mut Tx,
    staff: StaffId,
    body: BodyId,
    today: Date,
) -> Result<(BTreeSet<Role>, BTreeSet<StaffId>)> {
    let rows = tx.fetch_all(POWERS, vals![staff, body, today]).await?;
    let (mut roles, mut deputy_of) = (BTreeSet::new(), BTreeSet::new());
    for row in &rows {
        match row.get::<Option<StaffId>>(1)? {
            Some(absent) => _ = deputy_of.insert(absent),
            None => _ = roles.insert(row.parse(0)?),
        }
    }
    Ok((roles, deputy_of))
}

pub(crate) const POWERS: &str = "select r.role, null from staff_roles r where r.staff = $1
     union all
     select null, d.absent from deputies d join staff a on a.id = d.absent
     where d.deputy = $1 and d.ended_at is null and d.last_day >= $3 and d.first_day <= $3
         and a.disabled_at is null and a.body = $2";
