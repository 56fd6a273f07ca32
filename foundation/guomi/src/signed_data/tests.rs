//! Good containers, every fault, and every single changed byte.

use std::cell::Cell;

use proptest::prelude::*;

use super::*;
use crate::asn1::{element, set_of};
use crate::signer::FileSigner;
use crate::sm2::PrivateKey;
use crate::sm3;
use crate::x509::{LeafUsage, Subject, Validity, issue_leaf, issue_root};

const START: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z
const SIGNED_AT: i64 = START + 1000;

struct Scene {
    root: Certificate,
    root_key: PrivateKey,
}

fn named(common_name: &str) -> Subject {
    Subject { common_name: common_name.into(), ..Subject::default() }
}

impl Scene {
    fn new() -> Self {
        let root_key = PrivateKey::generate();
        let root = issue_root(&named("根"), &root_key, START, 20, [3; 16]).unwrap();
        Self { root, root_key }
    }

    fn signer(&self, usage: LeafUsage) -> FileSigner {
        let key = PrivateKey::generate();
        let validity = Validity::years(START, 2).unwrap();
        let certificate =
            issue_leaf(&named("民政局"), &key.public(), &self.root, &self.root_key, validity, usage).unwrap();
        FileSigner::new(key, certificate).unwrap()
    }

    /// A signer below an authority below the root.
    fn signer_of_authority(&self) -> FileSigner {
        let authority = self.signer(LeafUsage::IssuingCa);
        let key = PrivateKey::generate();
        let validity = Validity::years(START, 2).unwrap();
        let (issuer, issuer_key) = (authority.certificate().clone(), authority.key());
        let usage = LeafUsage::Signing;
        let certificate =
            issue_leaf(&named("教育局"), &key.public(), &issuer, issuer_key, validity, usage).unwrap();
        FileSigner::new(key, certificate).unwrap().with_intermediates(vec![issuer])
    }
}

fn content() -> Digest {
    sm3::digest(b"content")
}

fn metadata() -> Digest {
    sm3::digest(b"metadata")
}

fn build_good(signer: &dyn Signer) -> Vec<u8> {
    build(signer, content(), metadata(), SIGNED_AT).unwrap()
}

fn verify(container: &[u8], root: &Certificate) -> Result<Verified, SignatureFault> {
    parse(container)?.verify(content(), metadata(), root)
}

#[test]
fn a_good_signature_names_signer_and_time() {
    let scene = Scene::new();
    for (signer, name) in
        [(scene.signer(LeafUsage::Signing), "民政局"), (scene.signer_of_authority(), "教育局")]
    {
        let verified = verify(&build_good(&signer), &scene.root).unwrap();
        assert_eq!((verified.signer_cn.as_str(), verified.signing_time), (name, SIGNED_AT));
        assert_eq!(verified.certificate, *signer.certificate());
    }
}

#[test]
fn other_content_or_metadata_is_named() {
    let scene = Scene::new();
    let parsed = parse(&build_good(&scene.signer(LeafUsage::Signing))).unwrap();
    let other = sm3::digest(b"other");
    let fault = |content, metadata| parsed.verify(content, metadata, &scene.root).unwrap_err();
    assert_eq!(fault(other, metadata()), SignatureFault::ContentChanged);
    assert_eq!(fault(content(), other), SignatureFault::MetadataChanged);
    assert_eq!(fault(metadata(), content()), SignatureFault::ContentChanged);
}

#[test]
fn untrusted_and_unfit_certificates_are_named() {
    let scene = Scene::new();
    let good = build_good(&scene.signer(LeafUsage::Signing));
    assert_eq!(verify(&good, &Scene::new().root), Err(SignatureFault::CertificateNotTrusted));
    for usage in [LeafUsage::Encryption, LeafUsage::IssuingCa] {
        let unfit = build_good(&scene.signer(usage));
        assert_eq!(verify(&unfit, &scene.root), Err(SignatureFault::CertificateNotTrusted), "{usage:?}");
    }
    let root_itself = FileSigner::new(scene.root_key, scene.root.clone()).unwrap();
    let unfit = build_good(&root_itself);
    assert_eq!(verify(&unfit, &scene.root), Err(SignatureFault::CertificateNotTrusted));
}

