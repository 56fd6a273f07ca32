//! Lists of revoked certificates, and what is none.

use std::process::Command;

use proptest::prelude::*;

use super::*;
use crate::FileSigner;
use crate::sm2::PrivateKey;
use crate::testing::{Tool, require};
use crate::x509::{LeafUsage, Subject, Validity, issue_leaf, issue_root};

const NOW: i64 = 1_791_504_000; // 2026-10-09

fn subject(name: &str) -> Subject {
    Subject { common_name: name.into(), ..Subject::default() }
}

fn root() -> (FileSigner, Certificate) {
    let (key, leaf_key) = (PrivateKey::generate(), PrivateKey::generate());
    let root = issue_root(&subject("演示根"), &key, NOW - 86_400, 20, [7; 16]).unwrap();
    let validity = Validity::years(NOW, 2).unwrap();
    let leaf = issue_leaf(&subject("印章"), &leaf_key.public(), &root, &key, validity, LeafUsage::Signing);
    (FileSigner::new(key, root).unwrap(), leaf.unwrap())
}

fn spec(revoked: Vec<Revoked>) -> CrlSpec {
    CrlSpec { number: 3, this_update: NOW, next_update: NOW + 7 * 86_400, revoked }
}

fn revoked(serial: String) -> Revoked {
    Revoked { serial, at: NOW - 60, reason: Reason::KeyCompromise }
}

#[test]
fn a_list_names_what_was_revoked_and_is_signed() {
    let (root, leaf) = root();
    let list = Crl::issue(&spec(vec![revoked(leaf.serial_hex())]), &root).unwrap();
    let read = Crl::from_der(list.to_der()).unwrap();
    assert_eq!((read.len(), read.this_update(), read.next_update()), (1, NOW, Some(NOW + 7 * 86_400)));
    assert_eq!(read.revoked_at(&leaf.serial_hex()), Some(NOW - 60));
    assert_eq!(read.revoked_at("01ff"), None);
    assert!(read.verify_signed_by(root.certificate()).is_ok());
    let empty = Crl::issue(&spec(Vec::new()), &root).unwrap();
    assert!(empty.is_empty() && Crl::from_der(empty.to_der()).is_ok());
    // Of another authority with the same name.
    let other = self::root().0;
    assert!(matches!(read.verify_signed_by(other.certificate()), Err(CrlError::BadSignature { .. })));
    assert!(matches!(read.verify_signed_by(&leaf), Err(CrlError::WrongIssuer { .. })));
}

#[test]
fn what_cannot_stand_in_a_list_is_refused() {
    let (root, leaf) = root();
    let refused = Crl::issue(&spec(vec![revoked("xyz".into())]), &root);
    assert!(matches!(refused, Err(CrlError::Serial(serial)) if serial == "xyz"));
    assert!(matches!(Crl::issue(&spec(vec![revoked(String::new())]), &root), Err(CrlError::Serial(_))));
    let turned = CrlSpec { next_update: NOW, ..spec(Vec::new()) };
    assert!(matches!(Crl::issue(&turned, &root), Err(CrlError::Period)));
    let key = PrivateKey::generate();
    let validity = Validity::years(NOW, 1).unwrap();
    let (issuer_key, issuer) = {
        let key = PrivateKey::generate();
        let root = issue_root(&subject("根"), &key, NOW, 2, [1; 16]).unwrap();
        (key, root)
    };
    let signer = issue_leaf(&subject("x"), &key.public(), &issuer, &issuer_key, validity, LeafUsage::Signing);
    let signer = FileSigner::new(key, signer.unwrap()).unwrap();
    assert!(matches!(Crl::issue(&spec(Vec::new()), &signer), Err(CrlError::MayNotSign { .. })));
    assert!(!leaf.is_self_signed() && issuer.is_self_signed());
}

#[test]
fn openssl_reads_the_list() {
    if !require(Tool::Openssl) {
        return;
    }
    let (root, leaf) = root();
    let list = Crl::issue(&spec(vec![revoked(leaf.serial_hex())]), &root).unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("list.crl"), list.to_der()).unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(dir.path()).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&text).into_owned()
    };
    let shown = openssl(&["crl", "-inform", "DER", "-in", "list.crl", "-noout", "-text"]);
    for expected in ["Version 2", "Key Compromise", "X509v3 CRL Number", &leaf.serial_hex().to_uppercase()] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
    assert!(list.to_pem().unwrap().starts_with("-----BEGIN X509 CRL-----"));
}

proptest! {
    #[test]
    fn foreign_bytes_do_not_panic(bytes: Vec<u8>) {
        prop_assert!(Crl::from_der(&bytes).is_err());
    }

    #[test]
    fn every_changed_byte_is_noticed(at: prop::sample::Index, value: u8) {
        static LIST: std::sync::LazyLock<(Vec<u8>, Certificate)> = std::sync::LazyLock::new(|| {
            let (root, leaf) = root();
            let list = Crl::issue(&spec(vec![revoked(leaf.serial_hex())]), &root).unwrap();
            (list.to_der().to_vec(), root.certificate().clone())
        });
        let mut der = LIST.0.clone();
        let at = at.index(der.len());
        prop_assume!(der[at] != value);
        der[at] = value;
        let held = Crl::from_der(&der).and_then(|list| list.verify_signed_by(&LIST.1));
        prop_assert!(held.is_err(), "byte {at}");
    }
}
