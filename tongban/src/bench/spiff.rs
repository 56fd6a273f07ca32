//! A Python BPMN engine beside the program: SpiffWorkflow, five approvals, each kept in SQLite before the next.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use serde::Deserialize;
use tokio::process::Command;

use super::figures::Beside;

const SCRIPT: &str = include_str!("spiff.py");
/// Cases kept in memory at once, to see what each needs.
const LIVE_CASES: u32 = 10_000;

#[derive(Deserialize)]
struct Printed {
    cases_per_s: f64,
    steps_per_s: f64,
    cases_per_cpu_s: f64,
    live_case_bytes: f64,
}

/// Runs it by this interpreter, which must know `SpiffWorkflow`, with its database in this folder.
pub(super) async fn measure(python: &Path, folder: &Path, time: Duration) -> anyhow::Result<Beside> {
    let script = folder.join("spiff.py");
    std::fs::write(&script, SCRIPT)?;
    let output = Command::new(python)
        .arg(&script)
        .arg(time.as_secs_f64().to_string())
        .arg(LIVE_CASES.to_string())
        .env("TMPDIR", folder)
        .stderr(Stdio::inherit())
        .output()
        .await
        .with_context(|| python.display().to_string())?;
    anyhow::ensure!(output.status.success(), "{} {}: {}", python.display(), script.display(), output.status);
    let printed: Printed =
        serde_json::from_slice(&output.stdout).context("what the Python engine printed")?;
    Ok(Beside {
        what: "SpiffWorkflow (Python), five approvals",
        steps_per_s: printed.steps_per_s,
        cases_per_s: Some(printed.cases_per_s),
        cases_per_cpu_s: Some(printed.cases_per_cpu_s),
        live_case_bytes: Some(printed.live_case_bytes),
    })
}
