//! `/account/notices` (通知设置): where and of what a reader wants to be told besides the box.

pub(crate) mod api;
pub(crate) mod http;
