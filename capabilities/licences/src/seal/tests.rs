//! Sealing, and what other programs make of a sealed file.

use std::sync::LazyLock;

use guomi::FileSigner;
use guomi::demo_ca::DemoCa;

use super::*;
use crate::document::tests::{DRAWN_AT, drawn, facts, sheet};
use crate::testing::{Tool, require, run};

/// The code of the office in the test documents.
pub(crate) const OFFICE: &str = "11430000006122244L";

/// An authority and the office's signer. Opening key files is slow on purpose, so it is done once.
pub(crate) struct Authority {
    pub(crate) ca: DemoCa,
    pub(crate) signer: FileSigner,
    _dir: tempfile::TempDir,
}

pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let ca = DemoCa::open_or_create(dir.path(), "开门", DRAWN_AT).unwrap();
    let signer = ca.signer("长沙市演示区民政局", OFFICE).unwrap();
    Authority { ca, signer, _dir: dir }
});

pub(crate) fn sealed(id: &str) -> Vec<u8> {
    let (_, metadata) = sheet(id, &facts(), true);
    seal(&drawn(id, &facts()), &metadata, &AUTHORITY.signer, DRAWN_AT + 5).unwrap()
}

#[test]
fn a_seal_only_adds_to_the_file() {
    let plain = drawn("registration", &facts());
    let sealed = sealed("registration");
    assert!(sealed.starts_with(&plain) && sealed.ends_with(b"%%EOF\n"));
    assert!(sealed.len() - plain.len() < 8_000, "the update has {} bytes", sealed.len() - plain.len());
}

#[test]
fn an_update_repeats_page_and_catalogue_with_the_field() {
    let sealed = sealed("filing-receipt");
    let update = String::from_utf8_lossy(&sealed[drawn("filing-receipt", &facts()).len()..]).into_owned();
    let field = update.split_once("/Annots[").unwrap().1.split_once(' ').unwrap().0;
    assert!(update.contains(&format!("/AcroForm<</Fields[{field} 0 R]/SigFlags 3>>")), "{update}");
    assert!(
        update.contains("/M(D:20261009100005+08'00')") && update.contains("/SubFilter/Tongban.SM2.detached")
    );
    // Each offset of the new table points at its object.
    let table = update.rsplit_once("\nxref\n").unwrap().1.split_once("trailer").unwrap().0;
    let mut numbers = Vec::new();
    let mut next = 0;
    for line in table.lines() {
        match line.trim_end().strip_suffix(" 00000 n") {
            Some(offset) => {
                let offset: usize = offset.parse().unwrap();
                assert!(sealed[offset..].starts_with(format!("{next} 0 obj\n").as_bytes()));
                numbers.push(next);
                next += 1;
            }
            None => next = line.split_once(' ').unwrap().0.parse().unwrap(),
        }
    }
    assert_eq!(numbers.len(), 4);
}

#[test]
fn what_cannot_be_sealed_is_refused() {
    let (_, metadata) = sheet("registration", &facts(), true);
    let pdf = drawn("registration", &facts());
    let try_seal = |pdf: &[u8], metadata: &Metadata| seal(pdf, metadata, &AUTHORITY.signer, DRAWN_AT);
    let other = Metadata { number: "另号".into(), ..metadata.clone() };
    assert!(matches!(try_seal(&pdf, &other), Err(SealError::MetadataDiffer)));
    assert!(matches!(try_seal(&sealed("registration"), &metadata), Err(SealError::AlreadySealed)));
    assert!(matches!(try_seal(b"%PDF-1.7", &metadata), Err(SealError::NotDrawn("no attached metadata"))));
    let cut = &pdf[..pdf.len() - 8];
    assert!(matches!(try_seal(cut, &metadata), Err(SealError::NotDrawn("unexpected structure"))));
    let stranger = AUTHORITY.ca.signer("别的局", "11330105002500287C").unwrap();
    let refused = seal(&pdf, &metadata, &stranger, DRAWN_AT).unwrap_err().to_string();
    assert_eq!(refused, format!("the signer's certificate is of 11330105002500287C, the issuer is {OFFICE}"));
    assert!(matches!(seal(&pdf, &metadata, &AUTHORITY.signer, i64::MAX), Err(SealError::Signature(_))));
}

#[test]
fn other_programs_open_a_sealed_file() {
    let dir = tempfile::tempdir().unwrap();
    for id in ["registration", "filing-receipt"] {
        let path = dir.path().join(format!("{id}.pdf"));
        std::fs::write(&path, sealed(id)).unwrap();
        if require(Tool::Qpdf) {
            let (ok, output) = run(Tool::Qpdf, &["--check", path.to_str().unwrap()]);
            assert!(ok && output.contains("No syntax or stream encoding errors"), "{output}");
            let (_, json) = run(Tool::Qpdf, &["--json", "--json-key=acroform", path.to_str().unwrap()]);
            assert!(
                json.contains("\"/Sig\"") && json.contains("\"alternativename\": \"电子印章\""),
                "{json}"
            );
        }
        if require(Tool::Pdftotext) {
            let (ok, text) = run(Tool::Pdftotext, &["-layout", path.to_str().unwrap(), "-"]);
            assert!(ok && text.contains("幸福里康养中心") && text.contains("2026年10月9日"), "{text}");
        }
    }
}
