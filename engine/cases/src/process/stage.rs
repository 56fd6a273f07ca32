//! The stages of a process: what kind of work, by whom, in which order.

use kernel::Words;
use rules::Expression;
use serde::{Deserialize, Serialize};

use super::{Executors, Finding, Level, StatedLimit};

/// One line of a public notice: all that it may show beside item, case number and last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeLine {
    /// What it says.
    pub label: Words,
    /// A text with placeholders, as in `licences.yaml`.
    pub value: String,
}

/// One opinion in a stage: a parallel review (并联审批), a level (审核层级), a signer (会签单位), a body at a survey.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Stable id.
    pub id: String,
    /// Name on the page.
    pub name: Words,
    /// Who gives it.
    pub by: Executors,
    /// Their own limit.
    #[serde(default)]
    pub limit: Option<StatedLimit>,
    /// The stage may end without it.
    #[serde(default)]
    pub optional: bool,
    /// Only when this holds.
    #[serde(default)]
    pub when: Option<Expression>,
    /// What must be established.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Without its agreement nothing can be granted.
    #[serde(default)]
    pub binding: bool,
    /// Materials that the office makes here.
    #[serde(default)]
    pub makes: Vec<String>,
    /// Levels to which the work may be passed on, up or down (上报, 下派).
    #[serde(default)]
    pub routes: Vec<Level>,
}

/// How many must agree (表决规则).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quorum {
    /// Every one.
    All,
    /// More than half of all.
    Majority,
    /// At least two thirds of all.
    TwoThirds,
    /// At least so many.
    AtLeast(usize),
}

impl Quorum {
    /// How many of `all` must agree.
    pub const fn needed(self, all: usize) -> usize {
        match self {
            Self::All => all,
            Self::Majority => all / 2 + 1,
            Self::TwoThirds => (2 * all).div_ceil(3),
            Self::AtLeast(least) => least,
        }
    }
}

/// Objections to a public notice (公示异议).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectionRule {
    /// Time for checking and answering each.
    pub answer: StatedLimit,
}

/// When a hearing is held (听证).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HearingOn {
    /// In every case (行政许可法 §46).
    Always,
    /// When the applicant asks for it in time (§47).
    Request,
}

/// What kind of work a stage is.
#[derive(Debug, Clone, PartialEq)]
pub enum StageKind {
    /// Reviews side by side (并联审批); all required ones must be finished.
    Review {
        /// The branches.
        branches: Vec<Branch>,
    },
    /// Reviews one after the other (逐级审核); a level may send the matter back to the one before.
    Levels {
        /// From the first to the last.
        levels: Vec<Branch>,
    },
    /// Several bodies sign (会签); the stage ends as soon as the quorum is reached or out of reach.
    Countersign {
        /// Who signs.
        signers: Vec<Branch>,
        /// How many must agree.
        quorum: Quorum,
    },
    /// Several bodies look at the place together (联合踏勘): arranged, attended, concluded.
    Survey {
        /// Who arranges and concludes.
        by: Executors,
        /// Who comes along and gives an opinion.
        participants: Vec<Branch>,
        /// What must be established.
        findings: Vec<Finding>,
        /// Materials that the office makes here.
        makes: Vec<String>,
    },
    /// Experts judge (专家评审).
    Panel {
        /// Who calls them and records their votes.
        by: Executors,
        /// Fewest experts.
        experts: usize,
        /// How many must be in favour.
        quorum: Quorum,
        /// What must be established.
        findings: Vec<Finding>,
        /// Materials that the office makes here.
        makes: Vec<String>,
    },
    /// Inspection, testing, quarantine, appraisal (检验、检测、检疫、鉴定).
    Special {
        /// Who sees to it.
        by: Executors,
        /// What must be established.
        findings: Vec<Finding>,
        /// Materials that the office makes here.
        makes: Vec<String>,
    },
    /// Hearing (听证).
    Hearing {
        /// Who holds it.
        by: Executors,
        /// Whether it must be asked for.
        on: HearingOn,
        /// Time for asking (行政许可法 §47: five days from being told).
        ask: StatedLimit,
        /// How long before the day the applicant must know it (§48: seven days).
        tell: StatedLimit,
        /// Materials that the office makes here.
        makes: Vec<String>,
    },
    /// Public notice (公示).
    PublicNotice {
        /// Who publishes.
        by: Executors,
        /// How long it hangs.
        lasts: StatedLimit,
        /// What it shows.
        lines: Vec<NoticeLine>,
        /// Whether and how objections are answered.
        objections: Option<ObjectionRule>,
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
    pub when: Option<Expression>,
    /// Time for the stage as a whole, over all its branches.
    pub limit: Option<StatedLimit>,
    /// Whether its time is not counted in the decision limit (行政许可法 §45).
    pub stops_clock: bool,
    /// Its work.
    pub kind: StageKind,
}

impl Stage {
    /// Its opinions: branches, levels, signers or participants.
    pub fn branches(&self) -> &[Branch] {
        match &self.kind {
            StageKind::Review { branches } => branches,
            StageKind::Levels { levels } => levels,
            StageKind::Countersign { signers, .. } => signers,
            StageKind::Survey { participants, .. } => participants,
            StageKind::Panel { .. }
            | StageKind::Special { .. }
            | StageKind::Hearing { .. }
            | StageKind::PublicNotice { .. }
            | StageKind::Decision { .. } => &[],
        }
    }

