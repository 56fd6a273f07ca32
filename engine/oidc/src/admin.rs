//! Connected systems and signing keys for administrators: pages and endpoints.

pub(crate) mod api;
mod form;
pub(crate) mod keys;
pub(crate) mod pages;
