//! A page as a list of marks, and the list as a PDF. Layouts put marks on the canvas; nothing is written before all is placed.
//! The same marks become the pages of an OFD file (`pages.rs`).

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Transform};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{GlyphId, KrillaGlyph};
use ofd::{Affine, FaceError, Path, SealDesign, Segment, Shape};

use super::text::{Line, Placed};
use crate::fonts;

/// Millimetres in points.
pub(super) const fn mm(length: f32) -> f32 {
    length * 72.0 / 25.4
}

/// Width of an A4 page.
pub(super) const PAGE_WIDTH: f32 = mm(210.0);
/// Diameter of a seal in millimetres: the size for bodies of counties and departments (国发〔1999〕25号).
pub(crate) const SEAL_DIAMETER: u32 = 42;
/// Its radius.
pub(super) const SEAL_RADIUS: f32 = mm(21.0);
/// Height of an A4 page.
pub(super) const PAGE_HEIGHT: f32 = mm(297.0);

/// A colour (red, green, blue).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

pub(super) const BLACK: Colour = Colour(0, 0, 0);
pub(super) const GREY: Colour = Colour(96, 96, 96);
pub(super) const PALE: Colour = Colour(244, 241, 236);
/// The red of seals and official heads.
pub(super) const RED: Colour = Colour(214, 18, 24);
/// The frame of certificates.
pub(super) const FRAME: Colour = Colour(158, 46, 36);

/// What a run of marks is for a reader who does not see the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    Title,
    Paragraph,
    Table,
    Row,
    /// Head of a column.
    Head,
    /// Head of a row.
    Label,
    Cell,
    /// A picture with its description.
    Figure(String),
}

/// A part of the document in reading order; `DECORATION` is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block(usize);

/// Frames, rules and repeated heads: not read aloud.
pub(super) const DECORATION: Block = Block(usize::MAX);

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pen {
    pub(super) colour: Colour,
    pub(super) bold: bool,
}

pub(super) const PLAIN: Pen = Pen { colour: BLACK, bold: false };
pub(super) const BOLD: Pen = Pen { colour: BLACK, bold: true };
pub(super) const SMALL: Pen = Pen { colour: GREY, bold: false };

pub(super) enum Mark {
    Text {
        line: Line,
        x: f32,
        baseline: f32,
        pen: Pen,
    },
    Fill {
        path: Path,
        colour: Colour,
    },
    Stroke {
        path: Path,
        colour: Colour,
        width: f32,
    },
    /// Black lines of width one in a grid of its own; small numbers keep a QR code small.
    Grid {
        path: Path,
        place: Affine,
    },
    /// The picture of a seal, in millimetres from its corner. Readers of OFD files draw it from the seal itself.
    Seal {
        shapes: Vec<Shape>,
        corner: (f32, f32),
    },
}

#[cfg(test)]
impl Canvas {
    /// The texts of each page: what, and where (left, top, right, bottom).
    pub(super) fn texts(&self) -> Vec<Vec<(String, [f32; 4])>> {
        let text = |(_, mark): &(Block, Mark)| match mark {
            Mark::Text { line, x, baseline, .. } => {
                let left = x + line.glyphs[0].x;
                let (top, bottom) = (baseline - line.size * 0.8, baseline + line.size * 0.1);
                Some((line.text(), [left, top, x + line.width, bottom]))
            }
            Mark::Fill { .. } | Mark::Stroke { .. } | Mark::Grid { .. } | Mark::Seal { .. } => None,
        };
        self.pages.iter().map(|page| page.iter().filter_map(text).collect()).collect()
    }
}

/// A document being laid out.
#[derive(Default)]
pub(super) struct Canvas {
    pub(super) pages: Vec<Vec<(Block, Mark)>>,
    blocks: Vec<(Role, Option<usize>)>,
}

impl Canvas {
    pub(super) fn start_page(&mut self) {
        self.pages.push(Vec::new());
    }

    pub(super) fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Opens a part of the document after all others.
    pub(super) fn block(&mut self, role: Role) -> Block {
        self.blocks.push((role, None));
        Block(self.blocks.len() - 1)
    }

    /// Opens a part inside another: a row of a table, a cell of a row.
    pub(super) fn block_in(&mut self, parent: Block, role: Role) -> Block {
        self.blocks.push((role, Some(parent.0)));
        Block(self.blocks.len() - 1)
    }

    /// How many parts are open; for [`Canvas::rewind`].
    pub(super) fn mark(&self) -> usize {
        self.blocks.len()
    }

    /// Forgets the parts opened since, when matter set on trial is set anew.
    pub(super) fn rewind(&mut self, mark: usize) {
        self.blocks.truncate(mark);
    }

