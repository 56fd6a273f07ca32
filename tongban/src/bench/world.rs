//! The platform that is measured: its folder, its people, their visits, and the program itself as a child process.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use identity::Subject;
use store::schema;

use super::people::{self, County, People};
use crate::platform::{Platform, Settings};
use crate::scenario::{FrozenClock, beijing};

/// Where to measure.
#[derive(Debug, Clone)]
pub struct Place {
    /// A folder for everything; one that goes away afterwards when left out.
    pub folder: Option<PathBuf>,
    /// `postgres://…`; SQLite in the folder when left out. A schema is made in it and dropped.
    pub database: Option<String>,
    /// The program to be measured.
    pub program: PathBuf,
}

const PACKAGE: [(&str, &str); 4] = [
    ("item.yaml", include_str!("package/item.yaml")),
    ("process.yaml", include_str!("package/process.yaml")),
    ("licences.yaml", include_str!("package/licences.yaml")),
    ("form.schema.json", include_str!("package/form.schema.json")),
];
const PASSPHRASE: &str = "measuring is done here";
const SCHEMA: &str = "tongban_bench";
/// As many as never wait for each other.
const APPLICANTS: u16 = 600;

/// The folder and database of a measurement.
pub(super) struct World {
    pub(super) folder: PathBuf,
    pub(super) people: People,
    pub(super) clock: web::Clock,
    settings: Settings,
    program: PathBuf,
    schema_in: Option<String>,
    _goes_away: Option<tempfile::TempDir>,
}

/// The bearer tokens of a county's clerks.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) division: &'static str,
    pub(super) acceptance: String,
    pub(super) premises: String,
    pub(super) hygiene: String,
    pub(super) decision: String,
}

/// Everybody's visits.
#[derive(Debug, Clone)]
pub(super) struct Visits {
    pub(super) desks: Arc<[Desk]>,
    pub(super) applicants: Arc<[String]>,
}

impl World {
    /// Makes the folder, the database with all tables, and the people.
    pub(super) async fn make(place: &Place, clock: web::Clock) -> anyhow::Result<Self> {
        let (folder, goes_away) = if let Some(folder) = &place.folder {
            anyhow::ensure!(!folder.exists(), "{} is there already", folder.display());
            (folder.clone(), None)
        } else {
            let made = tempfile::tempdir()?;
            (made.path().to_owned(), Some(made))
        };
        let packages = folder.join("packages");
        std::fs::create_dir_all(packages.join("bench"))?;
        for (name, text) in PACKAGE {
            std::fs::write(packages.join("bench").join(name), text)?;
        }
        let database = match &place.database {
            None => format!("sqlite:{}", folder.join("tongban.db").display()),
            Some(url) => {
                schema::remove(url, SCHEMA).await?;
                schema::make(url, SCHEMA).await?;
                format!("{url}{}schema={SCHEMA}", if url.contains('?') { '&' } else { '?' })
            }
        };
        let settings = Settings {
            database,
            packages,
            passphrase: PASSPHRASE.into(),
            public_url: "http://127.0.0.1".into(),
            web: web::WebConfig { secure_cookies: false, demo: true, ..web::WebConfig::default() },
            passwords: identity::Strength::CHEAP,
            strong_factor_roles: std::collections::BTreeSet::new(),
            upstreams: Vec::new(),
            certificates_from: beijing("2018-01-01 00:00").context("start")?,
            witnessing: crate::ledger::Witnessing::default(),
            senders: messages::SenderSettings::default(),
            folder: folder.clone(),
        };
        let platform = Platform::open(&settings, clock.clone()).await?;
        let mut tx = platform.db.begin().await?;
        let people = people::bring_in(&mut tx, &platform.identity, clock(), APPLICANTS).await?;
        tx.commit().await?;
        platform.db.close().await;
        Ok(Self {
            folder,
            people,
            clock,
            settings,
            program: place.program.clone(),
            schema_in: place.database.clone(),
            _goes_away: goes_away,
        })
    }

    /// The platform inside this process, on the machine's clock.
    pub(super) async fn platform(&self) -> anyhow::Result<Platform> {
        Platform::open(&self.settings, self.clock.clone()).await
    }

    /// The platform inside this process, on a clock that stands until it is set.
    pub(super) async fn platform_at(&self, clock: &FrozenClock) -> anyhow::Result<Platform> {
        Platform::open(&self.settings, clock.clock()).await
    }

