//! The drawn seal (印章图样): a ring, a star, the body's name along the ring, as official seals look (国发〔1999〕25号).
//! It is a picture only; what counts is the signature.

use std::f32::consts::{PI, TAU};

use krilla::geom::{PathBuilder, Transform};

use super::canvas::{Block, Canvas, RED, circle, mm};
use super::text::{single, width_of};
use crate::fonts::{self, ASCENT};

/// Radius of the seal: 42 mm across, the size for bodies of counties and departments.
pub(super) const RADIUS: f32 = mm(21.0);
const RING: f32 = mm(1.2);
/// The name fills at most this part of the circle.
const NAME_ARC: f32 = TAU * 0.75;

/// What a seal says.
pub(super) struct SealText<'a> {
    /// Name of the body, along the ring.
    pub(super) body: &'a str,
    /// Under the star, straight; empty for none.
    pub(super) below: &'a str,
}

/// Draws a seal around its centre.
pub(super) fn draw(canvas: &mut Canvas, block: Block, centre: (f32, f32), text: &SealText<'_>) {
    canvas.stroke(block, circle(centre.0, centre.1, RADIUS - RING / 2.0), RED, RING);
    canvas.fill(block, star(centre, RADIUS * 0.32), RED);
    name(canvas, block, centre, text.body);
    if !text.below.is_empty() {
        let width = RADIUS * 0.95;
        let size = (width / width_of(text.below, 1.0)).min(mm(3.8));
        let mut line = single(text.below, size);
        line.letter_space(size * 0.08);
        let left = centre.0 - line.width / 2.0;
        for placed in &line.glyphs {
            let place = Transform::from_row(size, 0.0, 0.0, size, left + placed.x, centre.1 + RADIUS * 0.73);
            canvas.shape(block, placed.glyph, place, RED);
        }
    }
}

fn star(centre: (f32, f32), radius: f32) -> Option<krilla::geom::Path> {
    // The inner corners of a regular five-pointed star.
    let inner = radius * 0.381_966;
    let mut path = PathBuilder::new();
    for corner in 0_u8..10 {
        let reach = if corner % 2 == 0 { radius } else { inner };
        let angle = f32::from(corner) * PI / 5.0 - PI / 2.0;
        let (x, y) = (centre.0 + reach * angle.cos(), centre.1 + reach * angle.sin());
        if corner == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
    }
    path.close();
    path.finish()
}

/// Sets the name along the ring, heads outwards, centred on top: from lower left to lower right.
fn name(canvas: &mut Canvas, block: Block, centre: (f32, f32), body: &str) {
    let letters: Vec<_> = body.chars().filter_map(fonts::glyph).collect();
    if letters.is_empty() {
        return;
    }
    let count = letters.len() as f32;
    // Few characters stand wide apart, many close together and narrower.
    let step = (NAME_ARC / count).min(PI / 5.0);
    let height = mm(5.6).min(RADIUS * 0.3);
    let foot = RADIUS - RING - mm(1.0) - height;
    let chord = step * (foot + height * 0.45);
    let width = (chord * 0.92).min(height * 0.86);
    for (n, glyph) in letters.into_iter().enumerate() {
        let angle = (n as f32 - (count - 1.0) / 2.0) * step;
        let (sin, cos) = angle.sin_cos();
        // The glyph's own axes: x along the ring, y (up in the face) away from the centre.
        let (across, along) = (width / glyph.advance, height);
        let (dx, dy) = (-width / 2.0, -(foot + height * (1.0 - ASCENT)));
        let origin = (centre.0 + dx * cos - dy * sin, centre.1 + dx * sin + dy * cos);
        let place =
            Transform::from_row(across * cos, across * sin, -along * sin, along * cos, origin.0, origin.1);
        canvas.shape(block, glyph, place, RED);
    }
}
