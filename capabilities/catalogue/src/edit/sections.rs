//! Which elements of a package have questions of their own on the editing pages, and where they stand in its files.

use super::tree::{Content, Node};
use crate::package::{FORM, ITEM, PROCESS};

/// How an element is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A text on one line.
    Line,
    /// A whole number.
    Number,
    /// A number of days or months (`20 working days`).
    Limit,
    /// Texts in both languages, each on one line.
    Words,
    /// The same, longer.
    LongWords,
    /// Words, one a line.
    List,
    /// One code of tables, named as the guide names it; the prefix of their message keys.
    Code(&'static str, &'static [&'static str]),
    /// Several of them.
    Codes(&'static [&'static str]),
    /// Whether the name of the element stands in the list `required` beside its `properties`.
    Required,
}

/// An element inside a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Path below the group's base.
    pub(crate) path: &'static str,
    /// Key of its label.
    pub(crate) label: &'static str,
    pub(crate) kind: Kind,
    /// An empty answer takes the key out of the file.
    pub(crate) optional: bool,
}

const fn field(path: &'static str, label: &'static str, kind: Kind) -> Field {
    Field { path, label, kind, optional: false }
}

const fn optional(path: &'static str, label: &'static str, kind: Kind) -> Field {
    Field { path, label, kind, optional: true }
}

/// Elements that stand together: of the file, or of an entry of a list.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Key of its heading.
    pub(crate) title: &'static str,
    /// What it is called in the file, in both languages; empty where the heading says enough.
    pub(crate) name: (String, String),
    /// The path above its fields.
    pub(crate) base: String,
    pub(crate) fields: Vec<Field>,
    /// The list that it is an entry of: it can be moved and left out. A new one has no place yet.
    pub(crate) entry: Option<(&'static str, Option<usize>)>,
}

/// A page of the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Guide,
    Limits,
    Materials,
    Windows,
    Process,
    Form,
}

impl Section {
    pub(crate) const ALL: [Self; 6] =
        [Self::Guide, Self::Limits, Self::Materials, Self::Windows, Self::Process, Self::Form];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::Limits => "limits",
            Self::Materials => "materials",
            Self::Windows => "windows",
            Self::Process => "process",
            Self::Form => "form",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.as_str() == text)
    }

    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::Guide | Self::Limits | Self::Materials | Self::Windows => ITEM,
            Self::Process => PROCESS,
            Self::Form => FORM,
        }
    }

    /// Its groups for what stands in the file.
    pub(crate) fn groups(self, root: &Node) -> Vec<Group> {
        match self {
            Self::Guide => guide(root),
            Self::Limits => vec![
                single("catalogue-edit-statutory", "limits/statutory", STATUTORY),
                single("catalogue-edit-promised", "limits/promised", PROMISED),
            ],
            Self::Materials => entries(root, "materials", "catalogue-edit-material", MATERIAL, "name"),
            Self::Windows => {
                let mut groups = entries(root, "windows", "catalogue-edit-window", WINDOW, "name");
                groups.push(single("catalogue-edit-complaints", "complaints", COMPLAINTS));
                groups
            }
            Self::Process => process(root),
            Self::Form => form(root),
        }
    }
}

