//! The certificate: framed, with a title and label and value lines (证书). What does not fit, and lists, follow on annexed pages.

use super::canvas::{
    BOLD, Canvas, DECORATION, FRAME, PAGE_HEIGHT, PAGE_WIDTH, PLAIN, Pen, Role, SEAL_RADIUS, mm, rectangle,
};
use super::flow::{Flow, Item, Matter};
use super::furniture::{QR_SIDE, baseline, check_box, identifier, page_numbers, signature, title};
use super::text::{balanced, single, width_of, wrap};
use super::{DrawError, Sheet, table};
use crate::template::{FilledParagraph, LineValue, date_zh};

const LEFT: f32 = mm(31.0);
const WIDTH: f32 = mm(148.0);
/// Where the signature block and the QR code begin.
const FOOT: f32 = mm(234.0);
/// Sizes tried for the lines, so that all stand on the first page.
const SIZES: [f32; 4] = [15.0, 13.5, 12.0, 10.5];
const TEXT: f32 = 14.0;
const SIGNATURE_WIDTH: f32 = mm(62.0);

/// A label with its value, or the note that a list is annexed.
struct Pair<'a> {
    label: &'a str,
    value: String,
}

/// Draws a certificate.
pub(super) fn draw(canvas: &mut Canvas, sheet: &Sheet<'_>) -> Result<(), DrawError> {
    canvas.start_page();
    frame(canvas);
    let block = canvas.block(Role::Title);
    let pen = Pen { colour: FRAME, bold: true };
    let mut y = mm(40.0);
    y += title(canvas, block, &sheet.filled.name.zh, y, 36.0, mm(140.0), pen) + mm(4.0);
    let number = canvas.block(Role::Paragraph);
    for line in wrap(&format!("编号：{}", sheet.filled.number), 12.0, WIDTH, 0.0) {
        canvas.centred(number, line, PAGE_WIDTH / 2.0, baseline(y, 18.0, 12.0), PLAIN);
        y += 18.0;
    }
    y = statement(canvas, sheet, y + mm(10.0));
    let mut pairs = pairs(sheet);
    let bottom = FOOT - mm(14.0);
    let mut annexed = move_longest(&mut pairs, bottom - y);
    let left_over = lines(canvas, &pairs, y, bottom);
    let issuer = &sheet.metadata.issuer;
    // A very long name is set smaller rather than on three lines.
    let size =
        [14.0, 13.0, 12.0, 11.0].into_iter().find(|size| balanced(issuer, *size, SIGNATURE_WIDTH).len() < 3);
    let size = size.unwrap_or(10.0);
    let width = width_of(issuer, size).clamp(SEAL_RADIUS * 2.0, SIGNATURE_WIDTH);
    let rows = balanced(issuer, size, SIGNATURE_WIDTH).len() as f32;
    // The date stands at one height, however long the name above it is.
    let top = FOOT + size * 1.8 * (1.0 - rows);
    check_box(canvas, sheet, (LEFT, FOOT + mm(18.0) - QR_SIDE), mm(82.0))?;
    signature(canvas, sheet, LEFT + WIDTH - width / 2.0, top, size, SIGNATURE_WIDTH)?;
    identifier(canvas, sheet, PAGE_HEIGHT - mm(25.0));
    let last = pairs.len().saturating_sub(1);
    annexed.extend(pairs.drain(last - left_over..last));
    annex(canvas, sheet, &annexed);
    page_numbers(canvas, mm(16.0));
    Ok(())
}

/// Two rules with a square meander in each corner (回纹).
fn frame(canvas: &mut Canvas) {
    let (outer, inner) = (mm(13.0), mm(16.5));
    for (inset, width) in [(outer, 2.8), (inner, 0.8)] {
        let path = rectangle(inset, inset, PAGE_WIDTH - inset * 2.0, PAGE_HEIGHT - inset * 2.0);
        canvas.stroke(DECORATION, path, FRAME, width);
    }
    for (x, across) in [(inner, 1.0), (PAGE_WIDTH - inner, -1.0)] {
        for (y, down) in [(inner, 1.0), (PAGE_HEIGHT - inner, -1.0)] {
            for (from, to) in [(1.4, 7.0), (2.8, 5.6), (3.9, 4.5)] {
                let (left, top) = (x + across * mm(from), y + down * mm(from));
                let side = mm(to - from);
                let path = rectangle(left.min(left + across * side), top.min(top + down * side), side, side);
                canvas.stroke(DECORATION, path, FRAME, 1.0);
            }
        }
    }
}

