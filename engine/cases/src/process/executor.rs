//! Who does a piece of work, and within which limit.

use kernel::Role;
use legal_time::Limit;
use rules::Expression;
use serde::{Deserialize, Serialize};

/// A limit with the law or promise it rests on (时限及依据).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedLimit {
    /// Number and unit.
    pub within: Limit,
    /// Document and article; a promise needs none.
    #[serde(default)]
    pub basis: Option<String>,
}

impl StatedLimit {
    /// The limit carrying its basis, as a clock wants it.
    pub fn to_limit(&self) -> Limit {
        let mut limit = self.within.clone();
        limit.basis = self.basis.clone().or(limit.basis);
        limit
    }
}

/// Administrative levels at which bodies stand (行使层级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 省级
    Province,
    /// 市级
    City,
    /// 县级
    County,
    /// 镇(乡、街道)级
    Town,
}

impl Level {
    /// The level above, if there is one.
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Province => None,
            Self::City => Some(Self::Province),
            Self::County => Some(Self::City),
            Self::Town => Some(Self::County),
        }
    }

    /// The word used in packages and commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Province => "province",
            Self::City => "city",
            Self::County => "county",
            Self::Town => "town",
        }
    }
}

/// Which body and role does a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Executor {
    /// The body that serves the item's department in the application's division at this level.
    #[serde(default)]
    pub level: Option<Level>,
    /// The department whose body is meant, two digits, where it is not that of the item (并联审批中的其他部门).
    #[serde(default)]
    pub department: Option<String>,
    /// Where no body stands at that level, the one above it is competent.
    #[serde(default)]
    pub or_above: bool,
    /// A form field whose value is the slug of a body, such as the body in charge (业务主管单位).
    #[serde(default)]
    pub body_from: Option<String>,
    /// The role inside that body.
    pub role: Role,
    /// Only when this holds.
    #[serde(default)]
    pub when: Option<Expression>,
}

/// One executor, or several with conditions of which the first that holds is taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Executors {
    /// Always the same.
    One(Executor),
    /// The first whose condition holds.
    FirstOf(Vec<Executor>),
}

impl Executors {
    /// All of them, in order.
    pub fn list(&self) -> &[Executor] {
        match self {
            Self::One(executor) => std::slice::from_ref(executor),
            Self::FirstOf(list) => list,
        }
    }
}
