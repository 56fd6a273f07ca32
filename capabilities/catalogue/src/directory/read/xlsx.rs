//! Spreadsheets (XLSX, ISO/IEC 29500): the first sheet. What it unpacks to is measured before it is read, and cells far out
//! are refused before room is made for those between.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use jiff::civil::Date;
use zip::ZipArchive;

use super::Note;
use crate::directory::FileFault;

/// Bytes of a spreadsheet when it is unpacked.
pub(in crate::directory) const UNPACKED_MAX: u64 = 512 * 1024 * 1024;
/// Files in a spreadsheet.
const PARTS_MAX: usize = 2_000;
/// Columns of a sheet: three times as many as there are elements.
const COLUMNS_MAX: u32 = 200;
/// Rows of a sheet.
const ROWS_MAX: usize = 300_000;

/// The rows of the first sheet, each with its number.
pub(in crate::directory) struct Sheet(Vec<(u32, Vec<String>)>);

impl Sheet {
    /// Reads the first sheet.
    pub(in crate::directory) fn read(bytes: Vec<u8>) -> Result<Self, FileFault> {
        measure(&bytes)?;
        let unreadable = |error: &dyn std::fmt::Display| FileFault::Spreadsheet(error.to_string());
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
            .map_err(|error: calamine::XlsxError| unreadable(&error))?;
        let name = book.sheet_names().first().cloned().ok_or(FileFault::NoRows)?;
        let mut cells = book.worksheet_cells_reader(&name).map_err(|error| unreadable(&error))?;
        let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
        while let Some(cell) = cells.next_cell().map_err(|error| unreadable(&error))? {
            let (row, column) = cell.get_position();
            let text = text_of(cell.get_value());
            if text.is_empty() {
                continue;
            }
            if column >= COLUMNS_MAX {
                return Err(FileFault::Spreadsheet(format!("more than {COLUMNS_MAX} columns")));
            }
            if rows.last().is_none_or(|(last, _)| *last != row) {
                if rows.len() >= ROWS_MAX {
                    return Err(FileFault::TooManyRows);
                }
                rows.push((row, Vec::new()));
            }
            if let Some((_, cells)) = rows.last_mut() {
                let column = usize::try_from(column).unwrap_or_default();
                cells.resize(cells.len().max(column + 1), String::new());
                cells[column] = text;
            }
        }
        if rows.is_empty() { Err(FileFault::Empty) } else { Ok(Self(rows)) }
    }

    pub(in crate::directory) fn header(&self) -> Vec<String> {
        self.0.first().map(|(_, cells)| cells.clone()).unwrap_or_default()
    }

    pub(in crate::directory) fn each(&self, note: &mut Note<'_>) -> Result<(), FileFault> {
        for (at, (row, cells)) in (0..).zip(&self.0).skip(1) {
            note(row + 1, at, &|column| cells.get(column).cloned().unwrap_or_default())?;
        }
        Ok(())
    }

    /// The cells of a row; a spreadsheet does not write the empty ones at its end.
    pub(in crate::directory) fn cells(&self, at: u32, width: usize) -> Vec<String> {
        let row = usize::try_from(at).ok().and_then(|at| self.0.get(at));
        let mut cells = row.map(|(_, cells)| cells.clone()).unwrap_or_default();
        cells.resize(cells.len().max(width), String::new());
        cells
    }
}

/// Unpacks everything once without keeping it: what a part says of its own size is not to be believed.
fn measure(bytes: &[u8]) -> Result<(), FileFault> {
    let unreadable = |error: &dyn std::fmt::Display| FileFault::Spreadsheet(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if archive.len() > PARTS_MAX {
        return Err(FileFault::Bomb);
    }
    let mut left = UNPACKED_MAX;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| unreadable(&error))?;
        let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())
            .map_err(|error| unreadable(&error))?;
        left = left.checked_sub(size).ok_or(FileFault::Bomb)?;
    }
    Ok(())
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(), // 3.0 is written "3"
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => u8::from(*yes).to_string(),
        DataRef::DateTime(at) => day_of(at.as_f64()),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Spreadsheets count days from the end of 1899.
#[expect(clippy::cast_possible_truncation, reason = "days of a spreadsheet fit; a wrong one is no day")]
fn day_of(serial: f64) -> String {
    let days = jiff::Span::new().try_days(serial.floor() as i64);
    let day = days.and_then(|days| Date::new(1899, 12, 30)?.checked_add(days));
    day.map_or_else(|_no_day| serial.to_string(), |day| day.to_string())
}
