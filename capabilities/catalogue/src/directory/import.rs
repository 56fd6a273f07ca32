//! Bringing a list in: looked at first without changing anything, then row by row in batches. Rows and the position in the
//! file move in one transaction, so an import that is cut off goes on where it was, and the same file again changes nothing.

use kernel::{Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Db, Files, Tx, jobs};

use super::rules::Finding;
use super::source::{FILE_BYTES_MAX, FileFault, Source};

mod batch;
mod record;

pub use record::{Import, ImportCounts, ImportState, find, list, report};

/// The job that goes on with an import.
pub const IMPORT_JOB: &str = "catalogue.import-list";
/// Rows of one transaction.
pub(crate) const BATCH: usize = 500;
/// Batches of one step of the job; then others have their turn.
const BATCHES_PER_STEP: usize = 40;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Its code was not there.
    New,
    /// Its code was there with other elements.
    Changed,
    /// It says what is there.
    Unchanged,
    /// It breaks a rule; nothing of it was taken.
    Refused,
}

impl Outcome {
    /// The word used in reports and in keys of sentences.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

/// A row of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// Line in the file.
    pub line: u32,
    /// The row's code, as far as it could be read.
    pub code: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Rules that it breaks, and codes that no table knows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// Who brings a list in.
#[derive(Debug, Clone)]
pub struct ImportedBy {
    /// Actor reference.
    pub reference: String,
    /// Name, as shown to the administration.
    pub name: String,
}

/// Why an import does not begin, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read as a list.
    #[error(transparent)]
    File(#[from] FileFault),
    /// There is no import of this number, or it is past that.
    #[error("the import is not in a state for this")]
    State,
    /// Storage says no.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The reading task did not end well.
    #[error("the file could not be read: {0}")]
    Task(String),
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::File(fault) => Self::field("file", fault.message()),
            ImportError::State => Self::conflict("directory-import-moved-on"),
            ImportError::Store(error) => error.into(),
            ImportError::Task(_) => Self::internal(error),
        }
    }
}

/// Reading a file takes a while; requests of others go on meanwhile.
async fn read(bytes: Vec<u8>) -> Result<Source, ImportError> {
    let reading = tokio::task::spawn_blocking(move || Source::read(bytes));
    Ok(reading.await.map_err(|error| ImportError::Task(error.to_string()))??)
}

/// Keeps a file and notes that it is to be looked at. The same file, while it is being dealt with, is the same import.
pub async fn start(
    db: &Db,
    files: &Files,
    file_name: &str,
    bytes: Vec<u8>,
    by: &ImportedBy,
    now: Timestamp,
) -> Result<Import, ImportError> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(FileFault::TooLarge(bytes.len() / 1024 / 1024).into());
    }
    let kept = files.put(bytes.clone()).await?;
    if let Some(import) = record::open_of_file(&mut db.snapshot().await?, &kept.sm3).await? {
        return Ok(import);
    }
    let source = read(bytes).await?;
    let mut tx = db.begin().await?;
    let import = record::insert(&mut tx, &source, file_name, &kept.sm3, by, now).await?;
    tx.commit().await?;
    Ok(import)
}

/// Whether a list that was brought in is this file.
pub async fn names_file(tx: &mut Tx, sm3: &str) -> store::Result<bool> {
    let sql = "select 1 from directory_imports where sm3 = $1 limit 1";
    Ok(tx.fetch_optional(sql, store::vals![sm3]).await?.is_some())
}

/// Takes a file that was looked at over into the lists, from its first row on.
pub async fn start_run(tx: &mut Tx, number: i64, now: Timestamp) -> Result<(), ImportError> {
    if record::to_running(tx, number, now).await? { Ok(()) } else { Err(ImportError::State) }
}

/// Leaves a file that was looked at.
pub async fn discard(tx: &mut Tx, number: i64, now: Timestamp) -> Result<(), ImportError> {
    if record::discard(tx, number, now).await? { Ok(()) } else { Err(ImportError::State) }
}

/// Plans the next step of an import.
pub(crate) async fn plan(tx: &mut Tx, import: &Import, now: Timestamp) -> store::Result<()> {
    let job = jobs::NewJob {
        kind: IMPORT_JOB,
        key: format!("{}:{}:{}", import.number, import.state.as_str(), import.position),
        payload: serde_json::json!({ "number": import.number }),
        run_at: now,
    };
    jobs::enqueue(tx, &job).await.map(|_is_new| ())
}

/// One step of the job: some batches, and the plan of the next step.
pub async fn work(db: &Db, files: &Files, number: i64, now: Timestamp) -> Result<(), ImportError> {
    go_on(db, files, number, now, BATCHES_PER_STEP, &mut |_import| {}).await?;
    let mut tx = db.begin().await?;
    if let Some(import) = record::find(&mut tx, number).await?.filter(|import| import.state.is_going_on()) {
        plan(&mut tx, &import, now).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Goes on until the file is through, and tells after each batch.
pub async fn work_through(
    db: &Db,
    files: &Files,
    number: i64,
    now: Timestamp,
    told: &mut (dyn FnMut(&Import) + Send),
) -> Result<Import, ImportError> {
    go_on(db, files, number, now, usize::MAX, told).await?;
    record::find(&mut db.snapshot().await?, number).await?.ok_or(ImportError::State)
}

async fn go_on(
    db: &Db,
    files: &Files,
    number: i64,
    now: Timestamp,
    batches: usize,
    told: &mut (dyn FnMut(&Import) + Send),
) -> Result<(), ImportError> {
    let import = record::find(&mut db.snapshot().await?, number).await?.ok_or(ImportError::State)?;
    if !import.state.is_going_on() {
        return Ok(());
    }
    let source = read(files.get(&import.sm3).await?).await?;
    let mut import = import;
    if import.state == ImportState::Checking {
        // What holds rows to something may be rows of the same file, which are nowhere yet: looking begins anew.
        import.position = 0;
    }
    let batches = if import.state == ImportState::Checking { usize::MAX } else { batches };
    let mut seen = batch::Seen::default();
    for _ in 0..batches {
        let Some(next) = batch::deal_with(db, &source, &mut seen, &import, now).await? else { return Ok(()) };
        told(&next);
        if !next.state.is_going_on() {
            return Ok(());
        }
        import = next;
    }
    Ok(())
}
