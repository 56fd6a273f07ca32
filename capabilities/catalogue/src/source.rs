//! A file of a package that remembers on which line everything stands, so that a rule which is checked long after
//! reading can still name its line. JSON is read the same way: it is a subset of YAML (YAML 1.2, 1.2).

use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use crate::Fault;
use crate::rule::Rule;

/// A file of a package.
#[derive(Debug)]
pub(crate) struct Source {
    path: String,
    root: Node,
    /// What a fault breaks where no nearer rule is named: the format of this file.
    rule: Rule,
    faults: Vec<Fault>,
}

#[derive(Debug)]
pub(crate) struct Node {
    line: u64,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug)]
struct Entry {
    key: String,
    line: u64,
    value: Node,
}

impl Source {
    /// Reads a file twice: as a tree of lines and as `T`.
    pub(crate) fn read<T: DeserializeOwned>(
        path: String,
        text: &str,
        rule: Rule,
    ) -> Result<(Self, T), Fault> {
        let source = Self::tree(path, text, rule)?;
        match serde_saphyr::from_str(text) {
            Ok(value) => Ok((source, value)),
            Err(error) => Err(fault(&source.path, &error)),
        }
    }

    /// Reads a file as a tree of lines.
    pub(crate) fn tree(path: String, text: &str, rule: Rule) -> Result<Self, Fault> {
        match serde_saphyr::from_str(text) {
            Ok(root) => Ok(Self { path, root, rule, faults: Vec::new() }),
            Err(error) => Err(fault(&path, &error)),
        }
    }

    /// Notes that what stands at `place` breaks a rule. A place is a path of keys, indexes and ids of list
    /// entries; where it ends in nothing, the last part that exists counts.
    pub(crate) fn add(&mut self, place: &[&str], text: impl Into<String>) {
        self.add_rule(place, self.rule, text);
    }

    /// The same for a rule of its own.
    pub(crate) fn add_rule(&mut self, place: &[&str], rule: Rule, text: impl Into<String>) {
        let line = self.line(place);
        self.faults.push(Fault::new(&self.path, line, rule, text));
    }

    /// Notes a fault near a word, looked for first at the place and then in the whole file.
    pub(crate) fn add_near(&mut self, place: &str, near: &str, text: impl Into<String>) {
        self.add_rule_near(place, near, self.rule, text);
    }

    /// The same for a rule of its own.
    pub(crate) fn add_rule_near(&mut self, place: &str, near: &str, rule: Rule, text: impl Into<String>) {
        let near = near.trim_end_matches(':');
        let path: Vec<&str> = place.split('/').collect();
        let (line, node) = self.walk(&path);
        let line = node.find(near).or_else(|| self.root.find(near)).unwrap_or(line);
        self.faults.push(Fault::new(&self.path, line, rule, text));
    }

    pub(crate) fn line(&self, place: &[&str]) -> u64 {
        self.walk(place).0
    }

    fn walk(&self, place: &[&str]) -> (u64, &Node) {
        let (mut line, mut node) = (self.root.line, &self.root);
        for part in place {
            match node.child(part) {
                Some((found, child)) => (line, node) = (found, child),
                None => break,
            }
        }
        (line, node)
    }

    /// Every pair `{zh, en}` needs both texts.
    pub(crate) fn check_words(&mut self) {
        let mut lines = Vec::new();
        self.root.blank_words(&mut lines);
        for (line, missing) in lines {
            let text = format!("the text is needed in both languages; {missing} is empty");
            self.faults.push(Fault::new(&self.path, line, Rule::TextMissing, text));
        }
    }

    /// What is said in English is not said in Chinese characters.
    pub(crate) fn check_english(&mut self) {
        let mut found = Vec::new();
        self.root.chinese_english(&mut found);
        for (line, key) in found {
            let text = format!("{key} still has Chinese characters");
            self.faults.push(Fault::new(&self.path, line, Rule::EnglishIsChinese, text));
        }
    }

    /// Whether one of these rules was found broken so far.
    pub(crate) fn breaks(&self, rules: &[Rule]) -> bool {
        self.faults.iter().any(|fault| rules.contains(&fault.rule))
    }

    /// Whether an error was found so far.
    pub(crate) fn has_errors(&self) -> bool {
        self.faults.iter().any(Fault::is_error)
    }

    pub(crate) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }
}

