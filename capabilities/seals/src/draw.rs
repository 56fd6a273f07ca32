//! The picture of a seal (印章图样), drawn from its data.

use ofd::ses::Picture;
use ofd::{DesignError, Face, FaceError, SealDesign};

use crate::record::SealRecord;

/// More characters than fit on the ring legibly.
pub(crate) const RING_CHARACTERS_MAX: usize = 40;

/// How a seal looks.
pub(crate) fn design<'a>(ring: &'a str, below: &'a str, number: &'a str, diameter: u32) -> SealDesign<'a> {
    SealDesign { body: ring, below, number, diameter }
}

fn of(seal: &SealRecord) -> SealDesign<'_> {
    design(&seal.ring, &seal.below, seal.number.as_deref().unwrap_or_default(), seal.diameter)
}

/// The picture as SVG, for pages and programs.
pub fn picture(seal: &SealRecord, faces: &[Face]) -> Result<String, FaceError> {
    of(seal).to_svg(faces)
}

/// The picture that stands in the seal itself.
pub(crate) fn picture_in_seal(seal: &SealRecord, faces: &[Face]) -> Result<Picture, DesignError> {
    of(seal).to_ofd(faces)
}
