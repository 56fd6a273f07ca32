//! Finding: pieces of the query give points to documents, the best are looked at closely.

use crate::build::Index;
use crate::postings::split;
use crate::query::{Gram, Query, factor_of};
use crate::rank;

/// A document that answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Its number, in the order in which documents came.
    pub document: usize,
    /// Larger is better; only to be compared within one answer.
    pub score: f64,
    /// The share of what was asked that it covers, 0 to 1.
    pub share: f64,
}

/// What an index answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Nothing was asked for.
    pub asks_nothing: bool,
}

/// Entries that one step looks at. Commoner pieces beyond it say little, and are left out.
const ENTRIES_MAX: usize = 250_000;
/// When so many documents have a rarer piece, a commoner one alone brings in no further ones.
const TOUCHED_MAX: usize = 20_000;
/// Documents that are looked at closely.
const CANDIDATES_MAX: usize = 120;
/// How much a single character covers of its place.
const WEAK: f64 = 0.4;
/// How much a place counts that no document covers.
const IMPOSSIBLE: f64 = 0.5;
/// What is so much worse than the best is no answer.
const OF_BEST_MIN: f64 = 0.2;

/// Points of all documents.
struct Points {
    score: Vec<f64>,
    covered: Vec<u64>,
    weakly: Vec<u64>,
    touched: Vec<usize>,
    /// Places that some document covers.
    possible: u64,
    needed: u64,
}

impl Index {
    /// Documents that answer the query and are kept by `keep`, best first, `most` of them. `least` is the share of the query that
    /// must be covered: 0.5 is what people take for an answer, less gives what is only near.
    pub fn find(&self, query: &str, least: f64, most: usize, keep: &dyn Fn(usize) -> bool) -> Found {
        let Some(query) = Query::read(self, query) else {
            return Found { hits: Vec::new(), asks_nothing: true };
        };
        let mut points = Points::new(self.documents, query.needed);
        points.add(self.documents, query.grams(self));
        let whole = points.touched.iter().any(|at| keep(*at) && points.share(*at) > 0.999);
        if !whole {
            points.add(self.documents, query.loose_grams(self));
        }
        let mut hits = points.best(keep);
        rank::look_closely(self, &query, least, &mut hits);
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.document.cmp(&b.document)));
        let enough = hits.first().map_or(0.0, |best| best.score * OF_BEST_MIN);
        hits.retain(|hit| hit.score >= enough);
        hits.truncate(most);
        Found { hits, asks_nothing: false }
    }
}

impl Points {
    fn new(documents: usize, needed: u64) -> Self {
        Self {
            score: vec![0.0; documents],
            covered: vec![0; documents],
            weakly: vec![0; documents],
            touched: Vec::new(),
            possible: 0,
            needed,
        }
    }

    /// Rarer pieces first; what few documents have tells more than what all have.
    fn add(&mut self, documents: usize, mut grams: Vec<Gram<'_>>) {
        grams.sort_by_key(|gram| gram.entries.len());
        let (mut looked, mut left_out) = (0, 0);
        for gram in grams {
            looked += gram.entries.len();
            if looked > ENTRIES_MAX {
                left_out |= gram.mask;
                continue;
            }
            if !gram.entries.is_empty() {
                self.possible |= gram.mask;
            }
            let rarity = (1.0 + documents as f64 / (1.0 + gram.entries.len() as f64)).ln() * gram.factor;
            let full = self.touched.len() >= TOUCHED_MAX;
            for entry in gram.entries.iter() {
                let (document, weight) = split(*entry);
                if self.covered[document] | self.weakly[document] == 0 {
                    if full {
                        continue;
                    }
                    self.touched.push(document);
                }
                let seen = if gram.weak { &mut self.weakly } else { &mut self.covered };
                seen[document] |= gram.mask;
                self.score[document] += rarity * factor_of(weight);
            }
        }
        // Nobody is asked to cover what nobody was looked at for.
        let rest = self.needed & !(left_out & !self.possible);
        self.needed = if rest == 0 { self.needed } else { rest };
    }

    fn share(&self, document: usize) -> f64 {
        let count = |mask: u64| f64::from((mask & self.needed).count_ones());
        let whole = count(self.possible) + IMPOSSIBLE * count(!self.possible);
        let covered = self.covered[document];
        (count(covered) + WEAK * count(self.weakly[document] & !covered)) / whole.max(0.5)
    }

    fn best(&self, keep: &dyn Fn(usize) -> bool) -> Vec<Hit> {
        let hit = |document: &usize| {
            let share = self.share(*document);
            Hit { document: *document, score: self.score[*document] * share, share }
        };
        let mut hits: Vec<Hit> = self.touched.iter().filter(|at| keep(**at)).map(hit).collect();
        let better = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then_with(|| a.document.cmp(&b.document));
        if hits.len() > CANDIDATES_MAX {
            hits.select_nth_unstable_by(CANDIDATES_MAX, better);
            hits.truncate(CANDIDATES_MAX);
        }
        for hit in &mut hits {
            hit.score = self.score[hit.document];
        }
        hits
    }
}
