//! The life of an item (事项生命周期): a change is written, checked, approved by another person, published now or at a set
//! time; an item is suspended, resumed and cancelled. Who, when and why stays on record.

use std::sync::{Arc, PoisonError, RwLock};

use cases::Bodies;
use kernel::{Message, Refusal};
use store::Db;

use crate::package::Texts;
use crate::versions::VersionError;
use crate::{Against, Fault, Library, Package, Registers, Shelf, bundle, lint};

pub(crate) mod api;
pub(crate) mod bring_in;
pub(crate) mod compare;
pub(crate) mod history;
pub(crate) mod http;
pub(crate) mod job;
pub(crate) mod lines;
pub(crate) mod list;
mod prepare;
pub(crate) mod record;
mod stand;
#[cfg(test)]
mod tests;

pub use prepare::{approve, begin, check, drop_revision, import, plan, revision_files, save, send_back};
pub use record::{By, Revision, State, Step};
pub use stand::{News, cancel, publish, resume, suspend};

/// Longest reason, in characters.
const WORD_CHARS_MAX: usize = 500;
/// How far ahead a publication can be planned, in days.
const AHEAD_DAYS_MAX: i64 = 366;
/// The job that publishes at a planned time.
pub(crate) const PUBLISH_JOB: &str = "catalogue.publish";

/// What managing items needs.
#[derive(Debug, Clone)]
pub struct Office {
    /// Database.
    pub db: Db,
    /// The packages in force.
    pub shelf: Shelf,
    /// Names of the registers that the platform keeps.
    pub registers: Arc<Registers>,
    /// The directory of bodies.
    pub bodies: Arc<RwLock<Arc<Bodies>>>,
}

impl Office {
    pub(crate) fn library(&self) -> Arc<Library> {
        self.shelf.now()
    }

    fn bodies(&self) -> Arc<Bodies> {
        Arc::clone(&self.bodies.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the rules say of the files of a package, and the package where no error was found: beside all that is
    /// offered, and in the bundles that have it as a part.
    pub(crate) fn look(&self, files: &Texts) -> (Option<Package>, Vec<Fault>) {
        let (library, bodies) = (self.library(), self.bodies());
        // Where no directory was brought in yet nobody can be competent for anything.
        let bodies = (!bodies.0.is_empty()).then_some(&*bodies);
        let against = Against { registers: &self.registers, bodies };
        let (package, linted) = lint::lint_files("", files, &library, &against);
        let mut faults = linted.faults;
        for fault in &mut faults {
            fault.file = fault.file.trim_start_matches('/').to_owned();
        }
        let Some(package) = package else { return (None, faults) };
        let broken = breaks_bundles(&library, &package);
        let is_sound = broken.is_empty();
        faults.extend(broken);
        (is_sound.then_some(package), faults)
    }
}

/// What would be wrong with the bundles that have this item as a part.
fn breaks_bundles(library: &Library, package: &Package) -> Vec<Fault> {
    let package = Arc::new(package.clone());
    let (item, handling) = (&package.reference.item, &package.reference.handling);
    let find = |wanted: &str, of: &str| {
        if (wanted, of) == (item, handling) {
            Some(Arc::clone(&package))
        } else {
            library.current(wanted, of)
        }
    };
    let has_it = |bundle: &&Arc<crate::Bundle>| {
        bundle
            .parts
            .iter()
            .any(|part| part.package.reference.item == *item && part.package.reference.handling == *handling)
    };
    let broken = library
        .bundles()
        .filter(has_it)
        .filter_map(|bundle| bundle::of_texts(&bundle.folder, bundle.texts.clone(), &find, true).err());
    broken.flatten().collect()
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum LifeError {
    /// There is no such item or change.
    #[error("no such item")]
    NotFound,
    /// Somebody is preparing a change of this item already.
    #[error("another change of this item is open")]
    OpenAlready,
    /// Somebody else has changed it since the page was shown.
    #[error("somebody else has changed it meanwhile")]
    Overtaken,
    /// It is not in a state in which this can be done.
    #[error("not in this state")]
    NotNow,
    /// The rules are broken.
    #[error("the rules are broken")]
    Faults(Vec<Fault>),
    /// Whoever wrote any of it cannot approve it (职责分离).
    #[error("the author cannot approve")]
    OwnWork,
    /// The item was changed by somebody since the change was begun.
    #[error("another version is in force")]
    BaseMoved,
    /// The version is known already.
    #[error("the version is known already")]
    VersionKnown,
    /// The code or handling item of a change is another than when it was begun.
    #[error("the code was changed")]
    OtherItem,
    /// A reason is needed, not too long.
    #[error("word: a reason is needed")]
    WordMissing,
    /// The time is past or too far away.
    #[error("publish_at: not a time to come")]
    BadTime,
    /// The day is past.
    #[error("until: not a day to come")]
    BadDay,
    /// No such item to take the place of this one.
    #[error("replaced_by: no such item")]
    BadReplacement,
    /// A version could not be put in force.
    #[error(transparent)]
    Version(VersionError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<VersionError> for LifeError {
    fn from(error: VersionError) -> Self {
        match error {
            VersionError::Store(error) => Self::Store(error),
            VersionError::Changed { .. } => Self::VersionKnown,
            VersionError::Bundle(faults) => Self::Faults(faults),
            VersionError::BundleChanged { .. } | VersionError::Unreadable(_) => Self::Version(error),
        }
    }
}

impl From<LifeError> for Refusal {
    fn from(error: LifeError) -> Self {
        let field = |name: &str, key| Self::field(name, Message::new(key));
        match error {
            LifeError::NotFound => Self::NotFound,
            LifeError::OpenAlready => Self::conflict("catalogue-life-open-already"),
            LifeError::Overtaken => Self::conflict("catalogue-life-overtaken"),
            LifeError::NotNow => Self::conflict("catalogue-life-not-now"),
            LifeError::Faults(faults) => {
                let one = |fault: &Fault| {
                    let message = Message::new("catalogue-life-fault").with("text", &fault.text);
                    kernel::FieldError::new(format!("{}:{}", fault.file, fault.line), message)
                };
                Self::Invalid(faults.iter().filter(|fault| fault.is_error()).map(one).collect())
            }
            LifeError::OwnWork => Self::conflict("catalogue-life-own-work"),
            LifeError::BaseMoved => Self::conflict("catalogue-life-base-moved"),
            LifeError::VersionKnown => Self::conflict("catalogue-life-version-known"),
            LifeError::OtherItem => Self::conflict("catalogue-life-other-item"),
            LifeError::WordMissing => field("word", "catalogue-life-word-missing"),
            LifeError::BadTime => field("publish_at", "catalogue-life-bad-time"),
            LifeError::BadDay => field("until", "catalogue-life-bad-day"),
            LifeError::BadReplacement => field("replaced_by", "catalogue-life-bad-replacement"),
            // Two that publish at once cannot be the same turn.
            LifeError::Store(error) if error.is_unique_violation() => {
                Self::conflict("catalogue-life-overtaken")
            }
            LifeError::Store(error) => error.into(),
            LifeError::Version(error) => Self::Internal(Box::new(error)),
        }
    }
}

/// A reason that people can read.
fn word_of(word: &str, is_needed: bool) -> Result<String, LifeError> {
    let word = word.trim();
    let is_long = word.chars().count() > WORD_CHARS_MAX;
    let is_plain = !word.chars().any(|c| c.is_control() && c != '\n' && c != '\r');
    if is_long || !is_plain || (is_needed && word.is_empty()) {
        return Err(LifeError::WordMissing);
    }
    Ok(word.to_owned())
}
