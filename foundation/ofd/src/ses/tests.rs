//! Seals and signatures of all versions, and bytes that are none.

use guomi::Signer as _;
use guomi::asn1::{element, tag};
use guomi::x509::LeafUsage;
use guomi::{DEFAULT_ID, FileSigner, Signature, sm3};
use proptest::prelude::*;

use super::*;
use crate::testing::{NOW, World};

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(tag::SEQUENCE, parts)
}

fn text(tag: u8, text: &str) -> Vec<u8> {
    element(tag, &[text.as_bytes()])
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    element(tag::BIT_STRING, &[&[0], bytes])
}

/// How a structure of another maker differs from what this program writes.
#[derive(Clone, Copy)]
struct Shape {
    version: u8,
    /// Extension data of the seal and of the signature, whole.
    extension: &'static [u8],
    time_tag: u8,
    time: &'static str,
    algorithm: &'static [u8],
    digests: bool,
    octets: bool,
    stamp: bool,
}

const V4: Shape = Shape {
    version: 4,
    extension: &[],
    time_tag: tag::GENERALIZED_TIME,
    time: "20261009000000Z",
    algorithm: SM2_WITH_SM3,
    digests: false,
    octets: false,
    stamp: false,
};
const V1: Shape = Shape { version: 1, time_tag: tag::UTC_TIME, time: "261009000000Z", ..V4 };

impl Shape {
    fn info(&self, signer: &FileSigner) -> Vec<u8> {
        let certificate = signer.certificate().to_der();
        let header =
            sequence(&[&text(tag::IA5_STRING, "ES"), &[2, 1, self.version], &text(tag::IA5_STRING, "V")]);
        let digest = element(tag::OCTET_STRING, &[&sm3::digest(certificate)]);
        let listed = if self.digests {
            sequence(&[&text(tag::PRINTABLE_STRING, "SM3"), &digest])
        } else {
            element(tag::OCTET_STRING, &[certificate])
        };
        let kind: &[u8] = match (self.version, self.digests) {
            (1, _) => &[],
            (_, false) => &[2, 1, 1],
            (_, true) => &[2, 1, 2],
        };
        let time = text(self.time_tag, self.time);
        let property = sequence(&[
            &[2, 1, 1],
            &text(tag::UTF8_STRING, "印章"),
            kind,
            &sequence(&[&listed]),
            &time,
            &time,
            &time,
        ]);
        let data = element(tag::OCTET_STRING, &[b"png"]);
        let picture = sequence(&[&text(tag::IA5_STRING, "png"), &data, &[2, 1, 40], &[2, 1, 40]]);
        sequence(&[&header, &text(tag::IA5_STRING, "id"), &property, &picture, self.extension])
    }

    fn seal(&self, signer: &FileSigner, maker: &FileSigner) -> Vec<u8> {
        let info = self.info(signer);
        let certificate = element(tag::OCTET_STRING, &[maker.certificate().to_der()]);
        let algorithm = element(tag::OID, &[self.algorithm]);
        if self.version == 1 {
            let signed = sequence(&[&info, &certificate, &algorithm]);
            let value = bits(&maker.sign(&signed).unwrap().to_der());
            return sequence(&[&info, &sequence(&[&certificate, &algorithm, &value])]);
        }
        let value = bits(&maker.sign(&info).unwrap().to_der());
        let stamp: &[u8] = if self.stamp { &[0xa0, 4, 3, 2, 0, 1] } else { &[] };
        sequence(&[&info, &certificate, &algorithm, &value, stamp])
    }

