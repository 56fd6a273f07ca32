//! The process of a service package (`process.yaml`): who does what, in which order, within which limit.

use std::collections::BTreeSet;

use kernel::{Role, Words};
use legal_time::Limit;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod check;
mod finding;

pub use check::{ProcessFault, Surroundings};
pub use finding::{AtMost, Finding, FindingType, Generate};

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

/// Which body and role does a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Executor {
    /// The body that serves the item's department in the application's division at this level.
    #[serde(default)]
    pub level: Option<Level>,
    /// A form field whose value is the slug of a body, such as the body in charge (业务主管单位).
    #[serde(default)]
    pub body_from: Option<String>,
    /// The role inside that body.
    pub role: Role,
    /// Only when this holds.
    #[serde(default)]
    pub when: Option<Condition>,
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

/// A comparison over the form (`field`) or over what staff established (`finding`). A missing value makes it false.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Name of a form field.
    #[serde(default)]
    pub field: Option<String>,
    /// Name of a finding.
    #[serde(default)]
    pub finding: Option<String>,
    /// Equal to this value.
    #[serde(default)]
    pub is: Option<Value>,
    /// A number not above this.
    #[serde(default)]
    pub at_most: Option<f64>,
    /// A number not below this.
    #[serde(default)]
    pub at_least: Option<f64>,
}

impl Condition {
    /// Whether it holds over form facts and findings.
    pub fn holds(
        &self,
        facts: &serde_json::Map<String, Value>,
        findings: &serde_json::Map<String, Value>,
    ) -> bool {
        let value = match (&self.field, &self.finding) {
            (Some(field), None) => facts.get(field),
            (None, Some(finding)) => findings.get(finding),
            (Some(_), Some(_)) | (None, None) => None,
        };
        let Some(value) = value else { return false };
        let number = value.as_f64();
        self.is.as_ref().is_none_or(|wanted| wanted == value)
            && self.at_most.is_none_or(|most| number.is_some_and(|n| n <= most))
            && self.at_least.is_none_or(|least| number.is_some_and(|n| n >= least))
    }
}

/// What the law says when nobody answers within the limit of acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Accepted from the day of receipt (行政许可法 §32).
    Accepted,
    /// No legal effect; the case is only late.
    Nothing,
}

/// Receiving and checking an application (受理).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// Who accepts.
    pub by: Executors,
    /// Within which limit they must say so.
    pub limit: StatedLimit,
    /// What happens when they say nothing.
    pub silence: Silence,
}

/// The applicant's time to correct (补正).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRule {
    /// When it passes, the case ends as out of time.
    pub limit: StatedLimit,
}

/// One line of a public notice: all that it may show beside item, case number and last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeLine {
    /// What it says.
    pub label: Words,
    /// A text with placeholders, as in `licences.yaml`.
    pub value: String,
}

/// One of several reviews that run side by side (并联审批).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Stable id.
    pub id: String,
    /// Name on the page.
    pub name: Words,
    /// Who reviews.
    pub by: Executors,
    /// Their own limit.
    #[serde(default)]
    pub limit: Option<StatedLimit>,
    /// The stage may end without it.
    #[serde(default)]
    pub optional: bool,
    /// Only when this holds.
    #[serde(default)]
    pub when: Option<Condition>,
    /// What must be established.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Without its agreement nothing can be granted.
    #[serde(default)]
    pub binding: bool,
    /// Materials that the office makes here.
    #[serde(default)]
    pub makes: Vec<String>,
}

/// What kind of work a stage is.
#[derive(Debug, Clone, PartialEq)]
pub enum StageKind {
    /// Parallel reviews.
    Review {
        /// All required ones must be finished.
        branches: Vec<Branch>,
    },
    /// Public notice (公示).
    PublicNotice {
        /// Who publishes.
        by: Executors,
        /// How long it hangs.
        lasts: StatedLimit,
        /// Whether its time is not counted in the decision limit.
        stops_clock: bool,
        /// What it shows.
        lines: Vec<NoticeLine>,
        /// Materials that the office makes here.
        makes: Vec<String>,
    },
    /// The decision.
    Decision {
        /// Who decides.
        by: Executors,
        /// What must be established.
        findings: Vec<Finding>,
        /// Materials that the office makes here.
        makes: Vec<String>,
    },
}

/// A stage after acceptance.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "StageText")]
pub struct Stage {
    /// Stable id.
    pub id: String,
    /// Name on the page.
    pub name: Words,
    /// Left out unless this holds.
    pub when: Option<Condition>,
    /// Its work.
    pub kind: StageKind,
}

/// A stage as it is written: flat, so that an unknown key is an error and not silently dropped.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageText {
    id: String,
    kind: StageWord,
    name: Words,
    when: Option<Condition>,
    branches: Option<Vec<Branch>>,
    by: Option<Executors>,
    lasts: Option<StatedLimit>,
    stops_clock: Option<bool>,
    lines: Option<Vec<NoticeLine>>,
    findings: Option<Vec<Finding>>,
    makes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StageWord {
    Review,
    PublicNotice,
    Decision,
}

impl TryFrom<StageText> for Stage {
    type Error = String;

