//! The desk (工作台): where clerks see what waits, look at it and act.
//!
//! A clerk sees a case from the moment on which work on it lies in their body, and never before; every look
//! at answers or at a file is noted for the person concerned. Supervision sees lists and clocks, and nothing
//! personal.

use kernel::{Permission, Role};
use web::Routes;

use crate::Room;

mod act;
mod actions;
mod api;
mod away;
mod batch;
mod checks;
mod command;
mod drafts;
mod entries;
mod error;
mod export;
mod filters;
mod findings;
mod listing;
mod made;
mod manage;
mod money;
mod names;
mod notes;
mod numbers;
mod pages;
mod progress;
mod see;
mod submit;
mod templates;
mod views;
mod watch;

pub use act::act;
pub use command::DeskCommand;
pub use error::DeskError;
pub use watch::is_watched;

/// Working on cases: taking tasks, looking at what was handed in, giving opinions, deciding.
pub const WORK: Permission =
    Permission::staff("desk.work", &[Role::Acceptance, Role::Review, Role::Decision]);
/// Watching that promises are kept.
pub const WATCH: Permission = Permission::staff("desk.watch", &[Role::Supervision]);
/// Seeing how the work of a body is shared out: for who decides there, and for supervision, which changes nothing.
pub const MANAGE: Permission = Permission::staff("desk.manage", &[Role::Decision, Role::Supervision]);
/// Sharing it out anew.
pub const REASSIGN: Permission = Permission::staff("desk.reassign", &[Role::Decision]);
/// Coming to the desk at all: whoever has no work here is told so.
pub const OPEN: Permission = Permission::staff("desk.open", &[]);

/// Sentences of the desk: Chinese and English.
pub const MESSAGES: (&str, &str) =
    (include_str!("desk/messages.zh-CN.ftl"), include_str!("desk/messages.en.ftl"));

/// Pages and endpoints of the desk.
pub fn routes(room: Room) -> Routes<()> {
    pages::routes(api::routes(Routes::new())).with_state(room)
}

#[cfg(test)]
mod tests;
