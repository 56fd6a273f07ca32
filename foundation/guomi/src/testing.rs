//! Tools that a test needs and a machine may lack.

use std::process::Command;

/// A program on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Openssl,
}

/// Whether the tool is there. Says so if not, and fails if `TONGBAN_REQUIRE` names it.
#[expect(clippy::print_stderr, reason = "a skipped test must say that it was skipped")]
pub(crate) fn require(tool: Tool) -> bool {
    let name = match tool {
        Tool::Openssl => "openssl",
    };
    let found = Command::new(name).arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        let required = std::env::var("TONGBAN_REQUIRE").unwrap_or_default();
        assert!(!required.contains(name), "{name} is required and not found");
        eprintln!("skipped: {name} not found");
    }
    found
}
