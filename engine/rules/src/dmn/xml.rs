//! The elements of a DMN file as a tree: bounded, and without anything that a file could make us fetch or unfold.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

use super::{DmnFault, DmnRule};

/// Largest file, in bytes.
pub(super) const BYTES_MAX: usize = 1 << 20;
/// Largest tag, in bytes: attributes are compared with each other.
const TAG_BYTES_MAX: usize = 4_096;
const DEPTH_MAX: usize = 32;
const ELEMENTS_MAX: usize = 20_000;

/// DMN 1.2 to 1.5. Tables are written the same way in all of them.
const NAMESPACES: [&str; 4] = [
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
];

/// An element of the DMN model. Elements of other makers' namespaces are left out.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the child `text`, without the white space around it.
    pub(super) fn said(&self) -> &str {
        self.child("text").map_or("", |child| child.text.trim())
    }
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(xml: &str) -> Self {
        Self(xml.match_indices('\n').map(|(at, _)| at).collect())
    }

    fn at(&self, byte: u64) -> usize {
        self.0.partition_point(|newline| (*newline as u64) < byte) + 1
    }
}

/// Reads a file whose root is `definitions`.
pub(super) fn read(xml: &str) -> Result<Element, DmnFault> {
    if xml.len() > BYTES_MAX {
        return Err(DmnFault { line: 1, rule: DmnRule::TooLarge(BYTES_MAX) });
    }
    let lines = Lines::of(xml);
    let mut reader = NsReader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    let mut tree = Tree { open: Vec::new(), root: None, elements: 0 };
    loop {
        let fault = |byte, rule| DmnFault { line: lines.at(byte), rule };
        let before = reader.buffer_position();
        let (namespace, event) = match reader.read_resolved_event() {
            Ok(read) => read,
            Err(error) => {
                return Err(fault(reader.error_position(), DmnRule::Xml(error.to_string())));
            }
        };
        let is_dmn = matches!(namespace, ResolveResult::Bound(bound) if NAMESPACES.contains(&bound.0));
        let done = match event {
            Event::Start(tag) => tree.start(&tag, is_dmn, lines.at(before)).map(|()| false),
            Event::Empty(tag) => {
                tree.start(&tag, is_dmn, lines.at(before)).and_then(|()| tree.end()).map(|()| false)
            }
            Event::End(_) => tree.end().map(|()| false),
            Event::Text(text) => tree.say(&text.xml_content(XmlVersion::Implicit1_0)).map(|()| false),
            Event::CData(text) => tree.say(&text).map(|()| false),
            Event::GeneralRef(reference) => match entity(&reference) {
                Some(text) => tree.say(&text).map(|()| false),
                None => Err(DmnRule::Entity(reference.chars().take(40).collect())),
            },
            Event::DocType(_) => Err(DmnRule::Doctype),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(false),
            Event::Eof => Ok(true),
        };
        if done.map_err(|rule| fault(before, rule))? {
            let last = lines.0.len() + 1;
            return tree.root.ok_or(DmnFault { line: last, rule: DmnRule::NotDmn });
        }
    }
}

/// `&lt;` and the like, and characters by number. The file's own entities are refused with the DTD they would stand in.
fn entity(reference: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if reference.is_char_ref() {
        return reference.resolve_char_ref().ok().flatten().map(String::from);
    }
    resolve_predefined_entity(reference).map(str::to_owned)
}

struct Tree {
    /// Open elements; `None` for one of another namespace, whose content is left out.
    open: Vec<Option<Element>>,
    root: Option<Element>,
    elements: usize,
}

impl Tree {
    fn start(&mut self, tag: &BytesStart<'_>, is_dmn: bool, line: usize) -> Result<(), DmnRule> {
        self.elements += 1;
        if self.open.len() >= DEPTH_MAX || self.elements > ELEMENTS_MAX || tag.len() > TAG_BYTES_MAX {
            return Err(DmnRule::TooComplex);
        }
        if self.open.is_empty()
            && (self.root.is_some() || !is_dmn || tag.local_name().as_ref() != "definitions")
        {
            return Err(DmnRule::NotDmn);
        }
        let is_left_out = self.open.last().is_some_and(Option::is_none);
        if !is_dmn || is_left_out {
            self.open.push(None);
            return Ok(());
        }
        let mut element = Element { name: tag.local_name().as_ref().to_owned(), line, ..Element::default() };
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| DmnRule::Xml(error.to_string()))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| DmnRule::Xml(error.to_string()))?;
            element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        self.open.push(Some(element));
        Ok(())
    }

    fn end(&mut self) -> Result<(), DmnRule> {
        let Some(element) = self.open.pop().ok_or(DmnRule::NotDmn)? else { return Ok(()) };
        match self.open.last_mut() {
            Some(Some(parent)) => parent.children.push(element),
            Some(None) => {}
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), DmnRule> {
        match self.open.last_mut() {
            Some(Some(element)) => element.text.push_str(text),
            Some(None) => {}
            None if text.trim().is_empty() => {}
            None => return Err(DmnRule::NotDmn),
        }
        Ok(())
    }
}
