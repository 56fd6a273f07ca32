//! What was measured, as numbers and as a table for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::lifecycle::{Seen, Step};

/// Milliseconds that so many in a hundred did not exceed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Percentiles {
    /// How many were timed.
    pub count: usize,
    /// Half of them.
    pub p50_ms: f64,
    /// 95 of a hundred.
    pub p95_ms: f64,
    /// 99 of a hundred.
    pub p99_ms: f64,
    /// All of them.
    pub max_ms: f64,
}

impl Percentiles {
    /// Of microseconds.
    pub(super) fn of(mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        let at = |hundredths: usize| {
            let index = (micros.len() * hundredths).div_ceil(100).saturating_sub(1);
            micros.get(index).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
        };
        Self { count: micros.len(), p50_ms: at(50), p95_ms: at(95), p99_ms: at(99), max_ms: at(100) }
    }
}

/// Lifecycles through the program.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Driven {
    /// Drivers at the same time.
    pub clients: usize,
    /// The time that was counted.
    pub seconds: f64,
    /// Whole lifecycles in that time.
    pub lifecycles: u64,
    /// The same, a second.
    pub lifecycles_per_s: f64,
    /// Acknowledged writing requests, and licences issued, a second.
    pub durable_steps_per_s: f64,
    /// Requests a second.
    pub requests_per_s: f64,
    /// Processor seconds of the program.
    pub server_cpu_s: f64,
    /// Processor seconds of the drivers.
    pub client_cpu_s: f64,
    /// Lifecycles for each processor second of the program.
    pub lifecycles_per_cpu_s: f64,
    /// Memory of the program before and after.
    pub rss_start_mb: f64,
    /// After.
    pub rss_end_mb: f64,
    /// Bytes that the program wrote to the disk, a lifecycle.
    pub written_kb_per_lifecycle: f64,
    /// Bytes by which the database has grown, a lifecycle; nothing where the folder does not show it.
    pub database_kb_per_lifecycle: Option<f64>,
    /// By step.
    pub steps: BTreeMap<&'static str, Percentiles>,
    /// What went wrong, by kind.
    pub errors: BTreeMap<String, u64>,
    /// Requests sent again because another clerk was faster or the program was busy.
    pub retries: u64,
    /// Submissions that were acknowledged and are not in the database afterwards. Must be 0.
    pub lost: u64,
}

impl Driven {
    pub(super) fn with(mut self, seen: &Seen) -> Self {
        let of = |(step, times): (&Step, &Vec<u32>)| (step.as_str(), Percentiles::of(times.clone()));
        self.steps = seen.times.iter().map(of).collect();
        self.errors.clone_from(&seen.errors);
        self.retries = seen.retries;
        self
    }
}

/// What stands beside it.
#[derive(Debug, Clone, Serialize)]
pub struct Beside {
    /// What it is.
    pub what: &'static str,
    /// Durable steps a second.
    pub steps_per_s: f64,
    /// Cases a second, where it has cases.
    pub cases_per_s: Option<f64>,
    /// Cases for each processor second.
    pub cases_per_cpu_s: Option<f64>,
    /// Memory for each live case.
    pub live_case_bytes: Option<f64>,
}

/// One step of a rising load.
#[derive(Debug, Clone, Serialize)]
pub struct Level {
    /// Arrivals a second.
    pub offered_per_s: f64,
    /// Lifecycles that ended, a second.
    pub achieved_per_s: f64,
    /// From the planned arrival to the licence.
    pub lifecycle: Percentiles,
    /// Whether the program keeps up.
    pub keeps_up: bool,
}

/// What a wave of arrivals did.
#[derive(Debug, Clone, Serialize)]
pub struct Spike {
    /// Arrivals a second before and after.
    pub base_per_s: f64,
    /// During the wave.
    pub spike_per_s: f64,
    /// How long it lasted.
    pub spike_s: f64,
    /// Lifecycle before it.
    pub before: Percentiles,
    /// Lifecycle of those who arrived in it.
    pub during: Percentiles,
    /// Lifecycle of those who arrived when it was over and the program had recovered.
    pub after: Percentiles,
    /// From the end of the wave until the p95 of those who arrive is at most twice the one before; nothing when never.
    pub recovered_after_s: Option<f64>,
}

/// Figures of one pass.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Round {
    /// Steady load on the database that was asked for.
    pub driven: Option<Driven>,
    /// The same on an empty one, when one was filled.
    pub empty: Option<Driven>,
    /// The same number of durable steps on the bare database.
    pub bare: Option<Beside>,
    /// A Python BPMN engine.
    pub spiff: Option<Beside>,
    /// Rising load.
    pub ramp: Vec<Level>,
    /// A wave.
    pub spike: Option<Spike>,
}

