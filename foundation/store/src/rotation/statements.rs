//! The statements that a rotation needs, made from the declarations of the rooms.

use crate::data_class::Table;

/// The tables with sealed columns, in the order of their names.
#[derive(Debug, Clone)]
pub struct SealedTables(pub(super) Vec<SealedTable>);

#[derive(Debug, Clone)]
pub(super) struct SealedTable {
    pub(super) name: &'static str,
    /// Columns of its key; they come first in what is read.
    pub(super) keys: usize,
    pub(super) columns: Vec<SealedColumn>,
    pub(super) first: &'static str,
    pub(super) next: &'static str,
    pub(super) count: &'static str,
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
            keys: table.key.len(),
            columns: table.sealed().map(column).collect(),
            first: text(format!("{select} order by {keys} limit $1")),
            next: text(format!("{select} where ({keys}) > ({next}) order by {keys} limit ${limit}")),
            count: text(format!("select count(*) from {name}")),
        }
    }
}

/// Names of tables and columns come from the program's own declarations, never from outside; the text is kept for good,
/// because every statement of this room is.
fn text(sql: String) -> &'static str {
    sql.leak()
}
