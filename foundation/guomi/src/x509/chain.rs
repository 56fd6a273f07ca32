//! From a certificate up to the root that is trusted (证书链验证, RFC 5280 clause 6).

use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, KeyUsage, SubjectKeyIdentifier};

use super::{CertError, Certificate};

/// No office has more levels of authorities; the bound ends circles.
const AUTHORITIES_MAX: usize = 8;

/// Why a certificate cannot be trusted. Names are common names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// It says that an authority at hand issued it, and the signature says no.
    #[error("the certificate of {subject} was changed after it was issued")]
    Damaged {
        /// Whose certificate.
        subject: String,
    },
    /// Neither the root nor an intermediate issued it.
    #[error("the certificate of {subject} comes from the unknown issuer {issuer}")]
    UnknownIssuer {
        /// Whose certificate.
        subject: String,
        /// Whom it names.
        issuer: String,
    },
    /// The issuer may not issue certificates.
    #[error("{issuer} may not issue certificates")]
    IssuerNotCa {
        /// The holder who acted as issuer.
        issuer: String,
    },
    /// More authorities below one another than one of them allows, or than this program follows.
    #[error("too many authorities below {issuer}")]
    TooManyAuthorities {
        /// The one whose limit is broken.
        issuer: String,
    },
    /// A certificate of the chain is not valid at the time asked for.
    #[error("the certificate of {subject} is not valid at that time")]
    NotValidAt {
        /// Whose certificate.
        subject: String,
        /// First second of validity, unix time.
        not_before: i64,
        /// Last second of validity, unix time.
        not_after: i64,
    },
    /// A certificate sets a condition that this program does not know, and says that it must be known.
    #[error("the certificate of {subject} sets the unknown condition {oid}")]
    UnknownCondition {
        /// Whose certificate.
        subject: String,
        /// Object identifier of the critical extension.
        oid: String,
    },
}

/// Checks that `leaf` goes back to `root` over any of `intermediates`, and that every certificate on the
/// way is valid at `at_unix`.
pub fn verify_chain(
    leaf: &Certificate,
    intermediates: &[Certificate],
    root: &Certificate,
    at_unix: i64,
) -> Result<(), ChainError> {
    find_path(leaf, intermediates, root).and_then(|issuers| check_validity(leaf, &issuers, at_unix))
}

/// Checks the leaf and its issuers for the time.
pub(crate) fn check_validity(
    leaf: &Certificate,
    issuers: &[&Certificate],
    at_unix: i64,
) -> Result<(), ChainError> {
    match [leaf].iter().chain(issuers).find(|certificate| !certificate.is_valid_at(at_unix)) {
        Some(expired) => Err(ChainError::NotValidAt {
            subject: expired.subject_cn.clone(),
            not_before: expired.not_before(),
            not_after: expired.not_after(),
        }),
        None => Ok(()),
    }
}

/// The issuers from the nearest to the root, all signatures and rights checked, the time not.
pub(crate) fn find_path<'a>(
    leaf: &'a Certificate,
    intermediates: &'a [Certificate],
    root: &'a Certificate,
) -> Result<Vec<&'a Certificate>, ChainError> {
    let mut issuers: Vec<&Certificate> = Vec::new();
    let mut current = leaf;
    loop {
        check_conditions(current)?;
        let issuer = find_issuer(current, intermediates, root)?;
        let limit = issuer.constraints.as_ref().and_then(|constraints| constraints.path_len_constraint);
        if limit.is_some_and(|limit| issuers.len() > usize::from(limit)) || issuers.len() >= AUTHORITIES_MAX {
            return Err(ChainError::TooManyAuthorities { issuer: issuer.subject_cn.clone() });
        }
        issuers.push(issuer);
        if issuer == root {
            return Ok(issuers);
        }
        current = issuer;
    }
}

fn find_issuer<'a>(
    current: &Certificate,
    intermediates: &'a [Certificate],
    root: &'a Certificate,
) -> Result<&'a Certificate, ChainError> {
    let subject = current.subject_cn.clone();
    let mut refusal = None;
    // A self-signed certificate among the intermediates is no way to the root.
    let others = intermediates.iter().filter(|other| *other != current);
    for issuer in [root].into_iter().chain(others) {
        match current.verify_signed_by(issuer) {
            Ok(()) => return Ok(issuer),
            Err(CertError::IssuerNotCa { issuer }) => refusal = Some(ChainError::IssuerNotCa { issuer }),
            Err(CertError::BadSignature { .. } | CertError::Malformed { .. }) => {
                refusal = refusal.or(Some(ChainError::Damaged { subject: subject.clone() }));
            }
            Err(
                CertError::WrongIssuer { .. }
                | CertError::NotSm2
                | CertError::KeyMismatch
                | CertError::Subject { .. }
                | CertError::Validity,
            ) => {}
        }
    }
    Err(refusal.unwrap_or_else(|| ChainError::UnknownIssuer { subject, issuer: current.issuer_cn.clone() }))
}

/// An unknown critical extension forbids the use of the certificate (RFC 5280 clause 4.2).
fn check_conditions(certificate: &Certificate) -> Result<(), ChainError> {
    let known =
        [BasicConstraints::OID, KeyUsage::OID, SubjectKeyIdentifier::OID, AuthorityKeyIdentifier::OID];
    let extensions = certificate.inner.tbs_certificate().extensions().map(Vec::as_slice).unwrap_or_default();
    match extensions.iter().find(|extension| extension.critical && !known.contains(&extension.extn_id)) {
        Some(unknown) => Err(ChainError::UnknownCondition {
            subject: certificate.subject_cn.clone(),
            oid: unknown.extn_id.to_string(),
        }),
        None => Ok(()),
    }
}
