//! What is known of the language: words that say nothing, and words that say the same (同义词).

use crate::text::{folded, is_han};

/// Words that say only that somebody wants something, and other words for the same thing. Data of who uses the index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vocabulary {
    fillers: Vec<Vec<char>>,
    synonyms: Vec<(Vec<char>, Vec<Vec<char>>)>,
}

/// Who says one of these means one of those.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synonym {
    /// What people say.
    pub say: Vec<String>,
    /// How it is called in the documents.
    pub mean: Vec<String>,
}

impl Vocabulary {
    /// From plain lists. Order does not matter.
    pub fn new(fillers: &[String], synonyms: &[Synonym]) -> Self {
        let mut fillers: Vec<Vec<char>> = fillers.iter().map(|word| trimmed(word)).collect();
        fillers.retain(|word| !word.is_empty());
        fillers.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut pairs = Vec::new();
        for synonym in synonyms {
            let mean: Vec<Vec<char>> =
                synonym.mean.iter().map(|word| trimmed(word)).filter(|word| !word.is_empty()).collect();
            let say = synonym.say.iter().map(|word| trimmed(word)).filter(|word| !word.is_empty());
            pairs.extend(say.map(|word| (word, mean.clone())));
        }
        Self { fillers, synonyms: pairs }
    }

    /// Places of words that say nothing. Longer ones are taken first.
    pub(crate) fn fillers(&self, query: &[char]) -> u64 {
        let mut mask = 0;
        for filler in &self.fillers {
            for at in occurrences(query, filler) {
                mask |= places(at, at + filler.len());
            }
        }
        mask
    }

    /// What the query says in other words, where it says so, and what it means.
    pub(crate) fn meant<'v>(&'v self, query: &[char]) -> Vec<(u64, &'v [Vec<char>])> {
        let mut meant = Vec::new();
        for (say, mean) in &self.synonyms {
            let at = occurrences(query, say);
            let mask = at.into_iter().fold(0, |mask, at| mask | places(at, at + say.len()));
            if mask != 0 {
                meant.push((mask, mean.as_slice()));
            }
        }
        meant
    }
}

fn trimmed(word: &str) -> Vec<char> {
    let text: String = folded(word).into_iter().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().collect()
}

/// The bits of some places.
pub(crate) fn places(from: usize, to: usize) -> u64 {
    (from..to.min(64)).fold(0, |mask, at| mask | 1 << at)
}

/// Where a word stands; letters count as a word only where no other letter touches them.
fn occurrences(text: &[char], word: &[char]) -> Vec<usize> {
    let letter = |c: Option<&char>| c.is_some_and(|c| *c != ' ' && !is_han(*c));
    if word.is_empty() || word.len() > text.len() {
        return Vec::new();
    }
    let starts = text.windows(word.len()).enumerate().filter(|(_, part)| *part == word).map(|(at, _)| at);
    let whole = starts.filter(|at| {
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        let glued_before = letter(word.first()) && letter(before);
        let glued_after = letter(word.last()) && letter(text.get(at + word.len()));
        !glued_before && !glued_after
    });
    whole.collect()
}
