//! What both layouts share: the QR code with its explanation, the signature block with the seal, page numbers.

use ofd::{Affine, Path, SealDesign, Segment};
use qrcode::{EcLevel, QrCode};

use super::canvas::{
    Block, Canvas, DECORATION, PAGE_HEIGHT, PAGE_WIDTH, PLAIN, Pen, Role, SEAL_DIAMETER, SMALL, mm, wide,
};
use super::text::{balanced, single, wrap};
use super::{DrawError, Sheet};
use crate::fonts::ASCENT;
use crate::metadata::Metadata;
use crate::template::date_zh;

/// Side of the QR code.
pub(super) const QR_SIDE: f32 = mm(25.0);

/// The baseline of text of a size in a line box of a height.
pub(super) fn baseline(top: f32, height: f32, size: f32) -> f32 {
    // The square of a Han character reaches from 0.88 em above to 0.12 em below the baseline.
    top + (height - size) / 2.0 + size * ASCENT
}

/// Draws the QR code with the address where anyone can look up the document, top left at (`x`, `y`).
fn qr(canvas: &mut Canvas, sheet: &Sheet<'_>, x: f32, y: f32) -> Result<(), DrawError> {
    let url = &sheet.metadata.status_url;
    let code = QrCode::with_error_correction_level(url, EcLevel::M).map_err(|_too_long| DrawError::QrCode)?;
    let count = code.width();
    let mut path = Path::default();
    for (row, modules) in code.to_colors().chunks(count).enumerate() {
        let mut start = 0;
        // Neighbouring modules are one line: without seams between them the code prints cleanly.
        for run in modules.chunk_by(|before, after| before == after) {
            if run[0] == qrcode::Color::Dark {
                let middle = row as f32 + 0.5;
                path.0.push(Segment::Move(wide((start as f32, middle))));
                path.0.push(Segment::Line(wide(((start + run.len()) as f32, middle))));
            }
            start += run.len();
        }
    }
    let block = canvas.block(Role::Figure(format!("查验二维码：{url}")));
    let side = QR_SIDE / count as f32;
    let (side, (x, y)) = (f64::from(side), wide((x, y)));
    canvas.grid(block, path, Affine([side, 0.0, 0.0, side, x, y]));
    Ok(())
}

/// The QR code and beside it, within `width`, how to check the document.
pub(super) fn check_box(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    (x, y): (f32, f32),
    width: f32,
) -> Result<(), DrawError> {
    qr(canvas, sheet, x, y)?;
    let block = canvas.block(Role::Paragraph);
    let left = x + QR_SIDE + mm(3.0);
    let mut text =
        String::from("本文件已加盖颁发机构的电子印章。\n扫码或在查验页面上传本文件，可核对真伪和当前状态。");
    if sheet.metadata.demo {
        text.push_str("\n演示文件：颁发机构为虚构，无法律效力。");
    }
    let (size, height) = (8.0, 11.6);
    let lines = wrap(&text, size, width - QR_SIDE - mm(3.0), 0.0);
    let top = y + (QR_SIDE - height * lines.len() as f32).max(0.0) / 2.0;
    for (n, line) in lines.into_iter().enumerate() {
        canvas.text(block, line, left, baseline(top + height * n as f32, height, size), SMALL);
    }
    Ok(())
}

/// The identifier at the foot of a page, centred.
pub(super) fn identifier(canvas: &mut Canvas, sheet: &Sheet<'_>, y: f32) {
    let block = canvas.block(Role::Paragraph);
    let line = single(&format!("电子证照标识：{}", sheet.metadata.identifier), 8.0);
    canvas.centred(block, line, PAGE_WIDTH / 2.0, y, SMALL);
}

/// The picture of the issuer's seal.
pub(crate) fn seal_design(metadata: &Metadata) -> SealDesign<'_> {
    let below = if metadata.demo { "演示专用章" } else { "电子证照专用章" };
    SealDesign { body: &metadata.issuer, below, number: "", diameter: SEAL_DIAMETER }
}

/// The issuer's name over the date, centred on one axis, with the seal under both (骑年盖月): name and date stand
/// a little below the middle of the seal (GB/T 9704-2012, 7.3.5.1).
pub(super) fn signature(
    canvas: &mut Canvas,
    sheet: &Sheet<'_>,
    centre: f32,
    top: f32,
    size: f32,
    width: f32,
) -> Result<(), DrawError> {
    let issuer = &sheet.metadata.issuer;
    let design = seal_design(sheet.metadata);
    let figure = canvas.block(Role::Figure(format!("{issuer}电子印章（{}）", design.below)));
    let block = canvas.block(Role::Paragraph);
    let height = size * 1.8;
    let names = balanced(issuer, size, width);
    let rows = names.len() as f32 + 1.0;
    let middle = (centre, top + height * (rows - 1.0) - SEAL_RISE);
    canvas.seal(figure, &design, middle)?;
    for (n, line) in names.into_iter().enumerate() {
        canvas.centred(block, line, centre, baseline(top + height * n as f32, height, size), PLAIN);
    }
    let date = single(&date_zh(sheet.metadata.issue_date), size);
    canvas.centred(block, date, centre, baseline(top + height * (rows - 1.0), height, size), PLAIN);
    Ok(())
}

/// How far the middle of the seal stands above the line between name and date.
pub(super) const SEAL_RISE: f32 = mm(2.5);

/// Numbers all pages from the second on (`GB/T 9704-2012` 10.1: the first page of a letter has none).
pub(super) fn page_numbers(canvas: &mut Canvas, y_from_foot: f32) {
    let count = canvas.page_count();
    for page in 1..count {
        let line = single(&format!("第 {} 页  共 {count} 页", page + 1), 9.0);
        canvas.put_on(page, |canvas| {
            canvas.centred(DECORATION, line, PAGE_WIDTH / 2.0, PAGE_HEIGHT - y_from_foot, SMALL);
        });
    }
}

/// A heading centred on the page, as large as its width allows; breaks into two lines when it would become small.
/// Returns the height that it takes.
pub(super) fn title(
    canvas: &mut Canvas,
    block: Block,
    text: &str,
    top: f32,
    most: f32,
    width: f32,
    pen: Pen,
) -> f32 {
    let natural = super::text::width_of(text, 1.0);
    let fitting = (width / natural).min(most);
    let size = if fitting < most * 0.7 { most * 0.7 } else { fitting };
    let height = size * 1.45;
    let lines = balanced(text, size, width);
    let count = lines.len() as f32;
    for (n, mut line) in lines.into_iter().enumerate() {
        let free = (width - line.width) / line.glyphs.len().max(1) as f32;
        line.letter_space(free.clamp(0.0, size * 0.12));
        canvas.centred(block, line, PAGE_WIDTH / 2.0, baseline(top + height * n as f32, height, size), pen);
    }
    height * count
}
