//! `tongban code check KIND VALUE`: the parts of a national code, or the rule it breaks.

use std::process::ExitCode;

use clap::Subcommand;

use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Print the parts of a code, or say which rule it breaks (exit status 1).
    Check {
        /// resident-id, uscc, division, item, implementation, handling-item, case-number, licence-id
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(codes::KINDS))]
        kind: String,
        /// The code itself.
        value: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Check { kind, value, json } = command;
    let described = codes::describe(kind, value);
    if *json {
        let parts = described.as_ref().map(|parts| {
            let part = |p: &codes::Part| serde_json::json!({ "label": p.label, "label_zh": p.label_zh, "value": p.value });
            parts.iter().map(part).collect::<Vec<_>>()
        });
        let report = match &parts {
            Ok(parts) => serde_json::json!({ "kind": kind, "valid": true, "parts": parts }),
            Err(rule) => serde_json::json!({ "kind": kind, "valid": false, "rule": rule }),
        };
        say!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        match &described {
            Ok(parts) => parts.iter().for_each(|p| say!("{} ({}): {}", p.label, p.label_zh, p.value)),
            Err(rule) => say!("not a valid {kind}: {rule}"),
        }
    }
    Ok(if described.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
