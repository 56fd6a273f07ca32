//! Members of staff (工作人员).

use std::collections::BTreeSet;

use jiff::civil::Date;
use kernel::{BodyId, PostId, Role, StaffId};
use store::{Result, Tx, vals};

use crate::posts::{self, PostRecord};

/// A member of staff as a body knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRecord {
    /// Their id.
    pub id: StaffId,
    /// What they type to sign in.
    pub login: String,
    /// The name on documents; an official's name is not secret (政府信息公开).
    pub name: String,
    /// The body.
    pub body: BodyId,
    /// What they are trusted with there, in all posts that they hold there.
    pub roles: BTreeSet<Role>,
    /// Whether they work there no more: left, moved, or cannot sign in.
    pub is_disabled: bool,
}

/// Who works in a body on this day, and who did before, by login.
pub async fn staff_of(tx: &mut Tx, body: BodyId, day: Date) -> Result<Vec<StaffRecord>> {
    let rows = tx
        .fetch_all(
            "select s.id, s.login, s.name, s.disabled_at, r.role,
                    case when p.last_day is null or p.last_day >= $2 then 1 else 0 end
             from posts p join staff s on s.id = p.staff join post_roles r on r.post = p.id
             where p.body = $1 and p.first_day <= $2 order by s.login, r.role",
            vals![body, day],
        )
        .await?;
    let mut staff: Vec<StaffRecord> = Vec::new();
    for row in &rows {
        let id = row.get(0)?;
        if staff.last().is_none_or(|last| last.id != id) {
            let (login, name) = (row.get(1)?, row.get(2)?);
            staff.push(StaffRecord { id, login, name, body, roles: BTreeSet::new(), is_disabled: true });
        }
        let is_held = row.get::<i64>(5)? == 1 && row.get::<Option<i64>>(3)?.is_none();
        if let (Some(last), true) = (staff.last_mut(), is_held) {
            last.is_disabled = false;
            last.roles.insert(row.parse(4)?);
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

/// The account of a member of staff, whatever their posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffAccount {
    /// Their id.
    pub id: StaffId,
    /// What they type to sign in.
    pub login: String,
    /// Their name.
    pub name: String,
    /// Whether they can no longer sign in.
    pub is_disabled: bool,
    /// The last civil day of who leaves.
    pub last_day: Option<Date>,
    /// Why they leave.
    pub leave_reason: String,
    /// Whether they have a start password that they have not changed.
    pub has_start_password: bool,
}

/// A member of staff, if there is one of this id.
pub async fn find_staff(tx: &mut Tx, id: StaffId) -> Result<Option<StaffAccount>> {
    let row = tx
        .fetch_optional(
            "select login, name, disabled_at, last_day, leave_reason, start_until from staff where id = $1",
            vals![id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(StaffAccount {
        id,
        login: row.get(0)?,
        name: row.get(1)?,
        is_disabled: row.get::<Option<i64>>(2)?.is_some(),
        last_day: row.get(3)?,
        leave_reason: row.get(4)?,
        has_start_password: row.get::<Option<i64>>(5)?.is_some(),
    }))
}

/// What a member of staff may do today.
#[derive(Debug, Clone)]
pub(crate) struct Powers {
    /// The post in which they act.
    pub(crate) post: PostRecord,
    /// Whether they hold several and have chosen none in this visit.
    pub(crate) must_choose: bool,
    /// How many they hold.
    pub(crate) count: usize,
    /// Colleagues of the same body for whom they stand in (代理).
    pub(crate) deputy_of: BTreeSet<StaffId>,
}

/// The post that was chosen, or the only one, with the colleagues for whom they stand in there; nothing where they hold
/// none today. Whoever holds several and has chosen none has no role until they do.
pub(crate) async fn powers_of(
    tx: &mut Tx,
    staff: StaffId,
    chosen: Option<PostId>,
    today: Date,
) -> Result<Option<Powers>> {
    let rows = tx.fetch_all(POWERS, vals![staff, today]).await?;
    let (mut own, mut absent) = (Vec::new(), Vec::new());
    for row in rows {
        match row.get::<Option<StaffId>>(11)? {
            Some(colleague) => absent.push((row.get::<BodyId>(1)?, colleague)),
            None => own.push(row),
        }
    }
    let mut held: Vec<PostRecord> = posts::read(&own)?.into_iter().map(|(_, post)| post).collect();
    let count = held.len();
    if count == 0 {
        return Ok(None);
    }
    let at = chosen.and_then(|id| held.iter().position(|post| post.id == id));
    let must_choose = at.is_none() && count > 1;
    let mut post = held.swap_remove(at.unwrap_or(0));
    if must_choose {
        post.roles.clear();
        absent.clear();
    }
    let here = absent.into_iter().filter(|(body, _)| *body == post.body);
    let deputy_of = here.map(|(_, colleague)| colleague).collect();
    Ok(Some(Powers { post, must_choose, count, deputy_of }))
}

/// Their posts, and the colleagues for whom they stand in, in one look. A colleague who has left the body is stood in
/// for no more; their work goes back to where everybody can take it.
pub(crate) const POWERS: &str =
    "select p.id, p.body, b.slug, b.name_zh, b.name_en, b.division, p.title, p.first_day, p.last_day, r.role, p.staff, null
     from posts p join bodies b on b.id = p.body join post_roles r on r.post = p.id
     where p.staff = $1 and p.first_day <= $2 and (p.last_day is null or p.last_day >= $2)
     union all
     select null, d.body, null, null, null, null, null, null, null, null, null, d.absent
     from deputies d join staff a on a.id = d.absent
     where d.deputy = $1 and d.ended_at is null and d.last_day >= $2 and d.first_day <= $2
         and a.disabled_at is null
         and exists (select 1 from posts q where q.staff = d.absent and q.body = d.body and q.first_day <= $2
                     and (q.last_day is null or q.last_day >= $2))
     order by 8, 1, 10";
