//! Checking a file (验章): every part of it by itself, so that whoever asks learns everything that is wrong.

mod coverage;
mod fault;
mod signature;

use guomi::Certificate;

use crate::package::Package;
use crate::read::{Structure, page_texts, structure};
use crate::ses::{Deviation, Version};

pub use fault::Fault;

/// Whom one trusts.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// Root certificates.
    pub roots: &'a [Certificate],
    /// Authorities between roots and signers; signatures of this kind do not carry them.
    pub intermediates: &'a [Certificate],
}

/// A part of a file that is checked by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The ZIP file (包).
    Package,
    /// The document's structure: its root, pages, list of signatures.
    Structure,
    /// Whether there are signatures at all.
    Signatures,
    /// The description of a signature (`Signature.xml`).
    Description,
    /// Whether a signature covers every file.
    Coverage,
    /// Digest of a file.
    Digest,
    /// Where the seal appears.
    Stamp,
    /// The signature (`SignedValue.dat`) can be read.
    Value,
    /// The digest of the description, in the signature.
    DataHash,
    /// The path of the description, in the signature.
    Property,
    /// The signature value (签名值).
    Signature,
    /// The seal's file is the seal in the signature.
    SealFile,
    /// The seal authority's signature on the seal.
    SealSignature,
    /// The seal may be used with the signer's certificate.
    SealSigner,
    /// The seal was valid when it was used.
    SealValidity,
    /// The signer's certificate and its chain.
    SignerCertificate,
    /// The seal authority's certificate and its chain.
    MakerCertificate,
    /// The time of signing.
    Time,
}

impl Part {
    /// Every part, in the order in which they are checked.
    pub const ALL: [Self; 18] = [
        Self::Package,
        Self::Structure,
        Self::Signatures,
        Self::Description,
        Self::Coverage,
        Self::Digest,
        Self::Stamp,
        Self::Value,
        Self::DataHash,
        Self::Property,
        Self::Signature,
        Self::SealFile,
        Self::SealSignature,
        Self::SealSigner,
        Self::SealValidity,
        Self::SignerCertificate,
        Self::MakerCertificate,
        Self::Time,
    ];

    /// A short word for message catalogues and interfaces.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::Structure => "structure",
            Self::Signatures => "signatures",
            Self::Description => "description",
            Self::Coverage => "coverage",
            Self::Digest => "digest",
            Self::Stamp => "stamp",
            Self::Value => "value",
            Self::DataHash => "data-hash",
            Self::Property => "property",
            Self::Signature => "signature",
            Self::SealFile => "seal-file",
            Self::SealSignature => "seal-signature",
            Self::SealSigner => "seal-signer",
            Self::SealValidity => "seal-validity",
            Self::SignerCertificate => "signer-certificate",
            Self::MakerCertificate => "maker-certificate",
            Self::Time => "time",
        }
    }
}

/// What came out for one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Identifier of the signature that it belongs to; empty for the file as a whole.
    pub signature: String,
    /// The part.
    pub part: Part,
    /// Which one, where there are several: the path of a file.
    pub subject: String,
    /// Whether it is right.
    pub result: Result<(), Fault>,
}

/// What a signature says, whether or not it is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureSummary {
    /// Identifier in the list.
    pub id: String,
    /// Standard.
    pub version: Version,
    /// Name of the seal.
    pub seal_name: String,
    /// Identifier of the seal.
    pub seal_id: String,
    /// Certificate of the signer, if it can be read.
    pub signer: Option<Certificate>,
    /// Certificate of the seal authority, if it can be read.
    pub maker: Option<Certificate>,
    /// When it was signed, as the signer says; unix time.
    pub time: i64,
    /// What is read although the standard has it otherwise.
    pub deviations: Vec<Deviation>,
}

/// What a check comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Every part that was looked at.
    pub findings: Vec<Finding>,
    /// The signatures that could be read.
    pub signatures: Vec<SignatureSummary>,
    /// The text of each page, if the pages can be read.
    pub page_texts: Vec<String>,
    /// The files, if the package can be read.
    pub package: Package,
    /// The structure, if it can be read.
    pub structure: Option<Structure>,
}

impl Report {
    /// Whether there is a signature and every part is right.
    pub fn is_genuine(&self) -> bool {
        !self.signatures.is_empty() && self.findings.iter().all(|finding| finding.result.is_ok())
    }

    /// The parts that are wrong, in the order in which they were checked.
    pub fn faults(&self) -> impl Iterator<Item = (&Finding, &Fault)> {
        self.findings.iter().filter_map(|finding| Some((finding, finding.result.as_ref().err()?)))
    }
}

/// Collects what comes out.
struct Findings {
    list: Vec<Finding>,
    signature: String,
}

impl Findings {
    fn note(&mut self, part: Part, subject: &str, result: Result<(), Fault>) {
        let (signature, subject) = (self.signature.clone(), subject.to_owned());
        self.list.push(Finding { signature, part, subject, result });
    }

    /// Notes a part and hands on what was read.
    fn take<T>(&mut self, part: Part, subject: &str, read: Result<T, Fault>) -> Option<T> {
        match read {
            Ok(value) => {
                self.note(part, subject, Ok(()));
                Some(value)
            }
            Err(fault) => {
                self.note(part, subject, Err(fault));
                None
            }
        }
    }
}

/// Checks a file against the certificates that are trusted, at a time (unix) that signatures must not lie after.
pub fn verify(bytes: &[u8], trust: Trust<'_>, at_unix: i64) -> Report {
    let mut findings = Findings { list: Vec::new(), signature: String::new() };
    let mut report = Report {
        findings: Vec::new(),
        signatures: Vec::new(),
        page_texts: Vec::new(),
        package: Package::default(),
        structure: None,
    };
    let package = findings.take(Part::Package, "", Package::read(bytes).map_err(Fault::Package));
    if let Some(package) = package {
        let read = structure(&package).and_then(|read| Ok((page_texts(&package, &read)?, read)));
        if let Some((texts, read)) = findings.take(Part::Structure, "", read.map_err(Fault::Structure)) {
            check_signatures(&mut findings, &mut report, &package, &read, trust, at_unix);
            (report.page_texts, report.structure) = (texts, Some(read));
        }
        report.package = package;
    }
    report.findings = findings.list;
    report
}

fn check_signatures(
    findings: &mut Findings,
    report: &mut Report,
    package: &Package,
    read: &Structure,
    trust: Trust<'_>,
    at_unix: i64,
) {
    let list = read.signatures.as_ref().filter(|list| !list.entries.is_empty());
    let Some(list) = findings.take(Part::Signatures, "", list.ok_or(Fault::NoSignature)) else { return };
    let mut descriptions = Vec::new();
    for entry in &list.entries {
        findings.signature.clone_from(&entry.id);
        let description = coverage::Description::read(package, entry);
        descriptions.push(findings.take(Part::Description, &entry.path, description));
    }
    let digests = coverage::Digests::of(package);
    for (n, (entry, description)) in list.entries.iter().zip(&descriptions).enumerate() {
        findings.signature.clone_from(&entry.id);
        let Some(description) = description else { continue };
        let later = descriptions.iter().skip(n + 1).flatten();
        coverage::check(findings, &digests, list, description, later);
        coverage::check_stamps(findings, read, description);
        let summary = signature::check(findings, package, description, trust, at_unix);
        report.signatures.extend(summary.map(|summary| SignatureSummary { id: entry.id.clone(), ..summary }));
    }
}

#[cfg(test)]
mod tests;
