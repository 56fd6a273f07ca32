//! What has become less since a base date (减材料、减时限): the editions that held on that day against those of now.

use jiff::civil::Date;
use serde::Serialize;
use store::page::{Page, PageRequest};
use store::{Row, Tx, vals};
use utoipa::ToSchema;

use super::elements_of;
use crate::directory::Elements;

/// An implementation with fewer materials or a shorter promised limit than on the base date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReducedRow)]
pub(crate) struct Reduced {
    /// 业务办理项编码 or 实施编码
    pub(crate) code: String,
    /// 事项名称
    pub(crate) name: String,
    /// 行政区划
    pub(crate) division: String,
    /// 实施主体
    pub(crate) body_name: String,
    /// 申请材料 then.
    pub(crate) materials_before: Option<usize>,
    /// 申请材料 now.
    pub(crate) materials: Option<usize>,
    /// 承诺办结时限 then, in the unit of now.
    pub(crate) promised_before: Option<u32>,
    /// 承诺办结时限 now.
    pub(crate) promised: Option<u32>,
    /// Its unit, a code: 1 working days, 2 natural days.
    pub(crate) unit: String,
}

/// What became less; nothing where nothing did. Limits in different units are not compared.
pub(crate) fn reduced(before: &Elements, now: &Elements) -> Option<Reduced> {
    let count = |elements: &Elements| elements.materials.as_ref().map(Vec::len);
    let (then, today) = (before.promised(), now.promised());
    let unit = today.map_or("1", |(_, unit)| unit);
    let then = then.filter(|(_, earlier)| *earlier == unit).map(|(days, _)| days);
    let today = today.map(|(days, _)| days);
    let less_paper = count(before).zip(count(now)).is_some_and(|(then, today)| today < then);
    let less_time = then.zip(today).is_some_and(|(then, today)| today < then);
    (less_paper || less_time).then(|| Reduced {
        code: String::new(),
        name: String::new(),
        division: String::new(),
        body_name: String::new(),
        materials_before: count(before),
        materials: count(now),
        promised_before: then,
        promised: today,
        unit: unit.to_owned(),
    })
}

/// A page of what became less since the beginning of a day. A page may be short: rows that changed otherwise count in it
/// without being shown.
pub(crate) async fn list_reduced(
    tx: &mut Tx,
    since: Date,
    request: &PageRequest,
) -> store::Result<Page<Option<Reduced>>> {
    let mut vals = request.keys(vals![""])?;
    vals.extend(vals![kernel::china_midnight(since), request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select h.code, h.doc, i.doc, i.name, i.division, i.body_name
             from directory_history h join directory_implementations i on i.code = h.code
             where h.list = 'implementations' and h.code > $1 and h.since <= $2 and h.until > $2
             order by h.code limit $3",
            vals,
        )
        .await?;
    let read = |row: &Row| {
        let (before, now) = (elements_of(row, 1)?, elements_of(row, 2)?);
        let code: String = row.get(0)?;
        let found = reduced(&before, &now);
        let found = match found {
            Some(less) => Some(Reduced {
                code: code.clone(),
                name: row.get(3)?,
                division: row.get(4)?,
                body_name: row.get(5)?,
                ..less
            }),
            None => None,
        };
        Ok((code, found))
    };
    let rows = rows.iter().map(read).collect::<store::Result<Vec<_>>>()?;
    let page = Page::cut(rows, request.size, |(code, _): &(String, Option<Reduced>)| vals![code]);
    Ok(page.map(|(_, found)| found))
}
