//! The ways into the portal as data: `portal.yaml` beside the service packages says which events of a life, or of an
//! organisation, lead to which items, and what is shown first while nobody has asked for anything yet.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{BUNDLE, Library, Package};
use kernel::Words;
use serde::Deserialize;

/// The name of the file, in the folder of packages or in a folder directly inside it.
const FILE: &str = "portal.yaml";

/// Whom an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clients {
    /// 个人
    People,
    /// 法人
    Organisations,
}

/// Something that happens in a life, or to an organisation, and makes people ask (人生大事、单位大事).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifeEvent {
    /// Its id in addresses: lower-case letters and hyphens.
    pub id: String,
    /// Whom it concerns.
    #[serde(rename = "for")]
    pub clients: Clients,
    /// The national topic (主题) that it belongs to, of the table of people or of legal persons.
    pub topic: String,
    /// What it is called.
    pub name: Words,
    /// What can be done then, in a line.
    pub line: Words,
    /// `code/handling` of items and `id/bundle` of bundles, the most wanted first.
    pub items: Vec<String>,
}

/// Whom to call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hotline {
    /// The number.
    pub phone: String,
    /// Who answers and when.
    pub line: Words,
}

/// All ways in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entrances {
    /// Events, in the order of the page.
    #[serde(default)]
    pub events: Vec<LifeEvent>,
    /// What is shown as asked for most while there are no figures: `code/handling`.
    #[serde(default)]
    pub popular: Vec<String>,
    /// Whom to call.
    #[serde(default)]
    pub hotline: Option<Hotline>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EntrancesError {
    /// It cannot be opened.
    #[error("{0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// It is not of the form that docs/packages.md describes.
    #[error("{0}")]
    Form(PathBuf, #[source] Box<serde_saphyr::Error>),
    /// An entry breaks a rule.
    #[error("{0}: {1}: {2}")]
    Rule(PathBuf, String, &'static str),
}

impl Entrances {
    /// Reads the file of a folder of packages; without one there are no events and nothing is proposed.
    pub fn load(packages: &Path) -> Result<Self, EntrancesError> {
        let Some(file) = find(packages) else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(&file)
            .map_err(|error| EntrancesError::Unreadable(file.clone(), error))?;
        Self::read(&text, &file)
    }

    /// Reads a text; `file` is named in what is wrong.
    fn read(text: &str, file: &Path) -> Result<Self, EntrancesError> {
        let read: Self = serde_saphyr::from_str(text)
            .map_err(|error| EntrancesError::Form(file.to_owned(), Box::new(error)))?;
        match read.fault() {
            None => Ok(read),
            Some((at, rule)) => Err(EntrancesError::Rule(file.to_owned(), at, rule)),
        }
    }

    fn fault(&self) -> Option<(String, &'static str)> {
        let mut ids = BTreeSet::new();
        for event in &self.events {
            let at = || format!("event {}", event.id);
            let table = match event.clients {
                Clients::People => "topic_personal_civil",
                Clients::Organisations => "topic_legal",
            };
            let fits = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if !fits(&event.id) {
                return Some((at(), "an id is made of lower-case letters and hyphens"));
            }
            if !ids.insert(&event.id) {
                return Some((at(), "there is another event of this id"));
            }
            if event.name.is_incomplete() || event.line.is_incomplete() {
                return Some((at(), "name and line are needed in Chinese and in English"));
            }
            if codes::tables::name_of(table, &event.topic).is_none() {
                return Some((at(), "topic is no code of the national table"));
            }
            if event.items.is_empty() {
                return Some((at(), "items: at least one is needed"));
            }
        }
        let named = self.events.iter().flat_map(|event| &event.items).chain(&self.popular);
        let odd = named.into_iter().find(|name| name.split('/').count() != 2);
        odd.map(|name| (name.clone(), "an item is named code/handling, a bundle id/bundle"))
    }

    /// The event of this id.
    pub fn event(&self, id: &str) -> Option<&LifeEvent> {
        self.events.iter().find(|event| event.id == id)
    }

    /// Events of people, or of organisations.
    pub fn events_of(&self, clients: Clients) -> impl Iterator<Item = &LifeEvent> {
        self.events.iter().filter(move |event| event.clients == clients)
    }
}

impl LifeEvent {
    /// What is offered for it at the moment: what this node does not offer is passed over.
    pub fn offered(&self, library: &Library) -> Vec<Arc<Package>> {
        self.items.iter().filter_map(|name| library.offered_as(name)).collect()
    }

    /// The same for the room of the items.
    pub(crate) fn topic(&self) -> catalogue::Topic {
        catalogue::Topic {
            id: self.id.clone(),
            name: self.name.clone(),
            people: self.clients == Clients::People,
            items: self.items.clone(),
        }
    }

    /// Whether it leads to this item.
    pub(crate) fn holds(&self, package: &Package) -> bool {
        self.items.iter().any(|name| *name == key(package))
    }
}

/// `code/handling` of an item, `id/bundle` of a bundle.
pub(crate) fn key(package: &Package) -> String {
    format!("{}/{}", package.reference.item, package.reference.handling)
}

/// Whether the name is that of a bundle.
pub(crate) fn is_bundle(package: &Package) -> bool {
    package.reference.handling == BUNDLE
}

fn find(packages: &Path) -> Option<PathBuf> {
    let own = packages.join(FILE);
    if own.is_file() {
        return Some(own);
    }
    let mut inner: Vec<PathBuf> =
        std::fs::read_dir(packages).ok()?.flatten().map(|entry| entry.path().join(FILE)).collect();
    inner.sort();
    inner.into_iter().find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wrong: &str) {
        let error = Entrances::read(text, Path::new("portal.yaml")).unwrap_err().to_string();
        assert!(error.contains(wrong), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let event = |id: &str, topic: &str, items: &str| {
            format!(
                "  - {{id: {id}, for: people, topic: \"{topic}\", name: {{zh: 甲, en: a}}, \
                 line: {{zh: 乙, en: b}}, items: {items}}}\n"
            )
        };
        let good = event("birth", "005", "[\"000711005000/02\"]");
        assert!(Entrances::read(&format!("events:\n{good}"), Path::new("portal.yaml")).is_ok());
        check(&format!("events:\n{good}{good}"), "event birth: there is another event of this id");
        check(&format!("events:\n{}", event("Birth", "005", "[a/b]")), "lower-case");
        check(&format!("events:\n{}", event("birth", "006", "[a/b]")), "national table");
        check(&format!("events:\n{}", event("birth", "005", "[]")), "at least one");
        check(&format!("events:\n{}", event("birth", "005", "[abc]")), "code/handling");
        check("popular: [x]", "code/handling");
        check("events: 7", "portal.yaml");
    }

    #[test]
    fn every_real_item_is_found_by_an_event() {
        let library = Arc::clone(&crate::tests::LIBRARY);
        let entrances = Entrances::load(&crate::tests::packages()).unwrap();
        let named = entrances.events.iter().flat_map(|event| &event.items).chain(&entrances.popular);
        let gone: Vec<&String> = named.filter(|name| library.offered_as(name).is_none()).collect();
        assert!(gone.is_empty(), "named in portal.yaml but not offered: {gone:?}");
        let lost: Vec<&str> = library
            .list()
            .filter(|package| !entrances.events.iter().any(|event| event.holds(package)))
            .map(|package| package.item.name.zh.as_str())
            .collect();
        assert!(lost.is_empty(), "no event of portal.yaml leads to {lost:?}");
    }
}
