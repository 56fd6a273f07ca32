//! Running matter that may need several pages: lines of paragraphs and rows of tables.

use super::canvas::{BLACK, Block, Canvas, DECORATION, PALE, Pen, rectangle};
use super::furniture::baseline;
use super::text::Line;

/// One strip of running matter.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) height: f32,
    /// Never the last strip of a page: headings, and all but the last strip of a low row.
    pub(super) keep: bool,
    pub(super) matter: Matter,
}

#[derive(Clone)]
pub(super) enum Matter {
    /// Nothing; swallowed at the top of a page.
    Space,
    /// A line of text.
    Line { line: Line, x: f32, pen: Pen, block: Block },
    /// One line's height of a row of a table.
    Strip(Strip),
}

/// A row is as many strips as its highest cell has lines, so that a row that is longer than a page can go on.
#[derive(Clone)]
pub(super) struct Strip {
    pub(super) cells: Vec<StripCell>,
    pub(super) size: f32,
    pub(super) first: bool,
    pub(super) last: bool,
    pub(super) is_head: bool,
    /// Index into the heads of the flow: repeated when a page starts with a strip of this table.
    pub(super) table: usize,
}

#[derive(Clone)]
pub(super) struct StripCell {
    pub(super) x: f32,
    pub(super) width: f32,
    pub(super) text: Option<(Line, f32)>,
    pub(super) pen: Pen,
    pub(super) block: Block,
}

/// Room above the first and below the last line of a row.
pub(super) const CELL_PADDING: f32 = 4.0;

/// Running matter and the heads of its tables.
#[derive(Default)]
pub(super) struct Flow {
    pub(super) items: Vec<Item>,
    /// The head row of each table; empty for a table without one.
    pub(super) heads: Vec<Vec<Item>>,
}

impl Flow {
    pub(super) fn space(&mut self, height: f32) {
        self.items.push(Item { height, keep: false, matter: Matter::Space });
    }

    fn head_height(&self, item: &Item) -> f32 {
        match &item.matter {
            Matter::Strip(strip) if !strip.is_head => {
                self.heads[strip.table].iter().map(|head| head.height).sum()
            }
            Matter::Strip(_) | Matter::Space | Matter::Line { .. } => 0.0,
        }
    }

    /// Distributes the items over pages: how many go on the first with `first` points of room, on the next with
    /// `next`, and so on; `tail` points must be free under the last item.
    pub(super) fn paginate(&self, first: f32, next: f32, tail: f32) -> Vec<std::ops::Range<usize>> {
        let mut pages = Vec::new();
        let mut start = 0;
        loop {
            let room = if pages.is_empty() { first } else { next };
            let end = self.page_end(start, room, !pages.is_empty());
            if end == self.items.len() {
                let used = self.used(start..end, !pages.is_empty());
                if used + tail <= room || tail == 0.0 {
                    pages.push(start..end);
                    return pages;
                }
                // The signature never stands alone on a page (GB/T 9704-2012, 7.3.5.5): the last lines go with it.
                let cut = self.break_before(start, end.saturating_sub(2)).max(start);
                if cut > start {
                    pages.push(start..cut);
                    start = cut;
                    continue;
                }
                pages.push(start..end);
                pages.push(end..end);
                return pages;
            }
            pages.push(start..end);
            start = end;
        }
    }

    /// The end of a page that starts with `start`; always beyond it.
    fn page_end(&self, start: usize, room: f32, repeats: bool) -> usize {
        let mut used = 0.0;
        for (n, item) in self.items.iter().enumerate().skip(start) {
            used += item.height + if n == start && repeats { self.head_height(item) } else { 0.0 };
            if used > room + 0.01 && n > start {
                return self.break_before(start, n);
            }
        }
        self.items.len()
    }

    /// The last place at or before `at` where a page may end; `at` itself if there is none.
    fn break_before(&self, start: usize, at: usize) -> usize {
        (start + 1..=at).rev().find(|n| !self.items[n - 1].keep).unwrap_or(at)
    }

    fn used(&self, range: std::ops::Range<usize>, repeats: bool) -> f32 {
        let head = self.items.get(range.start).filter(|_| repeats).map_or(0.0, |item| self.head_height(item));
        head + self.items[range].iter().map(|item| item.height).sum::<f32>()
    }

