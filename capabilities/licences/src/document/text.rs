//! Setting text: characters become glyphs, glyphs become lines of a given width.

use super::breaking::{may_break, may_cut, may_shrink, may_stretch};
use crate::fonts::{self, Glyph};

/// A glyph in its place on a line; all lengths in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    pub(super) character: char,
    pub(super) glyph: Glyph,
    /// From the start of the line.
    pub(super) x: f32,
    /// Natural width.
    pub(super) advance: f32,
}

/// A line of text, set (一行).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) glyphs: Vec<Placed>,
    pub(super) size: f32,
    /// From the left edge to the end of the last visible glyph, indent included.
    pub(super) width: f32,
    /// Whether the paragraph ends here; such a line is not filled up.
    pub(super) ends: bool,
}

#[cfg(test)]
impl Line {
    /// The characters of the line.
    pub(super) fn text(&self) -> String {
        self.glyphs.iter().map(|placed| placed.character).collect()
    }
}

impl Line {
    fn new(glyphs: &[Placed], size: f32, indent: f32, room: f32, ends: bool) -> Self {
        let mut glyphs = glyphs.to_vec();
        let mut x = indent;
        let visible = glyphs.iter().rposition(|placed| placed.character != ' ').map_or(0, |last| last + 1);
        let mut width = indent;
        for (n, placed) in glyphs.iter_mut().enumerate() {
            placed.x = x;
            x += placed.advance;
            if n + 1 == visible {
                width = x;
                if width > room + FIT && may_shrink(placed.character) {
                    width -= placed.advance / 2.0;
                }
            }
        }
        Self { glyphs, size, width, ends }
    }

    /// Spreads the line over `width` by widening the gaps beside Han characters and spaces. A line so short that
    /// the gaps would show is left ragged; the last line of a paragraph too.
    pub(super) fn justify(&mut self, width: f32) {
        if !self.ends {
            self.spread(width, self.size / 3.0);
        }
    }

    /// Spreads the line over `width` whatever it takes (分散对齐): labels of one column.
    pub(super) fn distribute(&mut self, width: f32) {
        self.spread(width, f32::MAX);
    }

    fn spread(&mut self, width: f32, most: f32) {
        let visible =
            self.glyphs.iter().rposition(|placed| placed.character != ' ').map_or(0, |last| last + 1);
        let stretches = |pair: &[Placed]| may_stretch(pair[0].character, pair[1].character);
        let gaps = self.glyphs[..visible].windows(2).filter(|pair| stretches(pair)).count();
        let extra = (width - self.width) / gaps as f32;
        if gaps == 0 || extra <= 0.0 || extra > most {
            return;
        }
        let mut shift = 0.0;
        for n in 1..self.glyphs.len() {
            if n < visible && stretches(&self.glyphs[n - 1..=n]) {
                shift += extra;
            }
            self.glyphs[n].x += shift;
        }
        self.width = width;
    }

    /// Adds `extra` after every glyph but the last.
    pub(super) fn letter_space(&mut self, extra: f32) {
        for (n, placed) in self.glyphs.iter_mut().enumerate() {
            placed.x += extra * n as f32;
        }
        self.width += extra * self.glyphs.len().saturating_sub(1) as f32;
    }
}

/// Whether the glyphs before and at `n` belong to one run of so many letters and digits that nobody reads it as a word.
fn in_long_number(glyphs: &[Placed], n: usize) -> bool {
    let is_part = |placed: &&Placed| placed.character.is_ascii_alphanumeric();
    let before = glyphs[..n].iter().rev().take_while(is_part).count();
    let after = glyphs[n..].iter().take_while(is_part).count();
    before > 0 && after > 0 && before + after >= 18
}

/// A line filled to less than this part is an eyesore.
const HOLLOW: f32 = 0.6;

/// Rounding must not push the last character of a full line onto the next.
const FIT: f32 = 0.01;

fn set(text: &str, size: f32) -> Vec<Placed> {
    // Documents are checked for missing glyphs before they are set; a blank here would be a fault of ours.
    let blank = Glyph { face: 0, id: 0, advance: 1.0 };
    text.chars()
        .map(|character| {
            let glyph = fonts::glyph(character).unwrap_or(blank);
            Placed { character, glyph, x: 0.0, advance: glyph.advance * size }
        })
        .collect()
}

/// Natural width of a text on one line.
pub(super) fn width_of(text: &str, size: f32) -> f32 {
    set(text, size).iter().map(|placed| placed.advance).sum()
}

/// A text on one line, however long.
pub(super) fn single(text: &str, size: f32) -> Line {
    Line::new(&set(text, size), size, 0.0, f32::MAX, true)
}

/// Breaks a text into lines of `width`; each paragraph in it starts with `indent`.
pub(super) fn wrap(text: &str, size: f32, width: f32, indent: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let glyphs = set(paragraph, size);
        let mut start = 0;
        let mut indent = indent;
        loop {
            let end = start + line_end(&glyphs[start..], width - indent);
            let ends = end == glyphs.len();
            lines.push(Line::new(&glyphs[start..end], size, indent, width, ends));
            if ends {
                break;
            }
            (start, indent) = (end, 0.0);
        }
    }
    lines
}

/// Breaks a text into as few lines as `most` allows, of about one length: headings and names that stand centred.
pub(super) fn balanced(text: &str, size: f32, most: f32) -> Vec<Line> {
    let count = wrap(text, size, most, 0.0).len();
    let mut width = most;
    while count > 1 && wrap(text, size, width - size / 2.0, 0.0).len() == count {
        width -= size / 2.0;
    }
    wrap(text, size, width, 0.0)
}

