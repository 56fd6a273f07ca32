//! Rows copied a hundred thousand times, so that what a big database does can be measured: one statement for each row
//! that is copied, whatever the number of copies.
//!
//! The ids of the copied rows end in eight digits of their own; the number of the copy takes their place. Statements find
//! [`ID`] where those digits stand and [`NUMBER`] where the same digits stand turned round.

use std::ops::Range;

/// Where the digits of the copy go.
pub const ID: &str = "~~~~~~~~";
/// Where the digits of the copy go, the last one first. A text of these is, read backwards, in the order of the copies.
pub const NUMBER: &str = "^^^^^^^^";

/// Digits of an id that are replaced.
const DIGITS: usize = 8;
const FIRST: i64 = 10_000_001;
const STRIDE: i64 = 10;

/// Begins a statement: `insert into t (…) with recursive …`, to be followed by `select … from n`. `$1` and `$2` are the
/// bounds that [`bounds`] gives. In the select, `i` is the number of the copy.
#[macro_export]
macro_rules! copied {
    ($insert:expr, $select:expr) => {
        concat!(
            $insert,
            " with recursive n (i) as (select cast($1 as bigint) union all select i + 10 from n where i + 10 < $2) select ",
            $select,
            " from n"
        )
    };
}

/// The text of a parameter with the digits of the copy in their places: `with_digits!("$3")`.
#[macro_export]
macro_rules! with_digits {
    ($text:literal) => {
        concat!(
            "replace(replace(",
            $text,
            ", '~~~~~~~~', cast(i as text)), '^^^^^^^^', ",
            "substr(cast(i as text), 8, 1) || substr(cast(i as text), 7, 1) || substr(cast(i as text), 6, 1) || ",
            "substr(cast(i as text), 5, 1) || substr(cast(i as text), 4, 1) || substr(cast(i as text), 3, 1) || ",
            "substr(cast(i as text), 2, 1) || substr(cast(i as text), 1, 1))"
        )
    };
}

/// The bounds of the copies from the first to before the last, counted from 0; at most eight million.
pub fn bounds(copies: &Range<i64>) -> [i64; 2] {
    [copies.start, copies.end].map(|copy| FIRST + copy * STRIDE)
}

/// An id with a place for the digits.
pub fn marked_id(id: &str) -> String {
    let kept = id.len().saturating_sub(DIGITS);
    format!("{}{ID}", id.get(..kept).unwrap_or_default())
}

/// A text with a place for the digits in each of these ids.
pub fn marked(text: &str, ids: &[String]) -> String {
    ids.iter().fold(text.to_owned(), |text, id| text.replace(id, &marked_id(id)))
}

/// The id that copy number `copy` of the row with this id has.
pub fn id_of_copy(id: &str, copy: i64) -> String {
    marked_id(id).replace(ID, &(FIRST + copy * STRIDE).to_string())
}
