//! First start, later starts, sudden ends and changed bodies.

use std::fs;

use super::*;
use crate::DEFAULT_ID;
use crate::key_file::KeyFileError;
use crate::pair::{CERTIFICATE_FILE, KEY_FILE};
use crate::x509::verify_chain;

const NOW: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z
const USCC: &str = "11430100006127328Y";
const YEAR: i64 = 366 * 24 * 60 * 60;

#[test]
fn root_and_signers_outlive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let ca = DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap();
    let signer = ca.signer("长沙市民政局", USCC).unwrap();
    let certificate = signer.certificate().clone();
    assert_eq!(certificate.subject_common_name(), "长沙市民政局");
    assert_eq!(certificate.subject().organization_id, USCC);
    assert!(is_demo(&certificate) && is_demo(ca.root()));
    assert_eq!(verify_chain(&certificate, &[], ca.root(), NOW), Ok(()));
    let signature = signer.sign(b"m").unwrap();
    assert!(certificate.public_key().verify(DEFAULT_ID, b"m", &signature));

    let again = DemoCa::open_or_create(dir.path(), "演示", NOW + 1000).unwrap();
    assert_eq!(again.root(), ca.root());
    assert_eq!(*again.signer("长沙市民政局", USCC).unwrap().certificate(), certificate);
    assert_ne!(again.signer("教育局", "11430100006127344X").unwrap().certificate(), &certificate);
    let printed = format!("{again:?}");
    assert!(!printed.contains("演示\"") && !printed.contains("key"), "{printed}");
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap().root().clone();
    let refused = DemoCa::open_or_create(dir.path(), "别的", NOW);
    let wrong = KeyFileError::WrongPassphrase;
    assert!(matches!(refused, Err(DemoCaError::Pair(error)) if error.to_string() == wrong.to_string()));
    assert_eq!(*DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap().root(), root);
}

/// What a kill leaves behind is a staging folder, with none, some or all of its files.
#[test]
fn a_sudden_end_leaves_nothing_broken() {
    let dir = tempfile::tempdir().unwrap();
    for (folder, files) in [(".root.00.tmp", vec![]), (".root.01.tmp", vec![KEY_FILE])] {
        fs::create_dir_all(dir.path().join(folder)).unwrap();
        for file in files {
            fs::write(dir.path().join(folder).join(file), "half a ke").unwrap();
        }
    }
    let ca = DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap();
    fs::create_dir_all(dir.path().join(format!("signers/.{USCC}.02.tmp"))).unwrap();
    let signer = ca.signer("民政局", USCC).unwrap();
    fs::write(dir.path().join(format!("signers/{USCC}/.{CERTIFICATE_FILE}.03.tmp")), "half").unwrap();
    assert_eq!(ca.signer("民政局", USCC).unwrap().certificate(), signer.certificate());
}

#[test]
fn two_first_starts_at_once_agree_on_one_root() {
    let dir = tempfile::tempdir().unwrap();
    let start = || DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap().root().clone();
    let roots = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(roots.iter().all(|root| *root == roots[0]));
    let folders = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut folders: Vec<_> = folders.collect();
    folders.sort();
    assert_eq!(folders, ["root", "signers"]);
}

#[test]
fn a_renamed_body_keeps_its_key() {
    let dir = tempfile::tempdir().unwrap();
    let ca = DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap();
    let old = ca.signer("民政局", USCC).unwrap();
    let new = ca.signer("民政和社会事务局", USCC).unwrap();
    assert_eq!(new.certificate().subject_common_name(), "民政和社会事务局");
    assert_eq!(new.certificate().public_key(), old.certificate().public_key());
    assert_ne!(new.certificate().serial_hex(), old.certificate().serial_hex());
}

#[test]
fn certificates_are_renewed_but_never_outlive_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let ca = DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap();
    let first = ca.signer("民政局", USCC).unwrap().certificate().clone();
    let later = NOW + 15 * YEAR;
    let ca = DemoCa::open_or_create(dir.path(), "演示", later).unwrap();
    let second = ca.signer("民政局", USCC).unwrap().certificate().clone();
    assert!(!first.is_valid_at(later) && second.is_valid_at(later));
    assert_eq!(second.not_after(), ca.root().not_after());
    let after_the_root = DemoCa::open_or_create(dir.path(), "演示", NOW + 25 * YEAR).unwrap();
    let refused = after_the_root.signer("民政局", USCC);
    assert!(matches!(refused, Err(DemoCaError::Certificate(CertError::Validity))));
}

#[test]
fn a_signer_of_another_root_is_replaced() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    DemoCa::open_or_create(other.path(), "演示", NOW).unwrap().signer("民政局", USCC).unwrap();
    let ca = DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap();
    let place = format!("signers/{USCC}");
    fs::rename(other.path().join(&place), dir.path().join(&place)).unwrap();
    let certificate = ca.signer("民政局", USCC).unwrap().certificate().clone();
    assert_eq!(verify_chain(&certificate, &[], ca.root(), NOW), Ok(()));
}

#[test]
fn codes_and_names_are_checked() {
    let dir = tempfile::tempdir().unwrap();
    let ca = DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap();
    for code in ["", "../root", "a", "11430100006127328y", "民", &"1".repeat(33)] {
        assert!(matches!(ca.signer("民政局", code), Err(DemoCaError::CreditCode)), "{code}");
    }
    for name in [String::new(), "字".repeat(65), "a\nb".into()] {
        let refused = ca.signer(&name, USCC);
        assert!(matches!(refused, Err(DemoCaError::Certificate(CertError::Subject { .. }))), "{name}");
    }
    assert!(!dir.path().join("signers").join(USCC).exists());
}

#[test]
fn a_damaged_folder_is_reported_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    DemoCa::open_or_create(dir.path(), "演示", NOW).unwrap();
    let certificate = dir.path().join("root").join(CERTIFICATE_FILE);
    fs::write(&certificate, "damaged").unwrap();
    let refused = DemoCa::open_or_create(dir.path(), "演示", NOW);
    assert!(matches!(refused, Err(DemoCaError::Pair(PairError::Certificate { .. }))));
    fs::remove_file(&certificate).unwrap();
    let refused = DemoCa::open_or_create(dir.path(), "演示", NOW);
    assert!(matches!(refused, Err(DemoCaError::Pair(PairError::Folder { .. }))));
}
