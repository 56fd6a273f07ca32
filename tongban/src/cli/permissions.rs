//! `tongban permissions`: who may do what, and by which rule.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kernel::Audience;
use tongban::config::Config;
use tongban::explain::{Question, explain, permissions};
use tongban::platform::Platform;

use crate::cli::{runtime, serve};
use crate::say;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// All permissions, who has each, and a route that names it.
    List {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
    },
    /// Says yes or no, and by which rules. Ends with 1 for no.
    Explain {
        /// Config file of the platform.
        #[arg(long)]
        config: PathBuf,
        /// `anonymous`, `system`, `person:ID` or `staff:LOGIN`.
        #[arg(long)]
        who: String,
        /// For whom they act: `person:ID` or `legal-person:ID`. Of staff: in which post, by its body or id.
        #[arg(long = "as")]
        acting_for: Option<String>,
        /// The name of a permission, or a route such as "GET /cases/{id}".
        #[arg(long)]
        may: String,
        /// `case:NUMBER`, `case:ID` or `licence:ID`.
        #[arg(long)]
        on: Option<String>,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { config } => runtime()?.block_on(list(config)),
        Command::Explain { config, who, acting_for, may, on } => {
            let question = Question {
                who: who.clone(),
                acting_for: acting_for.clone(),
                may: may.clone(),
                on: on.clone(),
            };
            runtime()?.block_on(answer(config, &question))
        }
    }
}

async fn open(config: &Path) -> anyhow::Result<Platform> {
    let settings = serve::settings(&Config::read(config, std::env::vars())?)?;
    Platform::open(&settings, serve::machine_clock()).await
}

async fn list(config: &Path) -> anyhow::Result<ExitCode> {
    let platform = open(config).await?;
    for (permission, route) in permissions(&platform) {
        let who = match permission.audience {
            Audience::Everyone => "everybody".to_owned(),
            Audience::SignedIn => "whoever is signed in".to_owned(),
            Audience::Persons => "persons".to_owned(),
            Audience::Staff([]) => "staff".to_owned(),
            Audience::Staff(roles) => roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "),
        };
        say!("{:<36} {who:<48} {route}", permission.name);
    }
    platform.db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn answer(config: &Path, question: &Question) -> anyhow::Result<ExitCode> {
    let platform = open(config).await?;
    let answer = explain(&platform, question).await;
    platform.db.close().await;
    let answer = answer?;
    say!("{}", if answer.allowed { "yes" } else { "no" });
    for rule in &answer.rules {
        say!("  {rule}");
    }
    Ok(if answer.allowed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
