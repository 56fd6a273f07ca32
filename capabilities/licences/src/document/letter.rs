//! The letter: an official letter with a red head (信函格式, GB/T 9704-2012, 10.1).

use super::canvas::{BLACK, BOLD, Canvas, PAGE_HEIGHT, PAGE_WIDTH, PLAIN, Pen, RED, Role, SEAL_RADIUS, mm};
use super::flow::{Flow, Item, Matter};
use super::furniture::{SEAL_RISE, baseline, check_box, identifier, page_numbers, signature, title};
use super::text::{balanced, single, width_of, wrap};
use super::{DrawError, Sheet, table};
use crate::template::{FilledParagraph, LineValue};

/// Margins of the type area: 37 mm above, 28 mm left; 156 mm by 225 mm (5.2.1).
const LEFT: f32 = mm(28.0);
const WIDTH: f32 = mm(156.0);
const TOP: f32 = mm(37.0);
const BOTTOM: f32 = mm(264.0);
/// Height of a line of the head.
const LINE: f32 = 28.9;
/// The double rules are 170 mm long (10.1).
const RULE: f32 = mm(170.0);
const SIGNATURE_WIDTH: f32 = mm(76.0);

/// Size of the type and height of a line.
#[derive(Debug, Clone, Copy)]
struct Measure {
    size: f32,
    line: f32,
}

/// No. 3 type, 22 lines a page (5.2.2, 5.2.3); smaller only when that brings a letter onto one page.
const STANDARD: Measure = Measure { size: 16.0, line: LINE };
const MEASURES: [Measure; 4] = [
    STANDARD,
    Measure { size: 15.0, line: 26.5 },
    Measure { size: 14.0, line: 24.5 },
    Measure { size: 13.0, line: 22.0 },
];

/// Draws a letter.
pub(super) fn draw(canvas: &mut Canvas, sheet: &Sheet<'_>) -> Result<(), DrawError> {
    canvas.start_page();
    let body_top = head(canvas, sheet);
    let (flow, pages, measure) = set_body(canvas, sheet, body_top);
    let mut end = body_top;
    for (n, range) in pages.into_iter().enumerate() {
        if n > 0 {
            canvas.start_page();
        }
        end = flow.draw(canvas, range, if n == 0 { body_top } else { TOP });
    }
    let size = measure.size;
    let issuer = width_of(&sheet.metadata.issuer, size).min(SIGNATURE_WIDTH);
    // Right-aligned with room of two characters (7.3.5.1), and never so that the seal leaves the type area.
    let centre = LEFT + WIDTH - (size * 2.0 + issuer / 2.0).max(SEAL_RADIUS + mm(6.0));
    signature(canvas, sheet, centre, end + GAP, size, SIGNATURE_WIDTH)?;
    foot(canvas, sheet)?;
    page_numbers(canvas, mm(20.0));
    Ok(())
}

/// Between the last line of the text and the issuer's name: the seal begins within one line of the text (7.3.5.1).
const GAP: f32 = LINE * 1.5;

type Pages = Vec<std::ops::Range<usize>>;

/// Sets the body in the largest type that brings it onto one page with its signature, or else in the standard type.
fn set_body(canvas: &mut Canvas, sheet: &Sheet<'_>, top: f32) -> (Flow, Pages, Measure) {
    let mark = canvas.mark();
    let mut attempt = |measure: Measure| {
        canvas.rewind(mark);
        let flow = body(canvas, sheet, measure);
        let names = balanced(&sheet.metadata.issuer, measure.size, SIGNATURE_WIDTH).len() as f32;
        // The seal reaches below the date, and may reach a little below the type area.
        let tail = GAP + measure.size * 1.8 * names + SEAL_RADIUS - SEAL_RISE - mm(9.0);
        let pages = flow.paginate(BOTTOM - top, BOTTOM - TOP, tail);
        (flow, pages, measure)
    };
    for measure in MEASURES {
        let set = attempt(measure);
        if set.1.len() == 1 {
            return set;
        }
    }
    attempt(STANDARD)
}

/// Issuer in red, double rule, number, title; returns where the body begins.
fn head(canvas: &mut Canvas, sheet: &Sheet<'_>) -> f32 {
    let issuer = canvas.block(Role::Paragraph);
    let pen = Pen { colour: RED, bold: true };
    let height = title(canvas, issuer, &sheet.metadata.issuer, mm(28.0), 34.0, WIDTH, pen);
    let rule = mm(28.0) + height + mm(4.0);
    let left = (PAGE_WIDTH - RULE) / 2.0;
    canvas.rule((left, rule), (left + RULE, rule), RED, 2.4);
    canvas.rule((left, rule + 3.2), (left + RULE, rule + 3.2), RED, 0.8);
    let foot = PAGE_HEIGHT - mm(20.0);
    canvas.rule((left, foot - 3.2), (left + RULE, foot - 3.2), RED, 0.8);
    canvas.rule((left, foot), (left + RULE, foot), RED, 2.4);

    let number = canvas.block(Role::Paragraph);
    let mut y = rule + mm(4.0);
    for line in wrap(&sheet.filled.number, STANDARD.size, WIDTH, 0.0) {
        let x = LEFT + WIDTH - line.width;
        canvas.text(number, line, x, baseline(y, LINE, STANDARD.size), PLAIN);
        y += LINE;
    }
    let block = canvas.block(Role::Title);
    y += LINE * 0.6;
    y += title(canvas, block, &sheet.filled.name.zh, y, 22.0, WIDTH, BOLD);
    y + LINE * 0.6
}

