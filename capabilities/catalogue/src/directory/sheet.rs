//! Writing a list as CSV or XLSX piece by piece, so that its length does not matter.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CSV, UTF-8 with its mark.
    Csv,
    /// XLSX.
    Xlsx,
}

impl Format {
    /// The format of a file's ending.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    /// Its type on the web.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The ending of its file names.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// What a text begins with that a spreadsheet takes for a formula.
pub(crate) const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Bytes on their way out.
#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Out {
    fn take(&self) -> Vec<u8> {
        match self.0.lock() {
            Ok(mut bytes) => std::mem::take(&mut *bytes),
            Err(poisoned) => std::mem::take(&mut *poisoned.into_inner()),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.lock() {
            Ok(mut out) => out.extend_from_slice(bytes),
            Err(poisoned) => poisoned.into_inner().extend_from_slice(bytes),
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sheet that is being written.
pub(crate) struct SheetWriter(Kind);

enum Kind {
    Csv(Vec<u8>),
    Xlsx(Box<(ZipWriter<StreamWriter<Out>>, Out)>),
}

const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="清单" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];
const SHEET_START: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>"#;
const SHEET_END: &str = "</sheetData></worksheet>";

impl SheetWriter {
    pub(crate) fn new(format: Format) -> io::Result<Self> {
        match format {
            Format::Csv => Ok(Self(Kind::Csv("\u{feff}".as_bytes().to_vec()))),
            Format::Xlsx => {
                let out = Out::default();
                let mut zip = ZipWriter::new_stream(out.clone());
                let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
                for (name, text) in PARTS {
                    zip.start_file(name, options)?;
                    zip.write_all(text.as_bytes())?;
                }
                zip.start_file("xl/worksheets/sheet1.xml", options)?;
                zip.write_all(SHEET_START.as_bytes())?;
                Ok(Self(Kind::Xlsx(Box::new((zip, out)))))
            }
        }
    }

    /// Writes a row.
    pub(crate) fn row(&mut self, cells: &[String]) -> io::Result<()> {
        match &mut self.0 {
            Kind::Csv(out) => {
                let line: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
                out.extend_from_slice(line.join(",").as_bytes());
                out.extend_from_slice(b"\r\n");
                Ok(())
            }
            Kind::Xlsx(parts) => {
                let mut row = String::from("<row>");
                for cell in cells {
                    if cell.is_empty() {
                        row.push_str("<c/>");
                    } else {
                        row.push_str(r#"<c t="inlineStr"><is><t xml:space="preserve">"#);
                        escape(cell, &mut row);
                        row.push_str("</t></is></c>");
                    }
                }
                row.push_str("</row>");
                parts.0.write_all(row.as_bytes())
            }
        }
    }

    /// What has been written since the last call.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        match &mut self.0 {
            Kind::Csv(out) => std::mem::take(out),
            Kind::Xlsx(parts) => parts.1.take(),
        }
    }

    /// Writes the end.
    pub(crate) fn finish(self) -> io::Result<Vec<u8>> {
        match self.0 {
            Kind::Csv(out) => Ok(out),
            Kind::Xlsx(parts) => {
                let (mut zip, out) = *parts;
                zip.write_all(SHEET_END.as_bytes())?;
                zip.finish()?;
                Ok(out.take())
            }
        }
    }
}

fn quoted(cell: &str) -> String {
    if cell.is_empty() {
        return String::new();
    }
    let guard = if cell.trim_start_matches('\'').starts_with(FORMULA) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

fn escape(text: &str, into: &mut String) {
    // A spreadsheet reads _x000D_ as a control character, and _x005F_ as the sign before it.
    for c in text.replace("_x", "_x005F_x").chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '\n' | '\t' => into.push(c),
            c if c.is_control() => {}
            c => into.push(c),
        }
    }
}
