//! What the operating system says of a process: processor time and memory.

use std::fs;

use anyhow::Context as _;

/// Linux reports processor time in hundredths of a second to programs, whatever the kernel's own tick is.
const TICKS_A_SECOND: f64 = 100.0;

/// Processor seconds that a process has used so far, in user and in system mode together.
pub(super) fn cpu_seconds(id: u32) -> anyhow::Result<f64> {
    let path = format!("/proc/{id}/stat");
    let text = fs::read_to_string(&path).with_context(|| path.clone())?;
    // The second field is the name in brackets, which may hold anything; behind it counting is safe.
    let fields: Vec<&str> =
        text.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
    let (user, system) = ticks(11).zip(ticks(12)).with_context(|| path.clone())?;
    Ok((user + system) / TICKS_A_SECOND)
}

/// Resident memory of a process in bytes.
pub(super) fn resident_bytes(id: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{id}/status");
    let text = fs::read_to_string(&path).with_context(|| path.clone())?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).with_context(|| path.clone())?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().context("VmRSS")?;
    Ok(kilobytes * 1024)
}

/// Bytes written to the disk on behalf of a process.
pub(super) fn written_bytes(id: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{id}/io");
    let text = fs::read_to_string(&path).with_context(|| path.clone())?;
    let line =
        text.lines().find_map(|line| line.strip_prefix("write_bytes:")).with_context(|| path.clone())?;
    line.trim().parse().context("write_bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_seen() {
        let id = std::process::id();
        assert!(resident_bytes(id).unwrap() > 1_000_000);
        let before = cpu_seconds(id).unwrap();
        let mut x = 1_u64;
        while cpu_seconds(id).unwrap() - before < 0.02 {
            x = std::hint::black_box(x.wrapping_mul(3));
        }
        written_bytes(id).unwrap();
    }
}
