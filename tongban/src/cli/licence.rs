//! `tongban licence verify`: checks a licence, or any sealed OFD file, without the platform.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use guomi::Certificate;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use licences::{Verified, VerifyError};
use ofd::{Report, Trust};
use serde_json::{Value, json};

use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check the seal of a PDF or OFD file with the authority's certificate; names every part that is wrong. Exit
    /// status 1 when it is not genuine. OFD files of other makers are checked too, without their meaning.
    Verify {
        /// The PDF or OFD file.
        file: PathBuf,
        /// The root certificate of the authority that is trusted (PEM), as published at /ca/root.pem. For the
        /// demonstration on this machine it is found by itself.
        #[arg(long, alias = "root", default_value = "tongban-data/ca/root/certificate.pem")]
        trust: PathBuf,
        /// As of the end of this day: the file must not have been sealed later.
        #[arg(long)]
        at: Option<Date>,
        /// The result as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What came out for a file.
struct Outcome {
    licence: Result<Verified, VerifyError>,
    /// For OFD files, whoever made them.
    report: Option<Report>,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Verify { file, trust, at, json } = command;
    let outcome = check(file, trust, *at)?;
    if *json {
        say!("{:#}", outcome.to_json());
    } else {
        outcome.tell();
    }
    Ok(if outcome.is_genuine() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn check(file: &Path, trust: &Path, at: Option<Date>) -> anyhow::Result<Outcome> {
    let pem =
        std::fs::read_to_string(trust).with_context(|| format!("root certificate {}", trust.display()))?;
    let root = Certificate::from_pem(&pem).context("root certificate")?;
    let bytes = std::fs::read(file).with_context(|| file.display().to_string())?;
    let at_unix = at.map(end_of).transpose()?.unwrap_or(i64::MAX);
    let licence = licences::verify_file_at(&bytes, &root, at_unix);
    let trust = Trust { roots: std::slice::from_ref(&root), intermediates: &[] };
    let report = ofd::Package::is_zip(&bytes).then(|| ofd::verify(&bytes, trust, at_unix));
    Ok(Outcome { licence, report })
}

/// The last second of a day in China.
fn end_of(day: Date) -> anyhow::Result<i64> {
    let china = TimeZone::fixed(Offset::constant(8));
    Ok(day.at(23, 59, 59, 0).to_zoned(china)?.timestamp().as_second())
}

fn time(unix: i64) -> String {
    Timestamp::from_second(unix).map_or_else(|_| unix.to_string(), |at| at.to_string())
}

impl Outcome {
    /// A licence of this platform, or a sealed OFD file of another maker that is unchanged.
    fn is_genuine(&self) -> bool {
        self.licence.is_ok() || self.is_foreign()
    }

    /// Every signature is good, and there are no metadata of this platform's kind.
    fn is_foreign(&self) -> bool {
        let is_good = self.report.as_ref().is_some_and(Report::is_genuine);
        is_good && matches!(self.licence, Err(VerifyError::MetadataMissing))
    }

    fn tell(&self) {
        match &self.licence {
            Ok(verified) => {
                let metadata = &verified.metadata;
                say!("genuine: the document, its metadata and its seal are unchanged");
                say!("  document    {}", metadata.name);
                say!("  number      {}", metadata.number);
                say!("  identifier  {}", metadata.identifier);
                say!("  holder      {}", metadata.holder_name);
                say!("  issuer      {}", metadata.issuer);
                say!("  signed by   {}", verified.signer);
                say!("  signed at   {}", time(verified.signed_at));
            }
            Err(_) if self.is_foreign() => {
                say!("genuine: the file is unchanged since it was sealed; it is no licence of this platform");
            }
            Err(VerifyError::Ofd(findings)) => {
                say!("NOT genuine: {} parts are wrong", findings.len());
                for (finding, fault) in self.report.iter().flat_map(Report::faults) {
                    say!("  {}  {}  {fault}", finding.part.code(), finding.subject);
                }
            }
            Err(error) => say!("NOT genuine: {error}"),
        }
        for signature in self.report.iter().flat_map(|report| &report.signatures) {
            let name = |certificate: &Option<Certificate>| {
                certificate.as_ref().map_or_else(|| "?".to_owned(), |c| c.subject_common_name().to_owned())
            };
            say!(
                "  seal {}: {} ({}), version {}",
                signature.id,
                signature.seal_name,
                signature.seal_id,
                signature.version.number()
            );
            say!(
                "    by {}, seal made by {}, at {}",
                name(&signature.signer),
                name(&signature.maker),
                time(signature.time)
            );
            for deviation in &signature.deviations {
                say!("    deviates from the standard: {}", deviation.code());
            }
        }
        if self.licence.is_ok() {
            say!("whether it is still valid today, only the platform knows: look it up by its number");
        }
    }

    fn to_json(&self) -> Value {
        let licence = self.licence.as_ref().ok().map(|verified| {
            let metadata = serde_json::from_slice::<Value>(&verified.metadata.to_json()).unwrap_or_default();
            json!({"metadata": metadata, "signer": verified.signer, "signed_at": time(verified.signed_at)})
        });
        let fault = self.licence.as_ref().err().filter(|_| !self.is_foreign());
        let parts = self.report.iter().flat_map(Report::faults).map(|(finding, fault)| {
            json!({
                "signature": finding.signature,
                "part": finding.part.code(),
                "subject": finding.subject,
                "fault": fault.code(),
                "detail": fault.to_string(),
            })
        });
        let signatures = self.report.iter().flat_map(|report| &report.signatures).map(|signature| {
            let name = |certificate: &Option<Certificate>| {
                certificate.as_ref().map(|certificate| certificate.subject_common_name().to_owned())
            };
            let deviations: Vec<&str> = signature.deviations.iter().map(|one| one.code()).collect();
            json!({
                "id": signature.id,
                "version": signature.version.number(),
                "seal_name": signature.seal_name,
                "seal_id": signature.seal_id,
                "signer": name(&signature.signer),
                "seal_maker": name(&signature.maker),
                "signed_at": time(signature.time),
                "deviations": deviations,
            })
        });
        json!({
            "genuine": self.is_genuine(),
            "licence": licence,
            "fault": fault.map(VerifyError::code),
            "detail": fault.map(ToString::to_string),
            "parts": parts.collect::<Vec<_>>(),
            "signatures": signatures.collect::<Vec<_>>(),
        })
    }
}