    /// Draws a page's items from `top` down and returns where they end.
    pub(super) fn draw(&self, canvas: &mut Canvas, range: std::ops::Range<usize>, mut top: f32) -> f32 {
        let items = &self.items[range.clone()];
        if range.start > 0
            && let Some(Item { matter: Matter::Strip(strip), .. }) = items.first()
            && !strip.is_head
        {
            for head in &self.heads[strip.table] {
                draw_item(canvas, head, top, Edges::default(), true);
                top += head.height;
            }
        }
        let mut is_top = true;
        for (n, item) in items.iter().enumerate() {
            if is_top && matches!(item.matter, Matter::Space) {
                continue;
            }
            let ends_page = items.get(n + 1).is_none_or(|next| matches!(next.matter, Matter::Space));
            draw_item(canvas, item, top, Edges { top: is_top, bottom: ends_page }, false);
            is_top = false;
            top += item.height;
        }
        top
    }
}

/// Whether a strip's row is cut by the page, so that it needs a line there.
#[derive(Default, Clone, Copy)]
struct Edges {
    top: bool,
    bottom: bool,
}

fn draw_item(canvas: &mut Canvas, item: &Item, top: f32, edges: Edges, repeated: bool) {
    match &item.matter {
        Matter::Space => {}
        Matter::Line { line, x, pen, block } => {
            canvas.text(*block, line.clone(), *x, baseline(top, item.height, line.size), *pen);
        }
        Matter::Strip(strip) => draw_strip(canvas, strip, top, item.height, edges, repeated),
    }
}

fn draw_strip(canvas: &mut Canvas, strip: &Strip, top: f32, height: f32, edges: Edges, repeated: bool) {
    const LINE: f32 = 0.6;
    let bottom = top + height;
    let (Some(left), Some(right)) = (strip.cells.first(), strip.cells.last()) else { return };
    let (left, right) = (left.x, right.x + right.width);
    if strip.is_head {
        canvas.fill(DECORATION, rectangle(left, top, right - left, height), PALE);
    }
    for x in strip.cells.iter().map(|cell| cell.x).chain([right]) {
        canvas.rule((x, top), (x, bottom), BLACK, LINE);
    }
    if strip.first || edges.top {
        canvas.rule((left, top), (right, top), BLACK, LINE);
    }
    if strip.last || edges.bottom {
        canvas.rule((left, bottom), (right, bottom), BLACK, LINE);
    }
    let padding_top = if strip.first { CELL_PADDING } else { 0.0 };
    let padding_bottom = if strip.last { CELL_PADDING } else { 0.0 };
    for cell in &strip.cells {
        if let Some((line, x)) = &cell.text {
            let block = if repeated { DECORATION } else { cell.block };
            let at = baseline(top + padding_top, height - padding_top - padding_bottom, strip.size);
            canvas.text(block, line.clone(), *x, at, cell.pen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::{PLAIN, Role};
    use super::super::text::single;
    use super::*;

    fn line(canvas: &mut Canvas, height: f32, keep: bool) -> Item {
        let block = canvas.block(Role::Paragraph);
        Item { height, keep, matter: Matter::Line { line: single("行", 10.0), x: 0.0, pen: PLAIN, block } }
    }

    fn flow(keeps: &[bool]) -> Flow {
        let mut canvas = Canvas::default();
        Flow { items: keeps.iter().map(|keep| line(&mut canvas, 10.0, *keep)).collect(), heads: Vec::new() }
    }

    #[test]
    fn what_fits_stays_on_one_page() {
        assert_eq!(flow(&[false; 5]).paginate(70.0, 100.0, 20.0).as_slice(), std::slice::from_ref(&(0..5)));
        assert_eq!(flow(&[]).paginate(70.0, 100.0, 20.0).as_slice(), std::slice::from_ref(&(0..0)));
    }

    #[test]
    fn lines_of_text_go_with_the_signature() {
        assert_eq!(flow(&[false; 5]).paginate(60.0, 100.0, 20.0), [0..3, 3..5]);
        assert_eq!(flow(&[false; 12]).paginate(50.0, 60.0, 20.0), [0..5, 5..11, 11..12]);
        // Where even that does not help, the signature gets a page rather than being lost.
        assert_eq!(flow(&[false; 2]).paginate(30.0, 30.0, 20.0), [0..2, 2..2]);
    }

    #[test]
    fn a_heading_is_not_the_last_line_of_a_page() {
        assert_eq!(flow(&[false, false, true, false]).paginate(30.0, 100.0, 0.0), [0..2, 2..4]);
        assert_eq!(flow(&[true; 8]).paginate(30.0, 30.0, 0.0), [0..3, 3..6, 6..8]);
    }

    #[test]
    fn a_strip_higher_than_the_page_does_not_stop_the_work() {
        assert_eq!(flow(&[false; 3]).paginate(5.0, 5.0, 0.0), [0..1, 1..2, 2..3]);
    }
}
