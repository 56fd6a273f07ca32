//! The statements that a rotation needs, made from the declarations of the rooms.

use crate::data_class::Table;

/// The tables with sealed columns, in the order of their names.
#[derive(Debug, Clone)]
pub struct SealedTables(pub(super) Vec<SealedTable>);

#[derive(Debug, Clone)]
pub(super) struct SealedTable {
    pub(super) name: &'static str,
    /// Columns of its key; they come first in what is read.
    pub(super) key: Vec<&'static str>,
    pub(super) columns: Vec<SealedColumn>,
    pub(super) first: &'static str,
    pub(super) next: &'static str,
    pub(super) count: &'static str,
    /// Many rows on PostgreSQL: `$1` the new ones and `$2` the old ones, as JSON lists of rows of this table.
    pub(super) update_many: &'static str,
}

#[derive(Debug, Clone)]
pub(super) struct SealedColumn {
    pub(super) name: &'static str,
    pub(super) field: &'static str,
    pub(super) update: &'static str,
    pub(super) left: &'static str,
}

impl SealedTables {
    /// Of these declarations. Statements are texts for good, so make it once in a program.
    pub fn of(tables: &[Table]) -> Self {
        let mut sealed: Vec<SealedTable> =
            tables.iter().filter(|table| table.sealed().next().is_some()).map(SealedTable::of).collect();
        sealed.sort_by_key(|table| table.name);
        Self(sealed)
    }
}

impl SealedTable {
    fn of(table: &Table) -> Self {
        let (name, keys) = (table.name, table.key.join(", "));
        let columns: Vec<&str> = table.sealed().map(|(column, _)| column).collect();
        let columns = columns.join(", ");
        let places = |from: usize| -> Vec<String> {
            (from..from + table.key.len()).map(|place| format!("${place}")).collect()
        };
        let select = format!("select {keys}, {columns} from {name}");
        let next = places(1).join(", ");
        let limit = table.key.len() + 1;
        let is_this: Vec<String> =
            table.key.iter().zip(places(3)).map(|(key, place)| format!("{key} = {place}")).collect();
        let is_this = is_this.join(" and ");
        let column = |(column, field): (&'static str, &'static str)| SealedColumn {
            name: column,
            field,
            update: text(format!("update {name} set {column} = $1 where {is_this} and {column} = $2")),
            left: text(format!(
                "select count(*) from {name} where {column} is not null and substr({column}, 1, 3) <> $1"
            )),
        };
        Self {
            name,
            key: table.key.clone(),
            columns: table.sealed().map(column).collect(),
            first: text(format!("{select} order by {keys} limit $1")),
            next: text(format!("{select} where ({keys}) > ({next}) order by {keys} limit ${limit}")),
            count: text(format!("select count(*) from {name}")),
            update_many: text(update_many(table)),
        }
    }
}

/// Each row is written once, whatever the number of its columns; what is no longer as it was read stays as it is. A row
/// that somebody else holds is left out: waiting for it with other rows in hand could end in a deadlock.
fn update_many(table: &Table) -> String {
    let (name, keys) = (table.name, table.key.join(", "));
    let same = |one: &str, other: &str| {
        let pairs: Vec<String> = table.key.iter().map(|key| format!("{one}.{key} = {other}.{key}")).collect();
        pairs.join(" and ")
    };
    let each = |way: fn(&str) -> String, between: &str| {
        table.sealed().map(|(column, _)| way(column)).collect::<Vec<_>>().join(between)
    };
    let set = each(|c| format!("{c} = case when t.{c} = o.{c} then n.{c} else t.{c} end"), ", ");
    let is_as_read = each(|c| format!("t.{c} = o.{c}"), " or ");
    let count = each(|c| format!("case when t.{c} = n.{c} then 1 else 0 end"), " + ");
    let free = table.key.iter().map(|key| format!("t.{key}")).collect::<Vec<_>>().join(", ");
    format!(
        "with n as (select * from jsonb_populate_recordset(null::{name}, $1::jsonb)),
             o as (select * from jsonb_populate_recordset(null::{name}, $2::jsonb)),
             free as (select {free} from {name} t join n on {} for no key update of t skip locked),
             done as (update {name} t set {set} from free join n using ({keys}) join o using ({keys})
                      where {} and ({is_as_read}) returning {count} as changed)
         select coalesce(sum(changed), 0)::bigint from done",
        same("t", "n"),
        same("t", "free"),
    )
}

/// Names of tables and columns come from the program's own declarations, never from outside; the text is kept for good,
/// because every statement of this room is.
fn text(sql: String) -> &'static str {
    sql.leak()
}