    /// Who does the work of the stage itself, beside its branches.
    pub const fn by(&self) -> Option<&Executors> {
        match &self.kind {
            StageKind::Review { .. } | StageKind::Levels { .. } | StageKind::Countersign { .. } => None,
            StageKind::Survey { by, .. }
            | StageKind::Panel { by, .. }
            | StageKind::Special { by, .. }
            | StageKind::Hearing { by, .. }
            | StageKind::PublicNotice { by, .. }
            | StageKind::Decision { by, .. } => Some(by),
        }
    }

    /// What is established by the stage itself, beside its branches.
    pub fn own_findings(&self) -> &[Finding] {
        match &self.kind {
            StageKind::Survey { findings, .. }
            | StageKind::Panel { findings, .. }
            | StageKind::Special { findings, .. }
            | StageKind::Decision { findings, .. } => findings,
            StageKind::Review { .. }
            | StageKind::Levels { .. }
            | StageKind::Countersign { .. }
            | StageKind::Hearing { .. }
            | StageKind::PublicNotice { .. } => &[],
        }
    }

    /// What the office makes in the stage itself, beside its branches.
    pub fn own_makes(&self) -> &[String] {
        match &self.kind {
            StageKind::Survey { makes, .. }
            | StageKind::Panel { makes, .. }
            | StageKind::Special { makes, .. }
            | StageKind::Hearing { makes, .. }
            | StageKind::PublicNotice { makes, .. }
            | StageKind::Decision { makes, .. } => makes,
            StageKind::Review { .. } | StageKind::Levels { .. } | StageKind::Countersign { .. } => &[],
        }
    }

    /// Whether its executor gives the opinion of the whole stage, under the stage's id.
    pub const fn is_concluded(&self) -> bool {
        matches!(
            self.kind,
            StageKind::Survey { .. }
                | StageKind::Panel { .. }
                | StageKind::Special { .. }
                | StageKind::Hearing { .. }
        )
    }

    /// The branch of this id.
    pub fn branch(&self, id: &str) -> Option<&Branch> {
        self.branches().iter().find(|branch| branch.id == id)
    }
}

/// A stage as it is written: flat, so that an unknown key is an error and not silently dropped.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StageText {
    id: String,
    kind: StageWord,
    name: Words,
    when: Option<Expression>,
    limit: Option<StatedLimit>,
    stops_clock: Option<bool>,
    branches: Option<Vec<Branch>>,
    levels: Option<Vec<Branch>>,
    signers: Option<Vec<Branch>>,
    participants: Option<Vec<Branch>>,
    quorum: Option<Quorum>,
    by: Option<Executors>,
    experts: Option<usize>,
    on: Option<HearingOn>,
    ask: Option<StatedLimit>,
    tell: Option<StatedLimit>,
    lasts: Option<StatedLimit>,
    lines: Option<Vec<NoticeLine>>,
    objections: Option<ObjectionRule>,
    findings: Option<Vec<Finding>>,
    makes: Option<Vec<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StageWord {
    Review,
    Levels,
    Countersign,
    Survey,
    Panel,
    Special,
    Hearing,
    PublicNotice,
    Decision,
}

impl StageWord {
    /// Name of the kind and the keys that it may have beside those of every stage.
    const fn keys(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Review => ("a review", &["branches"]),
            Self::Levels => ("a stage of levels", &["levels"]),
            Self::Countersign => ("a countersigning", &["signers", "quorum"]),
            Self::Survey => ("a survey", &["by", "participants", "findings", "makes"]),
            Self::Panel => ("a panel", &["by", "experts", "quorum", "findings", "makes"]),
            Self::Special => ("a special procedure", &["by", "findings", "makes"]),
            Self::Hearing => ("a hearing", &["by", "on", "ask", "tell", "makes"]),
            Self::PublicNotice => ("a public notice", &["by", "lasts", "lines", "objections", "makes"]),
            Self::Decision => ("a decision", &["by", "findings", "makes"]),
        }
    }
}