/// Paragraphs above the lines; returns where they end.
fn statement(canvas: &mut Canvas, sheet: &Sheet<'_>, mut y: f32) -> f32 {
    for part in &sheet.filled.body {
        let block = canvas.block(Role::Paragraph);
        let text = match part {
            FilledParagraph::Text(text) => text.clone(),
            FilledParagraph::Item(text) => format!("·{text}"),
            FilledParagraph::Lines => continue,
        };
        for mut line in wrap(&text, TEXT, WIDTH, TEXT * 2.0) {
            line.justify(WIDTH);
            canvas.text(block, line, LEFT, baseline(y, TEXT * 1.8, TEXT), PLAIN);
            y += TEXT * 1.8;
        }
    }
    y + if sheet.filled.body.is_empty() { 0.0 } else { mm(5.0) }
}

fn pairs<'a>(sheet: &Sheet<'a>) -> Vec<Pair<'a>> {
    let mut pairs: Vec<Pair<'a>> = sheet
        .filled
        .lines
        .iter()
        .map(|line| {
            let value = match &line.value {
                LineValue::Text(text) => text.clone(),
                LineValue::Table(list) => format!("共 {} 项，见附页", list.rows.len()),
            };
            Pair { label: &line.label.zh, value }
        })
        .collect();
    if let Some(until) = sheet.filled.valid_until {
        let value = format!("自{}至{}", date_zh(sheet.filled.issued_on), date_zh(until));
        pairs.push(Pair { label: "有效期限", value });
    }
    pairs
}

/// Moves the longest values to the annex until the rest fits into `room`; a note stays in their place.
fn move_longest<'a>(pairs: &mut [Pair<'a>], room: f32) -> Vec<Pair<'a>> {
    let size = SIZES[SIZES.len() - 1];
    let mut moved = Vec::new();
    while pairs.iter().map(|pair| height(pair, pairs, size)).sum::<f32>() > room {
        let heights = pairs.iter().map(|pair| height(pair, pairs, size));
        let longest = heights.enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other));
        let Some((n, _)) = longest.filter(|(_, height)| *height > size * 3.0) else { break };
        let value = std::mem::replace(&mut pairs[n].value, ANNEXED.to_owned());
        if value == ANNEXED {
            break;
        }
        moved.push((n, Pair { label: pairs[n].label, value }));
    }
    moved.sort_by_key(|(n, _)| *n);
    moved.into_iter().map(|(_, pair)| pair).collect()
}

const ANNEXED: &str = "见附页";

