//! `tongban notices receive`: the test receiver, for trying notices out and for those who write a bridge.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;
use clap::Subcommand;
use messages::receiver::{Arrival, Heard, Manner, Receiver};

use crate::cli::runtime;
use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Take mail by SMTP and messages by the HTTP adapter, on this machine only, and print each as a JSON line.
    Receive {
        /// Where to take mail.
        #[arg(long, default_value = "127.0.0.1:2525")]
        smtp: SocketAddr,
        /// Where to take requests.
        #[arg(long, default_value = "127.0.0.1:8025")]
        http: SocketAddr,
        /// Also add each line to this file.
        #[arg(long)]
        file: Option<PathBuf>,
        /// Environment variable with the secret that requests must prove.
        #[arg(long)]
        secret_env: Option<String>,
        /// Refuse everything for the moment (451, 503), to try retries and dead letters.
        #[arg(long)]
        refuse: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Receive { smtp, http, file, secret_env, refuse } = command;
    let secret =
        secret_env.as_ref().map(|name| std::env::var(name).with_context(|| name.clone())).transpose()?;
    let writes = file.as_ref().map(writer).transpose()?;
    let heard: Heard = Arc::new(move |arrival| {
        say!("{}", line(&arrival));
        if let Some(writes) = &writes {
            writes(&arrival);
        }
    });
    let manner = Manner { refuse: Arc::new(AtomicBool::new(*refuse)), secret, heard };
    runtime()?.block_on(async {
        let mut receiver = Receiver::start(*smtp, *http, manner).await?;
        say!(r#"{{"listening":{{"smtp":"{}","http":"http://{}"}}}}"#, receiver.smtp, receiver.http);
        tokio::select! {
            () = receiver.wait() => {}
            interrupted = tokio::signal::ctrl_c() => interrupted?,
        }
        anyhow::Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

fn line(arrival: &Arrival) -> String {
    serde_json::to_string(arrival).unwrap_or_default()
}

/// Adds each arrival to a file, line by line.
pub(crate) fn writer(path: &PathBuf) -> anyhow::Result<impl Fn(&Arrival) + Send + Sync + 'static> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    let file = file.with_context(|| path.display().to_string())?;
    Ok(move |arrival: &Arrival| {
        if let Err(error) = writeln!(&file, "{}", line(arrival)) {
            tracing::warn!(%error, "an arrival cannot be written down");
        }
    })
}
