//! What a file really is, found by looking into it and not by believing its name (材料文件检查).

use catalogue::FileKind;
use kernel::{Message, Refusal};

/// More files of one material than anybody needs: several pages photographed one by one.
pub const FILES_MAX: u32 = 5;

/// The kinds of file that packages can ask for.
const KINDS: [FileKind; 4] = [FileKind::Pdf, FileKind::Jpg, FileKind::Png, FileKind::Ofd];

/// The media type under which a file is shown again.
pub const fn media_type(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Pdf => "application/pdf",
        FileKind::Jpg => "image/jpeg",
        FileKind::Png => "image/png",
        FileKind::Ofd => "application/ofd",
    }
}

/// Endings that promise a kind of file. Any other is part of the name: `章程v1.2` is no `2` file.
const ENDINGS: [&str; 22] = [
    "pdf", "jpg", "jpeg", "jpe", "png", "gif", "bmp", "webp", "heic", "tif", "tiff", "ofd", "doc", "docx",
    "xls", "xlsx", "wps", "zip", "rar", "txt", "html", "exe",
];

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than the material may have.
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    /// A kind that this material is not asked for in; what it is and what is asked for.
    #[error("the file is {found}, asked for is {accepted}")]
    NotAccepted {
        /// What it really is; empty when nothing is known about it.
        found: String,
        /// The accepted kinds, for a sentence.
        accepted: String,
    },
    /// Its name says another kind than it is.
    #[error("the name ends in {named}, the file is {found}")]
    Mislabelled {
        /// The ending of its name.
        named: String,
        /// What it really is.
        found: String,
    },
    /// It begins like its kind and does not end like it: the upload was cut off, or the file is broken.
    #[error("the {0} file is cut off")]
    CutOff(String),
}

impl FileFault {
    /// The fault as a sentence for a page.
    pub fn message(&self) -> Message {
        match self {
            Self::Empty => Message::new("applications-file-empty"),
            Self::TooLarge(bytes) => {
                Message::new("applications-file-too-large").with("limit", megabytes(*bytes))
            }
            Self::NotAccepted { found, accepted } if found.is_empty() => {
                Message::new("applications-file-unknown").with("accepted", accepted)
            }
            Self::NotAccepted { found, accepted } => {
                Message::new("applications-file-not-accepted").with("found", found).with("accepted", accepted)
            }
            Self::Mislabelled { named, found } => {
                Message::new("applications-file-mislabelled").with("named", named).with("found", found)
            }
            Self::CutOff(found) => Message::new("applications-file-cut-off").with("found", found),
        }
    }

    /// The fault as a refusal of the upload of this material.
    pub fn refusal(&self, field: &str) -> Refusal {
        match self {
            Self::TooLarge(bytes) => Refusal::TooLarge(*bytes),
            Self::NotAccepted { .. } | Self::Mislabelled { .. } => Refusal::Unsupported(self.message()),
            Self::Empty | Self::CutOff(_) => Refusal::field(field, self.message()),
        }
    }
}

/// Whole megabytes, rounded up.
fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1024 * 1024))
}

/// What a file that may be taken is, or why it may not.
pub fn inspect(
    name: &str,
    bytes: &[u8],
    accepts: &[FileKind],
    bytes_max: u64,
) -> Result<FileKind, FileFault> {
    if bytes.is_empty() {
        return Err(FileFault::Empty);
    }
    if bytes.len() as u64 > bytes_max {
        return Err(FileFault::TooLarge(bytes_max));
    }
    let found = kind_of(bytes);
    let Some(kind) = found.filter(|kind| accepts.contains(kind)) else {
        let word =
            found.map(|kind| kind.as_str().to_owned()).or_else(|| other_kind(bytes)).unwrap_or_default();
        let accepted = accepts.iter().map(|kind| kind.as_str().to_uppercase()).collect::<Vec<_>>().join("、");
        return Err(FileFault::NotAccepted { found: word.to_uppercase(), accepted });
    };
    let word = kind.as_str().to_uppercase();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if ENDINGS.contains(&ending.as_str()) && !fits(&ending, kind) {
        return Err(FileFault::Mislabelled { named: ending, found: word });
    }
    if is_whole(kind, bytes) { Ok(kind) } else { Err(FileFault::CutOff(word)) }
}

fn fits(ending: &str, kind: FileKind) -> bool {
    ending == kind.as_str() || (kind == FileKind::Jpg && matches!(ending, "jpeg" | "jpe"))
}

