//! The whole program as its users meet it: started as they start it, driven over HTTP and in a real browser.

mod access;
mod browser;
mod command_line;
mod crash;
mod description;
mod journey;
mod journey_association;
mod journey_relief;
mod licence_file;
mod server;
mod tampering;
