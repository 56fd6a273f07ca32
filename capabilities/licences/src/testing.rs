//! Tools that a test needs and a machine may lack.

use std::process::Command;

/// A program on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Pdftotext,
    Qpdf,
}

impl Tool {
    const fn name(self) -> &'static str {
        match self {
            Self::Pdftotext => "pdftotext",
            Self::Qpdf => "qpdf",
        }
    }
}

/// Whether the tool is there. Says so if not, and fails if `TONGBAN_REQUIRE` names it.
#[expect(clippy::print_stderr, reason = "a skipped test must say that it was skipped")]
pub(crate) fn require(tool: Tool) -> bool {
    let name = tool.name();
    let found =
        Command::new(name).arg("--version").output().is_ok() || Command::new(name).arg("-v").output().is_ok();
    if !found {
        let required = std::env::var("TONGBAN_REQUIRE").unwrap_or_default();
        assert!(!required.contains(name), "{name} is required and not found");
        eprintln!("skipped: {name} not found");
    }
    found
}

/// Runs the tool; whether it succeeded, and what it wrote.
pub(crate) fn run(tool: Tool, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(tool.name()).args(arguments).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}
