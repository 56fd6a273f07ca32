//! The drawn seal (印章图样): ring, star, the body's name along the ring, as official seals look (国发〔1999〕25号).
//! It is a picture only; what counts is the signature.

use std::f64::consts::{PI, TAU};
use std::fmt::Write as _;

use jiff::civil::Date;

use crate::document::{Document, Mark, Page, WriteError};
use crate::face::{Face, FaceError, Glyph};
use crate::package::PackageError;
use crate::path::{Affine, Colour, Path, Point, Segment, Shape, number};
use crate::ses::Picture;

/// The red of seals.
const RED: Colour = Colour(214, 18, 24);
/// Width of the thin line around letters and star, in millimetres.
const LINE: f64 = 0.1;
/// The name fills at most this part of the circle.
const NAME_ARC: f64 = TAU * 0.75;
/// The square of a Han character reaches so far above the baseline, in em.
const ASCENT: f64 = 0.88;

/// A seal cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DesignError {
    /// A character.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// The picture's file.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The picture's file.
    #[error(transparent)]
    Package(#[from] PackageError),
}

/// A round official seal (圆形公章).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SealDesign<'a> {
    /// Name of the body, along the ring.
    pub body: &'a str,
    /// Under the star, straight, such as 电子证照专用章; empty for none.
    pub below: &'a str,
    /// Number of the seal (印章编码), along the foot of the ring; empty for none.
    pub number: &'a str,
    /// Diameter in whole millimetres: 42 for bodies of counties and departments.
    pub diameter: u32,
}

/// A character ready to be placed: its outline in em, and its width.
struct Letter {
    outline: Path,
    glyph: Glyph,
}

impl SealDesign<'_> {
    /// The shapes of the seal in a square whose upper left corner is the origin. A character is taken from the first
    /// of the faces that has it.
    pub fn shapes(&self, faces: &[Face]) -> Result<Vec<Shape>, FaceError> {
        let radius = f64::from(self.diameter) / 2.0;
        let scale = radius / 21.0;
        let ring = 1.2 * scale;
        let centre = (radius, radius);
        let mut shapes = vec![
            Shape { path: Path::circle(centre, radius - ring / 2.0), fill: None, stroke: Some((RED, ring)) },
            filled(star(centre, radius * 0.32)),
        ];
        let body = letters(faces, self.body)?;
        let height = 5.6 * scale;
        arc(&mut shapes, &body, centre, (radius - ring - scale - height, height), NAME_ARC, Side::Head);
        let digits = letters(faces, self.number)?;
        let height = 2.2 * scale;
        let arc_free = TAU - NAME_ARC - 0.2;
        arc(&mut shapes, &digits, centre, (radius - ring - 0.8 * scale, height), arc_free, Side::Foot);
        let below = letters(faces, self.below)?;
        let natural: f64 = below.iter().map(|letter| letter.glyph.advance * 1.08).sum();
        let size = (radius * 0.95 / natural.max(0.1)).min(3.8 * scale);
        let mut left = radius - natural * size / 2.0;
        // The number takes the foot of the ring.
        let baseline = radius * if self.number.is_empty() { 1.73 } else { 1.58 };
        for letter in &below {
            let place = Affine([size, 0.0, 0.0, -size, left, baseline]);
            shapes.push(filled(letter.outline.transformed(&place)));
            left += letter.glyph.advance * 1.08 * size;
        }
        Ok(shapes)
    }

    /// The seal as a picture of the kind `ofd`: a package with one page of vectors.
    pub fn to_ofd(&self, faces: &[Face]) -> Result<Picture, DesignError> {
        let side = f64::from(self.diameter);
        let marks = self.shapes(faces)?.into_iter().map(Mark::Shape).collect();
        let document = Document {
            identity: format!("seal {} {} {}", self.body, self.below, self.number),
            title: self.body.to_owned(),
            author: String::new(),
            // The same seal gives the same bytes whenever it is drawn.
            created: Date::constant(2000, 1, 1),
            faces: Vec::new(),
            pages: vec![Page { width: side, height: side, marks }],
            attachments: Vec::new(),
        };
        let data = document.write()?.write()?;
        Ok(Picture { kind: "ofd".into(), data, width: self.diameter, height: self.diameter })
    }

    /// The seal as SVG, for showing it on a web page.
    pub fn to_svg(&self, faces: &[Face]) -> Result<String, FaceError> {
        let side = self.diameter;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}mm\" height=\"{side}mm\" viewBox=\"0 0 {side} {side}\">"
        );
        let css = |Colour(red, green, blue): Colour| format!("rgb({red} {green} {blue})");
        for shape in self.shapes(faces)? {
            let fill = shape.fill.map_or("none".to_owned(), css);
            let stroke = shape.stroke.map_or_else(String::new, |(colour, width)| {
                format!(" stroke=\"{}\" stroke-width=\"{}\"", css(colour), number(width))
            });
            // Writing to a string cannot fail.
            let _ = write!(svg, "<path fill=\"{fill}\"{stroke} d=\"{}\"/>", shape.path.svg());
        }
        svg.push_str("</svg>");
        Ok(svg)
    }
}

