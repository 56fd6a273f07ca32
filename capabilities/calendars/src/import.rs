//! Bringing a calendar in and putting it in force: shown first, checked strictly, told to every open case.

use identity::{ActKind, NewAct, record_act_of};
use kernel::{Actor, FieldError, Message, Refusal, Timestamp};
use legal_time::{CalendarData, CalendarFile, DataDiff, DataFault};
use store::Tx;

use crate::record::{self, InForce};

mod fault;

/// Longest text of a source and of a word.
const TEXT_CHARS_MAX: usize = 300;
/// Longest name of a version.
const VERSION_CHARS_MAX: usize = 60;

/// A calendar to be brought in.
#[derive(Debug, Clone, Default)]
pub struct NewCalendar {
    /// The file: one year, laid over the calendar in force, or a whole calendar.
    pub content: String,
    /// Its version; made from the years when left out.
    pub version: Option<String>,
    /// Where it comes from, as people are told; what the file says when left out.
    pub source: Option<String>,
    /// Why, when it has been in force before.
    pub word: Option<String>,
    /// The turn of the calendar against which the difference was shown. Another one is a conflict.
    pub expected_turn: Option<i64>,
}

/// What would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The calendar in force.
    pub in_force: String,
    /// Its turn.
    pub turn: i64,
    /// The version that would be in force.
    pub version: String,
    /// Where it comes from.
    pub source: String,
    /// The difference.
    pub diff: DataDiff,
    /// Open cases that would be looked at; at most 100,000 are counted.
    pub open_cases: i64,
    /// It has been in force before: going back needs a word.
    pub needs_word: bool,
    data: CalendarData,
    is_known: bool,
}

/// A calendar was put in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Its version.
    pub version: String,
    /// Number of the run over the open cases.
    pub run: i64,
}

/// Why a calendar was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The data break rules, each with its field.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Data(Vec<DataFault>),
    /// The version is no plain word.
    #[error("version: letters, digits, dots and hyphens, at most {VERSION_CHARS_MAX}")]
    BadVersion,
    /// Another calendar has this version.
    #[error("version: {0} is another calendar already")]
    VersionTaken(String),
    /// People are told where a calendar comes from.
    #[error("source: say where the calendar comes from, in at most {TEXT_CHARS_MAX} characters")]
    SourceMissing,
    /// The calendar in force says the same.
    #[error("nothing differs from the calendar in force")]
    NothingNew,
    /// It has been in force before, and going back is done knowingly.
    #[error("word: calendar {0} has been in force before; say why it shall be again")]
    NeedsWord(String),
    /// The word is too long.
    #[error("word: at most {TEXT_CHARS_MAX} characters")]
    WordTooLong,
    /// Somebody else has put another calendar in force meanwhile.
    #[error("another calendar was put in force meanwhile")]
    Overtaken,
    /// There is no such calendar.
    #[error("no such calendar")]
    NotFound,
    /// The run over the open cases could not be planned.
    #[error(transparent)]
    Case(#[from] cases::CaseError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Data(faults) => {
                let field = |fault: DataFault| FieldError::new(fault.field.clone(), fault::message(&fault));
                Self::Invalid(faults.into_iter().map(field).collect())
            }
            ImportError::BadVersion => Self::field("version", Message::new("calendars-bad-version")),
            ImportError::VersionTaken(version) => {
                Self::field("version", Message::new("calendars-version-taken").with("version", version))
            }
            ImportError::SourceMissing => Self::field("source", Message::new("calendars-source-missing")),
            ImportError::NothingNew => Self::conflict("calendars-nothing-new"),
            ImportError::NeedsWord(version) => {
                Self::field("word", Message::new("calendars-needs-word").with("version", version))
            }
            ImportError::WordTooLong => Self::field("word", Message::new("calendars-word-too-long")),
            ImportError::Overtaken => Self::conflict("calendars-overtaken"),
            ImportError::NotFound => Self::NotFound,
            ImportError::Case(error) => error.into(),
            ImportError::Store(error) => error.into(),
        }
    }
}

