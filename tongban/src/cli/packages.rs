//! `tongban packages`: the rules that every service package must keep, and what would happen with a form.

use std::path::PathBuf;
use std::process::ExitCode;

use catalogue::{Against, Rule, Severity};
use clap::Subcommand;
use tongban::cast::Cast;

use crate::say;
use tongban::platform;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Read all packages under a folder and name every rule that is broken, with file and line. Exit status 1 when there
    /// is an error: the platform does not start with such a package.
    Lint(LintArguments),
    /// Say what would happen with a form: which materials are asked for, what rules say, who does what until when.
    Simulate(super::simulate::Arguments),
}

#[derive(clap::Args)]
pub(crate) struct LintArguments {
    /// Folder with packages.
    #[arg(default_value_os_t = crate::all_packages())]
    path: PathBuf,
    /// The directory of bodies as a cast file: every piece of work needs a body in it that does it.
    #[arg(long)]
    cast: Option<PathBuf>,
    /// Exit status 1 for warnings too.
    #[arg(long)]
    deny_warnings: bool,
    /// Print JSON for programs.
    #[arg(long)]
    json: bool,
    /// List the rules: id, severity, on what they rest, what to do.
    #[arg(long)]
    rules: bool,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Lint(arguments) if arguments.rules => list_rules(arguments.json),
        Command::Lint(arguments) => lint(arguments),
        Command::Simulate(arguments) => super::simulate::run(arguments),
    }
}

fn list_rules(json: bool) -> anyhow::Result<ExitCode> {
    if json {
        let rule = |rule: &Rule| {
            serde_json::json!({
                "rule": rule.id(),
                "severity": rule.severity().as_str(),
                "clause": rule.clause(),
                "advice": rule.advice(),
            })
        };
        let rules: Vec<serde_json::Value> = Rule::ALL.iter().map(rule).collect();
        say!("{}", serde_json::to_string_pretty(&rules)?);
        return Ok(ExitCode::SUCCESS);
    }
    for rule in Rule::ALL {
        say!("{:<26} {:<8} {}  ({})", rule.id(), rule.severity().as_str(), rule.advice(), rule.clause());
    }
    Ok(ExitCode::SUCCESS)
}

fn lint(arguments: &LintArguments) -> anyhow::Result<ExitCode> {
    let cast = arguments.cast.as_deref().map(Cast::read).transpose()?;
    let bodies = cast.map(|cast| cast.bodies());
    let registers = platform::registers_kept();
    let linted =
        catalogue::lint(&arguments.path, &Against { registers: &registers, bodies: bodies.as_ref() });
    let (errors, warnings) = (linted.count(Severity::Error), linted.count(Severity::Warning));
    if arguments.json {
        say!("{}", serde_json::to_string_pretty(&linted.to_json())?);
    } else {
        for fault in &linted.faults {
            let (id, severity) = (fault.rule.id(), fault.rule.severity().as_str());
            say!("{}:{}: {severity} {id}: {} [{}]", fault.file, fault.line, fault.text, fault.rule.clause());
        }
        say!("{} packages, {errors} errors, {warnings} warnings", linted.packages);
    }
    let passes = errors == 0 && (warnings == 0 || !arguments.deny_warnings);
    Ok(if passes { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
