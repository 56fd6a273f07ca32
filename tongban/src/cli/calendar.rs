//! `tongban calendar`: brings calendars of working days into a platform, lists, shows and compares them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use calendars::{ImportError, Importer, NewCalendar, StoredCalendar};
use clap::Subcommand;
use legal_time::{CalendarData, CalendarFile, DataDiff, DayKind};
use store::page::PageRequest;
use tongban::config::Config;
use tongban::platform::Platform;

use crate::cli::{runtime, serve};
use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check a calendar file, put it in force and have all open cases counted anew.
    Import {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// One year of the holiday-cn form, laid over the calendar in force, or a whole calendar.
        file: PathBuf,
        /// Where it comes from: name and number of the notice. Applicants are told.
        #[arg(long)]
        source: Option<String>,
        /// Its version; made from the years when left out.
        #[arg(long)]
        version: Option<String>,
        /// Why, when this calendar has been in force before.
        #[arg(long)]
        word: Option<String>,
        /// Only check it and say what would change.
        #[arg(long)]
        preview: bool,
    },
    /// Put a calendar in force that is kept here already.
    Use {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// Its version.
        version: String,
        /// Why, when it has been in force before.
        #[arg(long)]
        word: Option<String>,
    },
    /// List the calendars, newest first; the one in force is marked.
    List {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Print a calendar as a file that `import` takes.
    Show {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// Its version; the one in force when left out.
        version: Option<String>,
    },
    /// Say what the second calendar says differently.
    Diff {
        /// Config file of the platform; not needed for two files.
        #[arg(long)]
        config: Option<PathBuf>,
        /// A version, or a file.
        first: String,
        /// A version, or a file.
        second: String,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    runtime()?.block_on(async {
        match command {
            Command::Import { config, file, source, version, word, preview } => {
                let content = read(file)?;
                let new = NewCalendar {
                    content,
                    version: version.clone(),
                    source: source.clone(),
                    word: word.clone(),
                    expected_turn: None,
                };
                import(config, &new, *preview).await
            }
            Command::Use { config, version, word } => put(config, version, word.as_deref()).await,
            Command::List { config } => list(config).await,
            Command::Show { config, version } => show(config, version.as_deref()).await,
            Command::Diff { config, first, second } => diff(config.as_deref(), first, second).await,
        }
    })
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

async fn open(config: &Path) -> anyhow::Result<Platform> {
    let config = Config::read(config, std::env::vars())?;
    Platform::open(&serve::settings(&config)?, serve::machine_clock()).await
}

/// A calendar that breaks a rule is the user's to mend: every fault on a line of its own, and code 1.
fn refused<T>(outcome: Result<T, ImportError>) -> anyhow::Result<Result<T, ExitCode>> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(error @ (ImportError::Store(_) | ImportError::Case(_))) => Err(error.into()),
        Err(refusal) => {
            refusal.to_string().lines().for_each(|line| say!("{line}"));
            Ok(Err(ExitCode::from(1)))
        }
    }
}

async fn import(config: &Path, new: &NewCalendar, only_preview: bool) -> anyhow::Result<ExitCode> {
    let platform = open(config).await?;
    let mut tx = platform.db.begin().await?;
    let preview = match refused(calendars::preview(&mut tx, new).await)? {
        Ok(preview) => preview,
        Err(code) => return Ok(code),
    };
    say!("{} -> {}", preview.in_force, preview.version);
    print_diff(&preview.diff);
    say!("{} open cases are counted anew", preview.open_cases);
    if only_preview {
        return Ok(ExitCode::SUCCESS);
    }
    let now = (platform.clock)();
    match refused(calendars::import(&mut tx, &Importer::operator(), new, now).await)? {
        Ok(imported) => {
            tx.commit().await?;
            say!(
                "{} is in force; run {} goes over the open cases while the platform serves",
                imported.version,
                imported.run
            );
            platform.db.close().await;
            Ok(ExitCode::SUCCESS)
        }
        Err(code) => Ok(code),
    }
}

