//! Writing a batch.

use kernel::Timestamp;
use serde_json::{Value, json};
use store::{Sql, Tx, vals};

use super::Implementation;
use crate::directory::source::List;
use crate::directory::{Elements, ListedMaterial};

/// A row that is new, or another than the one that is kept.
pub(crate) struct Put<T> {
    pub(crate) row: T,
    pub(crate) doc: String,
    pub(crate) flagged: bool,
    /// The edition that it overtakes, and since when that held.
    pub(crate) earlier: Option<(String, Timestamp)>,
}

fn number(flag: bool) -> i64 {
    i64::from(flag)
}

fn state(elements: &Elements) -> &str {
    elements.task_state.as_deref().unwrap_or("1")
}

/// Keeps rows of the directory list.
pub(crate) async fn put_items(tx: &mut Tx, puts: &[Put<Elements>], now: Timestamp) -> store::Result<()> {
    if puts.is_empty() {
        return Ok(());
    }
    let codes = puts.iter().map(|put| put.row.catalog_code.clone().unwrap_or_default()).collect::<Vec<_>>();
    let earlier = puts.iter().zip(&codes).filter_map(|(put, code)| overtaken(code, put.earlier.as_ref()));
    keep_earlier(tx, List::Items, earlier.collect(), now).await?;
    let row = |(put, code): (&Put<Elements>, &String)| {
        let item = &put.row;
        let levels = item.use_level.as_ref().map_or_else(String::new, |levels| levels.0.join(","));
        let kind = item.task_type.clone().or_else(|| code.get(2..4).map(str::to_owned));
        json!([
            code,
            item.task_name.clone().unwrap_or_default(),
            kind.unwrap_or_default(),
            state(item),
            format!(",{levels},"),
            item.limit_scene_num,
            item.depth(),
            item.project_type,
            item.is_service_terminals.map(number),
            number(put.flagged),
            put.doc
        ])
    };
    let rows: Value = puts.iter().zip(&codes).map(row).collect();
    let sql = Sql::Two {
        sqlite: "insert into directory_items (code, name, kind, state, levels, visits, depth, case_type, terminals,
                     flagged, doc, since)
                 select json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
                     json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
                     json_extract(value, '$[6]'), json_extract(value, '$[7]'), json_extract(value, '$[8]'),
                     json_extract(value, '$[9]'), json_extract(value, '$[10]'), $2 from json_each($1) where true
                 on conflict (code) do update set name = excluded.name, kind = excluded.kind, state = excluded.state,
                     levels = excluded.levels, visits = excluded.visits, depth = excluded.depth,
                     case_type = excluded.case_type, terminals = excluded.terminals, flagged = excluded.flagged,
                     doc = excluded.doc, since = excluded.since",
        postgres: "insert into directory_items (code, name, kind, state, levels, visits, depth, case_type, terminals,
                       flagged, doc, since)
                   select e ->> 0, e ->> 1, e ->> 2, e ->> 3, e ->> 4, cast(e ->> 5 as bigint), cast(e ->> 6 as bigint),
                       e ->> 7, cast(e ->> 8 as bigint), cast(e ->> 9 as bigint), e ->> 10, $2
                   from jsonb_array_elements(cast($1 as jsonb)) e
                   on conflict (code) do update set name = excluded.name, kind = excluded.kind, state = excluded.state,
                       levels = excluded.levels, visits = excluded.visits, depth = excluded.depth,
                       case_type = excluded.case_type, terminals = excluded.terminals, flagged = excluded.flagged,
                       doc = excluded.doc, since = excluded.since",
    };
    tx.execute(sql, vals![rows, now]).await?;
    Ok(())
}

/// Keeps rows of an implementation list.
pub(crate) async fn put_implementations(
    tx: &mut Tx,
    puts: &[Put<Implementation>],
    now: Timestamp,
) -> store::Result<()> {
    if puts.is_empty() {
        return Ok(());
    }
    let earlier = puts.iter().filter_map(|put| overtaken(&put.row.key(), put.earlier.as_ref()));
    keep_earlier(tx, List::Implementations, earlier.collect(), now).await?;
    let rows: Value = puts.iter().map(implementation).collect();
    tx.execute(PUT_IMPLEMENTATIONS, vals![rows, now]).await?;
    Ok(())
}

