//! The sentences of an explanation, in Chinese and English.

use jiff::civil::{Date, Weekday};

use crate::{DayOff, Due, Limit, Shift, Step, StepKind};

/// Every step as a line. Runs of working days with nothing but ordinary weekends between them share one line,
/// so that sixty working days do not make a page; the table of days has them all.
pub(crate) fn lines(steps: &[Step], line: fn(&Step, u32) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = steps;
    while let [step, tail @ ..] = rest {
        let mut joined = step.clone();
        let mut weekend_days = 0;
        rest = tail;
        if let StepKind::CountedWorkingDays { last, .. } = &mut joined.kind {
            while let [Step { kind: StepKind::SkippedWeekend, .. }, next, tail @ ..] = rest {
                let StepKind::CountedWorkingDays { last: next_last, .. } = next.kind else { break };
                weekend_days += rest.first().map_or(0, Step::len);
                *last = next_last;
                joined.to = next.to;
                rest = tail;
            }
        }
        lines.push(line(&joined, weekend_days));
    }
    lines
}

pub(crate) fn line_zh(step: &Step, weekend_days: u32) -> String {
    let between =
        if weekend_days > 0 { format!("，其间周末{weekend_days}天不计") } else { String::new() };
    format!("{}：{}{between}。", range_zh(step), label_zh(step))
}

pub(crate) fn line_en(step: &Step, weekend_days: u32) -> String {
    let between = match weekend_days {
        0 => String::new(),
        1 => "; 1 weekend day between them is not counted".to_owned(),
        many => format!("; {many} weekend days between them are not counted"),
    };
    format!("{}: {}{between}.", range_en(step), label_en(step))
}

pub(crate) fn label_zh(step: &Step) -> String {
    match &step.kind {
        StepKind::EventDay => "起算当日，不计入（民法典第二百零一条）".into(),
        StepKind::CountedWorkingDays { first, last } => format!("计{}个工作日", numbers_zh(*first, *last)),
        StepKind::CountedDays { first, last } => format!("计{}日", numbers_zh(*first, *last)),
        StepKind::MakeUpCounted { name, first, last } => {
            format!("{name}调休上班，计{}个工作日", numbers_zh(*first, *last))
        }
        StepKind::SkippedWeekend => "周末，不计".into(),
        StepKind::SkippedHoliday { name } => format!("{name}放假，不计"),
        StepKind::PausedDays { reason } => format!("期限暂停，不计{}", in_brackets(reason, "（", "）")),
        StepKind::PausedSince { reason, left } => {
            let left = match joined(left, Limit::display_zh, "、") {
                days if days.is_empty() => "恢复后至下一个工作日届满".to_owned(),
                days => format!("恢复后还剩{days}"),
            };
            format!("期限自本日起暂停{}，{left}", in_brackets(reason, "（", "）"))
        }
        StepKind::Extended { by, reason } => {
            format!("决定延长{}{}", by.display_zh(), in_brackets(reason, "（", "）"))
        }
        StepKind::ExtendedTooLate { by, ended } => {
            format!("决定延长{}，但期限已于{}届满，延长无效", by.display_zh(), day_zh(*ended))
        }
        StepKind::MovedEnd { because } => {
            let because = match because {
                DayOff::Weekend => "周末",
                DayOff::Holiday(name) => name,
            };
            let (from, to) = (day_zh(step.from), day_zh(step.to));
            format!("期限最后一日{from}为休息日（{because}），顺延至{to}（民法典第二百零三条）")
        }
        StepKind::NotAnnounced { year, raw_end: None } => {
            format!("{year}年的放假安排尚无公布的数据，不能确定届满日")
        }
        StepKind::NotAnnounced { year, raw_end: Some(raw_end) } => {
            let raw_end = day_zh(*raw_end);
            format!(
                "期限最后一日为{raw_end}，{year}年的放假安排尚无公布的数据，不能确定是否顺延（民法典第二百零三条）"
            )
        }
        StepKind::Due => "期限届满日".into(),
        StepKind::Stopped { late: false } => "期限停止计算".into(),
        StepKind::Stopped { late: true } => "期限停止计算，已逾期".into(),
    }
}

