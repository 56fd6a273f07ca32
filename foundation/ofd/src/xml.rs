//! The XML files of a package: read as a bounded tree without anything that a file could make us fetch or unfold.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// The namespace of OFD (GB/T 33190-2016, 7.1).
pub(crate) const NAMESPACE: &str = "http://www.ofdspec.org/2016";
/// Largest XML file, in bytes.
pub(crate) const BYTES_MAX: usize = 8 << 20;
/// Largest tag, in bytes: attributes are compared with each other.
const TAG_BYTES_MAX: usize = 64 * 1024;
const ATTRIBUTES_MAX: usize = 64;
const DEPTH_MAX: usize = 64;
const ELEMENTS_MAX: usize = 200_000;

/// Why an XML file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum XmlFault {
    /// Larger than this program reads.
    #[error("more than {BYTES_MAX} bytes")]
    TooLarge,
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// A document type declaration: it could declare entities that unfold without end.
    #[error("a document type declaration")]
    Doctype,
    /// An entity that XML does not define itself.
    #[error("the entity {0}")]
    Entity(String),
    /// Too deep, too many elements or attributes.
    #[error("too many or too deep elements")]
    TooComplex,
    /// Not well-formed.
    #[error("not well-formed: {0}")]
    NotWellFormed(String),
    /// The root is another element, or of another namespace.
    #[error("the root is not {0}")]
    WrongRoot(&'static str),
}

/// An element of the OFD namespace. Elements of other namespaces are left out.
#[derive(Debug, Default, Clone)]
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of a child without the white space around it.
    pub(crate) fn said(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim())
    }
}

/// Reads a file whose root has this name.
pub(crate) fn read(bytes: &[u8], root: &'static str) -> Result<Element, XmlFault> {
    if bytes.len() > BYTES_MAX {
        return Err(XmlFault::TooLarge);
    }
    let xml = std::str::from_utf8(bytes).map_err(|_form| XmlFault::NotUtf8)?;
    let mut reader = NsReader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    let mut tree = Tree { open: Vec::new(), root: None, elements: 0 };
    let broken = |error: quick_xml::Error| XmlFault::NotWellFormed(error.to_string());
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(broken)?;
        let is_ofd = matches!(namespace, ResolveResult::Bound(bound) if bound.0 == NAMESPACE);
        match event {
            Event::Start(tag) => tree.start(&tag, is_ofd)?,
            Event::Empty(tag) => {
                tree.start(&tag, is_ofd)?;
                tree.end();
            }
            Event::End(_) => tree.end(),
            Event::Text(text) => tree.say(&text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => tree.say(&text),
            Event::GeneralRef(reference) => match entity(&reference) {
                Some(text) => tree.say(&text),
                None => return Err(XmlFault::Entity(reference.chars().take(40).collect())),
            },
            Event::DocType(_) => return Err(XmlFault::Doctype),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => {
                if !tree.open.is_empty() {
                    return Err(XmlFault::NotWellFormed("the file ends inside an element".into()));
                }
                return tree.root.filter(|found| found.name == root).ok_or(XmlFault::WrongRoot(root));
            }
        }
    }
}

/// `&lt;` and the like, and characters by number. The file's own entities are refused with the DTD they would stand in.
fn entity(reference: &BytesRef<'_>) -> Option<String> {
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
    fn start(&mut self, tag: &BytesStart<'_>, is_ofd: bool) -> Result<(), XmlFault> {
        self.elements += 1;
        if self.open.len() >= DEPTH_MAX || self.elements > ELEMENTS_MAX || tag.len() > TAG_BYTES_MAX {
            return Err(XmlFault::TooComplex);
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(XmlFault::NotWellFormed("a second root".into()));
        }
        if !is_ofd || self.open.last().is_some_and(Option::is_none) {
            self.open.push(None);
            return Ok(());
        }
        let mut element = Element { name: tag.local_name().as_ref().to_owned(), ..Element::default() };
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| XmlFault::NotWellFormed(error.to_string()))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| XmlFault::NotWellFormed(error.to_string()))?;
            element.attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
            if element.attributes.len() > ATTRIBUTES_MAX {
                return Err(XmlFault::TooComplex);
            }
        }
        self.open.push(Some(element));
        Ok(())
    }

    fn end(&mut self) {
        let Some(Some(done)) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(Some(parent)) => parent.children.push(done),
            Some(None) => {}
            None => self.root = Some(done),
        }
    }

    fn say(&mut self, text: &str) {
        if let Some(Some(element)) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }
}

