//! A file of a package as a tree whose nodes know where they stand in the text, so that an element can be changed and
//! everything around it, comments too, stays as it was written.

use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

/// What stands at a place of the file.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From its first character to behind its last one.
    pub(crate) range: Range<usize>,
    pub(crate) line: u64,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// A text, number or word, as its value.
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Where the key begins.
    pub(crate) start: usize,
    pub(crate) value: Node,
}

impl Node {
    /// Reads a file; nothing where it cannot be read as YAML or JSON.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let mut root: Self = serde_saphyr::from_str(text).ok()?;
        root.measure(text, None);
        Some(root)
    }

    /// What stands at a path of keys and indexes.
    pub(crate) fn at(&self, path: &str) -> Option<&Self> {
        path.split('/').filter(|part| !part.is_empty()).try_fold(self, |node, part| match &node.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key == part).map(|entry| &entry.value),
            Content::List(nodes) => nodes.get(part.parse::<usize>().ok()?),
            Content::Scalar(_) => None,
        })
    }

    /// The text of a scalar at a path; empty where there is none.
    pub(crate) fn text(&self, path: &str) -> &str {
        match self.at(path).map(|node| &node.content) {
            Some(Content::Scalar(text)) => text,
            Some(Content::List(_) | Content::Map(_)) | None => "",
        }
    }

    /// The entries of a list at a path.
    pub(crate) fn list(&self, path: &str) -> &[Self] {
        match self.at(path).map(|node| &node.content) {
            Some(Content::List(nodes)) => nodes,
            Some(Content::Scalar(_) | Content::Map(_)) | None => &[],
        }
    }

    /// The entries of a map at a path.
    pub(crate) fn map(&self, path: &str) -> &[Entry] {
        match self.at(path).map(|node| &node.content) {
            Some(Content::Map(entries)) => entries,
            Some(Content::Scalar(_) | Content::List(_)) | None => &[],
        }
    }

    pub(crate) fn is_flow(&self, text: &str) -> bool {
        text[self.range.clone()].starts_with(['[', '{'])
    }

    /// Finds where every node begins and ends: the reader only says near which place it is.
    fn measure(&mut self, text: &str, parent: Option<usize>) {
        let is_flow = text[self.range.start..].starts_with(['[', '{']);
        match &self.content {
            Content::List(nodes) if !is_flow => {
                let first = nodes.first().map_or(self.range.start, |node| node.range.start);
                self.range.start = text[..first].rfind('-').unwrap_or(first);
            }
            Content::Map(entries) if !is_flow => {
                self.range.start = entries.first().map_or(self.range.start, |entry| entry.start);
            }
            Content::Scalar(_) | Content::List(_) | Content::Map(_) => {}
        }
        let start = self.range.start;
        let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1);
        let mut last = None;
        match &mut self.content {
            Content::Scalar(_) => {}
            Content::List(nodes) => {
                for node in nodes {
                    node.measure(text, Some(column));
                    last = Some(node.range.end);
                }
            }
            Content::Map(entries) => {
                for entry in entries {
                    // The reader places a block text at its first line; its mark stands behind the key.
                    let between = text.get(entry.start..entry.value.range.start).unwrap_or_default();
                    if let (Content::Scalar(_), Some(at)) = (&entry.value.content, between.find(['|', '>'])) {
                        entry.value.range.start = entry.start + at;
                    }
                    entry.value.measure(text, Some(column));
                    last = Some(entry.value.range.end);
                }
            }
        }
        self.range.end = match (text[start..].chars().next(), last) {
            (Some('[' | '{'), _) => bracketed(text, start),
            (_, Some(end)) => end,
            (Some('"'), None) => quoted(text, start, '"'),
            (Some('\''), None) => quoted(text, start, '\''),
            (Some('|' | '>'), None) => indented(text, start, parent.map_or(0, |column| column + 1)),
            (_, None) => self.range.end,
        };
    }
}

/// Behind the closing quotation mark.
fn quoted(text: &str, start: usize, mark: char) -> usize {
    let mut characters = text[start + 1..].char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if mark == '"' => drop(characters.next()),
            _ if character == mark => match characters.peek() {
                // Two single marks stand for one.
                Some((_, next)) if mark == '\'' && *next == mark => drop(characters.next()),
                Some(_) | None => return start + 1 + at + 1,
            },
            _ => {}
        }
    }
    text.len()
}

/// Behind the bracket that closes the one at `start`.
fn bracketed(text: &str, start: usize) -> usize {
    let (mut depth, mut at) = (0_usize, start);
    let mut before = ' ';
    while let Some(character) = text[at..].chars().next() {
        let after = at + character.len_utf8();
        at = match character {
            '"' | '\'' if matches!(before, ' ' | '\n' | '\t' | '[' | '{' | ',' | ':') => {
                quoted(text, at, character)
            }
            '#' if before.is_whitespace() => text[at..].find('\n').map_or(text.len(), |end| at + end),
            _ => after,
        };
        before = character;
        match character {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// Behind the last line of a block that is indented at least so far.
fn indented(text: &str, start: usize, indent: usize) -> usize {
    let mut end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let mut at = end + 1;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |found| at + found);
        let line = &text[at..line_end];
        let blank = line.trim().is_empty();
        if !blank && line.len() - line.trim_start_matches(' ').len() < indent {
            break;
        }
        if !blank {
            end = line_end;
        }
        at = line_end + 1;
    }
    end
}

fn range(location: serde_saphyr::Location) -> Range<usize> {
    let span = location.span();
    let number = |bytes: Option<u64>| bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
    let start = number(span.byte_offset());
    start..start + number(span.byte_len())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Content>::deserialize(deserializer)?;
        let line = spanned.referenced.line();
        Ok(Self { range: range(spanned.referenced), line, content: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

macro_rules! scalars {
    ($($name:ident: $type:ty),* $(,)?) => {$(
        fn $name<E: serde::de::Error>(self, value: $type) -> Result<Content, E> {
            Ok(Content::Scalar(value.to_string()))
        }
    )*};
}

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    scalars! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128, visit_f64: f64,
        visit_str: &str,
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Content, E> {
        Ok(Content::Scalar(String::new()))
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Content, E> {
        Ok(Content::Scalar(String::new()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        Content::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Content, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Content::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let value = map.next_value()?;
            entries.push(Entry { key: key.value, start: range(key.referenced).start, value });
        }
        Ok(Content::Map(entries))
    }
}
