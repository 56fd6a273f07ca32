//! A service package (服务包): a folder that says everything about one service item.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use cases::{CaseType, Process, TypeRef};
use licences::template::{TemplateError, Templates};
use rules::DecisionTable;
use serde::Deserialize;

use crate::item;
use crate::lint;
use crate::rule::Rule;
use crate::source::Source;
use crate::{Fault, Form, Item};

pub(crate) mod check;
mod facts;
mod notice;

pub(crate) use check::types;
pub use notice::NoticeFacts;

pub(crate) const ITEM: &str = "item.yaml";
pub(crate) const FORM: &str = "form.schema.json";
pub(crate) const PROCESS: &str = "process.yaml";
const LICENCES: &str = "licences.yaml";
const RULES: &str = "rules.yaml";

/// Decision tables of a package (决策表): `rules.yaml`, which a package may have.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    tables: Vec<DecisionTable>,
}

/// The files that make up a version of a package, beside `rules.yaml`, which may be missing. Scenarios are its tests and may be added to at any time.
pub(crate) const FILES: [&str; 4] = [ITEM, FORM, PROCESS, LICENCES];

/// What may lie in a package beside its content (测试场景): its tests.
const SCENARIOS: &str = "scenarios/";
/// Longest name of a scenario's file.
const NAME_BYTES_MAX: usize = 100;

/// Whether a package may have a file of this name: its content, its scenarios, a word to read.
pub(crate) fn is_file_name(name: &str) -> bool {
    let plain = |name: &str| {
        name.len() <= NAME_BYTES_MAX
            && name.strip_suffix(".yaml").is_some_and(|stem| {
                !stem.is_empty() && !stem.starts_with('.') && !stem.contains(['/', '\\', ':', '\0'])
            })
    };
    is_content(name) || name == "README.md" || name.strip_prefix(SCENARIOS).is_some_and(plain)
}

/// Whether a file of this name is part of what a version says.
pub(crate) fn is_content(name: &str) -> bool {
    name == RULES || FILES.contains(&name)
}

/// The registers that the platform keeps (登记簿), with the fields of their entries that a decision may change.
pub type Registers = BTreeMap<String, BTreeSet<String>>;

/// The texts of a package, by file name.
pub(crate) type Texts = BTreeMap<String, String>;

/// One version of a service package.
#[derive(Debug, Clone)]
pub struct Package {
    /// Which one.
    pub reference: TypeRef,
    /// Identity and guide.
    pub item: Item,
    /// What is asked.
    pub form: Form,
    /// Who does what, as the engine wants it.
    pub case_type: Arc<CaseType>,
    /// Documents that come out.
    pub documents: Templates,
    /// SM3 hash over its files, hexadecimal.
    pub digest: String,
    /// Where it was loaded from, for messages to the operator.
    pub folder: String,
    pub(crate) texts: Texts,
}

impl Package {
    /// Reads a folder and checks it against every rule.
    pub fn load(folder: &Path, registers: &Registers) -> Result<Self, Vec<Fault>> {
        Self::from_texts(&folder.display().to_string(), read_texts(folder)?, Some(registers))
    }

    /// The same for files that lie nowhere, by name, with everything that breaks a rule. `label` stands for the folder.
    pub(crate) fn of_texts(label: &str, files: &Texts, registers: &Registers) -> (Option<Self>, Vec<Fault>) {
        let lacking =
            FILES.into_iter().filter(|file| !files.contains_key(*file)).map(|file| missing(label, file));
        let lacking: Vec<Fault> = lacking.collect();
        if lacking.is_empty() {
            Self::examine(label, files.clone(), Some(registers))
        } else {
            (None, lacking)
        }
    }

    /// Reads the texts of a package. Without registers it was checked when it was first loaded, and only has to be
    /// readable: rules that came later do not touch the cases that run under it.
    pub(crate) fn from_texts(
        folder: &str,
        texts: Texts,
        registers: Option<&Registers>,
    ) -> Result<Self, Vec<Fault>> {
        let (package, faults) = Self::examine(folder, texts, registers);
        let errors: Vec<Fault> = faults.into_iter().filter(Fault::is_error).collect();
        match package {
            Some(package) if errors.is_empty() => Ok(package),
            Some(_) | None => Err(errors),
        }
    }

