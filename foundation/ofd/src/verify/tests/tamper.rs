//! The table of alterations: what is done to a sealed document, and how it must be found.

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
    fn seal_with(&self, signer: &FileSigner, maker: &FileSigner, change: impl Fn(&mut SealSpec<'_>)) -> Seal {
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

/// Alterations of the package's files: name, what is done, and the part and fault that must be among what is found.
const FILES: &[(&str, Alteration, (Part, &str))] = &[
    ("first page, one byte", |c| c.replace(PAGE, "登记", "登己"), (Part::Digest, "changed")),
    (
        "second page, one byte",
        |c| c.replace("Doc_0/Pages/Page_1/Content.xml", "第二", "第三"),
        (Part::Digest, "changed"),
    ),
    ("font, one bit", |c| c.flip("Doc_0/Res/font_0.ttf"), (Part::Digest, "changed")),
    (
        "metadata",
        |c| c.replace("Doc_0/Attachs/metadata.xml", "<Metadata/>", "<Metadata />"),
        (Part::Digest, "changed"),
    ),
    (
        "list of attachments",
        |c| c.replace("Doc_0/Attachs/Attachments.xml", "Visible=\"true\"", "Visible=\"false\""),
        (Part::Digest, "changed"),
    ),
    ("document root", |c| c.replace("Doc_0/Document.xml", "210 297", "297 210"), (Part::Digest, "changed")),
    (
        "resources",
        |c| c.replace("Doc_0/PublicRes.xml", "Noto Sans SC", "Other Sans"),
        (Part::Digest, "changed"),
    ),
    ("title", |c| c.replace("OFD.xml", "社会团体", "基金会"), (Part::Digest, "changed")),
    ("blank added to a page", |c| c.replace(PAGE, "</ofd:Page>", "</ofd:Page> "), (Part::Digest, "changed")),
    ("page removed", |c| c.remove(PAGE), (Part::Structure, "structure-missing")),
    ("font removed", |c| c.remove("Doc_0/Res/font_1.otf"), (Part::Digest, "missing")),
    (
        "pages exchanged",
        |c| {
            let second = "Doc_0/Pages/Page_1/Content.xml";
            let (one, two) = (c.package.files[PAGE].clone(), c.package.files[second].clone());
            c.put(PAGE, &two);
            c.put(second, &one);
        },
        (Part::Digest, "changed"),
    ),
    (
        "file smuggled into resources",
        |c| c.put("Doc_0/Res/image_9.png", b"x"),
        (Part::Coverage, "not-covered"),
    ),
    (
        "file smuggled beside the signature",
        |c| c.put("Doc_0/Signs/Sign_0/x.xml", b"x"),
        (Part::Coverage, "not-covered"),
    ),
    ("file smuggled beside everything", |c| c.put("META-INF/x", b"x"), (Part::Coverage, "not-covered")),
    (
        "digest fitted to a changed page",
        |c| {
            use base64::Engine as _;
            let digest =
                |content: &[u8]| base64::engine::general_purpose::STANDARD.encode(sm3::digest(content));
            let before = digest(&c.package.files[PAGE]);
            c.replace(PAGE, "登记", "登己");
            let after = digest(&c.package.files[PAGE]);
            c.replace(DESCRIPTION, &before, &after);
        },
        (Part::DataHash, "data-hash"),
    ),
    (
        "stamp moved",
        |c| c.replace(DESCRIPTION, "120 200 42 42", "20 20 42 42"),
        (Part::DataHash, "data-hash"),
    ),
    ("provider renamed", |c| c.replace(DESCRIPTION, "Tongban", "Another"), (Part::DataHash, "data-hash")),
    (
        "time in the description",
        |c| c.replace(DESCRIPTION, "20261009", "20251009"),
        (Part::DataHash, "data-hash"),
    ),
    (
        "reference taken out",
        |c| c.replace(DESCRIPTION, "FileRef=\"/Doc_0/PublicRes.xml\"", "FileRef=\"/OFD.xml\""),
        (Part::DataHash, "data-hash"),
    ),
    ("description removed", |c| c.remove(DESCRIPTION), (Part::Description, "structure-missing")),
    (
        "description without digests",
        |c| c.replace(DESCRIPTION, "ofd:References", "ofd:Referencez"),
        (Part::Description, "xml-broken"),
    ),
    ("description emptied", |c| c.put(DESCRIPTION, b""), (Part::Description, "xml-root")),
    (
        "seal of another",
        |c| {
            let other = World::new().seal.der;
            c.put(SEAL, &other);
        },
        (Part::SealFile, "other-seal"),
    ),
    ("seal's file, one bit", |c| c.flip(SEAL), (Part::SealFile, "other-seal")),
    ("seal's file removed", |c| c.remove(SEAL), (Part::SealFile, "missing")),
    ("signature removed", |c| c.remove(VALUE), (Part::Value, "missing")),
    ("signature emptied", |c| c.put(VALUE, b""), (Part::Value, "ses-structure")),
    (
        "signature cut",
        |c| {
            let value = c.package.files[VALUE].clone();
            c.put(VALUE, &value[..value.len() - 1]);
        },
        (Part::Value, "ses-structure"),
    ),
    (
        "bytes after the signature",
        |c| {
            let value = [c.package.files[VALUE].as_slice(), b"\0"].concat();
            c.put(VALUE, &value);
        },
        (Part::Value, "ses-surplus"),
    ),
    (
        "signature of overlong length",
        |c| c.put(VALUE, &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0]),
        (Part::Value, "ses-structure"),
    ),
    (
        "signature larger than any",
        |c| {
            let random: Vec<u8> =
                (0..5_u32 << 20).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
            c.put(VALUE, &random);
        },
        (Part::Value, "ses-too-long"),
    ),
    (
        "signature value, last byte",
        |c| {
            let value = c.package.files.get_mut(VALUE).unwrap();
            *value.last_mut().unwrap() ^= 1;
        },
        (Part::Signature, "value"),
    ),
    (
        "signature of another document",
        |c| {
            let other = crate::Document { title: "另一证书".into(), ..crate::testing::certificate() }
                .write()
                .unwrap();
            let sealed = sign(&other, &c.world.seal, &[], &c.world.body, NOW).unwrap();
            c.put(VALUE, &sealed.files[VALUE]);
        },
        (Part::DataHash, "data-hash"),
    ),
    (
        "whole signature of another document",
        |c| {
            let other = crate::Document { title: "另一证书".into(), ..crate::testing::certificate() }
                .write()
                .unwrap();
            let sealed = sign(&other, &c.world.seal, &[], &c.world.body, NOW).unwrap();
            for path in [DESCRIPTION, VALUE, SEAL, LIST] {
                c.put(path, &sealed.files[path]);
            }
        },
        (Part::Digest, "changed"),
    ),
    (
        "digest in the signature",
        |c| c.rewrite(|all| *all[3].last_mut().unwrap() ^= 1),
        (Part::DataHash, "data-hash"),
    ),
    ("time in the signature", |c| c.rewrite(|all| all[2][7] ^= 1), (Part::Signature, "value")),
    ("time that is none", |c| c.rewrite(|all| all[2][6] = b'9'), (Part::Value, "ses-time")),
    ("path in the signature", |c| c.rewrite(|all| all[4][3] = b'E'), (Part::Property, "property")),
    ("version that nobody knows", |c| c.rewrite(|all| all[0][2] = 9), (Part::Value, "ses-version")),
    (
        "another algorithm",
        |c| c.rewrite(|all| *all[6].last_mut().unwrap() ^= 1),
        (Part::Value, "ses-algorithm"),
    ),
    (
        "element added to what is signed",
        |c| c.rewrite(|all| all[4].extend([5, 0])),
        (Part::Value, "ses-surplus"),
    ),
    (
        "certificate of another signer",
        |c| {
            let other = c.world.authority.signer("别的机构", 5, LeafUsage::Signing);
            let der = other.certificate().to_der().to_vec();
            c.rewrite(|all| all[5] = element(tag::OCTET_STRING, &[&der]));
        },
        (Part::Signature, "value"),
    ),
    (
        "name in the signer's certificate",
        |c| {
            c.rewrite(|all| all[5] = replaced(&all[5], "长沙市".as_bytes(), "岳阳市".as_bytes()));
        },
        (Part::SignerCertificate, "certificate-damaged"),
    ),
    (
        "certificate with a key on another curve",
        |c| {
            let (sm2, p256) =
                ([0x2a, 0x81, 0x1c, 0xcf, 0x55, 1, 0x82, 0x2d], [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]);
            c.rewrite(|all| all[5] = replaced(&all[5], &sm2, &p256));
        },
        (Part::SignerCertificate, "certificate-not-sm2"),
    ),
    (
        "certificate cut",
        |c| c.rewrite(|all| all[5] = element(tag::OCTET_STRING, &[b"0"])),
        (Part::SignerCertificate, "certificate-unreadable"),
    ),
    (
        "name in the seal",
        |c| {
            c.rewrite(|all| {
                all[1] = replaced(&all[1], "长沙市民政局电子".as_bytes(), "岳阳市民政局电子".as_bytes())
            });
        },
        (Part::SealSignature, "value"),
    ),
    (
        "seal's period in the seal",
        |c| {
            c.rewrite(|all| all[1] = replaced(&all[1], b"20281008000000Z", b"20991008000000Z"));
        },
        (Part::SealSignature, "value"),
    ),
    (
        "seal stolen: used with another certificate of the same authority",
        |c| {
            let thief = c.world.authority.signer("别的机构", 5, LeafUsage::Signing);
            let stolen = SealSignature::from_der(&c.package.files[VALUE]).unwrap().seal;
            let own = c.seal_with(&thief, &c.world.maker, |_| {});
            c.seal_anew(&own, &thief, NOW);
            // The thief's own signature, with the stolen seal in it, signed by the thief.
            let to_sign: Vec<Vec<u8>> = parts(&parts(&c.package.files[VALUE])[0]);
            let to_sign =
                element(tag::SEQUENCE, &[&to_sign[0], &stolen.der, &to_sign[2], &to_sign[3], &to_sign[4]]);
            let value = thief.sign(&to_sign).unwrap().to_der();
            let rest = parts(&c.package.files[VALUE]);
            let value = element(tag::BIT_STRING, &[&[0], &value]);
            c.put(VALUE, &element(tag::SEQUENCE, &[&to_sign, &rest[1], &rest[2], &value]));
            c.put(SEAL, &stolen.der);
        },
        (Part::SealSigner, "not-listed"),
    ),
    (
        "seal made by an unknown authority",
        |c| {
            let forger = Authority::new("伪造根证书").signer("伪造制章", 5, LeafUsage::Signing);
            let seal = c.seal_with(&c.world.body, &forger, |_| {});
            let body = c.world.body.certificate().clone();
            assert!(seal.signers.names(body.to_der()));
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::MakerCertificate, "certificate-not-trusted"),
    ),
    (
        "signer of an unknown authority",
        |c| {
            let forger = Authority::new("伪造根证书").signer("长沙市民政局（演示）", 5, LeafUsage::Signing);
            let seal = c.seal_with(&forger, &c.world.maker, |_| {});
            c.seal_anew(&seal, &forger, NOW);
        },
        (Part::SignerCertificate, "certificate-not-trusted"),
    ),
    (
        "signer of a forged authority of the same name",
        |c| {
            let forger = Authority::new("演示根证书").signer("长沙市民政局（演示）", 5, LeafUsage::Signing);
            let seal = c.seal_with(&forger, &c.world.maker, |_| {});
            c.seal_anew(&seal, &forger, NOW);
        },
        (Part::SignerCertificate, "certificate-not-trusted"),
    ),
    (
        "certificate for encryption",
        |c| {
            let signer = c.world.authority.signer("长沙市民政局（演示）", 5, LeafUsage::Encryption);
            let seal = c.seal_with(&signer, &c.world.maker, |_| {});
            c.seal_anew(&seal, &signer, NOW);
        },
        (Part::SignerCertificate, "certificate-usage"),
    ),
    (
        "seal made with a certificate for issuing",
        |c| {
            let maker = c.world.authority.signer("演示中间机构", 5, LeafUsage::IssuingCa);
            let seal = c.seal_with(&c.world.body, &maker, |_| {});
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::MakerCertificate, "certificate-usage"),
    ),
    (
        "signer's certificate run out",
        |c| {
            let signer = c.world.authority.signer("长沙市民政局（演示）", 1, LeafUsage::Signing);
            let seal = c.seal_with(&signer, &c.world.maker, |_| {});
            c.seal_anew(&seal, &signer, NOW + 3 * YEAR / 2);
        },
        (Part::SignerCertificate, "certificate-not-valid"),
    ),
    (
        "signed before the certificate was valid",
        |c| {
            let seal = c.seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_from = NOW - YEAR);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW - 2 * 86_400).unwrap();
        },
        (Part::SignerCertificate, "certificate-not-valid"),
    ),
    (
        "seal made before its maker's certificate was valid",
        |c| {
            let seal = c.seal_with(&c.world.body, &c.world.maker, |spec| spec.created = NOW - YEAR);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::MakerCertificate, "certificate-not-valid"),
    ),
    (
        "seal run out",
        |c| {
            let seal = c.seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_until = NOW - 1);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::SealValidity, "seal-not-valid"),
    ),
    (
        "seal not yet valid",
        |c| {
            let seal = c.seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_from = NOW + 1);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::SealValidity, "seal-not-valid"),
    ),
    (
        "seal whose period ends before it begins",
        |c| {
            let seal =
                c.seal_with(&c.world.body, &c.world.maker, |spec| spec.valid_until = spec.valid_from - 1);
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &seal, &[], &c.world.body, NOW).unwrap();
        },
        (Part::SealValidity, "seal-period"),
    ),
    (
        "signed in the future",
        |c| {
            let unsealed = crate::testing::certificate().write().unwrap();
            c.package = sign(&unsealed, &c.world.seal, &[], &c.world.body, NOW + 3_600).unwrap();
        },
        (Part::Time, "future"),
    ),
    (
        "list of signatures emptied",
        |c| {
            c.put(LIST, format!("<ofd:Signatures xmlns:ofd=\"{}\"/>", crate::xml::NAMESPACE).as_bytes());
        },
        (Part::Signatures, "no-signature"),
    ),
    ("list of signatures removed", |c| c.remove(LIST), (Part::Structure, "structure-missing")),
    (
        "list no longer named",
        |c| {
            c.replace("OFD.xml", "<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>", "");
        },
        (Part::Signatures, "no-signature"),
    ),
    (
        "something else in the list",
        |c| c.replace(LIST, "<ofd:MaxSignId>", "<ofd:Note/><ofd:MaxSignId>"),
        (Part::Structure, "structure-unexpected"),
    ),
    (
        "list names a signature that is not there",
        |c| c.replace(LIST, "Sign_0", "Sign_7"),
        (Part::Description, "structure-missing"),
    ),
    (
        "signature called one without a seal",
        |c| c.replace(LIST, "\"Seal\"", "\"Sign\""),
        (Part::Description, "kind"),
    ),
    (
        "list leads out of the package",
        |c| c.replace(LIST, "/Doc_0/Signs/Sign_0", "../../../etc"),
        (Part::Structure, "structure-leads-out"),
    ),
    (
        "document type in a page",
        |c| c.replace(PAGE, "?>", "?><!DOCTYPE a [<!ENTITY b \"c\">]>"),
        (Part::Structure, "xml-doctype"),
    ),
    ("entity in a page", |c| c.replace(PAGE, "登记", "&b;"), (Part::Structure, "xml-entity")),
    (
        "page nested without end",
        |c| {
            let nested = "<ofd:Layer>".repeat(500);
            c.replace(PAGE, "<ofd:Content>", &nested);
        },
        (Part::Structure, "xml-too-complex"),
    ),
    (
        "page cut",
        |c| {
            let page = c.package.files[PAGE].clone();
            c.put(PAGE, &page[..page.len() / 2]);
        },
        (Part::Structure, "xml-broken"),
    ),
    (
        "second document in the package",
        |c| {
            c.replace("OFD.xml", "</ofd:DocBody>", "</ofd:DocBody><ofd:DocBody/>");
        },
        (Part::Structure, "structure-several"),
    ),
    (
        "page of another namespace",
        |c| c.replace(PAGE, crate::xml::NAMESPACE, "http://example.org/"),
        (Part::Structure, "xml-root"),
    ),
    // What the body itself may sign by mistake, or a careless program for it.
    (
        "signed without a file",
        |c| {
            let text = c.text(DESCRIPTION);
            let start = text.find("<ofd:Reference FileRef=\"/Doc_0/PublicRes.xml\">").unwrap();
            let end = start + text[start..].find("</ofd:Reference>").unwrap() + "</ofd:Reference>".len();
            let reference = text[start..end].to_owned();
            c.replace_and_sign(&reference, "");
        },
        (Part::Coverage, "not-covered"),
    ),
    (
        "signed a file twice",
        |c| c.replace_and_sign("FileRef=\"/Doc_0/PublicRes.xml\"", "FileRef=\"/OFD.xml\""),
        (Part::Coverage, "covered-twice"),
    ),
    (
        "signed with another digest",
        |c| c.replace_and_sign(crate::sign::SM3, "MD5"),
        (Part::Digest, "digest-method"),
    ),
    (
        "signed with another method",
        |c| c.replace_and_sign(crate::sign::SM2_WITH_SM3, "1.2.840.10045.4.3.2"),
        (Part::Description, "signature-method"),
    ),
    (
        "signed a stamp on no page",
        |c| c.replace_and_sign("PageRef=\"3\"", "PageRef=\"99\""),
        (Part::Stamp, "stamp-page"),
    ),
    (
        "signed a stamp without extent",
        |c| c.replace_and_sign("120 200 42 42", "120 200 0 42"),
        (Part::Stamp, "stamp-boundary"),
    ),
    (
        "signed a stamp twice",
        |c| {
            let stamp = "<ofd:StampAnnot ID=\"1\" PageRef=\"3\" Boundary=\"120 200 42 42\"/>";
            c.replace_and_sign(stamp, &stamp.repeat(2));
        },
        (Part::Stamp, "stamp-twice"),
    ),
    (
        "signed a reference that leads out",
        |c| c.replace_and_sign("FileRef=\"/OFD.xml\"", "FileRef=\"/../OFD.xml\""),
        (Part::Description, "structure-leads-out"),
    ),
];

#[test]
fn every_alteration_of_the_files_is_found() {
    for (name, alter, expected) in FILES {
        let world = World::new();
        let package = world.sealed();
        let mut case = Case { world, package };
        alter(&mut case);
        let report = case.world.verify(&case.package.write().unwrap());
        let found = faults(&report);
        assert!(found.contains(expected), "{name}: {found:?}");
        assert!(!report.is_genuine(), "{name}");
    }
    assert!(FILES.len() >= 40, "{}", FILES.len());
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
