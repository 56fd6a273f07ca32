//! What events are made of.

use kernel::{BodyId, CaseId, StaffId, TaskId};
use legal_time::Limit;
use serde::{Deserialize, Serialize};

use crate::process::Ground;

/// Something wrong with an application, to be told to the applicant in the one correction notice (补正事项).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    /// A material id, or nothing when a field is meant.
    #[serde(default)]
    pub material: Option<String>,
    /// A form field, or nothing when a material is meant.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong, in plain words.
    pub problem: String,
    /// The legal ground or the rule of the guide.
    pub ground: String,
    /// The task in which it was noted.
    pub task: TaskId,
}

/// Whether a reviewer agrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// 同意
    Agree,
    /// 不同意
    Disagree,
}

impl Conclusion {
    /// The word that expressions and tables see.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Disagree => "disagree",
        }
    }
}

/// Votes of a panel (专家评审表决).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    /// In favour.
    pub agree: usize,
    /// Against.
    pub disagree: usize,
}

/// A material that may be handed in later (容缺).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promised {
    /// Which.
    pub material: String,
    /// Time for it, from acceptance.
    pub limit: Limit,
}

/// The one thing (一件事) of which a case is a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlePart {
    /// The master number (主办件编号).
    pub number: String,
    /// Which part of the bundle package.
    pub part: String,
}

/// Beside who, what and where: how an application came in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Intake {
    /// Materials to be handed in later (容缺受理).
    pub promised: Vec<Promised>,
    /// Materials in whose place a commitment was signed (告知承诺).
    pub commitments: Vec<String>,
    /// The body whose window received it for the competent one (异地代收).
    pub received_by: Option<BodyId>,
    /// The older case from which it was begun.
    pub again_of: Option<CaseId>,
    /// The one thing of which it is a part.
    pub bundle: Option<BundlePart>,
}

/// The outcome of one rule, with its reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleOutcome {
    /// Id of the rule.
    pub id: String,
    /// Whether it held.
    pub holds: bool,
    /// Clause by clause, with the values read.
    pub why: Vec<rules::Clause>,
}

/// What a clerk asks of whoever approves (请示).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Asked {
    /// More time (延长期限).
    Extension {
        /// How much.
        by: Limit,
    },
    /// Suspension (中止).
    Suspension {
        /// On which ground.
        ground: Ground,
    },
    /// Termination (终止).
    Termination {
        /// On which ground.
        ground: Ground,
    },
}

impl Asked {
    /// The word of commands and pages.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Extension { .. } => "extension",
            Self::Suspension { .. } => "suspension",
            Self::Termination { .. } => "termination",
        }
    }
}

/// The member of staff whose work a deputy did (被代理人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoodInFor {
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
}
