//! The table of alterations: what is done to a sealed document, and how it must be found.

mod files;
mod seals;

use guomi::asn1::{Reader, element, tag};
use guomi::{FileSigner, sm3};

use super::*;
use crate::ses::{Seal, SealSignature, SealSpec, SignSpec, make_seal};

const DESCRIPTION: &str = "Doc_0/Signs/Sign_0/Signature.xml";
const VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";
const SEAL: &str = "Doc_0/Signs/Sign_0/Seal.esl";
const LIST: &str = "Doc_0/Signs/Signatures.xml";
const PAGE: &str = "Doc_0/Pages/Page_0/Content.xml";
const YEAR: i64 = 31_536_000;

/// A sealed document in the hands of a forger.
struct Case {
    world: World,
    package: Package,
}

impl Case {
    fn text(&self, path: &str) -> String {
        String::from_utf8(self.package.files[path].clone()).unwrap()
    }

    fn replace(&mut self, path: &str, from: &str, to: &str) {
        let text = self.text(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.package.files.insert(path.into(), text.replacen(from, to, 1).into_bytes());
    }

    fn flip(&mut self, path: &str) {
        let content = self.package.files.get_mut(path).unwrap();
        let middle = content.len() / 2;
        content[middle] ^= 1;
    }

    fn put(&mut self, path: &str, content: &[u8]) {
        self.package.files.insert(path.into(), content.to_vec());
    }

    fn remove(&mut self, path: &str) {
        self.package.files.remove(path).unwrap();
    }

    /// Signs the description anew, as the body itself would after changing it.
    fn sign_anew(&mut self) {
        let (seal, property) = (self.world.seal.clone(), format!("/{DESCRIPTION}"));
        let data_hash = sm3::digest(&self.package.files[DESCRIPTION]);
        let spec = SignSpec { time: NOW, data_hash, property: &property };
        let value = crate::ses::sign(&spec, &seal, &self.world.body).unwrap();
        self.put(VALUE, &value);
    }

    fn replace_and_sign(&mut self, from: &str, to: &str) {
        self.replace(DESCRIPTION, from, to);
        self.sign_anew();
    }

    /// Seals the unsealed document anew with another seal, signer, or time.
    fn seal_anew(&mut self, seal: &Seal, signer: &FileSigner, time: i64) {
        let unsealed = crate::testing::certificate().write().unwrap();
        self.package = sign(&unsealed, seal, &[], signer, time).unwrap();
    }

    /// A seal like the body's, but for what is changed.
    fn seal_with(signer: &FileSigner, maker: &FileSigner, change: impl Fn(&mut SealSpec<'_>)) -> Seal {
        let mut spec = World::spec(&[signer]);
        change(&mut spec);
        make_seal(&spec, maker).unwrap()
    }

    /// Changes elements of the signature: those of what is signed (0 to 4), then certificate, algorithm, value (5 to 7).
    fn rewrite(&mut self, change: impl Fn(&mut Vec<Vec<u8>>)) {
        let value = self.package.files[VALUE].clone();
        let mut outer = parts(&value);
        let mut all = parts(&outer.remove(0));
        all.extend(outer);
        change(&mut all);
        let joined = |parts: &[Vec<u8>]| parts.concat();
        let to_sign = element(tag::SEQUENCE, &[&joined(&all[..5])]);
        self.put(VALUE, &element(tag::SEQUENCE, &[&to_sign, &joined(&all[5..])]));
    }
}

fn parts(sequence: &[u8]) -> Vec<Vec<u8>> {
    let inside = Reader(sequence).enter(tag::SEQUENCE).unwrap();
    inside.rest().unwrap().into_iter().map(<[u8]>::to_vec).collect()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|part| part == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

type Alteration = fn(&mut Case);

#[test]
fn every_alteration_of_the_files_is_found() {
    for (name, alter, expected) in files::FILES.iter().chain(seals::SEALS) {
        let world = World::new();
        let package = world.sealed();
        let mut case = Case { world, package };
        alter(&mut case);
        let report = case.world.verify(&case.package.write().unwrap());
        let found = faults(&report);
        assert!(found.contains(expected), "{name}: {found:?}");
        assert!(!report.is_genuine(), "{name}");
    }
}

/// Alterations of the ZIP file around the files.
#[test]
fn every_alteration_of_the_package_is_found() {
    let world = World::new();
    let package = world.sealed();
    let bytes = package.write().unwrap();
    let renamed = |from: &str, to: &str| {
        let mut bytes = bytes.clone();
        while let Some(at) = bytes.windows(from.len()).position(|part| part == from.as_bytes()) {
            bytes[at..at + from.len()].copy_from_slice(to.as_bytes());
        }
        bytes
    };
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    let with = |changes: &[(usize, u8)]| {
        let mut bytes = bytes.clone();
        for (at, value) in changes {
            bytes[*at] = *value;
        }
        bytes
    };
    let mut bomb = package.clone();
    bomb.files.insert("Doc_0/Res/zeros".into(), vec![0; 8 << 20]);
    let table: [(&str, Vec<u8>, &str); 9] = [
        ("not a ZIP file", b"%PDF-1.7 hello".to_vec(), "package-not-zip"),
        ("cut in the middle", bytes[..bytes.len() / 2].to_vec(), "package-damaged"),
        ("cut at the end", bytes[..bytes.len() - 30].to_vec(), "package-damaged"),
        ("a file out of the folder", renamed("Doc_0/Document.xml", "../../../etc/passw"), "package-bad-name"),
        ("a file with a backslash", renamed("Doc_0/Document.xml", "Doc_0\\Document.xml"), "package-bad-name"),
        ("two files of one name", renamed("Page_1/Content.xml", "Page_0/Content.xml"), "package-duplicate"),
        ("an encrypted file", with(&[(6, 1), (directory + 8, 1)]), "package-encrypted"),
        ("a link", with(&[(directory + 41, 0xa1), (directory + 5, 3)]), "package-not-plain"),
        ("a bomb", bomb.write().unwrap(), "package-bomb"),
    ];
    for (name, bytes, expected) in table {
        assert_eq!(faults(&world.verify(&bytes)), [(Part::Package, expected)], "{name}");
    }
}