const HEAD: &[Field] = &[
    field("name", "catalogue-edit-name", Kind::Words),
    field("summary", "catalogue-edit-summary", Kind::LongWords),
    field("keywords", "catalogue-edit-keywords", Kind::List),
    field("visits", "catalogue-visits", Kind::Number),
];
const WORDS: &[Field] = &[field("", "catalogue-edit-text", Kind::LongWords)];
const BASIS: &[Field] = &[
    field("title", "catalogue-edit-law", Kind::Words),
    field("article", "catalogue-edit-article", Kind::Line),
    field("says", "catalogue-edit-says", Kind::LongWords),
];
const FEE: &[Field] = &[
    field("name", "catalogue-edit-name", Kind::Words),
    field("amount", "catalogue-edit-amount", Kind::Words),
    field("basis", "catalogue-material-basis", Kind::Words),
];
const FAQ: &[Field] = &[
    field("q", "catalogue-edit-question", Kind::Words),
    field("a", "catalogue-edit-answer", Kind::LongWords),
];
const STATUTORY: &[Field] = &[
    field("within", "catalogue-edit-within", Kind::Limit),
    field("basis", "catalogue-material-basis", Kind::Line),
];
const PROMISED: &[Field] = &[
    field("within", "catalogue-edit-within", Kind::Limit),
    optional("basis", "catalogue-material-basis", Kind::Line),
];
const MATERIAL: &[Field] = &[
    field("id", "catalogue-edit-id", Kind::Line),
    field("name", "catalogue-edit-name", Kind::Words),
    field("need", "catalogue-material-need", Kind::Code("catalogue-need", &["required", "optional"])),
    field("by", "catalogue-edit-by", Kind::Code("catalogue-edit-by", &["applicant", "office"])),
    field("source", "catalogue-material-source", Kind::Code("catalogue-source", &["10", "20", "30", "99"])),
    field("form", "catalogue-material-form", Kind::Code("catalogue-form", &["1", "2", "3"])),
    field("copies/original", "catalogue-edit-originals", Kind::Number),
    field("copies/copy", "catalogue-edit-copies", Kind::Number),
    field("accepts", "catalogue-edit-accepts", Kind::Codes(&["pdf", "jpg", "png", "ofd"])),
    field("max_mb", "catalogue-edit-max-mb", Kind::Number),
    field("basis", "catalogue-material-basis", Kind::Words),
    field("note", "catalogue-edit-note", Kind::LongWords),
    optional("when", "catalogue-edit-when", Kind::Line),
];
const WINDOW: &[Field] = &[
    field("division", "catalogue-edit-division", Kind::Line),
    field("name", "catalogue-edit-name", Kind::Words),
    field("address", "catalogue-window-address", Kind::Words),
    field("hours", "catalogue-window-hours", Kind::Words),
    field("phone", "catalogue-window-phone", Kind::Line),
];
const COMPLAINTS: &[Field] = &[
    field("phone", "catalogue-window-phone", Kind::Line),
    field("note", "catalogue-edit-note", Kind::LongWords),
];
const TITLE: &[Field] = &[
    field("title", "catalogue-edit-title-zh", Kind::Line),
    field("x-title-en", "catalogue-edit-title-en", Kind::Line),
    optional("description", "catalogue-edit-hint-zh", Kind::Line),
    optional("x-description-en", "catalogue-edit-hint-en", Kind::Line),
    field("", "catalogue-edit-required", Kind::Required),
];
const LONGEST: Field = field("maxLength", "catalogue-edit-longest", Kind::Number);
const SMALLEST: Field = field("minimum", "catalogue-edit-smallest", Kind::Number);
const LARGEST: Field = field("maximum", "catalogue-edit-largest", Kind::Number);
const MOST: Field = field("maxItems", "catalogue-edit-most", Kind::Number);

fn single(title: &'static str, base: &str, fields: &[Field]) -> Group {
    let (name, base, fields) = ((String::new(), String::new()), base.to_owned(), fields.to_vec());
    Group { title, name, base, fields, entry: None }
}

/// The entries of a list, and an empty one behind them.
fn entries(root: &Node, list: &'static str, title: &'static str, fields: &[Field], name: &str) -> Vec<Group> {
    let entry = |(index, node): (usize, &Node)| Group {
        title,
        name: words(node, name),
        base: format!("{list}/{index}"),
        fields: fields.to_vec(),
        entry: Some((list, Some(index))),
    };
    let mut groups: Vec<Group> = root.list(list).iter().enumerate().map(entry).collect();
    groups.push(Group { entry: Some((list, None)), ..single(title, &format!("{list}/+"), fields) });
    groups
}

fn words(node: &Node, name: &str) -> (String, String) {
    let text = |lang: &str| node.text(&format!("{name}/{lang}")).to_owned();
    (text("zh"), text("en"))
}

fn guide(root: &Node) -> Vec<Group> {
    let mut groups = vec![single("catalogue-edit-head", "", HEAD)];
    groups.extend(entries(root, "conditions", "catalogue-edit-condition", WORDS, ""));
    groups.extend(entries(root, "results", "catalogue-edit-result", WORDS, ""));
    groups.extend(entries(root, "fees", "catalogue-edit-fee", FEE, "name"));
    groups.extend(entries(root, "faq", "catalogue-edit-faq", FAQ, "q"));
    groups.extend(entries(root, "legal_basis", "catalogue-edit-basis", BASIS, "title"));
    groups
}

