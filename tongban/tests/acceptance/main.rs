//! The whole program as its users meet it: started as they start it, driven over HTTP and in a real browser.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod acting;
mod axe;
mod bench;
mod browser;
mod calendars;
mod catalogue;
mod command_line;
mod crash;
mod data_copy;
mod defence;
mod description;
mod details;
mod directory;
mod dump;
mod explain;
mod factors;
mod guidance;
mod journey;
mod journey_association;
mod journey_relief;
mod keyboard;
mod ledger;
mod licence_file;
mod matrix;
mod notices;
mod pages;
mod portal;
mod posts;
mod privacy;
mod recusal;
mod rotation;
mod seals;
mod server;
mod suggestions;
mod tampering;
mod upstream;
mod wallet;
