//! `/admin/outbox` (发件箱): what waits to leave the house, and what could not be delivered.

pub(crate) mod api;
pub(crate) mod http;
