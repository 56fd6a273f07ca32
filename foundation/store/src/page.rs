//! Lists by the page: a page ends with the key of its last row, and the next one starts after that key.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{Error, Result, Val};

/// Longer than any key of ours.
const CURSOR_LENGTH_MAX: usize = 1024;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; nothing when this is the last one.
    pub next: Option<Cursor>,
}

/// Which page is wanted.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PageRequest {
    /// The `next` of the page before; the first page without it.
    pub after: Option<Cursor>,
    /// How many rows.
    pub size: PageSize,
}

/// How many rows make a page: 1 to 100, 20 unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub struct PageSize(u32);

/// The key of a row, as a word that a client hands back unread.
#[derive(Clone, PartialEq)]
pub struct Cursor(Vec<Val>);

/// The number is no page size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page has 1 to 100 rows")]
pub struct InvalidPageSize;

/// The text is no cursor, or one of another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the page cursor does not belong to this list; start again at the first page")]
pub struct InvalidCursor;

impl PageRequest {
    /// The key after which the page starts, for `where (a, b) > ($1, $2)`: the cursor's values, or `start` on the
    /// first page. A start value that sorts before everything (after everything, for a falling list) keeps the
    /// statement one plain range over the index. A cursor of another shape is refused.
    pub fn keys(&self, start: Vec<Val>) -> Result<Vec<Val>> {
        let Some(Cursor(keys)) = &self.after else { return Ok(start) };
        let alike = keys.len() == start.len()
            && keys
                .iter()
                .zip(&start)
                .all(|pair| matches!(pair, (Val::I(_), Val::I(_)) | (Val::T(_), Val::T(_))));
        if alike { Ok(keys.clone()) } else { Err(Error::InvalidCursor(InvalidCursor)) }
    }
}

impl<T> Page<T> {
    /// Makes a page of `items`, fetched with `limit` [`PageSize::limit`]: the extra row only says that there is more.
    pub fn cut(mut items: Vec<T>, size: PageSize, key_of: impl Fn(&T) -> Vec<Val>) -> Self {
        let wanted = size.0 as usize;
        let more = items.len() > wanted;
        items.truncate(wanted);
        let next = items.last().filter(|_| more).map(|last| Cursor::new(key_of(last)));
        Self { items, next }
    }

    /// The same page of something made from each row.
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), next: self.next }
    }
}

impl PageSize {
    /// Rows to fetch: one more than shown.
    pub fn limit(self) -> i64 {
        i64::from(self.0) + 1
    }
    /// Rows to show.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(20)
    }
}

impl TryFrom<u32> for PageSize {
    type Error = InvalidPageSize;
    fn try_from(rows: u32) -> std::result::Result<Self, InvalidPageSize> {
        if (1..=100).contains(&rows) { Ok(Self(rows)) } else { Err(InvalidPageSize) }
    }
}

impl Cursor {
    /// The key of a row: whole numbers and texts, in the order of the list.
    ///
    /// # Panics
    /// When a value is NULL or of another kind: no list is sorted by those.
    pub fn new(keys: Vec<Val>) -> Self {
        assert!(
            !keys.is_empty() && keys.iter().all(|key| matches!(key, Val::I(Some(_)) | Val::T(Some(_)))),
            "a page key is made of whole numbers and texts, not of {keys:?}"
        );
        Self(keys)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.0.iter().map(|key| match key {
            Val::I(number) => Value::from(*number),
            Val::T(text) => Value::from(text.clone()),
            Val::F(_) | Val::B(_) => Value::Null, // cannot be: see `new`
        });
        f.write_str(&URL_SAFE_NO_PAD.encode(Value::Array(keys.collect()).to_string()))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({self})")
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> std::result::Result<Self, InvalidCursor> {
        if text.len() > CURSOR_LENGTH_MAX {
            return Err(InvalidCursor);
        }
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_form| InvalidCursor)?;
        let values: Vec<Value> = serde_json::from_slice(&json).map_err(|_form| InvalidCursor)?;
        let keys: Option<Vec<Val>> = values
            .into_iter()
            .map(|value| match value {
                Value::Number(number) => number.as_i64().map(Val::from),
                // PostgreSQL cannot hold the character NUL in a text.
                Value::String(text) if !text.contains('\0') => Some(Val::from(text)),
                Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
            })
            .collect();
        keys.filter(|keys| !keys.is_empty()).map(Self).ok_or(InvalidCursor)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vals;

    #[test]
    fn cursors_come_back_and_strangers_are_refused() {
        let cursor = Cursor::new(vals![-5, "办件\"1"]);
        assert_eq!(cursor.to_string().parse::<Cursor>(), Ok(cursor.clone()));
        let request = PageRequest { after: Some(cursor), size: PageSize::default() };
        assert_eq!(request.keys(vals![0, ""]).unwrap(), vals![-5, "办件\"1"]);
        assert!(matches!(request.keys(vals!["", 0]), Err(Error::InvalidCursor(_))));
        assert!(matches!(request.keys(vals![0]), Err(Error::InvalidCursor(_))));
        assert_eq!(PageRequest::default().keys(vals![i64::MIN, ""]).unwrap(), vals![i64::MIN, ""]);
        let of = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for bad in [
            "",
            "!",
            "[1]",
            &of("[]"),
            &of("[null]"),
            &of("[1.5]"),
            &of("{}"),
            &of("[\"\\u0000\"]"),
            &of("[1"),
        ] {
            assert_eq!(bad.parse::<Cursor>(), Err(InvalidCursor), "{bad}");
        }
        assert_eq!(of(&format!("[\"{}\"]", "x".repeat(2000))).parse::<Cursor>(), Err(InvalidCursor));
    }

    #[test]
    fn a_page_knows_whether_there_is_more() {
        let size = PageSize::try_from(2).unwrap();
        let cut = |items: Vec<i64>| Page::cut(items, size, |n| vals![*n]);
        assert_eq!(cut(vec![1, 2]), Page { items: vec![1, 2], next: None });
        assert_eq!(cut(vec![1, 2, 3]), Page { items: vec![1, 2], next: Some(Cursor::new(vals![2])) });
        assert_eq!(cut(vec![]), Page { items: vec![], next: None });
        assert_eq!(
            (PageSize::try_from(0), PageSize::try_from(101)),
            (Err(InvalidPageSize), Err(InvalidPageSize))
        );
    }
}
