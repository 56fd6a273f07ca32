//! `tongban deadline`: when a limit ends, and why, day by day.

use std::process::ExitCode;

use clap::ValueEnum;
use jiff::civil::Date;
use legal_time::{Calendar, Clock, DateRange, Due, Limit};

use crate::say;

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Zh,
    En,
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The day of the event; it is not counted (民法典 §201).
    #[arg(long)]
    from: Date,
    /// Such as "20 working days", "60 calendar days", "3 months", "20个工作日".
    #[arg(long)]
    limit: Limit,
    /// Days that are not counted, both ends included, such as 2026-10-09..2026-10-15. May be repeated.
    #[arg(long)]
    paused: Vec<DateRange>,
    /// List every day.
    #[arg(long)]
    days: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Language of the explanation.
    #[arg(long, value_enum, default_value = "zh")]
    lang: Language,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { from, limit, paused, days, json, lang } = arguments;
    let calendar = Calendar::china();
    let clock =
        paused.iter().fold(Clock::started(limit.clone(), *from), |clock, range| clock.paused(*range, ""));
    let reading = clock.evaluate(&calendar)?;
    if *json {
        say!("{}", serde_json::to_string_pretty(&reading)?);
        return Ok(ExitCode::SUCCESS);
    }
    let chinese = matches!(lang, Language::Zh);
    match &reading.due {
        Due::On(day) => say!("{day}"),
        Due::Unknown { not_announced } if chinese => say!("{not_announced}年的放假安排尚未公布，无法确定"),
        Due::Unknown { not_announced } => say!("unknown: the holidays of {not_announced} are not announced"),
        Due::Paused { .. } if chinese => say!("计时暂停中"),
        Due::Paused { .. } => say!("paused"),
        Due::NotStarted if chinese => say!("尚未开始计时"),
        Due::NotStarted => say!("not started"),
    }
    let lines = if chinese { reading.explanation.lines_zh() } else { reading.explanation.lines_en() };
    lines.iter().for_each(|line| say!("  {line}"));
    if *days {
        for step in reading.explanation.days() {
            say!("  {}  {}", step.from, if chinese { step.label_zh() } else { step.label_en() });
        }
    }
    Ok(ExitCode::SUCCESS)
}
