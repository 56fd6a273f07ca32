//! Faces (字体): glyphs, their outlines, and subsets that a reader can use without any font of its own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, MetadataProvider as _};
use subsetter::GlyphRemapper;
use write_fonts::FontBuilder;
use write_fonts::tables::cmap::Cmap;
use write_fonts::types::Tag;

use crate::path::{Path, Segment};

/// Why a face cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaceError {
    /// Not an OpenType face.
    #[error("the font cannot be read")]
    Unreadable,
    /// A name that cannot be one of a file.
    #[error("{0:?}: not a name for a font")]
    Name(String),
    /// The parts that are needed cannot be taken out.
    #[error("no subset of the font can be made: {0}")]
    Subset(String),
    /// A character has no glyph.
    #[error("the font has no glyph for {0:?}")]
    MissingGlyph(char),
}

/// A glyph of a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Number in the face.
    pub id: u16,
    /// Width in em.
    pub advance: f64,
}

/// A face of a document. Cheap to clone when it is built into the program.
#[derive(Clone)]
pub struct Face {
    name: String,
    bytes: Cow<'static, [u8]>,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Face").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Face {
    /// Reads a TrueType or CFF face (not a collection). `name` is what documents call it and its file: letters and
    /// digits.
    pub fn new(name: &str, bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, FaceError> {
        let bytes = bytes.into();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(FaceError::Name(name.to_owned()));
        }
        FontRef::new(&bytes).map_err(|_form| FaceError::Unreadable)?;
        Ok(Self { name: name.to_owned(), bytes })
    }

    /// What documents call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The glyph of a character.
    pub fn glyph(&self, character: char) -> Result<Glyph, FaceError> {
        let missing = FaceError::MissingGlyph(character);
        let font = FontRef::new(&self.bytes).map_err(|_form| FaceError::Unreadable)?;
        let id = font.charmap().map(character).filter(|id| id.to_u32() != 0).ok_or(missing.clone())?;
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let units = font.metrics(Size::unscaled(), LocationRef::default()).units_per_em;
        let advance = metrics.advance_width(id).ok_or(missing.clone())?;
        let id = u16::try_from(id.to_u32()).map_err(|_wide| missing)?;
        Ok(Glyph { id, advance: f64::from(advance) / f64::from(units.max(1)) })
    }

    /// The outline of a character; unit one em, origin on the baseline, y upwards.
    pub fn outline(&self, character: char) -> Result<Path, FaceError> {
        let glyph = self.glyph(character)?;
        let font = FontRef::new(&self.bytes).map_err(|_form| FaceError::Unreadable)?;
        let missing = FaceError::MissingGlyph(character);
        let outline = font.outline_glyphs().get(skrifa::GlyphId::from(glyph.id)).ok_or(missing.clone())?;
        let mut pen = Pen(Path::default());
        let settings = DrawSettings::unhinted(Size::new(1.0), LocationRef::default());
        outline.draw(settings, &mut pen).map_err(|_form| missing)?;
        Ok(pen.0)
    }

    /// A font file with the glyphs of these characters only. Unlike a subset for PDF it has a table of characters, so
    /// that readers find glyphs by the text, and the tables without which browsers refuse a font.
    pub fn subset(&self, characters: impl IntoIterator<Item = char>) -> Result<Vec<u8>, FaceError> {
        let mut wanted = BTreeMap::new();
        for character in characters {
            wanted.insert(character, self.glyph(character)?.id);
        }
        let mut remapper = GlyphRemapper::new();
        let mapped: Vec<(char, skrifa::GlyphId)> = wanted
            .into_iter()
            .map(|(character, id)| (character, skrifa::GlyphId::from(remapper.remap(id))))
            .collect();
        let failed = |why: String| FaceError::Subset(why);
        let subset =
            subsetter::subset(&self.bytes, 0, &remapper).map_err(|error| failed(error.to_string()))?;
        let subset = FontRef::new(&subset).map_err(|_form| FaceError::Unreadable)?;
        let original = FontRef::new(&self.bytes).map_err(|_form| FaceError::Unreadable)?;
        let cmap = Cmap::from_mappings(mapped.into_iter().map(|(c, id)| (c, id.to_u32().into())))
            .map_err(|error| failed(error.to_string()))?;
        let mut builder = FontBuilder::new();
        builder.add_table(&cmap).map_err(|error| failed(error.to_string()))?;
        let os2 = Tag::new(b"OS/2");
        if let Some(data) = original.table_data(os2) {
            builder.add_raw(os2, data.as_bytes().to_vec());
        }
        // Names of glyphs are of no use here; this version of the table has none (OpenType, post, version 3.0).
        builder.add_raw(Tag::new(b"post"), POST_WITHOUT_NAMES.to_vec());
        builder.copy_missing_tables(subset);
        Ok(builder.build())
    }

    /// The ending of its files.
    pub(crate) fn extension(&self) -> &'static str {
        if self.bytes.starts_with(b"OTTO") { "otf" } else { "ttf" }
    }
}

const POST_WITHOUT_NAMES: [u8; 32] = {
    let mut table = [0; 32];
    table[1] = 3;
    table
};

struct Pen(Path);

impl Pen {
    fn add(&mut self, segment: Segment) {
        self.0.0.push(segment);
    }
}

fn point(x: f32, y: f32) -> (f64, f64) {
    (f64::from(x), f64::from(y))
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.add(Segment::Move(point(x, y)));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add(Segment::Line(point(x, y)));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.add(Segment::Quad(point(cx, cy), point(x, y)));
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.add(Segment::Cubic(point(cx0, cy0), point(cx1, cy1), point(x, y)));
    }

    fn close(&mut self) {
        self.add(Segment::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{regular, supplement};

    #[test]
    fn a_subset_is_small_and_finds_its_glyphs_by_text() {
        for (face, text, most) in
            [(regular(), "社会团体法人登记证书2026", 20_000), (supplement(), "𠮷김", 20_000)]
        {
            let subset = face.subset(text.chars()).unwrap();
            assert!(subset.len() < most, "{} bytes", subset.len());
            let read = Face::new("subset", subset.clone()).unwrap();
            for character in text.chars() {
                let (ours, whole) = (read.glyph(character).unwrap(), face.glyph(character).unwrap());
                assert!((ours.advance - whole.advance).abs() < 1e-6, "{character}");
                assert_eq!(read.outline(character).unwrap(), face.outline(character).unwrap(), "{character}");
            }
            assert!(read.glyph('无').is_err());
            assert_eq!(face.subset(text.chars().rev()).unwrap(), subset, "order and repeats do not matter");
        }
    }

    #[test]
    fn what_is_no_font_or_lacks_a_character_is_refused() {
        assert_eq!(Face::new("x", b"not a font".as_slice()).unwrap_err(), FaceError::Unreadable);
        for name in ["", "a b", "a-b", "../x", "宋体"] {
            assert_eq!(Face::new(name, b"".as_slice()).unwrap_err(), FaceError::Name(name.into()));
        }
        assert_eq!(regular().subset(['\u{323af}']).unwrap_err(), FaceError::MissingGlyph('\u{323af}'));
    }
}
