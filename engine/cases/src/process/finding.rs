//! What staff must establish in a process (审查认定的事实).

use kernel::Words;
use serde::{Deserialize, Serialize};

/// Type of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingType {
    /// Amount in fen (分).
    Money,
    /// Whole number.
    Integer,
    /// Free text.
    Text,
    /// Yes or no.
    Boolean,
    /// A civil day, `yyyy-mm-dd`.
    Date,
    /// A unified social credit code (GB 32100).
    Uscc,
}

/// Registrar and class of a social credit code that the platform may propose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// First character (登记管理部门).
    pub registrar: String,
    /// Second character (机构类别).
    pub class: String,
}

/// A bound that an earlier finding sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AtMost {
    /// Id of the earlier finding.
    pub finding: String,
}

/// Something staff must establish (审查认定的事实).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable id.
    pub id: String,
    /// Name on the page.
    pub label: Words,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: FindingType,
    /// Whether it must be given (with an agreeing opinion or a granting decision).
    #[serde(default)]
    pub required: bool,
    /// Smallest number or shortest text.
    #[serde(default)]
    pub min: Option<i64>,
    /// Largest number or longest text.
    #[serde(default)]
    pub max: Option<i64>,
    /// Not above an earlier finding.
    #[serde(default)]
    pub at_most: Option<AtMost>,
    /// Proposed by the platform.
    #[serde(default)]
    pub generate: Option<Generate>,
    /// Computed by rules and proposed to the clerk, who may give another value.
    #[serde(default)]
    pub proposed: Option<super::Derived>,
}