/// A thin line in the same colour makes letters as heavy as on a real seal, and shows them to readers that draw only the
/// lines of a seal.
fn filled(path: Path) -> Shape {
    Shape { path, fill: Some(RED), stroke: Some((RED, LINE)) }
}

fn letters(faces: &[Face], text: &str) -> Result<Vec<Letter>, FaceError> {
    text.chars()
        .map(|character| {
            let found = faces.iter().find_map(|face| {
                let glyph = face.glyph(character).ok()?;
                Some(Letter { outline: face.outline(character).ok()?, glyph })
            });
            found.ok_or(FaceError::MissingGlyph(character))
        })
        .collect()
}

fn star(centre: Point, radius: f64) -> Path {
    // The inner corners of a regular five-pointed star.
    let inner = radius * 0.381_966;
    let mut path = Path::default();
    for corner in 0_u8..10 {
        let reach = if corner % 2 == 0 { radius } else { inner };
        let angle = f64::from(corner) * PI / 5.0 - PI / 2.0;
        let to = (centre.0 + reach * angle.cos(), centre.1 + reach * angle.sin());
        path.0.push(if corner == 0 { Segment::Move(to) } else { Segment::Line(to) });
    }
    path.0.push(Segment::Close);
    path
}

/// Which half of the ring a text stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Above, heads outwards, clockwise.
    Head,
    /// Below, heads inwards, so that it reads from left to right.
    Foot,
}

/// Sets letters along a circle, centred on top or at the foot. `foot` is the radius of their feet.
fn arc(
    shapes: &mut Vec<Shape>,
    letters: &[Letter],
    centre: Point,
    (foot, height): (f64, f64),
    most: f64,
    side: Side,
) {
    let count = f64::from(u32::try_from(letters.len()).unwrap_or(u32::MAX)).max(1.0);
    // Few characters stand wide apart, many close together and narrower; digits keep the distance of their height.
    let widest = if side == Side::Head { PI / 5.0 } else { height * 0.75 / foot };
    let step = (most / count).min(widest);
    let chord = step * (foot + if side == Side::Head { height * 0.45 } else { -height * 0.45 });
    let width = (chord * 0.92).min(height * 0.86);
    let mut position = -(count - 1.0) / 2.0;
    for letter in letters {
        let angle = position * step;
        position += 1.0;
        let across = width / letter.glyph.advance.max(0.1);
        // Left end of the letter's foot as seen by the letter: x along the ring, y away from the centre.
        let (turn, out) = match side {
            Side::Head => (angle, foot + height * (1.0 - ASCENT)),
            Side::Foot => (-angle, -foot + height * (1.0 - ASCENT)),
        };
        let (sin, cos) = turn.sin_cos();
        let (dx, dy) = (-width / 2.0, -out);
        let origin = (centre.0 + dx * cos - dy * sin, centre.1 + dx * sin + dy * cos);
        // The face's y points up, the page's down.
        let place = Affine([across * cos, across * sin, height * sin, -height * cos, origin.0, origin.1]);
        shapes.push(filled(letter.outline.transformed(&place)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{regular, supplement};

    const DESIGN: SealDesign<'_> = SealDesign {
        body: "长沙市民政局（演示）",
        below: "电子证照专用章",
        number: "4301000012345",
        diameter: 42,
    };

    #[test]
    fn everything_stays_inside_the_ring_and_names_do_not_touch_the_star() {
        for body in ["民政局", "长沙市民政局", "湖南省长沙市芙蓉区人民政府行政审批服务局政务服务中心"]
        {
            let design = SealDesign { body, ..DESIGN };
            let shapes = design.shapes(&[regular()]).unwrap();
            assert_eq!(shapes.len(), 2 + body.chars().count() + 7 + 13);
            let name = shapes.iter().skip(2).take(body.chars().count());
            for shape in name {
                for segment in &shape.path.0 {
                    if let Segment::Line(to) | Segment::Move(to) = segment {
                        let distance = (to.0 - 21.0).hypot(to.1 - 21.0);
                        assert!((10.0..19.8).contains(&distance), "{body}: {distance}");
                    }
                }
            }
            let mut sides = shapes.iter().filter_map(|shape| shape.path.bounds()).flatten();
            assert!(sides.all(|side| (0.0..=42.0).contains(&side)), "{body}");
        }
    }

    #[test]
    fn a_seal_is_the_same_whenever_it_is_drawn() {
        let picture = DESIGN.to_ofd(&[regular()]).unwrap();
        assert_eq!(picture, DESIGN.to_ofd(&[regular()]).unwrap());
        assert!(picture.data.len() < 20_000, "{}", picture.data.len());
        let package = crate::Package::read(&picture.data).unwrap();
        assert_eq!(crate::read::structure(&package).unwrap().pages.len(), 1);
        let svg = DESIGN.to_svg(&[regular()]).unwrap();
        assert_eq!(svg.matches("<path").count(), 2 + 10 + 7 + 13);
    }

    #[test]
    fn rare_characters_come_from_the_second_face_and_unknown_ones_are_refused() {
        let design = SealDesign { body: "𠮷林", ..DESIGN };
        assert_eq!(design.shapes(&[regular()]).unwrap_err(), FaceError::MissingGlyph('𠮷'));
        assert!(design.shapes(&[regular(), supplement()]).is_ok());
    }
}
