//! Sealing: an incremental update (ISO 32000-1, 7.5.6) that adds a signature to a drawn document.
//!
//! The update adds a signature dictionary (12.8.1) and a signature field, and writes the catalogue and the first page
//! anew with references to it. The signature covers every byte of the file but its own container.

#[cfg(test)]
pub(crate) mod tests;

use std::fmt::Write as _;

use guomi::signed_data::{self, BuildError};
use guomi::{Signer, sm3};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::metadata::Metadata;
use crate::sealed_file::{DIGITS, RANGE_END, RANGE_START, find, find_last, metadata, number};

/// The name of the container's form. ISO 32000-1 has names for RSA and ECDSA containers only (12.8.3.3, Table 257), and
/// readers must not take an SM2 container for one of those.
pub const SUB_FILTER: &str = "Tongban.SM2.detached";

/// Room for what a container holds beside certificates: attributes, names, the signature.
const CONTAINER_EXTRA: usize = 768;

/// A document cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The file does not come from [`crate::document::draw`].
    #[error("not a drawn document: {0}")]
    NotDrawn(&'static str),
    /// It has a signature already.
    #[error("the document is sealed already")]
    AlreadySealed,
    /// The attached metadata are not the ones given.
    #[error("the attached metadata are those of another document")]
    MetadataDiffer,
    /// The certificate belongs to another body than the issuer.
    #[error("the signer's certificate is of {signer}, the issuer is {issuer}")]
    NotTheIssuer {
        /// Code in the certificate.
        signer: String,
        /// Code in the metadata.
        issuer: String,
    },
    /// The signer refused, or the time cannot be written.
    #[error(transparent)]
    Signature(#[from] BuildError),
    /// The container is larger than the room kept for it.
    #[error("the signature has {0} bytes, more than there is room for")]
    TooLarge(usize),
}

/// Adds the electronic seal (电子印章) of `signer` to a drawn document.
pub fn seal(
    pdf: &[u8],
    metadata_given: &Metadata,
    signer: &dyn Signer,
    unix_time: i64,
) -> Result<Vec<u8>, SealError> {
    if find_last(pdf, b"/ByteRange").is_some() {
        return Err(SealError::AlreadySealed);
    }
    let attached = metadata(pdf).ok_or(SealError::NotDrawn("no attached metadata"))?;
    if attached != metadata_given.to_json() {
        return Err(SealError::MetadataDiffer);
    }
    let code = signer.certificate().subject().organization_id;
    if code != metadata_given.issuer_code {
        return Err(SealError::NotTheIssuer { signer: code, issuer: metadata_given.issuer_code.clone() });
    }
    let metadata_digest = sm3::digest(attached);
    let room = room_for(signer);
    let mut file = with_empty_signature(pdf, signer, room, unix_time)?;
    let (open, close) = write_range(&mut file).ok_or(SealError::NotDrawn("no place for the signature"))?;
    let mut hasher = sm3::Hasher::new();
    hasher.update(&file[..open]);
    hasher.update(&file[close..]);
    let container = signed_data::build(signer, hasher.finish(), metadata_digest, unix_time)?;
    if container.len() > room {
        return Err(SealError::TooLarge(container.len()));
    }
    let text = hex::encode(&container);
    file[open + 1..open + 1 + text.len()].copy_from_slice(text.as_bytes());
    Ok(file)
}

/// The container carries all certificates and the name of the signer's issuer once more.
fn room_for(signer: &dyn Signer) -> usize {
    let own = signer.certificate().to_der().len();
    let others: usize = signer.intermediates().iter().map(|certificate| certificate.to_der().len()).sum();
    own * 2 + others + CONTAINER_EXTRA
}

/// What the update needs to know about the file that it extends.
struct Base<'a> {
    xref: usize,
    size: usize,
    /// Trailer entries from `/Root` on.
    trailer: &'a str,
    catalogue: Object<'a>,
    page: Object<'a>,
}

/// An object that is a dictionary: its number and what stands between `<<` and the last `>>`.
struct Object<'a> {
    number: usize,
    entries: &'a str,
}

impl<'a> Base<'a> {
    fn read(pdf: &'a [u8]) -> Option<Self> {
        let end = find_last(pdf, b"startxref\n")?;
        let (xref, after) = number(pdf, end + b"startxref\n".len())?;
        if &pdf[after..] != b"\n%%EOF" {
            return None;
        }
        let (size, entries) = number(pdf.get(xref..)?.strip_prefix(b"xref\n0 ")?, 0)?;
        let table = xref + b"xref\n0 ".len() + entries + 1;
        let at = table.checked_add(size.checked_mul(20)?)?;
        let trailer =
            text(pdf.get(at..end)?)?.strip_prefix("trailer\n<</Size ")?.trim_end().strip_suffix(">>")?;
        let trailer = trailer.strip_prefix(&size.to_string())?;
        let object = |number: usize| Object::read(pdf, table, number).filter(|_| number < size);
        let catalogue = object(reference(trailer, "/Root ")?)?;
        let pages = object(reference(catalogue.entries, "/Pages ")?)?;
        let page = object(reference(pages.entries, "/Kids[")?)?;
        let is_fresh = !catalogue.entries.contains("/AcroForm") && !page.entries.contains("/Annots");
        (is_fresh && page.entries.contains("/Type/Page/")).then_some(Self {
            xref,
            size,
            trailer,
            catalogue,
            page,
        })
    }
}

