//! A file of a list as it was sent: what kind it is, its header, and its rows one by one in the order in which they are
//! dealt with: the widest level first, so that what holds an implementation to something is there before it.

use std::collections::HashMap;

use super::Elements;
use super::read::{csv, xlsx};

/// Larger than the lists of a province; what is larger is no list.
pub(crate) const FILE_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Rows of a file.
pub(crate) const ROWS_MAX: usize = 500_000;

/// Why a file cannot be read as a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Larger than files may be.
    #[error("the file has {0} MB; at most {max} MB are read", max = FILE_BYTES_MAX / 1024 / 1024)]
    TooLarge(usize),
    /// More rows than a file may have.
    #[error("the file has more than {ROWS_MAX} rows")]
    TooManyRows,
    /// Neither UTF-8 nor GB18030 text.
    #[error("the file is neither text (UTF-8 or GB18030) nor an XLSX spreadsheet")]
    NotText,
    /// A spreadsheet of the old kind.
    #[error("the file is an XLS spreadsheet of 1997; save it as XLSX or CSV")]
    OldSpreadsheet,
    /// A spreadsheet that cannot be read.
    #[error("the spreadsheet cannot be read: {0}")]
    Spreadsheet(String),
    /// Unpacked it is larger than spreadsheets may be.
    #[error("unpacked, the spreadsheet is larger than {max} MB", max = xlsx::UNPACKED_MAX / 1024 / 1024)]
    Bomb,
    /// The first row names no element.
    #[error("the first row names no element of the lists; it begins with {0:?}")]
    NoHeader(String),
    /// Separated by something else than commas.
    #[error("the columns are separated by {0:?}, not by commas")]
    Delimiter(char),
    /// An element has two columns.
    #[error("two columns are headed {0}")]
    ColumnTwice(String),
    /// Neither a directory nor an implementation list.
    #[error("there is neither a column task_code (实施编码) nor catalog_code (基本编码)")]
    NoCode,
    /// Only a header.
    #[error("there are no rows under the header")]
    NoRows,
}

impl FileFault {
    /// The sentence that explains it, and its value.
    pub fn message(&self) -> kernel::Message {
        use kernel::Message;
        match self {
            Self::Empty => Message::new("directory-file-empty"),
            Self::TooLarge(size) => Message::new("directory-file-too-large")
                .with("size", size)
                .with("max", FILE_BYTES_MAX / 1024 / 1024),
            Self::TooManyRows => Message::new("directory-file-too-many-rows").with("max", ROWS_MAX),
            Self::NotText => Message::new("directory-file-not-text"),
            Self::OldSpreadsheet => Message::new("directory-file-old-spreadsheet"),
            Self::Spreadsheet(why) => Message::new("directory-file-spreadsheet").with("why", why),
            Self::Bomb => Message::new("directory-file-bomb").with("max", xlsx::UNPACKED_MAX / 1024 / 1024),
            Self::NoHeader(found) => Message::new("directory-file-no-header").with("found", found),
            Self::Delimiter(found) => {
                let shown = if *found == '\t' { "TAB".to_owned() } else { found.to_string() };
                Message::new("directory-file-delimiter").with("found", shown)
            }
            Self::ColumnTwice(name) => Message::new("directory-file-column-twice").with("name", name),
            Self::NoCode => Message::new("directory-file-no-code"),
            Self::NoRows => Message::new("directory-file-no-rows"),
        }
    }
}

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// 目录清单
    Items,
    /// 实施清单
    Implementations,
}

impl List {
    /// The word used in tables and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Implementations => "implementations",
        }
    }

    /// The list of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Items, Self::Implementations].into_iter().find(|list| list.as_str() == word)
    }
}

/// Where a row stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Line in the file, counted from 1.
    pub(crate) line: u32,
    /// Line of an earlier row with the same code; 0 for none.
    pub(crate) twice: u32,
    level: u8,
    at: u32,
}

enum Rows {
    Csv(csv::Text),
    Xlsx(xlsx::Sheet),
}

/// A list that was read far enough to know its rows.
pub(crate) struct Source {
    /// Which list.
    pub(crate) list: List,
    /// Headers that name no element.
    pub(crate) ignored: Vec<String>,
    columns: Vec<Option<usize>>,
    places: Vec<Place>,
    rows: Rows,
}

/// The cells of a row: as many as the header has, or how many there are.
pub(crate) type Cells = Result<Vec<String>, usize>;