impl Node {
    fn child(&self, part: &str) -> Option<(u64, &Self)> {
        match &self.content {
            Content::Map(entries) => {
                entries.iter().find(|entry| entry.key == part).map(|entry| (entry.line, &entry.value))
            }
            Content::List(nodes) => {
                let by_index = part.parse::<usize>().ok().and_then(|index| nodes.get(index));
                let has_id = |node: &&Self| matches!(node.child("id"), Some((_, id)) if id.is_text(part));
                by_index.or_else(|| nodes.iter().find(has_id)).map(|node| (node.line, node))
            }
            Content::Scalar(_) => None,
        }
    }

    fn is_text(&self, text: &str) -> bool {
        matches!(&self.content, Content::Scalar(found) if found == text)
    }

    /// The first line that holds the word as a key or a value.
    fn find(&self, word: &str) -> Option<u64> {
        match &self.content {
            Content::Scalar(found) => (found == word).then_some(self.line),
            Content::List(nodes) => nodes.iter().find_map(|node| node.find(word)),
            Content::Map(entries) => entries
                .iter()
                .find_map(|entry| if entry.key == word { Some(entry.line) } else { entry.value.find(word) }),
        }
    }

    /// English texts (`en`, `x-title-en`) that hold Chinese characters.
    fn chinese_english(&self, found: &mut Vec<(u64, String)>) {
        match &self.content {
            Content::Scalar(_) => {}
            Content::List(nodes) => nodes.iter().for_each(|node| node.chinese_english(found)),
            Content::Map(entries) => {
                for Entry { key, value, .. } in entries {
                    match &value.content {
                        Content::Scalar(text)
                            if (key == "en" || key.ends_with("-en")) && is_chinese(text) =>
                        {
                            found.push((value.line, key.clone()));
                        }
                        Content::Scalar(_) | Content::List(_) | Content::Map(_) => {
                            value.chinese_english(found);
                        }
                    }
                }
            }
        }
    }

    fn blank_words(&self, lines: &mut Vec<(u64, &'static str)>) {
        match &self.content {
            Content::Scalar(_) => {}
            Content::List(nodes) => nodes.iter().for_each(|node| node.blank_words(lines)),
            Content::Map(entries) => {
                let is_pair =
                    entries.len() == 2 && ["zh", "en"].iter().all(|lang| self.child(lang).is_some());
                for lang in ["zh", "en"].into_iter().filter(|_| is_pair) {
                    if let Some((line, Self { content: Content::Scalar(text), .. })) = self.child(lang)
                        && text.trim().is_empty()
                    {
                        lines.push((line, lang));
                    }
                }
                for entry in entries {
                    entry.value.blank_words(lines);
                }
            }
        }
    }
}

/// The reader's own sentence, with its line and without its picture of the text around it.
fn fault(path: &str, error: &serde_saphyr::Error) -> Fault {
    let line = error.location().map_or(0, |at| at.line());
    let sentence = error.without_snippet().to_string();
    // The place is said by the fault itself.
    let sentence = sentence.lines().next().unwrap_or_default();
    let sentence = sentence.split(" at line ").next().unwrap_or(sentence);
    Fault::new(path, line, rule_of(sentence), sentence)
}

/// Which rule a sentence of the reader speaks of.
fn rule_of(sentence: &str) -> Rule {
    if sentence.starts_with("limit:") {
        Rule::LimitWithoutUnit
    } else if sentence.contains("missing field `by`") || sentence.ends_with("needs by") {
        Rule::NobodyCompetent
    } else if sentence.contains("missing field `en`") || sentence.contains("missing field `zh`") {
        Rule::TextMissing
    } else {
        Rule::Unreadable
    }
}

/// Whether a text has Chinese outside of quotation marks: an example of what to write may be Chinese.
fn is_chinese(text: &str) -> bool {
    let mut quoted = false;
    text.chars().any(|c| {
        quoted = c == '“' || (quoted && c != '”');
        !quoted && is_han(c)
    })
}

/// A Chinese character (CJK Unified Ideographs and extension A).
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Content>::deserialize(deserializer)?;
        Ok(Self { line: spanned.referenced.line(), content: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

/// Scalars of every kind become their text: only their lines matter.
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
            entries.push(Entry { key: key.value, line: key.referenced.line(), value });
        }
        Ok(Content::Map(entries))
    }
}

#[cfg(test)]
mod tests;