/// One of the kinds that packages ask for, by its first bytes.
fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    KINDS.into_iter().find(|kind| match kind {
        // ISO 32000-2 §7.5.2: the header stands in the first line.
        FileKind::Pdf => bytes.starts_with(b"%PDF-"),
        FileKind::Jpg => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        FileKind::Png => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        // GB/T 33190 §7.1: a ZIP package with the entry OFD.xml; names of entries are not compressed.
        FileKind::Ofd => bytes.starts_with(b"PK\x03\x04") && holds(bytes, b"OFD.xml"),
    })
}

/// The name of any other well-known kind, so that the sentence can say what the file is.
fn other_kind(bytes: &[u8]) -> Option<String> {
    infer::get(bytes).map(|kind| kind.extension().to_owned())
}

/// Whether the end of the file is there. Writers may add a little after it, so the mark is looked for near the end.
fn is_whole(kind: FileKind, bytes: &[u8]) -> bool {
    let near_end = &bytes[bytes.len().saturating_sub(2048)..];
    match kind {
        FileKind::Pdf => holds(near_end, b"%%EOF"), // ISO 32000-2 §7.5.5
        FileKind::Png => holds(near_end, b"IEND"),  // W3C PNG §11.2.5
        // End of image, ISO/IEC 10918-1 §B.1.1.3. Telephones append whole video clips, so it may stand anywhere.
        FileKind::Jpg => holds(bytes, &[0xff, 0xd9]),
        // End of the central directory, with at most 65,535 bytes of comment after it.
        FileKind::Ofd => holds(&bytes[bytes.len().saturating_sub(65_600)..], b"PK\x05\x06"),
    }
}

fn holds(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE_PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";
    const WHOLE_PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR....\0\0\0\0IEND\xaeB`\x82";
    const WHOLE_JPG: &[u8] = b"\xff\xd8\xff\xe0..JFIF..\xff\xd9";
    const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0aaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    fn check(name: &str, bytes: &[u8], expected: Result<&str, FileFault>) {
        let found = inspect(name, bytes, &[FileKind::Pdf, FileKind::Jpg], 100);
        assert_eq!((name, found.map(FileKind::as_str)), (name, expected));
    }

    #[test]
    fn files_are_what_they_hold_and_not_what_they_are_called() {
        let accepted = || "PDF、JPG".to_owned();
        check("a.pdf", WHOLE_PDF, Ok("pdf"));
        check("A.PDF", WHOLE_PDF, Ok("pdf"));
        check("no ending", WHOLE_PDF, Ok("pdf"));
        check("章程v1.2", WHOLE_PDF, Ok("pdf"));
        check("b.jpeg", WHOLE_JPG, Ok("jpg"));
        check("b.pdf", WHOLE_JPG, Err(FileFault::Mislabelled { named: "pdf".into(), found: "JPG".into() }));
        check("c.pdf", ZIP, Err(FileFault::NotAccepted { found: "ZIP".into(), accepted: accepted() }));
        check("d.png", WHOLE_PNG, Err(FileFault::NotAccepted { found: "PNG".into(), accepted: accepted() }));
        check("e.pdf", b"hello", Err(FileFault::NotAccepted { found: String::new(), accepted: accepted() }));
        check("f.pdf", b"", Err(FileFault::Empty));
        check("g.pdf", b"%PDF-1.7 and no more", Err(FileFault::CutOff("PDF".into())));
        check("h.pdf", &[b'x'; 101], Err(FileFault::TooLarge(100)));
    }

    #[test]
    fn an_ofd_is_told_from_any_other_zip() {
        let ofd = b"PK\x03\x04\x14\0\0\0\0\0....................\x07\0\0\0OFD.xml<x/>PK\x05\x06......";
        assert_eq!(inspect("a.ofd", ofd, &[FileKind::Ofd], 1000), Ok(FileKind::Ofd));
        let fault = FileFault::NotAccepted { found: "ZIP".into(), accepted: "OFD".into() };
        assert_eq!(inspect("a.ofd", ZIP, &[FileKind::Ofd], 1000), Err(fault));
    }

    #[test]
    fn each_fault_has_its_status() {
        let too_large = FileFault::TooLarge(2 * 1024 * 1024);
        assert!(matches!(too_large.refusal("f"), Refusal::TooLarge(2_097_152)));
        assert_eq!(too_large.message().args, [("limit", "2 MB".to_owned())]);
        let not = FileFault::NotAccepted { found: "ZIP".into(), accepted: "PDF".into() };
        assert!(matches!(not.refusal("f"), Refusal::Unsupported(_)));
        assert!(matches!(FileFault::Empty.refusal("f"), Refusal::Invalid(_)));
    }
}