impl StageText {
    /// Keys that stand in the text although its kind knows nothing of them.
    fn stray(&self) -> Option<&'static str> {
        let given = [
            ("branches", self.branches.is_some()),
            ("levels", self.levels.is_some()),
            ("signers", self.signers.is_some()),
            ("participants", self.participants.is_some()),
            ("quorum", self.quorum.is_some()),
            ("by", self.by.is_some()),
            ("experts", self.experts.is_some()),
            ("on", self.on.is_some()),
            ("ask", self.ask.is_some()),
            ("tell", self.tell.is_some()),
            ("lasts", self.lasts.is_some()),
            ("lines", self.lines.is_some()),
            ("objections", self.objections.is_some()),
            ("findings", self.findings.is_some()),
            ("makes", self.makes.is_some()),
        ];
        let allowed = self.kind.keys().1;
        given.into_iter().find(|(key, is_given)| *is_given && !allowed.contains(key)).map(|(key, _)| key)
    }
}

impl TryFrom<StageText> for Stage {
    type Error = String;

    fn try_from(text: StageText) -> Result<Self, String> {
        let id = text.id.clone();
        let (name, allowed) = text.kind.keys();
        let keys = allowed.join(", ");
        if let Some(key) = text.stray() {
            return Err(format!("stage {id}: {name} has no {key}; it has {keys}"));
        }
        let lacks = |key: &str| format!("stage {id}: {name} needs {key}");
        let (findings, makes) = (text.findings.unwrap_or_default(), text.makes.unwrap_or_default());
        let kind = match text.kind {
            StageWord::Review => {
                StageKind::Review { branches: text.branches.ok_or_else(|| lacks("branches"))? }
            }
            StageWord::Levels => StageKind::Levels { levels: text.levels.ok_or_else(|| lacks("levels"))? },
            StageWord::Countersign => StageKind::Countersign {
                signers: text.signers.ok_or_else(|| lacks("signers"))?,
                quorum: text.quorum.unwrap_or(Quorum::All),
            },
            StageWord::Survey => StageKind::Survey {
                by: text.by.ok_or_else(|| lacks("by"))?,
                participants: text.participants.unwrap_or_default(),
                findings,
                makes,
            },
            StageWord::Panel => StageKind::Panel {
                by: text.by.ok_or_else(|| lacks("by"))?,
                experts: text.experts.ok_or_else(|| lacks("experts"))?,
                quorum: text.quorum.unwrap_or(Quorum::Majority),
                findings,
                makes,
            },
            StageWord::Special => {
                StageKind::Special { by: text.by.ok_or_else(|| lacks("by"))?, findings, makes }
            }
            StageWord::Hearing => StageKind::Hearing {
                by: text.by.ok_or_else(|| lacks("by"))?,
                on: text.on.ok_or_else(|| lacks("on"))?,
                ask: text.ask.ok_or_else(|| lacks("ask"))?,
                tell: text.tell.ok_or_else(|| lacks("tell"))?,
                makes,
            },
            StageWord::PublicNotice => StageKind::PublicNotice {
                by: text.by.ok_or_else(|| lacks("by"))?,
                lasts: text.lasts.ok_or_else(|| lacks("lasts"))?,
                lines: text.lines.unwrap_or_default(),
                objections: text.objections,
                makes,
            },
            StageWord::Decision => {
                StageKind::Decision { by: text.by.ok_or_else(|| lacks("by"))?, findings, makes }
            }
        };
        let stops_clock = text.stops_clock.unwrap_or(false);
        Ok(Self { id, name: text.name, when: text.when, limit: text.limit, stops_clock, kind })
    }
}
