//! Changes to a file that leave the rest of its text alone. Each is proved: the file is read before and after, and only
//! what was meant may differ; otherwise nothing is changed and the place must be edited in the text.

use std::ops::Range;

use serde_json::Value;

use super::tree::{Content, Node};

/// An entry of a list in its new order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Slot {
    /// The one that stood here before.
    Old(usize),
    /// A new one.
    New(Value),
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// The value at a path, which may not be there yet if what is above it is.
    Set(String, Value),
    /// A key that is no longer said.
    Remove(String),
    /// A list with its entries left out, moved and added.
    Arrange(String, Vec<Slot>),
}

impl Change {
    pub(crate) fn path(&self) -> &str {
        let (Self::Set(path, _) | Self::Remove(path) | Self::Arrange(path, _)) = self;
        path
    }
}

/// The text after a change, or nothing where the place cannot be changed by itself. `is_json` for files that are JSON.
pub(crate) fn apply(text: &str, change: &Change, is_json: bool) -> Option<String> {
    let root = Node::read(text)?;
    let (changed, range) = match change {
        Change::Set(path, value) => set(text, &root, path, value, is_json)?,
        Change::Remove(path) => remove(text, &root, path)?,
        Change::Arrange(path, slots) => arrange(text, &root, path, slots, is_json)?,
    };
    let new = format!("{}{changed}{}", &text[..range.start], &text[range.end..]);
    let mut meant = value_of(text, is_json)?;
    carry_out(&mut meant, change)?;
    (value_of(&new, is_json)? == meant).then_some(new)
}

/// Whether a change of entries at this list would lose a comment: within brackets there is no telling what it is about.
pub(crate) fn loses_comments(text: &str, root: &Node, path: &str) -> bool {
    root.at(path).is_some_and(|node| node.is_flow(text) && has_comment(&text[node.range.clone()]))
}

fn has_comment(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with('#') || line.contains(" # "))
}

fn value_of(text: &str, is_json: bool) -> Option<Value> {
    if is_json { serde_json::from_str(text).ok() } else { serde_saphyr::from_str(text).ok() }
}

