//! What persons may do here, and the one thing that everybody may. Whether *this* draft or case may be touched is asked by each command.

use kernel::Permission;

/// Beginning an application.
pub const START: Permission = Permission::persons("applications.start");
/// Filling in the own drafts, handing in files for them, throwing them away.
pub const FILL_IN: Permission = Permission::persons("applications.fill-in");
/// Handing in the own drafts.
pub const SUBMIT: Permission = Permission::persons("applications.submit");
/// Seeing the own cases.
pub const SEE_OWN: Permission = Permission::persons("applications.see-own");
/// Answering a correction notice of the own cases.
pub const CORRECT: Permission = Permission::persons("applications.correct");
/// Writing to the office about the own cases.
pub const WRITE: Permission = Permission::persons("applications.write");
/// Taking the own applications back.
pub const WITHDRAW: Permission = Permission::persons("applications.withdraw");
/// Answering whether one wants to be heard in the own cases.
pub const HEAR: Permission = Permission::persons("applications.hear");
/// Handing in what was promised for the own cases.
pub const SUPPLY: Permission = Permission::persons("applications.supply");
/// Objecting to a public notice.
pub const OBJECT: Permission = Permission::persons("applications.object");
/// Reading the public notices that hang.
pub const SEE_NOTICES: Permission = Permission::everyone("applications.see-notices");
/// Looking up where a case stands by its number and the applicant's name.
pub const LOOK_UP: Permission = Permission::everyone("applications.look-up");