impl<'a> Object<'a> {
    fn read(pdf: &'a [u8], table: usize, number_wanted: usize) -> Option<Self> {
        let (offset, _) = number(pdf, table + number_wanted * 20)?;
        let body = pdf.get(offset..)?.strip_prefix(format!("{number_wanted} 0 obj\n<<").as_bytes())?;
        let end = find(body, b">>\nendobj", 0)?;
        Some(Self { number: number_wanted, entries: text(&body[..end])? })
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// The object number after a key.
fn reference(entries: &str, key: &str) -> Option<usize> {
    let (_, rest) = entries.split_once(key)?;
    let (number, rest) = rest.split_once(' ')?;
    rest.starts_with("0 R").then(|| number.parse().ok())?
}

/// The file with its update; the numbers of the range and the container are zeros.
fn with_empty_signature(
    pdf: &[u8],
    signer: &dyn Signer,
    room: usize,
    unix_time: i64,
) -> Result<Vec<u8>, SealError> {
    let base = Base::read(pdf).ok_or(SealError::NotDrawn("unexpected structure"))?;
    let (signature, field) = (base.size, base.size + 1);
    let name = utf16(signer.certificate().subject_common_name());
    let zeros = "0".repeat(DIGITS);
    let range = format!("{}{zeros} {zeros} {zeros}{}", lossless(RANGE_START), lossless(RANGE_END));
    let objects = [
        (base.page.number, format!("<<{}/Annots[{field} 0 R]>>", base.page.entries)),
        (
            base.catalogue.number,
            // 3: there are signatures, and the file may only be appended to (12.7.2, Table 219).
            format!("<<{}/AcroForm<</Fields[{field} 0 R]/SigFlags 3>>>>", base.catalogue.entries),
        ),
        (
            signature,
            format!(
                "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/{SUB_FILTER}/Name{name}/M({}){range}<{}>>>",
                pdf_date(unix_time),
                "0".repeat(room * 2)
            ),
        ),
        (
            field,
            // A rectangle without extent: the seal is part of the page. 132: printed and locked (12.5.3).
            format!(
                "<</Type/Annot/Subtype/Widget/FT/Sig/T(Seal)/TU{}/Rect[0 0 0 0]/F 132/P {} 0 R/V {signature} 0 R>>",
                utf16("电子印章"),
                base.page.number
            ),
        ),
    ];
    let mut file = pdf.to_vec();
    file.push(b'\n');
    let mut places = Vec::new();
    for (number, body) in objects {
        places.push((number, file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{body}\nendobj\n").as_bytes());
    }
    let xref = file.len();
    file.extend_from_slice(cross_references(&mut places).as_bytes());
    let trailer = format!(
        "trailer\n<</Size {}{}/Prev {}>>\nstartxref\n{xref}\n%%EOF\n",
        base.size + 2,
        with_new_id(base.trailer, pdf),
        base.xref
    );
    file.extend_from_slice(trailer.as_bytes());
    Ok(file)
}

/// One section for each object, or for each run of objects with consecutive numbers (7.5.4).
fn cross_references(places: &mut [(usize, usize)]) -> String {
    places.sort_unstable();
    let mut table = String::from("xref\n");
    for run in places.chunk_by(|before, after| before.0 + 1 == after.0) {
        // Writing to a string cannot fail.
        let _ = writeln!(table, "{} {}", run[0].0, run.len());
        for (_, offset) in run {
            let _ = write!(table, "{offset:010} 00000 n\r\n");
        }
    }
    table
}

/// The second part of the file identifier changes with every update (14.4).
fn with_new_id(trailer: &str, pdf: &[u8]) -> String {
    let Some((before, ids)) = trailer.split_once("/ID[(") else { return trailer.to_owned() };
    let Some((first, _)) = ids.split_once(")(") else { return trailer.to_owned() };
    let second = hex::encode(&sm3::digest(pdf)[..16]);
    format!("{before}/ID[({first})<{second}>]")
}

/// Writes the numbers of the range and says where the container begins and ends, brackets included.
fn write_range(file: &mut [u8]) -> Option<(usize, usize)> {
    let numbers = find_last(file, RANGE_START)? + RANGE_START.len();
    let open = find(file, RANGE_END, numbers)? + RANGE_END.len();
    let close = find(file, b">", open)? + 1;
    let rest = file.len() - close;
    let text = format!("{open:010} {close:010} {rest:010}");
    file.get_mut(numbers..numbers + text.len())?.copy_from_slice(text.as_bytes());
    Some((open, close))
}

fn lossless(bytes: &'static [u8]) -> &'static str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// A text string as UTF-16 in hexadecimal (7.9.2.2).
fn utf16(text: &str) -> String {
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    format!("<FEFF{}>", hex::encode_upper(bytes))
}

/// `D:20261009100000+08'00'` (7.9.4).
fn pdf_date(unix_time: i64) -> String {
    let china = TimeZone::fixed(Offset::constant(8));
    let at = Timestamp::from_second(unix_time).unwrap_or_default().to_zoned(china);
    let (year, month, day) = (at.year(), at.month(), at.day());
    format!("D:{year:04}{month:02}{day:02}{:02}{:02}{:02}+08'00'", at.hour(), at.minute(), at.second())
}
