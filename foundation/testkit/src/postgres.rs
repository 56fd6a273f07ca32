//! Finding PostgreSQL, or starting a throw-away cluster that lives as long as the test process.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::say;

/// A schema of one test.
pub(crate) struct Schema {
    server: &'static str,
    name: String,
}

impl Schema {
    pub(crate) fn url(&self) -> String {
        let joint = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{joint}schema={}", self.server, self.name)
    }
}

impl Drop for Schema {
    /// Best effort: an own cluster vanishes anyway, and a lent one may be cleaned by `drop schema test_… cascade`.
    fn drop(&mut self) {
        let (server, statement) =
            (self.server, format!("set lock_timeout = '5s'; drop schema if exists {} cascade", self.name));
        // A thread, because the test's own runtime may be gone or may be the one that is unwinding.
        let cleaner = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async { run(server, statement).await.map_err(std::io::Error::other) })
        });
        if !matches!(cleaner.join(), Ok(Ok(()))) {
            say("a test schema could not be removed");
        }
    }
}

pub(crate) async fn fresh_schema(unguessable: &str) -> Option<Schema> {
    let server = server()?;
    let name = format!("test_{unguessable}");
    run(server, format!("create schema {name}")).await.unwrap_or_else(|error| panic!("{server}: {error}"));
    Some(Schema { server, name })
}

async fn run(server: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}

/// The server's address, found once per process.
fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    SERVER.get_or_init(find).as_deref()
}

fn find() -> Option<String> {
    if let Ok(url) = env::var("TONGBAN_TEST_POSTGRES") {
        return Some(url);
    }
    let missing = match programs() {
        None => "PostgreSQL not found".to_owned(),
        Some(programs) => match start(&programs) {
            Ok(url) => return Some(url),
            Err(reason) => format!("PostgreSQL did not start: {reason}"),
        },
    };
    let required = env::var("TONGBAN_REQUIRE").unwrap_or_default();
    assert!(
        !required.split([',', ' ']).any(|name| name == "postgres"),
        "TONGBAN_REQUIRE names postgres: {missing}"
    );
    say(&format!("skipped: {missing}"));
    None
}

/// The folder with `initdb` and `pg_ctl`: the newest that Debian keeps, or wherever PATH leads.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    folders.sort();
    let on_path =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    folders.into_iter().rev().chain(on_path).find(|folder| folder.join("initdb").is_file())
}

/// Makes a cluster, says where it is, waits until the test process is gone (its end of the pipe closes, however
/// it died), then removes everything. Interrupts are ignored so that Ctrl-C does not kill the cleaner first.
const WATCHDOG: &str = r#"
exec 2>&1
trap '' INT HUP
folder=$(mktemp -d /tmp/tongban-postgres.XXXXXX) || exit 1
cd "$folder" || exit 1
"$1/initdb" -D data -U tongban -A trust -E UTF8 --locale=C --no-sync >initdb.log || { cat initdb.log; exit 1; }
"$1/pg_ctl" -D data -w -l server.log -o "-k $folder -c listen_addresses='' -c fsync=off \
  -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" start >start.log \
  || { cat start.log server.log; exit 1; }
echo "ready $folder"
cat >/dev/null
"$1/pg_ctl" -D data -m immediate stop >/dev/null
rm -rf "$folder"
"#;

fn start(programs: &std::path::Path) -> Result<String, String> {
    // Held open for the life of the process; its closing ends the cluster.
    static LIFELINE: OnceLock<ChildStdin> = OnceLock::new();
    // PostgreSQL refuses to run as root.
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"));
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let mut child = command
        .args(["-c", WATCHDOG, "sh"])
        .arg(programs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let (Some(lifeline), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("no pipe to the cluster's keeper".into());
    };
    let mut said = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|error| error.to_string())?;
        if let Some(folder) = line.strip_prefix("ready ") {
            LIFELINE.get_or_init(|| lifeline);
            return Ok(format!("postgres://tongban@{}/postgres", folder.replace('/', "%2F")));
        }
        said.push(line);
    }
    Err(said.join("; "))
}
