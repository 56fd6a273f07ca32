//! One file per command. Commands print their result to standard output and complaints to standard error.

pub(crate) mod bench;
pub(crate) mod calendar;
pub(crate) mod code;
pub(crate) mod deadline;
pub(crate) mod demo;
pub(crate) mod directory;
pub(crate) mod ledger;
pub(crate) mod licence;
pub(crate) mod maintenance;
pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod packages;
pub(crate) mod permissions;
pub(crate) mod rules;
pub(crate) mod scenarios;
pub(crate) mod seal;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod vault;

/// Prints a line of result. A closed pipe (`| head`) is no error.
#[macro_export]
macro_rules! say {
    ($($arg:tt)*) => { $crate::cli::print_line(&format!($($arg)*)) };
}

/// The line under `say!`.
pub(crate) fn print_line(line: &str) {
    use std::io::Write as _;
    let _closed_pipe = writeln!(std::io::stdout(), "{line}");
}

/// Prints an error with its causes.
#[expect(clippy::print_stderr, reason = "the command line speaks to its user here")]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("tongban: {error:#}");
}

/// The runtime of the commands that need one.
pub(crate) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
