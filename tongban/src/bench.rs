//! Measuring (测速): the real program as a child process, driven over HTTP through whole lifecycles, on a folder or a
//! database of its own filled with invented people and cases. docs/performance.md says what is measured and how.

mod bare;
mod figures;
mod http;
mod ledger;
mod lifecycle;
mod lists;
mod load;
mod people;
mod preload;
mod process;
mod rotate;
mod run;
mod search;
mod sign_on;
mod spiff;
#[cfg(test)]
mod tests;
mod worklist;
mod world;

pub use figures::Report;
pub use ledger::{LedgerPlan, LedgerReport, measure_ledger};
pub use lists::{ListsReport, measure_lists};
pub use load::Profile;
pub use rotate::{RotatePlan, RotateReport, measure_rotate};
pub use run::{Plan, run};
pub use search::{SearchReport, measure_search};
pub use sign_on::{SignOnPlan, SignOnReport, measure_sign_on};
pub use worklist::{WorklistReport, measure_worklist};
pub use world::Place;