/// Least, middle and greatest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Least.
    pub min: f64,
    /// Middle.
    pub median: f64,
    /// Greatest.
    pub max: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        Some(Self { min: *values.first()?, median: values[values.len() / 2], max: *values.last()? })
    }
}

/// What was filled in before.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Filled {
    /// Cases.
    pub cases: u64,
    /// Those that are not closed.
    pub live: u64,
    /// Tasks, events and other rows.
    pub rows: u64,
    /// How long it took.
    pub seconds: f64,
    /// Bytes of the database for each case; nothing where the folder does not show it.
    pub database_bytes_per_case: Option<f64>,
    /// Bytes of the program's memory for each live case.
    pub memory_bytes_per_live_case: Option<f64>,
}

/// Everything.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// `steady`, `ramp` or `spike`.
    pub profile: &'static str,
    /// `sqlite` or `postgres`.
    pub database: &'static str,
    /// Processors that this machine lets us use.
    pub processors: usize,
    /// What was filled in before.
    pub filled: Filled,
    /// Pass by pass.
    pub rounds: Vec<Round>,
    /// Over all passes: figures, and what they are as ratios of their own pass.
    pub summary: BTreeMap<&'static str, Spread>,
}

/// A figure of a round, with its name.
type Figure = (&'static str, Box<dyn Fn(&Round) -> Option<f64>>);

impl Report {
    /// Works out the summary.
    #[must_use]
    pub(super) fn summed(mut self) -> Self {
        let driven = |round: &Round| round.driven.as_ref().map(|driven| driven.lifecycles_per_s);
        let per_cpu = |round: &Round| round.driven.as_ref().map(|driven| driven.lifecycles_per_cpu_s);
        let steps = |round: &Round| round.driven.as_ref().map(|driven| driven.durable_steps_per_s);
        let spiff = |round: &Round| round.spiff.as_ref().and_then(|spiff| spiff.cases_per_s);
        let spiff_cpu = |round: &Round| round.spiff.as_ref().and_then(|spiff| spiff.cases_per_cpu_s);
        let bare = |round: &Round| round.bare.as_ref().map(|bare| bare.steps_per_s);
        let empty = |round: &Round| round.empty.as_ref().map(|empty| empty.lifecycles_per_s);
        let ratio = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a / b);
        let figures: [Figure; 9] = [
            ("lifecycles_per_s", Box::new(driven)),
            ("lifecycles_per_cpu_s", Box::new(per_cpu)),
            ("durable_steps_per_s", Box::new(steps)),
            ("bare_steps_per_s", Box::new(bare)),
            ("spiff_cases_per_s", Box::new(spiff)),
            ("to_spiff_per_s", Box::new(move |round| ratio(driven(round), spiff(round)))),
            ("to_spiff_per_cpu_s", Box::new(move |round| ratio(per_cpu(round), spiff_cpu(round)))),
            ("to_bare_steps", Box::new(move |round| ratio(steps(round), bare(round)))),
            ("filled_to_empty", Box::new(move |round| ratio(driven(round), empty(round)))),
        ];
        for (name, figure) in figures {
            if let Some(spread) = Spread::of(self.rounds.iter().filter_map(figure)) {
                self.summary.insert(name, spread);
            }
        }
        self
    }

    /// For people.
    pub fn table(&self) -> String {
        let mut text = format!("{} on {}, {} processors\n", self.profile, self.database, self.processors);
        let filled = &self.filled;
        if filled.cases > 0 {
            let _ = writeln!(
                text,
                "{} cases filled in ({} live, {} rows) in {:.0} s; {} B a case on disk, {} B a live case in memory",
                filled.cases,
                filled.live,
                filled.rows,
                filled.seconds,
                or_dash(filled.database_bytes_per_case),
                or_dash(filled.memory_bytes_per_live_case),
            );
        }
        for (number, round) in self.rounds.iter().enumerate() {
            let _ = writeln!(text, "\nround {}", number + 1);
            round.describe(&mut text);
        }
        let _ = writeln!(text, "\n{:<24}{:>12}{:>12}{:>12}", "", "min", "median", "max");
        for (name, spread) in &self.summary {
            let _ =
                writeln!(text, "{name:<24}{:>12.2}{:>12.2}{:>12.2}", spread.min, spread.median, spread.max);
        }
        text
    }
}

fn or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.0}"))
}

