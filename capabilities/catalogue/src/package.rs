//! A service package (服务包): a folder that says everything about one service item.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use cases::{CaseType, Process, TypeRef};
use licences::template::{TemplateError, Templates};
use rules::DecisionTable;
use serde::Deserialize;

use crate::source::Source;
use crate::{Fault, Form, Item, item};

mod check;
mod facts;
mod notice;

pub(crate) use check::types;
pub use notice::NoticeFacts;

const ITEM: &str = "item.yaml";
pub(crate) const FORM: &str = "form.schema.json";
const PROCESS: &str = "process.yaml";
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

/// Names of the registers that the platform keeps (登记簿).
pub type Registers = BTreeSet<String>;

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
        let shown = folder.display().to_string();
        let mut texts = Texts::new();
        let mut faults = Vec::new();
        for file in FILES {
            match read_text(folder, file) {
                Ok(Some(text)) => drop(texts.insert(file.to_owned(), text)),
                Ok(None) => {
                    let rule = format!("the file is missing; a package has {}", FILES.join(", "));
                    faults.push(Fault::new(format!("{}/{file}", shown.trim_end_matches('/')), 0, rule));
                }
                Err(fault) => faults.push(fault),
            }
        }
        match read_text(folder, RULES) {
            Ok(Some(text)) => drop(texts.insert(RULES.to_owned(), text)),
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
        if faults.is_empty() { Self::from_texts(&shown, texts, Some(registers)) } else { Err(faults) }
    }

    /// Reads the texts of a package. Without registers it was checked when it was first loaded, and only has to be
    /// readable: rules that came later do not touch the cases that run under it.
    pub(crate) fn from_texts(
        folder: &str,
        texts: Texts,
        registers: Option<&Registers>,
    ) -> Result<Self, Vec<Fault>> {
        let path = |file: &str| format!("{}/{file}", folder.trim_end_matches('/'));
        let text = |file: &str| texts.get(file).map_or("", String::as_str);
        let mut faults = Vec::new();
        let item =
            keep(Source::read::<Item>(path(ITEM), text(ITEM)).map_err(|fault| vec![fault]), &mut faults);
        let form = keep(Form::read(&path(FORM), text(FORM)), &mut faults);
        let process = keep(
            Source::read::<Process>(path(PROCESS), text(PROCESS)).map_err(|fault| vec![fault]),
            &mut faults,
        );
        let documents = keep(read_templates(&path(LICENCES), text(LICENCES)), &mut faults);
        let rules = match texts.get(RULES) {
            Some(text) => {
                keep(Source::read::<Rules>(path(RULES), text).map_err(|fault| vec![fault]), &mut faults)
                    .map(|(_, rules)| rules)
            }
            None => Some(Rules::default()),
        };
        let item = item.map(|(mut source, item)| {
            if registers.is_some() {
                item::check(&item, &mut source);
            }
            faults.extend(source.into_faults());
            item
        });
        let (
            Some(item),
            Some(form),
            Some((process_source, process)),
            Some((documents_source, documents)),
            Some(rules),
        ) = (item, form, process, documents, rules)
        else {
            return Err(faults);
        };
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
            faults.extend(check::check(&parts, process_source, documents_source, registers));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let digest = digest(&texts);
        let case_type = Arc::new(case_type);
        Ok(Self { reference, item, form, case_type, documents, digest, folder: folder.to_owned(), texts })
    }

    /// Its process.
    pub fn process(&self) -> &Process {
        &self.case_type.process
    }
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
        // A checkout on Windows may change line ends, which changes nothing.
        Ok(text) => return Ok(Some(text.replace("\r\n", "\n"))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => error,
    };
    let rule = if error.kind() == std::io::ErrorKind::InvalidData {
        "the file is not UTF-8 text".to_owned()
    } else {
        format!("the file cannot be read: {error}")
    };
    Err(Fault::new(format!("{}/{file}", folder.display().to_string().trim_end_matches('/')), 0, rule))
}

fn read_templates(path: &str, text: &str) -> Result<(Source, Templates), Vec<Fault>> {
    let mut source = Source::tree(path.to_owned(), text).map_err(|fault| vec![fault])?;
    match Templates::parse(text) {
        Ok(templates) => Ok((source, templates)),
        Err(TemplateError::Field { line, rule, .. }) => {
            let rule = rule.split(" at line ").next().unwrap_or_default();
            Err(vec![Fault::new(path, line, rule)])
        }
        Err(TemplateError::Document { document, rule }) => {
            source.add(&["documents", &document], format!("document {document}: {rule}"));
            Err(source.into_faults())
        }
    }
}

/// Names and lengths are hashed too, so that no text can slip from one file into the next.
pub(crate) fn digest(texts: &Texts) -> String {
    let mut content = Vec::new();
    for (name, text) in texts {
        content.extend_from_slice(format!("{name} {}\n", text.len()).as_bytes());
        content.extend_from_slice(text.as_bytes());
    }
    guomi::sm3::hex(&content)
}
