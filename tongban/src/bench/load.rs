//! The loads: as many as keep so many drivers busy, arrivals that rise, and a wave.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::figures::{Driven, Level, Percentiles, Spike};
use super::lifecycle::{Driver, Seen};
use super::process;
use super::world::{Server, Visits};

/// Which load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Each driver begins the next case when the last one is done.
    Steady,
    /// Arrivals at a rate that rises step by step beyond what the program can do.
    Ramp,
    /// Arrivals at a low rate, at ten times that rate for a while, and at the low rate again.
    Spike,
}

impl Profile {
    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Ramp => "ramp",
            Self::Spike => "spike",
        }
    }
}

/// How hard and how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) clients: usize,
    pub(super) warm_up: Duration,
    pub(super) time: Duration,
    pub(super) with_file: bool,
}

/// Most cases under way at once; arrivals beyond wait for a free driver, and their time counts from their arrival.
const DRIVERS_MAX: usize = 400;
/// At this share of what a steady load reaches the wave begins: ten times as much is twice what can be done.
const BASE_SHARE: f64 = 0.2;
const WAVE: Duration = Duration::from_secs(10);
/// After the wave; recovery is asked for within 30 s.
const CALM: Duration = Duration::from_secs(45);

/// Keeps `clients` drivers busy. Only what ends in the counted time is counted.
pub(super) async fn steady(server: &Server, visits: &Visits, load: Load) -> anyhow::Result<(Driven, Seen)> {
    let begun = Instant::now();
    let counts_from = begun + load.warm_up;
    let ends = counts_from + load.time;
    let mut drivers = JoinSet::new();
    for number in 0..load.clients {
        let mut driver = Driver::new(server.address, visits.clone(), fresh_number(number), load.with_file);
        drivers.spawn(async move {
            let mut counted = Counted::default();
            let mut kept = Seen::default();
            while Instant::now() < ends {
                let good = driver.live(Instant::now()).await;
                let seen = std::mem::take(&mut driver.seen);
                if (counts_from..ends).contains(&Instant::now()) {
                    counted.lifecycles += u64::from(good);
                    counted.durable_steps += seen.durable_steps;
                    counted.requests += seen.requests;
                    kept.and(seen);
                } else {
                    kept.cases.extend(seen.cases);
                }
            }
            (counted, kept)
        });
    }
    tokio::time::sleep_until(counts_from.into()).await;
    let at_start = Used::of(server)?;
    tokio::time::sleep_until(ends.into()).await;
    let at_end = Used::of(server)?;
    let (mut counted, mut seen) = (Counted::default(), Seen::default());
    while let Some(ended) = drivers.join_next().await {
        let (more, of_driver) = ended?;
        counted.lifecycles += more.lifecycles;
        counted.durable_steps += more.durable_steps;
        counted.requests += more.requests;
        seen.and(of_driver);
    }
    let driven = at_start.until(&at_end, load, &counted).with(&seen);
    Ok((driven, seen))
}

/// Keys of requests carry it, so no two drivers of any load may have the same.
pub(super) fn fresh_number(number: usize) -> u64 {
    let random = u32::from_le_bytes(guomi::random_bytes::<4>()) >> 1;
    (u64::from(random) & 0x7fff_fc00) | (number as u64 & 0x3ff)
}

#[derive(Default)]
struct Counted {
    lifecycles: u64,
    durable_steps: u64,
    requests: u64,
}

/// What the program and the drivers have used up to a moment.
struct Used {
    at: Instant,
    server_cpu: f64,
    client_cpu: f64,
    memory: u64,
    written: u64,
}

impl Used {
    fn of(server: &Server) -> anyhow::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server_cpu: process::cpu_seconds(server.id())?,
            client_cpu: process::cpu_seconds(std::process::id())?,
            memory: process::resident_bytes(server.id())?,
            written: process::written_bytes(server.id())?,
        })
    }

    fn until(&self, end: &Self, load: Load, counted: &Counted) -> Driven {
        let seconds = (end.at - self.at).as_secs_f64();
        let server_cpu_s = end.server_cpu - self.server_cpu;
        let lifecycles = counted.lifecycles as f64;
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        Driven {
            clients: load.clients,
            seconds,
            lifecycles: counted.lifecycles,
            lifecycles_per_s: lifecycles / seconds,
            durable_steps_per_s: counted.durable_steps as f64 / seconds,
            requests_per_s: counted.requests as f64 / seconds,
            server_cpu_s,
            client_cpu_s: end.client_cpu - self.client_cpu,
            lifecycles_per_cpu_s: lifecycles / server_cpu_s.max(0.01),
            rss_start_mb: megabytes(self.memory),
            rss_end_mb: megabytes(end.memory),
            written_kb_per_lifecycle: end.written.saturating_sub(self.written) as f64
                / 1e3
                / lifecycles.max(1.0),
            ..Driven::default()
        }
    }
}

/// A lifecycle of an arrival: both in seconds since the start of the load.
struct Lived {
    arrived: f64,
    ended: f64,
    good: bool,
}