/// Addressee, paragraphs, lines.
fn body(canvas: &mut Canvas, sheet: &Sheet<'_>, measure: Measure) -> Flow {
    let mut flow = Flow::default();
    // The addressee stands at the left edge, a colon behind it (7.3.2).
    paragraph(&mut flow, canvas, &format!("{}：", sheet.filled.holder_name), measure, 0.0, 0.0);
    let mut is_open = true;
    for part in &sheet.filled.body {
        match part {
            FilledParagraph::Text(text) => {
                paragraph(&mut flow, canvas, text, measure, measure.size * 2.0, 0.0);
            }
            FilledParagraph::Item(text) => item(&mut flow, canvas, text, measure),
            FilledParagraph::Lines => {
                add_lines(&mut flow, canvas, sheet);
                is_open = false;
            }
        }
    }
    if is_open {
        add_lines(&mut flow, canvas, sheet);
    }
    flow
}

fn paragraph(flow: &mut Flow, canvas: &mut Canvas, text: &str, measure: Measure, indent: f32, left: f32) {
    let block = canvas.block(Role::Paragraph);
    for mut line in wrap(text, measure.size, WIDTH - left, indent) {
        line.justify(WIDTH - left);
        let matter = Matter::Line { line, x: LEFT + left, pen: PLAIN, block };
        flow.items.push(Item { height: measure.line, keep: false, matter });
    }
}

/// An item of a list: a dot at the indent of paragraphs, the text hanging beside it.
fn item(flow: &mut Flow, canvas: &mut Canvas, text: &str, measure: Measure) {
    let size = measure.size;
    let start = flow.items.len();
    let left = size * 3.0;
    paragraph(flow, canvas, text, measure, 0.0, left);
    if let Some(Item { matter: Matter::Line { line, x, .. }, .. }) = flow.items.get_mut(start) {
        let mut dotted = single("·", size);
        for placed in &mut dotted.glyphs {
            placed.x = 0.0;
        }
        for placed in &line.glyphs {
            let mut placed = *placed;
            placed.x += size;
            dotted.glyphs.push(placed);
        }
        dotted.width = line.width + size;
        dotted.ends = line.ends;
        *line = dotted;
        *x -= size;
    }
}

/// The label and value lines as tables; lists each under its label.
fn add_lines(flow: &mut Flow, canvas: &mut Canvas, sheet: &Sheet<'_>) {
    const TABLE: f32 = 12.0;
    let mut pairs = Vec::new();
    flow.space(LINE * 0.3);
    for line in &sheet.filled.lines {
        match &line.value {
            LineValue::Text(text) => pairs.push((line.label.zh.as_str(), text.as_str())),
            LineValue::Table(list) => {
                table::add_pairs(flow, canvas, &std::mem::take(&mut pairs), LEFT, WIDTH, TABLE);
                let block = canvas.block(Role::Paragraph);
                let mut caption = single(&line.label.zh, TABLE + 1.0);
                caption.width = caption.width.min(WIDTH);
                let x = LEFT + (WIDTH - caption.width) / 2.0;
                let matter = Matter::Line { line: caption, x, pen: BOLD, block };
                flow.items.push(Item { height: LINE * 1.2, keep: true, matter });
                table::add_list(flow, canvas, list, LEFT, WIDTH, TABLE - 1.0);
                flow.space(LINE * 0.5);
            }
        }
    }
    table::add_pairs(flow, canvas, &pairs, LEFT, WIDTH, TABLE);
    flow.space(LINE * 0.3);
}

/// How to check the letter, at the foot of its last page, left of the signature.
fn foot(canvas: &mut Canvas, sheet: &Sheet<'_>) -> Result<(), DrawError> {
    let y = BOTTOM - super::furniture::QR_SIDE + mm(3.0);
    check_box(canvas, sheet, (LEFT, y), mm(88.0))?;
    identifier(canvas, sheet, PAGE_HEIGHT - mm(13.0));
    if canvas.page_count() == 1 {
        return Ok(());
    }
    // Later pages have no double rule; a thin one parts the foot from the text.
    let y = y - mm(2.5);
    canvas.rule((LEFT, y), (LEFT + mm(88.0), y), BLACK, 0.3);
    Ok(())
}
