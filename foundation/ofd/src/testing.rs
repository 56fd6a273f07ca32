//! Faces and keys that tests use.

use std::sync::LazyLock;

use guomi::x509::{LeafUsage, Subject, Validity, issue_leaf, issue_root};
use guomi::{Certificate, FileSigner, PrivateKey, Signer as _};

use crate::ses::{Picture, Seal, SealSpec, make_seal};
use crate::{
    Attachment, Colour, Document, Face, Mark, Package, Page, Path, Report, SealDesign, Shape, Stamp, Text,
    Trust, sign, verify,
};

/// 2026-10-09 00:00:00 UTC.
pub(crate) const NOW: i64 = 1_791_504_000;
const YEAR: i64 = 31_536_000;

pub(crate) fn regular() -> Face {
    let bytes = include_bytes!("../../../capabilities/licences/fonts/NotoSansSC-Regular.ttf");
    Face::new("NotoSansSC", bytes.as_slice()).unwrap()
}

pub(crate) fn supplement() -> Face {
    let bytes = include_bytes!("../../../capabilities/licences/fonts/NotoSansCJKsc-Supplement.otf");
    Face::new("NotoSansCJKsc", bytes.as_slice()).unwrap()
}

/// An authority with its key.
pub(crate) struct Authority {
    key: PrivateKey,
    pub(crate) root: Certificate,
}

pub(crate) fn subject(common_name: &str) -> Subject {
    Subject { common_name: common_name.into(), ..Subject::default() }
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = PrivateKey::generate();
        let root = issue_root(&subject(name), &key, NOW - YEAR, 20, [7; 16]).unwrap();
        Self { key, root }
    }

    /// A signer whose certificate is valid from a day before [`NOW`] for `years`.
    pub(crate) fn signer(&self, name: &str, years: u16, usage: LeafUsage) -> FileSigner {
        let key = PrivateKey::generate();
        let validity = Validity::years(NOW - 86_400, years).unwrap();
        let certificate =
            issue_leaf(&subject(name), &key.public(), &self.root, &self.key, validity, usage).unwrap();
        FileSigner::new(key, certificate).unwrap()
    }
}

/// A small document with two pages, both faces, shapes and attached metadata.
pub(crate) fn certificate() -> Document {
    let line = |face, text: &str, y| {
        let step = |n: usize| f64::from(u8::try_from(n).unwrap()) * 6.0;
        let characters = text.chars().enumerate().map(|(n, c)| (c, step(n))).collect();
        Mark::Text(Text {
            face,
            size: 6.0,
            colour: Colour(0, 0, 0),
            bold: false,
            origin: (30.0, y),
            characters,
        })
    };
    let rule = Shape {
        path: Path::line((30.0, 52.0), (180.0, 52.0)),
        fill: None,
        stroke: Some((Colour(158, 46, 36), 0.5)),
    };
    let first = vec![line(0, "社会团体法人登记证书", 50.0), line(1, "𠮷", 70.0), Mark::Shape(rule)];
    let page = |marks| Page { width: 210.0, height: 297.0, marks };
    Document {
        identity: "1.2.156.3005.2.1".into(),
        title: "社会团体法人登记证书".into(),
        author: "长沙市民政局（演示）".into(),
        created: jiff::civil::date(2026, 10, 9),
        faces: vec![regular(), supplement()],
        pages: vec![page(first), page(vec![line(0, "第二页 <&\">", 50.0)])],
        attachments: vec![Attachment { name: "metadata.xml".into(), content: b"<Metadata/>".to_vec() }],
    }
}

/// A seal authority, a body with its seal, and a sealed document.
pub(crate) struct World {
    pub(crate) authority: Authority,
    pub(crate) maker: FileSigner,
    pub(crate) body: FileSigner,
    pub(crate) seal: Seal,
}

impl World {
    pub(crate) fn new() -> Self {
        let authority = Authority::new("演示根证书");
        let maker = authority.signer("演示制章机构", 10, LeafUsage::Signing);
        let body = authority.signer("长沙市民政局（演示）", 5, LeafUsage::Signing);
        let seal = make_seal(&Self::spec(&[&body]), &maker).unwrap();
        Self { authority, maker, body, seal }
    }

    /// A seal for these signers, valid from a day before [`NOW`] for two years.
    pub(crate) fn spec<'a>(signers: &[&'a FileSigner]) -> SealSpec<'a> {
        static PICTURE: LazyLock<Picture> = LazyLock::new(|| {
            let design = SealDesign {
                body: "长沙市民政局（演示）",
                below: "电子证照专用章",
                number: "",
                diameter: 42,
            };
            design.to_ofd(&[regular()]).unwrap()
        });
        SealSpec {
            vendor: "Tongban",
            id: "43010000000001",
            name: "长沙市民政局电子证照专用章",
            signers: signers.iter().map(|signer| signer.certificate().to_der()).collect(),
            created: NOW - 86_400,
            valid_from: NOW - 86_400,
            valid_until: NOW + 2 * YEAR,
            picture: &PICTURE,
        }
    }

    pub(crate) fn sealed(&self) -> Package {
        let package = certificate().write().unwrap();
        let stamps = [Stamp { page: 0, corner: (120.0, 200.0) }];
        sign(&package, &self.seal, &stamps, &self.body, NOW).unwrap()
    }

    pub(crate) fn verify(&self, bytes: &[u8]) -> Report {
        verify(bytes, Trust { roots: std::slice::from_ref(&self.authority.root), intermediates: &[] }, NOW)
    }
}