/// The same change on the values.
fn carry_out(root: &mut Value, change: &Change) -> Option<()> {
    let (above, last) = change.path().rsplit_once('/').unwrap_or(("", change.path()));
    let parent = above.split('/').filter(|part| !part.is_empty()).try_fold(root, step)?;
    match change {
        Change::Set(_, value) => match parent {
            Value::Object(map) => drop(map.insert(last.to_owned(), value.clone())),
            Value::Array(list) => *list.get_mut(last.parse::<usize>().ok()?)? = value.clone(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        },
        Change::Remove(_) => drop(parent.as_object_mut()?.remove(last)?),
        Change::Arrange(_, slots) => {
            let list = step(parent, last)?.as_array_mut()?;
            let new: Option<Vec<Value>> = slots
                .iter()
                .map(|slot| match slot {
                    Slot::Old(index) => list.get(*index).cloned(),
                    Slot::New(value) => Some(value.clone()),
                })
                .collect();
            *list = new?;
        }
    }
    Some(())
}

fn step<'v>(value: &'v mut Value, part: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(map) => map.get_mut(part),
        Value::Array(list) => list.get_mut(part.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn set(text: &str, root: &Node, path: &str, value: &Value, is_json: bool) -> Option<(String, Range<usize>)> {
    if let Some(node) = root.at(path) {
        let old = &text[node.range.clone()];
        let is_plain = !is_json && !old.starts_with(['"', '\'', '|', '>']);
        let new = match value {
            Value::String(string) if is_plain && is_plain_word(string) => string.clone(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => flow(value, is_json),
        };
        return Some((new, node.range.clone()));
    }
    let (above, key) = path.rsplit_once('/').unwrap_or(("", path));
    let parent = root.at(above)?;
    let Content::Map(entries) = &parent.content else { return None };
    let end = entries.last()?.value.range.end;
    if parent.is_flow(text) {
        return Some((format!(", {}: {}", key_of(key, is_json), flow(value, is_json)), end..end));
    }
    let start = entries.first()?.start;
    let column = start - text[..start].rfind('\n').map_or(0, |at| at + 1);
    // Behind a comment on the last line, not before it.
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    Some((format!("\n{}{key}: {}", " ".repeat(column), flow(value, false)), end..end))
}

fn remove(text: &str, root: &Node, path: &str) -> Option<(String, Range<usize>)> {
    let (above, key) = path.rsplit_once('/').unwrap_or(("", path));
    let parent = root.at(above)?;
    let Content::Map(entries) = &parent.content else { return None };
    let index = entries.iter().position(|entry| entry.key == key)?;
    if parent.is_flow(text) {
        let range = match (index, entries.get(index + 1)) {
            (_, Some(next)) => entries[index].start..next.start,
            (0, None) => return None,
            (_, None) => entries[index - 1].value.range.end..entries[index].value.range.end,
        };
        // A quoted key begins at its mark, which the reader may leave out: the proof tells.
        return Some((String::new(), range));
    }
    if index == 0 {
        return None; // it may share its line with the dash of a list
    }
    let start = text[..entries[index].start].rfind('\n')?;
    let end = entries[index].value.range.end;
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    Some((String::new(), start..end))
}

fn arrange(
    text: &str,
    root: &Node,
    path: &str,
    slots: &[Slot],
    is_json: bool,
) -> Option<(String, Range<usize>)> {
    let list = root.at(path)?;
    let Content::List(nodes) = &list.content else { return None };
    if slots.is_empty() {
        return Some(("[]".into(), list.range.clone()));
    }
    if list.is_flow(text) {
        let one = |slot: &Slot| match slot {
            Slot::Old(index) => nodes.get(*index).map(|node| text[node.range.clone()].to_owned()),
            Slot::New(Value::String(word)) if !is_json && is_plain_word(word) => Some(word.clone()),
            Slot::New(value) => Some(flow(value, is_json)),
        };
        let parts: Option<Vec<String>> = slots.iter().map(one).collect();
        let parts = parts?;
        let is_long = text[list.range.clone()].contains('\n') && is_json;
        let column = " ".repeat(column_of(text, list.range.start) + 2);
        let joined = if is_long { parts.join(&format!(",\n{column}")) } else { parts.join(", ") };
        return Some((format!("[{joined}]"), list.range.clone()));
    }
    // Entries of a block are whole lines, each with the comment lines above it.
    let starts: Vec<usize> = nodes.iter().map(|node| line_start(text, node.range.start)).collect();
    let column = column_of_dash(text, *starts.first()?)?;
    let first = with_comments(text, *starts.first()?, 0);
    let last = nodes.last()?.range.end;
    let end = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
    let mut bounds: Vec<usize> =
        starts.iter().skip(1).map(|start| with_comments(text, *start, first)).collect();
    bounds.insert(0, first);
    bounds.push(end);
    let mut lines = String::new();
    for slot in slots {
        match slot {
            Slot::Old(index) => lines.push_str(text.get(*bounds.get(*index)?..*bounds.get(*index + 1)?)?),
            Slot::New(value) => {
                if !lines.is_empty() && !lines.ends_with('\n') {
                    lines.push('\n');
                }
                lines.push_str(&block(value, column));
            }
        }
        if !lines.ends_with('\n') {
            lines.push('\n');
        }
    }
    Some((lines, first..end))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

fn column_of(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// The column of the dash with which a line of a list begins.
fn column_of_dash(text: &str, start: usize) -> Option<usize> {
    let line = &text[start..];
    let column = line.len() - line.trim_start_matches(' ').len();
    line[column..].starts_with("- ").then_some(column)
}

/// The start of the comment lines right above a line, not above `first`.
fn with_comments(text: &str, start: usize, first: usize) -> usize {
    let mut start = start;
    while start > first {
        let above = line_start(text, start - 1);
        if above < first || !text[above..start].trim_start().starts_with('#') {
            break;
        }
        start = above;
    }
    start
}

/// A new entry of a list in lines: a map with a line for each key, anything else on one line.
fn block(value: &Value, column: usize) -> String {
    let indent = " ".repeat(column);
    match value {
        Value::Object(map) => {
            let entry = |(index, (key, value)): (usize, (&String, &Value))| {
                let mark = if index == 0 { "- " } else { "  " };
                format!("{indent}{mark}{key}: {}\n", flow(value, false))
            };
            map.iter().enumerate().map(entry).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            format!("{indent}- {}\n", flow(value, false))
        }
    }
}

/// A value on one line: JSON, and in YAML nearly so.
fn flow(value: &Value, is_json: bool) -> String {
    match value {
        Value::Array(list) => {
            format!("[{}]", list.iter().map(|one| flow(one, is_json)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{}: {}", key_of(key, is_json), flow(value, is_json))
            };
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

/// A key as it is written; those of packages are plain words.
fn key_of(key: &str, is_json: bool) -> String {
    if is_json || !is_plain_word(key) { Value::from(key).to_string() } else { key.to_owned() }
}

/// Whether a text can stand without quotation marks and is still read as that text.
fn is_plain_word(text: &str) -> bool {
    const WORDS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "~"];
    let starts_well = text.chars().next().is_some_and(char::is_alphabetic)
        || (text.contains(' ') && text.chars().next().is_some_and(char::is_alphanumeric));
    starts_well
        && text.trim() == text
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '，' | '。' | '、' | '（' | '）'))
        && !WORDS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests;
