//! All service packages of a node: those in the folder, which are offered, and earlier versions, under which
//! cases still run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cases::TypeRef;
use codes::tables::ApplicantKind;

use crate::bundle::{self, BUNDLE};
use crate::choose::shared::{self, Shared};
use crate::package::FILES;
use crate::questions::Questions;
use crate::questions::article::{self, Article};
use crate::rule::Rule;
use crate::search::{Found, Index, Words, words};
use crate::turns::{Turn, TurnKind};
use crate::{Bundle, Fault, Package, Registers};

/// The service packages of a node (服务包库).
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Offered, by item and handling item.
    current: BTreeMap<(String, String), Arc<Package>>,
    /// Every version, the offered ones among them.
    versions: BTreeMap<TypeRef, Arc<Package>>,
    /// Offered items that nobody can ask for at the moment.
    suspended: BTreeMap<(String, String), Arc<Turn>>,
    /// Items that were offered once.
    cancelled: BTreeMap<(String, String), Arc<Turn>>,
    /// Bundles as the folder says them, by id.
    written: BTreeMap<String, Arc<Bundle>>,
    /// The same with the packages in force as their parts: those that are offered.
    bundles: BTreeMap<String, Arc<Bundle>>,
    /// Every version of a bundle, by the reference of its form.
    bundle_versions: BTreeMap<TypeRef, Arc<Bundle>>,
    index: Index,
    words: Words,
    questions: Questions,
    /// Answers that belong to no one item.
    articles: Vec<Article>,
    /// What the guided choice asks beside the forms.
    asked: Shared,
}

/// For whom a list of items is (服务对象).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clientele {
    /// Everybody.
    Any,
    /// 个人
    People,
    /// 法人
    Organisations,
    /// One kind of the national table.
    Kind(ApplicantKind),
}

impl Clientele {
    /// `people`, `organisations` or a code of the national table; empty means any.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" => Some(Self::Any),
            "people" => Some(Self::People),
            "organisations" => Some(Self::Organisations),
            code => ApplicantKind::from_code(code).map(Self::Kind),
        }
    }

    pub(crate) fn may_ask(self, package: &Package) -> bool {
        match self {
            Self::Any => true,
            Self::People => package.item.is_for_people(),
            Self::Organisations => package.item.is_for_organisations(),
            Self::Kind(kind) => package.item.audience.contains(&kind),
        }
    }
}

impl Library {
    /// Loads every package below a folder. One broken package is enough to refuse all; every fault of every
    /// package is told, in the order of files and lines.
    pub fn load(root: &Path, registers: &Registers) -> Result<Self, Vec<Fault>> {
        let (Folders { packages: found, bundles, words, asked, articles }, mut faults) = folders(root);
        let mut packages = Vec::new();
        for folder in found {
            match Package::load(&folder, registers) {
                Ok(package) => packages.push(package),
                Err(found) => faults.extend(found),
            }
        }
        let mut library = Self::default();
        for package in packages {
            let key = (package.reference.item.clone(), package.reference.handling.clone());
            if let Some(other) = library.current.get(&key) {
                let file = format!("{}/item.yaml", package.folder);
                let rule = format!("item {} with handling {} is also in {}", key.0, key.1, other.folder);
                faults.push(Fault::new(file, 0, Rule::ItemTwice, rule));
                continue;
            }
            let package = Arc::new(package);
            library.versions.insert(package.reference.clone(), Arc::clone(&package));
            library.current.insert(key, package);
        }
        for folder in words {
            match Words::load(&folder) {
                Ok(words) => library.words.extend(words),
                Err(found) => faults.extend(found),
            }
        }
        for folder in asked {
            match Shared::load(&folder).map(|asked| library.asked.extend(asked)) {
                Ok(Ok(())) => {}
                Ok(Err(id)) => {
                    let file = format!("{}/{}", folder.display(), shared::FILE);
                    faults.push(Fault::new(
                        file,
                        0,
                        Rule::Choose,
                        format!("{id} is asked in another file too"),
                    ));
                }
                Err(found) => faults.extend(found),
            }
        }
        for folder in articles {
            match article::load(&folder) {
                Ok(articles) => library.articles.extend(articles),
                Err(found) => faults.extend(found),
            }
        }
        faults.extend(library.current.values().flat_map(|package| library.asked.faults(package)));
        // A bundle is made of sound packages; what is wrong with those is said first.
        if faults.is_empty() {
            for folder in bundles {
                faults.extend(library.load_bundle(&folder).err().unwrap_or_default());
            }
        }
        if !faults.is_empty() {
            faults.sort();
            return Err(faults);
        }
        library.reindex();
        Ok(library)
    }