fn implementation(put: &Put<Implementation>) -> Value {
    let (row, elements) = (&put.row, &put.row.elements);
    let name =
        elements.task_handle_name.as_ref().or(elements.task_name.as_ref()).cloned().unwrap_or_default();
    let promised = elements.promised();
    json!([
        row.key(),
        row.code.as_str(),
        row.code.item().as_str(),
        row.handling,
        row.code.level().code(),
        row.division,
        row.code.body().as_str(),
        elements.dept_name.clone().unwrap_or_default(),
        name,
        state(elements),
        promised.map(|(days, _)| days),
        promised.map(|(_, unit)| unit),
        elements.limit_scene_num,
        elements.depth(),
        elements.project_type,
        elements.is_service_terminals.map(number),
        number(elements.intermediaries.as_ref().is_some_and(|services| !services.is_empty())),
        number(elements.materials.iter().flatten().any(ListedMaterial::is_proof)),
        number(put.flagged),
        put.doc
    ])
}

const PUT_IMPLEMENTATIONS: Sql = Sql::Two {
    sqlite: "insert into directory_implementations (code, implementation, item, handling, level, division, body,
                 body_name, name, state, promised, promised_unit, visits, depth, case_type, terminals,
                 has_intermediaries, has_proofs, flagged, doc, since)
             select json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
                 json_extract(value, '$[3]'), json_extract(value, '$[4]'), json_extract(value, '$[5]'),
                 json_extract(value, '$[6]'), json_extract(value, '$[7]'), json_extract(value, '$[8]'),
                 json_extract(value, '$[9]'), json_extract(value, '$[10]'), json_extract(value, '$[11]'),
                 json_extract(value, '$[12]'), json_extract(value, '$[13]'), json_extract(value, '$[14]'),
                 json_extract(value, '$[15]'), json_extract(value, '$[16]'), json_extract(value, '$[17]'),
                 json_extract(value, '$[18]'), json_extract(value, '$[19]'), $2 from json_each($1) where true
             on conflict (code) do update set division = excluded.division, body_name = excluded.body_name,
                 name = excluded.name, state = excluded.state, promised = excluded.promised,
                 promised_unit = excluded.promised_unit, visits = excluded.visits, depth = excluded.depth,
                 case_type = excluded.case_type, terminals = excluded.terminals,
                 has_intermediaries = excluded.has_intermediaries, has_proofs = excluded.has_proofs,
                 flagged = excluded.flagged, doc = excluded.doc, since = excluded.since",
    postgres: "insert into directory_implementations (code, implementation, item, handling, level, division, body,
                   body_name, name, state, promised, promised_unit, visits, depth, case_type, terminals,
                   has_intermediaries, has_proofs, flagged, doc, since)
               select e ->> 0, e ->> 1, e ->> 2, e ->> 3, e ->> 4, e ->> 5, e ->> 6, e ->> 7, e ->> 8, e ->> 9,
                   cast(e ->> 10 as bigint), e ->> 11, cast(e ->> 12 as bigint), cast(e ->> 13 as bigint), e ->> 14,
                   cast(e ->> 15 as bigint), cast(e ->> 16 as bigint), cast(e ->> 17 as bigint),
                   cast(e ->> 18 as bigint), e ->> 19, $2 from jsonb_array_elements(cast($1 as jsonb)) e
               on conflict (code) do update set division = excluded.division, body_name = excluded.body_name,
                   name = excluded.name, state = excluded.state, promised = excluded.promised,
                   promised_unit = excluded.promised_unit, visits = excluded.visits, depth = excluded.depth,
                   case_type = excluded.case_type, terminals = excluded.terminals,
                   has_intermediaries = excluded.has_intermediaries, has_proofs = excluded.has_proofs,
                   flagged = excluded.flagged, doc = excluded.doc, since = excluded.since",
};

/// What the history keeps of an edition: its code, since when it held, the row.
fn overtaken(code: &str, earlier: Option<&(String, Timestamp)>) -> Option<Value> {
    let (doc, since) = earlier?;
    Some(json!([code, kernel::to_micros(*since), doc]))
}

/// The editions that are overtaken go to the history.
async fn keep_earlier(tx: &mut Tx, list: List, rows: Vec<Value>, now: Timestamp) -> store::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = Sql::Two {
        sqlite: "insert into directory_history (list, code, since, until, doc)
                 select $1, json_extract(value, '$[0]'), json_extract(value, '$[1]'), $2, json_extract(value, '$[2]')
                 from json_each($3) where true on conflict do nothing",
        postgres: "insert into directory_history (list, code, since, until, doc)
                   select $1, e ->> 0, cast(e ->> 1 as bigint), $2, e ->> 2
                   from jsonb_array_elements(cast($3 as jsonb)) e on conflict do nothing",
    };
    tx.execute(sql, vals![list.as_str(), now, Value::from(rows)]).await?;
    Ok(())
}
