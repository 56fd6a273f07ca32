//! Every byte of a sealed file counts, and the answer names the part.

use std::sync::LazyLock;

use guomi::demo_ca::DemoCa;
use proptest::prelude::*;

use super::*;
use crate::document::tests::{DRAWN_AT, drawn, facts, sheet};
use crate::seal::tests::{AUTHORITY, OFFICE, sealed};
use crate::sealed_file::find;

static FILE: LazyLock<Vec<u8>> = LazyLock::new(|| sealed("registration"));

fn check(file: &[u8]) -> Result<Verified, VerifyError> {
    verify(file, AUTHORITY.ca.root())
}

/// The file with one bit of the byte at `at` turned.
fn turned(at: usize, bit: u8) -> Vec<u8> {
    let mut file = FILE.clone();
    file[at] ^= 1 << bit;
    file
}

#[test]
fn a_sealed_document_says_what_it_is_and_who_sealed_it() {
    let good = check(&FILE).unwrap();
    assert_eq!(good.metadata, sheet("registration", &facts(), true).1);
    assert_eq!((good.signer.as_str(), good.signed_at), ("长沙市演示区民政局", DRAWN_AT + 5));
    assert_eq!(good.certificate.subject().organization_id, OFFICE);
    assert!(check(&sealed("filing-receipt")).is_ok());
}

#[test]
fn every_byte_of_the_update_counts() {
    let start = drawn("registration", &facts()).len();
    for at in start..FILE.len() {
        let bit = u8::try_from(at % 8).unwrap();
        assert!(check(&turned(at, bit)).is_err(), "byte {at}, bit {bit}");
    }
    // The reserved space is written in lower case; a capital is another byte.
    for bit in [5, 0] {
        let open = find(&FILE, b"/Contents<", start).unwrap() + b"/Contents<".len();
        for at in open..open + 200 {
            assert!(check(&turned(at, bit)).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn bytes_all_over_the_document_count() {
    // A linear congruential sequence: the same places in every run, without a pattern in common with the file.
    let mut state = 20_261_009_u64;
    for _ in 0..2000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = usize::try_from(state >> 33).unwrap() % drawn_length();
        let bit = u8::try_from(state >> 30 & 7).unwrap();
        assert!(check(&turned(at, bit)).is_err(), "byte {at}, bit {bit}");
    }
}

fn drawn_length() -> usize {
    static LENGTH: LazyLock<usize> = LazyLock::new(|| drawn("registration", &facts()).len());
    *LENGTH
}

#[test]
fn the_answer_names_the_part_that_was_changed() {
    let at = |text: &str| find(&FILE, text.as_bytes(), 0).unwrap();
    let page = at("/FlateDecode>>\nstream\n") + 60;
    assert_eq!(check(&turned(page, 0)), Err(VerifyError::DocumentChanged));
    let holder = at("\"holder_name\":\"") + 15;
    assert_eq!(check(&turned(holder, 0)), Err(VerifyError::MetadataChanged));
    let date = at("\"issue_date\":\"2026") + 17;
    assert_eq!(check(&turned(date, 0)), Err(VerifyError::MetadataChanged));
    // Without the mark of the attached file the metadata cannot be told from the rest.
    assert_eq!(check(&turned(at("/Type/EmbeddedFile") + 7, 0)), Err(VerifyError::DocumentChanged));
    assert_eq!(check(&turned(at("/M(D:2026") + 5, 0)), Err(VerifyError::DocumentChanged));
    assert_eq!(check(&turned(at("/ByteRange") + 3, 0)), Err(VerifyError::SignatureDamaged));
    assert_eq!(check(&turned(at("/ByteRange[0 ") + 20, 0)), Err(VerifyError::SignatureDamaged));
    assert_eq!(check(&turned(0, 0)), Err(VerifyError::NotPdf));

    let contents = at("/Contents<") + b"/Contents<".len();
    assert_eq!(check(&turned(contents + 2, 0)), Err(VerifyError::SignatureDamaged));
    let end = find(&FILE, b">", contents).unwrap();
    assert_eq!(check(&turned(end - 1, 0)), Err(VerifyError::SignatureDamaged), "padding");
    let key = hex::encode(AUTHORITY.signer_key());
    // A digit with its lowest bit turned is a digit again; a letter may become something that is not hexadecimal.
    let digit = key[40..].find(|character: char| character.is_ascii_digit()).unwrap();
    assert_eq!(check(&turned(at(&key[40..]) + digit, 0)), Err(VerifyError::CertificateDamaged));
}

impl crate::seal::tests::Authority {
    fn signer_key(&self) -> [u8; 65] {
        guomi::Signer::certificate(&self.signer).public_key().to_sec1()
    }
}

#[test]
fn nothing_may_stand_behind_the_signed_part_and_nothing_may_be_missing() {
    for extra in ["\n", "%%EOF\n", "1 0 obj\n<<>>\nendobj\n"] {
        let file = [FILE.as_slice(), extra.as_bytes()].concat();
        assert_eq!(check(&file), Err(VerifyError::BytesAfter(extra.len())));
    }
    assert_eq!(check(&FILE[..FILE.len() - 1]), Err(VerifyError::Truncated));
    assert_eq!(check(&FILE[..drawn_length()]), Err(VerifyError::NoSignature));
    assert!(matches!(check(b"PK\x03\x04"), Err(VerifyError::Ofd(_))));
    assert_eq!(check(b""), Err(VerifyError::NotPdf));
}

#[test]
fn a_seal_of_another_authority_is_not_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let ca = DemoCa::open_or_create(dir.path(), "开门", DRAWN_AT).unwrap();
    assert_eq!(verify(&FILE, ca.root()), Err(VerifyError::NotTrusted));
}

#[test]
fn a_seal_set_before_the_certificate_began_is_refused() {
    let (_, metadata) = sheet("registration", &facts(), true);
    let early = DRAWN_AT - 10 * 24 * 60 * 60;
    let file =
        crate::seal::seal(&drawn("registration", &facts()), &metadata, &AUTHORITY.signer, early).unwrap();
    assert_eq!(check(&file), Err(VerifyError::NotValidAtSigning));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(check(&bytes).is_err());
        prop_assert!(check(&[b"%PDF-1.7\n", bytes.as_slice()].concat()).is_err());
        let tail = [b"%PDF-1.7\n/ByteRange[0 ".as_slice(), &bytes].concat();
        prop_assert!(check(&tail).is_err());
    }

    #[test]
    fn a_piece_put_in_or_taken_out_is_noticed(at in 0..FILE.len(), length in 1..40_usize, byte: u8) {
        let mut longer = FILE.clone();
        longer.splice(at..at, std::iter::repeat_n(byte, length));
        prop_assert!(check(&longer).is_err());
        let mut shorter = FILE.clone();
        shorter.drain(at..(at + length).min(FILE.len()));
        prop_assert!(check(&shorter).is_err());
    }
}