    /// Other words for the same thing, as the packages say them.
    pub(crate) fn vocabulary(&self) -> search::Vocabulary {
        self.words.vocabulary()
    }

    pub(crate) fn reindex(&mut self) {
        self.index = Index::new(self.list_all(), &self.words);
        self.questions = Questions::new(self.list_all(), &self.articles, &self.words);
    }

    fn load_bundle(&mut self, folder: &Path) -> Result<(), Vec<Fault>> {
        let shown = folder.display().to_string();
        let find = |item: &str, handling: &str| self.current(item, handling);
        let bundle = bundle::of_texts(&shown, bundle::texts_of(folder)?, &find, true)?;
        if let Some(other) = self.bundles.get(&bundle.id) {
            let rule = format!("bundle {} is also in {}", bundle.id, other.folder);
            return Err(vec![Fault::new(format!("{shown}/{}", bundle::FILE), 0, Rule::ItemTwice, rule)]);
        }
        let bundle = Arc::new(bundle);
        self.written.insert(bundle.id.clone(), Arc::clone(&bundle));
        self.offer_bundle(bundle);
        Ok(())
    }

    pub(crate) fn offer_bundle(&mut self, bundle: Arc<Bundle>) {
        self.bundle_versions.insert(bundle.reference().clone(), Arc::clone(&bundle));
        self.bundles.insert(bundle.id.clone(), bundle);
    }

    /// No bundle is offered until each is put together anew from what is in force; gives them as the folder says them.
    pub(crate) fn take_bundles_down(&mut self) -> Vec<Arc<Bundle>> {
        for bundle in self.bundles.values() {
            // What was only written in the folder, with parts that are not in force, nobody has asked for.
            if self.written.get(&bundle.id).is_some_and(|written| Arc::ptr_eq(written, bundle)) {
                self.bundle_versions.remove(bundle.reference());
            }
        }
        self.bundles.clear();
        self.written.values().cloned().collect()
    }

    /// What a turn changes. The version it names must be known.
    pub(crate) fn take(&mut self, turn: Turn) {
        let key = turn.key.clone();
        match turn.kind {
            TurnKind::Published | TurnKind::Resumed => {
                self.suspended.remove(&key);
                self.cancelled.remove(&key);
            }
            TurnKind::Suspended => drop(self.suspended.insert(key.clone(), Arc::new(turn.clone()))),
            TurnKind::Cancelled => {
                self.suspended.remove(&key);
                self.current.remove(&key);
                self.cancelled.insert(key, Arc::new(turn));
                return;
            }
        }
        let reference = TypeRef { item: key.0.clone(), handling: key.1.clone(), version: turn.version };
        if let Some(package) = self.versions.get(&reference) {
            self.current.insert(key, Arc::clone(package));
        }
    }

    /// Since when, why and until when nobody can ask for an item that is offered (暂停); of a bundle the first of its
    /// parts for which this holds.
    pub fn suspended(&self, item: &str, handling: &str) -> Option<Arc<Turn>> {
        if handling == BUNDLE {
            let parts = &self.bundles.get(item)?.parts;
            let of_part = |reference: &TypeRef| self.suspended(&reference.item, &reference.handling);
            return parts.iter().find_map(|part| of_part(&part.package.reference));
        }
        self.suspended.get(&(item.to_owned(), handling.to_owned())).cloned()
    }

    /// Since when, why, and for what else an item is no longer offered (取消); of a bundle the first of its parts for
    /// which this holds.
    pub fn cancelled(&self, item: &str, handling: &str) -> Option<Arc<Turn>> {
        if handling == BUNDLE {
            let parts = &self.written.get(item)?.parts;
            let of_part = |reference: &TypeRef| self.cancelled(&reference.item, &reference.handling);
            return parts.iter().find_map(|part| of_part(&part.package.reference));
        }
        self.cancelled.get(&(item.to_owned(), handling.to_owned())).cloned()
    }