    fn try_from(text: StageText) -> Result<Self, String> {
        let StageText { id, kind, name, when, branches, by, lasts, stops_clock, lines, findings, makes } =
            text;
        if lines.is_some() && !matches!(kind, StageWord::PublicNotice) {
            return Err(format!("stage {id}: only a public notice has lines"));
        }
        let makes_or_none = makes.unwrap_or_default();
        let kind = match (kind, branches, by, lasts, stops_clock, findings) {
            (StageWord::Review, Some(branches), None, None, None, None) if makes_or_none.is_empty() => {
                StageKind::Review { branches }
            }
            (StageWord::PublicNotice, None, Some(by), Some(lasts), stops_clock, None) => {
                StageKind::PublicNotice {
                    by,
                    lasts,
                    stops_clock: stops_clock.unwrap_or(false),
                    lines: lines.unwrap_or_default(),
                    makes: makes_or_none,
                }
            }
            (StageWord::Decision, None, Some(by), None, None, findings) => {
                StageKind::Decision { by, findings: findings.unwrap_or_default(), makes: makes_or_none }
            }
            (StageWord::Review, ..) => {
                return Err(format!("stage {id}: a review has branches and nothing else"));
            }
            (StageWord::PublicNotice, ..) => {
                return Err(format!(
                    "stage {id}: a public notice has by, lasts, stops_clock, lines and makes"
                ));
            }
            (StageWord::Decision, ..) => {
                return Err(format!("stage {id}: a decision has by, findings and makes"));
            }
        };
        Ok(Self { id, name, when, kind })
    }
}

/// Something that follows from a decision, done exactly once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Issue a document of `licences.yaml`.
    Issue(String),
    /// Write an entry of a register.
    Register(String),
}

impl Effect {
    /// `issue:receipt`: the name under which its completion is recorded.
    pub fn key(&self) -> String {
        match self {
            Self::Issue(document) => format!("issue:{document}"),
            Self::Register(register) => format!("register:{register}"),
        }
    }
}

/// What follows from each outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Effects {
    /// When granted.
    #[serde(default)]
    pub granted: Vec<Effect>,
    /// When refused.
    #[serde(default)]
    pub refused: Vec<Effect>,
}

/// The whole process.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// 受理
    pub acceptance: Acceptance,
    /// 补正
    pub correction: CorrectionRule,
    /// What follows, in order; the last one decides.
    pub stages: Vec<Stage>,
    /// What follows from the decision.
    #[serde(default)]
    pub effects: Effects,
}

impl Process {
    /// The stage of this id.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// Form fields that the process reads. Only these are copied into the case, so that the engine never needs
    /// the (sealed) form.
    pub fn fields_read(&self) -> BTreeSet<&str> {
        let from_executors = self.executors().flat_map(|executor| {
            executor
                .body_from
                .as_deref()
                .into_iter()
                .chain(executor.when.iter().filter_map(|w| w.field.as_deref()))
        });
        let from_conditions = self.conditions().filter_map(|condition| condition.field.as_deref());
        from_executors.chain(from_conditions).collect()
    }

    fn executors(&self) -> impl Iterator<Item = &Executor> {
        let of_stages = self.stages.iter().flat_map(|stage| match &stage.kind {
            StageKind::Review { branches } => branches.iter().flat_map(|b| b.by.list()).collect::<Vec<_>>(),
            StageKind::PublicNotice { by, .. } | StageKind::Decision { by, .. } => by.list().iter().collect(),
        });
        self.acceptance.by.list().iter().chain(of_stages)
    }

    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let of_stages = self.stages.iter().flat_map(|stage| {
            let of_branches = match &stage.kind {
                StageKind::Review { branches } => branches.iter().filter_map(|b| b.when.as_ref()).collect(),
                StageKind::PublicNotice { .. } | StageKind::Decision { .. } => Vec::new(),
            };
            stage.when.as_ref().into_iter().chain(of_branches)
        });
        self.executors().filter_map(|executor| executor.when.as_ref()).chain(of_stages)
    }

    /// Every finding that can be established, with the stage where.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.stages.iter().flat_map(|stage| match &stage.kind {
            StageKind::Review { branches } => branches.iter().flat_map(|b| &b.findings).collect::<Vec<_>>(),
            StageKind::Decision { findings, .. } => findings.iter().collect(),
            StageKind::PublicNotice { .. } => Vec::new(),
        })
    }

    /// Ids of the materials that the office makes on the way.
    pub fn makes(&self) -> impl Iterator<Item = &str> {
        self.stages.iter().flat_map(|stage| match &stage.kind {
            StageKind::Review { branches } => {
                branches.iter().flat_map(|b| &b.makes).map(String::as_str).collect::<Vec<_>>()
            }
            StageKind::PublicNotice { makes, .. } | StageKind::Decision { makes, .. } => {
                makes.iter().map(String::as_str).collect()
            }
        })
    }
}

/// Which package version a case runs under.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TypeRef {
    /// 基本编码, 12 characters.
    pub item: String,
    /// 业务办理项, two digits.
    pub handling: String,
    /// Package version.
    pub version: String,
}

/// All that the engine needs to know of a package.
#[derive(Debug, Clone)]
pub struct CaseType {
    /// Which one.
    pub reference: TypeRef,
    /// Name of the item.
    pub name: Words,
    /// Its process.
    pub process: Process,
    /// 法定时限
    pub statutory: StatedLimit,
    /// 承诺时限
    pub promised: StatedLimit,
}

impl CaseType {
    /// The department of the item: characters 5 and 6 of its code (`11` is civil affairs).
    pub fn department(&self) -> &str {
        self.reference.item.get(4..6).unwrap_or("")
    }
}