    fn put(&mut self, block: Block, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push((block, mark));
        }
    }

    pub(super) fn put_on(&mut self, page: usize, draw: impl FnOnce(&mut Self)) {
        let later = self.pages.split_off(page + 1);
        draw(self);
        self.pages.extend(later);
    }

    pub(super) fn text(&mut self, block: Block, line: Line, x: f32, baseline: f32, pen: Pen) {
        if !line.glyphs.is_empty() {
            self.put(block, Mark::Text { line, x, baseline, pen });
        }
    }

    /// Text centred on `centre`.
    pub(super) fn centred(&mut self, block: Block, line: Line, centre: f32, baseline: f32, pen: Pen) {
        let x = centre - line.width / 2.0;
        self.text(block, line, x, baseline, pen);
    }

    pub(super) fn fill(&mut self, block: Block, path: Path, colour: Colour) {
        self.put(block, Mark::Fill { path, colour });
    }

    pub(super) fn stroke(&mut self, block: Block, path: Path, colour: Colour, width: f32) {
        self.put(block, Mark::Stroke { path, colour, width });
    }

    pub(super) fn grid(&mut self, block: Block, path: Path, place: Affine) {
        self.put(block, Mark::Grid { path, place });
    }

    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour, width: f32) {
        let path = Path::line(wide(from), wide(to));
        self.stroke(DECORATION, path, colour, width);
    }

    /// Draws the picture of a seal around its centre.
    pub(super) fn seal(
        &mut self,
        block: Block,
        design: &SealDesign<'_>,
        centre: (f32, f32),
    ) -> Result<(), FaceError> {
        let shapes = design.shapes(&*fonts::OFD_FACES)?;
        self.put(block, Mark::Seal { shapes, corner: (centre.0 - SEAL_RADIUS, centre.1 - SEAL_RADIUS) });
        Ok(())
    }

    /// Writes all pages into the PDF and tags them in reading order.
    pub(super) fn write(self, pdf: &mut krilla::Document) {
        let mut read: Vec<Vec<Identifier>> = vec![Vec::new(); self.blocks.len()];
        for marks in &self.pages {
            let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).expect("A4 has a size");
            let mut page = pdf.start_page_with(settings);
            let mut surface = page.surface();
            for run in marks.chunk_by(|before, after| before.0 == after.0) {
                let block = run[0].0;
                let tag = if block == DECORATION {
                    ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout))
                } else {
                    ContentTag::Other
                };
                let identifier = surface.start_tagged(tag);
                if let Some(identifiers) = read.get_mut(block.0) {
                    identifiers.push(identifier);
                }
                for (_, mark) in run {
                    mark.draw(&mut surface);
                }
                surface.end_tagged();
            }
            surface.finish();
            page.finish();
        }
        pdf.set_tag_tree(tag_tree(&self.blocks, read));
    }
}

fn tag_tree(blocks: &[(Role, Option<usize>)], read: Vec<Vec<Identifier>>) -> TagTree {
    let mut groups: Vec<Option<TagGroup>> = blocks
        .iter()
        .zip(read)
        .map(|((role, _), identifiers)| {
            let children: Vec<Node> = identifiers.into_iter().map(Node::from).collect();
            Some(TagGroup::with_children(role.tag(), children))
        })
        .collect();
    // Children were opened after their parent, so from the end every group is complete when it moves.
    let mut top = Vec::new();
    let mut inside: Vec<Vec<TagGroup>> = blocks.iter().map(|_| Vec::new()).collect();
    for n in (0..blocks.len()).rev() {
        let Some(mut group) = groups[n].take() else { continue };
        for child in std::mem::take(&mut inside[n]).into_iter().rev() {
            group.push(child);
        }
        match blocks[n].1 {
            Some(parent) => inside[parent].push(group),
            None => top.push(group),
        }
    }
    let mut tree = TagTree::new().with_lang(Some("zh-CN".into()));
    for group in top.into_iter().rev() {
        tree.push(group);
    }
    tree
}

impl Role {
    fn tag(&self) -> TagKind {
        match self {
            Self::Title => Tag::Hn(NonZeroU16::MIN, None).into(),
            Self::Paragraph => Tag::P.into(),
            Self::Table => Tag::Table.into(),
            Self::Row => Tag::TR.into(),
            Self::Head => Tag::TH(TableHeaderScope::Column).into(),
            Self::Label => Tag::TH(TableHeaderScope::Row).into(),
            Self::Cell => Tag::TD.into(),
            Self::Figure(alt) => Tag::Figure(Some(alt.clone())).into(),
        }
    }
}

fn fill_of(colour: Colour) -> Fill {
    let Colour(red, green, blue) = colour;
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}