async fn put(config: &Path, version: &str, word: Option<&str>) -> anyhow::Result<ExitCode> {
    let platform = open(config).await?;
    let mut tx = platform.db.begin().await?;
    let (by, now) = (Importer::operator(), (platform.clock)());
    match refused(calendars::put_in_force(&mut tx, &by, version, word, None, now).await)? {
        Ok(put) => {
            tx.commit().await?;
            say!(
                "{} is in force; run {} goes over the open cases while the platform serves",
                put.version,
                put.run
            );
            platform.db.close().await;
            Ok(ExitCode::SUCCESS)
        }
        Err(code) => Ok(code),
    }
}

async fn list(config: &Path) -> anyhow::Result<ExitCode> {
    let platform = open(config).await?;
    let mut tx = platform.db.snapshot().await?;
    let in_force = calendars::in_force(&mut tx).await?.calendar.version;
    let mut request = PageRequest::default();
    loop {
        let page = calendars::list(&mut tx, &request).await?;
        for stored in &page.items {
            let mark = if stored.version == in_force { '*' } else { ' ' };
            let (first, last) = stored.data.announced_years().unwrap_or_default();
            say!("{mark} {}  {first}-{last}  {}  {}", stored.version, stored.imported_at, stored.source);
        }
        request.after = page.next;
        if request.after.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

async fn show(config: &Path, version: Option<&str>) -> anyhow::Result<ExitCode> {
    let platform = open(config).await?;
    let StoredCalendar { version, source, data, .. } = stored(&platform, version).await?;
    say!("{}", data.to_file(Some(&version), Some(&source)));
    Ok(ExitCode::SUCCESS)
}

async fn stored(platform: &Platform, version: Option<&str>) -> anyhow::Result<StoredCalendar> {
    let mut tx = platform.db.snapshot().await?;
    match version {
        Some(version) => {
            calendars::find(&mut tx, version).await?.with_context(|| format!("no calendar {version}"))
        }
        None => Ok(calendars::in_force(&mut tx).await?.calendar),
    }
}

async fn diff(config: Option<&Path>, first: &str, second: &str) -> anyhow::Result<ExitCode> {
    let platform = match config {
        Some(config) => Some(open(config).await?),
        None => None,
    };
    let (first, second) = (data(platform.as_ref(), first).await?, data(platform.as_ref(), second).await?);
    print_diff(&first.diff(&second));
    Ok(ExitCode::SUCCESS)
}

async fn data(platform: Option<&Platform>, name: &str) -> anyhow::Result<CalendarData> {
    if Path::new(name).is_file() {
        let faults = |faults: Vec<legal_time::DataFault>| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{name}:\n{}", lines.join("\n"))
        };
        return Ok(CalendarFile::read(&read(Path::new(name))?).map_err(faults)?.data);
    }
    let platform = platform.with_context(|| format!("{name} is no file; a version needs --config"))?;
    Ok(stored(platform, Some(name)).await?.data)
}

fn print_diff(diff: &DataDiff) {
    if diff.is_empty() {
        say!("no day differs");
    }
    for year in &diff.announced {
        say!("+ {} announced: {} working days", year.year, year.working_days);
        for day in &year.days {
            say!("    {} {} {}", day.date, if day.is_off { "off" } else { "worked" }, day.name);
        }
    }
    diff.lost.iter().for_each(|year| say!("- {year} becomes unknown"));
    for change in &diff.days {
        say!("  {}: {} -> {}", change.day, kind(&change.before), kind(&change.after));
    }
}

fn kind(kind: &DayKind) -> String {
    match kind {
        DayKind::Working => "working day".into(),
        DayKind::MakeUp(name) => format!("worked in exchange ({name})"),
        DayKind::Weekend => "weekend".into(),
        DayKind::Holiday(name) => format!("off ({name})"),
    }
}