/// How many of the glyphs go on a line that has `room` for them; at least one, so that setting always ends.
fn line_end(glyphs: &[Placed], room: f32) -> usize {
    let mut used = 0.0;
    let (mut last_break, mut used_there) = (0, 0.0);
    for (n, placed) in glyphs.iter().enumerate() {
        let needed = match placed.character {
            ' ' => 0.0,
            c if may_shrink(c) => placed.advance / 2.0,
            _ => placed.advance,
        };
        if used + needed > room + FIT && n > 0 {
            // A long number is rather cut than moved to the next line as a whole, leaving most of this one empty.
            let is_hollow = used_there < room * HOLLOW && in_long_number(glyphs, n);
            if last_break > 0 && !is_hollow {
                return last_break;
            }
            let may = |at: &usize| may_cut(glyphs[at - 1].character, glyphs[*at].character);
            return (1..=n).rev().find(may).unwrap_or(n);
        }
        used += placed.advance;
        if glyphs.get(n + 1).is_some_and(|next| may_break(placed.character, next.character)) {
            (last_break, used_there) = (n + 1, used);
        }
    }
    glyphs.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SIZE: f32 = 10.0;

    fn lines(text: &str, width: f32) -> Vec<String> {
        wrap(text, SIZE, width, 0.0).iter().map(Line::text).collect()
    }

    #[test]
    fn closing_marks_end_a_line_and_opening_marks_begin_one() {
        // Four characters fit; a closing mark may lose its right half at the end.
        assert_eq!(lines("一二三四，五六", 45.0), ["一二三四，", "五六"]);
        assert_eq!(lines("一二三四，五六", 44.0), ["一二三", "四，五六"]);
        assert_eq!(lines("一二三四”，五", 45.0), ["一二三", "四”，五"]);
        assert_eq!(lines("一二三（四五）", 45.0), ["一二三", "（四五）"]);
        assert_eq!(lines("第九条、第十条", 30.0), ["第九", "条、第", "十条"]);
    }

    #[test]
    fn dashes_ellipses_numbers_and_words_stay_whole() {
        assert_eq!(lines("一二三——四", 40.0), ["一二", "三——四"]);
        assert_eq!(lines("一二……三四", 30.0), ["一", "二……", "三四"]);
        assert_eq!(lines("合计¥1,500.00元", 52.0), ["合计", "¥1,500.00", "元"]);
        assert_eq!(lines("see the guide", 50.0), ["see the ", "guide"]);
    }

    #[test]
    fn a_number_longer_than_the_line_is_cut() {
        let number = "11430000006122244L4000001011003000202610090001";
        let cut = lines(&format!("编号{number}收悉"), 200.0);
        assert_eq!(cut.concat(), format!("编号{number}收悉"));
        assert!(cut[0].starts_with("编号1143") && cut.len() == 2, "{cut:?}");
        assert_eq!(lines("一二三四五六 Extraordinary", 120.0), ["一二三四五六 ", "Extraordinary"]);
    }

    #[test]
    fn paragraphs_start_with_their_indent() {
        let lines = wrap("一二三四五\n六", SIZE, 40.0, 20.0);
        let starts: Vec<f32> = lines.iter().map(|line| line.glyphs[0].x).collect();
        assert_eq!(starts, [20.0, 0.0, 20.0]);
        assert_eq!(lines.iter().map(|line| line.ends).collect::<Vec<_>>(), [false, true, true]);
    }

    #[test]
    fn a_filled_line_ends_at_the_margin_and_a_last_line_does_not() {
        let mut lines = wrap("一二三四五六七八九十abc一二", SIZE, 53.0, 0.0);
        for line in &mut lines {
            line.justify(53.0);
        }
        let [first, .., last] = lines.as_slice() else { panic!("several lines") };
        let end = first.glyphs.last().unwrap();
        assert!((end.x + end.advance - 53.0).abs() < 0.01 && first.glyphs.len() == 5);
        assert!(last.width < 50.0);
        let mut dashes = wrap("一——二三四五", SIZE, 43.0, 0.0).remove(0);
        dashes.justify(43.0);
        assert!(
            (dashes.glyphs[2].x - dashes.glyphs[1].x - dashes.glyphs[1].advance).abs() < 0.01,
            "a dash is not torn"
        );
    }

    #[test]
    fn headings_break_into_lines_of_about_one_length() {
        let parts: Vec<String> =
            balanced("一二三四五六七八九十一", SIZE, 100.0).iter().map(Line::text).collect();
        assert_eq!(parts, ["一二三四五六", "七八九十一"]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_or_starts_with_a_closing_mark(
            words in proptest::collection::vec("[一-龥]{1,4}|[a-z]{1,6}|[0-9]{1,8}", 1..40),
            marks in proptest::collection::vec("[，。、；：？！）》…—]|《|（|\\.", 1..40),
            width in 100.0_f32..300.0,
        ) {
            let text: String = words.iter().zip(marks.iter().cycle()).flat_map(|(word, mark)| [word.as_str(), mark]).collect();
            let lines = wrap(&text, SIZE, width, 0.0);
            prop_assert_eq!(lines.iter().map(Line::text).collect::<String>(), text);
            for (n, line) in lines.iter().enumerate() {
                prop_assert!(line.width <= width + 0.02, "{} is {} wide", line.text(), line.width);
                let first = line.glyphs[0].character;
                prop_assert!(n == 0 || !"，。、；：？！）》…—.".contains(first), "line starts with {first}");
                let last = line.glyphs.last().unwrap().character;
                prop_assert!(line.ends || !"《（".contains(last), "line ends with {last}");
            }
        }
    }
}
