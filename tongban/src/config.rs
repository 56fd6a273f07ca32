//! The config file of `tongban serve`. Every key can be overridden from the environment: `[server] listen` by
//! `TONGBAN_SERVER_LISTEN`, and so on. Secrets come from files or from the environment, never from this file.

mod senders;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use kernel::Role;
use serde::Deserialize;

pub use senders::{Bridge, Mail, MailSecurity, ProofKind, Receiver};
pub use upstream::Upstream;

/// The whole config file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How the program is reached.
    pub server: Server,
    /// Where things are kept.
    pub data: Data,
    /// The witnesses of the ledger.
    #[serde(default)]
    pub ledger: Ledger,
    /// Who signs in how.
    #[serde(default)]
    pub identity: Identity,
    /// What it writes about itself.
    #[serde(default)]
    pub log: Log,
    /// The mail server; no e-mail is sent without it.
    #[serde(default)]
    pub mail: Option<Mail>,
    /// The bridge to a provider of SMS.
    #[serde(default)]
    pub sms: Option<Bridge>,
    /// The bridge to WeChat.
    #[serde(default)]
    pub wechat: Option<Bridge>,
    /// Other receivers of the outbox: supervising bodies (`push:NAME`), payment (`pay:NAME`).
    #[serde(default)]
    pub receivers: BTreeMap<String, Receiver>,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address that people type, such as `https://zwfw.example.gov.cn`; it stands in QR codes.
    pub public_url: String,
    /// Seconds that running requests get to finish when the program is told to stop.
    #[serde(default = "Server::stop_seconds_default")]
    pub stop_seconds: u64,
}

impl Server {
    const fn stop_seconds_default() -> u64 {
        20
    }
}

/// `[data]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Folder for files, keys and, with SQLite, the database.
    pub folder: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; SQLite in the folder when left out.
    #[serde(default)]
    pub database: Option<String>,
    /// Folder with service packages.
    pub packages: PathBuf,
    /// File that holds the passphrase of the signing keys.
    pub passphrase_file: PathBuf,
}

/// `[identity]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// Staff with one of these roles do nothing before they have proved a strong factor (强制强认证).
    pub strong_factor_roles: BTreeSet<Role>,
    /// Providers whose accounts open accounts here; none by default.
    #[serde(deserialize_with = "upstream::all")]
    pub upstream: Vec<Upstream>,
}

impl Default for Identity {
    /// Those who decide, or see much.
    fn default() -> Self {
        let roles = [Role::Decision, Role::Supervision, Role::Administration, Role::Catalogue, Role::Audit];
        Self { strong_factor_roles: roles.into(), upstream: Vec::new() }
    }
}

/// `[ledger]`: files with policies (docs/ledger.md).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ledger {
    /// Names the witnesses that are asked to sign, each with its address; nobody is asked without it.
    pub witnesses_file: Option<PathBuf>,
    /// Names the logs of other platforms that are witnessed here; none without it.
    pub witnessed_file: Option<PathBuf>,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `json` for machines, `text` for people.
    pub format: LogFormat,
    /// Filter such as `info` or `info,sqlx=warn`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Json, filter: "info".into() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Plain lines.
    Text,
}

/// Why a config cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file, or an override, breaks a rule.
    #[error("{}: {source}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Line and rule.
        source: Box<toml::de::Error>,
    },
    /// An environment variable names no key.
    #[error("environment: {0} overrides no key of the config file")]
    UnknownOverride(String),
    /// A secret is missing or cannot be read.
    #[error("[{section}] {rule}")]
    Secret {
        /// Section of the config file.
        section: String,
        /// What is wrong.
        rule: String,
    },
}

const SECTIONS: [(&str, &[&str]); 7] = [
    ("server", &["listen", "public_url", "stop_seconds"]),
    ("data", &["folder", "database", "packages", "passphrase_file"]),
    ("ledger", &["witnesses_file", "witnessed_file"]),
    ("log", &["format", "filter"]),
    ("mail", &["host", "port", "security", "from", "user", "password_file", "password_env"]),
    ("sms", &["url", "proof", "secret_file", "secret_env"]),
    ("wechat", &["url", "proof", "secret_file", "secret_env"]),
];

impl Config {
    /// Reads the file and lays the overrides over it.
    pub fn read(
        path: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let wrong = |source| ConfigError::Wrong { path: path.to_owned(), source: Box::new(source) };
        // Read once without overrides, so that a fault in the file is told with its line.
        let mut table: toml::Table = toml::from_str(&text).map_err(wrong)?;
        let overrides: Vec<_> = environment.filter(|(name, _)| is_override(name)).collect();
        for (name, value) in &overrides {
            override_key(&mut table, name, value)?;
        }
        if overrides.is_empty() {
            toml::from_str(&text).map_err(wrong)
        } else {
            table.try_into().map_err(wrong)
        }
    }

