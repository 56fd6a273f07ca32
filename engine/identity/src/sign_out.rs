//! Signing out (退出): `sessions::close_session`, at a button and at the API.

pub(crate) mod http;