    /// The same with everything that breaks a rule. There is a package where every file could be read, even with
    /// errors in it: then nothing runs under it, and only what it says can be looked at.
    pub(crate) fn examine(
        folder: &str,
        texts: Texts,
        registers: Option<&Registers>,
    ) -> (Option<Self>, Vec<Fault>) {
        let mut faults = Vec::new();
        let Some((read, sources)) = Read::of(folder, &texts, &mut faults) else { return (None, faults) };
        let Read { item, form, process, documents, rules } = read;
        let reference = TypeRef {
            item: item.code.clone(),
            handling: item.handling.clone(),
            version: item.version.clone(),
        };
        let case_type = CaseType {
            reference: reference.clone(),
            name: item.name.clone(),
            process,
            tables: rules.tables,
            statutory: item.limits.statutory.clone(),
            promised: item.limits.promised.clone(),
        };
        if let Some(registers) = registers {
            let parts =
                check::Parts { item: &item, form: &form, case_type: &case_type, documents: &documents };
            faults.extend(check::check(&parts, sources, registers));
            lint::accept(&item, &format!("{}/{ITEM}", folder.trim_end_matches('/')), &mut faults);
        }
        let digest = digest(texts.iter().filter(|(name, _)| is_content(name)));
        let case_type = Arc::new(case_type);
        let folder = folder.to_owned();
        (Some(Self { reference, item, form, case_type, documents, digest, folder, texts }), faults)
    }

    /// The form values that the process reads: only these leave the sealed answers.
    pub fn facts_read(
        &self,
        answers: &serde_json::Map<String, serde_json::Value>,
    ) -> serde_json::Map<String, serde_json::Value> {
        let read = self.case_type.fields_read();
        read.iter().filter_map(|field| Some((field.clone(), answers.get(field)?.clone()))).collect()
    }

    /// Whether a rule of it reads this fact: a condition or computed value of the process, a table, a condition of a
    /// material, or a requirement.
    pub fn reads(&self, path: &str) -> bool {
        let of_item = self.item.materials.iter().filter_map(|material| material.when.as_ref());
        let of_item = of_item.chain(self.item.requirements.iter().map(|requirement| &requirement.holds));
        self.case_type.reads(path) || of_item.into_iter().any(|condition| condition.reads().contains(path))
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        &self.case_type.process
    }
}

/// The files of a folder that make up a package.
pub(crate) fn read_texts(folder: &Path) -> Result<Texts, Vec<Fault>> {
    let shown = folder.display().to_string();
    let mut texts = Texts::new();
    let mut faults = Vec::new();
    for file in FILES.into_iter().chain([RULES]) {
        match read_text(folder, file) {
            Ok(Some(text)) => drop(texts.insert(file.to_owned(), text)),
            Ok(None) if file == RULES => {}
            Ok(None) => faults.push(missing(&shown, file)),
            Err(fault) => faults.push(fault),
        }
    }
    texts.extend(scenarios(folder));
    if faults.is_empty() { Ok(texts) } else { Err(faults) }
}

/// The scenarios of a folder, so that a package that is given on has its tests with it. What cannot be read as text is
/// left out: it changes nothing that the package says.
fn scenarios(folder: &Path) -> Texts {
    let Ok(entries) = std::fs::read_dir(folder.join(SCENARIOS)) else { return Texts::new() };
    let read = |entry: std::fs::DirEntry| {
        let name = format!("{SCENARIOS}{}", entry.file_name().to_str()?);
        let text = is_file_name(&name).then(|| std::fs::read_to_string(entry.path()).ok()).flatten()?;
        Some((name, text))
    };
    entries.flatten().filter_map(read).collect()
}

fn missing(folder: &str, file: &str) -> Fault {
    let text = format!("the file is missing; a package has {}", FILES.join(", "));
    Fault::new(format!("{}/{file}", folder.trim_end_matches('/')), 0, Rule::Unreadable, text)
}

