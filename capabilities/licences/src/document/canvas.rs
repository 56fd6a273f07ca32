//! A page as a list of marks, and the list as a PDF. Layouts put marks on the canvas; nothing is written before all is placed.

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree,
};
use krilla::text::{GlyphId, KrillaGlyph};

use super::text::{Line, Placed};
use crate::fonts::{self, Glyph};

/// Millimetres in points.
pub(super) const fn mm(length: f32) -> f32 {
    length * 72.0 / 25.4
}

/// Width of an A4 page.
pub(super) const PAGE_WIDTH: f32 = mm(210.0);
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

enum Mark {
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
        place: Transform,
    },
    /// A glyph as a shape, placed freely: the text around a seal. Unit: one em.
    Shape {
        glyph: Glyph,
        place: Transform,
        colour: Colour,
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
            Mark::Fill { .. } | Mark::Stroke { .. } | Mark::Grid { .. } | Mark::Shape { .. } => None,
        };
        self.pages.iter().map(|page| page.iter().filter_map(text).collect()).collect()
    }
}

/// A document being laid out.
#[derive(Default)]
pub(super) struct Canvas {
    pages: Vec<Vec<(Block, Mark)>>,
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

    pub(super) fn fill(&mut self, block: Block, path: Option<Path>, colour: Colour) {
        if let Some(path) = path {
            self.put(block, Mark::Fill { path, colour });
        }
    }

    pub(super) fn stroke(&mut self, block: Block, path: Option<Path>, colour: Colour, width: f32) {
        if let Some(path) = path {
            self.put(block, Mark::Stroke { path, colour, width });
        }
    }

    pub(super) fn grid(&mut self, block: Block, path: Option<Path>, place: Transform) {
        if let Some(path) = path {
            self.put(block, Mark::Grid { path, place });
        }
    }

    pub(super) fn rule(&mut self, from: (f32, f32), to: (f32, f32), colour: Colour, width: f32) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        self.stroke(DECORATION, path.finish(), colour, width);
    }

    pub(super) fn shape(&mut self, block: Block, glyph: Glyph, place: Transform, colour: Colour) {
        self.put(block, Mark::Shape { glyph, place, colour });
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
        rule: FillRule::EvenOdd,
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
                surface.draw_path(path);
            }
            Self::Stroke { path, colour, width } => {
                surface.set_fill(None);
                surface.set_stroke(Some(stroke_of(*colour, *width)));
                surface.draw_path(path);
            }
            Self::Grid { path, place } => {
                surface.set_fill(None);
                surface.set_stroke(Some(stroke_of(BLACK, 1.0)));
                surface.push_transform(place);
                surface.draw_path(path);
                surface.pop();
            }
            Self::Shape { glyph, place, colour } => {
                surface.set_fill(Some(fill_of(*colour)));
                surface.set_stroke(None);
                surface.push_transform(place);
                let one =
                    [KrillaGlyph::new(GlyphId::new(glyph.id), glyph.advance, 0.0, 0.0, 0.0, 0..0, None)];
                surface.draw_glyphs(Point::from_xy(0.0, 0.0), &one, fonts::font(glyph.face), "", 1.0, true);
                surface.pop();
            }
        }
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
pub(super) fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(x, y, width, height)?);
    path.finish()
}

/// A circle of four Bézier arcs.
pub(super) fn circle(x: f32, y: f32, radius: f32) -> Option<Path> {
    // The distance of control points that keeps the error below 0.03 %.
    let c = radius * 0.552_285;
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.cubic_to(x + radius, y + c, x + c, y + radius, x, y + radius);
    path.cubic_to(x - c, y + radius, x - radius, y + c, x - radius, y);
    path.cubic_to(x - radius, y - c, x - c, y - radius, x, y - radius);
    path.cubic_to(x + c, y - radius, x + radius, y - c, x + radius, y);
    path.close();
    path.finish()
}
