//! Values on their way out of a result.

use std::any::type_name;
use std::str::FromStr;

use jiff::civil::Date;
use kernel::Timestamp;
use sqlx::postgres::PgRow;
use sqlx::{Column, Row as _, TypeInfo, ValueRef};

use crate::sqlite::{self, Cell};
use crate::{Error, Result, Val};

/// One row of a result, columns counted from 0.
pub struct Row(pub(crate) Engine);

pub(crate) enum Engine {
    Sqlite(sqlite::Row),
    Postgres(PgRow),
}

/// What a column can be read as. Rooms may implement it for their own words, mostly by [`Row::parse`].
pub trait FromCol: Sized {
    /// Reads column `index`.
    fn from_col(row: &Row, index: usize) -> Result<Self>;
}

/// `read!(row, index, String, Text(value) => value.clone())`: the value on whichever engine the row came from.
macro_rules! read {
    ($row:expr, $index:expr, $type:ty, $($kind:ident($value:ident) => $read:expr),+) => {
        match &$row.0 {
            Engine::Sqlite(row) => match row.cells.get($index) {
                $(Some(Cell::$kind($value)) => Ok($read),)+
                _ => Err($row.damaged($index, type_name::<$type>())),
            },
            Engine::Postgres(row) => {
                row.try_get::<$type, _>($index).map_err(|_driver| $row.damaged($index, type_name::<$type>()))
            }
        }
    };
}

impl Row {
    /// Reads a column. A value of another kind, or NULL where none may be, is [`Error::Damaged`].
    pub fn get<T: FromCol>(&self, index: usize) -> Result<T> {
        T::from_col(self, index)
    }

    /// Reads a text column through its type's own `FromStr`: enums, ids, numbers kept as text.
    pub fn parse<T: FromStr>(&self, index: usize) -> Result<T> {
        self.get::<String>(index)?.parse().map_err(|_form| self.damaged(index, type_name::<T>()))
    }

    /// The error that names this column.
    pub fn damaged(&self, index: usize, expected: &'static str) -> Error {
        let column = match &self.0 {
            Engine::Sqlite(row) => row.columns.get(index).cloned(),
            Engine::Postgres(row) => row.columns().get(index).map(|column| column.name().to_owned()),
        };
        Error::Damaged { column: column.unwrap_or_else(|| format!("number {index}")), expected }
    }

    /// A column as a value to be bound again, of whatever kind it is.
    pub(crate) fn val(&self, index: usize) -> Result<Val> {
        match (&self.0, self.postgres_type(index)) {
            (Engine::Sqlite(row), _) => match row.cells.get(index) {
                Some(Cell::Integer(value)) => Ok(Val::from(*value)),
                Some(Cell::Real(value)) => Ok(Val::from(*value)),
                Some(Cell::Text(value)) => Ok(Val::from(value)),
                Some(Cell::Blob(value)) => Ok(Val::from(value)),
                Some(Cell::Null) | None => Err(self.damaged(index, "a value")),
            },
            (Engine::Postgres(_), Some("INT8")) => self.get::<i64>(index).map(Val::from),
            (Engine::Postgres(_), Some("BYTEA")) => self.get::<Vec<u8>>(index).map(Val::from),
            (Engine::Postgres(_), Some(_) | None) => self.get::<String>(index).map(Val::from),
        }
    }

    fn is_null(&self, index: usize) -> Result<bool> {
        let is_null = match &self.0 {
            Engine::Sqlite(row) => row.cells.get(index).map(|cell| matches!(cell, Cell::Null)),
            Engine::Postgres(row) => row.try_get_raw(index).map(|value| value.is_null()).ok(),
        };
        is_null.ok_or_else(|| self.damaged(index, "a column"))
    }

    /// PostgreSQL has narrower integers and real booleans: `select 1` and `select exists(…)` give them.
    fn postgres_type(&self, index: usize) -> Option<&str> {
        match &self.0 {
            Engine::Sqlite(_) => None,
            Engine::Postgres(row) => row.columns().get(index).map(|column| column.type_info().name()),
        }
    }
}

impl FromCol for i64 {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        match row.postgres_type(index) {
            Some("INT4") => postgres::<i32>(row, index).map(i64::from),
            Some("INT2") => postgres::<i16>(row, index).map(i64::from),
            Some("BOOL") => postgres::<bool>(row, index).map(i64::from),
            Some(_) | None => read!(row, index, i64, Integer(value) => *value),
        }
    }
}

fn postgres<T>(row: &Row, index: usize) -> Result<T>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    match &row.0 {
        Engine::Postgres(inner) => {
            inner.try_get(index).map_err(|_driver| row.damaged(index, type_name::<T>()))
        }
        Engine::Sqlite(_) => Err(row.damaged(index, type_name::<T>())),
    }
}

impl FromCol for f64 {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        read!(row, index, f64, Real(value) => *value, Integer(value) => *value as f64)
    }
}
impl FromCol for String {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        read!(row, index, String, Text(value) => value.clone())
    }
}
impl FromCol for Vec<u8> {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        read!(row, index, Vec<u8>, Blob(value) => value.clone())
    }
}

/// Narrower integers, refused when the stored number does not fit.
macro_rules! narrower {
    ($($type:ty),*) => {$(
        impl FromCol for $type {
            fn from_col(row: &Row, index: usize) -> Result<Self> {
                let number = row.get::<i64>(index)?;
                <$type>::try_from(number).map_err(|_range| row.damaged(index, stringify!($type)))
            }
        }
    )*};
}
narrower!(i32, u32, u16, u8);

impl FromCol for bool {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        match row.get::<i64>(index)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(row.damaged(index, "0 or 1")),
        }
    }
}

impl FromCol for Timestamp {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        let micros = row.get::<i64>(index)?;
        Self::from_microsecond(micros).map_err(|_range| row.damaged(index, "an instant"))
    }
}

impl FromCol for Date {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        row.parse(index)
    }
}

impl FromCol for serde_json::Value {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        let text = row.get::<String>(index)?;
        serde_json::from_str(&text).map_err(|_syntax| row.damaged(index, "JSON"))
    }
}

impl<T: FromCol> FromCol for Option<T> {
    fn from_col(row: &Row, index: usize) -> Result<Self> {
        if row.is_null(index)? { Ok(None) } else { T::from_col(row, index).map(Some) }
    }
}
