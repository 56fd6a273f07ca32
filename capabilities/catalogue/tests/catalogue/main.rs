//! The room as its users see it: packages from folders, versions in databases, pages.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail like the tests themselves")]

mod applicants;
mod bundles;
mod choose;
mod directory;
mod faults;
mod fixture;
mod forms;
mod lint;
mod pages;
mod real_packages;
mod simulate;
mod versions;
mod votes;
