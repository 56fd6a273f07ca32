//! The directory list and the implementation lists (目录清单、实施清单): what may be asked for at all, and how each body
//! carries it out. Rows come in as CSV or XLSX, every one is checked against the rules of GB/T 39554 and of the documents
//! named in `rules`, and a changed row keeps its earlier editions.
//!
//! Items that are handled here are packages; these lists say what is done anywhere. `docs/directory.md` explains both.

mod element;
mod elements;
mod export;
mod finder;
mod generate;
mod import;
mod marks;
mod pages;
mod parts;
mod read;
mod record;
mod rules;
mod sheet;
mod source;
#[cfg(test)]
mod tests;

pub use element::{Codes, Element, Kind};
pub use elements::{ELEMENTS, Elements};
pub use export::{ExportError, Exported, export};
pub use finder::Finder;
pub(crate) use finder::ListHit;
pub use generate::{generate_implementations, generate_items};
pub use import::{
    IMPORT_JOB, Import, ImportCounts, ImportError, ImportState, ImportedBy, Outcome, ReportRow, discard,
    find as find_import, list as list_imports, names_file, report, start, start_run, work, work_through,
};
pub use pages::{Room, report_cells, report_head, routes};
pub use parts::{ListedFee, ListedIntermediary, ListedMaterial, ListedQuestion};
pub use record::Listed;
pub use rules::{Finding, RowRule};
pub use sheet::Format;
pub use source::{FileFault, List};
