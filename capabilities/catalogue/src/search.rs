//! Finding an item by everyday words (事项检索): which texts of a package are searched, and how much each says of it.

use std::ops::Range;
use std::sync::Arc;

use search::{Document, Weight};

use crate::Package;

pub mod recall;
pub(crate) mod words;

pub(crate) use words::Words;

/// Items that one answer holds; nobody reads further.
const FOUND_MAX: usize = 200;
/// The share of a query that an answer covers, and that something near covers.
const ANSWER: f64 = 0.5;
const NEAR: f64 = 0.2;
/// The longest sound-alike that is proposed as what was meant.
const MEANT_MAX: usize = 12;

/// What can be searched of all offered items.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    index: search::Index,
    packages: Vec<Arc<Package>>,
}

/// What a search answers.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Best first.
    pub items: Vec<Arc<Package>>,
    /// Where there is no answer: what comes near.
    pub near: Vec<Arc<Package>>,
    /// What may have been meant, as it is written in an item (您是不是要找).
    pub meant: Option<String>,
    /// Nothing was asked for: these are all items.
    pub asks_nothing: bool,
}

impl Index {
    pub(crate) fn new<'p>(packages: impl Iterator<Item = &'p Arc<Package>>, words: &Words) -> Self {
        let packages: Vec<Arc<Package>> = packages.cloned().collect();
        let documents = packages.iter().map(|package| document(package));
        Self { index: search::Index::new(documents, words.vocabulary()), packages }
    }

    /// Items that answer the query, best first; all of them when it asks for nothing.
    pub(crate) fn find(&self, query: &str, keep: &dyn Fn(&Package) -> bool) -> Found {
        let kept = |at: usize| self.packages.get(at).is_some_and(|package| keep(package));
        let found = self.index.find(query, ANSWER, FOUND_MAX, &kept);
        if found.asks_nothing {
            let items = self.packages.iter().filter(|package| keep(package)).cloned().collect();
            return Found { items, asks_nothing: true, ..Found::default() };
        }
        let items = self.packages_of(&found.hits);
        if items.is_empty() {
            let near = self.packages_of(&self.index.find(query, NEAR, 6, &kept).hits);
            return Found { items, near, ..Found::default() };
        }
        let meant = items.first().and_then(|best| self.meant(query, best));
        Found { items, meant, ..Found::default() }
    }

    fn packages_of(&self, hits: &[search::Hit]) -> Vec<Arc<Package>> {
        hits.iter().filter_map(|hit| self.packages.get(hit.document)).cloned().collect()
    }

    /// Pieces of a text that answer the query.
    pub(crate) fn marks(&self, query: &str, text: &str) -> Vec<Range<usize>> {
        self.index.marks(query, text)
    }

    /// The Chinese words of the best answer that sound like the query, where it is written otherwise.
    fn meant(&self, query: &str, best: &Package) -> Option<String> {
        let called = best.item.keywords.iter().chain([&best.item.name.zh]);
        for text in called {
            if let [range] = self.index.sounds_like(query, text).as_slice() {
                let meant = &text[range.clone()];
                return (meant.chars().count() <= MEANT_MAX).then(|| meant.to_owned());
            }
        }
        None
    }
}

/// The texts of a package.
fn document(package: &Package) -> Document {
    let item = &package.item;
    let mut texts = Vec::new();
    let mut add = |text: &str, weight: Weight| texts.push((text.to_owned(), weight));
    for (words, weight) in [(&item.name, Weight::Name), (&package.form.title, Weight::Alias)] {
        add(&words.zh, weight);
        add(&words.en, weight);
    }
    for keyword in &item.keywords {
        add(keyword, Weight::Alias);
    }
    add(&item.code, Weight::Alias);
    for words in item.results.iter().chain([&item.summary]) {
        add(&words.zh, Weight::Summary);
        add(&words.en, Weight::Summary);
    }
    let materials = crate::attached(package).map(|material| &material.name);
    let questions = item.faq.iter().map(|question| &question.q);
    for words in item.conditions.iter().chain(materials).chain(questions) {
        add(&words.zh, Weight::Body);
        add(&words.en, Weight::Body);
    }
    Document { texts }
}
