//! `tongban scenarios`: plays the scenarios of service packages.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use tongban::cast::Cast;
use tongban::platform::{Platform, Settings};
use tongban::scenario::{Extent, FrozenClock, Player, Scenario, beijing};

use crate::cli::runtime;
use crate::say;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A folder with packages, or one package.
    #[arg(default_value_os_t = crate::all_packages())]
    path: PathBuf,
    /// Play on this database instead of a SQLite file of their own. On PostgreSQL a schema is made and dropped.
    #[arg(long)]
    database: Option<String>,
    /// Cast file; cast.yaml in the folder or above it when left out.
    #[arg(long)]
    cast: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let cast = match &arguments.cast {
        Some(path) => Cast::read(path)?,
        None => Cast::near(&arguments.path)?,
    };
    runtime()?.block_on(play_all(arguments, &cast))
}

async fn play_all(arguments: &Arguments, cast: &Cast) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir()?;
    let schema = format!("scenarios_{}", hex_name());
    let database = match &arguments.database {
        Some(url) if url.starts_with("postgres") => {
            store::schema::make(url, &schema).await?;
            let joint = if url.contains('?') { '&' } else { '?' };
            format!("{url}{joint}schema={schema}")
        }
        Some(url) => url.clone(),
        None => format!("sqlite:{}", folder.path().join("scenarios.db").display()),
    };
    let played = play_on(arguments, cast, folder.path(), database).await;
    if let Some(url) = arguments.database.as_ref().filter(|url| url.starts_with("postgres")) {
        store::schema::remove(url, &schema).await?;
    }
    let (passed, failed) = played?;
    say!("{passed} passed, {failed} failed");
    Ok(if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn play_on(
    arguments: &Arguments,
    cast: &Cast,
    folder: &Path,
    database: String,
) -> anyhow::Result<(usize, usize)> {
    let start = beijing("2026-01-01 00:00").context("start")?;
    let clock = FrozenClock::at(start);
    let settings = Settings {
        database,
        folder: folder.to_owned(),
        packages: arguments.path.clone(),
        passphrase: "scenarios are played here".into(),
        public_url: "http://127.0.0.1:8080".into(),
        web: web::WebConfig { secure_cookies: false, demo: true, ..web::WebConfig::default() },
        passwords: identity::Strength::CHEAP,
        strong_factor_roles: std::collections::BTreeSet::new(),
        upstreams: Vec::new(),
        certificates_from: beijing("2018-01-01 00:00").context("start")?,
        witnessing: tongban::ledger::Witnessing::default(),
        senders: messages::SenderSettings::default(),
    };
    let platform = Platform::open(&settings, clock.clock()).await?;
    let mut tx = platform.db.begin().await?;
    let imported = cast.import(&mut tx, &platform.identity, start, |_login| None).await?;
    tx.commit().await?;
    platform.refresh_bodies().await?;
    let player = Player::new(&platform, clock, cast, &imported).with_doubles();
    let (mut passed, mut failed) = (0, 0);
    for package in platform.library().playable() {
        for file in Scenario::files(std::path::Path::new(&package.folder))? {
            let name = file.strip_prefix(&arguments.path).unwrap_or(&file).display().to_string();
            let played = match Scenario::read(&file) {
                Ok(scenario) => player.play(package, &scenario, Extent::Whole).await.map(|_case| ()),
                Err(error) => Err(error.to_string()),
            };
            match played {
                Ok(()) => {
                    passed += 1;
                    say!("ok      {name}");
                }
                Err(what) => {
                    failed += 1;
                    say!("FAILED  {name}: {what}");
                }
            }
        }
    }
    platform.db.close().await;
    Ok((passed, failed))
}

fn hex_name() -> String {
    guomi::random_bytes::<6>().iter().fold(String::new(), |name, byte| format!("{name}{byte:02x}"))
}
