//! The index: built once, then only read.

use std::collections::BTreeMap;

use crate::postings::{Collected, DOCUMENTS_MAX, Postings};
use crate::sound::{self, Reading};
use crate::text::{Run, folded, pair, runs, single, stem};
use crate::vocabulary::Vocabulary;

/// How much a text says of its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// What it is called.
    Name,
    /// What people call it.
    Alias,
    /// What it is about.
    Summary,
    /// What else is said of it.
    Body,
}

impl Weight {
    pub(crate) const ALL: [Self; 4] = [Self::Name, Self::Alias, Self::Summary, Self::Body];

    fn number(self) -> u8 {
        match self {
            Self::Name => 0,
            Self::Alias => 1,
            Self::Summary => 2,
            Self::Body => 3,
        }
    }

    /// How much a hit in such a text counts.
    pub(crate) fn factor(self) -> f64 {
        match self {
            Self::Name => 5.0,
            Self::Alias => 4.5,
            Self::Summary => 1.6,
            Self::Body => 0.9,
        }
    }

    /// Whether it is looked for by sound and initials too: long texts sound like everything.
    fn is_called(self) -> bool {
        matches!(self, Self::Name | Self::Alias)
    }
}

/// Something to be found: its texts.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Texts with their weight.
    pub texts: Vec<(String, Weight)>,
}

/// What can be searched.
#[derive(Debug, Clone, Default)]
pub struct Index {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) documents: usize,
    /// Pairs of neighbouring characters.
    pub(crate) pairs: Postings,
    /// Single characters.
    pub(crate) singles: Postings,
    /// Pairs of neighbouring sounds, and single ones.
    pub(crate) sounds: Postings,
    /// Two and three first letters.
    pub(crate) initials: Postings,
    /// Words of other scripts, sorted; their place is the key of `in_words`.
    pub(crate) words: Vec<String>,
    pub(crate) in_words: Postings,
    /// Names and aliases of all documents, folded, in one piece.
    pub(crate) called: String,
    /// Where the names and aliases of each document stand in it.
    pub(crate) parts: Vec<(u32, Weight)>,
    pub(crate) part_starts: Vec<u32>,
}

/// What is collected while documents come in.
#[derive(Default)]
struct Building {
    pairs: Collected,
    singles: Collected,
    sounds: Collected,
    initials: Collected,
    words: BTreeMap<String, u32>,
    in_words: Vec<(u32, u32, u8)>,
}

impl Index {
    /// An index of these documents; they are numbered as they come.
    pub fn new(documents: impl IntoIterator<Item = Document>, vocabulary: Vocabulary) -> Self {
        let mut index = Self { vocabulary, ..Self::default() };
        let mut building = Building::default();
        for document in documents.into_iter().take(DOCUMENTS_MAX) {
            let number = u32::try_from(index.documents).unwrap_or(u32::MAX);
            index.part_starts.push(u32::try_from(index.parts.len()).unwrap_or(u32::MAX));
            for (text, weight) in &document.texts {
                let text = folded(text);
                building.add(&text, number, *weight);
                if weight.is_called() {
                    index.called.extend(text);
                    index.parts.push((u32::try_from(index.called.len()).unwrap_or(u32::MAX), *weight));
                }
            }
            index.documents += 1;
        }
        index.called.shrink_to_fit();
        index.pairs = building.pairs.sorted();
        index.singles = building.singles.sorted();
        index.sounds = building.sounds.sorted();
        index.initials = building.initials.sorted();
        (index.words, index.in_words) = words(building.words, &building.in_words);
        index
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.documents
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.documents == 0
    }

    /// Bytes of memory that the index holds.
    pub fn bytes(&self) -> usize {
        let postings = [&self.pairs, &self.singles, &self.sounds, &self.initials, &self.in_words];
        let words: usize = self.words.iter().map(|word| word.capacity() + size_of::<String>()).sum();
        postings.iter().map(|postings| postings.bytes()).sum::<usize>()
            + words
            + self.called.capacity()
            + size_of::<(u32, Weight)>() * self.parts.capacity()
            + 4 * self.part_starts.capacity()
    }

    /// Names and aliases of a document, folded.
    pub(crate) fn called(&self, document: usize) -> impl Iterator<Item = (&str, Weight)> {
        let number = |at: Option<&u32>| at.and_then(|at| usize::try_from(*at).ok());
        let from = number(self.part_starts.get(document)).unwrap_or(0);
        let to = number(self.part_starts.get(document + 1)).unwrap_or(self.parts.len());
        let end = move |part: usize| self.parts.get(part).and_then(|(end, _)| usize::try_from(*end).ok());
        (from..to).filter_map(move |part| {
            let start = part.checked_sub(1).and_then(end).unwrap_or(0);
            Some((self.called.get(start..end(part)?)?, self.parts.get(part)?.1))
        })
    }
}

impl Building {
    fn add(&mut self, text: &[char], document: u32, weight: Weight) {
        let number = weight.number();
        for Run { start, end, han } in runs(text) {
            let run = &text[start..end];
            if !han {
                let next = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
                let word = *self.words.entry(stem(run)).or_insert(next);
                self.in_words.push((word, document, number));
                continue;
            }
            for two in run.windows(2) {
                self.pairs.add(pair(two[0], two[1]), document, number);
            }
            for c in run {
                self.singles.add(single(*c), document, number);
            }
            if weight.is_called() {
                let readings: Vec<&[Reading]> = run.iter().map(|c| sound::readings(*c)).collect();
                self.add_sounds(&readings, document, number);
            }
        }
    }

    fn add_sounds(&mut self, readings: &[&[Reading]], document: u32, weight: u8) {
        for reading in readings.iter().flat_map(|readings| readings.iter()) {
            self.sounds.add(sound::single(reading.0), document, weight);
        }
        for two in readings.windows(2) {
            for (a, b) in two[0].iter().flat_map(|a| two[1].iter().map(move |b| (a, b))) {
                self.sounds.add(sound::pair(a.0, b.0), document, weight);
                self.initials.add(sound::initials(&[a.1, b.1]), document, weight);
            }
        }
        for three in readings.windows(3) {
            for a in three[0] {
                for (b, c) in three[1].iter().flat_map(|b| three[2].iter().map(move |c| (b, c))) {
                    self.initials.add(sound::initials(&[a.1, b.1, c.1]), document, weight);
                }
            }
        }
    }
}

/// Words are numbered as they come and kept sorted.
fn words(found: BTreeMap<String, u32>, places: &[(u32, u32, u8)]) -> (Vec<String>, Postings) {
    let mut sorted_place = vec![0; found.len()];
    let mut words = Vec::with_capacity(found.len());
    for (at, (word, number)) in found.into_iter().enumerate() {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        if let Some(place) = sorted_place.get_mut(number) {
            *place = u32::try_from(at).unwrap_or(u32::MAX);
        }
        words.push(word);
    }
    let mut collected = Collected::default();
    for (word, document, weight) in places {
        let place = usize::try_from(*word).ok().and_then(|word| sorted_place.get(word));
        collected.add(place.copied().unwrap_or(0), *document, *weight);
    }
    (words, collected.sorted())
}
