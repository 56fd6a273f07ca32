//! The dog licence: a good package, and copies of it with something changed.

use std::path::{Path, PathBuf};

use catalogue::{Library, Package, Registers};
use tempfile::TempDir;

pub(crate) const FILES: [&str; 4] = ["item.yaml", "form.schema.json", "process.yaml", "licences.yaml"];

pub(crate) fn registers() -> Registers {
    Registers::from([("dogs".to_owned(), ["name".to_owned()].into())])
}

pub(crate) fn good() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dog-licence")
}

pub(crate) fn package() -> Package {
    Package::load(&good(), &registers()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// A copy of the good package in a folder of its own, with some texts replaced in one file.
pub(crate) fn changed(file: &str, changes: &[(&str, &str)]) -> TempDir {
    let root = testkit::folder();
    let folder = root.path().join("dog");
    std::fs::create_dir(&folder).unwrap();
    for name in FILES {
        let mut text = std::fs::read_to_string(good().join(name)).unwrap();
        for (old, new) in changes.iter().filter(|_| name == file) {
            assert_eq!(text.matches(old).count(), 1, "{old:?} must stand once in {file}");
            text = text.replace(old, new);
        }
        std::fs::write(folder.join(name), text).unwrap();
    }
    root
}

pub(crate) fn library(root: &TempDir) -> Library {
    Library::load(root.path(), &registers()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// The faults of a changed package, without the path of the temporary folder.
pub(crate) fn faults(root: &TempDir) -> Vec<String> {
    let faults = Library::load(root.path(), &registers()).map(|_| ()).unwrap_err();
    let base = format!("{}/", root.path().display());
    faults.iter().map(|fault| fault.to_string().replace(&base, "")).collect()
}
