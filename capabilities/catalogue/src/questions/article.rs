//! Articles of the knowledge base that belong to no one item: `articles.yaml` beside the packages.

use std::path::Path;

use kernel::Words;
use serde::Deserialize;

use crate::package::read_text;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Library, Provenance};

/// The file that makes a folder one of articles.
pub(crate) const FILE: &str = "articles.yaml";

/// An answer that belongs to no one item (知识文章).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Article {
    /// Its name in addresses.
    pub(crate) id: String,
    /// What people ask.
    pub(crate) question: Words,
    /// The answer; an empty line begins a paragraph.
    pub(crate) answer: Words,
    /// Everyday words under which people look for it.
    #[serde(default)]
    pub(crate) keywords: Vec<String>,
    /// Items that it speaks of: `code/handling`.
    #[serde(default)]
    pub(crate) items: Vec<String>,
    /// Where it comes from.
    pub(crate) sources: Vec<Provenance>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    articles: Vec<Article>,
}

/// The articles of a folder, or everything that is wrong with them. Which items there are is asked later.
pub(crate) fn load(folder: &Path) -> Result<Vec<Article>, Vec<Fault>> {
    let path = format!("{}/{FILE}", folder.display());
    let text = read_text(folder, FILE).map_err(|fault| vec![fault])?.unwrap_or_default();
    let (mut source, written): (Source, Written) =
        Source::read(path, &text, Rule::Articles).map_err(|fault| vec![fault])?;
    source.check_words();
    source.check_english();
    for (at, article) in written.articles.iter().enumerate() {
        let index = at.to_string();
        let place = ["articles", &index];
        // Ids of the questions of items begin with a digit.
        if !crate::item::is_slug(&article.id) || !article.id.starts_with(|c: char| c.is_ascii_lowercase()) {
            source.add(
                &place,
                "an id is made of lower-case letters, digits and hyphens and begins with a letter",
            );
        }
        if written.articles[..at].iter().any(|before| before.id == article.id) {
            source.add(&place, format!("{} is there twice", article.id));
        }
        if article.sources.is_empty() {
            source.add(&place, "say where it comes from (sources)");
        }
        if article.items.iter().any(|item| item.split('/').count() != 2) {
            source.add(&place, "an item is named code/handling");
        }
    }
    let faults = source.into_faults();
    if faults.is_empty() { Ok(written.articles) } else { Err(faults) }
}

/// Items of an article that are offered: address and name.
pub(crate) fn items<'l>(
    article: &'l Article,
    library: &'l Library,
) -> impl Iterator<Item = std::sync::Arc<crate::Package>> + 'l {
    article.items.iter().filter_map(|name| library.offered_as(name))
}
