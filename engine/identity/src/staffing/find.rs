//! Finding staff: of a body and those below it, by login, name or body.

use jiff::civil::Date;
use kernel::{BodyId, StaffId, Words};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

use crate::posts::{PostRecord, read as read_posts};

/// Somebody of staff with their posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundStaff {
    pub(crate) id: StaffId,
    pub(crate) login: String,
    pub(crate) name: String,
    pub(crate) is_disabled: bool,
    pub(crate) last_day: Option<Date>,
    pub(crate) has_start_password: bool,
    pub(crate) posts: Vec<PostRecord>,
}

/// Staff of `root` and what lies below it, by login. What was typed is the beginning of a login, a part of a name, or
/// a body.
pub(crate) async fn find(
    tx: &mut Tx,
    root: BodyId,
    typed: &str,
    request: &PageRequest,
) -> Result<Page<FoundStaff>> {
    let mut vals = request.keys(vals![""])?;
    vals.extend(vals![root, typed.trim(), typed.trim().to_lowercase(), request.size.limit()]);
    let rows = tx.fetch_all(FIND, vals).await?;
    let mut found: Vec<(FoundStaff, Vec<Row>)> = Vec::new();
    for row in rows {
        let id: StaffId = row.get(10)?;
        if found.last().is_none_or(|(last, _)| last.id != id) {
            let one = FoundStaff {
                id,
                login: row.get(11)?,
                name: row.get(12)?,
                is_disabled: row.get::<Option<i64>>(13)?.is_some(),
                last_day: row.get(14)?,
                has_start_password: row.get::<Option<i64>>(15)?.is_some(),
                posts: Vec::new(),
            };
            found.push((one, Vec::new()));
        }
        if let (Some((_, rows)), Some(_)) = (found.last_mut(), row.get::<Option<String>>(0)?) {
            rows.push(row);
        }
    }
    let mut items = Vec::with_capacity(found.len());
    for (mut one, rows) in found {
        one.posts = read_posts(&rows)?.into_iter().map(|(_, post)| post).collect();
        items.push(one);
    }
    Ok(Page::cut(items, request.size, |one| vals![&one.login]))
}

/// The first columns are those of a post.
pub(crate) const FIND: &str = "with recursive below(id) as (
         select id from bodies where id = $2
         union select b.id from bodies b join below on b.parent = below.id),
     found as (
         select s.id, s.login, s.name, s.disabled_at, s.last_day, s.start_until from staff s
         where s.login > $1
             and exists (
                 select 1 from posts p join bodies b on b.id = p.body
                 where p.staff = s.id and p.body in (select id from below)
                     and ($3 = '' or substr(s.login, 1, length($4)) = $4 or replace(s.name, $3, '') <> s.name
                          or b.slug = $4 or replace(b.name_zh, $3, '') <> b.name_zh))
         order by s.login limit $5)
     select p.id, p.body, b.slug, b.name_zh, b.name_en, b.division, p.title, p.first_day, p.last_day, r.role, f.id,
            f.login, f.name, f.disabled_at, f.last_day, f.start_until
     from found f left join posts p on p.staff = f.id left join bodies b on b.id = p.body
         left join post_roles r on r.post = p.id
     order by f.login, p.first_day, p.id, r.role";

/// A body that can be chosen.
pub(crate) struct BodyChoice {
    pub(crate) id: BodyId,
    pub(crate) slug: String,
    pub(crate) name: Words,
}

/// A body and those below it, by their short names: at most so many.
pub(crate) async fn bodies_below(tx: &mut Tx, root: BodyId, most: i64) -> Result<Vec<BodyChoice>> {
    let sql = "with recursive below(id) as (
             select id from bodies where id = $1
             union select b.id from bodies b join below on b.parent = below.id)
         select b.id, b.slug, b.name_zh, b.name_en from bodies b where b.id in (select id from below)
         order by b.division, b.slug limit $2";
    let rows = tx.fetch_all(sql, vals![root, most]).await?;
    let choice = |row: &Row| {
        let name = Words::new(row.get::<String>(2)?, row.get::<String>(3)?);
        Ok(BodyChoice { id: row.get(0)?, slug: row.get(1)?, name })
    };
    rows.iter().map(choice).collect()
}