/// Draws as many pairs as fit between `top` and `bottom` and returns how many of them are left for the annex.
/// The last pair stands on the first page in any case: it is the period of validity where there is one.
fn lines(canvas: &mut Canvas, pairs: &[Pair<'_>], top: f32, bottom: f32) -> usize {
    let total = |size: f32| pairs.iter().map(|pair| height(pair, pairs, size)).sum::<f32>();
    let size = SIZES.into_iter().find(|size| top + total(*size) <= bottom).unwrap_or(SIZES[SIZES.len() - 1]);
    let Some((last, others)) = pairs.split_last() else { return 0 };
    // Few lines stand a little apart instead of leaving the lower half of the page empty.
    let air = ((bottom - top - total(size)) / pairs.len() as f32).clamp(0.0, size * 0.5);
    let room = bottom - height(last, pairs, size);
    let mut y = top;
    let mut drawn = 0;
    for pair in others {
        let height = height(pair, pairs, size) + air;
        let note = if drawn + 1 == others.len() { 0.0 } else { size * 1.75 };
        if total(size) > bottom - top && y + height + note > room {
            break;
        }
        draw_pair(canvas, pair, pairs, y + air / 2.0, size);
        y += height;
        drawn += 1;
    }
    if drawn < others.len() {
        let note = Pair { label: "其他事项", value: ANNEXED.into() };
        draw_pair(canvas, &note, pairs, y, size);
        y += size * 1.75;
    }
    draw_pair(canvas, last, pairs, y + air / 2.0, size);
    others.len() - drawn
}

fn draw_pair(canvas: &mut Canvas, pair: &Pair<'_>, pairs: &[Pair<'_>], mut y: f32, size: f32) {
    let line_height = size * 1.75;
    let label = label_width(pairs, size);
    let block = canvas.block(Role::Paragraph);
    let mut names = wrap(pair.label, size, label, 0.0);
    if let [name] = names.as_mut_slice() {
        name.distribute(label);
    }
    for (n, name) in names.into_iter().enumerate() {
        canvas.text(block, name, LEFT, baseline(y + line_height * n as f32, line_height, size), BOLD);
    }
    canvas.text(block, single("：", size), LEFT + label, baseline(y, line_height, size), BOLD);
    let width = value_width(label, size);
    for mut line in wrap(&pair.value, size, width, 0.0) {
        line.justify(width);
        canvas.text(block, line, LEFT + label + size * 1.2, baseline(y, line_height, size), PLAIN);
        y += line_height;
    }
}

/// Labels of one width: that of the widest, at most nine characters.
fn label_width(pairs: &[Pair<'_>], size: f32) -> f32 {
    let widest = pairs.iter().map(|pair| width_of(pair.label, size)).fold(size * 4.0, f32::max);
    widest.min(size * 9.0) + 0.1
}

fn value_width(label: f32, size: f32) -> f32 {
    WIDTH - label - size * 1.2
}

fn height(pair: &Pair<'_>, pairs: &[Pair<'_>], size: f32) -> f32 {
    let label = label_width(pairs, size);
    let value = wrap(&pair.value, size, value_width(label, size), 0.0).len();
    let name = wrap(pair.label, size, label, 0.0).len();
    value.max(name) as f32 * size * 1.75
}

/// Pages for what the first could not take: left-over pairs, and all lists.
fn annex(canvas: &mut Canvas, sheet: &Sheet<'_>, left_over: &[Pair<'_>]) {
    const TABLE: f32 = 11.0;
    let mut flow = Flow::default();
    let pairs: Vec<(&str, &str)> = left_over.iter().map(|pair| (pair.label, pair.value.as_str())).collect();
    table::add_pairs(&mut flow, canvas, &pairs, LEFT, WIDTH, TABLE);
    for line in &sheet.filled.lines {
        if let LineValue::Table(list) = &line.value {
            let block = canvas.block(Role::Paragraph);
            let caption = single(&line.label.zh, TABLE + 2.0);
            let x = PAGE_WIDTH / 2.0 - caption.width / 2.0;
            let matter = Matter::Line { line: caption, x, pen: BOLD, block };
            flow.items.push(Item { height: mm(11.0), keep: true, matter });
            table::add_list(&mut flow, canvas, list, LEFT, WIDTH, TABLE);
        }
    }
    if flow.items.is_empty() {
        return;
    }
    let (top, bottom) = (mm(40.0), PAGE_HEIGHT - mm(28.0));
    for range in flow.paginate(bottom - top, bottom - top, 0.0) {
        canvas.start_page();
        let inset = mm(13.0);
        let path = rectangle(inset, inset, PAGE_WIDTH - inset * 2.0, PAGE_HEIGHT - inset * 2.0);
        canvas.stroke(DECORATION, path, FRAME, 1.2);
        let head = format!("{}　附页", sheet.filled.name.zh);
        canvas.centred(DECORATION, single(&head, 13.0), PAGE_WIDTH / 2.0, mm(26.0), BOLD);
        let number = format!("编号：{}", sheet.filled.number);
        canvas.centred(DECORATION, single(&number, 9.0), PAGE_WIDTH / 2.0, mm(32.5), PLAIN);
        flow.draw(canvas, range, top);
    }
}
