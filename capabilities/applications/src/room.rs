//! What the commands of this room work with.

use std::sync::{Arc, RwLock};

use cases::TypeRef;
use catalogue::Package;
use kernel::{CaseId, PersonActor, Timestamp};
use store::Purpose;

use crate::draft::DraftError;

/// The surroundings of this room, made once at start.
#[derive(Clone)]
pub struct Room {
    /// Database.
    pub db: store::Db,
    /// Uploaded files, sealed.
    pub files: store::Files,
    /// Personal data, sealed.
    pub vault: store::Vault,
    /// Service packages, all versions that cases run under; they are published, suspended and cancelled while the
    /// program runs.
    pub shelf: catalogue::Shelf,
    /// The law's calendar; another one is put in force while the program runs.
    pub calendar: legal_time::CalendarInForce,
    /// Which body is competent where; replaced as a whole when the directory changes.
    pub bodies: Arc<RwLock<Arc<cases::Bodies>>>,
}

impl Room {
    /// The bodies as they are now.
    pub fn bodies(&self) -> Arc<cases::Bodies> {
        match self.bodies.read() {
            Ok(bodies) => Arc::clone(&bodies),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// The service packages as they are now.
    pub fn library(&self) -> Arc<catalogue::Library> {
        self.shelf.now()
    }

    /// Runs a command of the case engine with this room's calendar and bodies.
    pub fn around<'a>(&'a self, bodies: &'a cases::Bodies, now: Timestamp) -> cases::Surroundings<'a> {
        cases::Surroundings { now, calendar: self.calendar.current(), bodies }
    }

    /// The service package of this version, or what that version of a bundle asks for; every version that a draft or a
    /// case names must be loaded.
    pub(crate) fn package(&self, reference: &TypeRef) -> Result<Arc<Package>, DraftError> {
        self.library().asked(reference).ok_or_else(|| DraftError::UnknownType(reference.clone()))
    }
}

/// Why applicants' own data are opened for themselves. Looks at one's own data are not logged; whoever acts for another looks
/// with their eyes, and what they do stands on the list of acts (代办记录).
pub(crate) fn own_purpose(by: &PersonActor, case: Option<CaseId>) -> Purpose {
    let purpose =
        Purpose::new("applications.own", format!("person:{}", by.principal().person().unwrap_or(by.person)));
    match case {
        Some(case) => purpose.for_case(case),
        None => purpose,
    }
}
