//! Writing: pages of text and shapes become the files of a package (GB/T 33190-2016, clauses 7 and 8).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use guomi::sm3;
use jiff::civil::Date;

use crate::face::{Face, FaceError};
use crate::package::Package;
use crate::path::{Colour, Point, Shape, number};
use crate::xml::{escaped, file};

/// Where the one document of a package lies.
pub(crate) const FOLDER: &str = "Doc_0";
/// The part of a glyph's square above the baseline, in em.
const ASCENT: f64 = 0.88;

/// Why a document cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A font.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// A text names a face that the document does not have.
    #[error("the document has no face {0}")]
    NoFace(usize),
    /// Two faces of one name would be one file.
    #[error("two fonts with the name {0}")]
    SameFace(String),
    /// A document has at least one page.
    #[error("the document has no page")]
    NoPage,
    /// An attachment whose name is not a plain file name.
    #[error("{0}: not a file name")]
    AttachmentName(String),
}

/// A line of text with a place for each character.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Which face of the document.
    pub face: usize,
    /// Size in millimetres.
    pub size: f64,
    /// Colour.
    pub colour: Colour,
    /// Heavier than the face is.
    pub bold: bool,
    /// Start of the baseline, in millimetres.
    pub origin: Point,
    /// Each character with its distance from the start, in millimetres.
    pub characters: Vec<(char, f64)>,
}

/// Something on a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// Text.
    Text(Text),
    /// A shape.
    Shape(Shape),
}

/// A page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Width in millimetres.
    pub width: f64,
    /// Height in millimetres.
    pub height: f64,
    /// What is on it, from below to above.
    pub marks: Vec<Mark>,
}

/// A file that goes with the document (附件).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name with its ending, ASCII.
    pub name: String,
    /// Content.
    pub content: Vec<u8>,
}

/// A document to be written (版式文档).
#[derive(Debug, Clone)]
pub struct Document {
    /// What tells it from every other; its digest becomes the DocID.
    pub identity: String,
    /// Title.
    pub title: String,
    /// Who issues it.
    pub author: String,
    /// Day of creation.
    pub created: Date,
    /// Faces that texts refer to by their place in this list.
    pub faces: Vec<Face>,
    /// Pages.
    pub pages: Vec<Page>,
    /// Attachments.
    pub attachments: Vec<Attachment>,
}

/// Hands out object identifiers: every object of a document has its own.
#[derive(Default)]
struct Ids(u32);

impl Ids {
    fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

impl Document {
    /// The files of the document. The same input gives the same bytes.
    pub fn write(&self) -> Result<Package, WriteError> {
        if self.pages.is_empty() {
            return Err(WriteError::NoPage);
        }
        for (n, face) in self.faces.iter().enumerate() {
            if self.faces.iter().skip(n + 1).any(|other| other.name() == face.name()) {
                return Err(WriteError::SameFace(face.name().to_owned()));
            }
        }
        let mut package = Package::default();
        let mut ids = Ids::default();
        let mut put = |name: String, content: Vec<u8>| package.files.insert(name, content);
        let fonts: Vec<u32> = self.faces.iter().map(|_| ids.next()).collect();
        put("OFD.xml".into(), self.entry());
        let mut fonts_xml = String::new();
        for (index, face) in self.faces.iter().enumerate() {
            let used = self.used(index);
            if used.is_empty() {
                continue;
            }
            // Some readers know a font by the name of its file.
            let name = format!("{}.{}", face.name(), face.extension());
            let id = fonts.get(index).ok_or(WriteError::NoFace(index))?;
            let shown = face.name();
            let _ = write!(
                fonts_xml,
                "<ofd:Font ID=\"{id}\" FontName=\"{shown}\" FamilyName=\"{shown}\" Charset=\"unicode\"><ofd:FontFile>{name}</ofd:FontFile></ofd:Font>"
            );
            put(format!("{FOLDER}/Res/{name}"), face.subset(used)?);
        }
        let resources = format!("<ofd:Fonts>{fonts_xml}</ofd:Fonts>");
        put(format!("{FOLDER}/PublicRes.xml"), file("Res", " BaseLoc=\"Res\"", &resources));
        let mut pages_xml = String::new();
        for (index, page) in self.pages.iter().enumerate() {
            let id = ids.next();
            let content = page_content(page, &fonts, &mut ids)?;
            let path = format!("Pages/Page_{index}/Content.xml");
            let _ = write!(pages_xml, "<ofd:Page ID=\"{id}\" BaseLoc=\"{path}\"/>");
            put(format!("{FOLDER}/{path}"), content);
        }
        let mut attached = String::new();
        for attachment in &self.attachments {
            let id = ids.next();
            put(format!("{FOLDER}/Attachs/{}", attachment.name), attachment.content.clone());
            attached.push_str(&self.attachment(id, attachment)?);
        }
        if !attached.is_empty() {
            put(format!("{FOLDER}/Attachs/Attachments.xml"), file("Attachments", "", &attached));
        }
        put(format!("{FOLDER}/Document.xml"), self.root(&pages_xml, ids.0));
        Ok(package)
    }

