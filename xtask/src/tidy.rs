//! Rules of the house that the compiler does not know: edges between rooms, module docs, file lengths, words that hide
//! holes, tables touched only by their owner.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Longest source file, in lines. A file that needs a table of contents is two files.
const LINES_MAX: usize = 500;

/// Which room may stand on which. A new edge is a decision: docs/adr/.
const EDGES: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("codes", &[]),
    ("legal-time", &[]),
    ("guomi", &[]),
    ("ofd", &["guomi"]),
    ("store", &["kernel", "guomi"]),
    ("web", &["kernel", "guomi"]),
    ("testkit", &["kernel", "store"]),
    ("identity", &["kernel", "codes", "guomi", "store", "web"]),
    ("oidc", &["kernel", "guomi", "store", "web", "identity"]),
    ("rules", &["kernel"]),
    ("search", &[]),
    ("ledger", &["kernel", "guomi", "store"]),
    ("cases", &["kernel", "codes", "legal-time", "rules", "store", "ledger"]),
    (
        "catalogue",
        &[
            "kernel",
            "codes",
            "legal-time",
            "rules",
            "guomi",
            "store",
            "web",
            "identity",
            "cases",
            "ledger",
            "licences",
            "search",
        ],
    ),
    (
        "applications",
        &[
            "kernel",
            "codes",
            "legal-time",
            "rules",
            "guomi",
            "store",
            "web",
            "identity",
            "cases",
            "catalogue",
            "ledger",
            "licences",
            "registers",
        ],
    ),
    (
        "licences",
        &[
            "kernel",
            "codes",
            "guomi",
            "ofd",
            "legal-time",
            "store",
            "web",
            "identity",
            "oidc",
            "cases",
            "ledger",
        ],
    ),
    ("registers", &["kernel", "codes", "store", "web"]),
    ("messages", &["kernel", "guomi", "store", "web", "identity"]),
    ("calendars", &["kernel", "legal-time", "store", "web", "identity", "cases"]),
    ("portal", &["kernel", "codes", "store", "web", "identity", "cases", "catalogue"]),
    ("privacy", &["kernel", "store", "web", "identity", "oidc", "cases", "messages", "applications"]),
    ("proofs", &["kernel", "store", "ledger", "web"]),
    ("seals", &["kernel", "codes", "guomi", "ofd", "store", "web", "identity"]),
    ("xtask", &[]),
];

/// Text that hides a hole or goes round a rule.
const BANNED: &[(&str, &str)] = &[
    ("TODO", "finish it, or write down in the issue what is left"),
    ("FIXME", "finish it, or write down in the issue what is left"),
    ("todo!(", "finish it"),
    ("unimplemented!(", "finish it"),
    ("#[ignore", "a test runs or is deleted"),
    ("#[allow(", "use #[expect(…, reason = …)]"),
    ("axum::Form", "use web::PostForm, which checks the CSRF token"),
    ("thread::sleep", "time comes in as a parameter"),
];

/// The workspace folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Every rule that is broken, as `file:line: rule`.
pub(crate) fn faults(root: &Path) -> Vec<String> {
    let rooms = rooms(root);
    let mut faults = Vec::new();
    for (name, folder) in &rooms {
        check_edges(name, folder, &rooms, &mut faults);
    }
    let tables = tables(&rooms);
    for (name, folder) in &rooms {
        for file in files(folder, "rs") {
            check_source(root, name, &file, &tables, &mut faults);
        }
    }
    check_decisions(root, &mut faults);
    faults
}

/// Decisions (docs/adr) are named by number, so each has its own.
fn check_decisions(root: &Path, faults: &mut Vec<String>) {
    let mut files: Vec<PathBuf> = files(&root.join("docs/adr"), "md");
    files.sort();
    let number = |file: &PathBuf| -> Option<String> {
        Some(file.file_name()?.to_str()?.split('-').next()?.to_owned())
    };
    for pair in files.windows(2).filter(|pair| number(&pair[0]) == number(&pair[1])) {
        let shown = pair[1].strip_prefix(root).unwrap_or(&pair[1]).display();
        faults.push(format!("{shown}: its number is taken by {}", pair[0].display()));
    }
}

