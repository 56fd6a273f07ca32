//! `tongban serve`: the real thing.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tongban::config::{Config, LogFormat};
use tongban::platform::{Platform, Settings};
use tracing_subscriber::EnvFilter;

use crate::cli::runtime;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Config file; docs/tongban.example.toml explains every key.
    #[arg(long)]
    config: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::read(&arguments.config, std::env::vars())?;
    start_log(config.log.format, &config.log.filter)?;
    let settings = settings(&config)?;
    let stop_after = Duration::from_secs(config.server.stop_seconds);
    runtime()?.block_on(async {
        let platform = Platform::open(&settings, machine_clock()).await?;
        serve(platform, config.server.listen, stop_after, |address| {
            tracing::info!(%address, "listening");
        })
        .await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The settings that a config file means.
pub(crate) fn settings(config: &Config) -> anyhow::Result<Settings> {
    let file = &config.data.passphrase_file;
    let text =
        std::fs::read_to_string(file).with_context(|| format!("passphrase_file {}", file.display()))?;
    let passphrase = text.lines().next().unwrap_or("").to_owned();
    anyhow::ensure!(passphrase.len() >= 12, "passphrase_file {}: at least 12 characters", file.display());
    Ok(Settings {
        database: config.database(),
        folder: config.data.folder.clone(),
        packages: config.data.packages.clone(),
        passphrase,
        public_url: config.server.public_url.trim_end_matches('/').to_owned(),
        web: web::WebConfig {
            secure_cookies: config.server.public_url.starts_with("https://"),
            ..web::WebConfig::default()
        },
        passwords: identity::Strength::STRONG,
        strong_factor_roles: config.identity.strong_factor_roles.clone(),
        upstreams: config.upstreams()?,
        certificates_from: machine_clock()(),
        witnessing: config.witnessing()?,
        senders: config.senders(|name| std::env::var(name).ok())?,
    })
}

/// The clock of the machine: the one place that reads it.
#[expect(clippy::disallowed_methods, reason = "the clock that everything else is given")]
pub(crate) fn machine_clock() -> web::Clock {
    Arc::new(jiff::Timestamp::now)
}

/// Structured log lines on standard error.
pub(crate) fn start_log(format: LogFormat, filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter).context("log filter")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Text => lines.with_target(false).init(),
    }
    Ok(())
}

/// A job mostly waits for its commits and its file to reach the disk; several wait together.
const JOB_WORKERS: usize = 12;

/// Answers requests and runs jobs until the program is told to stop; running requests may finish.
pub(crate) async fn serve(
    platform: Platform,
    listen: SocketAddr,
    stop_after: Duration,
    started: impl FnOnce(SocketAddr),
) -> anyhow::Result<()> {
    let listener =
        tokio::net::TcpListener::bind(listen).await.with_context(|| format!("listen on {listen}"))?;
    started(listener.local_addr()?);
    let (stop, stopped) = watch::channel(false);
    let mut workers = JoinSet::new();
    for _ in 0..JOB_WORKERS {
        workers.spawn(store::jobs::run_forever(
            platform.db.clone(),
            platform.handlers.clone(),
            platform.clock.clone(),
            stopped.clone(),
        ));
    }
    let outbox = tokio::spawn(store::outbox::deliver_forever(
        platform.db.clone(),
        platform.deliverers.clone(),
        platform.clock.clone(),
        stopped.clone(),
    ));
    let calendars = tokio::spawn(platform.calendars.clone().keep_fresh(stopped.clone()));
    let signing_keys = tokio::spawn(platform.oidc.clone().keep_fresh(stopped.clone()));
    let data_keys = tokio::spawn(platform.identity.vault.clone().keep_fresh(stopped.clone()));
    let notices = tokio::spawn(platform.portal.clone().keep_fresh(stopped.clone()));
    let packages = tokio::spawn(platform.shelf.clone().keep_fresh(platform.db.clone(), stopped.clone()));
    let ledger =
        tokio::spawn(ledger::keep_forever(platform.ledger.clone(), platform.clock.clone(), stopped.clone()));
    let witnesses = platform.witnesses.clone().map(|policy| {
        let (ledger, clock) = (platform.ledger.clone(), platform.clock.clone());
        tokio::spawn(proofs::ask_forever(ledger, policy, clock, stopped.clone()))
    });
    let lists = tokio::spawn(platform.lists.clone().keep_fresh(stopped.clone()));
    let mut asked = stopped.clone();
    let service = platform.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _sender_gone = asked.wait_for(|stop| *stop).await;
    });
    let server = tokio::spawn(server.into_future());
    told_to_stop().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    if tokio::time::timeout(stop_after, server).await.is_err() {
        tracing::warn!(seconds = stop_after.as_secs(), "some requests did not finish in time");
    }
    let ended = async { while workers.join_next().await.is_some() {} };
    if tokio::time::timeout(stop_after, ended).await.is_err() {
        tracing::warn!("a job did not finish in time; it will be taken again");
    }
    if tokio::time::timeout(stop_after, outbox).await.is_err() {
        tracing::warn!("a delivery did not finish in time; it will be tried again");
    }
    let _asks_no_more = calendars.await;
    let _asks_no_more = notices.await;
    let _asks_no_more = packages.await;
    let _asks_no_more = lists.await;
    let _goes_on_next_time = ledger.await;
    if let Some(witnesses) = witnesses {
        let _asks_no_more = witnesses.await;
    }
    let _asks_no_more = signing_keys.await;
    let _asks_no_more = data_keys.await;
    platform.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _unreadable = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _unreadable = interrupt.await;
}
