//! Which page of a list is wanted.

use serde::Deserialize;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::IntoParams;

/// By the address of a page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Pages {
    pub(crate) after: Option<Cursor>,
}

/// By a program.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Asked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Rows of a page, 1 to 100; 20 without it.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

impl Asked {
    pub(crate) fn request(self) -> PageRequest {
        PageRequest { after: self.after, size: self.size }
    }
}
