//! The structure of a package: its document, pages, text, attachments and signatures (GB/T 33190-2016, clauses 7, 18, 20).

use crate::package::{Package, resolve};
use crate::xml::{self, Element, XmlFault};

/// Most characters of text that are read.
const TEXT_CHARACTERS_MAX: usize = 1_000_000;
/// Most pages and most signatures.
const PAGES_MAX: usize = 2_000;
const SIGNATURES_MAX: usize = 64;

/// What is wrong with the structure of a package.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StructureFault {
    /// A file that another one names is not there.
    #[error("{0}: missing")]
    Missing(String),
    /// An XML file.
    #[error("{0}: {1}")]
    Xml(String, XmlFault),
    /// An element or attribute that must be there.
    #[error("{0}: no {1}")]
    Without(String, &'static str),
    /// A reference that leads out of the package.
    #[error("{0}: a reference that leads out of the package")]
    LeadsOut(String),
    /// Several documents in one package: which of them is meant, nobody can tell.
    #[error("several documents in one package")]
    SeveralDocuments,
    /// Something that the list of signatures has no place for; nothing signs that list.
    #[error("{0}: unexpected {1}")]
    Unexpected(String, String),
    /// A page or a signature that is named twice.
    #[error("{0}: {1} is named twice")]
    Twice(String, String),
    /// More pages or signatures than this program reads.
    #[error("too many {0}")]
    TooMany(&'static str),
}

/// A page of a document: where it lies and its identifier, which stamps refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEntry {
    /// Identifier.
    pub id: String,
    /// Path of its content.
    pub path: String,
}

/// An entry in the list of signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureEntry {
    /// Identifier.
    pub id: String,
    /// `Seal` (电子签章) or `Sign` (数字签名).
    pub kind: String,
    /// Path of the signature's description.
    pub path: String,
}

/// The list of signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureList {
    /// Path of the list.
    pub path: String,
    /// The largest identifier given out.
    pub last_id: u32,
    /// The signatures in order.
    pub entries: Vec<SignatureEntry>,
}

/// What a package holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    /// Path of the document's root.
    pub root: String,
    /// Title, empty for none.
    pub title: String,
    /// Pages in order.
    pub pages: Vec<PageEntry>,
    /// Attachments: name with its ending, path.
    pub attachments: Vec<(String, String)>,
    /// Signatures, if the document names a list.
    pub signatures: Option<SignatureList>,
}

impl Package {
    /// The content of an attachment by its file name.
    pub fn attachment(&self, structure: &Structure, name: &str) -> Option<&[u8]> {
        let (_, path) = structure.attachments.iter().find(|(known, _)| known == name)?;
        self.files.get(path).map(Vec::as_slice)
    }
}

pub(crate) fn read_xml(package: &Package, path: &str, root: &'static str) -> Result<Element, StructureFault> {
    let bytes = package.files.get(path).ok_or_else(|| StructureFault::Missing(path.to_owned()))?;
    xml::read(bytes, root).map_err(|fault| StructureFault::Xml(path.to_owned(), fault))
}

pub(crate) fn follow(from: &str, reference: &str) -> Result<String, StructureFault> {
    resolve(from, reference).ok_or_else(|| StructureFault::LeadsOut(from.to_owned()))
}

fn without(path: &str, what: &'static str) -> StructureFault {
    StructureFault::Without(path.to_owned(), what)
}