fn rooms(root: &Path) -> BTreeMap<String, PathBuf> {
    let floors = ["foundation", "engine", "capabilities"].map(|floor| root.join(floor));
    let in_floors = floors.iter().flat_map(|floor| folders(floor));
    let all = in_floors.chain([root.join("tongban"), root.join("xtask")]);
    all.filter_map(|folder| Some((folder.file_name()?.to_str()?.to_owned(), folder))).collect()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.join("Cargo.toml").is_file()).collect()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn check_edges(name: &str, folder: &Path, rooms: &BTreeMap<String, PathBuf>, faults: &mut Vec<String>) {
    if name == "tongban" {
        return; // the binary may use every room; nobody may use the binary, which Cargo refuses as a circle
    }
    let manifest = read(&folder.join("Cargo.toml"));
    let Some((_, allowed)) = EDGES.iter().find(|(room, _)| *room == name) else {
        faults.push(format!("{name}: a new room needs its line in the edge list of xtask/src/tidy.rs"));
        return;
    };
    let mut in_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line == "[dependencies]";
        }
        let used = line.split(['.', ' ', '=']).next().unwrap_or("");
        if in_dependencies && rooms.contains_key(used) && !allowed.contains(&used) {
            faults.push(format!(
                "{name}/Cargo.toml: {name} must not stand on {used} (edge list in xtask/src/tidy.rs)"
            ));
        }
    }
}

/// Which room owns which table: the one whose SQL creates it.
fn tables(rooms: &BTreeMap<String, PathBuf>) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for (name, folder) in rooms {
        for file in files(folder, "sql") {
            for line in read(&file).lines() {
                if let Some(rest) = line.trim().strip_prefix("create table ") {
                    let table = rest.split([' ', '(']).next().unwrap_or("").to_owned();
                    owners.insert(table, name.clone());
                }
            }
        }
    }
    owners
}

fn check_source(
    root: &Path,
    room: &str,
    file: &Path,
    tables: &BTreeMap<String, String>,
    faults: &mut Vec<String>,
) {
    let text = read(file);
    let shown = file.strip_prefix(root).unwrap_or(file).display().to_string();
    if !text.starts_with("//!") {
        faults.push(format!("{shown}:1: every file says in its first line (//!) what it is for"));
    }
    let lines = text.lines().count();
    if lines > LINES_MAX {
        faults.push(format!("{shown}: {lines} lines, at most {LINES_MAX}"));
    }
    let is_this_file = shown.ends_with("tidy.rs");
    let is_test = shown.contains("tests");
    for (number, line) in text.lines().enumerate() {
        let at = number + 1;
        if !is_this_file {
            for (word, instead) in BANNED.iter().filter(|(word, _)| line.contains(word)) {
                faults.push(format!("{shown}:{at}: {word} is banned: {instead}"));
            }
        }
        if is_test || is_this_file {
            continue; // tests look into other rooms' tables on purpose
        }
        for table in tables_named(line) {
            if let Some(owner) = tables.get(table).filter(|owner| *owner != room) {
                faults.push(format!("{shown}:{at}: table {table} belongs to {owner}; ask that room"));
            }
        }
    }
}

/// Words that stand where SQL names a table.
fn tables_named(line: &str) -> BTreeSet<&str> {
    let words: Vec<&str> = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
    let named = words.windows(2).filter(|pair| matches!(pair[0], "from" | "into" | "join" | "update"));
    named.map(|pair| pair[1]).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let faults = faults(&root());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    #[test]
    fn tables_are_found_where_sql_names_them() {
        assert_eq!(
            tables_named("select a from cases c join case_tasks t"),
            BTreeSet::from(["cases", "case_tasks"])
        );
        assert_eq!(tables_named("// comes from the sky"), BTreeSet::from(["the"]));
    }
}