    /// The first handling item of an item that is no longer offered.
    pub(crate) fn first_cancelled(&self, item: &str) -> Option<Arc<Turn>> {
        self.cancelled.values().find(|turn| turn.key.0 == item).cloned()
    }

    /// Adds an earlier version. It is not offered.
    pub(crate) fn keep_earlier(&mut self, package: Package) {
        self.versions.entry(package.reference.clone()).or_insert_with(|| Arc::new(package));
    }

    /// The package of exactly this version, offered or not.
    pub fn get(&self, reference: &TypeRef) -> Option<Arc<Package>> {
        self.versions.get(reference).cloned()
    }

    /// The package that is offered for an item.
    pub fn current(&self, item: &str, handling: &str) -> Option<Arc<Package>> {
        self.current.get(&(item.to_owned(), handling.to_owned())).cloned()
    }

    /// The first offered handling item of an item.
    pub fn first_of(&self, item: &str) -> Option<Arc<Package>> {
        let from = (item.to_owned(), String::new());
        self.current
            .range(from..)
            .next()
            .filter(|((code, _), _)| code == item)
            .map(|(_, package)| Arc::clone(package))
    }

    /// All offered packages, by item code and handling item.
    pub fn list(&self) -> impl Iterator<Item = &Arc<Package>> {
        self.current.values()
    }

    /// Every version, the offered ones among them: those under which cases may still run.
    pub fn versions(&self) -> impl Iterator<Item = &Arc<Package>> {
        self.versions.values()
    }

    /// Adds an earlier version of a bundle. It is not offered.
    pub(crate) fn keep_earlier_bundle(&mut self, bundle: Bundle) {
        self.bundle_versions.entry(bundle.reference().clone()).or_insert_with(|| Arc::new(bundle));
    }

    /// All that has scenarios: offered items by code, then bundles by id.
    pub fn playable(&self) -> impl Iterator<Item = &Arc<Package>> {
        self.current.values().chain(self.bundles.values().map(|bundle| &bundle.asked))
    }

    /// The bundle that is offered under this id.
    pub fn bundle(&self, id: &str) -> Option<Arc<Bundle>> {
        self.bundles.get(id).cloned()
    }

    /// The bundle with exactly this form, offered or not.
    pub fn bundle_of(&self, reference: &TypeRef) -> Option<Arc<Bundle>> {
        self.bundle_versions.get(reference).cloned()
    }

    /// All offered bundles, by id.
    pub fn bundles(&self) -> impl Iterator<Item = &Arc<Bundle>> {
        self.bundles.values()
    }

    /// What a draft can be of: the package of exactly this version, or what that version of a bundle asks for.
    pub fn asked(&self, reference: &TypeRef) -> Option<Arc<Package>> {
        self.get(reference).or_else(|| self.bundle_of(reference).map(|bundle| Arc::clone(&bundle.asked)))
    }

    /// What can be asked for now under this code: an item, or a bundle.
    pub fn offered(&self, item: &str, handling: &str) -> Option<Arc<Package>> {
        if handling == BUNDLE {
            self.bundle(item).map(|bundle| Arc::clone(&bundle.asked))
        } else {
            self.current(item, handling)
        }
    }

    /// The same by its name in data: `code/handling` of an item, `id/bundle` of a bundle.
    pub fn offered_as(&self, name: &str) -> Option<Arc<Package>> {
        let (item, handling) = name.split_once('/')?;
        self.offered(item, handling)
    }

    fn list_all(&self) -> impl Iterator<Item = &Arc<Package>> {
        self.bundles.values().map(|bundle| &bundle.asked).chain(self.current.values())
    }

    /// Whether any package has this version of an item.
    pub(crate) fn knows(&self, item: &str, handling: &str, version: &str) -> bool {
        let (item, handling, version) = (item.to_owned(), handling.to_owned(), version.to_owned());
        self.has(&TypeRef { item, handling, version })
    }

    /// Everything that is offered or was, item and handling item with the last version.
    pub(crate) fn everything(&self) -> impl Iterator<Item = (&(String, String), Arc<Package>)> {
        let of_turn = |(key, turn): (&'_ (String, String), &Arc<Turn>)| {
            let (item, handling) = key.clone();
            self.get(&TypeRef { item, handling, version: turn.version.clone() })
        };
        let gone = self.cancelled.iter().filter_map(move |entry| Some((entry.0, of_turn(entry)?)));
        self.current.iter().map(|(key, package)| (key, Arc::clone(package))).chain(gone)
    }

