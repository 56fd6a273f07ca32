//! Text with commas (CSV, RFC 4180), in UTF-8, UTF-16 or GB18030.

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::Note;
use crate::directory::FileFault;

/// The text of a file.
pub(in crate::directory) struct Text(String);

impl Text {
    /// Finds out how the text is written.
    pub(in crate::directory) fn read(bytes: Vec<u8>) -> Result<Self, FileFault> {
        let text = decode(bytes)?;
        if text.contains('\0') {
            return Err(FileFault::NotText);
        }
        if text.trim().is_empty() { Err(FileFault::Empty) } else { Ok(Self(text)) }
    }

    pub(in crate::directory) fn header(&self) -> Vec<String> {
        self.cells(0)
    }

    /// Every row but the header, and but those with nothing in them.
    pub(in crate::directory) fn each(&self, note: &mut Note<'_>) -> Result<(), FileFault> {
        let mut reader = ReaderBuilder::new().flexible(true).has_headers(true).from_reader(self.0.as_bytes());
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|_encoding| FileFault::NotText)? {
            if record.iter().all(<[u8]>::is_empty) {
                continue;
            }
            let Some(position) = record.position() else { continue };
            let number = |wide: u64| u32::try_from(wide).map_err(|_range| FileFault::TooManyRows);
            let cell = |column: usize| {
                record.get(column).map_or_else(String::new, |cell| String::from_utf8_lossy(cell).into_owned())
            };
            let at = number(position.byte())?;
            note(number(position.line())? + self.breaks_at(at), at, &cell)?;
        }
        Ok(())
    }

    /// Line breaks between the place where the reader says that a row begins, and its first cell: the second half of a
    /// CR LF, or empty lines.
    fn breaks_at(&self, at: u32) -> u32 {
        let rest = usize::try_from(at).ok().and_then(|at| self.0.get(at..)).unwrap_or_default();
        let breaks =
            rest.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| *byte == b'\n');
        u32::try_from(breaks.count()).unwrap_or_default()
    }

    /// The cells of the row that begins here.
    pub(in crate::directory) fn cells(&self, at: u32) -> Vec<String> {
        let rest = usize::try_from(at).ok().and_then(|at| self.0.get(at..)).unwrap_or_default();
        let mut reader = ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(2048)
            .from_reader(rest.as_bytes());
        let mut record = StringRecord::new();
        match reader.read_record(&mut record) {
            Ok(true) => record.iter().map(unguarded).collect(),
            Ok(false) | Err(_) => Vec::new(),
        }
    }
}

/// A text that begins like a formula is written with an apostrophe before it, so that a spreadsheet runs nothing; here it
/// is taken off again.
fn unguarded(cell: &str) -> String {
    let bare = cell.trim_start_matches('\'');
    let is_guarded = bare.len() < cell.len() && bare.starts_with(crate::directory::sheet::FORMULA);
    if is_guarded { &cell[1..] } else { cell }.to_owned()
}

fn decode(bytes: Vec<u8>) -> Result<String, FileFault> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        return text.map(std::borrow::Cow::into_owned).ok_or(FileFault::NotText);
    }
    // Hardly any GB18030 text of some length is UTF-8 by chance, so what reads as UTF-8 is.
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(other) => other.into_bytes(),
    };
    let text = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(&bytes);
    text.map(std::borrow::Cow::into_owned).ok_or(FileFault::NotText)
}