/// Who brings a calendar in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Importer {
    /// Actor reference.
    pub reference: String,
    /// As shown.
    pub name: String,
}

impl Importer {
    /// The operator at the command line of the machine.
    pub fn operator() -> Self {
        Self { reference: Actor::System.reference(), name: "tongban calendar".into() }
    }

    /// A member of staff.
    pub fn staff(staff: &kernel::StaffActor) -> Self {
        Self { reference: Actor::Staff(staff.clone()).reference(), name: staff.shown_as.clone() }
    }

    pub(crate) fn parts(&self) -> (&str, &str) {
        (&self.reference, &self.name)
    }
}

/// What a file would change, or every reason why it may not.
pub async fn preview(tx: &mut Tx, new: &NewCalendar) -> Result<Preview, ImportError> {
    let file = CalendarFile::read(&new.content).map_err(ImportError::Data)?;
    let in_force = record::in_force(tx).await?;
    let data = if file.is_whole { file.data } else { in_force.calendar.data.overlaid(&file.data) };
    if data == in_force.calendar.data {
        return Err(ImportError::NothingNew);
    }
    // The same data under another name are the calendar that is known.
    if let Some(version) = record::version_of(tx, &data).await? {
        return preview_known(tx, &in_force, &version).await;
    }
    let faults = data.faults_after(&in_force.calendar.data);
    if !faults.is_empty() {
        return Err(ImportError::Data(faults));
    }
    let named = new.version.as_deref().or(file.version.as_deref()).filter(|version| !version.is_empty());
    let version = match named {
        Some(version) if record::find(tx, version).await?.is_some() => {
            return Err(ImportError::VersionTaken(version.to_owned()));
        }
        Some(version) if is_plain(version) => version.to_owned(),
        Some(_) => return Err(ImportError::BadVersion),
        None => next_version(tx, &data).await?,
    };
    let source = new.source.as_deref().or(file.source.as_deref()).unwrap_or_default().trim();
    if source.is_empty() || source.chars().count() > TEXT_CHARS_MAX || source.chars().any(char::is_control) {
        return Err(ImportError::SourceMissing);
    }
    let stored = record::StoredCalendar {
        number: 0,
        version,
        source: source.to_owned(),
        imported_at: Timestamp::UNIX_EPOCH,
        imported_name: String::new(),
        data,
    };
    Ok(Preview { is_known: false, ..compare(tx, &in_force, stored, false).await? })
}

fn is_plain(version: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    version.len() <= VERSION_CHARS_MAX && version.bytes().all(plain)
}

/// `china-2018-2027.1`: the announced years and the first number that is free.
async fn next_version(tx: &mut Tx, data: &CalendarData) -> Result<String, store::Error> {
    let (first, last) = data.announced_years().unwrap_or_default();
    let mut number = 1;
    loop {
        let version = format!("china-{first}-{last}.{number}");
        if record::find(tx, &version).await?.is_none() {
            return Ok(version);
        }
        number += 1;
    }
}

/// What putting a calendar in force that is kept here would change.
pub async fn preview_version(tx: &mut Tx, version: &str) -> Result<Preview, ImportError> {
    let in_force = record::in_force(tx).await?;
    preview_known(tx, &in_force, version).await
}

async fn preview_known(tx: &mut Tx, in_force: &InForce, version: &str) -> Result<Preview, ImportError> {
    let stored = record::find(tx, version).await?.ok_or(ImportError::NotFound)?;
    if stored.version == in_force.calendar.version {
        return Err(ImportError::NothingNew);
    }
    let was_in_force = !record::turns(tx, version).await?.is_empty();
    // One that came with a newer program and was never in force passes the same rules as a new one.
    if !was_in_force {
        let faults = stored.data.faults_after(&in_force.calendar.data);
        if !faults.is_empty() {
            return Err(ImportError::Data(faults));
        }
    }
    compare(tx, in_force, stored, was_in_force).await
}

