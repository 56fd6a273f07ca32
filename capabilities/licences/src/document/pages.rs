//! The marks of a canvas as pages of an OFD file. Lengths are points here and millimetres there.

use ofd::{Affine, Mark as OfdMark, Page, Shape, Stamp, Text};

use super::canvas::{BLACK, Canvas, Colour, Mark, PAGE_HEIGHT, PAGE_WIDTH};
use super::text::Line;

/// Points in millimetres.
const MM: f64 = 25.4 / 72.0;
const SCALE: Affine = Affine([MM, 0.0, 0.0, MM, 0.0, 0.0]);

fn millimetres(points: f32) -> f64 {
    f64::from(points) * MM
}

fn colour(Colour(red, green, blue): Colour) -> ofd::Colour {
    ofd::Colour(red, green, blue)
}

/// The pages without the pictures of seals, and where those stand.
pub(super) fn pages(canvas: &Canvas) -> (Vec<Page>, Vec<Stamp>) {
    let mut stamps = Vec::new();
    let pages = canvas.pages.iter().enumerate().map(|(page, marks)| {
        let mut placed = Vec::new();
        for (_, mark) in marks {
            match mark {
                Mark::Text { line, x, baseline, pen } => {
                    placed.extend(runs(line, *x, *baseline, colour(pen.colour), pen.bold));
                }
                Mark::Fill { path, colour: fill } => {
                    let fill = Some(colour(*fill));
                    placed.push(OfdMark::Shape(Shape { path: path.transformed(&SCALE), fill, stroke: None }));
                }
                Mark::Stroke { path, colour: line, width } => {
                    let stroke = Some((colour(*line), millimetres(*width)));
                    placed.push(OfdMark::Shape(Shape { path: path.transformed(&SCALE), fill: None, stroke }));
                }
                Mark::Grid { path, place } => {
                    let path = path.transformed(place).transformed(&SCALE);
                    // The lines of a grid are one unit wide.
                    let stroke = Some((colour(BLACK), place.0[0] * MM));
                    placed.push(OfdMark::Shape(Shape { path, fill: None, stroke }));
                }
                Mark::Seal { corner, .. } => {
                    stamps.push(Stamp { page, corner: (millimetres(corner.0), millimetres(corner.1)) });
                }
            }
        }
        Page { width: millimetres(PAGE_WIDTH), height: millimetres(PAGE_HEIGHT), marks: placed }
    });
    (pages.collect(), stamps)
}

/// One text for each run of one face.
fn runs(line: &Line, x: f32, baseline: f32, colour: ofd::Colour, bold: bool) -> Vec<OfdMark> {
    let of_face = line.glyphs.chunk_by(|before, after| before.glyph.face == after.glyph.face);
    of_face
        .filter_map(|run| {
            let first = run.first()?;
            let place = |from: f32| millimetres(from - first.x);
            let characters = run.iter().map(|placed| (placed.character, place(placed.x))).collect();
            let origin = (millimetres(x + first.x), millimetres(baseline));
            let (face, size) = (first.glyph.face, millimetres(line.size));
            Some(OfdMark::Text(Text { face, size, colour, bold, origin, characters }))
        })
        .collect()
}
