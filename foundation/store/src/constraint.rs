//! The names of violated constraints on SQLite.
//!
//! PostgreSQL reports `constraint "cases_number_key"`. SQLite reports only the columns:
//! `UNIQUE constraint failed: cases.division, cases.number`. The name stands in the schema, so it is looked up there.

use crate::sqlite::{Cell, Lent};
use crate::vals;

/// The name of the constraint or unique index that the message speaks of.
pub(crate) fn name(lent: &Lent, message: &str) -> Option<String> {
    let failed = message.split_once("constraint failed: ")?.1.trim();
    if let Some(index) = failed.strip_prefix("index ") {
        return Some(index.trim_matches('\'').to_owned()); // an index over expressions is named by SQLite itself
    }
    let mut columns = Vec::new();
    let mut table = "";
    for part in failed.split(", ") {
        let (owner, column) = part.split_once('.')?;
        table = owner;
        columns.push(column);
    }
    let sql = "select sql from sqlite_master where tbl_name = $1 and sql is not null";
    let rows = lent.rows(sql, &vals![table]).ok()?;
    let text = |row: crate::sqlite::Row| match row.cells.into_iter().next() {
        Some(Cell::Text(text)) => Some(text),
        Some(Cell::Null | Cell::Integer(_) | Cell::Real(_) | Cell::Blob(_)) | None => None,
    };
    let schema: Vec<String> = rows.into_iter().filter_map(text).collect();
    find(&schema, table, &columns)
}

/// Looks through `create table` and `create unique index` statements for the key over exactly these columns.
fn find(schema: &[String], table: &str, columns: &[&str]) -> Option<String> {
    schema.iter().find_map(|statement| {
        let (head, body) = statement.split_once('(')?;
        let head = words(head);
        let body = &body[..body.rfind(')')?];
        match head.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["create", "unique", "index", rest @ ..] => {
                // A partial index has more after its column list.
                let list = body.split_once(')').map_or(body, |(list, _)| list);
                (columns_of(list) == columns)
                    .then(|| rest.iter().rev().nth(2).copied().unwrap_or_default().to_owned())
            }
            ["create", "table", ..] => {
                split_top(body).iter().find_map(|item| key_of_item(item, table, columns))
            }
            _ => None,
        }
    })
}

/// One column or table constraint of a `create table`.
fn key_of_item(item: &str, table: &str, columns: &[&str]) -> Option<String> {
    let words = words(item);
    let at = words.iter().position(|word| word == "unique" || word == "primary")?;
    let named = at
        .checked_sub(2)
        .filter(|before| words[*before] == "constraint")
        .map(|before| words[before + 1].clone());
    let of_table = at == 0 || (at == 2 && words[0] == "constraint");
    let key = if of_table {
        columns_of(item.split_once('(')?.1.split_once(')')?.0)
    } else {
        vec![words[0].clone()]
    };
    // Without a name PostgreSQL makes one: table_pkey, table_a_b_key.
    let by_default = || {
        if words[at] == "primary" {
            format!("{table}_pkey")
        } else {
            format!("{table}_{}_key", key.join("_"))
        }
    };
    (key == columns).then(|| named.unwrap_or_else(by_default))
}

fn columns_of(list: &str) -> Vec<String> {
    list.split(',').filter_map(|column| words(column).into_iter().next()).collect()
}

/// Lower-case words without quotes; comments left out; brackets and commas separate.
fn words(text: &str) -> Vec<String> {
    let plain: String =
        text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    plain
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// Splits at commas that stand in no bracket.
fn split_top(body: &str) -> Vec<String> {
    let body =
        body.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let mut depth = 0;
    let mut items = vec![String::new()];
    for c in body.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            items.push(String::new());
        } else if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name_of_every_way_to_write_a_key() {
        let schema = [
            "create table t (\n  id text not null constraint t_id primary key, -- the id, (unique)\n  a bigint unique,
             b text not null check (b in ('x', 'y')), c text,
             constraint t_b_c unique (b, c),\n  unique (c, a))"
                .to_owned(),
            "create unique index t_open on t (b) where c = 'open'".to_owned(),
            "create index t_plain on t (c)".to_owned(),
        ];
        let check = |columns: &[&str], expected: Option<&str>| {
            assert_eq!(find(&schema, "t", columns).as_deref(), expected, "{columns:?}");
        };
        check(&["id"], Some("t_id"));
        check(&["a"], Some("t_a_key"));
        check(&["b", "c"], Some("t_b_c"));
        check(&["c", "a"], Some("t_c_a_key"));
        check(&["b"], Some("t_open"));
        check(&["c"], None);
    }
}
