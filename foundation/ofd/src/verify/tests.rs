//! Sealed documents are genuine, later signatures leave earlier ones in force, and every alteration is found.

mod tamper;

use guomi::Signer as _;
use guomi::x509::LeafUsage;
use proptest::prelude::*;

use super::*;
use crate::testing::{Authority, NOW, World};
use crate::{Stamp, sign};

/// What is wrong, in short: part and fault.
pub(super) fn faults(report: &Report) -> Vec<(Part, &'static str)> {
    report.faults().map(|(finding, fault)| (finding.part, fault.code())).collect()
}

#[test]
fn a_sealed_document_is_genuine_and_every_part_is_looked_at() {
    let world = World::new();
    let report = world.verify(&world.sealed().write().unwrap());
    assert_eq!(faults(&report), []);
    assert!(report.is_genuine());
    let looked_at: std::collections::BTreeSet<Part> =
        report.findings.iter().map(|finding| finding.part).collect();
    assert_eq!(looked_at.into_iter().collect::<Vec<_>>(), Part::ALL);
    let [summary] = report.signatures.as_slice() else { panic!("one signature") };
    assert_eq!((summary.id.as_str(), summary.version, summary.time), ("1", Version::V4, NOW));
    assert_eq!(summary.seal_name, "长沙市民政局电子证照专用章");
    assert_eq!(summary.signer.as_ref().unwrap(), world.body.certificate());
    assert_eq!(summary.maker.as_ref().unwrap(), world.maker.certificate());
    assert_eq!(summary.deviations, []);
    assert!(report.page_texts[0].contains("登记证书"));
    let structure = report.structure.as_ref().unwrap();
    assert_eq!(report.package.attachment(structure, "metadata.xml"), Some(b"<Metadata/>".as_slice()));
}

#[test]
fn later_signatures_may_follow_and_each_is_checked() {
    let world = World::new();
    let second = world.authority.signer("长沙市档案馆（演示）", 5, LeafUsage::Signing);
    let seal = crate::ses::make_seal(&World::spec(&[&second]), &world.maker).unwrap();
    let stamps = [Stamp { page: 1, corner: (10.0, 10.0) }];
    let twice = sign(&world.sealed(), &seal, &stamps, &second, NOW + 60).unwrap();
    let report = world.verify(&twice.write().unwrap());
    assert_eq!(faults(&report), []);
    let signers: Vec<&str> =
        report.signatures.iter().map(|s| s.signer.as_ref().unwrap().subject_common_name()).collect();
    assert_eq!(signers, ["长沙市民政局（演示）", "长沙市档案馆（演示）"]);

    // Something that the later signature brings beside itself.
    let mut smuggled = twice.clone();
    smuggled.files.insert("Doc_0/Signs/Sign_1/more.xml".into(), Vec::new());
    let found = faults(&world.verify(&smuggled.write().unwrap()));
    assert_eq!(found, [(Part::Coverage, "not-covered"), (Part::Coverage, "not-covered")]);
    // The earlier signature taken out of the list, its files left there.
    let mut without_first = twice;
    let list = String::from_utf8(without_first.files["Doc_0/Signs/Signatures.xml"].clone()).unwrap();
    let entry = "<ofd:Signature ID=\"1\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_0/Signature.xml\"/>";
    assert!(list.contains(entry));
    without_first.files.insert("Doc_0/Signs/Signatures.xml".into(), list.replace(entry, "").into_bytes());
    assert!(world.verify(&without_first.write().unwrap()).is_genuine(), "the second covers all there is");
}

#[test]
fn trust_is_in_the_given_roots_and_authorities_between() {
    let world = World::new();
    let bytes = world.sealed().write().unwrap();
    let none = verify(&bytes, Trust { roots: &[], intermediates: &[] }, NOW);
    let untrusted = [
        (Part::SignerCertificate, "certificate-not-trusted"),
        (Part::MakerCertificate, "certificate-not-trusted"),
    ];
    assert_eq!(faults(&none), untrusted);
    let (other, own) = (Authority::new("别的根证书").root, world.authority.root.clone());
    let others = verify(&bytes, Trust { roots: std::slice::from_ref(&other), intermediates: &[] }, NOW);
    assert_eq!(faults(&others), untrusted);
    for roots in [[other.clone(), own.clone()], [own, other]] {
        assert!(verify(&bytes, Trust { roots: &roots, intermediates: &[] }, NOW).is_genuine());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// One changed byte of the file is found, or it changed nothing that the package holds.
    #[test]
    fn one_changed_byte_is_found(at: prop::sample::Index, flip in 1_u8..) {
        static SEALED: std::sync::LazyLock<(World, Vec<u8>)> = std::sync::LazyLock::new(|| {
            let world = World::new();
            let bytes = world.sealed().write().unwrap();
            (world, bytes)
        });
        let (world, sealed) = &*SEALED;
        let mut bytes = sealed.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let report = world.verify(&bytes);
        if report.is_genuine() {
            let mut files = Package::read(sealed).unwrap().files;
            let mut found = report.package.files;
            // Nothing signs this list; what is in it was checked.
            files.remove("Doc_0/Signs/Signatures.xml");
            found.remove("Doc_0/Signs/Signatures.xml");
            prop_assert_eq!(found, files);
        }
    }

    #[test]
    fn foreign_bytes_do_not_panic(bytes: Vec<u8>) {
        let trust = Trust { roots: &[], intermediates: &[] };
        prop_assert!(!verify(&bytes, trust, NOW).is_genuine());
        prop_assert!(!verify(&[b"PK\x03\x04".as_slice(), &bytes].concat(), trust, NOW).is_genuine());
    }
}