    /// Opens a visit for everybody: nobody signs in while it is measured.
    pub(super) async fn visits(&self) -> anyhow::Result<Visits> {
        let platform = self.platform().await?;
        let now = (self.clock)();
        let mut tx = platform.db.begin().await?;
        let mut desks = Vec::new();
        for County { division, acceptance, premises, hygiene, decision } in &self.people.counties {
            let mut tokens = Vec::new();
            for staff in [acceptance, premises, hygiene, decision] {
                let opened = identity::open_session_for(&mut tx, Subject::Staff(*staff), now).await?;
                tokens.push(opened.token.reveal());
            }
            let mut tokens = tokens.into_iter();
            let mut next = || tokens.next().unwrap_or_default();
            desks.push(Desk {
                division,
                acceptance: next(),
                premises: next(),
                hygiene: next(),
                decision: next(),
            });
        }
        let mut applicants = Vec::new();
        for person in &self.people.applicants {
            let opened = identity::open_session_for(&mut tx, Subject::Person(*person), now).await?;
            applicants.push(opened.token.reveal());
        }
        tx.commit().await?;
        platform.db.close().await;
        Ok(Visits { desks: desks.into(), applicants: applicants.into() })
    }

    /// Bytes of the database on the disk, as far as the folder shows them.
    pub(super) fn database_bytes(&self) -> Option<u64> {
        if self.schema_in.is_some() {
            return None;
        }
        let sizes = ["tongban.db", "tongban.db-wal"].map(|name| std::fs::metadata(self.folder.join(name)));
        Some(sizes.into_iter().flatten().map(|about| about.len()).sum())
    }

    /// The address of a database of its own beside the measured one.
    pub(super) async fn database_beside(&self, name: &str) -> anyhow::Result<String> {
        let Some(url) = &self.schema_in else {
            return Ok(format!("sqlite:{}", self.folder.join(format!("{name}.db")).display()));
        };
        let schema = format!("{SCHEMA}_{name}");
        schema::remove(url, &schema).await?;
        schema::make(url, &schema).await?;
        Ok(format!("{url}{}schema={schema}", if url.contains('?') { '&' } else { '?' }))
    }

    /// Starts the program on this folder, as an operator would.
    pub(super) async fn serve(&self) -> anyhow::Result<Server> {
        self.serve_at(free_address()?).await
    }

    /// The same at an address that is known already.
    pub(super) async fn serve_at(&self, address: SocketAddr) -> anyhow::Result<Server> {
        let passphrase = self.folder.join("passphrase");
        std::fs::write(&passphrase, PASSPHRASE)?;
        let config = serde_json::json!({
            "server": { "listen": address.to_string(), "public_url": format!("http://{address}") },
            "data": {
                "folder": self.folder,
                "database": self.settings.database,
                "packages": self.settings.packages,
                "passphrase_file": passphrase,
            },
            // Clerks of the measurement sign in without a second factor.
            "identity": { "strong_factor_roles": [] },
            "log": { "format": "json", "filter": "info" },
        });
        let path = self.folder.join("tongban.toml");
        std::fs::write(&path, toml::to_string(&config)?)?;
        Server::start(&self.program, &path, address, &self.folder.join("server.log")).await
    }

    /// Drops what was made outside the folder.
    pub(super) async fn clear(&self) -> anyhow::Result<()> {
        if let Some(url) = &self.schema_in {
            schema::remove(url, SCHEMA).await?;
            schema::remove(url, &format!("{SCHEMA}_bare")).await?;
        }
        Ok(())
    }
}

/// A port that was free a moment ago.
pub(super) fn free_address() -> anyhow::Result<SocketAddr> {
    let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    Ok(TcpListener::bind(any)?.local_addr()?)
}

/// The running program; dropping it ends it.
pub(super) struct Server {
    child: Child,
    pub(super) address: SocketAddr,
}

/// A database of a million cases is opened in this time.
const STARTS_WITHIN: Duration = Duration::from_mins(2);

impl Server {
    async fn start(program: &Path, config: &Path, address: SocketAddr, log: &Path) -> anyhow::Result<Self> {
        let lines = File::options().create(true).append(true).open(log)?;
        let child = Command::new(program)
            .arg("serve")
            .arg("--config")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(lines)
            .spawn()
            .with_context(|| program.display().to_string())?;
        let mut server = Self { child, address };
        let started = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            let ended = server.child.try_wait()?;
            anyhow::ensure!(ended.is_none(), "the program ended at once; see {}", log.display());
            anyhow::ensure!(started.elapsed() < STARTS_WITHIN, "the program does not answer on {address}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(server)
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a power cut would: nothing is told to it.
    pub(super) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Tells it to stop and waits until it has.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        anyhow::ensure!(told.success(), "the program could not be told to stop");
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the program ended with {status}");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _gone_already = self.child.wait();
    }
}
