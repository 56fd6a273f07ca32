//! The directory of bodies (机构): who they are, which departments' items they handle and for which division.

use codes::DivisionCode;
use kernel::{BodyId, Words};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

/// A body that decides, hears or accepts (机构).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyRecord {
    /// Its id.
    pub id: BodyId,
    /// Short name used in packages, forms and addresses.
    pub slug: String,
    /// Full name.
    pub name: Words,
    /// Unified social credit code (统一社会信用代码).
    pub uscc: String,
    /// Division, six digits, or nine for towns (行政区划).
    pub division: String,
    /// Departments whose items it handles (`11` civil affairs); `*` all.
    pub serves: Vec<String>,
    /// The body above it.
    pub parent: Option<BodyId>,
    /// Where to find it.
    pub address: String,
    /// How to call it.
    pub phone: String,
}

/// Every body of this node, in the order of divisions. A province has some ten thousand, which fit in memory.
pub async fn bodies(tx: &mut Tx) -> Result<Vec<BodyRecord>> {
    let rows = tx
        .fetch_all(
            "select id, slug, name_zh, name_en, uscc, division, serves, parent, address, phone
             from bodies order by division, slug",
            vals![],
        )
        .await?;
    rows.iter().map(read).collect()
}

/// Bodies of a division and those inside it, by the page; without a division, all.
pub async fn list_bodies(
    tx: &mut Tx,
    division: Option<&DivisionCode>,
    request: &PageRequest,
) -> Result<Page<BodyRecord>> {
    let mut vals = request.keys(vals!["", ""])?;
    // Digits only, so nothing in it has a meaning of its own for `like`.
    vals.extend(vals![format!("{}%", division.map_or("", DivisionCode::prefix)), request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, slug, name_zh, name_en, uscc, division, serves, parent, address, phone
             from bodies where (division, slug) > ($1, $2) and division like $3
             order by division, slug limit $4",
            vals,
        )
        .await?;
    let items = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(items, request.size, |body: &BodyRecord| vals![&body.division, &body.slug]))
}

/// The body of this slug.
pub async fn find_body(tx: &mut Tx, slug: &str) -> Result<Option<BodyRecord>> {
    let row = tx
        .fetch_optional(
            "select id, slug, name_zh, name_en, uscc, division, serves, parent, address, phone
             from bodies where slug = $1",
            vals![slug],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// The body of this id.
pub async fn find_body_by_id(tx: &mut Tx, id: BodyId) -> Result<Option<BodyRecord>> {
    let row = tx
        .fetch_optional(
            "select id, slug, name_zh, name_en, uscc, division, serves, parent, address, phone
             from bodies where id = $1",
            vals![id],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<BodyRecord> {
    let serves: String = row.get(6)?;
    Ok(BodyRecord {
        id: row.get(0)?,
        slug: row.get(1)?,
        name: Words::new(row.get::<String>(2)?, row.get::<String>(3)?),
        uscc: row.get(4)?,
        division: row.get(5)?,
        serves: serves.split(',').filter(|served| !served.is_empty()).map(str::to_owned).collect(),
        parent: row.get(7)?,
        address: row.get(8)?,
        phone: row.get(9)?,
    })
}

pub(crate) mod http;