pub(crate) fn label_en(step: &Step) -> String {
    match &step.kind {
        StepKind::EventDay => "the day of the event is not counted (Civil Code, article 201)".into(),
        StepKind::CountedWorkingDays { first, last } => numbers_en("working day", *first, *last),
        StepKind::CountedDays { first, last } => numbers_en("day", *first, *last),
        StepKind::MakeUpCounted { name, first, last } => {
            format!(
                "worked in exchange for {}: {}",
                festival_en(name),
                numbers_en("working day", *first, *last)
            )
        }
        StepKind::SkippedWeekend => "weekend, not counted".into(),
        StepKind::SkippedHoliday { name } => format!("{}, not counted", festival_en(name)),
        StepKind::PausedDays { reason } => format!("paused, not counted{}", in_brackets(reason, " (", ")")),
        StepKind::PausedSince { reason, left } => {
            let left = match joined(left, ToString::to_string, " and ") {
                days if days.is_empty() => "it ends on the first working day after the pause".to_owned(),
                days => format!("{days} left when it is resumed"),
            };
            format!("paused from this day on{}; {left}", in_brackets(reason, " (", ")"))
        }
        StepKind::Extended { by, reason } => format!("extended by {by}{}", in_brackets(reason, " (", ")")),
        StepKind::ExtendedTooLate { by, ended } => {
            format!("extended by {by}, without effect: the limit had ended on {}", day_en(*ended))
        }
        StepKind::MovedEnd { because } => {
            let because = match because {
                DayOff::Weekend => "a weekend".to_owned(),
                DayOff::Holiday(name) => festival_en(name),
            };
            let (from, to) = (day_en(step.from), day_en(step.to));
            format!(
                "the last day {from} is a day off ({because}), so it moves to {to} (Civil Code, article 203)"
            )
        }
        StepKind::NotAnnounced { year, raw_end: None } => {
            format!("no announced holidays of {year} are at hand, so the last day is unknown")
        }
        StepKind::NotAnnounced { year, raw_end: Some(raw_end) } => {
            let raw_end = day_en(*raw_end);
            format!(
                "the last day is {raw_end}; no announced holidays of {year} are at hand, so it is \
                 unknown whether it moves (Civil Code, article 203)"
            )
        }
        StepKind::Due => "the last day of the limit".into(),
        StepKind::Stopped { late: false } => "the clock was stopped".into(),
        StepKind::Stopped { late: true } => "the clock was stopped, late".into(),
    }
}

pub(crate) fn shift_zh(shift: &Shift) -> String {
    let due = |due: &Due| match due {
        Due::NotStarted => "未起算".to_owned(),
        Due::On(day) => day_zh(*day),
        Due::Unknown { not_announced } => format!("未知（{not_announced}年放假安排未公布）"),
        Due::Paused { .. } => "暂停中".to_owned(),
    };
    format!("因放假安排公布或调整，期限届满日由{}变为{}。", due(&shift.before), due(&shift.after))
}

pub(crate) fn shift_en(shift: &Shift) -> String {
    let due = |due: &Due| match due {
        Due::NotStarted => "not started".to_owned(),
        Due::On(day) => day_en(*day),
        Due::Unknown { not_announced } => format!("unknown ({not_announced} not announced)"),
        Due::Paused { .. } => "paused".to_owned(),
    };
    format!(
        "The announced holidays have changed: the last day of the limit was {} and is now {}.",
        due(&shift.before),
        due(&shift.after)
    )
}

fn range_zh(step: &Step) -> String {
    // A move is about its last day, where the limit now ends; the sentence names both.
    if step.from == step.to || matches!(step.kind, StepKind::MovedEnd { .. }) {
        return day_zh(step.to);
    }
    let to = day_zh(step.to);
    let to = if step.from.year() == step.to.year() {
        to.split_once('年').map_or(&*to, |(_, day)| day)
    } else {
        &to
    };
    format!("{}至{to}", day_zh(step.from))
}

fn range_en(step: &Step) -> String {
    if step.from == step.to || matches!(step.kind, StepKind::MovedEnd { .. }) {
        return day_en(step.to);
    }
    format!("{} to {}", day_en(step.from), day_en(step.to))
}

fn day_zh(day: Date) -> String {
    let weekday = match day.weekday() {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    };
    format!("{}年{}月{}日（{weekday}）", day.year(), day.month(), day.day())
}

fn day_en(day: Date) -> String {
    let weekday = match day.weekday() {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    };
    format!("{day} ({weekday})")
}

fn numbers_zh(first: u32, last: u32) -> String {
    if first == last { format!("第{first}") } else { format!("第{first}至第{last}") }
}

fn numbers_en(what: &str, first: u32, last: u32) -> String {
    if first == last { format!("{what} {first}") } else { format!("{what}s {first} to {last}") }
}

fn in_brackets(reason: &str, open: &str, close: &str) -> String {
    if reason.is_empty() { String::new() } else { format!("{open}{reason}{close}") }
}

fn joined(limits: &[Limit], display: fn(&Limit) -> String, between: &str) -> String {
    limits.iter().map(display).collect::<Vec<_>>().join(between)
}

/// The English name of a festival as the notices call it; an unknown name stays Chinese rather than be left
/// out.
fn festival_en(name: &str) -> String {
    let english = |festival| match festival {
        "元旦" => "New Year",
        "春节" => "Spring Festival",
        "清明节" => "Qingming Festival",
        "劳动节" => "Labour Day",
        "端午节" => "Dragon Boat Festival",
        "中秋节" => "Mid-Autumn Festival",
        "国庆节" => "National Day",
        other => other,
    };
    name.split('、').map(english).collect::<Vec<_>>().join(" and ")
}