/// Everything in the process that says who does it or within which limit, wherever it stands.
fn process(root: &Node) -> Vec<Group> {
    let mut groups = Vec::new();
    walk(root, "", &(String::new(), String::new()), &mut groups);
    groups
}

fn walk(node: &Node, path: &str, above: &(String, String), groups: &mut Vec<Group>) {
    let below = |part: &str| if path.is_empty() { part.to_owned() } else { format!("{path}/{part}") };
    match &node.content {
        Content::Scalar(_) => {}
        Content::List(nodes) => {
            for (index, node) in nodes.iter().enumerate() {
                walk(node, &below(&index.to_string()), above, groups);
            }
        }
        Content::Map(entries) => {
            let own = words(node, "name");
            let name = if own.0.is_empty() { above } else { &own };
            let mut fields = Vec::new();
            if !own.0.is_empty() {
                fields.push(field("name", "catalogue-edit-name", Kind::Words));
            }
            for (key, within, basis) in LIMITS {
                if node.at(within).is_some() {
                    fields.push(field(within, key, Kind::Limit));
                    fields.push(optional(basis, "catalogue-material-basis", Kind::Line));
                }
            }
            if node.at("by/role").is_some() {
                fields.extend(EXECUTOR.iter().filter(|field| {
                    !field.optional || node.at(field.path).is_some() || field.path == "by/department"
                }));
            }
            if path.contains("by/") && node.at("role").is_some() {
                fields.extend_from_slice(ONE_OF_SEVERAL);
            }
            if !fields.is_empty() {
                let name = if own.0.is_empty() { (path.to_owned(), path.to_owned()) } else { own.clone() };
                let base = path.to_owned();
                groups.push(Group { title: "catalogue-edit-task", name, base, fields, entry: None });
            }
            for entry in entries.iter().filter(|entry| entry.key != "name") {
                walk(&entry.value, &below(&entry.key), name, groups);
            }
        }
    }
}

const LIMITS: [(&str, &str, &str); 2] = [
    ("catalogue-edit-within", "limit/within", "limit/basis"),
    ("catalogue-edit-lasts", "lasts/within", "lasts/basis"),
];
const EXECUTOR: &[Field] = &[
    field(
        "by/level",
        "catalogue-edit-level",
        Kind::Code("catalogue-edit-level", &["province", "city", "county", "town"]),
    ),
    optional("by/department", "catalogue-edit-department", Kind::Line),
    field(
        "by/role",
        "catalogue-edit-role",
        Kind::Code("catalogue-edit-role", &["acceptance", "review", "decision"]),
    ),
];

/// One of several executors with conditions.
const ONE_OF_SEVERAL: &[Field] = &[
    field(
        "level",
        "catalogue-edit-level",
        Kind::Code("catalogue-edit-level", &["province", "city", "county", "town"]),
    ),
    optional("department", "catalogue-edit-department", Kind::Line),
    field(
        "role",
        "catalogue-edit-role",
        Kind::Code("catalogue-edit-role", &["acceptance", "review", "decision"]),
    ),
];

/// Every question of the form, those of lists behind their list.
fn form(root: &Node) -> Vec<Group> {
    let mut groups = Vec::new();
    properties(root, "properties", &mut groups);
    groups
}

fn properties(root: &Node, path: &str, groups: &mut Vec<Group>) {
    for entry in root.map(path) {
        let base = format!("{path}/{}", entry.key);
        let mut fields = TITLE.to_vec();
        let asked = [LONGEST, SMALLEST, LARGEST, MOST];
        fields.extend(asked.iter().filter(|field| entry.value.at(field.path).is_some()));
        let name = (entry.value.text("title").to_owned(), entry.value.text("x-title-en").to_owned());
        groups.push(Group { title: "catalogue-edit-field", name, base: base.clone(), fields, entry: None });
        for choice in root.map(&format!("{base}/x-labels")) {
            let name = (choice.key.clone(), choice.key.clone());
            let at = format!("{base}/x-labels/{}", choice.key);
            groups.push(Group { name, ..single("catalogue-edit-choice", &at, WORDS_SHORT) });
        }
        properties(root, &format!("{base}/items/properties"), groups);
    }
}

const WORDS_SHORT: &[Field] = &[field("", "catalogue-edit-text", Kind::Words)];