    fn signature(&self, signer: &FileSigner, maker: &FileSigner) -> Vec<u8> {
        let seal = self.seal(signer, maker);
        let certificate = element(tag::OCTET_STRING, &[signer.certificate().to_der()]);
        let algorithm = element(tag::OID, &[self.algorithm]);
        let hash = if self.octets {
            element(tag::OCTET_STRING, &[&sm3::digest(b"x")])
        } else {
            bits(&sm3::digest(b"x"))
        };
        let time = text(self.time_tag, self.time);
        let property = text(tag::IA5_STRING, "/Signature.xml");
        if self.version == 1 {
            let time = bits(&time);
            let to_sign = sequence(&[&[2, 1, 1], &seal, &time, &hash, &property, &certificate, &algorithm]);
            return sequence(&[&to_sign, &bits(&signer.sign(&to_sign).unwrap().to_der())]);
        }
        let to_sign = sequence(&[&[2, 1, self.version], &seal, &time, &hash, &property, self.extension]);
        let value = bits(&signer.sign(&to_sign).unwrap().to_der());
        sequence(&[&to_sign, &certificate, &algorithm, &value])
    }
}

#[test]
fn what_is_written_reads_back_and_is_in_the_one_encoding() {
    let world = World::new();
    let seal = &world.seal;
    assert_eq!(Seal::from_der(&seal.der).unwrap(), *seal);
    assert_eq!((seal.version, seal.kind, seal.vendor.as_str()), (Version::V4, 1, "Tongban"));
    assert_eq!((seal.created, seal.picture.width, seal.picture.kind.as_str()), (NOW - 86_400, 42, "ofd"));
    assert_eq!(seal.deviations, []);
    let spec =
        SignSpec { time: NOW, data_hash: sm3::digest(b"x"), property: "/Doc_0/Signs/Sign_0/Signature.xml" };
    let read = SealSignature::from_der(&sign(&spec, seal, &world.body).unwrap()).unwrap();
    assert_eq!(
        (read.time, read.data_hash.as_slice(), read.property.as_str()),
        (NOW, spec.data_hash.as_slice(), spec.property)
    );
    assert_eq!((&read.seal, &read.deviations), (seal, &vec![]));
    assert_eq!(read.certificate, world.body.certificate().to_der());
    let value = Signature::from_der(&read.signature).unwrap();
    assert!(world.body.certificate().public_key().verify(DEFAULT_ID, &read.signed, &value));
}

#[test]
fn all_versions_and_known_deviations_are_read() {
    const TAGGED: &[u8] = &[0xa0, 2, 0x30, 0];
    const BARE: &[u8] = &[0x30, 0];
    let world = World::new();
    let table: [(&str, Shape, Version, &[Deviation]); 11] = [
        ("version 4", V4, Version::V4, &[]),
        ("version 4 with extensions", Shape { extension: TAGGED, ..V4 }, Version::V4, &[]),
        ("bare extensions", Shape { extension: BARE, ..V4 }, Version::V4, &[Deviation::ExtensionWithoutTag]),
        ("digests of certificates", Shape { digests: true, ..V4 }, Version::V4, &[]),
        (
            "forgotten arc",
            Shape { algorithm: SM2_WITH_SM3_SHORT, ..V4 },
            Version::V4,
            &[Deviation::ShortAlgorithm],
        ),
        ("octets for bits", Shape { octets: true, ..V4 }, Version::V4, &[Deviation::OctetString]),
        (
            "time with a zone",
            Shape { time: "20261009080000+0800", ..V4 },
            Version::V4,
            &[Deviation::TimeForm],
        ),
        ("version 4 that says 2", Shape { version: 2, ..V4 }, Version::V4, &[Deviation::VersionNumber]),
        ("version 5", Shape { version: 5, ..V4 }, Version::V5, &[]),
        ("version 5 with a time stamp", Shape { version: 5, stamp: true, ..V4 }, Version::V5, &[]),
        ("version 1", V1, Version::V1, &[]),
    ];
    for (name, shape, version, deviations) in table {
        let der = shape.signature(&world.body, &world.maker);
        let read = SealSignature::from_der(&der).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!((read.version, read.seal.version, read.time), (version, version, NOW), "{name}");
        let mut found = [read.deviations.clone(), read.seal.deviations.clone()].concat();
        found.sort();
        found.dedup();
        assert_eq!(found, deviations, "{name}");
        assert!(read.seal.signers.names(world.body.certificate().to_der()), "{name}");
        assert!(!read.seal.signers.names(world.maker.certificate().to_der()), "{name}");
        // What this program takes for the signed bytes is what was signed.
        for (signer, signed, value) in [
            (&world.body, &read.signed, &read.signature),
            (&world.maker, &read.seal.signed, &read.seal.signature),
        ] {
            let value = Signature::from_der(value).unwrap();
            assert!(signer.certificate().public_key().verify(DEFAULT_ID, signed, &value), "{name}");
        }
    }
}

