//! `tongban directory`: brings in what a platform knows before it starts work: bodies, staff and persons from a file of the
//! form of packages/cast.yaml, and the lists of items (目录清单、实施清单) as CSV or XLSX; takes the lists out again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use catalogue::directory::{self, Format, Import, ImportError, ImportState, ImportedBy, List};
use clap::{Subcommand, ValueEnum};
use tongban::cast::Cast;
use tongban::config::Config;
use tongban::platform::Platform;
use web::Lang;

use crate::cli::{runtime, serve};
use crate::say;

/// Which list to take out.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Which {
    /// The directory list (目录清单).
    Items,
    /// The implementation lists (实施清单).
    Implementations,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Bring in a file: bodies, staff and persons (.yaml; all of it or nothing, prints each first password once), or a
    /// list of items (.csv, .xlsx; row by row, goes on where it was cut off).
    Import {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// The file.
        file: PathBuf,
        /// Of a list: only say what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Of a list: write what became of each row to this CSV file.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Write a list to a file (.csv, .xlsx) that `import` takes.
    Export {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// Which list.
        list: Which,
        /// The file.
        file: PathBuf,
    },
    /// Write invented lists of any length on the real divisions of Hunan, to try the import out.
    Generate {
        /// How many implementations.
        #[arg(long)]
        rows: usize,
        /// The same seed gives the same rows.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// File of the implementation list (.csv, .xlsx).
        #[arg(long)]
        out: PathBuf,
        /// File of the directory list that belongs to it.
        #[arg(long)]
        items: Option<PathBuf>,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Import { config, file, dry_run, report }
            if Format::of_name(&file.to_string_lossy()).is_some() =>
        {
            runtime()?.block_on(import_list(config, file, *dry_run, report.as_deref()))
        }
        Command::Import { config, file, dry_run, report } => {
            anyhow::ensure!(
                !dry_run && report.is_none(),
                "--dry-run and --report are for lists (.csv, .xlsx)"
            );
            import_cast(config, file)
        }
        Command::Export { config, list, file } => runtime()?.block_on(export(config, *list, file)),
        Command::Generate { rows, seed, out, items } => generate(*rows, *seed, out, items.as_deref()),
    }
}

fn import_cast(config: &Path, file: &Path) -> anyhow::Result<ExitCode> {
    let config = Config::read(config, std::env::vars())?;
    let settings = serve::settings(&config)?;
    let cast = Cast::read(file)?;
    let passwords: BTreeMap<String, String> =
        cast.staff.iter().map(|staff| (staff.login.clone(), first_password())).collect();
    runtime()?.block_on(async {
        let platform = Platform::open(&settings, serve::machine_clock()).await?;
        let mut tx = platform.db.begin().await?;
        let now = (platform.clock)();
        cast.import(&mut tx, &platform.identity, now, |login| passwords.get(login).cloned()).await?;
        tx.commit().await?;
        platform.db.close().await;
        anyhow::Ok(())
    })?;
    passwords.iter().for_each(|(login, password)| say!("{login}  {password}"));
    say!(
        "{} bodies, {} staff, {} persons brought in",
        cast.bodies.len(),
        cast.staff.len(),
        cast.persons.len()
    );
    Ok(ExitCode::SUCCESS)
}

async fn open(config: &Path) -> anyhow::Result<Platform> {
    let config = Config::read(config, std::env::vars())?;
    Platform::open(&serve::settings(&config)?, serve::machine_clock()).await
}

