//! The provider as clients and browsers find it: every rule is broken from outside.

mod admin;
mod browser;
mod clients;
mod codes;
mod consents;
mod devices;
mod house;
mod logouts;
mod matrix;
mod refreshes;
mod told;
mod upstream;
mod upstream_hostile;
