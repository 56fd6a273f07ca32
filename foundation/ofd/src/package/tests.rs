//! What packages are taken, and what is refused by name.

use proptest::prelude::*;

use super::*;

fn package(files: &[(&str, &[u8])]) -> Package {
    Package { files: files.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect() }
}

/// A ZIP file with one entry of this name, as a careless or hostile program writes it.
fn raw(names: &[&str], options: SimpleFileOptions) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(*name, options).unwrap();
        zip.write_all(b"x").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn renamed(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = raw(&["OFD.xml", from], SimpleFileOptions::DEFAULT);
    let at: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from.as_bytes())).collect();
    assert_eq!(at.len(), 2, "once in front of the content, once in the list");
    for at in at {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

#[test]
fn the_same_files_give_the_same_bytes_and_read_back() {
    let files = package(&[("Doc_0/Document.xml", b"<a/>"), ("OFD.xml", b"<b/>")]);
    let bytes = files.write().unwrap();
    assert_eq!(bytes, files.clone().write().unwrap());
    assert_eq!(&bytes[30..37], b"OFD.xml", "readers look at the beginning");
    assert_eq!(Package::read(&bytes), Ok(files));
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["../OFD2", "a/../../", "C:\\OFD2", "a\\..\\bc", "a//b.xml", "./OFD.xm", "a/./b.xm"] {
        let error = Package::read(&renamed(&"q".repeat(name.len()), name)).unwrap_err();
        assert!(matches!(error, PackageError::BadName(_)), "{name}: {error}");
    }
    let bytes = renamed("qqqqqqq", "qqq\0qqq");
    assert!(matches!(Package::read(&bytes), Err(PackageError::BadName(_))));
    let long = "a".repeat(300);
    let bytes = raw(&[&long], SimpleFileOptions::DEFAULT);
    assert!(matches!(Package::read(&bytes), Err(PackageError::BadName(_))));
}

#[test]
fn two_files_of_one_name_are_refused() {
    assert_eq!(Package::read(&renamed("OFD.xmm", "OFD.xml")), Err(PackageError::Duplicate("OFD.xml".into())));
    assert_eq!(Package::read(&renamed("OFD.xmm", "ofd.XML")), Err(PackageError::Duplicate("ofd.XML".into())));
}

#[test]
fn links_encrypted_files_and_rare_packings_are_refused() {
    let link = raw(&["a"], SimpleFileOptions::DEFAULT.unix_permissions(0o777));
    let mut link_bytes = link.clone();
    let at = link.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    link_bytes[at + 41] = 0o120_777_u16.to_be_bytes()[0];
    assert_eq!(Package::read(&link_bytes), Err(PackageError::NotPlain("a".into())));
    let mut encrypted = raw(&["a"], SimpleFileOptions::DEFAULT);
    let at = encrypted.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    encrypted[6] |= 1;
    encrypted[at + 8] |= 1;
    assert_eq!(Package::read(&encrypted), Err(PackageError::Encrypted("a".into())));
    let mut method = raw(&["a"], SimpleFileOptions::DEFAULT);
    let at = method.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    method[8] = 12;
    method[at + 10] = 12;
    assert_eq!(Package::read(&method), Err(PackageError::Method("a".into())));
}

#[test]
fn bombs_and_crowds_are_refused_before_they_fill_the_memory() {
    let zeros = vec![0; 3 << 20];
    let bytes = package(&[("a", &zeros)]).write().unwrap();
    assert!(bytes.len() < 10_000);
    assert_eq!(Package::read(&bytes), Err(PackageError::Bomb("a".into())));
    let names: Vec<String> = (0..=FILES_MAX).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(Package::read(&raw(&names, SimpleFileOptions::DEFAULT)), Err(PackageError::TooManyFiles));
    let most: Vec<u8> = (0..=FILE_BYTES_MAX).map(|n| (n % 251).to_le_bytes()[0]).collect();
    let stored = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a", stored).unwrap();
    zip.write_all(&most).unwrap();
    let large = zip.finish().unwrap().into_inner();
    assert_eq!(Package::read(&large), Err(PackageError::FileTooLarge("a".into())));
    let mut larger = large;
    larger.resize(ZIP_BYTES_MAX + 1, 0);
    assert_eq!(Package::read(&larger), Err(PackageError::TooLarge));
}

#[test]
fn lists_that_contradict_each_other_and_cut_files_are_refused() {
    let bytes = raw(&["OFD.xml", "b"], SimpleFileOptions::DEFAULT);
    let mut other_name = bytes.clone();
    other_name[30] = b'X';
    assert_eq!(Package::read(&other_name), Err(PackageError::Contradictory));
    for length in 4..bytes.len() {
        assert!(Package::read(&bytes[..length]).is_err(), "{length}");
    }
    assert_eq!(Package::read(b"%PDF-1.7"), Err(PackageError::NotZip));
    assert_eq!(Package::read(b""), Err(PackageError::NotZip));
}

#[test]
fn references_are_resolved_inside_the_package() {
    for (from, reference, expected) in [
        ("OFD.xml", "Doc_0/Document.xml", Some("Doc_0/Document.xml")),
        ("Doc_0/Document.xml", "Pages/P.xml", Some("Doc_0/Pages/P.xml")),
        ("Doc_0/Document.xml", "/Doc_0/Pages/P.xml", Some("Doc_0/Pages/P.xml")),
        ("Doc_0/Signs/Sign_0/S.xml", "../../Res/a.ttf", Some("Doc_0/Res/a.ttf")),
        ("OFD.xml", "../x", None),
        ("OFD.xml", "", None),
    ] {
        assert_eq!(resolve(from, reference).as_deref(), expected, "{from} {reference}");
    }
}

proptest! {
    #[test]
    fn foreign_bytes_do_not_panic(bytes: Vec<u8>) {
        let _ = Package::read(&[b"PK\x03\x04".as_slice(), &bytes].concat());
    }

    #[test]
    fn one_changed_byte_does_not_panic(at: prop::sample::Index, flip in 1_u8..) {
        let mut bytes = raw(&["OFD.xml", "Doc_0/Document.xml"], SimpleFileOptions::DEFAULT);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let _ = Package::read(&bytes);
    }
}
