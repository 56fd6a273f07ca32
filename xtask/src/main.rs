//! What CI and developers both call: `cargo run -p xtask -- tidy`.

use std::process::ExitCode;

mod tidy;

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("tidy") {
        complain("usage: cargo run -p xtask -- tidy");
        return ExitCode::from(2);
    }
    let faults = tidy::faults(&tidy::root());
    faults.iter().for_each(|fault| complain(fault));
    if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stderr, reason = "a command line tool speaks to its user here")]
fn complain(sentence: &str) {
    eprintln!("{sentence}");
}
