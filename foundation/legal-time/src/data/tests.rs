//! Every rule of calendar data, on the real notices with one thing wrong.

use jiff::civil::date;
use serde_json::{Value, json};

use super::*;
use crate::{CHINA_VERSION, Clock, Due};

const YEAR_2026: &str = include_str!("../../data/2026.json");

/// The notice of 2026 told of 2027, a day of the same weekday a year later: the holidays of a year that is to come.
fn year_2027() -> Value {
    let mut file: Value = serde_json::from_str(YEAR_2026).unwrap();
    file["year"] = json!(2027);
    let days = file["days"].as_array().unwrap().clone();
    let moved = days.into_iter().map(|mut day| {
        let date: Date = day["date"].as_str().unwrap().parse().unwrap();
        let fixed = matches!(day["name"].as_str().unwrap(), "元旦" | "劳动节" | "国庆节")
            && day["isOffDay"] == json!(true);
        let span = if fixed { jiff::Span::new().years(1) } else { jiff::Span::new().days(364) };
        day["date"] = json!(date.checked_add(span).unwrap().to_string());
        day
    });
    let mut seen = BTreeSet::new();
    file["days"] = moved.filter(|day| seen.insert(day["date"].as_str().unwrap().to_owned())).collect();
    file
}

fn read(file: &Value) -> Result<CalendarFile, Vec<DataFault>> {
    CalendarFile::read(&file.to_string())
}

/// Faults of a file over the embedded data, as `field: rule`.
fn faults(file: &Value) -> Vec<String> {
    let of = |faults: Vec<DataFault>| faults.iter().map(ToString::to_string).collect();
    let china = CalendarData::china();
    match read(file) {
        Ok(file) if file.is_whole => of(file.data.faults_after(&china)),
        Ok(file) => of(china.overlaid(&file.data).faults_after(&china)),
        Err(faults) => of(faults),
    }
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut file = year_2027();
    change(&mut file);
    file
}

#[test]
fn the_next_year_is_taken_and_the_data_read_back() {
    let china = CalendarData::china();
    assert_eq!(faults(&year_2027()), [""; 0]);
    let newer = china.overlaid(&read(&year_2027()).unwrap().data);
    assert_eq!(newer.announced_years(), Some((2018, 2027)));
    let whole = newer.to_file(Some("v2"), Some("notice"));
    let again = CalendarFile::read(&whole).unwrap();
    assert_eq!((again.version.as_deref(), again.source.as_deref()), (Some("v2"), Some("notice")));
    assert!(again.is_whole && again.data == newer);
    assert_eq!(CalendarFile::read(&again.data.to_json()).unwrap().data.to_json(), newer.to_json());
    let clock = Clock::started("10 working days".parse().unwrap(), date(2026, 12, 25));
    let due = |data| clock.evaluate(&Calendar::new("x", data)).unwrap().due;
    assert_eq!(due(&china), Due::Unknown { not_announced: 2027 });
    assert!(matches!(due(&newer), Due::On(day) if day.year() == 2027));
}

#[test]
fn the_embedded_years_are_in_order_among_themselves() {
    assert_eq!(CalendarData::china().faults_after(&CalendarData::china()), []);
    // Of the real notices only that of the long winter of 2020 has a weekday that is worked again.
    let fresh = CalendarData::china().faults_after(&CalendarData::default());
    assert_eq!(fresh.len(), 1, "{fresh:?}");
    assert_eq!(fresh[0].rule, DataRule::MakeUpOnWeekday { day: date(2020, 2, 3) });
    assert_eq!(CalendarData::china().announced_years(), Some((2018, 2026)), "as {CHINA_VERSION} says");
}

#[test]
fn files_that_cannot_be_read_are_refused_with_field_and_rule() {
    let check = |file: Value, expected: &str| {
        let found = faults(&file).join("; ");
        assert!(found.contains(expected), "{expected:?} is not in {found:?}");
    };
    for text in ["", "[]", "7", "{\"year\":2027}", "{\"years\":7}"] {
        assert!(
            matches!(CalendarFile::read(text).unwrap_err()[0].rule, DataRule::Unreadable { .. }),
            "{text}"
        );
    }
    check(changed(|f| f["days"][3]["colour"] = json!("red")), "unknown field `colour`");
    check(changed(|f| f["year"] = json!(20_270)), "year: the year must lie between 2000 and 2100");
    check(
        changed(|f| f["days"][3]["date"] = json!("2027-02-30")),
        "days/3/date: there is no day \"2027-02-30\"",
    );
    check(changed(|f| f["days"][3]["date"] = json!("2027-02-03T10:00")), "days/3/date: there is no day");
    check(changed(|f| f["days"][3]["date"] = json!("2026-11-30")), "days/3/date: 2026-11-30 belongs neither");
    check(changed(|f| f["days"][3]["date"] = json!("2028-01-01")), "days/3/date: 2028-01-01 belongs neither");
    check(changed(|f| f["days"][3] = f["days"][2].clone()), "days/3/date: 2027-01-03 is named twice");
    check(changed(|f| f["days"][3]["name"] = json!(" ")), "days/3/name: the name of the festival");
    check(json!({"years": [year_2027(), year_2027()]}), "years/1/year: year 2027 is given twice");
    check(json!({"year": 2027, "papers": [], "days": []}), "days: nothing is announced");
    check(json!({"years": []}), "years: nothing is announced");
}

