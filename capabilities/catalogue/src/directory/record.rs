//! The rows of both lists in the database. A batch is one statement each way: its values travel as one JSON text, which
//! both engines take apart.

use std::collections::BTreeMap;

use codes::{DivisionCode, ImplementationCode};
use kernel::Timestamp;
use serde_json::{Value, json};
use store::{Row, Sql, Tx, vals};

use super::Elements;
use super::rules::Bounds;
use super::source::List;

mod find;
mod published;
mod put;
mod reduced;

pub use find::Listed;
pub(crate) use find::{
    Edition, ImplementationFilter, ItemFilter, above, all_after, find_implementation, find_item, history,
    implementations_of, list_implementations, list_items,
};
pub(crate) use published::{Published, list_published};
pub(crate) use put::{Put, put_implementations, put_items};
pub(crate) use reduced::{Reduced, list_reduced};

/// A row of an implementation list, with what its code says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Implementation {
    pub(crate) code: ImplementationCode,
    /// The two digits of the handling item; empty without.
    pub(crate) handling: String,
    pub(crate) division: String,
    pub(crate) elements: Elements,
}

impl Implementation {
    /// What its code and its elements say together. Without a division of its own it is that of the body's code.
    pub(crate) fn of(code: ImplementationCode, elements: Elements) -> Self {
        let own = elements.area_code.as_deref().and_then(|text| DivisionCode::parse(text).ok());
        let division =
            own.or_else(|| code.body().division()).map_or_else(String::new, |code| code.to_string());
        let handling =
            elements.task_handle_item.as_deref().and_then(|text| text.get(31..33)).unwrap_or_default();
        Self { handling: handling.to_owned(), division, code, elements }
    }

    /// The code under which it is kept: that of the handling item where there is one.
    pub(crate) fn key(&self) -> String {
        format!("{}{}", self.code, self.handling)
    }

    /// Where the level above may have the same: the divisions around, the nearest first.
    pub(crate) fn around(&self) -> Vec<String> {
        let own = DivisionCode::parse(&self.division).ok();
        own.map_or_else(Vec::new, |own| own.ancestors().iter().map(ToString::to_string).collect())
    }
}

/// Which item, which handling item, where.
pub(crate) type PlaceKey = (String, String, String);

fn texts(codes: &[String]) -> Value {
    Value::from(codes.to_vec())
}

pub(crate) fn elements_of(row: &Row, column: usize) -> store::Result<Elements> {
    serde_json::from_value(row.get(column)?).map_err(|_shape| row.damaged(column, "elements"))
}

/// The rows of these codes as they are kept: their text and when they came.
pub(crate) async fn docs(
    tx: &mut Tx,
    list: List,
    codes: &[String],
) -> store::Result<BTreeMap<String, (String, Timestamp)>> {
    let sql = match list {
        List::Items => Sql::Two {
            sqlite: "select code, doc, since from directory_items where code in (select value from json_each($1))",
            postgres: "select code, doc, since from directory_items
                       where code in (select jsonb_array_elements_text(cast($1 as jsonb)))",
        },
        List::Implementations => Sql::Two {
            sqlite: "select code, doc, since from directory_implementations
                     where code in (select value from json_each($1))",
            postgres: "select code, doc, since from directory_implementations
                       where code in (select jsonb_array_elements_text(cast($1 as jsonb)))",
        },
    };
    let rows = tx.fetch_all(sql, vals![texts(codes)]).await?;
    rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect()
}

/// The items of these codes.
pub(crate) async fn items(tx: &mut Tx, codes: &[String]) -> store::Result<BTreeMap<String, Elements>> {
    let found = docs(tx, List::Items, codes).await?;
    let read = |(code, (doc, _since)): (String, (String, Timestamp))| {
        Some((code, serde_json::from_str::<Elements>(&doc).ok()?))
    };
    Ok(found.into_iter().filter_map(read).collect())
}

/// What holds implementations in these places to something.
pub(crate) async fn bounds(
    tx: &mut Tx,
    places: &[(String, String)],
) -> store::Result<BTreeMap<PlaceKey, Bounds>> {
    let sql = Sql::Two {
        sqlite: "select item, handling, division, promised, promised_unit, visits, depth
                 from directory_implementations where state <> '3' and (item, division) in
                     (select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each($1))
                 order by code desc",
        postgres: "select item, handling, division, promised, promised_unit, visits, depth
                   from directory_implementations where state <> '3' and (item, division) in
                       (select e ->> 0, e ->> 1 from jsonb_array_elements(cast($1 as jsonb)) e)
                   order by code desc",
    };
    let rows = tx.fetch_all(sql, vals![json!(places)]).await?;
    let read = |row: &Row| {
        let key = (row.get(0)?, row.get(1)?, row.get(2)?);
        let promised: Option<u32> = row.get(3)?;
        let unit: Option<String> = row.get(4)?;
        let promised = promised.zip(unit);
        Ok((key, Bounds { promised, visits: row.get(5)?, depth: row.get(6)? }))
    };
    rows.iter().map(read).collect()
}
