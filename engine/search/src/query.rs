//! A query, cut up: what it asks for, and the documents that hold each piece.

use std::borrow::Cow;

use crate::build::{Index, Weight};
use crate::postings::split;
use crate::sound::{self, Syllable};
use crate::text::{Run, folded, pair, runs, single, stem};
use crate::vocabulary::places;

/// The longest query that is looked at; a longer one says no more. One bit for each character.
const CHARACTERS_MAX: usize = 64;
/// Words that begin with what was typed.
const BEGUN_MAX: usize = 300;
const INITIALS: std::ops::RangeInclusive<usize> = 2..=12;
/// A word of fewer letters is another word when one letter is another.
const MISTYPED_MIN: usize = 4;

/// A query, read.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) chars: Vec<char>,
    /// Places that a document should answer.
    pub(crate) needed: u64,
    pub(crate) runs: Vec<Run>,
}

/// A piece of a query with its documents.
#[derive(Debug, Clone)]
pub(crate) struct Gram<'i> {
    pub(crate) entries: Cow<'i, [u32]>,
    /// Places of the query that it covers.
    pub(crate) mask: u64,
    pub(crate) factor: f64,
    /// A hit of a single character only is a weak one.
    pub(crate) weak: bool,
}

impl Query {
    /// Nothing when it asks for nothing.
    pub(crate) fn read(index: &Index, text: &str) -> Option<Self> {
        let mut chars = folded(text);
        chars.truncate(CHARACTERS_MAX);
        let said = (0..chars.len()).filter(|at| chars[*at] != ' ');
        let said = said.fold(0, |mask, at| mask | places(at, at + 1));
        let asked = said & !index.vocabulary.fillers(&chars);
        let runs = runs(&chars);
        // Who types only "申请" still wants to see something: what is left is the query itself. A lone "the" is nothing.
        let chinese = runs.iter().filter(|run| run.han).fold(0, |mask, run| mask | Self::mask(run));
        let needed = if asked == 0 { said & chinese } else { asked };
        (needed != 0).then_some(Self { chars, needed, runs })
    }

    /// The places of a run.
    fn mask(run: &Run) -> u64 {
        places(run.start, run.end)
    }

    /// What it asks for, without what says nothing.
    pub(crate) fn content(&self) -> Vec<char> {
        let asked = |at: &usize| self.needed & places(*at, at + 1) != 0;
        (0..self.chars.len()).filter(asked).map(|at| self.chars[at]).collect()
    }

