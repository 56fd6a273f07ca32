//! The few best, looked at in their texts: a phrase in one piece, a name said in a long sentence, a short name before
//! a long one.

use crate::build::{Index, Weight};
use crate::find::Hit;
use crate::query::Query;

/// Characters of a text that are compared.
const COMPARED_MAX: usize = 48;

/// Gives the points for what only the texts tell, and takes out what covers too little.
pub(crate) fn look_closely(index: &Index, query: &Query, least: f64, hits: &mut Vec<Hit>) {
    let content = query.content();
    let mut counts = Vec::new();
    for hit in hits.iter_mut() {
        let (mut phrase, mut said) = (0.0_f64, 0.0_f64);
        for (text, weight) in index.called(hit.document) {
            let text: Vec<char> = text.chars().take(COMPARED_MAX).collect();
            phrase = phrase.max(in_one_piece(&content, &text, &mut counts) * 4.0 * weight.factor());
            if weight == Weight::Alias && text.len() > 1 && is_said(&query.chars, &text) {
                said = said.max(4.0 * text.len() as f64);
            }
        }
        // Somebody who says an alias in a long sentence means this, whatever else they say.
        if said > 0.0 {
            hit.share = hit.share.max(least);
        }
        hit.score = (hit.score + phrase + said) * hit.share;
    }
    hits.retain(|hit| hit.share >= least);
}

/// How much of what is asked stands in the text in one piece, and how much of the text that is; 1 for the same.
fn in_one_piece(content: &[char], text: &[char], counts: &mut Vec<usize>) -> f64 {
    let content = &content[..content.len().min(COMPARED_MAX)];
    counts.clear();
    counts.resize(text.len() + 1, 0);
    let mut longest = 0;
    for c in content {
        // From the end, so that the row before is still there.
        for at in (0..text.len()).rev() {
            counts[at + 1] = if *c == text[at] { counts[at] + 1 } else { 0 };
            longest = longest.max(counts[at + 1]);
        }
    }
    let of_content = longest as f64 / content.len().max(1) as f64;
    let of_text = longest as f64 / text.len().max(1) as f64;
    of_content * of_content * (0.5 + 0.5 * of_text)
}

fn is_said(query: &[char], text: &[char]) -> bool {
    query.windows(text.len()).any(|part| part == text)
}