    /// `OFD.xml`, where every reader begins.
    fn entry(&self) -> Vec<u8> {
        let id = hex::encode(sm3::digest(self.identity.as_bytes()).get(..16).unwrap_or_default());
        let content = format!(
            "<ofd:DocBody><ofd:DocInfo><ofd:DocID>{id}</ofd:DocID><ofd:Title>{}</ofd:Title><ofd:Author>{}</ofd:Author>\
             <ofd:CreationDate>{date}</ofd:CreationDate><ofd:ModDate>{date}</ofd:ModDate><ofd:Creator>Tongban</ofd:Creator>\
             </ofd:DocInfo><ofd:DocRoot>{FOLDER}/Document.xml</ofd:DocRoot></ofd:DocBody>",
            escaped(&self.title),
            escaped(&self.author),
            date = self.created,
        );
        file("OFD", " Version=\"1.0\" DocType=\"OFD\"", &content)
    }

    fn root(&self, pages: &str, last_id: u32) -> Vec<u8> {
        let first = self.pages.first();
        let (width, height) = first.map_or((0.0, 0.0), |page| (page.width, page.height));
        let attachments = if self.attachments.is_empty() {
            String::new()
        } else {
            "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>".to_owned()
        };
        let content = format!(
            "<ofd:CommonData><ofd:MaxUnitID>{last_id}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>{}</ofd:PhysicalBox></ofd:PageArea>\
             <ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>{pages}</ofd:Pages>{attachments}",
            box_of([0.0, 0.0, width, height])
        );
        file("Document", "", &content)
    }

    fn attachment(&self, id: u32, attachment: &Attachment) -> Result<String, WriteError> {
        let name = attachment.name.as_str();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let parts = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty() && name.chars().all(is_plain));
        let (stem, ending) = parts.ok_or_else(|| WriteError::AttachmentName(name.to_owned()))?;
        // The size stands in kilobytes (GB/T 33190-2016, clause 20).
        let size = attachment.content.len().div_ceil(1024);
        Ok(format!(
            "<ofd:Attachment ID=\"{id}\" Name=\"{stem}\" Format=\"{ending}\" CreationDate=\"{}\" Size=\"{size}\" Visible=\"true\">\
             <ofd:FileLoc>/{FOLDER}/Attachs/{name}</ofd:FileLoc></ofd:Attachment>",
            self.created
        ))
    }

    /// The characters that a face draws.
    fn used(&self, face: usize) -> BTreeSet<char> {
        let marks = self.pages.iter().flat_map(|page| &page.marks);
        let texts = marks.filter_map(|mark| match mark {
            Mark::Text(text) if text.face == face => Some(text),
            Mark::Text(_) | Mark::Shape(_) => None,
        });
        texts.flat_map(|text| text.characters.iter().map(|(character, _)| *character)).collect()
    }
}

fn page_content(page: &Page, fonts: &[u32], ids: &mut Ids) -> Result<Vec<u8>, WriteError> {
    let mut objects = String::new();
    let layer = ids.next();
    for mark in &page.marks {
        match mark {
            Mark::Text(text) => {
                let font = fonts.get(text.face).ok_or(WriteError::NoFace(text.face))?;
                objects.push_str(&text_object(text, *font, ids));
            }
            Mark::Shape(shape) => objects.push_str(&shape_object(shape, ids)),
        }
    }
    let area = box_of([0.0, 0.0, page.width, page.height]);
    let content = format!(
        "<ofd:Area><ofd:PhysicalBox>{area}</ofd:PhysicalBox></ofd:Area>\
         <ofd:Content><ofd:Layer ID=\"{layer}\" Type=\"Body\">{objects}</ofd:Layer></ofd:Content>"
    );
    Ok(file("Page", "", &content))
}

fn text_object(text: &Text, font: u32, ids: &mut Ids) -> String {
    // Readers trim the text of an element, and with it the places of its characters.
    let is_space = |(character, _): &&(char, f64)| character.is_whitespace();
    let start = text.characters.iter().take_while(is_space).count();
    let end = text.characters.len() - text.characters.iter().rev().take_while(is_space).count();
    let characters = text.characters.get(start..end).unwrap_or_default();
    let (Some((_, first)), Some((_, last))) = (characters.first(), characters.last()) else {
        return String::new();
    };
    let id = ids.next();
    let words: String = characters.iter().map(|(character, _)| *character).collect();
    let steps = characters.iter().zip(characters.iter().skip(1));
    let steps: Vec<String> = steps.map(|((_, from), (_, to))| number(to - from)).collect();
    let delta = if steps.is_empty() { String::new() } else { format!(" DeltaX=\"{}\"", steps.join(" ")) };
    let boundary = box_of([
        text.origin.0 + first,
        text.origin.1 - text.size * ASCENT,
        last - first + text.size,
        text.size * 1.2,
    ]);
    let weight = if text.bold { " Weight=\"700\"" } else { "" };
    format!(
        "<ofd:TextObject ID=\"{id}\" Boundary=\"{boundary}\" Font=\"{font}\" Size=\"{}\"{weight}>\
         <ofd:FillColor Value=\"{}\"/><ofd:TextCode X=\"0\" Y=\"{}\"{delta}>{}</ofd:TextCode></ofd:TextObject>",
        number(text.size),
        colour(text.colour),
        number(text.size * ASCENT),
        escaped(&words)
    )
}

