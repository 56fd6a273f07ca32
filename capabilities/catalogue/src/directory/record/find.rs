//! Reading the lists: one row, pages of rows, earlier editions.

use kernel::Timestamp;
use serde::Serialize;
use store::page::{Page, PageRequest};
use store::{Row, Sql, Tx, vals};

use super::{Implementation, elements_of};
use crate::directory::Elements;
use crate::directory::source::List;

/// A row of a list of rows (清单条目).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = DirectoryRow)]
pub struct Listed {
    /// 基本编码, or 业务办理项编码 or 实施编码.
    pub code: String,
    /// 事项名称
    pub name: String,
    /// 事项状态: 1 in use, 2 suspended, 3 cancelled.
    pub state: String,
    /// Whether a code of it is in no table.
    pub flagged: bool,
    /// 行使层级, a code; of an item all of them, with commas.
    pub level: String,
    /// 行政区划; empty for an item.
    pub division: String,
    /// 实施主体; empty for an item.
    pub body_name: String,
}

/// Which items.
#[derive(Debug, Clone, Default)]
pub(crate) struct ItemFilter {
    pub(crate) text: String,
    pub(crate) kind: Option<String>,
    pub(crate) level: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) division: Option<String>,
}

/// Which implementations.
#[derive(Debug, Clone, Default)]
pub(crate) struct ImplementationFilter {
    pub(crate) item: Option<String>,
    /// The digits with which the divisions begin.
    pub(crate) division: Option<String>,
    pub(crate) level: Option<String>,
}

fn like(text: &str) -> Option<String> {
    let text = text.trim();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    (!text.is_empty()).then(|| format!("%{escaped}%"))
}

