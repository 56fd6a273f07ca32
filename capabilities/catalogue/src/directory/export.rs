//! The lists as files: the headers that the import knows, every element of every row, so that what was taken out changes
//! nothing when it is brought in again. Written page by page; nothing holds the whole list.

use store::Db;

use super::record;
use super::sheet::{Format, SheetWriter};
use super::source::List;
use super::{ELEMENTS, Element, Elements};

/// Rows fetched at a time.
const ROWS: u32 = 500;

/// A list on its way into a file.
pub struct Exported {
    db: Db,
    list: List,
    writer: Option<SheetWriter>,
    after: String,
}

/// Begins a file of a list.
pub fn export(db: &Db, list: List, format: Format) -> Result<Exported, std::io::Error> {
    let mut writer = SheetWriter::new(format)?;
    writer.row(&columns(list).map(|element| element.zh.to_owned()).collect::<Vec<_>>())?;
    Ok(Exported { db: db.clone(), list, writer: Some(writer), after: String::new() })
}

/// The directory list has no codes of implementations: by them a file is told for what it is.
pub(super) fn columns(list: List) -> impl Iterator<Item = &'static Element> {
    ELEMENTS.iter().filter(move |element| {
        list == List::Implementations || !matches!(element.name, "task_code" | "task_handle_item")
    })
}

/// The cells of a row.
pub(super) fn cells(list: List, elements: &Elements) -> Vec<String> {
    columns(list).map(|element| element.text(elements)).collect()
}

impl Exported {
    /// The next piece of the file; nothing when it is whole.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        let Some(mut writer) = self.writer.take() else { return Ok(None) };
        let mut tx = self.db.snapshot().await?;
        let rows = record::all_after(&mut tx, self.list, &self.after, ROWS).await?;
        drop(tx);
        for (_, elements) in &rows {
            writer.row(&cells(self.list, elements))?;
        }
        let Some((last, _)) = rows.into_iter().next_back() else {
            return Ok(Some(writer.finish()?));
        };
        self.after = last;
        let piece = writer.take();
        self.writer = Some(writer);
        Ok(Some(piece))
    }
}

/// Why a file was cut off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Storage says no.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// It cannot be packed.
    #[error(transparent)]
    Write(#[from] std::io::Error),
}
