//! What a signature covers: the description of it, the digests in it, and that no file is left out.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guomi::sm3;

use super::{Fault, Findings, Part};
use crate::package::Package;
use crate::read::{SignatureEntry, SignatureList, Structure, StructureFault, follow, read_xml};
use crate::sign::{SM2_WITH_SM3, SM3};
use crate::xml::Element;

/// The method with an arc forgotten, as one widespread library writes it.
const SM2_WITH_SM3_SHORT: &str = "1.2.156.10197.501";

/// The place of a stamp: identifier, page, boundary, as written.
#[derive(Debug)]
pub(super) struct StampEntry {
    id: String,
    page: String,
    boundary: String,
}

/// The description of a signature (`Signature.xml`).
#[derive(Debug)]
pub(super) struct Description {
    pub(super) path: String,
    /// Path of the signature itself.
    pub(super) value: String,
    /// Path of the seal's file, if one is named.
    pub(super) seal: Option<String>,
    digest_method: String,
    signature_method: String,
    /// Path and digest of each covered file.
    references: Vec<(String, String)>,
    stamps: Vec<StampEntry>,
}

impl Description {
    pub(super) fn read(package: &Package, entry: &SignatureEntry) -> Result<Self, Fault> {
        if entry.kind != "Seal" {
            return Err(Fault::Kind(entry.kind.chars().take(40).collect()));
        }
        Self::from_xml(package, &entry.path).map_err(Fault::Structure)
    }

    fn from_xml(package: &Package, path: &str) -> Result<Self, StructureFault> {
        let without = |what| StructureFault::Without(path.to_owned(), what);
        let root = read_xml(package, path, "Signature")?;
        let info = root.child("SignedInfo").ok_or(without("SignedInfo"))?;
        let list = info.child("References").ok_or(without("References"))?;
        let mut references = Vec::new();
        for reference in list.all("Reference") {
            let file = follow(path, reference.attribute("FileRef").ok_or(without("FileRef"))?)?;
            let digest = reference.said("CheckValue").ok_or(without("CheckValue"))?;
            references.push((file, digest.to_owned()));
        }
        let seal = info.child("Seal").and_then(|seal| seal.said("BaseLoc"));
        let said = |element: &Element, name| element.attribute(name).unwrap_or_default().trim().to_owned();
        let stamp = |stamp: &Element| StampEntry {
            id: said(stamp, "ID"),
            page: said(stamp, "PageRef"),
            boundary: said(stamp, "Boundary"),
        };
        Ok(Self {
            path: path.to_owned(),
            value: follow(path, root.said("SignedValue").ok_or(without("SignedValue"))?)?,
            seal: seal.map(|reference| follow(path, reference)).transpose()?,
            // MD5 is what the standard takes when nothing is said (GB/T 33190-2016, table 69).
            digest_method: list.attribute("CheckMethod").unwrap_or("MD5").to_owned(),
            signature_method: info.said("SignatureMethod").unwrap_or_default().to_owned(),
            references,
            stamps: info.all("StampAnnot").map(stamp).collect(),
        })
    }

    fn own_files(&self) -> [&str; 2] {
        [&self.path, &self.value]
    }
}

/// SM3 of every file, in base64; worked out once, however many signatures name a file.
pub(super) struct Digests<'a>(BTreeMap<&'a str, String>);

impl<'a> Digests<'a> {
    pub(super) fn of(package: &'a Package) -> Self {
        let digest = |content: &Vec<u8>| STANDARD.encode(sm3::digest(content));
        Self(package.files.iter().map(|(name, content)| (name.as_str(), digest(content))).collect())
    }
}

/// Checks every digest, and that every file of the package is covered but those that cannot be: the list of signatures,
/// the signature itself, and what came with later signatures.
pub(super) fn check<'a>(
    findings: &mut Findings,
    digests: &Digests,
    list: &SignatureList,
    description: &Description,
    later: impl Iterator<Item = &'a Description>,
) {
    let method = description.digest_method.as_str();
    if method != SM3 && !method.eq_ignore_ascii_case("sm3") {
        let method = method.chars().take(40).collect();
        findings.note(Part::Digest, &description.path, Err(Fault::DigestMethod(method)));
        return;
    }
    let method = description.signature_method.as_str();
    if method != SM2_WITH_SM3 && method != SM2_WITH_SM3_SHORT {
        let method = method.chars().take(40).collect();
        findings.note(Part::Description, &description.path, Err(Fault::SignatureMethod(method)));
    }
    let mut covered = BTreeSet::new();
    for (file, digest) in &description.references {
        if !covered.insert(file.as_str()) {
            findings.note(Part::Coverage, file, Err(Fault::CoveredTwice));
            continue;
        }
        let result = match digests.0.get(file.as_str()) {
            None => Err(Fault::Missing),
            Some(found) if found == digest => Ok(()),
            Some(_) => Err(Fault::Changed),
        };
        findings.note(Part::Digest, file, result);
    }
    let mut free = BTreeSet::from([list.path.as_str()]);
    free.extend(description.own_files());
    for later in later {
        free.extend(later.own_files());
        free.extend(later.seal.as_deref());
    }
    let mut is_complete = true;
    for file in digests.0.keys().filter(|file| !covered.contains(*file)) {
        if !free.contains(file) {
            is_complete = false;
            findings.note(Part::Coverage, file, Err(Fault::NotCovered));
        }
    }
    if is_complete {
        findings.note(Part::Coverage, "", Ok(()));
    }
}

/// Checks that each stamp stands on a page of the document.
pub(super) fn check_stamps(findings: &mut Findings, read: &Structure, description: &Description) {
    let mut seen = BTreeSet::new();
    for stamp in &description.stamps {
        let numbers: Vec<f64> = stamp.boundary.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let is_box = matches!(*numbers, [x, y, width, height]
            if x.is_finite() && y.is_finite() && width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0);
        let result = if !seen.insert(stamp.id.as_str()) {
            Err(Fault::StampTwice(stamp.id.clone()))
        } else if !read.pages.iter().any(|page| page.id == stamp.page) {
            Err(Fault::StampPage(stamp.page.chars().take(40).collect()))
        } else if is_box {
            Ok(())
        } else {
            Err(Fault::StampBoundary)
        };
        findings.note(Part::Stamp, &stamp.id, result);
    }
}
