//! Making a seal (制章): a key with its certificate, the picture, and the seal authority's signature over both.

use guomi::Signer as _;
use guomi::x509::Subject;
use kernel::{Timestamp, china_midnight};
use ofd::ses::{SealSpec, make_seal};
use ofd::{DesignError, Face};

use crate::draw::picture_in_seal;
use crate::keys::{Keys, KeysError};
use crate::record::SealRecord;

/// Who makes seals of this kind (厂商标识 Vid).
const VENDOR: &str = "Tongban";

/// Why a seal is not made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// Keys and certificates.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The certificate ends before the seal does.
    #[error("the certificate for the seal ends at {0} (unix time), before the seal does")]
    CertificateEnds(i64),
    /// The picture.
    #[error(transparent)]
    Design(#[from] DesignError),
    /// The seal.
    #[error(transparent)]
    Seal(#[from] ofd::ses::MakeError),
    /// A seal without a number was to be made: a fault of this program.
    #[error("the seal has no identifier")]
    NoIdentifier,
    /// The thread that made it ended early.
    #[error("making was interrupted")]
    Interrupted,
}

/// A seal that was made and is not kept yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) seal: Vec<u8>,
    pub(crate) certificate: Vec<u8>,
}

/// Makes the seal. Slow on purpose when it opens keys: not in an async task. A second call finds the first one's key.
pub(crate) fn make(
    keys: &Keys,
    faces: &[Face],
    seal: &SealRecord,
    now: Timestamp,
) -> Result<Made, MakeError> {
    let es_id = seal.es_id.as_deref().ok_or(MakeError::NoIdentifier)?;
    let now = now.as_second();
    let from = china_midnight(seal.valid_from).as_second();
    let after = seal.valid_until.tomorrow().unwrap_or(seal.valid_until);
    let until = china_midnight(after).as_second() - 1;
    let maker = keys.maker()?;
    keys.check(maker.certificate(), maker.intermediates(), now)?;
    let subject = Subject {
        organization: seal.body_name.clone(),
        unit: String::new(),
        organization_id: seal.body_uscc.clone(),
        common_name: seal.name.clone(),
    };
    let signer = keys.signer_for(seal.id, &subject, from.min(now), until)?;
    keys.check(signer.certificate(), signer.intermediates(), now)?;
    let certificate = signer.certificate();
    if certificate.not_after() < until {
        return Err(MakeError::CertificateEnds(certificate.not_after()));
    }
    let picture = picture_in_seal(seal, faces)?;
    let spec = SealSpec {
        vendor: VENDOR,
        id: es_id,
        name: &seal.name,
        signers: vec![certificate.to_der()],
        created: now,
        valid_from: from,
        valid_until: until,
        picture: &picture,
    };
    let made = make_seal(&spec, maker.as_ref())?;
    Ok(Made { seal: made.der, certificate: certificate.to_der().to_vec() })
}
