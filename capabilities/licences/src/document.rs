//! Drawing: a filled-in document becomes an archival PDF (PDF/A-3) with its metadata attached.

mod breaking;
mod canvas;
mod certificate;
mod flow;
mod furniture;
mod letter;
mod pages;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod text;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use krilla::SerializeSettings;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::metadata::DateTime;

use crate::fonts::{self, MissingGlyph, check_glyphs};
use crate::metadata::{METADATA_FILE, METADATA_XML_FILE, Metadata};

use crate::template::{Filled, FilledParagraph, Layout, LineValue, Table};
pub(crate) use furniture::seal_design;

/// A document cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// A character has no glyph; the document is not issued with a box in its place.
    #[error(transparent)]
    MissingGlyph(#[from] MissingGlyph),
    /// A row of a list has more entries than the list has columns; they would be lost.
    #[error("{field}: row {row} has more entries than there are columns")]
    RowTooLong {
        /// Label of the list.
        field: String,
        /// The row, from 1.
        row: usize,
    },
    /// The metadata are those of another document.
    #[error("the metadata's {0} is not that of the document")]
    MetadataDiffer(&'static str),
    /// The address for checking is too long for a QR code.
    #[error("the address for checking is too long for a QR code")]
    QrCode,
    /// The seal cannot be drawn.
    #[error(transparent)]
    Seal(#[from] ofd::FaceError),
    /// The OFD file cannot be written.
    #[error(transparent)]
    Ofd(#[from] ofd::WriteError),
    /// The result would break PDF/A-3 (ISO 19005-3).
    #[error("not archivable: {0}")]
    NotArchivable(String),
}

/// What is drawn: the words and the metadata that go with them.
struct Sheet<'a> {
    filled: &'a Filled,
    metadata: &'a Metadata,
}

/// Draws a document. The same input gives the same bytes; `unix_time` becomes the file's date.
pub fn draw(filled: &Filled, metadata: &Metadata, unix_time: i64) -> Result<Vec<u8>, DrawError> {
    check_agreement(filled, metadata)?;
    check_texts(filled, metadata)?;
    let canvas = lay_out(&Sheet { filled, metadata })?;
    let not_archivable = |why: String| DrawError::NotArchivable(why);
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_U)
        .finish()
        .map_err(|error| not_archivable(format!("{error:?}")))?;
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut pdf = krilla::Document::new_with(settings);
    canvas.write(&mut pdf);
    let date = file_date(unix_time);
    pdf.set_metadata(
        krilla::metadata::Metadata::new()
            .title(format!("{} {}", metadata.name, metadata.number))
            .authors(vec![metadata.issuer.clone()])
            .language("zh-CN".into())
            .creator("Tongban".into())
            .document_id(metadata.identifier.clone())
            .creation_date(date),
    );
    pdf.embed_file(EmbeddedFile {
        path: METADATA_FILE.into(),
        mime_type: MimeType::new("application/json"),
        description: Some("证照元数据".into()),
        association_kind: AssociationKind::Data,
        data: metadata.to_json().into(),
        modification_date: Some(date),
        // Plain bytes: whoever checks a document can read them without a PDF library.
        compress: Some(false),
        location: None,
    });
    pdf.finish().map_err(|error| not_archivable(format!("{error:?}")))
}

/// Draws the same document as the files of an OFD package (版式文档, GB/T 33190-2016), without the picture of the seal: that
/// is drawn by the reader from the seal, at the places that are returned. The metadata go with it as JSON, which machines
/// read back, and as XML.
pub fn draw_ofd(filled: &Filled, metadata: &Metadata) -> Result<(ofd::Package, Vec<ofd::Stamp>), DrawError> {
    check_agreement(filled, metadata)?;
    check_texts(filled, metadata)?;
    let (pages, stamps) = pages::pages(&lay_out(&Sheet { filled, metadata })?);
    let attachment = |name: &str, content| ofd::Attachment { name: name.to_owned(), content };
    let document = ofd::Document {
        identity: metadata.identifier.clone(),
        title: format!("{} {}", metadata.name, metadata.number),
        author: metadata.issuer.clone(),
        created: metadata.issue_date,
        faces: fonts::OFD_FACES.to_vec(),
        pages,
        attachments: vec![
            attachment(METADATA_FILE, metadata.to_json()),
            attachment(METADATA_XML_FILE, metadata.to_xml()),
        ],
    };
    Ok((document.write()?, stamps))
}

fn lay_out(sheet: &Sheet<'_>) -> Result<canvas::Canvas, DrawError> {
    let mut canvas = canvas::Canvas::default();
    match sheet.filled.layout {
        Layout::Certificate => certificate::draw(&mut canvas, sheet)?,
        Layout::Letter => letter::draw(&mut canvas, sheet)?,
    }
    Ok(canvas)
}

fn check_agreement(filled: &Filled, metadata: &Metadata) -> Result<(), DrawError> {
    let pairs = [
        ("name", filled.name.zh == metadata.name),
        ("number", filled.number == metadata.number),
        ("holder_name", filled.holder_name == metadata.holder_name),
        ("issue_date", filled.issued_on == metadata.issue_date),
        ("valid_until", filled.valid_until == metadata.valid_until),
    ];
    match pairs.iter().find(|(_, agree)| !agree) {
        Some((field, _)) => Err(DrawError::MetadataDiffer(field)),
        None => Ok(()),
    }
}

/// Every text that will be drawn, with the field that it comes from.
fn check_texts(filled: &Filled, metadata: &Metadata) -> Result<(), DrawError> {
    check_glyphs("name", &filled.name.zh)?;
    check_glyphs("number", &filled.number)?;
    check_glyphs("holder.name", &filled.holder_name)?;
    check_glyphs("issuer", &metadata.issuer)?;
    check_glyphs("identifier", &metadata.identifier)?;
    for line in &filled.lines {
        check_glyphs("label", &line.label.zh)?;
        match &line.value {
            LineValue::Text(text) => check_glyphs(&line.label.zh, text)?,
            LineValue::Table(table) => check_table(&line.label.zh, table)?,
        }
    }
    for (n, paragraph) in filled.body.iter().enumerate() {
        match paragraph {
            FilledParagraph::Text(text) | FilledParagraph::Item(text) => {
                check_glyphs(&format!("body[{n}]"), text)?;
            }
            FilledParagraph::Lines => {}
        }
    }
    Ok(())
}

fn check_table(label: &str, table: &Table) -> Result<(), DrawError> {
    for column in &table.columns {
        check_glyphs(label, column)?;
    }
    for (row, entries) in table.rows.iter().enumerate() {
        if entries.len() > table.columns.len() {
            return Err(DrawError::RowTooLong { field: label.to_owned(), row: row + 1 });
        }
        for (column, entry) in entries.iter().enumerate() {
            let name = table.columns.get(column).map_or("", String::as_str);
            check_glyphs(&format!("{label}[{}].{name}", row + 1), entry)?;
        }
    }
    Ok(())
}

/// The file's date, in Chinese time; instants outside the calendar become its start.
fn file_date(unix_time: i64) -> DateTime {
    let china = TimeZone::fixed(Offset::constant(8));
    let at = Timestamp::from_second(unix_time).unwrap_or_default().to_zoned(china);
    let small = |n: i8| u8::try_from(n).unwrap_or(0);
    DateTime::new(u16::try_from(at.year()).unwrap_or(0))
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(8)
        .utc_offset_minute(0)
}