#[test]
fn a_signing_time_outside_the_period_is_named() {
    let scene = Scene::new();
    let signer = scene.signer(LeafUsage::Signing);
    let last = signer.certificate().not_after();
    let at = |time| {
        let container = build(&signer, content(), metadata(), time).unwrap();
        verify(&container, &scene.root).map(|verified| verified.signing_time)
    };
    assert_eq!((at(START), at(last)), (Ok(START), Ok(last)));
    let fault = Err(SignatureFault::CertificateNotValidAtSigning);
    assert_eq!((at(START - 1), at(last + 1)), (fault, fault));
    let year_2060 = 2_840_140_800;
    assert_eq!(at(year_2060), fault);
    assert!(matches!(build(&signer, content(), metadata(), -1), Err(BuildError::Certificate(_))));
}

/// The promise of this module: no byte may change, wherever it stands.
fn refuses_every_changed_byte(container: &[u8], root: &Certificate) {
    let seen = Cell::new([0_usize; 4]);
    for index in 0..container.len() {
        for mask in [0x01, 0x20, 0x80] {
            let mut changed = container.to_vec();
            changed[index] ^= mask;
            let fault = verify(&changed, root).expect_err(&format!("byte {index} with {mask:02x}"));
            let slot = match fault {
                SignatureFault::AttributesOrSignatureDamaged => 0,
                SignatureFault::CertificateDamaged => 1,
                SignatureFault::CertificateNotTrusted => 2,
                SignatureFault::Malformed { .. } => 3,
                SignatureFault::ContentChanged
                | SignatureFault::MetadataChanged
                | SignatureFault::CertificateNotValidAtSigning => panic!("byte {index}: {fault}"),
            };
            let mut counts = seen.get();
            counts[slot] += 1;
            seen.set(counts);
        }
    }
    assert!(seen.get().iter().all(|count| *count > 0), "{seen:?}");
}

#[test]
fn every_changed_byte_is_a_fault() {
    let scene = Scene::new();
    refuses_every_changed_byte(&build_good(&scene.signer(LeafUsage::Signing)), &scene.root);
}

#[test]
fn every_changed_byte_is_a_fault_with_an_intermediate() {
    let scene = Scene::new();
    refuses_every_changed_byte(&build_good(&scene.signer_of_authority()), &scene.root);
}

#[test]
fn every_cut_and_every_added_byte_is_a_fault() {
    let scene = Scene::new();
    let good = build_good(&scene.signer(LeafUsage::Signing));
    for end in 0..good.len() {
        assert!(verify(&good[..end], &scene.root).is_err(), "cut at {end}");
    }
    let longer = [&good[..], &[0]].concat();
    assert_eq!(verify(&longer, &scene.root), Err(SignatureFault::Malformed { what: "encoding" }));
    let huge = vec![0; CONTAINER_BYTES_MAX + 1];
    assert_eq!(parse(&huge).unwrap_err(), SignatureFault::Malformed { what: "length" });
}

/// The certificates are outside the signature, so each one that is not needed must be refused.
#[test]
fn surplus_certificates_are_refused() {
    let scene = Scene::new();
    let signer = scene.signer(LeafUsage::Signing);
    let attributes =
        Attributes { content_digest: content(), metadata_digest: metadata(), signing_time: SIGNED_AT };
    let signature = signer.sign(&attributes.to_der(tag::SET).unwrap()).unwrap();
    let with = |extra: &[Certificate]| {
        let container = encode(signer.certificate(), extra, &attributes, &signature).unwrap();
        verify(&container, &scene.root)
    };
    assert!(with(&[]).is_ok());
    let other = scene.signer(LeafUsage::IssuingCa).certificate().clone();
    for extra in [scene.root.clone(), other, signer.certificate().clone()] {
        let fault = SignatureFault::Malformed { what: "certificates" };
        assert_eq!(with(std::slice::from_ref(&extra)), Err(fault), "{extra:?}");
    }
    let chained = scene.signer_of_authority();
    let needed = chained.intermediates()[0].clone();
    let signature = chained.sign(&attributes.to_der(tag::SET).unwrap()).unwrap();
    let twice = encode(chained.certificate(), &[needed.clone(), needed], &attributes, &signature).unwrap();
    assert_eq!(verify(&twice, &scene.root), Err(SignatureFault::Malformed { what: "certificates" }));
}

