//! The OFD format (版式文档, GB/T 33190-2016): writing documents, electronic seals on them (电子印章, GB/T 38540-2020),
//! and checking both without anything but the file and the certificates that one trusts.
//!
//! Nothing here reads a clock, a file or a network. [`Document::write`] makes a package, [`sign()`] seals it,
//! [`verify()`] names every part of a file that is wrong.

mod document;
mod face;
mod package;
mod path;
mod read;
mod seal_design;
pub mod ses;
mod sign;
#[cfg(test)]
mod testing;
mod verify;
mod xml;

pub use document::{Attachment, Document, Mark, Page, Text, WriteError};
pub use face::{Face, FaceError, Glyph};
pub use package::{Package, PackageError};
pub use path::{Affine, Colour, Path, Point, Segment, Shape};
pub use read::{PageEntry, SignatureEntry, SignatureList, Structure, StructureFault, page_texts, structure};
pub use seal_design::{DesignError, SealDesign};
pub use sign::{SignError, Stamp, sign};
pub use verify::{Fault, Finding, Part, Report, SignatureSummary, Trust, verify};
pub use xml::{XmlFault, escaped as xml_escaped};