fn shape_object(shape: &Shape, ids: &mut Ids) -> String {
    let Some([left, top, right, bottom]) = shape.path.bounds() else { return String::new() };
    let id = ids.next();
    // The line reaches over the outline by half of its width, at sharp corners further.
    let margin = shape.stroke.map_or(0.0, |(_, width)| width);
    let (x, y) = (left - margin, top - margin);
    let boundary = box_of([x, y, right - left + margin * 2.0, bottom - top + margin * 2.0]);
    let placed = shape.path.transformed(&crate::path::Affine([1.0, 0.0, 0.0, 1.0, -x, -y]));
    let stroke = match shape.stroke {
        Some((_, width)) => format!(" Stroke=\"true\" LineWidth=\"{}\"", number(width)),
        None => " Stroke=\"false\"".to_owned(),
    };
    let line = shape
        .stroke
        .map_or_else(String::new, |(line, _)| format!("<ofd:StrokeColor Value=\"{}\"/>", colour(line)));
    let fill =
        shape.fill.map_or_else(String::new, |fill| format!("<ofd:FillColor Value=\"{}\"/>", colour(fill)));
    format!(
        "<ofd:PathObject ID=\"{id}\" Boundary=\"{boundary}\"{stroke} Fill=\"{}\" Rule=\"NonZero\">{line}{fill}\
         <ofd:AbbreviatedData>{}</ofd:AbbreviatedData></ofd:PathObject>",
        shape.fill.is_some(),
        placed.abbreviated()
    )
}

fn colour(Colour(red, green, blue): Colour) -> String {
    format!("{red} {green} {blue}")
}

/// Left, top, width and height as OFD writes them (ST_Box).
pub(crate) fn box_of(sides: [f64; 4]) -> String {
    sides.map(number).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{page_texts, structure};
    use crate::testing::{certificate, regular};

    #[test]
    fn the_same_document_gives_the_same_files_and_its_text_reads_back() {
        let document = certificate();
        let package = document.write().unwrap();
        assert_eq!(package, document.write().unwrap());
        let names: Vec<&str> = package.files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "Doc_0/Attachs/Attachments.xml",
                "Doc_0/Attachs/metadata.xml",
                "Doc_0/Document.xml",
                "Doc_0/Pages/Page_0/Content.xml",
                "Doc_0/Pages/Page_1/Content.xml",
                "Doc_0/PublicRes.xml",
                "Doc_0/Res/NotoSansCJKsc.otf",
                "Doc_0/Res/NotoSansSC.ttf",
                "OFD.xml",
            ]
        );
        let texts = page_texts(&package, &structure(&package).unwrap()).unwrap();
        assert_eq!(texts.len(), 2);
        assert!(texts[0].contains("社会团体法人登记证书") && texts[0].contains("𠮷"), "{texts:?}");
        assert!(texts[1].contains("<&\">"), "{texts:?}");
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let document = certificate();
        let without_pages = Document { pages: Vec::new(), ..document.clone() };
        assert_eq!(without_pages.write().unwrap_err(), WriteError::NoPage);
        let without_faces = Document { faces: Vec::new(), ..document.clone() };
        assert_eq!(without_faces.write().unwrap_err(), WriteError::NoFace(0));
        let twice = Document { faces: vec![regular(), regular()], ..document.clone() };
        assert_eq!(twice.write().unwrap_err(), WriteError::SameFace("NotoSansSC".into()));
        let mut one_face = Document { faces: vec![regular()], ..document.clone() };
        for mark in one_face.pages.iter_mut().flat_map(|page| &mut page.marks) {
            if let Mark::Text(text) = mark {
                text.face = 0;
            }
        }
        assert!(matches!(one_face.write(), Err(WriteError::Face(FaceError::MissingGlyph('𠮷')))));
        for name in ["../a.xml", "a/b.xml", "a", ".xml", "a\"b.xml", ""] {
            let attachments = vec![Attachment { name: name.into(), content: Vec::new() }];
            let document = Document { attachments, ..document.clone() };
            assert_eq!(document.write().unwrap_err(), WriteError::AttachmentName(name.into()));
        }
    }
}