fn stroke_of(colour: Colour, width: f32) -> Stroke {
    let Colour(red, green, blue) = colour;
    Stroke { paint: rgb::Color::new(red, green, blue).into(), width, ..Stroke::default() }
}

impl Mark {
    fn draw(&self, surface: &mut Surface<'_>) {
        match self {
            Self::Text { line, x, baseline, pen } => {
                surface.set_fill(Some(fill_of(pen.colour)));
                // The faces have one weight; a thin outline in the same colour makes heads heavier.
                surface.set_stroke(pen.bold.then(|| {
                    stroke_of(
                        pen.colour,
                        if line.size < 16.0 { line.size * 0.022 } else { line.size * 0.035 },
                    )
                }));
                draw_line(surface, line, *x, *baseline);
            }
            Self::Fill { path, colour } => {
                surface.set_fill(Some(fill_of(*colour)));
                surface.set_stroke(None);
                draw_path(surface, path);
            }
            Self::Stroke { path, colour, width } => {
                surface.set_fill(None);
                surface.set_stroke(Some(stroke_of(*colour, *width)));
                draw_path(surface, path);
            }
            Self::Grid { path, place } => {
                surface.set_fill(None);
                surface.set_stroke(Some(stroke_of(BLACK, 1.0)));
                let [xx, yx, xy, yy, dx, dy] = place.0.map(narrow);
                surface.push_transform(&Transform::from_row(xx, yx, xy, yy, dx, dy));
                draw_path(surface, path);
                surface.pop();
            }
            Self::Seal { shapes, corner } => {
                surface.push_transform(&Transform::from_row(mm(1.0), 0.0, 0.0, mm(1.0), corner.0, corner.1));
                let colour = |ofd::Colour(red, green, blue)| Colour(red, green, blue);
                for shape in shapes {
                    surface.set_fill(shape.fill.map(|fill| fill_of(colour(fill))));
                    surface
                        .set_stroke(shape.stroke.map(|(line, width)| stroke_of(colour(line), narrow(width))));
                    draw_path(surface, &shape.path);
                }
                surface.pop();
            }
        }
    }
}

/// Lengths are kept wide for OFD and drawn narrow in PDF.
#[expect(clippy::cast_possible_truncation, reason = "a length on a page has few digits")]
fn narrow(length: f64) -> f32 {
    length as f32
}

pub(super) fn wide((x, y): (f32, f32)) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

fn draw_path(surface: &mut Surface<'_>, path: &Path) {
    let mut builder = PathBuilder::new();
    for segment in &path.0 {
        let narrow = |(x, y): (f64, f64)| (narrow(x), narrow(y));
        match *segment {
            Segment::Move(to) => {
                let (x, y) = narrow(to);
                builder.move_to(x, y);
            }
            Segment::Line(to) => {
                let (x, y) = narrow(to);
                builder.line_to(x, y);
            }
            Segment::Quad(control, to) => {
                let ((cx, cy), (x, y)) = (narrow(control), narrow(to));
                builder.quad_to(cx, cy, x, y);
            }
            Segment::Cubic(one, two, to) => {
                let ((ax, ay), (bx, by), (x, y)) = (narrow(one), narrow(two), narrow(to));
                builder.cubic_to(ax, ay, bx, by, x, y);
            }
            Segment::Close => builder.close(),
        }
    }
    if let Some(path) = builder.finish() {
        surface.draw_path(&path);
    }
}

/// Draws a line, one run per face. The distance to the next glyph is its advance, so that filled lines need no other device.
fn draw_line(surface: &mut Surface<'_>, line: &Line, x: f32, baseline: f32) {
    for run in line.glyphs.chunk_by(|before, after| before.glyph.face == after.glyph.face) {
        let text: String = run.iter().map(|placed| placed.character).collect();
        let mut at = 0;
        let advance_of =
            |n: usize, placed: &Placed| run.get(n + 1).map_or(placed.advance, |next| next.x - placed.x);
        let glyphs: Vec<KrillaGlyph> = run
            .iter()
            .enumerate()
            .map(|(n, placed)| {
                let range = at..at + placed.character.len_utf8();
                at = range.end;
                let advance = advance_of(n, placed) / line.size;
                KrillaGlyph::new(GlyphId::new(placed.glyph.id), advance, 0.0, 0.0, 0.0, range, None)
            })
            .collect();
        let start = Point::from_xy(x + run[0].x, baseline);
        surface.draw_glyphs(start, &glyphs, fonts::font(run[0].glyph.face), &text, line.size, false);
    }
}

/// A rectangle.
pub(super) fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Path {
    Path::rectangle(f64::from(x), f64::from(y), f64::from(width), f64::from(height))
}
