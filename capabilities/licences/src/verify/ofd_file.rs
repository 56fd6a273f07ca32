//! Checking an OFD file: its parts by the format's own rules, then what the attached metadata say.

use guomi::Certificate;
use ofd::{Finding, Report, Trust};

use super::{Verified, VerifyError, of_issuer, read_metadata};
use crate::metadata::{METADATA_FILE, METADATA_XML_FILE};

/// Checks a sealed OFD file. Every signature on it must be good; the first is that of the issuer.
pub(super) fn verify(file: &[u8], trusted_root: &Certificate) -> Result<Verified, VerifyError> {
    let trust = Trust { roots: std::slice::from_ref(trusted_root), intermediates: &[] };
    let report = ofd::verify(file, trust, i64::MAX);
    if !report.is_genuine() {
        return Err(faults(&report));
    }
    let (Some(structure), Some(first)) = (&report.structure, report.signatures.first()) else {
        return Err(VerifyError::NoSignature);
    };
    let attached = |name| report.package.attachment(structure, name);
    let metadata = read_metadata(attached(METADATA_FILE).ok_or(VerifyError::MetadataMissing)?)?;
    // Two attachments that say two things would let everybody believe what they like.
    if attached(METADATA_XML_FILE) != Some(metadata.to_xml().as_slice()) {
        return Err(VerifyError::MetadataUnreadable(format!("{METADATA_XML_FILE} is not the same")));
    }
    let signer = first.signer.clone().ok_or(VerifyError::NoSignature)?;
    of_issuer(metadata, signer, first.time)
}

fn faults(report: &Report) -> VerifyError {
    let wrong: Vec<Finding> = report.faults().map(|(finding, _)| finding.clone()).collect();
    if wrong.iter().any(|finding| finding.result == Err(ofd::Fault::NoSignature)) || wrong.is_empty() {
        VerifyError::NoSignature
    } else {
        VerifyError::Ofd(wrong)
    }
}

/// Every part that is wrong, with its reason.
pub(super) fn told(findings: &[Finding]) -> String {
    let one = |finding: &Finding| {
        let fault = finding.result.as_ref().err().map(ToString::to_string).unwrap_or_default();
        match finding.subject.as_str() {
            "" => format!("{}: {fault}", finding.part.code()),
            subject => format!("{} {subject}: {fault}", finding.part.code()),
        }
    };
    findings.iter().map(one).collect::<Vec<_>>().join("; ")
}