#[test]
fn broken_structures_are_named() {
    let world = World::new();
    let der = V4.seal(&world.body, &world.maker);
    assert_eq!(Seal::from_der(b""), Err(SesFault::Structure("SESeal")));
    assert_eq!(Seal::from_der(&vec![0x30; 5 << 20]), Err(SesFault::TooLong));
    assert_eq!(Seal::from_der(&[der.as_slice(), b"\0"].concat()), Err(SesFault::Surplus("SESeal")));
    assert_eq!(
        Seal::from_der(&Shape { stamp: true, ..V4 }.seal(&world.body, &world.maker)),
        Err(SesFault::Surplus("SESeal"))
    );
    assert_eq!(
        Seal::from_der(&Shape { version: 6, ..V4 }.seal(&world.body, &world.maker)),
        Err(SesFault::Version(6))
    );
    assert_eq!(
        Seal::from_der(&Shape { time: "2026", ..V4 }.seal(&world.body, &world.maker)),
        Err(SesFault::Time("createDate"))
    );
    assert_eq!(
        Seal::from_der(&Shape { algorithm: &[1], ..V4 }.seal(&world.body, &world.maker)),
        Err(SesFault::Algorithm)
    );
    assert!(matches!(SealSignature::from_der(&der), Err(SesFault::Structure(_))), "a seal is no signature");
    let long =
        [&[0x30, 0x84, 0, 0], &u16::try_from(der.len() - 4).unwrap().to_be_bytes()[..], &der[4..]].concat();
    assert_eq!(Seal::from_der(&long).unwrap().deviations, [Deviation::Encoding]);
}

#[test]
fn only_those_whom_the_seal_names_sign_with_it() {
    let world = World::new();
    let other = world.authority.signer("别的机构", 5, LeafUsage::Signing);
    let spec = SignSpec { time: NOW, data_hash: [0; 32], property: "/x" };
    assert!(
        matches!(sign(&spec, &world.seal, &other), Err(MakeError::NotInSeal(name)) if name == "别的机构")
    );
    let refused = sign(&SignSpec { property: "/路径", ..spec }, &world.seal, &world.body);
    assert!(matches!(refused, Err(MakeError::Part("propertyInfo"))));
    let refused = sign(&SignSpec { time: i64::MAX, ..spec }, &world.seal, &world.body);
    assert!(matches!(refused, Err(MakeError::Part("timeInfo"))));
    let refused = make_seal(&SealSpec { id: "编号", ..World::spec(&[&other]) }, &world.maker);
    assert!(matches!(refused, Err(MakeError::Part("esID"))));
}

proptest! {
    #[test]
    fn foreign_bytes_do_not_panic(bytes: Vec<u8>) {
        prop_assert!(Seal::from_der(&bytes).is_err());
        prop_assert!(SealSignature::from_der(&bytes).is_err());
    }

    #[test]
    fn changed_and_cut_signatures_do_not_panic(
        at: prop::sample::Index, value: u8, cut: prop::sample::Index, is_v1: bool,
    ) {
        static BOTH: std::sync::LazyLock<[Vec<u8>; 2]> = std::sync::LazyLock::new(|| {
            let world = World::new();
            [V4, V1].map(|shape| shape.signature(&world.body, &world.maker))
        });
        let mut der = BOTH[usize::from(is_v1)].clone();
        prop_assert!(SealSignature::from_der(&der[..cut.index(der.len())]).is_err());
        let at = at.index(der.len());
        der[at] = value;
        if let Ok(read) = SealSignature::from_der(&der) {
            prop_assert!(read.signed.len() < der.len());
        }
    }
}
