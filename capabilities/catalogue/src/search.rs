//! Finding an item by everyday words. A query is cut into pairs of neighbouring characters (Chinese) and beginnings
//! of words (other scripts), so that half a phrase and a phrase with something in between still hit.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::Package;

/// Item code and handling item.
type Key = (String, String);

/// What can be searched of all offered items.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    key: Key,
    /// Texts with their weight.
    texts: Vec<(Text, f64)>,
    keywords: Vec<String>,
}

/// A text cut up once.
#[derive(Debug, Clone)]
struct Text {
    plain: String,
    words: BTreeSet<String>,
}

/// Words that say only that somebody wants something done; longer ones first, because they are cut out in order.
const FILLER: [&str; 39] = [
    "在哪里",
    "去哪里",
    "到哪里",
    "怎么样",
    "多少钱",
    "需要什么",
    "是什么",
    "怎么办",
    "如何办",
    "怎样办",
    "我想要",
    "请问",
    "怎么",
    "如何",
    "怎样",
    "哪里",
    "哪儿",
    "什么",
    "我要",
    "我想",
    "想要",
    "需要",
    "可以",
    "办理",
    "申办",
    "申请",
    "申领",
    "办",
    "我",
    "要",
    "想",
    "的",
    "了",
    "吗",
    "呢",
    "请",
    "能",
    "去",
    "在",
];
const FILLER_EN: [&str; 22] = [
    "a", "an", "the", "of", "for", "to", "in", "on", "my", "i", "how", "do", "get", "want", "apply", "need",
    "and", "or", "is", "can", "what", "where",
];

/// The share of the query's characters that must be found in an item.
const COVERED_MIN: f64 = 0.5;
const NAME: f64 = 5.0;
const KEYWORD: f64 = 4.0;
const SUMMARY: f64 = 1.5;
const CONDITION: f64 = 1.0;

impl Index {
    pub(crate) fn new<'p>(packages: impl Iterator<Item = &'p Arc<Package>>) -> Self {
        Self { entries: packages.map(|package| entry(package)).collect() }
    }

    /// Keys of the items that answer the query, best first; `None` when the query asks for nothing.
    pub(crate) fn find(&self, query: &str) -> Option<Vec<Key>> {
        let grams = grams(query);
        if grams.is_empty() {
            return None;
        }
        let rarity: Vec<f64> = grams.iter().map(|gram| self.rarity(gram)).collect();
        let mut hits: Vec<(f64, &Key)> = Vec::new();
        for entry in &self.entries {
            if let Some(score) = entry.score(&plain(query), &grams, &rarity) {
                hits.push((score, &entry.key));
            }
        }
        hits.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        Some(hits.into_iter().map(|(_, key)| key.clone()).collect())
    }

    /// What few items have tells more than what all have.
    fn rarity(&self, gram: &Gram) -> f64 {
        let holders = self.entries.iter().filter(|entry| entry.weight(gram) > 0.0).count();
        (1.0 + self.entries.len() as f64 / (1.0 + holders as f64)).ln()
    }
}

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Gram {
    /// Neighbouring characters, and where the first one stands among all that are searched for.
    Characters { text: String, at: usize },
    /// The beginning of a word, and where it stands.
    Word { text: String, at: usize },
}

impl Gram {
    /// The places of the query that it covers.
    fn covers(&self) -> std::ops::Range<usize> {
        let (Self::Characters { text, at } | Self::Word { text, at }) = self;
        *at..*at + text.chars().count()
    }
}

impl Entry {
    fn weight(&self, gram: &Gram) -> f64 {
        let holds = |text: &Text| match gram {
            Gram::Characters { text: wanted, .. } => text.plain.contains(wanted.as_str()),
            Gram::Word { text: wanted, .. } => text
                .words
                .range(wanted.clone()..)
                .next()
                .is_some_and(|word| word.starts_with(wanted.as_str())),
        };
        self.texts.iter().filter(|(text, _)| holds(text)).map(|(_, weight)| *weight).fold(0.0, f64::max)
    }