impl Source {
    /// Reads a file of either kind.
    pub(crate) fn read(bytes: Vec<u8>) -> Result<Self, FileFault> {
        if bytes.is_empty() {
            return Err(FileFault::Empty);
        }
        if bytes.len() > FILE_BYTES_MAX {
            return Err(FileFault::TooLarge(bytes.len() / 1024 / 1024));
        }
        if bytes.starts_with(b"PK\x03\x04") {
            let sheet = xlsx::Sheet::read(bytes)?;
            return Self::of(Rows::Xlsx(sheet));
        }
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(FileFault::OldSpreadsheet);
        }
        Self::of(Rows::Csv(csv::Text::read(bytes)?))
    }

    fn of(rows: Rows) -> Result<Self, FileFault> {
        let header = match &rows {
            Rows::Csv(text) => text.header(),
            Rows::Xlsx(sheet) => sheet.header(),
        };
        let (columns, ignored) = columns_of(&header)?;
        let has = |name: &str| columns.contains(&Elements::position(name));
        let list = match (has("task_code") || has("task_handle_item"), has("catalog_code")) {
            (true, _) => List::Implementations,
            (false, true) => List::Items,
            (false, false) => return Err(FileFault::NoCode),
        };
        let mut source = Self { list, ignored, columns, places: Vec::new(), rows };
        source.find_rows()?;
        if source.places.is_empty() { Err(FileFault::NoRows) } else { Ok(source) }
    }

    /// Finds the rows, puts the widest levels first, and marks codes that come again.
    fn find_rows(&mut self) -> Result<(), FileFault> {
        let mut places = Vec::new();
        let mut seen: HashMap<String, u32> = HashMap::new();
        let place_of = |name: &str| {
            let wanted = Elements::position(name);
            self.columns.iter().position(|column| wanted.is_some() && *column == wanted)
        };
        let keys = match self.list {
            List::Items => [place_of("catalog_code"), None],
            List::Implementations => [place_of("task_handle_item"), place_of("task_code")],
        };
        let mut note = |line: u32, at: u32, cell: &dyn Fn(usize) -> String| {
            if places.len() >= ROWS_MAX {
                return Err(FileFault::TooManyRows);
            }
            let mut texts = keys.iter().flatten().map(|column| cell(*column).trim().to_ascii_uppercase());
            let key = texts.find(|text| !text.is_empty()).unwrap_or_default();
            let level = key.as_bytes().get(18).copied().unwrap_or_default();
            let twice = if key.is_empty() { 0 } else { *seen.entry(key).or_insert(line) };
            places.push(Place { line, twice: if twice == line { 0 } else { twice }, level, at });
            Ok(())
        };
        match &self.rows {
            Rows::Csv(text) => text.each(&mut note)?,
            Rows::Xlsx(sheet) => sheet.each(&mut note)?,
        }
        places.sort_by_key(|place| (place.level, place.at)); // stable for equal lines there are none
        self.places = places;
        Ok(())
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// Up to `count` rows from one on, in the order in which they are dealt with.
    pub(crate) fn rows(&self, from: usize, count: usize) -> Vec<(Place, Cells)> {
        let places = self.places.iter().skip(from).take(count);
        let row = |place: &Place| {
            let cells = match &self.rows {
                Rows::Csv(text) => text.cells(place.at),
                Rows::Xlsx(sheet) => sheet.cells(place.at, self.columns.len()),
            };
            let found = cells.len();
            (*place, if found == self.columns.len() { Ok(cells) } else { Err(found) })
        };
        places.map(row).collect()
    }

    /// How many columns the header has.
    pub(crate) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The element of each column; nothing for one that is ignored.
    pub(crate) fn columns(&self) -> &[Option<usize>] {
        &self.columns
    }
}

fn columns_of(header: &[String]) -> Result<(Vec<Option<usize>>, Vec<String>), FileFault> {
    let columns: Vec<Option<usize>> = header.iter().map(|name| Elements::position(name)).collect();
    if columns.iter().all(Option::is_none) {
        let first = header.first().cloned().unwrap_or_default();
        let other = ['\t', ';', '|'].into_iter().find(|separator| {
            header.iter().any(|cell| cell.split(*separator).any(|name| Elements::position(name).is_some()))
        });
        let shown: String = first.chars().take(40).collect();
        return Err(other.map_or(FileFault::NoHeader(shown), FileFault::Delimiter));
    }
    for (index, column) in columns.iter().enumerate() {
        if column.is_some() && columns[..index].contains(column) {
            return Err(FileFault::ColumnTwice(header[index].clone()));
        }
    }
    let unknown =
        header.iter().zip(&columns).filter(|(name, column)| column.is_none() && !name.trim().is_empty());
    let ignored = unknown.map(|(name, _)| name.trim().to_owned()).collect();
    Ok((columns, ignored))
}

#[cfg(test)]
mod tests;
