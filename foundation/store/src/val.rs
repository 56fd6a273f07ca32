//! Values on their way into a statement.

use jiff::civil::Date;
use kernel::Timestamp;

/// A value bound to `$n`. The four kinds are the four column types: BIGINT, DOUBLE PRECISION, TEXT and BYTEA.
/// `None` is a typed NULL, because PostgreSQL wants to know the type even then.
#[derive(Clone, PartialEq)]
pub enum Val {
    /// BIGINT: numbers, booleans as 0 and 1, money in fen, instants as epoch microseconds.
    I(Option<i64>),
    /// DOUBLE PRECISION.
    F(Option<f64>),
    /// TEXT: also ids, dates as `yyyy-mm-dd`, JSON.
    T(Option<String>),
    /// BYTEA.
    B(Option<Vec<u8>>),
}

/// Shows the kind only: values may be personal data and debug output ends in logs.
impl std::fmt::Debug for Val {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, null) = match self {
            Self::I(value) => ("BIGINT", value.is_none()),
            Self::F(value) => ("DOUBLE PRECISION", value.is_none()),
            Self::T(value) => ("TEXT", value.is_none()),
            Self::B(value) => ("BYTEA", value.is_none()),
        };
        write!(f, "{kind}{}", if null { " NULL" } else { "" })
    }
}

/// `vals![case, "open", now, None::<String>]`: the values of a statement in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! vals {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::Val::from($value)),*] };
}

/// For each type: itself, a reference to it, and an option of it.
macro_rules! bindable {
    ($($type:ty => $kind:ident, |$value:ident| $turn:expr;)*) => {$(
        impl From<$type> for Val {
            fn from($value: $type) -> Self { Self::$kind(Some($turn)) }
        }
        impl From<Option<$type>> for Val {
            fn from(value: Option<$type>) -> Self { Self::$kind(value.map(|$value| $turn)) }
        }
    )*};
}

bindable! {
    i64 => I, |value| value;
    i32 => I, |value| i64::from(value);
    u32 => I, |value| i64::from(value);
    u16 => I, |value| i64::from(value);
    u8 => I, |value| i64::from(value);
    bool => I, |value| i64::from(value);
    Timestamp => I, |value| kernel::to_micros(value);
    f64 => F, |value| value;
    String => T, |value| value;
    &String => T, |value| value.clone();
    &str => T, |value| value.to_owned();
    Date => T, |value| value.to_string();
    serde_json::Value => T, |value| value.to_string();
    &serde_json::Value => T, |value| value.to_string();
    Vec<u8> => B, |value| value;
    &Vec<u8> => B, |value| value.clone();
    &[u8] => B, |value| value.to_vec();
}

impl<const N: usize> From<[u8; N]> for Val {
    fn from(value: [u8; N]) -> Self {
        Self::B(Some(value.to_vec()))
    }
}
impl<const N: usize> From<&[u8; N]> for Val {
    fn from(value: &[u8; N]) -> Self {
        Self::B(Some(value.to_vec()))
    }
}

/// The typed ids of the kernel, bound as text, and read back.
macro_rules! ids {
    ($($id:ident),* $(,)?) => {
        bindable! { $(kernel::$id => T, |value| value.to_string();)* }
        $(impl $crate::FromCol for kernel::$id {
            fn from_col(row: &$crate::Row, index: usize) -> $crate::Result<Self> {
                row.parse(index)
            }
        })*
    };
}

ids! {
    ActId, AuthorisationId, BodyId, CaseId, ClientId, DeputyId, DraftId, EventId, GrantId, JobId, LegalPersonId, LetterId, LicenceId, MandateId, MasterCaseId, MaterialId, MessageId, NewsId, NoteId, NoticeId, OfferId, PersonId, PostId, RecoveryId, RevisionId, SealId, SessionId, StaffId, StaffImportId, TaskId, TemplateId,
}