    /// The policies of the ledger, from their files.
    pub fn witnessing(&self) -> Result<crate::ledger::Witnessing, ConfigError> {
        let read = |path: &Option<PathBuf>| {
            let Some(path) = path else { return Ok(None) };
            let unreadable = |source| ConfigError::Unreadable { path: path.clone(), source };
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            text.parse().map(Some).map_err(|error: ledger::policy::PolicyError| {
                unreadable(std::io::Error::other(error.to_string()))
            })
        };
        Ok(crate::ledger::Witnessing {
            witnesses: read(&self.ledger.witnesses_file)?,
            logs: read(&self.ledger.witnessed_file)?,
        })
    }

    /// The address of the database.
    pub fn database(&self) -> String {
        let in_folder = || format!("sqlite:{}", self.data.folder.join("tongban.db").display());
        self.data.database.clone().unwrap_or_else(in_folder)
    }
}

/// Other variables of this name's beginning belong to tests.
fn is_override(name: &str) -> bool {
    SECTIONS.iter().any(|(section, _)| name.starts_with(&format!("TONGBAN_{}_", section.to_uppercase())))
}

fn override_key(table: &mut toml::Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let keys = SECTIONS.iter().flat_map(|(section, keys)| keys.iter().map(move |key| (*section, *key)));
    let meant = |(section, key): &(&str, &str)| name == format!("TONGBAN_{section}_{key}").to_uppercase();
    let (section, key) =
        keys.into_iter().find(meant).ok_or_else(|| ConfigError::UnknownOverride(name.to_owned()))?;
    let inner = table.entry(section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
    if let Some(inner) = inner.as_table_mut() {
        let number = matches!(key, "stop_seconds" | "port").then(|| value.parse::<i64>().ok()).flatten();
        inner.insert(key.to_owned(), number.map_or_else(|| value.into(), toml::Value::Integer));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[server]\nlisten = \"127.0.0.1:8080\"\npublic_url = \"https://example.cn\"\n\
        [data]\nfolder = \"d\"\npackages = \"p\"\npassphrase_file = \"f\"\n";

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Config::read(file.path(), environment).map_err(|error| error.to_string())
    }

    #[test]
    fn the_environment_lies_over_the_file() {
        let config = read(GOOD, &[("TONGBAN_SERVER_LISTEN", "127.0.0.1:9"), ("HOME", "/")]).unwrap();
        assert_eq!(config.server.listen.port(), 9);
        assert_eq!(config.database(), format!("sqlite:{}", Path::new("d").join("tongban.db").display()));
        let config =
            read(GOOD, &[("TONGBAN_DATA_DATABASE", "postgres://x"), ("TONGBAN_SERVER_STOP_SECONDS", "3")]);
        assert_eq!(config.map(|c| (c.database(), c.server.stop_seconds)), Ok(("postgres://x".into(), 3)));
    }

    #[test]
    fn faults_name_line_and_key() {
        let error = read(&GOOD.replace("packages", "pakages"), &[]).unwrap_err();
        assert!(error.contains("line 6") && error.contains("pakages"), "{error}");
        assert!(read(GOOD, &[("TONGBAN_SERVER_PORT", "1")]).unwrap_err().contains("TONGBAN_SERVER_PORT"));
        assert!(Config::read(Path::new("no-such-file"), std::iter::empty()).is_err());
    }

    #[test]
    fn who_decides_or_sees_much_needs_a_strong_factor_unless_the_file_says_otherwise() {
        let roles = |text: &str| read(&format!("{GOOD}{text}"), &[]).unwrap().identity.strong_factor_roles;
        assert_eq!(roles("").len(), 5);
        assert!(roles("").contains(&Role::Decision) && !roles("").contains(&Role::Acceptance));
        assert_eq!(roles("[identity]\nstrong_factor_roles = [\"acceptance\"]\n"), [Role::Acceptance].into());
        assert!(roles("[identity]\nstrong_factor_roles = []\n").is_empty());
        assert!(read(&format!("{GOOD}[identity]\nstrong_factor_roles = [\"boss\"]\n"), &[]).is_err());
    }

    #[test]
    fn the_example_file_is_right() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tongban.example.toml");
        Config::read(&path, std::iter::empty()).unwrap();
    }
}
