//! Scenarios: the tests of a service package, from application to document, played through the program's own API on a
//! frozen clock. What a scenario can do, a client of the API can do, and nothing else.

use std::path::{Path, PathBuf};

use kernel::{Timestamp, Words};
use serde::Deserialize;
use serde_json::{Map, Value};

mod client;
mod pdf;
mod play;

pub use client::{Client, FrozenClock};
pub use pdf::invented_pdf;
pub use play::{Extent, Player, required_materials};

/// One scenario file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows.
    pub name: Words,
    /// Slug of the person who applies.
    pub applicant: String,
    /// Slug of the legal person on whose behalf.
    #[serde(default, rename = "for")]
    pub on_behalf_of: Option<String>,
    /// Where they apply.
    pub division: String,
    /// What happens.
    pub steps: Vec<Step>,
    /// How it must end.
    pub end: End,
}

/// One step.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Beijing time, `2026-09-21 09:30`.
    pub at: String,
    /// Login of staff; the applicant when left out.
    #[serde(default)]
    pub who: Option<String>,
    /// What is done.
    #[serde(rename = "do")]
    pub action: Action,
    /// Answers (apply) or changed answers (resubmit).
    #[serde(default)]
    pub form: Map<String, Value>,
    /// Materials handed in.
    #[serde(default)]
    pub materials: Option<Materials>,
    /// Material of a defect.
    #[serde(default)]
    pub material: Option<String>,
    /// Field of a defect.
    #[serde(default)]
    pub field: Option<String>,
    /// What is wrong.
    #[serde(default)]
    pub problem: String,
    /// On which ground.
    #[serde(default)]
    pub ground: String,
    /// Branch of an opinion.
    #[serde(default)]
    pub branch: Option<String>,
    /// `agree` or `disagree`.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// `granted` or `refused`.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Words of an opinion, a decision, a withdrawal.
    #[serde(default)]
    pub text: String,
    /// What was established.
    #[serde(default)]
    pub findings: Map<String, Value>,
    /// The step must be refused with this HTTP status.
    #[serde(default)]
    pub refused: Option<u16>,
    /// What the case page must show afterwards.
    #[serde(default)]
    pub expect: Option<Expectation>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Fill in, hand in materials, submit.
    Apply,
    /// 受理
    Accept,
    /// 不予受理
    NotAccept,
    /// Note a defect for the correction notice.
    NoteDefect,
    /// Send the one correction notice.
    SendCorrection,
    /// Answer it.
    Resubmit,
    /// Give an opinion in a branch.
    Opinion,
    /// Hang out the public notice.
    PublishNotice,
    /// Decide.
    Decide,
    /// 撤回
    Withdraw,
    /// Let time pass.
    Wait,
}

/// Which materials are handed in.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Materials {
    /// `all`: every required one of the applicant.
    Word(String),
    /// These.
    These(Vec<String>),
    /// All but these.
    AllBut {
        /// Left out.
        #[serde(rename = "all-but")]
        all_but: Vec<String>,
    },
}

/// What the case page must show.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Status word.
    #[serde(default)]
    pub status: Option<String>,
    /// Stage id.
    #[serde(default)]
    pub stage: Option<String>,
    /// Last day of the leading clock.
    #[serde(default)]
    pub due: Option<String>,
}

/// How the case must end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Status word.
    pub status: String,
    /// Outcome word.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Documents that were issued, by id; each must verify.
    #[serde(default)]
    pub documents: Vec<String>,
    /// Register with an entry of this case.
    #[serde(default)]
    pub register: Option<String>,
}

/// A scenario that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file breaks the format.
    #[error("{}: {rule}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// Line and rule.
        rule: String,
    },
}

impl Scenario {
    /// Reads a scenario file.
    pub fn read(path: &Path) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ScenarioError::Unreadable { path: path.to_owned(), source })?;
        let wrong = |rule: String| ScenarioError::Wrong { path: path.to_owned(), rule };
        let scenario: Self = serde_saphyr::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        for step in &scenario.steps {
            beijing(&step.at)
                .ok_or_else(|| wrong(format!("{} is no time like 2026-09-21 09:30", step.at)))?;
        }
        Ok(scenario)
    }

    /// All scenario files of a package folder, in order of their names.
    pub fn files(package: &Path) -> Result<Vec<PathBuf>, ScenarioError> {
        let folder = package.join("scenarios");
        let unreadable = |source| ScenarioError::Unreadable { path: folder.clone(), source };
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let entries = std::fs::read_dir(&folder).map_err(unreadable)?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

/// `2026-09-21 09:30` in Beijing as an instant.
pub fn beijing(text: &str) -> Option<Timestamp> {
    let wall: jiff::civil::DateTime = text.trim().replace(' ', "T").parse().ok()?;
    jiff::tz::Offset::constant(8).to_timestamp(wall).ok()
}