    fn score(&self, query: &str, grams: &[Gram], rarity: &[f64]) -> Option<f64> {
        let all: BTreeSet<usize> = grams.iter().flat_map(Gram::covers).collect();
        let mut covered = BTreeSet::new();
        let mut score = 0.0;
        for (gram, rarity) in grams.iter().zip(rarity) {
            let weight = self.weight(gram);
            if weight > 0.0 {
                covered.extend(gram.covers());
                score += weight * rarity;
            }
        }
        // Somebody who says a keyword in a long sentence means this item, whatever else they say.
        let said = self.keywords.iter().filter(|word| query.contains(word.as_str()));
        let said: f64 = said.map(|word| KEYWORD * word.chars().count() as f64).sum();
        let share = covered.len() as f64 / all.len().max(1) as f64;
        (share >= COVERED_MIN || said > 0.0).then_some((score + said) * share)
    }
}

fn entry(package: &Package) -> Entry {
    let item = &package.item;
    let mut texts = Vec::new();
    let mut add = |text: &str, weight: f64| texts.push((cut(text), weight));
    for words in [&item.name, &package.form.title] {
        add(&words.zh, NAME);
        add(&words.en, NAME);
    }
    for keyword in &item.keywords {
        add(keyword, KEYWORD);
    }
    for words in item.results.iter().chain([&item.summary]) {
        add(&words.zh, SUMMARY);
        add(&words.en, SUMMARY);
    }
    for words in &item.conditions {
        add(&words.zh, CONDITION);
        add(&words.en, CONDITION);
    }
    add(&item.code, NAME);
    let keywords = item.keywords.iter().map(|word| plain(word)).filter(|word| word.chars().count() > 1);
    let key = (package.reference.item.clone(), package.reference.handling.clone());
    Entry { key, texts, keywords: keywords.collect() }
}

/// Small letters, half-width, nothing but letters and digits; everything else becomes a blank.
fn plain(text: &str) -> String {
    let folded = text.chars().flat_map(|c| {
        match c {
            // U+FF01…U+FF5E repeat ASCII at a distance of 0xFEE0.
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(' '),
            other => other,
        }
        .to_lowercase()
    });
    let kept: String = folded.map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> Text {
    let plain = plain(text);
    let words = plain.split(|c: char| c == ' ' || is_han(c)).filter(|word| !word.is_empty());
    let words = words.map(str::to_owned).collect();
    Text { plain, words }
}

/// Scripts that are written without blanks between words.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The longest query that is looked at; a longer one says no more.
const QUERY_CHARACTERS_MAX: usize = 100;

fn grams(query: &str) -> Vec<Gram> {
    let query: String = query.chars().take(QUERY_CHARACTERS_MAX).collect();
    let mut text = plain(&query);
    for filler in FILLER {
        text = text.replace(filler, " ");
    }
    // Who types only "申请" still wants to see something: what is left is the query itself.
    if text.trim().is_empty() {
        text = plain(&query);
    }
    let mut grams = Vec::new();
    let mut at = 0;
    for run in runs(&text) {
        let characters: Vec<char> = run.chars().collect();
        match characters.as_slice() {
            [first, ..] if !is_han(*first) => {
                if !FILLER_EN.contains(&run.as_str()) {
                    grams.push(Gram::Word { text: run.clone(), at });
                }
            }
            [one] => grams.push(Gram::Characters { text: one.to_string(), at }),
            more => {
                let pairs = more.windows(2).enumerate();
                grams.extend(
                    pairs.map(|(n, pair)| Gram::Characters { text: pair.iter().collect(), at: at + n }),
                );
            }
        }
        at += characters.len();
    }
    grams
}

/// Stretches of one script.
fn runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut before = None;
    for c in text.chars() {
        let kind = (c != ' ').then(|| is_han(c));
        match (kind, kind == before, runs.last_mut()) {
            (None, _, _) => {}
            (Some(_), true, Some(run)) => run.push(c),
            (Some(_), _, _) => runs.push(c.to_string()),
        }
        before = kind;
    }
    runs
}

#[cfg(test)]
mod tests;