async fn compare(
    tx: &mut Tx,
    in_force: &InForce,
    next: record::StoredCalendar,
    needs_word: bool,
) -> Result<Preview, ImportError> {
    Ok(Preview {
        in_force: in_force.calendar.version.clone(),
        turn: in_force.turn,
        diff: in_force.calendar.data.diff(&next.data),
        version: next.version,
        source: next.source,
        open_cases: cases::count_open(tx).await?,
        needs_word,
        data: next.data,
        is_known: true,
    })
}

/// Brings a calendar in and puts it in force; going over the open cases is planned in the same transaction.
pub async fn import(
    tx: &mut Tx,
    by: &Importer,
    new: &NewCalendar,
    now: Timestamp,
) -> Result<Imported, ImportError> {
    let preview = preview(tx, new).await?;
    if !preview.is_known {
        let (version, source) = (&preview.version, &preview.source);
        let kept = record::insert(tx, version, source, &preview.data, by.parts(), now).await;
        kept.map_err(overtaken)?;
    }
    turn(tx, by, preview, new.word.as_deref(), new.expected_turn, now).await
}

/// Puts a calendar in force that is kept here already.
pub async fn put_in_force(
    tx: &mut Tx,
    by: &Importer,
    version: &str,
    word: Option<&str>,
    expected_turn: Option<i64>,
    now: Timestamp,
) -> Result<Imported, ImportError> {
    let preview = preview_version(tx, version).await?;
    turn(tx, by, preview, word, expected_turn, now).await
}

async fn turn(
    tx: &mut Tx,
    by: &Importer,
    preview: Preview,
    word: Option<&str>,
    expected_turn: Option<i64>,
    now: Timestamp,
) -> Result<Imported, ImportError> {
    if expected_turn.is_some_and(|expected| expected != preview.turn) {
        return Err(ImportError::Overtaken);
    }
    let word = word.unwrap_or_default().trim();
    if word.chars().count() > TEXT_CHARS_MAX {
        return Err(ImportError::WordTooLong);
    }
    if preview.needs_word && word.is_empty() {
        return Err(ImportError::NeedsWord(preview.version));
    }
    let next = preview.turn + 1;
    let put = record::insert_turn(tx, next, &preview.version, by.parts(), word, now).await;
    put.map_err(overtaken)?;
    let act = NewAct::new(ActKind::CalendarPut, None, format!("calendar:{}", preview.version)).because(word);
    record_act_of(tx, &by.reference, &by.name, act, now).await?;
    let run = cases::plan_reevaluation(tx, &preview.version, now).await?;
    tracing::info!(calendar = preview.version, run, by = by.reference, "calendar put in force");
    Ok(Imported { version: preview.version, run })
}

/// Of two who come at the same moment the database lets one through.
fn overtaken(error: store::Error) -> ImportError {
    if error.is_unique_violation() { ImportError::Overtaken } else { error.into() }
}

/// Keeps the calendar that came with the program. On the very first start it is put in force; later that is for the
/// administration to do, because theirs may be the newer one.
pub(crate) async fn seed(tx: &mut Tx, now: Timestamp) -> Result<(), store::Error> {
    let by = Importer { reference: Actor::System.reference(), name: String::new() };
    let version = legal_time::CHINA_VERSION;
    if record::find(tx, version).await?.is_none() {
        record::insert(tx, version, SEED_SOURCE, &CalendarData::china(), by.parts(), now).await?;
    }
    match record::turn_in_force(tx).await? {
        None => record::insert_turn(tx, 1, version, by.parts(), "", now).await,
        Some((_, in_force)) if in_force != version && record::turns(tx, version).await?.is_empty() => {
            tracing::info!(
                calendar = version,
                in_force,
                "a calendar came with the program; /admin/calendars shows it"
            );
            Ok(())
        }
        Some(_) => Ok(()),
    }
}

/// The notices whose addresses stand in the data.
const SEED_SOURCE: &str = "国务院办公厅关于部分节假日安排的通知（2018年至2026年）";