    /// Whether this version is known already.
    pub(crate) fn has(&self, reference: &TypeRef) -> bool {
        self.versions.contains_key(reference)
    }

    /// Offered items and bundles that answer a query, best first; all of them, bundles first and then by code, when
    /// nothing is asked for.
    pub fn search(&self, query: &str, clientele: Clientele) -> Vec<Arc<Package>> {
        self.find(query, &|package| clientele.may_ask(package)).items
    }

    /// The same with what comes near where there is no answer. `keep` says which items are looked at.
    pub fn find(&self, query: &str, keep: &dyn Fn(&Package) -> bool) -> Found {
        self.index.find(query, keep)
    }

    /// What the guided choice asks beside the forms.
    pub(crate) fn shared_questions(&self) -> &Shared {
        &self.asked
    }

    /// What people often ask of all items.
    pub(crate) fn questions(&self) -> &Questions {
        &self.questions
    }

    /// Pieces of a text, as ranges of bytes, that answer a query.
    pub fn marks(&self, query: &str, text: &str) -> Vec<std::ops::Range<usize>> {
        self.index.marks(query, text)
    }

    /// What is asked for most, as `words.yaml` says; the first items where it says nothing.
    pub fn popular(&self, most: usize) -> Vec<Arc<Package>> {
        let named = self.words.popular().iter().filter_map(|name| self.offered_as(name));
        let named: Vec<Arc<Package>> = named.take(most).collect();
        if named.is_empty() { self.list().take(most).cloned().collect() } else { named }
    }
}

/// What was found below a folder.
#[derive(Default)]
pub(crate) struct Folders {
    pub(crate) packages: Vec<PathBuf>,
    pub(crate) bundles: Vec<PathBuf>,
    pub(crate) words: Vec<PathBuf>,
    pub(crate) asked: Vec<PathBuf>,
    pub(crate) articles: Vec<PathBuf>,
}

/// Every folder below this one that holds a package or a bundle, and what hinders finding them.
pub(crate) fn folders(root: &Path) -> (Folders, Vec<Fault>) {
    let (mut found, mut faults) = (Folders::default(), Vec::new());
    find(root, &mut found, &mut faults);
    if found.asked.is_empty() {
        found.asked.extend(asked_above(root));
    }
    if found.packages.is_empty() && faults.is_empty() {
        let text = "there is no service package in this folder";
        faults.push(Fault::new(root.display().to_string(), 0, Rule::Unreadable, text));
    }
    (found, faults)
}

/// The nearest folder above with questions of the guided choice: a package by itself is tried out with those of its library.
fn asked_above(root: &Path) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    let above = root.ancestors().skip(1).find(|folder| folder.join(shared::FILE).is_file());
    above.map(Path::to_owned)
}

/// Folders that hold any file of a package, so that one whose `item.yaml` was forgotten is not silently left out; and
/// those of bundles.
fn find(folder: &Path, folders: &mut Folders, faults: &mut Vec<Fault>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            faults.push(Fault::new(
                folder.display().to_string(),
                0,
                Rule::Unreadable,
                format!("the folder cannot be read: {error}"),
            ));
            return;
        }
    };
    let (mut inner, mut files) = (Vec::new(), BTreeSet::new());
    for entry in entries.flatten() {
        // A symbolic link counts as neither: it might lead round in a circle.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => inner.push(entry.path()),
            Ok(_) | Err(_) => drop(files.insert(entry.file_name())),
        }
    }
    let has = |file: &str| files.contains(std::ffi::OsStr::new(file));
    if has(words::FILE) {
        folders.words.push(folder.to_owned());
    }
    if has(shared::FILE) {
        folders.asked.push(folder.to_owned());
    }
    if has(article::FILE) {
        folders.articles.push(folder.to_owned());
    }
    if has(bundle::FILE) {
        folders.bundles.push(folder.to_owned());
    } else if FILES.iter().any(|file| has(file)) {
        folders.packages.push(folder.to_owned());
    }
    inner.sort();
    for folder in inner {
        find(&folder, folders, faults);
    }
}
