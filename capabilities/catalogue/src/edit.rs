//! Editing a package in the browser (在线编辑): elements are changed where they stand in the files, so that comments and
//! everything else stay as they were written.

use serde_json::Value;

use crate::Fault;
use crate::package::{ITEM, Texts};
use crate::rule::Rule;

pub(crate) mod change;
pub(crate) mod form;
pub(crate) mod http;
pub(crate) mod sections;
pub(crate) mod tree;
pub(crate) mod zip;

use change::Change;
use tree::Node;

/// What the files say of themselves.
pub(crate) struct Identity {
    pub(crate) key: (String, String),
    pub(crate) version: String,
    /// Chinese and English.
    pub(crate) name: (String, String),
}

/// Which item the files are of, even where they break rules.
pub(crate) fn identity(files: &Texts) -> Result<Identity, Fault> {
    let text = files.get(ITEM).map_or("", String::as_str);
    let unreadable = |what: &str| Fault::new(ITEM, 1, Rule::Unreadable, what);
    let root = Node::read(text).ok_or_else(|| unreadable("item.yaml cannot be read"))?;
    let word = |path: &str| root.text(path).chars().take(200).collect::<String>();
    let (item, handling, version) = (word("code"), word("handling"), word("version"));
    let fits = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
    };
    if !(fits(&item) && fits(&handling) && fits(&version) && item.len() <= 32 && handling.len() <= 8) {
        return Err(unreadable("code, handling and version say which item the files are of"));
    }
    Ok(Identity { key: (item, handling), version, name: (word("name/zh"), word("name/en")) })
}

/// Writes the version into the files.
pub(crate) fn set_version(files: &mut Texts, version: &str) {
    let change = Change::Set("version".into(), Value::from(version));
    if let Some(text) = files.get_mut(ITEM)
        && let Some(new) = change::apply(text, &change, false)
    {
        *text = new;
    }
}
