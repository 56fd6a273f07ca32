//! The platform put together: configuration, wiring of the rooms, the cast of the demonstration, the scenario player.
//! The binary and the acceptance tests both stand on this.

pub mod bench;
pub mod cast;
pub mod config;
mod copies;
pub mod effects;
pub mod explain;
pub mod housekeeping;
pub mod ledger;
pub mod maintenance;
pub mod platform;
pub mod posts;
pub mod reevaluate;
pub mod retention;
pub mod rotation;
pub mod scenario;
pub mod sealing;
pub mod tell;