/// Reads the structure of a package.
pub fn structure(package: &Package) -> Result<Structure, StructureFault> {
    let entry_path = "OFD.xml";
    let entry = read_xml(package, entry_path, "OFD")?;
    let mut bodies = entry.all("DocBody");
    let body = bodies.next().ok_or(without(entry_path, "DocBody"))?;
    if bodies.next().is_some() {
        return Err(StructureFault::SeveralDocuments);
    }
    let root = body.said("DocRoot").ok_or(without(entry_path, "DocRoot"))?;
    let root = follow(entry_path, root)?;
    let title = body.child("DocInfo").and_then(|info| info.said("Title")).unwrap_or_default().to_owned();
    let document = read_xml(package, &root, "Document")?;
    let list = document.child("Pages").ok_or(without(&root, "Pages"))?;
    let mut pages = Vec::new();
    for page in list.all("Page") {
        let id = page.attribute("ID").ok_or(without(&root, "ID"))?.to_owned();
        let path = follow(&root, page.attribute("BaseLoc").ok_or(without(&root, "BaseLoc"))?)?;
        if !package.files.contains_key(&path) {
            return Err(StructureFault::Missing(path));
        }
        // The same page again and again would make a small file long to read.
        if pages.iter().any(|page: &PageEntry| page.id == id || page.path == path) {
            return Err(StructureFault::Twice(root, path));
        }
        pages.push(PageEntry { id, path });
        if pages.len() > PAGES_MAX {
            return Err(StructureFault::TooMany("pages"));
        }
    }
    if pages.is_empty() {
        return Err(without(&root, "Page"));
    }
    let attachments = match document.said("Attachments") {
        Some(reference) => attachments(package, &follow(&root, reference)?)?,
        None => Vec::new(),
    };
    let signatures = match body.said("Signatures") {
        Some(reference) => Some(signatures(package, &follow(entry_path, reference)?)?),
        None => None,
    };
    Ok(Structure { root, title, pages, attachments, signatures })
}

fn attachments(package: &Package, path: &str) -> Result<Vec<(String, String)>, StructureFault> {
    let list = read_xml(package, path, "Attachments")?;
    list.all("Attachment")
        .map(|attachment| {
            let name = attachment.attribute("Name").ok_or(without(path, "Name"))?;
            let name = match attachment.attribute("Format") {
                Some(ending) => format!("{name}.{ending}"),
                None => name.to_owned(),
            };
            let file = follow(path, attachment.said("FileLoc").ok_or(without(path, "FileLoc"))?)?;
            Ok((name, file))
        })
        .collect()
}

/// Nothing signs this list, so nothing may stand in it but what it is for.
fn signatures(package: &Package, path: &str) -> Result<SignatureList, StructureFault> {
    let list = read_xml(package, path, "Signatures")?;
    let mut read = SignatureList { path: path.to_owned(), last_id: 0, entries: Vec::new() };
    for child in &list.children {
        match child.name.as_str() {
            "MaxSignId" => read.last_id = digits(&child.text),
            "Signature" => {
                let id = child.attribute("ID").ok_or(without(path, "ID"))?.to_owned();
                let kind = child.attribute("Type").unwrap_or("Seal").to_owned();
                let file = follow(path, child.attribute("BaseLoc").ok_or(without(path, "BaseLoc"))?)?;
                if read.entries.iter().any(|entry| entry.id == id || entry.path == file) {
                    return Err(StructureFault::Twice(path.to_owned(), file));
                }
                read.entries.push(SignatureEntry { id, kind, path: file });
            }
            other => {
                return Err(StructureFault::Unexpected(path.to_owned(), other.chars().take(40).collect()));
            }
        }
    }
    if read.entries.len() > SIGNATURES_MAX {
        return Err(StructureFault::TooMany("signatures"));
    }
    let last = read.entries.iter().map(|entry| digits(&entry.id)).max();
    read.last_id = read.last_id.max(last.unwrap_or_default());
    Ok(read)
}

/// The digits of an identifier as a number; some write `s001`.
fn digits(text: &str) -> u32 {
    let digits: String = text.chars().filter(char::is_ascii_digit).take(9).collect();
    digits.parse().unwrap_or_default()
}

/// The text of each page, lines apart.
pub fn page_texts(package: &Package, structure: &Structure) -> Result<Vec<String>, StructureFault> {
    let mut left = TEXT_CHARACTERS_MAX;
    let mut texts = Vec::new();
    for page in &structure.pages {
        let content = read_xml(package, &page.path, "Page")?;
        let mut text = String::new();
        collect(&content, &mut text, &mut left);
        texts.push(text);
    }
    Ok(texts)
}

fn collect(element: &Element, text: &mut String, left: &mut usize) {
    if element.name == "TextCode" {
        let taken: String = element.text.chars().take(*left).collect();
        *left -= taken.chars().count();
        text.push_str(&taken);
        text.push('\n');
    }
    for child in &element.children {
        collect(child, text, left);
    }
}
