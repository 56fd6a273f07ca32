//! `tongban licence verify`: checks a licence without the platform.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use guomi::Certificate;

use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check the seal of a licence file with the authority's certificate. Exit status 1 when it is not genuine.
    Verify {
        /// The PDF.
        file: PathBuf,
        /// The authority's root certificate (PEM), as published at /ca/root.pem. For the demonstration on this
        /// machine it is found by itself.
        #[arg(long, default_value = "tongban-data/ca/root/certificate.pem")]
        root: PathBuf,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Verify { file, root } = command;
    let pem =
        std::fs::read_to_string(root).with_context(|| format!("root certificate {}", root.display()))?;
    let root = Certificate::from_pem(&pem).context("root certificate")?;
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    match licences::verify_file(&bytes, &root) {
        Ok(verified) => {
            let metadata = &verified.metadata;
            say!("genuine: the document, its metadata and its seal are unchanged");
            say!("  document    {}", metadata.name);
            say!("  number      {}", metadata.number);
            say!("  identifier  {}", metadata.identifier);
            say!("  holder      {}", metadata.holder_name);
            say!("  issuer      {}", metadata.issuer);
            say!("  signed by   {}", verified.signer);
            say!("whether it is still valid today, only the platform knows: look it up by its number");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            say!("NOT genuine: {error}");
            Ok(ExitCode::from(1))
        }
    }
}
