//! What kinds of seals there are and how they are numbered (印章类型、编码规则): data that an installation may replace by its
//! own `seals.yaml` beside its packages. Pure but for reading that file.
//!
//! The coding of GB/T 33481-2016 was not at hand when the built-in rule was written; it is data for that reason.

mod pattern;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kernel::Words;
use serde::Deserialize;

pub(crate) use pattern::Named;
pub use pattern::{Pattern, PatternError};

const FILE: &str = "seals.yaml";
const BUILT_IN: &str = include_str!("seals.yaml");
const BYTES_MAX: u64 = 64 * 1024;
/// Diameters in millimetres that official seals have (国发〔1999〕25号: 42 for counties and departments, up to 60).
const DIAMETERS: std::ops::RangeInclusive<u32> = 20..=60;

/// What a seal is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Licences and certificates (证照).
    Licence,
    /// Decisions, notices and letters (文书).
    Document,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Licence, Self::Document];

    /// The word in tables and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Document => "document",
        }
    }
}

/// A kind of seal (印章类型).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// Its code in numbers, digits.
    pub code: String,
    /// What it is called.
    pub name: Words,
    /// What stands under the star; empty for none.
    #[serde(default)]
    pub below: String,
    /// Diameter in whole millimetres.
    pub diameter: u32,
    /// What it is used for.
    pub purposes: BTreeSet<Purpose>,
}

/// The rules of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Short name of the body that approves and makes seals (印章管理机关). Without one, seals are only asked for.
    #[serde(default)]
    pub authority: Option<String>,
    /// How a seal is numbered (印章编码).
    pub number: Pattern,
    /// How its identifier is made (印章标识 esID, GB/T 38540-2020).
    pub id: Pattern,
    /// The longest validity in years.
    pub years_max: u16,
    /// So many days before the end of its period the keepers of a seal are told.
    pub warn_days: u16,
    /// The kinds.
    pub kinds: Vec<Kind>,
}

/// Why a file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It cannot be opened.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is longer than any.
    #[error("{}: longer than {BYTES_MAX} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// It is not of the form that docs/seals.md describes.
    #[error("{0}: {1}")]
    Form(String, Box<serde_saphyr::Error>),
    /// An entry breaks a rule.
    #[error("{0}: {1}: {2}")]
    Rule(String, String, &'static str),
}

impl Rules {
    /// The rules beside a folder of packages or above it; the built-in ones without such a file.
    pub fn load(packages: &Path) -> Result<Self, RulesError> {
        let folder = packages.canonicalize().unwrap_or_else(|_gone| packages.to_owned());
        let Some(path) = folder.ancestors().map(|above| above.join(FILE)).find(|file| file.is_file()) else {
            return Self::built_in();
        };
        let unreadable = |source| RulesError::Unreadable { path: path.clone(), source };
        if std::fs::metadata(&path).map_err(unreadable)?.len() > BYTES_MAX {
            return Err(RulesError::TooLong { path });
        }
        Self::read(&std::fs::read_to_string(&path).map_err(unreadable)?, &path.display().to_string())
    }

    /// The rules that came with the program; nobody approves by them.
    pub fn built_in() -> Result<Self, RulesError> {
        Self::read(BUILT_IN, "built-in rules of seals")
    }

    /// Reads a text; `file` is named in what is wrong.
    fn read(text: &str, file: &str) -> Result<Self, RulesError> {
        let rules: Self = serde_saphyr::from_str(text)
            .map_err(|error| RulesError::Form(file.to_owned(), Box::new(error)))?;
        match rules.fault() {
            None => Ok(rules),
            Some((place, rule)) => Err(RulesError::Rule(file.to_owned(), place, rule)),
        }
    }

    fn fault(&self) -> Option<(String, &'static str)> {
        let mut codes = BTreeSet::new();
        for kind in &self.kinds {
            let place = || format!("kind {}", kind.code);
            let is_code = (1..=4).contains(&kind.code.len()) && kind.code.bytes().all(|b| b.is_ascii_digit());
            let rule = if !is_code {
                "the code is 1 to 4 digits"
            } else if !codes.insert(&kind.code) {
                "the code is given twice"
            } else if kind.name.is_incomplete() {
                "the name is missing in one language"
            } else if !DIAMETERS.contains(&kind.diameter) {
                "the diameter is 20 to 60 mm"
            } else if kind.purposes.is_empty() {
                "it has no purpose"
            } else if kind.below.chars().count() > 20 {
                "more than 20 characters stand under the star"
            } else {
                continue;
            };
            return Some((place(), rule));
        }
        let whole = |rule| Some((String::from("rules"), rule));
        if self.kinds.is_empty() {
            return whole("there is no kind of seal");
        }
        if !(1..=10).contains(&self.years_max) {
            return whole("years_max is 1 to 10");
        }
        None
    }

    /// The kind of this code.
    pub fn kind(&self, code: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.code == code)
    }

    /// The codes of kinds that serve a purpose, those that serve nothing else first.
    pub fn serving(&self, purpose: Purpose) -> Vec<&Kind> {
        let mut kinds: Vec<&Kind> =
            self.kinds.iter().filter(|kind| kind.purposes.contains(&purpose)).collect();
        kinds.sort_by_key(|kind| kind.purposes.len());
        kinds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(from: &str, to: &str, expected: &str) {
        let changed = BUILT_IN.replacen(from, to, 1);
        assert_ne!(changed, BUILT_IN, "{from}");
        let error = Rules::read(&changed, "seals.yaml").unwrap_err().to_string();
        assert!(error.contains("seals.yaml") && error.contains(expected), "{error}");
    }

    #[test]
    fn the_built_in_rules_hold_and_faults_are_named() {
        let rules = Rules::built_in().unwrap();
        assert_eq!(rules.authority, None);
        let codes = |purpose| -> Vec<&str> {
            rules.serving(purpose).into_iter().map(|kind| kind.code.as_str()).collect()
        };
        assert_eq!(codes(Purpose::Licence), ["04", "01", "02"], "the seal for licences comes first");
        assert_eq!(codes(Purpose::Document), ["03", "01", "02"]);
        check("code: \"02\"", "code: \"01\"", "kind 01: the code is given twice");
        check("code: \"02\"", "code: \"x\"", "kind x: the code is 1 to 4 digits");
        check("diameter: 42", "diameter: 400", "the diameter is 20 to 60 mm");
        check("en: Official seal", "en: ''", "the name is missing");
        check("years_max: 5", "years_max: 0", "years_max is 1 to 10");
        check("{serial:5}", "{serie}", "line");
        check("years_max", "year_max", "line");
        check("purposes: [licence]", "purposes: [licences]", "line");
    }

    #[test]
    fn an_installation_brings_its_own_rules() {
        let dir = tempfile::tempdir().unwrap();
        let packages = dir.path().join("packages");
        std::fs::create_dir(&packages).unwrap();
        assert_eq!(Rules::load(&packages).unwrap(), Rules::built_in().unwrap());
        std::fs::write(dir.path().join(FILE), format!("authority: county-gov\n{BUILT_IN}")).unwrap();
        assert_eq!(Rules::load(&packages).unwrap().authority.as_deref(), Some("county-gov"));
        std::fs::write(packages.join(FILE), "kinds: []").unwrap();
        assert!(matches!(Rules::load(&packages), Err(RulesError::Form(..))), "the nearest file counts");
    }
}
