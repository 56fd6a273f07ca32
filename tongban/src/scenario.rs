//! Scenarios: the tests of a service package, from application to document, played through the program's own API on a
//! frozen clock. What a scenario can do, a client of the API can do, and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kernel::{Timestamp, Words};
use serde::Deserialize;

mod applicant;
mod bundle;
mod client;
mod pdf;
mod play;
mod see;
mod staff;
mod step;
#[cfg(test)]
mod tests;

pub use applicant::required_materials;
pub use client::{Client, FrozenClock};
pub use pdf::invented_pdf;
pub use play::{Extent, Player};
pub use step::{Action, Materials, Step};

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

/// What must be seen after a step.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Of a bundle: the part that the other keys mean; without it the last day of the whole is meant.
    #[serde(default)]
    pub part: Option<String>,
    /// Of a bundle: where every part stands.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
    /// Status word.
    #[serde(default)]
    pub status: Option<String>,
    /// Stage id.
    #[serde(default)]
    pub stage: Option<String>,
    /// Last day of the leading clock; `none` while it stands still and nobody can know it.
    #[serde(default)]
    pub due: Option<String>,
    /// `green`, `yellow`, `red` or `grey`.
    #[serde(default)]
    pub light: Option<String>,
    /// Whether the case goes first (绿色通道).
    #[serde(default)]
    pub express: Option<bool>,
    /// The work that waits, in any order: opinions and later checks by their branch or material, all other work by its
    /// kind (`accept`, `arrange`, `conclude`, `notice`, `answer`, `approve`, `decide`, …).
    #[serde(default)]
    pub tasks: Option<Vec<String>>,
    /// Other last days than the leading one: of a task, as under `tasks`; of what a material was promised for, by the
    /// material; of the `stage` as a whole, the `statutory` limit, the `notice` that hangs, the time for asking for a
    /// `hearing`, the `suspension`. `none` while nobody can know it.
    #[serde(default)]
    pub days: BTreeMap<String, String>,
}

/// How the case must end. What is not named must not have happened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Status word.
    pub status: String,
    /// Outcome word.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Of a bundle: how every part ended.
    #[serde(default)]
    pub parts: BTreeMap<String, String>,
    /// Documents that were issued, by id; each must verify.
    #[serde(default)]
    pub documents: Vec<String>,
    /// Documents of them that were revoked again, by id; the public check must say so.
    #[serde(default)]
    pub revoked: Vec<String>,
    /// Documents that the organisation or person held from earlier cases of the scenario and that were replaced, by id.
    #[serde(default)]
    pub replaced: Vec<String>,
    /// Ids of documents whose earlier ones were cancelled.
    #[serde(default)]
    pub cancelled: Vec<String>,
    /// Register with a first entry of this case.
    #[serde(default)]
    pub register: Option<String>,
    /// Register in which this case changed an entry.
    #[serde(default)]
    pub changed: Option<String>,
    /// Register in which this case took its change back.
    #[serde(default)]
    pub restored: Option<String>,
    /// Register in which this case ended an entry.
    #[serde(default)]
    pub ended: Option<String>,
    /// What a register shows everybody of the organisation for which the scenario acts.
    #[serde(default)]
    pub entry: Option<ShownEntry>,
    /// Receivers to which the result was pushed.
    #[serde(default)]
    pub pushes: Vec<String>,
    /// Payment orders that went out.
    #[serde(default)]
    pub payments: Vec<Payment>,
}

/// An entry as a public register shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownEntry {
    /// Which register.
    pub register: String,
    /// `in-force` or `ended`.
    pub state: String,
    /// Some of its fields.
    #[serde(default)]
    pub fields: serde_json::Map<String, serde_json::Value>,
}

/// A payment order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// To whom the order goes.
    pub receiver: String,
    /// Amount in fen (分).
    pub amount: i64,
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
        Self::parse(&text).map_err(|rule| ScenarioError::Wrong { path: path.to_owned(), rule })
    }

    /// Reads the text of a scenario; what is wrong with it, in words.
    fn parse(text: &str) -> Result<Self, String> {
        let scenario: Self = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        let mut before = None;
        for (index, step) in scenario.steps.iter().enumerate() {
            let wrong = |rule: String| format!("step {} ({}): {rule}", index + 1, step.action.as_str());
            let at = beijing(&step.at)
                .ok_or_else(|| wrong(format!("{} is no time like 2026-09-21 09:30", step.at)))?;
            if before.is_some_and(|before| at < before) {
                return Err(wrong(format!("{} lies before the step above it", step.at)));
            }
            before = Some(at);
            step.check().map_err(wrong)?;
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
