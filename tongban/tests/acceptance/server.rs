//! Starting and ending the program.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The program under test.
pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tongban"))
}

/// The workspace folder, where `packages` lies.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running program; dropping it ends it by its process id.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:port`
    pub(crate) url: String,
}

impl Server {
    /// Starts a command that prints `open URL` or logs `listening` when it is ready.
    pub(crate) fn start(command: &mut Command, port: u16) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let (ready, is_ready) = std::sync::mpsc::channel();
        // The log is read to its end, else the program would block on a full pipe.
        std::thread::spawn(move || {
            let mut line = String::new();
            while log.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                if line.contains("\"listening\"") {
                    let _nobody_waits = ready.send(());
                } else if line.contains("ERROR") || line.contains("panicked") || line.starts_with("tongban:")
                {
                    say(&line);
                }
                line.clear();
            }
        });
        let waited = is_ready.recv_timeout(std::time::Duration::from_mins(2));
        let mut server = Self { child, url };
        assert!(waited.is_ok(), "the program did not start: {:?}", server.child.try_wait());
        server
    }

    /// Ends the program as a power cut would: SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells the program to stop and waits until it has.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _gone_already = self.child.wait();
    }
}

/// An id of the right form that is nobody's.
const NOBODY: &str = "01a1b8c3571771de8a4bbb9f68abb522";

/// A path with something in every parameter; `real` says what, where there is a real thing, by the part of the path
/// before it and the parameter.
pub(crate) fn filled_with<'a>(path: &str, real: impl Fn(&str, &str) -> Option<&'a str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.split('/') {
        parts.push(match (part.find('{'), part.find('}')) {
            (Some(from), Some(to)) => {
                let before = parts.last().map_or("", String::as_str);
                let thing = real(before, &part[from + 1..to]).unwrap_or(NOBODY);
                format!("{}{thing}{}", &part[..from], &part[to + 1..])
            }
            _ => part.to_owned(),
        });
    }
    parts.join("/")
}

/// A path with nobody's id in every parameter.
pub(crate) fn filled(path: &str) -> String {
    filled_with(path, |_before, _parameter| None)
}

#[expect(clippy::print_stderr, reason = "a test tells its reader what it left out or what it saw")]
pub(crate) fn say(sentence: &str) {
    eprintln!("{sentence}");
}

/// A platform folder with the invented cast, made in this process, and a config file for `tongban serve`.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) imported: tongban::cast::Imported,
    pub(crate) config: PathBuf,
    pub(crate) port: u16,
}

/// The password of everybody in a test's cast.
pub(crate) const PASSWORD: &str = "yanshi-2026-mima";

impl Place {
    /// Makes it. `database` of nothing means SQLite in the folder.
    pub(crate) async fn make(database: Option<&str>) -> Self {
        Self::make_with(database, "packages/minzheng").await
    }

    /// Makes it with the service packages of this folder only: what is started again and again should start quickly.
    pub(crate) async fn make_with(database: Option<&str>, packages: &str) -> Self {
        let folder = testkit::folder();
        let port = free_port();
        let mut settings = Self::settings(folder.path(), port, database);
        settings.packages = workspace().join(packages);
        let platform = tongban::platform::Platform::open(&settings, machine_clock()).await.unwrap();
        let cast = tongban::cast::Cast::read(&workspace().join("packages/cast.yaml")).unwrap();
        let mut tx = platform.db.begin().await.unwrap();
        let now = (platform.clock)();
        let password = |_login: &str| Some(PASSWORD.to_owned());
        let imported = cast.import(&mut tx, &platform.identity, now, password).await.unwrap();
        tx.commit().await.unwrap();
        platform.db.close().await;
        let passphrase = folder.path().join("passphrase");
        std::fs::write(&passphrase, format!("{}\n", settings.passphrase)).unwrap();
        let config = folder.path().join("tongban.toml");
        std::fs::write(&config, config_text(&settings, port, &passphrase)).unwrap();
        Self { folder, imported, config, port }
    }

    /// The settings that the config file means.
    pub(crate) fn settings(folder: &Path, port: u16, database: Option<&str>) -> tongban::platform::Settings {
        let in_folder = || format!("sqlite:{}", folder.join("tongban.db").display());
        tongban::platform::Settings {
            database: database.map_or_else(in_folder, str::to_owned),
            folder: folder.to_owned(),
            packages: workspace().join("packages/minzheng"),
            passphrase: "acceptance tests only".into(),
            public_url: format!("http://127.0.0.1:{port}"),
            web: web::WebConfig { secure_cookies: false, demo: true, ..web::WebConfig::default() },
            passwords: identity::Strength::CHEAP,
            strong_factor_roles: std::collections::BTreeSet::new(),
            upstreams: vec![province()],
            certificates_from: testkit::instant("2018-01-01T00:00"),
            witnessing: tongban::ledger::Witnessing::default(),
            senders: messages::SenderSettings::default(),
        }
    }

    /// Starts `tongban serve` on it.
    pub(crate) fn serve(&self) -> Server {
        Server::start(program().arg("serve").arg("--config").arg(&self.config), self.port)
    }
}

/// A provider whose accounts open accounts here, at an address where nobody answers.
pub(crate) fn province() -> oidc::Upstream {
    oidc::Upstream {
        id: "province".into(),
        name: kernel::Words::new("省平台", "Provincial platform"),
        issuer: "http://127.0.0.1:9".into(),
        client_id: "tongban".into(),
        client_secret: "acceptance tests only".into(),
        scopes: vec!["openid".into(), "profile".into()],
        claims: oidc::ClaimNames { name: Some("name".into()), ..oidc::ClaimNames::default() },
        vouches: false,
        acr: None,
        timeout: oidc::UPSTREAM_TIMEOUT,
    }
}

fn config_text(settings: &tongban::platform::Settings, port: u16, passphrase: &Path) -> String {
    let table = serde_json::json!({
        "server": { "listen": format!("127.0.0.1:{port}"), "public_url": settings.public_url },
        "data": {
            "folder": settings.folder,
            "database": settings.database,
            "packages": settings.packages,
            "passphrase_file": passphrase,
        },
        // These tests sign staff in by password; those of factors.rs write their own list.
        "identity": { "strong_factor_roles": settings.strong_factor_roles },
        "log": { "format": "json", "filter": "info" },
    });
    toml::to_string(&table).unwrap()
}

/// Tests of the running program need the machine's time, as the program does.
#[expect(clippy::disallowed_methods, reason = "the program under test runs on the machine's time")]
pub(crate) fn machine_clock() -> web::Clock {
    std::sync::Arc::new(jiff::Timestamp::now)
}