/// Arrivals by plan: so many a second for so long, part by part.
async fn arrivals(
    server: &Server,
    visits: &Visits,
    load: Load,
    plan: &[(f64, Duration)],
) -> anyhow::Result<(Vec<Lived>, Seen)> {
    let begun = Instant::now();
    let (sender, receiver) = mpsc::unbounded_channel::<Instant>();
    let receiver = Arc::new(Mutex::new(receiver));
    let mut drivers = JoinSet::new();
    for number in 0..DRIVERS_MAX {
        let mut driver = Driver::new(server.address, visits.clone(), fresh_number(number), load.with_file);
        let receiver = Arc::clone(&receiver);
        drivers.spawn(async move {
            let mut lived = Vec::new();
            loop {
                let next = receiver.lock().await.recv().await;
                let Some(arrived) = next else { return (lived, driver.seen) };
                let good = driver.live(arrived).await;
                let (arrived, ended) = ((arrived - begun).as_secs_f64(), begun.elapsed().as_secs_f64());
                lived.push(Lived { arrived, ended, good });
            }
        });
    }
    let mut at = begun;
    for (rate, time) in plan {
        let until = at + *time;
        while at < until {
            tokio::time::sleep_until(at.into()).await;
            let _all_drivers_gone = sender.send(at);
            at += Duration::from_secs_f64(1.0 / rate);
        }
        at = until;
    }
    drop(sender);
    let (mut all, mut seen) = (Vec::new(), Seen::default());
    while let Some(ended) = drivers.join_next().await {
        let (lived, of_driver) = ended?;
        all.extend(lived);
        seen.and(of_driver);
    }
    Ok((all, seen))
}

fn times_of(lived: &[Lived], from: f64, until: f64) -> Percentiles {
    let in_time = lived.iter().filter(|lived| lived.good && (from..until).contains(&lived.arrived));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an hour at most")]
    Percentiles::of(in_time.map(|lived| ((lived.ended - lived.arrived) * 1e6) as u32).collect())
}

/// Rises from a tenth of what a steady load reached to beyond it.
pub(super) async fn ramp(
    server: &Server,
    visits: &Visits,
    load: Load,
    reached_per_s: f64,
) -> anyhow::Result<(Vec<Level>, Seen)> {
    let shares = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2];
    let time = (load.time / 4).max(Duration::from_secs(2));
    let plan: Vec<(f64, Duration)> =
        shares.iter().map(|share| ((share * reached_per_s).max(0.5), time)).collect();
    let (lived, seen) = arrivals(server, visits, load, &plan).await?;
    let mut levels: Vec<Level> = Vec::new();
    for (index, (rate, time)) in plan.iter().enumerate() {
        let seconds = time.as_secs_f64();
        let (from, until) = (index as f64 * seconds, (index + 1) as f64 * seconds);
        let ended = lived.iter().filter(|lived| lived.good && (from..until).contains(&lived.ended)).count();
        let lifecycle = times_of(&lived, from, until);
        let calm = levels.first().map_or(lifecycle.p95_ms, |first| first.lifecycle.p95_ms);
        let achieved_per_s = ended as f64 / seconds;
        let keeps_up = achieved_per_s >= 0.9 * rate && lifecycle.p95_ms <= (calm * 5.0).max(1000.0);
        levels.push(Level { offered_per_s: *rate, achieved_per_s, lifecycle, keeps_up });
    }
    Ok((levels, seen))
}

/// A wave of ten times the arrivals.
pub(super) async fn spike(
    server: &Server,
    visits: &Visits,
    load: Load,
    reached_per_s: f64,
) -> anyhow::Result<(Spike, Seen)> {
    let base = (reached_per_s * BASE_SHARE).max(0.5);
    let before = load.time.min(Duration::from_secs(15));
    let plan = [(base, before), (base * 10.0, WAVE), (base, CALM)];
    let (lived, seen) = arrivals(server, visits, load, &plan).await?;
    let wave_from = before.as_secs_f64();
    let wave_until = wave_from + WAVE.as_secs_f64();
    let calm = times_of(&lived, 1.0, wave_from);
    let recovered_after_s = recovery(&lived, wave_until, calm.p95_ms * 2.0);
    let back = wave_until + recovered_after_s.unwrap_or(0.0);
    let spike = Spike {
        base_per_s: base,
        spike_per_s: base * 10.0,
        spike_s: WAVE.as_secs_f64(),
        before: calm,
        during: times_of(&lived, wave_from, wave_until),
        after: times_of(&lived, back, f64::INFINITY),
        recovered_after_s,
    };
    Ok((spike, seen))
}

/// Seconds after the wave from which on, second by second, the p95 of arrivals stays within the limit; one slow second
/// in five is chance.
fn recovery(lived: &[Lived], wave_until: f64, limit_ms: f64) -> Option<f64> {
    // Nobody measures for a day.
    let seconds: BTreeMap<u32, bool> = (0..86_400_u32)
        .map(|second| {
            (second, times_of(lived, wave_until + f64::from(second), wave_until + f64::from(second + 1)))
        })
        .take_while(|(_, times)| times.count > 0)
        .map(|(second, times)| (second, times.p95_ms <= limit_ms))
        .collect();
    let from = seconds.iter().find(|(second, _)| {
        let next: Vec<bool> = seconds.range(**second..**second + 5).map(|(_, calm)| *calm).collect();
        next.len() == 5 && next[0] && next.iter().filter(|calm| !**calm).count() <= 1
    });
    from.map(|(second, _)| f64::from(*second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_is_the_first_second_from_which_it_stays_calm() {
        let arrive = |second: u32, time: f64| {
            let arrived = 100.0 + f64::from(second) + 0.5;
            Lived { arrived, ended: arrived + time, good: true }
        };
        let slow_until = |calm_from: u32| -> Vec<Lived> {
            (0..20).map(|second| arrive(second, if second < calm_from { 3.0 } else { 0.1 })).collect()
        };
        assert_eq!(recovery(&slow_until(0), 100.0, 200.0), Some(0.0));
        assert_eq!(recovery(&slow_until(7), 100.0, 200.0), Some(7.0));
        assert_eq!(recovery(&slow_until(20), 100.0, 200.0), None);
    }
}