    /// What is said as it is written, in other words, or by its beginning, sound or first letters.
    pub(crate) fn grams<'i>(&self, index: &'i Index) -> Vec<Gram<'i>> {
        let mut grams = self.meant(index);
        for run in &self.runs {
            if run.han {
                self.add_pairs(index, run, &mut grams);
            } else if Self::mask(run) & self.needed != 0 {
                self.add_words(index, run, &mut grams);
                self.add_initials(index, run, &mut grams);
            }
        }
        self.add_spelled(index, &mut grams);
        grams
    }

    /// What may have been meant: other characters of the same sound, single characters, letters mistyped.
    pub(crate) fn loose_grams<'i>(&self, index: &'i Index) -> Vec<Gram<'i>> {
        let mut grams = Vec::new();
        for run in &self.runs {
            if run.han {
                self.add_sounds(index, run, &mut grams);
                for at in (run.start..run.end).filter(|at| self.needed & places(*at, at + 1) != 0) {
                    let entries = index.singles.get(single(self.chars[at]));
                    grams.push(Gram {
                        entries: entries.into(),
                        mask: places(at, at + 1),
                        factor: 0.25,
                        weak: true,
                    });
                }
            } else if Self::mask(run) & self.needed != 0 {
                self.add_mistyped(index, run, &mut grams);
            }
        }
        grams
    }

    fn add_pairs<'i>(&self, index: &'i Index, run: &Run, grams: &mut Vec<Gram<'i>>) {
        for at in run.start..run.end {
            let (here, both) = (places(at, at + 1), places(at, at + 2));
            if at + 1 < run.end && both & self.needed != 0 {
                let entries = index.pairs.get(pair(self.chars[at], self.chars[at + 1]));
                // What is said often is said once.
                let same = |gram: &&mut Gram<'_>| matches!(gram.entries, Cow::Borrowed(known) if !known.is_empty() && std::ptr::eq(known, entries));
                match grams.iter_mut().find(same) {
                    Some(gram) => gram.mask |= both,
                    None => {
                        grams.push(Gram { entries: entries.into(), mask: both, factor: 1.0, weak: false });
                    }
                }
            }
            // A character on its own, among nothing or what says nothing.
            let before = at.checked_sub(1).filter(|before| *before >= run.start);
            let before = before.map_or(0, |before| places(before, at));
            let after = if at + 1 < run.end { places(at + 1, at + 2) } else { 0 };
            if self.needed & here != 0 && self.needed & (before | after) == 0 {
                let entries = index.singles.get(single(self.chars[at]));
                grams.push(Gram { entries: entries.into(), mask: here, factor: 0.6, weak: false });
            }
        }
    }

    fn add_sounds<'i>(&self, index: &'i Index, run: &Run, grams: &mut Vec<Gram<'i>>) {
        for at in run.start..run.end.saturating_sub(1) {
            let mask = places(at, at + 2);
            if mask & self.needed == 0 {
                continue;
            }
            let second = sound::readings(self.chars[at + 1]);
            for a in sound::readings(self.chars[at]) {
                for b in second {
                    let entries = index.sounds.get(sound::pair(a.0, b.0));
                    grams.push(Gram { entries: entries.into(), mask, factor: 0.6, weak: false });
                }
            }
        }
    }

    fn add_words<'i>(&self, index: &'i Index, run: &Run, grams: &mut Vec<Gram<'i>>) {
        let word = stem(&self.chars[run.start..run.end]);
        let from = index.words.partition_point(|known| *known < word);
        let begun = index.words[from..].iter().take_while(|known| known.starts_with(&word)).take(BEGUN_MAX);
        let mut others = Vec::new();
        for (at, known) in begun.enumerate() {
            let entries = index.in_words.get(u32::try_from(from + at).unwrap_or(u32::MAX));
            if *known == word {
                grams.push(Gram { entries: entries.into(), mask: Self::mask(run), factor: 1.0, weak: false });
            } else {
                others.extend_from_slice(entries);
            }
        }
        push_union(others, Self::mask(run), 0.6, grams);
    }

    /// A row of letters that is all there is may be the first letters of what is meant (首字母).
    fn add_initials<'i>(&self, index: &'i Index, run: &Run, grams: &mut Vec<Gram<'i>>) {
        let letters: Vec<u8> =
            self.chars[run.start..run.end].iter().filter_map(|c| u8::try_from(*c).ok()).collect();
        let is_all = self.needed & !Self::mask(run) == 0;
        if !is_all || letters.len() != run.end - run.start || !INITIALS.contains(&letters.len()) {
            return;
        }
        let lists: Vec<&[u32]> = if letters.len() == 2 {
            vec![index.initials.get(sound::initials(&letters))]
        } else {
            letters.windows(3).map(|three| index.initials.get(sound::initials(three))).collect()
        };
        let entries = shared(&lists);
        if !entries.is_empty() {
            grams.push(Gram { entries: entries.into(), mask: Self::mask(run), factor: 0.8, weak: false });
        }
    }

    /// Letters in a row, with or without blanks, may spell what is meant (全拼).
    fn add_spelled<'i>(&self, index: &'i Index, grams: &mut Vec<Gram<'i>>) {
        for at in self.spelled() {
            let letters: Vec<char> = at.iter().map(|at| self.chars[*at]).collect();
            let mask_of = |syllable: &Syllable| {
                at[syllable.start..syllable.end].iter().fold(0, |mask, at| mask | places(*at, at + 1))
            };
            for syllables in sound::syllables(&letters) {
                for two in syllables.windows(2) {
                    let entries = index.sounds.get(sound::pair(two[0].sound, two[1].sound));
                    let mask = mask_of(&two[0]) | mask_of(&two[1]);
                    grams.push(Gram { entries: entries.into(), mask, factor: 0.8, weak: false });
                }
                if let [only] = syllables.as_slice() {
                    let entries = index.sounds.get(sound::single(only.sound));
                    let mask = mask_of(only);
                    grams.push(Gram { entries: entries.into(), mask, factor: 0.3, weak: false });
                }
            }
        }
    }

    /// Places of letters in a row, blanks between them left out.
    fn spelled(&self) -> Vec<Vec<usize>> {
        let mut rows: Vec<Vec<usize>> = Vec::new();
        let mut broken = true;
        for run in &self.runs {
            let letters = !run.han && self.chars[run.start..run.end].iter().all(char::is_ascii_lowercase);
            if letters {
                match rows.last_mut().filter(|_| !broken) {
                    Some(row) => row.extend(run.start..run.end),
                    None => rows.push((run.start..run.end).collect()),
                }
            }
            broken = !letters;
        }
        rows
    }

    fn add_mistyped<'i>(&self, index: &'i Index, run: &Run, grams: &mut Vec<Gram<'i>>) {
        let word = stem(&self.chars[run.start..run.end]);
        let letters: Vec<char> = word.chars().collect();
        if letters.len() < MISTYPED_MIN || letters.iter().any(char::is_ascii_digit) {
            return;
        }
        let slips = if letters.len() < 8 { 1 } else { 2 };
        let mut entries = Vec::new();
        for (at, known) in index.words.iter().enumerate() {
            if known.len().abs_diff(word.len()) <= slips && *known != word && is_near(known, &letters, slips)
            {
                entries.extend_from_slice(index.in_words.get(u32::try_from(at).unwrap_or(u32::MAX)));
            }
        }
        push_union(entries, Self::mask(run), 0.6, grams);
    }

    /// Documents that are meant by other words in the query.
    fn meant<'i>(&self, index: &'i Index) -> Vec<Gram<'i>> {
        let mut grams = Vec::new();
        for (mask, mean) in index.vocabulary.meant(&self.chars) {
            let mut entries = Vec::new();
            for text in mean {
                entries.extend(documents_with(index, text));
            }
            push_union(entries, mask, 1.3, &mut grams);
        }
        grams
    }
}

