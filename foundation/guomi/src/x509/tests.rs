//! Issuing, reading, and chains with every link broken once.

use proptest::prelude::*;

use super::*;
use crate::asn1::{Reader, element, tag};
use crate::sm2::PrivateKey;

const START: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z
const YEAR: i64 = 365 * 24 * 60 * 60;

fn named(common_name: &str) -> Subject {
    Subject { organization: "长沙市".into(), common_name: common_name.into(), ..Subject::default() }
}

/// A holder of a certificate.
struct Party {
    key: PrivateKey,
    certificate: Certificate,
}

fn root() -> Party {
    let key = PrivateKey::generate();
    let certificate = issue_root(&named("根"), &key, START, 20, [0xab; 16]).unwrap();
    Party { key, certificate }
}

impl Party {
    fn issue(&self, name: &str, usage: LeafUsage) -> Party {
        self.issue_for(PrivateKey::generate(), name, usage)
    }

    fn issue_for(&self, key: PrivateKey, name: &str, usage: LeafUsage) -> Party {
        let validity = Validity::years(START, 2).unwrap();
        let (issuer, issuer_key) = (&self.certificate, &self.key);
        let certificate =
            issue_leaf(&named(name), &key.public(), issuer, issuer_key, validity, usage).unwrap();
        Party { key, certificate }
    }

    /// The certificate of `other` with its signed part edited and signed anew by this party.
    fn resign(&self, other: &Certificate, edit: impl FnOnce(&mut Vec<Vec<u8>>)) -> Vec<u8> {
        let mut outer = Reader(other.to_der()).enter(tag::SEQUENCE).unwrap();
        let tbs = outer.enter(tag::SEQUENCE).unwrap();
        let algorithm = outer.whole().unwrap();
        let mut parts: Vec<Vec<u8>> = tbs.rest().unwrap().into_iter().map(<[u8]>::to_vec).collect();
        edit(&mut parts);
        let tbs = element(tag::SEQUENCE, &[&parts.concat()]);
        let signature = [vec![0], self.key.sign(DEFAULT_ID, &tbs).to_der()].concat();
        element(tag::SEQUENCE, &[&tbs, algorithm, &element(0x03, &[&signature])])
    }
}

#[test]
fn an_issued_certificate_says_what_it_was_told() {
    let root = root();
    let subject =
        Subject {
            organization_id: "11430100006127328Y".into(), unit: "婚姻处".into(), ..named("民政局")
        };
    let key = PrivateKey::generate();
    let validity = Validity { not_before: START, not_after: START + YEAR };
    let leaf =
        issue_leaf(&subject, &key.public(), &root.certificate, &root.key, validity, LeafUsage::Signing)
            .unwrap();
    assert_eq!((leaf.subject_common_name(), leaf.issuer_common_name()), ("民政局", "根"));
    assert_eq!(leaf.subject(), subject);
    assert_eq!((leaf.not_before(), leaf.not_after()), (START, START + YEAR));
    assert_eq!(*leaf.public_key(), key.public());
    assert!(!leaf.is_ca() && leaf.may_sign_documents() && root.certificate.is_ca());
    assert_eq!(root.certificate.serial_hex(), format!("01{}", "ab".repeat(16)));
    assert_ne!(leaf.serial_hex(), root.certificate.serial_hex());
    assert_eq!(leaf.fingerprint(), sm3::digest(leaf.to_der()));
    assert_eq!(Certificate::from_der(leaf.to_der()).unwrap(), leaf);
    assert_eq!(Certificate::from_pem(&leaf.to_pem()).unwrap(), leaf);
}

#[test]
fn usages_do_not_mix() {
    let root = root();
    let encryption = root.issue("民政局", LeafUsage::Encryption).certificate;
    assert!(!encryption.is_ca() && !encryption.may_sign_documents());
    let authority = root.issue("市级机构", LeafUsage::IssuingCa).certificate;
    assert!(authority.is_ca() && !authority.may_sign_documents());
    assert!(!root.certificate.may_sign_documents());
}

#[test]
fn years_end_on_the_same_day_and_time() {
    let leap_day = 1_709_208_000; // 2024-02-29T12:00:00Z
    let end = |start, years| Validity::years(start, years).unwrap().not_after;
    assert_eq!(end(START, 1), START + YEAR);
    assert_eq!(end(leap_day, 1), 1_740_744_000); // 2025-02-28T12:00:00Z
    assert_eq!(end(leap_day, 4), 1_835_438_400); // 2028-02-29T12:00:00Z
    for (start, years) in [(-1, 1), (START, 9000), (START, u16::MAX), (i64::MAX, 1)] {
        assert_eq!(Validity::years(start, years), Err(CertError::Validity));
    }
}