#[test]
fn years_that_are_not_whole_are_refused() {
    let check = |file: Value, expected: &[&str]| {
        let found = faults(&file);
        assert_eq!(found, expected);
    };
    let without = |name: &'static str| {
        changed(|f| {
            let days = f["days"].as_array().unwrap();
            f["days"] = days.iter().filter(|day| day["name"] != name).cloned().collect();
        })
    };
    check(without("端午节"), &["years/2027/days: 2027 is not whole: no day off is named for 端午节"]);
    check(
        changed(|f| f["papers"] = json!([])),
        &["years/2027/papers: the address of the notice is missing; days without a notice are a guess"],
    );
    check(
        changed(|f| f["papers"] = json!(["seen on television"])),
        &["years/2027/papers/0: not the address of a notice"],
    );
    let day = |date: &str, off: bool| json!({"name": "春节", "date": date, "isOffDay": off});
    check(
        changed(|f| f["days"].as_array_mut().unwrap().push(day("2027-03-03", false))),
        &[
            "years/2027/days/2027-03-03: 2027-03-03 is no Saturday or Sunday, so it cannot be a make-up working day",
        ],
    );
    let worked = changed(|f| {
        let days = f["days"].as_array_mut().unwrap();
        days.retain(|day| day["date"] != "2027-10-01");
    });
    check(worked, &["years/2027/days/2027-10-01: 2027-10-01 is a holiday by law and cannot be worked"]);
    let idle = changed(|f| {
        let june = (1..=30).map(|n| day(&format!("2027-06-{n:02}"), true));
        let days = f["days"].as_array_mut().unwrap();
        days.retain(|day| !day["date"].as_str().unwrap().starts_with("2027-06"));
        days.extend(june.map(|mut day| {
            day["name"] = json!("端午节");
            day
        }));
    });
    assert!(faults(&idle)[0].starts_with("years/2027/days: 2027 would have "), "{:?}", faults(&idle));
    // A notice also disposes of December before its year.
    let before = changed(|f| f["days"].as_array_mut().unwrap().push(day("2026-12-27", false)));
    check(before, &[]);
}

#[test]
fn gaps_losses_and_contradictions_are_refused() {
    let china = CalendarData::china();
    let far = changed(|f| {
        f["year"] = json!(2028);
        f["days"] = json!([{"name": "元旦", "date": "2028-01-01", "isOffDay": true}]);
    });
    assert!(faults(&far).contains(&"years/2027: 2027 is missing between announced years".to_owned()));
    let mut shorter = china.clone();
    shorter.years.remove(&2026);
    let rules = |data: &CalendarData| -> Vec<DataRule> {
        data.faults_after(&china).into_iter().map(|fault| fault.rule).collect()
    };
    assert_eq!(rules(&shorter), [DataRule::YearLost { year: 2026 }]);
    let mut holed = china.clone();
    holed.years.remove(&2022);
    assert_eq!(rules(&holed), [DataRule::Gap { year: 2022 }, DataRule::YearLost { year: 2022 }]);
    // The notice of 2019 has 29 December 2018 worked.
    let mut torn = china.clone();
    let day = NamedDay { name: "元旦".into(), date: date(2018, 12, 29), is_off: true };
    torn.years.get_mut(&2018).unwrap().days.push(day);
    assert!(rules(&torn).contains(&DataRule::Contradiction { day: date(2018, 12, 29) }));
}

#[test]
fn the_difference_names_years_and_days() {
    let china = CalendarData::china();
    assert!(china.diff(&china).is_empty());
    let newer = china.overlaid(&read(&year_2027()).unwrap().data);
    let diff = china.diff(&newer);
    assert_eq!((diff.announced.len(), diff.announced[0].year, diff.days.len()), (1, 2027, 0));
    assert!((240..=256).contains(&diff.announced[0].working_days));
    assert_eq!(newer.diff(&china).lost, [2027]);
    let mut extra = china.clone();
    let day = NamedDay { name: "纪念日".into(), date: date(2026, 11, 13), is_off: true };
    extra.years.get_mut(&2026).unwrap().days.push(day);
    let change = DayChange {
        day: date(2026, 11, 13),
        before: crate::DayKind::Working,
        after: crate::DayKind::Holiday("纪念日".into()),
    };
    assert_eq!(china.diff(&extra), DataDiff { days: vec![change], ..DataDiff::default() });
    assert_eq!(extra.faults_after(&china), []);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", year in proptest::prelude::any::<i64>()) {
        let _refused = CalendarFile::read(&text);
        let file = json!({"year": year, "papers": [text], "days": [{"name": text, "date": text, "isOffDay": true}]});
        proptest::prop_assert!(CalendarFile::read(&file.to_string()).is_err());
    }
}