/// Entries of documents that hold every piece of a text.
fn documents_with(index: &Index, text: &[char]) -> Vec<u32> {
    let mut lists: Vec<&[u32]> = Vec::new();
    for run in runs(text) {
        let run_text = &text[run.start..run.end];
        if run.han {
            lists.extend(run_text.windows(2).map(|two| index.pairs.get(pair(two[0], two[1]))));
            if let [one] = run_text {
                lists.push(index.singles.get(single(*one)));
            }
        } else {
            let place = index.words.binary_search(&stem(run_text)).ok();
            lists.push(place.map_or(&[], |at| index.in_words.get(u32::try_from(at).unwrap_or(u32::MAX))));
        }
    }
    shared(&lists)
}

/// Entries of the shortest list whose documents are in all others, with the least weight among them.
fn shared(lists: &[&[u32]]) -> Vec<u32> {
    let Some(shortest) = lists.iter().min_by_key(|list| list.len()) else { return Vec::new() };
    let in_all = |entry: &u32| {
        let document = split(*entry).0;
        let mut least = *entry;
        for list in lists {
            let at = list.binary_search_by_key(&document, |entry| split(*entry).0).ok()?;
            least = least.max(*list.get(at)?);
        }
        Some(least)
    };
    shortest.iter().filter_map(in_all).collect()
}

/// One piece of several lists; of one document the heaviest place counts.
fn push_union(mut entries: Vec<u32>, mask: u64, factor: f64, grams: &mut Vec<Gram<'_>>) {
    if !entries.is_empty() {
        entries.sort_unstable();
        entries.dedup_by_key(|entry| split(*entry).0);
        grams.push(Gram { entries: entries.into(), mask, factor, weak: false });
    }
}

/// Whether a word becomes the other by so many slips: a letter wrong, missing, too many, or two swapped.
fn is_near(known: &str, word: &[char], slips: usize) -> bool {
    let known: Vec<char> = known.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=word.len()).collect();
    for (row, letter) in known.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, other) in word.iter().enumerate() {
            let changed = last[column] + usize::from(letter != other);
            let mut least = changed.min(last[column + 1] + 1).min(next[column] + 1);
            let swapped = row > 0
                && column > 0
                && *letter == word[column - 1]
                && known[row - 1] == *other
                && !before.is_empty();
            if swapped {
                least = least.min(before[column - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().is_some_and(|distance| *distance <= slips)
}

/// How much an entry's place weighs.
pub(crate) fn factor_of(weight: usize) -> f64 {
    Weight::ALL.get(weight).map_or(0.0, |weight| weight.factor())
}

/// What a query asks for, to be looked for in a text.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) pairs: Vec<(char, char)>,
    pub(crate) alone: Vec<char>,
    pub(crate) words: Vec<String>,
}

impl Query {
    /// Its pairs, characters that stand alone, and words.
    pub(crate) fn asked(&self) -> Asked {
        let mut asked = Asked::default();
        for run in &self.runs {
            let chars = &self.chars[run.start..run.end];
            if !run.han {
                if Self::mask(run) & self.needed != 0 {
                    asked.words.push(stem(chars));
                }
                continue;
            }
            for (at, two) in chars.windows(2).enumerate() {
                let both = places(run.start + at, run.start + at + 2);
                if both & self.needed == both || (both & self.needed != 0 && chars.len() == 2) {
                    asked.pairs.push((two[0], two[1]));
                }
            }
            if let [one] = chars {
                asked.alone.push(*one);
            }
        }
        asked
    }

    /// Pairs of sounds that it says or spells.
    pub(crate) fn sounds(&self) -> Vec<(sound::Sound, sound::Sound)> {
        let mut sounds = Vec::new();
        for run in self.runs.iter().filter(|run| run.han) {
            for two in self.chars[run.start..run.end].windows(2) {
                for a in sound::readings(two[0]) {
                    sounds.extend(sound::readings(two[1]).iter().map(|b| (a.0, b.0)));
                }
            }
        }
        for at in self.spelled() {
            let letters: Vec<char> = at.iter().map(|at| self.chars[*at]).collect();
            for syllables in sound::syllables(&letters) {
                sounds.extend(syllables.windows(2).map(|two| (two[0].sound, two[1].sound)));
            }
        }
        sounds
    }
}
