//! Sealing a package (签章): every file's digest into `Signature.xml`, its digest into a SES_Signature
//! (GB/T 33190-2016 clause 18, GB/T 38540-2020).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use guomi::{Signer, sm3};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::document::{FOLDER, box_of};
use crate::package::Package;
use crate::read::{StructureFault, structure};
use crate::ses::{self, MakeError, Seal, SignSpec};
use crate::xml::{escaped, file};

/// SM3 as the method of digests.
pub(crate) const SM3: &str = "1.2.156.10197.1.401";
/// SM2 with SM3 as the method of signatures.
pub(crate) const SM2_WITH_SM3: &str = "1.2.156.10197.1.501";

/// Why a package cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The package.
    #[error(transparent)]
    Structure(#[from] StructureFault),
    /// Signing.
    #[error(transparent)]
    Make(#[from] MakeError),
    /// A stamp on a page that the document does not have.
    #[error("the document has no page {0}")]
    NoPage(usize),
    /// A time outside the calendar.
    #[error("the time cannot be written")]
    Time,
    /// `OFD.xml` is written in a way in which the list of signatures cannot be entered.
    #[error("OFD.xml: no place for the list of signatures")]
    Entry,
}

/// Where the picture of the seal appears.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stamp {
    /// Page, from 0.
    pub page: usize,
    /// Left and top in millimetres; the seal's picture tells its size.
    pub corner: (f64, f64),
}

/// Seals a package: adds a signature that covers every file there is, those of earlier signatures included. The list of
/// signatures itself is not covered, so that another may follow.
pub fn sign(
    package: &Package,
    seal: &Seal,
    stamps: &[Stamp],
    signer: &dyn Signer,
    time: i64,
) -> Result<Package, SignError> {
    let read = structure(package)?;
    let mut package = package.clone();
    let list = read.signatures;
    let list_path = if let Some(list) = &list {
        list.path.clone()
    } else {
        let path = format!("{FOLDER}/Signs/Signatures.xml");
        enter_list(&mut package, &path)?;
        path
    };
    let (last_id, entries) = list.map_or((0, Vec::new()), |list| (list.last_id, list.entries));
    let id = last_id + 1;
    let base = list_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = format!("{base}/Sign_{last_id}");
    let [description, value, seal_file] =
        ["Signature.xml", "SignedValue.dat", "Seal.esl"].map(|name| format!("{folder}/{name}"));
    package.files.insert(seal_file.clone(), seal.der.clone());

    let mut references = String::new();
    for (name, content) in package.files.iter().filter(|(name, _)| **name != list_path) {
        let digest = STANDARD.encode(sm3::digest(content));
        // Writing to a string cannot fail.
        let _ = write!(
            references,
            "<ofd:Reference FileRef=\"/{}\"><ofd:CheckValue>{digest}</ofd:CheckValue></ofd:Reference>",
            escaped(name)
        );
    }
    let mut annotations = String::new();
    for (n, stamp) in stamps.iter().enumerate() {
        let page = read.pages.get(stamp.page).ok_or(SignError::NoPage(stamp.page))?;
        let (width, height) = (f64::from(seal.picture.width), f64::from(seal.picture.height));
        let _ = write!(
            annotations,
            "<ofd:StampAnnot ID=\"{}\" PageRef=\"{}\" Boundary=\"{}\"/>",
            n + 1,
            escaped(&page.id),
            box_of([stamp.corner.0, stamp.corner.1, width, height])
        );
    }
    let at = Timestamp::from_second(time).map_err(|_outside| SignError::Time)?.to_zoned(TimeZone::UTC);
    let content = format!(
        "<ofd:SignedInfo><ofd:Provider ProviderName=\"Tongban\" Company=\"Tongban\" Version=\"1\"/>\
         <ofd:SignatureMethod>{SM2_WITH_SM3}</ofd:SignatureMethod><ofd:SignatureDateTime>{}</ofd:SignatureDateTime>\
         <ofd:References CheckMethod=\"{SM3}\">{references}</ofd:References>{annotations}\
         <ofd:Seal><ofd:BaseLoc>/{seal_file}</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>\
         <ofd:SignedValue>/{value}</ofd:SignedValue>",
        at.strftime("%Y%m%d%H%M%SZ")
    );
    let content = file("Signature", "", &content);
    let property = format!("/{description}");
    let spec = SignSpec { time, data_hash: sm3::digest(&content), property: &property };
    package.files.insert(value, ses::sign(&spec, seal, signer)?);
    package.files.insert(description.clone(), content);

    let mut listed = format!("<ofd:MaxSignId>{id}</ofd:MaxSignId>");
    let earlier = entries.iter().map(|entry| (entry.id.as_str(), entry.kind.as_str(), entry.path.as_str()));
    let own_id = id.to_string();
    for (id, kind, path) in earlier.chain([(own_id.as_str(), "Seal", description.as_str())]) {
        let _ = write!(
            listed,
            "<ofd:Signature ID=\"{}\" Type=\"{}\" BaseLoc=\"/{}\"/>",
            escaped(id),
            escaped(kind),
            escaped(path)
        );
    }
    package.files.insert(list_path, file("Signatures", "", &listed));
    Ok(package)
}

/// Names the list of signatures in `OFD.xml`, behind the document's root, where the schema has it.
fn enter_list(package: &mut Package, path: &str) -> Result<(), SignError> {
    let entry = package.files.get("OFD.xml").and_then(|bytes| std::str::from_utf8(bytes).ok());
    let entry = entry.ok_or(SignError::Entry)?;
    let (before, after) = entry.split_once("DocRoot>").ok_or(SignError::Entry)?;
    let (said, rest) = after.split_once("DocRoot>").ok_or(SignError::Entry)?;
    let (_, prefix) = before.rsplit_once('<').ok_or(SignError::Entry)?;
    let written =
        format!("{before}DocRoot>{said}DocRoot><{prefix}Signatures>/{path}</{prefix}Signatures>{rest}");
    package.files.insert("OFD.xml".into(), written.into_bytes());
    // The text was searched, not read; reading tells whether the place was right.
    package.files.insert(path.to_owned(), file("Signatures", "", ""));
    structure(package)?.signatures.map(|_list| ()).ok_or(SignError::Entry)
}
