//! Vector paths (矢量路径) in millimetres, and their two spellings: OFD's abbreviated data (GB/T 33190-2016, 9.1) and SVG's.

use std::fmt::Write as _;

/// A point: right and down from the upper left corner.
pub type Point = (f64, f64);

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// Goes to a point without drawing.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A quadratic Bézier curve: control point, end.
    Quad(Point, Point),
    /// A cubic Bézier curve: two control points, end.
    Cubic(Point, Point, Point),
    /// Back to where the figure began.
    Close,
}

/// A path of any number of figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path(pub Vec<Segment>);

/// A colour (red, green, blue).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// A path with its paint.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The outline.
    pub path: Path,
    /// Colour of the inside, by the non-zero rule, as outlines of fonts need it.
    pub fill: Option<Colour>,
    /// Colour and width of the line.
    pub stroke: Option<(Colour, f64)>,
}

/// An affine map: `x' = a x + c y + e`, `y' = b x + d y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine(pub [f64; 6]);

impl Affine {
    /// Where a point goes.
    pub fn apply(&self, (x, y): Point) -> Point {
        let [xx, yx, xy, yy, dx, dy] = self.0;
        (xx * x + xy * y + dx, yx * x + yy * y + dy)
    }
}

impl Path {
    /// A rectangle.
    pub fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self(vec![
            Segment::Move((x, y)),
            Segment::Line((x + width, y)),
            Segment::Line((x + width, y + height)),
            Segment::Line((x, y + height)),
            Segment::Close,
        ])
    }

    /// A circle of four Bézier arcs.
    pub fn circle((x, y): Point, radius: f64) -> Self {
        // The distance of control points that keeps the error below 0.03 %.
        let c = radius * 0.552_285;
        let (left, right, top, foot) = (x - radius, x + radius, y - radius, y + radius);
        Self(vec![
            Segment::Move((right, y)),
            Segment::Cubic((right, y + c), (x + c, foot), (x, foot)),
            Segment::Cubic((x - c, foot), (left, y + c), (left, y)),
            Segment::Cubic((left, y - c), (x - c, top), (x, top)),
            Segment::Cubic((x + c, top), (right, y - c), (right, y)),
            Segment::Close,
        ])
    }

    /// A straight line.
    pub fn line(from: Point, to: Point) -> Self {
        Self(vec![Segment::Move(from), Segment::Line(to)])
    }

    /// The path mapped.
    #[must_use]
    pub fn transformed(&self, map: &Affine) -> Self {
        let step = |segment: &Segment| match *segment {
            Segment::Move(to) => Segment::Move(map.apply(to)),
            Segment::Line(to) => Segment::Line(map.apply(to)),
            Segment::Quad(control, to) => Segment::Quad(map.apply(control), map.apply(to)),
            Segment::Cubic(one, two, to) => Segment::Cubic(map.apply(one), map.apply(two), map.apply(to)),
            Segment::Close => Segment::Close,
        };
        Self(self.0.iter().map(step).collect())
    }

    /// Left, top, right and bottom of all points, control points included; `None` for an empty path.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let points = self.0.iter().flat_map(|segment| match *segment {
            Segment::Move(to) | Segment::Line(to) => vec![to],
            Segment::Quad(control, to) => vec![control, to],
            Segment::Cubic(one, two, to) => vec![one, two, to],
            Segment::Close => Vec::new(),
        });
        points.fold(None, |bounds, (x, y)| {
            let [left, top, right, bottom] = bounds.unwrap_or([x, y, x, y]);
            Some([left.min(x), top.min(y), right.max(x), bottom.max(y)])
        })
    }

    /// The path as OFD writes it.
    pub(crate) fn abbreviated(&self) -> String {
        self.written(["M", "L", "Q", "B", "C"])
    }

    /// The path as SVG writes it.
    pub(crate) fn svg(&self) -> String {
        self.written(["M", "L", "Q", "C", "Z"])
    }

    fn written(&self, [start, line, quad, cubic, close]: [&str; 5]) -> String {
        let mut out = String::new();
        for segment in &self.0 {
            let (letter, points) = match *segment {
                Segment::Move(to) => (start, vec![to]),
                Segment::Line(to) => (line, vec![to]),
                Segment::Quad(control, to) => (quad, vec![control, to]),
                Segment::Cubic(one, two, to) => (cubic, vec![one, two, to]),
                Segment::Close => (close, Vec::new()),
            };
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(letter);
            for (x, y) in points {
                // Writing to a string cannot fail.
                let _ = write!(out, " {} {}", number(x), number(y));
            }
        }
        out
    }
}

/// A length in millimetres with at most four decimals; a tenth of a micrometre is finer than any printer.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_negative_zero() {
        assert_eq!(
            [0.0, -0.000_01, 1.5, 2.0, 1.0 / 3.0, -7.25].map(number).join(" "),
            "0 0 1.5 2 0.3333 -7.25"
        );
    }

    #[test]
    fn the_two_spellings_name_curves_and_closing_differently() {
        let path = Path(vec![
            Segment::Move((0.0, 0.0)),
            Segment::Cubic((1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),
            Segment::Quad((2.0, 2.0), (3.0, 0.5)),
            Segment::Close,
        ]);
        assert_eq!(path.abbreviated(), "M 0 0 B 1 0 1 1 0 1 Q 2 2 3 0.5 C");
        assert_eq!(path.svg(), "M 0 0 C 1 0 1 1 0 1 Q 2 2 3 0.5 Z");
    }

    #[test]
    fn a_circle_fills_its_bounds_and_moves_with_them() {
        let circle = Path::circle((10.0, 20.0), 5.0);
        assert_eq!(circle.bounds(), Some([5.0, 15.0, 15.0, 25.0]));
        let moved = circle.transformed(&Affine([2.0, 0.0, 0.0, 1.0, 1.0, -5.0]));
        assert_eq!(moved.bounds(), Some([11.0, 10.0, 31.0, 20.0]));
        assert_eq!(Path::default().bounds(), None);
    }
}