#[test]
fn periods_beyond_2049_and_empty_ones() {
    let (root, key) = (root(), PrivateKey::generate());
    let issue = |not_before, not_after| {
        let validity = Validity { not_before, not_after };
        let usage = LeafUsage::Signing;
        issue_leaf(&named("x"), &key.public(), &root.certificate, &root.key, validity, usage)
    };
    let year_2060 = 2_840_140_800;
    assert_eq!(issue(START, year_2060).unwrap().not_after(), year_2060);
    assert_eq!(issue(START, START - 1), Err(CertError::Validity));
}

#[test]
fn only_an_authority_with_its_own_key_issues() {
    let root = root();
    let leaf = root.issue("民政局", LeafUsage::Signing);
    let issue = |issuer: &Certificate, key: &PrivateKey| {
        let validity = Validity::years(START, 1).unwrap();
        issue_leaf(&named("x"), &leaf.key.public(), issuer, key, validity, LeafUsage::Signing)
    };
    assert_eq!(issue(&root.certificate, &leaf.key), Err(CertError::KeyMismatch));
    let refused = issue(&leaf.certificate, &leaf.key);
    assert_eq!(refused, Err(CertError::IssuerNotCa { issuer: "民政局".into() }));
}

#[test]
fn a_chain_holds_from_first_to_last_second() {
    let root = root();
    let authority = root.issue("市级机构", LeafUsage::IssuingCa);
    let leaf = authority.issue("民政局", LeafUsage::Signing).certificate;
    let direct = root.issue("教育局", LeafUsage::Signing).certificate;
    let unrelated = root.issue("无关机构", LeafUsage::IssuingCa).certificate;
    let intermediates = [unrelated, authority.certificate];
    for leaf in [&leaf, &direct] {
        let at = |time| verify_chain(leaf, &intermediates, &root.certificate, time);
        let (first, last) = (leaf.not_before(), leaf.not_after());
        assert_eq!((at(first), at(last)), (Ok(()), Ok(())));
        let subject = leaf.subject_common_name().to_owned();
        let expired = ChainError::NotValidAt { subject, not_before: first, not_after: last };
        assert_eq!((at(first - 1), at(last + 1)), (Err(expired.clone()), Err(expired)));
    }
}

#[test]
fn an_expired_authority_breaks_the_chain() {
    let root = root();
    let key = PrivateKey::generate();
    let validity = Validity { not_before: START, not_after: START + YEAR };
    let usage = LeafUsage::IssuingCa;
    let certificate =
        issue_leaf(&named("市级机构"), &key.public(), &root.certificate, &root.key, validity, usage).unwrap();
    let authority = Party { key, certificate };
    let leaf = authority.issue("民政局", LeafUsage::Signing).certificate;
    let at =
        |time| verify_chain(&leaf, std::slice::from_ref(&authority.certificate), &root.certificate, time);
    assert_eq!(at(START + YEAR), Ok(()));
    let refused = at(START + YEAR + 1);
    assert!(matches!(refused, Err(ChainError::NotValidAt { subject, .. }) if subject == "市级机构"));
}

#[test]
fn an_unknown_issuer_is_refused_even_under_a_known_name() {
    let (trusted, other) = (root(), root());
    let leaf = other.issue("民政局", LeafUsage::Signing).certificate;
    let unknown = ChainError::UnknownIssuer { subject: "民政局".into(), issuer: "根".into() };
    assert_eq!(verify_chain(&leaf, &[], &trusted.certificate, START), Err(unknown.clone()));
    // The foreign root among the intermediates does not help.
    let foreign = [other.certificate.clone()];
    assert!(matches!(
        verify_chain(&leaf, &foreign, &trusted.certificate, START),
        Err(ChainError::UnknownIssuer { .. })
    ));
    let wrong = leaf.verify_signed_by(&trusted.certificate);
    assert_eq!(wrong, Err(CertError::WrongIssuer { subject: "民政局".into(), issuer: "根".into() }));
    let missing_link = trusted.issue("市级机构", LeafUsage::IssuingCa).issue("x", LeafUsage::Signing);
    let refused = verify_chain(&missing_link.certificate, &[], &trusted.certificate, START);
    assert!(matches!(refused, Err(ChainError::UnknownIssuer { .. })));
}

#[test]
fn an_issuer_without_the_right_is_refused() {
    let root = root();
    let authority = root.issue("市级机构", LeafUsage::IssuingCa);
    let leaf = authority.issue("民政局", LeafUsage::Signing).certificate;
    // The same name and key, certified for signing documents only.
    let plain = root.issue_for(authority.key, "市级机构", LeafUsage::Signing).certificate;
    let not_ca = "市级机构".to_owned();
    assert_eq!(leaf.verify_signed_by(&plain), Err(CertError::IssuerNotCa { issuer: not_ca.clone() }));
    let refused = verify_chain(&leaf, &[plain], &root.certificate, START);
    assert_eq!(refused, Err(ChainError::IssuerNotCa { issuer: not_ca }));
}