impl Round {
    fn describe(&self, text: &mut String) {
        for (name, driven) in [("empty", &self.empty), ("driven", &self.driven)] {
            if let Some(driven) = driven {
                driven.describe(name, text);
            }
        }
        for beside in [&self.bare, &self.spiff].into_iter().flatten() {
            let _ = writeln!(
                text,
                "{}: {:.0} durable steps/s, {} cases/s, {} cases a CPU second, {} B a live case",
                beside.what,
                beside.steps_per_s,
                or_dash(beside.cases_per_s),
                or_dash(beside.cases_per_cpu_s),
                or_dash(beside.live_case_bytes),
            );
        }
        for level in &self.ramp {
            let Level { offered_per_s, achieved_per_s, lifecycle, keeps_up } = level;
            let _ = writeln!(
                text,
                "offered {offered_per_s:>7.1}/s  achieved {achieved_per_s:>7.1}/s  p50 {:>8.1} ms  p95 {:>8.1} ms  {}",
                lifecycle.p50_ms,
                lifecycle.p95_ms,
                if *keeps_up { "keeps up" } else { "falls behind" },
            );
        }
        if let Some(spike) = &self.spike {
            let _ = writeln!(
                text,
                "{:.1}/s, then {:.1}/s for {:.0} s: p95 {:.0} ms before, {:.0} ms during, {:.0} ms after; recovered after {}",
                spike.base_per_s,
                spike.spike_per_s,
                spike.spike_s,
                spike.before.p95_ms,
                spike.during.p95_ms,
                spike.after.p95_ms,
                spike.recovered_after_s.map_or_else(|| "never".to_owned(), |s| format!("{s:.0} s")),
            );
        }
    }
}

impl Driven {
    fn describe(&self, name: &str, text: &mut String) {
        let _ = writeln!(
            text,
            "{name}: {} clients, {:.0} s: {:.1} lifecycles/s, {:.0} durable steps/s, {:.0} requests/s; CPU {:.1} s \
             program + {:.1} s drivers; {:.1} lifecycles a CPU second; memory {:.0} → {:.0} MB; a lifecycle writes {:.0} \
             KB and leaves {} KB; {} retries, {} lost, errors {:?}",
            self.clients,
            self.seconds,
            self.lifecycles_per_s,
            self.durable_steps_per_s,
            self.requests_per_s,
            self.server_cpu_s,
            self.client_cpu_s,
            self.lifecycles_per_cpu_s,
            self.rss_start_mb,
            self.rss_end_mb,
            self.written_kb_per_lifecycle,
            or_dash(self.database_kb_per_lifecycle),
            self.retries,
            self.lost,
            self.errors,
        );
        for (step, times) in &self.steps {
            let _ = writeln!(
                text,
                "  {step:<14}{:>8} × p50 {:>9.2}  p95 {:>9.2}  p99 {:>9.2}  max {:>9.2} ms",
                times.count, times.p50_ms, times.p95_ms, times.p99_ms, times.max_ms
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let of = |micros: Vec<u32>| Percentiles::of(micros);
        assert_eq!(of(Vec::new()).p99_ms.to_bits(), 0.0_f64.to_bits());
        let hundred = of((1..=100).map(|n| n * 1000).rev().collect());
        let Percentiles { count, p50_ms, p95_ms, p99_ms, max_ms } = hundred;
        assert_eq!((count, [p50_ms, p95_ms, p99_ms, max_ms]), (100, [50.0, 95.0, 99.0, 100.0]));
        assert!((of(vec![7000]).p50_ms - 7.0).abs() < 1e-9);
    }

    #[test]
    fn the_summary_compares_what_was_measured_in_one_round() {
        let round = |lifecycles_per_s: f64, bare: f64| Round {
            driven: Some(Driven {
                lifecycles_per_s,
                durable_steps_per_s: lifecycles_per_s * 10.0,
                ..Driven::default()
            }),
            bare: Some(Beside {
                what: "bare",
                steps_per_s: bare,
                cases_per_s: None,
                cases_per_cpu_s: None,
                live_case_bytes: None,
            }),
            ..Round::default()
        };
        let rounds = vec![round(10.0, 100.0), round(30.0, 600.0), round(20.0, 100.0)];
        let report = Report { rounds, ..Report::default() }.summed();
        let spread = |min, median, max| Some(Spread { min, median, max });
        assert_eq!(report.summary.get("to_bare_steps").copied(), spread(0.5, 1.0, 2.0));
        assert_eq!(report.summary.get("lifecycles_per_s").copied(), spread(10.0, 20.0, 30.0));
        assert_eq!(report.summary.get("to_spiff_per_s"), None);
        assert!(report.table().contains("to_bare_steps"));
    }
}
