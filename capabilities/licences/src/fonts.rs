//! The two faces that documents are set in (字体), and which of them draws a character.
//!
//! Both are built into the program (`fonts/README.md`: source and licence). Chinese needs no shaping, so a character is
//! looked up and placed; characters that would need shaping count as missing rather than being drawn wrongly.

use std::sync::LazyLock;

use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

static REGULAR: &[u8] = include_bytes!("../fonts/NotoSansSC-Regular.ttf");
static SUPPLEMENT: &[u8] = include_bytes!("../fonts/NotoSansCJKsc-Supplement.otf");

/// Height of capital letters and of the body of a Chinese character above the baseline, in em.
pub(crate) const ASCENT: f32 = 0.88;

/// Both faces as files, with a name, in the order in which a character is looked for: for whoever draws by other means.
pub fn face_files() -> [(&'static str, &'static [u8]); 2] {
    [("NotoSansSC", REGULAR), ("NotoSansCJKsc", SUPPLEMENT)]
}

struct Face {
    charmap: skrifa::charmap::Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units_per_em: f32,
    font: krilla::text::Font,
}

static FACES: LazyLock<[Face; 2]> = LazyLock::new(|| {
    [REGULAR, SUPPLEMENT].map(|bytes| {
        let reader = FontRef::new(bytes).expect("the built-in font is readable");
        let font = krilla::text::Font::new(bytes.into(), 0).expect("the built-in font is readable");
        Face {
            charmap: reader.charmap(),
            metrics: reader.glyph_metrics(Size::unscaled(), LocationRef::default()),
            units_per_em: font.units_per_em(),
            font,
        }
    })
});

/// The faces in the form that OFD files embed, in the same order.
pub(crate) static OFD_FACES: LazyLock<[ofd::Face; 2]> = LazyLock::new(|| {
    [("NotoSansSC", REGULAR), ("NotoSansCJKsc", SUPPLEMENT)]
        .map(|(name, bytes)| ofd::Face::new(name, bytes).expect("the built-in font is readable"))
});

/// How a character is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// Which of the faces.
    pub(crate) face: usize,
    /// Number in that face.
    pub(crate) id: u32,
    /// Width in em.
    pub(crate) advance: f32,
}

/// The glyph of a character, if either face has one.
pub(crate) fn glyph(character: char) -> Option<Glyph> {
    if needs_shaping(character) {
        return None;
    }
    FACES.iter().enumerate().find_map(|(face, font)| {
        let id = font.charmap.map(character).filter(|id| id.to_u32() != 0)?;
        let advance = font.metrics.advance_width(id)? / font.units_per_em;
        Some(Glyph { face, id: id.to_u32(), advance })
    })
}

/// The face in the form that krilla embeds.
pub(crate) fn font(face: usize) -> krilla::text::Font {
    FACES[face].font.clone()
}

/// Combining marks are placed on their neighbour by a shaping engine, control and private characters mean
/// nothing on paper, and a soft hyphen would be drawn where nobody wants it.
fn needs_shaping(character: char) -> bool {
    matches!(character,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}'
        | '\u{302a}'..='\u{302f}' | '\u{3099}' | '\u{309a}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}')
}

/// A character that neither face has: the document is not issued (缺字).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: no glyph for {character:?} (U+{code_point:04X})")]
pub struct MissingGlyph {
    /// Where the character stands, such as `holder.name`.
    pub field: String,
    /// The character.
    pub character: char,
    /// Its code point.
    pub code_point: u32,
}

/// Whether every character of a text can be drawn; line breaks are none.
pub fn check_glyphs(field: &str, text: &str) -> Result<(), MissingGlyph> {
    match text.chars().find(|c| *c != '\n' && glyph(*c).is_none()) {
        None => Ok(()),
        Some(character) => {
            Err(MissingGlyph { field: field.to_owned(), character, code_point: u32::from(character) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_face_has_what_the_first_lacks() {
        assert_eq!(glyph('张').map(|g| g.face), Some(0));
        for common in "㛃䶮龘燚·—…〔〕《》￥¥％℃，。、；：？！“”‘’（）abcXYZ0123456789".chars()
        {
            assert_eq!(glyph(common).map(|g| g.face), Some(0), "{common}");
        }
        for rare in "𠮷𫍣𬱖김".chars().filter(|c| glyph(*c).is_some_and(|g| g.face == 1)) {
            assert!(glyph(rare).is_some_and(|g| g.advance > 0.9), "{rare}");
        }
        assert_eq!(glyph('𠮷').map(|g| g.face), Some(1));
        assert_eq!(glyph('김').map(|g| g.face), Some(1));
    }

    #[test]
    fn a_missing_character_is_named_with_its_field() {
        assert_eq!(check_glyphs("holder.name", "张\n三"), Ok(()));
        // U+323AF is the last character of Extension H, outside both faces; the others need shaping.
        for (text, missing) in
            [("张\u{323af}", 0x323AF), ("e\u{301}", 0x301), ("a\tb", 9), ("བོད", 0xF56), ("😀", 0x1F600)]
        {
            let error = check_glyphs("lines[1]", text).unwrap_err();
            assert_eq!((error.field.as_str(), error.code_point), ("lines[1]", missing));
        }
        let text = check_glyphs("holder.name", "\u{323af}").unwrap_err().to_string();
        assert!(text.contains("holder.name") && text.contains("U+323AF"), "{text}");
    }

    #[test]
    fn chinese_characters_are_one_em_wide() {
        for c in "国，。（）".chars() {
            assert!((glyph(c).unwrap().advance - 1.0).abs() < 0.001, "{c}");
        }
        assert!(glyph('1').unwrap().advance < 0.6);
    }
}
