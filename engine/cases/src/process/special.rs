//! Rules that stand beside the stages: quick ways, pauses, ends, later checks, and what is looked up.

use kernel::Words;
use legal_time::Limit;
use rules::Expression;
use serde::{Deserialize, Serialize};

use super::{Executors, Finding, StatedLimit};

/// Cases that go first (绿色通道).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GreenChannel {
    /// For whom, without being asked for; the acceptance desk may let others in with a reason.
    #[serde(default)]
    pub when: Option<Expression>,
    /// Why it is there, in words for the applicant.
    pub reason: Words,
    /// A shorter promise.
    #[serde(default)]
    pub promised: Option<StatedLimit>,
}

/// One rule of an instant decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstantRule {
    /// Stable id.
    pub id: String,
    /// What it asks, in words.
    pub name: Words,
    /// The condition.
    pub when: Expression,
    /// Document and article.
    #[serde(default)]
    pub basis: Option<String>,
}

/// A value that rules give: an expression, or one output of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Derived {
    /// Of a decision table.
    Table(TableOutput),
    /// Of an expression.
    Expression(Expression),
}

/// One output of a decision table of `rules.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableOutput {
    /// Name of the table.
    pub table: String,
    /// Id of the output.
    pub output: String,
}

/// A part of the instant decisions that a person looks at afterwards (抽查).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// One case in so many.
    pub one_in: u32,
    /// Who looks.
    pub by: Executors,
    /// Within which limit.
    pub limit: StatedLimit,
}

/// Decision without a clerk (即办, 即报即批): granted when every rule holds; else the case goes its ordinary way, and
/// the clerk sees which rule did not hold. Rules never refuse.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instant {
    /// In whose name.
    pub by: Executors,
    /// All must hold.
    pub rules: Vec<InstantRule>,
    /// Reason of the decision, in words.
    pub reason: Words,
    /// Findings that the decision needs, computed.
    #[serde(default)]
    pub findings: Vec<InstantFinding>,
    /// What a person looks at afterwards.
    #[serde(default)]
    pub sample: Option<Sample>,
}

/// A finding that an instant decision computes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstantFinding {
    /// Id of a finding of the decision.
    pub id: String,
    /// Where its value comes from.
    pub from: Derived,
}

/// More time, once (行政许可法 §42).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtensionRule {
    /// The most that may be added, in the unit of the decision limit.
    pub most: Limit,
    /// Document and article.
    pub basis: String,
    /// Who approves.
    pub approve: Executors,
}

/// A ground on which a case may be suspended or terminated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// Stable id.
    pub id: String,
    /// In words.
    pub name: Words,
    /// Document and article.
    pub basis: String,
}

/// Suspension (中止): the clocks stand still until it is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspensionRule {
    /// On which grounds.
    pub grounds: Vec<Ground>,
    /// Who approves.
    pub approve: Executors,
    /// How long at most; then the case goes on by itself.
    #[serde(default)]
    pub limit: Option<StatedLimit>,
}

/// Termination (终止): the case ends without a decision on the matter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminationRule {
    /// On which grounds.
    pub grounds: Vec<Ground>,
    /// Who approves.
    pub approve: Executors,
}

/// A check after the decision of what the applicant declared in place of a proof (告知承诺后核查).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaterCheck {
    /// The material in whose place the commitment stands.
    pub material: String,
    /// Who checks.
    pub by: Executors,
    /// Within which limit of the decision.
    pub limit: StatedLimit,
    /// What must be established.
    #[serde(default)]
    pub findings: Vec<Finding>,
}

/// Something asked of a register or of the licences of this platform when the application comes in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Under which name expressions see it: `register.<id>` or `licence.<id>`.
    pub id: String,
    /// Which register.
    #[serde(default)]
    pub register: Option<String>,
    /// Which kind of licence, held by the applicant.
    #[serde(default)]
    pub licence: Option<String>,
    /// For a register: the form field with the code to look for; without it the applicant's own code.
    #[serde(default)]
    pub code_from: Option<String>,
}

/// Until when the desk is warned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warnings {
    /// Working days before the end on which the light turns yellow and the first warning goes out.
    pub yellow: u32,
}

/// Working days before the end on which the light turns yellow where a package says nothing else.
pub const YELLOW_WORKING_DAYS: u32 = 3;

impl Default for Warnings {
    fn default() -> Self {
        Self { yellow: YELLOW_WORKING_DAYS }
    }
}