async fn import_list(
    config: &Path,
    file: &Path,
    dry_run: bool,
    report: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let platform = open(config).await?;
    let now = (platform.clock)();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let by = ImportedBy { reference: kernel::Actor::System.reference(), name: String::new() };
    let (db, files) = (&platform.directory.db, &platform.directory.files);
    let started = match directory::start(db, files, &name, bytes, &by, now).await {
        Ok(import) => import,
        // A file that is no list is the user's to mend.
        Err(ImportError::File(fault)) => {
            say!("{fault}");
            return Ok(ExitCode::from(1));
        }
        Err(error) => return Err(error.into()),
    };
    let mut import = started;
    if !import.ignored.is_empty() {
        say!("columns that name no element are left out: {}", import.ignored.join(", "));
    }
    if import.state == ImportState::Running {
        say!("goes on at row {} of {}", import.position, import.rows);
    }
    if import.state == ImportState::Checking && dry_run {
        import = go_on(&platform, &import, now).await?;
    }
    if !dry_run && import.state != ImportState::Running {
        let mut tx = db.begin().await?;
        directory::start_run(&mut tx, import.number, now).await?;
        tx.commit().await?;
        import =
            directory::find_import(&mut db.snapshot().await?, import.number).await?.context("the import")?;
    }
    if !dry_run {
        import = go_on(&platform, &import, now).await?;
    }
    if let Some(report) = report {
        write_report(&platform, import.number, report).await?;
    }
    if dry_run {
        let mut tx = db.begin().await?;
        directory::discard(&mut tx, import.number, now).await?;
        tx.commit().await?;
    }
    platform.db.close().await;
    let counts = import.counts;
    say!(
        "{}: {} new, {} changed, {} unchanged, {} refused, {} flagged",
        if dry_run { "would be" } else { "brought in" },
        counts.new,
        counts.changed,
        counts.unchanged,
        counts.refused,
        counts.flagged
    );
    Ok(if counts.refused > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Deals with every row, and says how far it is every few hundredths of the way.
async fn go_on(platform: &Platform, import: &Import, now: kernel::Timestamp) -> anyhow::Result<Import> {
    let begun = Instant::now();
    let mut told = import.position;
    let mut tell = |at: &Import| {
        if (at.position - told) * 20 >= at.rows {
            told = at.position;
            say!("{} of {} rows, {:.1} s", at.position, at.rows, begun.elapsed().as_secs_f64());
        }
    };
    let room = &platform.directory;
    let done = directory::work_through(&room.db, &room.files, import.number, now, &mut tell).await?;
    say!("{} rows in {:.1} s", done.rows, begun.elapsed().as_secs_f64());
    Ok(done)
}

async fn write_report(platform: &Platform, number: i64, file: &Path) -> anyhow::Result<()> {
    let texts = tongban::platform::texts()?;
    let mut out = csv::Writer::from_path(file).with_context(|| file.display().to_string())?;
    let say = |key: &str| texts.get(Lang::ZhCn, key);
    let tell = |told: &kernel::Message| {
        let values: Vec<(&str, String)> =
            told.args.iter().map(|(name, value)| (*name, value.clone())).collect();
        texts.format(Lang::ZhCn, told.key, &values)
    };
    out.write_record(directory::report_head(say))?;
    let mut after = -1;
    while let Some((position, rows)) =
        directory::report(&mut platform.db.snapshot().await?, number, after).await?
    {
        for row in &rows {
            out.write_record(directory::report_cells(row, say, tell))?;
        }
        after = position;
    }
    Ok(out.flush()?)
}

async fn export(config: &Path, list: Which, file: &Path) -> anyhow::Result<ExitCode> {
    let format = Format::of_name(&file.to_string_lossy()).context("the file must end in .csv or .xlsx")?;
    let list = match list {
        Which::Items => List::Items,
        Which::Implementations => List::Implementations,
    };
    let platform = open(config).await?;
    let mut out = BufWriter::new(File::create(file).with_context(|| file.display().to_string())?);
    let mut exported = directory::export(&platform.db, list, format)?;
    while let Some(piece) = exported.next().await? {
        out.write_all(&piece)?;
    }
    out.flush()?;
    platform.db.close().await;
    Ok(ExitCode::SUCCESS)
}

fn generate(rows: usize, seed: u64, out: &Path, items: Option<&Path>) -> anyhow::Result<ExitCode> {
    let create = |path: &Path| -> anyhow::Result<(Format, BufWriter<File>)> {
        let format = Format::of_name(&path.to_string_lossy()).context("files must end in .csv or .xlsx")?;
        Ok((format, BufWriter::new(File::create(path).with_context(|| path.display().to_string())?)))
    };
    let (format, mut file) = create(out)?;
    let written = directory::generate_implementations(rows, seed, format, &mut file)?;
    file.flush()?;
    say!("{written} implementations in {}", out.display());
    if let Some(path) = items {
        let (format, mut file) = create(path)?;
        let written = directory::generate_items(rows, format, &mut file)?;
        file.flush()?;
        say!("{written} items in {}", path.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// A password that nobody can guess and everybody can type.
pub(crate) fn first_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = guomi::random_bytes::<12>().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
