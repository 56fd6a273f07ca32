//! Why something was found: the pieces of a text that answer the query.

use std::ops::Range;

use crate::build::Index;
use crate::query::Query;
use crate::sound;
use crate::text::{folded, is_han, runs, stem};

impl Index {
    /// Pieces of a text, as ranges of bytes, that the query asks for: as they are written, or in other words; by
    /// their sound only where nothing else is.
    pub fn marks(&self, query: &str, text: &str) -> Vec<Range<usize>> {
        let Some(query) = Query::read(self, query) else { return Vec::new() };
        let folded = folded(text);
        let mut marked = vec![false; folded.len()];
        self.mark_written(&query, &folded, &mut marked);
        if !marked.contains(&true) {
            mark_sounds(&query, &folded, &mut marked);
        }
        ranges(text, &marked)
    }

    /// Pieces of a text that sound like the query, as ranges of bytes, where nothing of it is written like that.
    pub fn sounds_like(&self, query: &str, text: &str) -> Vec<Range<usize>> {
        let Some(query) = Query::read(self, query) else { return Vec::new() };
        let folded = folded(text);
        let mut marked = vec![false; folded.len()];
        self.mark_written(&query, &folded, &mut marked);
        if marked.contains(&true) {
            return Vec::new();
        }
        mark_sounds(&query, &folded, &mut marked);
        ranges(text, &marked)
    }

    fn mark_written(&self, query: &Query, text: &[char], marked: &mut [bool]) {
        let asked = query.asked();
        for (at, two) in text.windows(2).enumerate() {
            if is_han(two[0]) && is_han(two[1]) && asked.pairs.contains(&(two[0], two[1])) {
                marked[at..at + 2].fill(true);
            }
        }
        for (at, c) in text.iter().enumerate().filter(|(_, c)| asked.alone.contains(c)) {
            marked[at] = marked[at] || is_han(*c);
        }
        for run in runs(text).into_iter().filter(|run| !run.han) {
            let word = stem(&text[run.start..run.end]);
            if asked.words.iter().any(|asked| word.starts_with(asked.as_str())) {
                marked[run.start..run.end].fill(true);
            }
        }
        for (_, mean) in self.vocabulary.meant(&query.chars) {
            for word in mean {
                for (at, _) in text.windows(word.len()).enumerate().filter(|(_, part)| part == word) {
                    marked[at..at + word.len()].fill(true);
                }
            }
        }
    }
}

/// Pairs of characters of the text that sound like a pair of the query.
fn mark_sounds(query: &Query, text: &[char], marked: &mut [bool]) {
    let asked = query.sounds();
    for (at, two) in text.windows(2).enumerate() {
        let sounds = |c: char| sound::readings(c).iter().map(|reading| reading.0);
        let heard = sounds(two[0]).any(|a| sounds(two[1]).any(|b| asked.contains(&(a, b))));
        if heard {
            marked[at..at + 2].fill(true);
        }
    }
}

/// Neighbouring marks as one range of bytes.
fn ranges(text: &str, marked: &[bool]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for ((from, c), _) in text.char_indices().zip(marked).filter(|(_, marked)| **marked) {
        let to = from + c.len_utf8();
        match ranges.last_mut() {
            Some(range) if range.end == from => range.end = to,
            _ => ranges.push(from..to),
        }
    }
    ranges
}
