//! `tongban rules`: decision tables without a package.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use rules::{DecisionTable, TableForm, Types};
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

use crate::say;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Read the tables of a rules.yaml and name every fault and every gap with its line. Exit status 1 when there is a fault.
    Check {
        /// The file.
        file: PathBuf,
    },
    /// Print the decision tables of a DMN file as a rules.yaml, or say what cannot be taken over (exit status 1).
    ImportDmn {
        /// The DMN file (XML, DMN 1.2 to 1.5).
        file: PathBuf,
    },
}

/// A rules.yaml.
#[derive(Serialize, Deserialize)]
struct File<T> {
    tables: Vec<T>,
}

/// Where the tables and their rows stand.
#[derive(Deserialize)]
struct Lines {
    rules: Vec<Spanned<serde::de::IgnoredAny>>,
}

/// A line of the report.
struct Told {
    line: u64,
    is_warning: bool,
    what: String,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let (Command::Check { file } | Command::ImportDmn { file }) = command;
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let import = matches!(command, Command::ImportDmn { .. });
    if import { import_dmn(file, &text) } else { Ok(check(file, &text)) }
}

fn import_dmn(file: &Path, xml: &str) -> anyhow::Result<ExitCode> {
    match rules::import_dmn(xml) {
        Ok(tables) => {
            say!("{}", serde_saphyr::to_string(&File { tables })?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Err(fault) => {
            say!("{}:{}: {}", file.display(), fault.line, fault.rule);
            Ok(ExitCode::from(1))
        }
    }
}

fn check(file: &Path, yaml: &str) -> ExitCode {
    let told = read(yaml).unwrap_or_else(|error| {
        let line = error.location().map_or(0, |at| at.line());
        let what = error.without_snippet().to_string();
        vec![Told { line, is_warning: false, what }]
    });
    for Told { line, is_warning, what } in &told {
        say!("{}:{line}: {}{what}", file.display(), if *is_warning { "warning: " } else { "" });
    }
    let faults = told.iter().filter(|told| !told.is_warning).count();
    say!("{faults} faults, {} warnings", told.len() - faults);
    if faults == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) }
}

fn read(yaml: &str) -> Result<Vec<Told>, serde_saphyr::Error> {
    let lines: File<Spanned<Lines>> = serde_saphyr::from_str(yaml)?;
    let forms: File<TableForm> = serde_saphyr::from_str(yaml)?;
    let mut told = Vec::new();
    for (form, lines) in forms.tables.into_iter().zip(&lines.tables) {
        let at = |row: Option<usize>| {
            let row = row.and_then(|row| lines.value.rules.get(row.checked_sub(1)?));
            row.map_or(lines.referenced.line(), |row| row.referenced.line())
        };
        match DecisionTable::read(form) {
            Ok(table) => {
                let found = table.check(&Types::open());
                told.extend(found.into_iter().map(|finding| Told {
                    line: at(finding.row),
                    is_warning: finding.rule.is_warning(),
                    what: finding.to_string(),
                }));
            }
            Err(faults) => told.extend(faults.into_iter().map(|fault| Told {
                line: at(fault.row),
                is_warning: false,
                what: fault.to_string(),
            })),
        }
    }
    Ok(told)
}