/// The files of a package, each read by itself.
struct Read {
    item: Item,
    form: Form,
    process: Process,
    documents: Templates,
    rules: Rules,
}

impl Read {
    fn of(folder: &str, texts: &Texts, faults: &mut Vec<Fault>) -> Option<(Self, check::Sources)> {
        let path = |file: &str| format!("{}/{file}", folder.trim_end_matches('/'));
        let text = |file: &str| texts.get(file).map_or("", String::as_str);
        let one = |fault| vec![fault];
        let item = keep(Source::read::<Item>(path(ITEM), text(ITEM), Rule::Item).map_err(one), faults);
        let form = keep(read_form(&path(FORM), text(FORM), faults), faults);
        let process = Source::read::<Process>(path(PROCESS), text(PROCESS), Rule::Process);
        let process = keep(process.map_err(one), faults);
        let documents = keep(read_templates(&path(LICENCES), text(LICENCES)), faults);
        let rules = match texts.get(RULES) {
            Some(text) => {
                let read = Source::read::<Rules>(path(RULES), text, Rule::RuleLanguage);
                keep(read.map_err(one), faults).map(|(source, rules)| (Some(source), rules))
            }
            None => Some((None, Rules::default())),
        };
        let (mut item_source, item) = item?;
        if form.is_none() || process.is_none() || documents.is_none() || rules.is_none() {
            item::check(&item, &mut item_source);
            faults.extend(item_source.into_faults());
            return None;
        }
        let (form_source, form) = form?;
        let ((process_source, process), (documents_source, documents), (tables, rules)) =
            (process?, documents?, rules?);
        let sources = check::Sources {
            item: item_source,
            form: form_source,
            process: process_source,
            documents: documents_source,
            tables,
        };
        Some((Self { item, form, process, documents, rules }, sources))
    }
}

fn read_form(path: &str, text: &str, faults: &mut Vec<Fault>) -> Result<(Source, Form), Vec<Fault>> {
    let (form, later) = Form::read(path, text)?;
    faults.extend(later);
    let source = Source::tree(path.to_owned(), text, Rule::Form).map_err(|fault| vec![fault])?;
    Ok((source, form))
}

fn keep<T>(read: Result<T, Vec<Fault>>, faults: &mut Vec<Fault>) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(found) => {
            faults.extend(found);
            None
        }
    }
}

/// A file of a folder; nothing where there is none.
pub(crate) fn read_text(folder: &Path, file: &str) -> Result<Option<String>, Fault> {
    let error = match std::fs::read_to_string(folder.join(file)) {
        Ok(text) => return Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => error,
    };
    let rule = if error.kind() == std::io::ErrorKind::InvalidData {
        "the file is not UTF-8 text".to_owned()
    } else {
        format!("the file cannot be read: {error}")
    };
    Err(Fault::new(
        format!("{}/{file}", folder.display().to_string().trim_end_matches('/')),
        0,
        Rule::Unreadable,
        rule,
    ))
}

fn read_templates(path: &str, text: &str) -> Result<(Source, Templates), Vec<Fault>> {
    let mut source = Source::tree(path.to_owned(), text, Rule::Documents).map_err(|fault| vec![fault])?;
    match Templates::parse(text) {
        Ok(templates) => Ok((source, templates)),
        Err(TemplateError::Field { line, rule, .. }) => {
            let rule = rule.split(" at line ").next().unwrap_or_default();
            Err(vec![Fault::new(path, line, Rule::Documents, rule)])
        }
        Err(TemplateError::Document { document, rule }) => {
            source.add(&["documents", &document], format!("document {document}: {rule}"));
            Err(source.into_faults())
        }
    }
}

/// Names and lengths are hashed too, so that no text can slip from one file into the next. A checkout on Windows may
/// change line ends, which changes nothing.
pub(crate) fn digest<'t>(texts: impl Iterator<Item = (&'t String, &'t String)>) -> String {
    let mut content = Vec::new();
    for (name, text) in texts {
        let text = text.replace("\r\n", "\n");
        content.extend_from_slice(format!("{name} {}\n", text.len()).as_bytes());
        content.extend_from_slice(text.as_bytes());
    }
    guomi::sm3::hex(&content)
}