/// Text for an element or an attribute of an XML file.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no other control characters (XML 1.0, 2.2); they mean nothing on paper either.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

/// A file of the package: declaration, root with the namespace, content.
pub(crate) fn file(root: &str, attributes: &str, content: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ofd:{root} xmlns:ofd=\"{NAMESPACE}\"{attributes}>{content}</ofd:{root}>\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(xml: &str) -> XmlFault {
        read(xml.as_bytes(), "OFD").unwrap_err()
    }

    #[test]
    fn elements_are_read_whatever_prefix_they_have() {
        for prefix in ["ofd:", "x:"] {
            let name = prefix.trim_end_matches(':');
            let xml = format!(
                "<{prefix}OFD xmlns:{name}=\"{NAMESPACE}\" A=\"1 &amp; 2\"><{prefix}B> a&#x62;<![CDATA[<c>]]> </{prefix}B><z/></{prefix}OFD>"
            );
            let root = read(xml.as_bytes(), "OFD").unwrap();
            assert_eq!((root.attribute("A"), root.said("B")), (Some("1 & 2"), Some("ab<c>")));
            assert_eq!(root.children.len(), 1, "other namespaces are left out");
        }
        let xml = format!("\u{feff}<OFD xmlns=\"{NAMESPACE}\"/>");
        assert!(read(xml.as_bytes(), "OFD").is_ok());
    }

    #[test]
    fn what_could_unfold_or_lead_elsewhere_is_refused() {
        let open = format!("<OFD xmlns=\"{NAMESPACE}\">");
        assert_eq!(fault("<!DOCTYPE x [<!ENTITY a \"b\">]><OFD/>"), XmlFault::Doctype);
        assert_eq!(fault(&format!("{open}&a;</OFD>")), XmlFault::Entity("a".into()));
        assert_eq!(
            fault(&format!("{open}{}{}</OFD>", "<a>".repeat(70), "</a>".repeat(70))),
            XmlFault::TooComplex
        );
        assert_eq!(fault(&format!("{open}{}</OFD>", "<a/>".repeat(200_001))), XmlFault::TooComplex);
        assert_eq!(
            fault(&format!("<OFD xmlns=\"{NAMESPACE}\" a=\"{}\"/>", "b".repeat(70_000))),
            XmlFault::TooComplex
        );
        assert_eq!(fault("<OFD/>"), XmlFault::WrongRoot("OFD"));
        assert_eq!(fault(&format!("<Other xmlns=\"{NAMESPACE}\"/>")), XmlFault::WrongRoot("OFD"));
        for broken in [
            open.clone(),
            format!("{open}</OFD><a/>"),
            format!("{open}</a>"),
            format!("{open}<a b=c/></OFD>"),
        ] {
            assert!(matches!(fault(&broken), XmlFault::NotWellFormed(_)), "{broken}");
        }
        assert_eq!(read(b"\xff", "OFD").unwrap_err(), XmlFault::NotUtf8);
        assert_eq!(read(&vec![b' '; BYTES_MAX + 1], "OFD").unwrap_err(), XmlFault::TooLarge);
    }

    proptest! {
        #[test]
        fn texts_read_back(text in "[^\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]*") {
            let element = format!("<ofd:A B=\"\">{}</ofd:A>", escaped(&text));
            let read = read(&file("OFD", "", &element), "OFD").unwrap();
            prop_assert_eq!(&read.children[0].text, &text);
        }

        #[test]
        fn foreign_bytes_do_not_panic(bytes: Vec<u8>, text in "(<[a-z:/]{1,5}>|&[a-z]{1,3};|[<>&\"!\\[\\]a-z -]){0,40}") {
            let _ = read(&bytes, "OFD");
            let _ = read(text.as_bytes(), "OFD");
        }
    }
}
