//! Where things stand in a sealed file: the signature, what it covers, the attached metadata. Used for sealing and for checking.

/// Before the numbers that say what is signed; after them follows the container. Written in one way only, so that
/// a reader needs no PDF library and every byte that is not signed has one value that is right.
pub(crate) const RANGE_START: &[u8] = b"/ByteRange[0 ";
/// Each number has this many digits: their place is fixed before they are known.
pub(crate) const DIGITS: usize = 10;
/// Between the numbers and the container.
pub(crate) const RANGE_END: &[u8] = b"]/Contents";

/// The first place of `wanted` at or after `from`.
pub(crate) fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}

/// The last place of `wanted`.
pub(crate) fn find_last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let last_start = bytes.len().checked_sub(wanted.len())?;
    (0..=last_start).rev().find(|at| bytes[*at..].starts_with(wanted))
}

/// The number that starts at `at`, and where it ends.
pub(crate) fn number(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let digits = bytes.get(at..)?.iter().take(DIGITS).take_while(|byte| byte.is_ascii_digit()).count();
    let text = std::str::from_utf8(&bytes[at..at + digits]).ok()?;
    Some((text.parse().ok()?, at + digits))
}

/// The bytes of the attached file: the first embedded stream, which is stored plain.
pub(crate) fn metadata(pdf: &[u8]) -> Option<&[u8]> {
    let entry = b"/Type/EmbeddedFile";
    let at = find(pdf, entry, 0)?;
    let dictionary = find_last(&pdf[..at], b"<<")?;
    let length = pdf[dictionary..at].strip_prefix(b"<</Length ".as_slice())?;
    let (length, _) = number(length, 0).filter(|(_, end)| *end == length.len())?;
    let start = find(pdf, b"stream\n", at)? + b"stream\n".len();
    let stream = pdf.get(start..start.checked_add(length)?)?;
    pdf[start + length..].starts_with(b"\nendstream").then_some(stream)
}

/// A fault of the way in which the signature stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RangeFault {
    /// There is no signature.
    Missing,
    /// Its numbers or its container are not written as this program writes them.
    Damaged,
    /// The file goes on after the part that is signed.
    BytesAfter(usize),
    /// The file ends before the part that is signed does.
    Truncated,
}

/// The two signed parts of a file and the container between them.
#[derive(Debug)]
pub(crate) struct SignedRange<'a> {
    pub(crate) before: &'a [u8],
    pub(crate) after: &'a [u8],
    /// Decoded, with the zero bytes of the reserved space.
    pub(crate) container: Vec<u8>,
}

/// Reads the signature of a file. All bytes but those of the container are in one of the two parts.
pub(crate) fn signed_range(file: &[u8]) -> Result<SignedRange<'_>, RangeFault> {
    let Some(start) = find_last(file, RANGE_START) else {
        // One changed byte must not make a sealed file look like one that never was.
        let traces: [&[u8]; 2] = [b"/Type/Sig/", RANGE_END];
        let is_trace = traces.iter().any(|trace| find_last(file, trace).is_some());
        return Err(if is_trace { RangeFault::Damaged } else { RangeFault::Missing });
    };
    let mut numbers = [0; 3];
    let mut at = start + RANGE_START.len();
    for (n, value) in numbers.iter_mut().enumerate() {
        if n > 0 {
            at = file.get(at).filter(|byte| **byte == b' ').map(|_| at + 1).ok_or(RangeFault::Damaged)?;
        }
        let (read, end) = number(file, at).ok_or(RangeFault::Damaged)?;
        if end - at != DIGITS {
            return Err(RangeFault::Damaged);
        }
        (*value, at) = (read, end);
    }
    let [open, close, rest] = numbers;
    let contents = file.get(at..).and_then(|rest| rest.strip_prefix(RANGE_END)).ok_or(RangeFault::Damaged)?;
    let length = contents.iter().position(|byte| *byte == b'>').ok_or(RangeFault::Damaged)? + 1;
    let begins = at + RANGE_END.len();
    if open != begins || close != begins + length {
        return Err(RangeFault::Damaged);
    }
    match (close + rest).cmp(&file.len()) {
        std::cmp::Ordering::Less => return Err(RangeFault::BytesAfter(file.len() - close - rest)),
        std::cmp::Ordering::Greater => return Err(RangeFault::Truncated),
        std::cmp::Ordering::Equal => {}
    }
    let text = contents[..length].strip_prefix(b"<").and_then(|text| text.strip_suffix(b">"));
    let container = text.and_then(unhex).ok_or(RangeFault::Damaged)?;
    Ok(SignedRange { before: &file[..open], after: &file[close..], container })
}

/// Lower case only: a second spelling would be a change that nobody notices.
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    if text.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    hex::decode(text).ok()
}
