//! `tongban seal`: the authority of electronic seals, certificates of another one, and lists of revoked certificates.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use guomi::{Certificate, PrivateKey, Signer as _, pair, pkcs8};
use kernel::Actor;
use tongban::config::Config;
use tongban::platform::Platform;

use crate::cli::{runtime, serve};
use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// An authority of one's own.
    Ca {
        #[command(subcommand)]
        command: Ca,
    },
    /// Certificates of another authority.
    Import {
        #[command(subcommand)]
        command: Import,
    },
}

#[derive(Subcommand)]
pub(crate) enum Ca {
    /// Make a root, an issuing authority and a maker of seals. The root is for a medium that is carried away.
    Init {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// Folder for root key and certificate, such as one on a removable medium; must not exist.
        #[arg(long)]
        root: PathBuf,
        /// File whose first line is the passphrase of the root key, at least 12 characters.
        #[arg(long)]
        root_passphrase_file: PathBuf,
        /// The organisation that runs the authority, as it stands in certificates.
        #[arg(long)]
        organization: String,
    },
    /// Issue a list of revoked certificates now and write it to a file (DER).
    Crl {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// The file.
        #[arg(long)]
        out: PathBuf,
    },
    /// Say which authorities are trusted, which issues and who makes seals; exit status 1 when seals cannot be made.
    Show {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum Import {
    /// Trust a root.
    Anchor {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// The root certificate (PEM).
        certificate: PathBuf,
    },
    /// Take a key as the maker of seals (制章者).
    Maker(Pair),
    /// Take a key for a seal that is approved and not made.
    Signer {
        /// Number of the seal (印章编码).
        #[arg(long)]
        number: String,
        #[command(flatten)]
        pair: Pair,
    },
}

#[derive(clap::Args)]
pub(crate) struct Pair {
    /// Config file of the platform.
    #[arg(long)]
    config: PathBuf,
    /// The private key: PKCS#8 in PEM, not encrypted. Remove the file afterwards; the platform keeps an encrypted one.
    #[arg(long)]
    key: PathBuf,
    /// The certificate (PEM); behind it those between it and a trusted root, nearest first.
    #[arg(long)]
    certificate: PathBuf,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Ca { command: Ca::Init { config, root, root_passphrase_file, organization } } => {
            init(config, root, root_passphrase_file, organization)
        }
        Command::Ca { command: Ca::Show { config } } => show(config),
        Command::Ca { command: Ca::Crl { config, out } } => runtime()?.block_on(crl(config, out)),
        Command::Import { command } => runtime()?.block_on(import(command)),
    }
}

fn keys(config: &Path) -> anyhow::Result<seals::Keys> {
    let config = Config::read(config, std::env::vars())?;
    let settings = serve::settings(&config)?;
    Ok(seals::Keys::new(settings.folder.join("seals"), &settings.passphrase))
}

fn init(config: &Path, root: &Path, passphrase_file: &Path, organization: &str) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(passphrase_file)
        .with_context(|| format!("root_passphrase_file {}", passphrase_file.display()))?;
    let passphrase = text.lines().next().unwrap_or("");
    anyhow::ensure!(passphrase.len() >= 12, "{}: at least 12 characters", passphrase_file.display());
    let now = serve::machine_clock()().as_second();
    let certificate = keys(config)?.set_up(root, passphrase, (organization, ""), now)?;
    say!("root         {}", described(&certificate));
    say!("root folder  {}", root.display());
    say!("carry the root folder away and keep its passphrase elsewhere; the platform never needs it again");
    say!("tell everybody who checks seals the SM3 fingerprint {}", hex_of(&certificate));
    Ok(ExitCode::SUCCESS)
}

fn show(config: &Path) -> anyhow::Result<ExitCode> {
    let keys = keys(config)?;
    for anchor in keys.anchors()? {
        say!("trusted  {}", described(&anchor));
    }
    let mut is_complete = true;
    if keys.has_authority() {
        say!("issuing  {}", described(keys.authority()?.certificate()));
    } else {
        say!("issuing  nobody: the certificate of each seal is brought in");
    }
    match keys.maker() {
        Ok(maker) => say!("maker    {}", described(maker.certificate())),
        Err(error) => {
            say!("maker    {error}");
            is_complete = false;
        }
    }
    Ok(if is_complete { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn described(certificate: &Certificate) -> String {
    let day = |unix: i64| {
        let at = jiff::Timestamp::from_second(unix).unwrap_or(jiff::Timestamp::MAX);
        kernel::china_date(at).to_string()
    };
    let (from, until) = (day(certificate.not_before()), day(certificate.not_after()));
    format!("{}, {from} to {until}, serial {}", certificate.subject_common_name(), certificate.serial_hex())
}

fn hex_of(certificate: &Certificate) -> String {
    hex::encode(certificate.fingerprint())
}

async fn open(config: &Path) -> anyhow::Result<Platform> {
    let config = Config::read(config, std::env::vars())?;
    Platform::open(&serve::settings(&config)?, serve::machine_clock()).await
}

async fn crl(config: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let platform = open(config).await?;
    let authority = platform.seals.keys.authority()?;
    let mut tx = platform.db.begin().await?;
    let list = seals::issue_list(&mut tx, &authority, (platform.clock)()).await?;
    std::fs::write(out, list.to_der()).with_context(|| out.display().to_string())?;
    tx.commit().await?;
    platform.db.close().await;
    say!("{} revoked certificates listed in {}", list.len(), out.display());
    Ok(ExitCode::SUCCESS)
}

async fn import(command: &Import) -> anyhow::Result<ExitCode> {
    let config = match command {
        Import::Anchor { config, .. } => config,
        Import::Maker(pair) | Import::Signer { pair, .. } => &pair.config,
    };
    let platform = open(config).await?;
    let (keys, by, now) = (&platform.seals.keys, Actor::System, (platform.clock)());
    let mut tx = platform.db.begin().await?;
    match command {
        Import::Anchor { certificate, .. } => {
            for root in pair::read_certificates(certificate)? {
                seals::trust_anchor(&mut tx, keys, &by, &root, now).await?;
                say!("trusted  {}", described(&root));
            }
        }
        Import::Maker(pair) => {
            seals::import_maker(&mut tx, keys, &by, pair.read()?, now).await?;
            say!("the maker of seals is brought in");
        }
        Import::Signer { number, pair } => {
            let seal = seals::find_by_number(&mut tx, number).await?;
            let seal = seal.with_context(|| format!("there is no seal {number}"))?;
            seals::import_signer(&mut tx, keys, &by, seal.id, pair.read()?, now).await?;
            say!("the key of seal {number} is brought in; the seal can be made now");
        }
    }
    tx.commit().await?;
    platform.db.close().await;
    Ok(ExitCode::SUCCESS)
}

impl Pair {
    fn read(&self) -> anyhow::Result<(PrivateKey, Vec<Certificate>)> {
        let text = std::fs::read_to_string(&self.key).with_context(|| self.key.display().to_string())?;
        let key = pkcs8::read_pem(&text).with_context(|| self.key.display().to_string())?;
        Ok((key, pair::read_certificates(&self.certificate)?))
    }
}