/// A further attribute would be signed, and still is not this container.
#[test]
fn unexpected_signed_attributes_are_refused() {
    let attributes =
        Attributes { content_digest: content(), metadata_digest: metadata(), signing_time: SIGNED_AT };
    let set = attributes.to_der(tag::SET).unwrap();
    let members = Reader(&set).enter(tag::SET).unwrap().rest().unwrap();
    let read = |members: Vec<Vec<u8>>| {
        let set = set_of(tag::SET, members);
        read_attributes(Reader(&set).content(tag::SET).unwrap())
    };
    let members: Vec<Vec<u8>> = members.into_iter().map(<[u8]>::to_vec).collect();
    assert_eq!(read(members.clone()), Some(attributes));
    let further = element(tag::SEQUENCE, &[&[tag::OID, 3, 0x2a, 0x03, 0x04], &[tag::SET, 2, 0x05, 0x00]]);
    assert_eq!(read([members.clone(), vec![further]].concat()), None);
    assert_eq!(read([members.clone(), vec![members[0].clone()]].concat()), None);
    for missing in 0..members.len() {
        let mut fewer = members.clone();
        fewer.remove(missing);
        assert_eq!(read(fewer), None, "without attribute {missing}");
    }
}

#[test]
fn a_signer_with_another_key_is_found_out() {
    struct Broken(FileSigner);
    impl Signer for Broken {
        fn certificate(&self) -> &Certificate {
            self.0.certificate()
        }
        fn sign(&self, _message: &[u8]) -> Result<Signature, SignerError> {
            self.0.sign(b"something else")
        }
    }
    let broken = Broken(Scene::new().signer(LeafUsage::Signing));
    let refused = build(&broken, content(), metadata(), SIGNED_AT);
    assert!(matches!(refused, Err(BuildError::Signer(SignerError::KeyMismatch { .. }))));
}

#[test]
fn only_zero_bytes_may_fill_the_reserved_space() {
    let scene = Scene::new();
    let good = build_good(&scene.signer(LeafUsage::Signing));
    let mut padded = good.clone();
    padded.resize(good.len() + 500, 0);
    assert_eq!(without_padding(&padded).unwrap(), good);
    assert_eq!(without_padding(&good).unwrap(), good);
    padded[good.len() + 7] = 1;
    assert_eq!(without_padding(&padded), Err(SignatureFault::Malformed { what: "padding" }));
    assert_eq!(without_padding(&good[..100]), Err(SignatureFault::Malformed { what: "length" }));
    assert_eq!(without_padding(&[]), Err(SignatureFault::Malformed { what: "length" }));
}

/// The object identifier bytes of the private attribute are what its dotted form says (X.667 base-128
/// digits).
#[test]
fn the_private_attribute_has_the_documented_identifier() {
    let mut number: u128 = "256726614132131480550230143819366576408".parse().unwrap();
    assert_eq!(METADATA_DIGEST_OID, format!("2.25.{number}.1"));
    assert_eq!(uuid_text(number), "c123bf53-7f61-4a18-8cde-d6c32870b118");
    let mut digits = vec![0x01];
    let mut continued = 0;
    while number > 0 {
        digits.insert(0, u8::try_from(number % 128).unwrap() | continued);
        continued = 0x80;
        number /= 128;
    }
    digits.insert(0, 2 * 40 + 25);
    assert_eq!(digits, oid::METADATA_DIGEST);
}

fn uuid_text(number: u128) -> String {
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

proptest! {
    #[test]
    fn foreign_bytes_are_no_container(bytes: Vec<u8>) {
        prop_assert!(parse(&bytes).is_err());
        let framed = element(tag::SEQUENCE, &[&element(tag::OID, &[oid::SIGNED_DATA]), &bytes]);
        prop_assert!(parse(&framed).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn spliced_containers_do_not_panic(from: prop::sample::Index, to: prop::sample::Index, insert: Vec<u8>) {
        let scene = Scene::new();
        let good = build_good(&scene.signer(LeafUsage::Signing));
        let (from, to) = (from.index(good.len()), to.index(good.len()));
        let (start, end) = (from.min(to), from.max(to));
        let spliced = [&good[..start], &insert, &good[end..]].concat();
        prop_assert_eq!(verify(&spliced, &scene.root).is_ok(), spliced == good);
    }
}