/// The items, by code.
pub(crate) async fn list_items(
    tx: &mut Tx,
    filter: &ItemFilter,
    request: &PageRequest,
) -> store::Result<Page<Listed>> {
    let mut vals = request.keys(vals![""])?;
    let level = filter.level.as_ref().map(|level| format!("%,{level},%"));
    let end = filter.division.as_ref().map(|prefix| format!("{prefix}~"));
    vals.extend(vals![like(&filter.text), filter.kind.clone(), level, filter.body.clone()]);
    vals.extend(vals![filter.division.clone(), end, request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select code, name, state, flagged, levels from directory_items d
             where code > $1 and (cast($2 as text) is null or name like $2 escape '\\' or code like $2 escape '\\')
               and (cast($3 as text) is null or kind = $3) and (cast($4 as text) is null or levels like $4)
               and (cast($5 as text) is null or exists (select 1 from directory_implementations i
                    where i.item = d.code and i.body = $5))
               and (cast($6 as text) is null or exists (select 1 from directory_implementations i
                    where i.item = d.code and i.division >= $6 and i.division < $7))
             order by code limit $8",
            vals,
        )
        .await?;
    let item = |row: &Row| {
        Ok(Listed {
            code: row.get(0)?,
            name: row.get(1)?,
            state: row.get(2)?,
            flagged: row.get(3)?,
            level: row.get::<String>(4)?.trim_matches(',').to_owned(),
            division: String::new(),
            body_name: String::new(),
        })
    };
    let items = rows.iter().map(item).collect::<store::Result<_>>()?;
    Ok(Page::cut(items, request.size, |item: &Listed| vals![&item.code]))
}

pub(super) fn listed(row: &Row) -> store::Result<Listed> {
    Ok(Listed {
        code: row.get(0)?,
        name: row.get(1)?,
        state: row.get(2)?,
        flagged: row.get(3)?,
        level: row.get(4)?,
        division: row.get(5)?,
        body_name: row.get(6)?,
    })
}

/// The implementations of an item, the widest level first.
pub(crate) async fn implementations_of(
    tx: &mut Tx,
    item: &str,
    filter: &ImplementationFilter,
    request: &PageRequest,
) -> store::Result<Page<Listed>> {
    let mut vals = request.keys(vals!["", ""])?;
    let end = filter.division.as_ref().map(|prefix| format!("{prefix}~"));
    vals.extend(vals![item, filter.division.clone(), end, filter.level.clone(), request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select code, name, state, flagged, level, division, body_name from directory_implementations
             where item = $3 and (level, code) > ($1, $2)
               and (cast($4 as text) is null or (division >= $4 and division < $5))
               and (cast($6 as text) is null or level = $6)
             order by level, code limit $7",
            vals,
        )
        .await?;
    let items = rows.iter().map(listed).collect::<store::Result<_>>()?;
    Ok(Page::cut(items, request.size, |row: &Listed| vals![&row.level, &row.code]))
}

/// The implementations in a division, by code.
pub(crate) async fn list_implementations(
    tx: &mut Tx,
    filter: &ImplementationFilter,
    request: &PageRequest,
) -> store::Result<Page<Listed>> {
    if let Some(item) = &filter.item {
        return implementations_of(tx, item, filter, request).await;
    }
    let mut vals = request.keys(vals![""])?;
    let end = filter.division.as_ref().map(|prefix| format!("{prefix}~"));
    vals.extend(vals![filter.division.clone(), end, filter.level.clone(), request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select code, name, state, flagged, level, division, body_name from directory_implementations
             where code > $1 and (cast($2 as text) is null or (division >= $2 and division < $3))
               and (cast($4 as text) is null or level = $4)
             order by code limit $5",
            vals,
        )
        .await?;
    let items = rows.iter().map(listed).collect::<store::Result<_>>()?;
    Ok(Page::cut(items, request.size, |row: &Listed| vals![&row.code]))
}

/// An item with since when it holds like this.
pub(crate) async fn find_item(tx: &mut Tx, code: &str) -> store::Result<Option<(Elements, Timestamp)>> {
    let row =
        tx.fetch_optional("select doc, since from directory_items where code = $1", vals![code]).await?;
    row.map(|row| Ok((elements_of(&row, 0)?, row.get(1)?))).transpose()
}

/// An implementation with since when it holds like this.
pub(crate) async fn find_implementation(
    tx: &mut Tx,
    code: &str,
) -> store::Result<Option<(Implementation, Timestamp)>> {
    let sql = "select doc, since, implementation from directory_implementations where code = $1";
    let Some(row) = tx.fetch_optional(sql, vals![code]).await? else { return Ok(None) };
    let known: String = row.get(2)?;
    let code =
        codes::ImplementationCode::parse(&known).map_err(|_form| row.damaged(2, "an implementation code"))?;
    Ok(Some((Implementation::of(code, elements_of(&row, 0)?), row.get(1)?)))
}

/// The same item as the nearest level above carries it out, if one does.
pub(crate) async fn above(tx: &mut Tx, below: &Implementation) -> store::Result<Option<Implementation>> {
    let around = below.around();
    let sql = Sql::Two {
        sqlite: "select code, division from directory_implementations where item = $1 and handling = $2
                 and state <> '3' and division in (select value from json_each($3)) order by code",
        postgres: "select code, division from directory_implementations where item = $1 and handling = $2
                   and state <> '3' and division in (select jsonb_array_elements_text(cast($3 as jsonb))) order by code",
    };
    let places = serde_json::Value::from(around.clone());
    let rows = tx.fetch_all(sql, vals![below.code.item().as_str(), &below.handling, places]).await?;
    let found = rows
        .iter()
        .map(|row| Ok((row.get(1)?, row.get(0)?)))
        .collect::<store::Result<Vec<(String, String)>>>()?;
    let nearest = around.iter().find_map(|place| found.iter().find(|(division, _)| division == place));
    match nearest {
        Some((_, code)) => Ok(find_implementation(tx, code).await?.map(|(found, _since)| found)),
        None => Ok(None),
    }
}

/// An edition that was overtaken.
pub(crate) struct Edition {
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) elements: Elements,
}

/// The earlier editions of a row, the latest first; at most fifty.
pub(crate) async fn history(tx: &mut Tx, list: List, code: &str) -> store::Result<Vec<Edition>> {
    let sql = "select since, until, doc from directory_history where list = $1 and code = $2
               order by since desc limit 50";
    let rows = tx.fetch_all(sql, vals![list.as_str(), code]).await?;
    let edition =
        |row: &Row| Ok(Edition { since: row.get(0)?, until: row.get(1)?, elements: elements_of(row, 2)? });
    rows.iter().map(edition).collect()
}

/// Rows after a code, whole: for files.
pub(crate) async fn all_after(
    tx: &mut Tx,
    list: List,
    after: &str,
    count: u32,
) -> store::Result<Vec<(String, Elements)>> {
    let sql = match list {
        List::Items => "select code, doc from directory_items where code > $1 order by code limit $2",
        List::Implementations => {
            "select code, doc from directory_implementations where code > $1 order by code limit $2"
        }
    };
    let rows = tx.fetch_all(sql, vals![after, count]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, elements_of(row, 1)?))).collect()
}