#[test]
fn an_issuing_authority_cannot_make_further_authorities() {
    let root = root();
    let first = root.issue("第一级", LeafUsage::IssuingCa);
    let second = first.issue("第二级", LeafUsage::IssuingCa);
    let leaf = second.issue("民政局", LeafUsage::Signing).certificate;
    let refused = verify_chain(&leaf, &[second.certificate, first.certificate], &root.certificate, START);
    assert_eq!(refused, Err(ChainError::TooManyAuthorities { issuer: "第一级".into() }));
}

#[test]
fn every_changed_byte_of_a_certificate_breaks_it() {
    let root = root();
    let leaf = root.issue("民政局", LeafUsage::Signing).certificate;
    for index in 0..leaf.to_der().len() {
        for mask in [0x01, 0x20, 0x80] {
            let mut changed = leaf.to_der().to_vec();
            changed[index] ^= mask;
            let accepted = Certificate::from_der(&changed)
                .is_ok_and(|changed| verify_chain(&changed, &[], &root.certificate, START).is_ok());
            assert!(!accepted, "byte {index} with {mask:02x}");
        }
    }
}

#[test]
fn a_changed_name_is_damage() {
    let root = root();
    let leaf = root.issue("aaaa", LeafUsage::Signing).certificate;
    let mut changed = leaf.to_der().to_vec();
    let at = changed.windows(4).position(|bytes| bytes == b"aaaa").unwrap();
    changed[at] = b'b';
    let changed = Certificate::from_der(&changed).unwrap();
    let refused = verify_chain(&changed, &[], &root.certificate, START);
    assert_eq!(refused, Err(ChainError::Damaged { subject: "baaa".into() }));
}

#[test]
fn an_unknown_critical_extension_forbids_use() {
    let root = root();
    let leaf = root.issue("民政局", LeafUsage::Signing).certificate;
    let with_extension = |critical: &[u8]| {
        let der = root.resign(&leaf, |parts| {
            let extensions = parts.pop().unwrap();
            let known = Reader(&extensions).enter(0xa3).unwrap().content(tag::SEQUENCE).unwrap();
            let oid = [tag::OID, 3, 0x2a, 0x03, 0x04]; // 1.2.3.4
            let unknown = element(tag::SEQUENCE, &[&oid, critical, &[tag::OCTET_STRING, 0]]);
            parts.push(element(0xa3, &[&element(tag::SEQUENCE, &[known, &unknown])]));
        });
        verify_chain(&Certificate::from_der(&der).unwrap(), &[], &root.certificate, START)
    };
    assert_eq!(with_extension(&[]), Ok(()));
    let refused = ChainError::UnknownCondition { subject: "民政局".into(), oid: "1.2.3.4".into() };
    assert_eq!(with_extension(&[0x01, 0x01, 0xff]), Err(refused));
}

#[test]
fn foreign_forms_are_refused() {
    let root = root();
    let leaf = root.issue("民政局", LeafUsage::Signing).certificate;
    let resigned = |edit: fn(&mut Vec<Vec<u8>>)| Certificate::from_der(&root.resign(&leaf, edit));
    assert!(resigned(|_unchanged| {}).is_ok());
    let old_version = resigned(|parts| drop((parts.remove(0), parts.pop())));
    assert_eq!(old_version, Err(CertError::Malformed { what: "version" }));
    // The inner algorithm now differs from the outer one, and is ECDSA with SHA-256.
    let ecdsa = [0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    let der = root.resign(&leaf, |parts| parts[2] = ecdsa.to_vec());
    assert_eq!(Certificate::from_der(&der), Err(CertError::NotSm2));
    let with_null = resigned(|parts| {
        let length = parts[2].len();
        parts[2][1] += 2;
        parts[2].splice(length..length, [0x05, 0x00]);
    });
    assert_eq!(with_null, Err(CertError::Malformed { what: "signature algorithm" }));
    // The point of the key on the P-256 curve identifier.
    let other_curve = resigned(|parts| {
        let at =
            parts[6].windows(8).position(|bytes| bytes == [0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d]);
        parts[6].splice(at.unwrap()..at.unwrap() + 8, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    });
    assert_eq!(other_curve, Err(CertError::NotSm2));
    assert!(Certificate::from_der(&[leaf.to_der(), &[0]].concat()).is_err());
    let label = leaf.to_pem().replace("CERTIFICATE", "PUBLIC KEY");
    assert_eq!(Certificate::from_pem(&label), Err(CertError::Malformed { what: "PEM label" }));
}

proptest! {
    #[test]
    fn foreign_bytes_are_no_certificate(bytes: Vec<u8>, text: String) {
        prop_assert!(Certificate::from_der(&bytes).is_err());
        prop_assert!(Certificate::from_pem(&text).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn cut_and_mixed_certificates_do_not_panic(cut: prop::sample::Index, insert: Vec<u8>) {
        let der = root().certificate.to_der().to_vec();
        let (head, tail) = der.split_at(cut.index(der.len()));
        prop_assert!(Certificate::from_der(head).is_err());
        let mixed = [head, &insert, tail].concat();
        prop_assert_eq!(Certificate::from_der(&mixed).is_ok(), insert.is_empty());
    }
}
