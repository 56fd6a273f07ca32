//! The signature itself: what it signs, by whom, with which seal, and whether those are trusted.

use guomi::x509::{ChainError, verify_chain};
use guomi::{Certificate, DEFAULT_ID, Signature, sm3};

use super::coverage::Description;
use super::{Fault, Findings, Part, SignatureSummary, Trust};
use crate::package::Package;
use crate::ses::{Seal, SealSignature};

/// Clocks differ.
const CLOCK_DIFFERENCE_SECONDS: i64 = 600;

/// Checks the signature that a description names; what it says, if it can be read.
pub(super) fn check(
    findings: &mut Findings,
    package: &Package,
    description: &Description,
    trust: Trust<'_>,
    at_unix: i64,
) -> Option<SignatureSummary> {
    let value = package.files.get(&description.value).ok_or(Fault::Missing);
    let read = value.and_then(|der| SealSignature::from_der(der).map_err(Fault::Ses));
    let signed = findings.take(Part::Value, &description.value, read)?;
    check_binding(findings, package, description, &signed);

    let signer = certificate(findings, Part::SignerCertificate, &signed.certificate);
    if let Some(signer) = &signer {
        let is_right = is_signed(signer, &signed.signed, &signed.signature);
        findings.note(Part::Signature, &description.value, if is_right { Ok(()) } else { Err(Fault::Value) });
        let trusted = check_certificate(signer, trust, signed.time);
        findings.note(Part::SignerCertificate, signer.subject_common_name(), trusted);
    }
    let maker = check_seal(findings, &signed, trust);
    let is_future = signed.time > at_unix.saturating_add(CLOCK_DIFFERENCE_SECONDS);
    findings.note(Part::Time, "", if is_future { Err(Fault::Future) } else { Ok(()) });

    let mut deviations = [signed.deviations, signed.seal.deviations].concat();
    deviations.sort();
    deviations.dedup();
    Some(SignatureSummary {
        id: String::new(),
        version: signed.version,
        seal_name: signed.seal.name,
        seal_id: signed.seal.id,
        signer,
        maker,
        time: signed.time,
        deviations,
    })
}

/// What binds the signature to this package: digest and path of its description, and the file of the seal.
fn check_binding(
    findings: &mut Findings,
    package: &Package,
    description: &Description,
    signed: &SealSignature,
) {
    let digest = package.files.get(&description.path).map(|content| sm3::digest(content));
    let is_same = digest.is_some_and(|digest| signed.data_hash == digest);
    let data_hash = if is_same { Ok(()) } else { Err(Fault::DataHash) };
    findings.note(Part::DataHash, &description.path, data_hash);

    let property = signed.property.trim_start_matches('/');
    let is_here = property == description.path;
    let other = || Fault::Property(signed.property.chars().take(100).collect());
    findings.note(Part::Property, &description.path, if is_here { Ok(()) } else { Err(other()) });

    // The file may be left out, for the signature carries the seal (GB/T 33190-2016, table 67).
    if let Some(path) = &description.seal {
        let result = match package.files.get(path) {
            None => Err(Fault::Missing),
            Some(file) if *file == signed.seal.der => Ok(()),
            Some(_) => Err(Fault::OtherSeal),
        };
        findings.note(Part::SealFile, path, result);
    }
}

fn check_seal(findings: &mut Findings, signed: &SealSignature, trust: Trust<'_>) -> Option<Certificate> {
    let Seal { valid_from: from, valid_until: until, .. } = signed.seal;
    let name = signed.seal.name.as_str();
    let validity = if from > until {
        Err(Fault::SealPeriod)
    } else if (from..=until).contains(&signed.time) {
        Ok(())
    } else {
        Err(Fault::SealNotValid { from, until })
    };
    findings.note(Part::SealValidity, name, validity);
    let is_listed = signed.seal.signers.names(&signed.certificate);
    findings.note(Part::SealSigner, name, if is_listed { Ok(()) } else { Err(Fault::NotListed) });

    let maker = certificate(findings, Part::MakerCertificate, &signed.seal.certificate)?;
    let is_right = is_signed(&maker, &signed.seal.signed, &signed.seal.signature);
    findings.note(Part::SealSignature, name, if is_right { Ok(()) } else { Err(Fault::Value) });
    let trusted = check_certificate(&maker, trust, signed.seal.created);
    findings.note(Part::MakerCertificate, maker.subject_common_name(), trusted);
    Some(maker)
}

fn certificate(findings: &mut Findings, part: Part, der: &[u8]) -> Option<Certificate> {
    match Certificate::from_der(der) {
        Ok(certificate) => Some(certificate),
        Err(error) => {
            findings.note(part, "", Err(Fault::Certificate(error)));
            None
        }
    }
}

fn is_signed(signer: &Certificate, message: &[u8], signature: &[u8]) -> bool {
    // Some write r and s behind each other; the numbers are the same, and neither form has a second spelling.
    let read = Signature::from_der(signature).or_else(|_form| Signature::from_bytes(signature));
    read.is_ok_and(|signature| signer.public_key().verify(DEFAULT_ID, message, &signature))
}

/// The chain up to any of the trusted roots, and that the certificate is one for signing.
fn check_certificate(certificate: &Certificate, trust: Trust<'_>, at_unix: i64) -> Result<(), Fault> {
    let unknown = ChainError::UnknownIssuer {
        subject: certificate.subject_common_name().to_owned(),
        issuer: certificate.issuer_common_name().to_owned(),
    };
    let mut result = Err(unknown.clone());
    for root in trust.roots {
        let found = verify_chain(certificate, trust.intermediates, root, at_unix);
        // A root that issued nothing here says less than one that found a fault.
        let says_more = !matches!(found, Err(ChainError::UnknownIssuer { .. }));
        if found.is_ok() || (says_more && result.is_err()) {
            result = found;
        }
        if result.is_ok() {
            break;
        }
    }
    result.map_err(Fault::Chain)?;
    if certificate.is_ca() || !certificate.may_sign_documents() { Err(Fault::Usage) } else { Ok(()) }
}
