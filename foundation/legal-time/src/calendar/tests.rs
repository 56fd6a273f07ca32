//! The embedded data against known figures.

use jiff::civil::date;

use super::*;

#[test]
fn years_have_the_known_number_of_working_days() {
    let calendar = Calendar::china();
    let counts: Vec<_> = (2018..=2026).map(|year| calendar.working_days_in_year(year).unwrap()).collect();
    assert_eq!(counts, [250, 250, 249, 250, 249, 249, 251, 248, 248]);
    assert_eq!(calendar.years().collect::<Vec<_>>(), (2018..=2026).collect::<Vec<_>>());
}

#[test]
fn days_have_their_kind() {
    let check = |day, kind| assert_eq!(Calendar::china().kind(day).unwrap(), kind, "{day}");
    let named = |name: &str| name.to_owned();
    check(date(2026, 9, 24), DayKind::Working);
    check(date(2026, 9, 20), DayKind::MakeUp(named("国庆节")));
    check(date(2026, 9, 25), DayKind::Holiday(named("中秋节")));
    check(date(2026, 9, 26), DayKind::Holiday(named("中秋节")));
    check(date(2026, 10, 11), DayKind::Weekend);
    // The notice of 2019 disposed of the last days of 2018.
    check(date(2018, 12, 29), DayKind::MakeUp(named("元旦")));
    check(date(2018, 12, 31), DayKind::Holiday(named("元旦")));
    // A Monday that the notice of January 2020 names as worked is an ordinary working day.
    check(date(2020, 2, 3), DayKind::Working);
}

#[test]
fn a_year_without_notice_is_unknown() {
    let calendar = Calendar::china();
    for year in [2017, 2027, -9999, 9999] {
        assert_eq!(calendar.kind(date(year, 12, 31)), Err(NotAnnounced { year }));
        assert_eq!(calendar.working_days_in_year(year), Err(NotAnnounced { year }));
    }
    assert_eq!(calendar.add_working_days(date(2026, 12, 31), 1), Err(NotAnnounced { year: 2027 }));
    assert_eq!(calendar.add_working_days(Date::MAX, 1), Err(NotAnnounced { year: 9999 }));
    assert_eq!(calendar.add_working_days(date(2026, 1, 1), u32::MAX), Err(NotAnnounced { year: 2027 }));
}

#[test]
fn working_days_are_added_and_counted() {
    let calendar = Calendar::china();
    let add = |from, n| calendar.add_working_days(from, n).unwrap();
    assert_eq!(add(date(2026, 9, 25), 0), date(2026, 9, 25));
    assert_eq!(add(date(2026, 9, 25), 1), date(2026, 9, 28));
    assert_eq!(add(date(2026, 9, 25), 20), date(2026, 10, 29));
    // The first counted day may be the first known one.
    assert_eq!(add(date(2017, 12, 31), 1), date(2018, 1, 2));
    let between = |from, to| calendar.working_days_between(from, to).unwrap();
    assert_eq!(between(date(2026, 9, 25), date(2026, 10, 29)), 20);
    assert_eq!(between(date(2026, 10, 29), date(2026, 9, 25)), -20);
    assert_eq!(between(date(2026, 10, 29), date(2026, 10, 29)), 0);
}

#[test]
fn a_file_without_notice_or_days_announces_nothing() {
    let empty = r#"{"year":2030,"papers":[],"days":[]}"#;
    // Days without a notice are somebody's guess.
    let guessed = r#"{"year":2031,"papers":[],"days":[{"name":"x","date":"2031-01-01","isOffDay":true}]}"#;
    let calendar = Calendar::from_json("v", &[empty, guessed]).unwrap();
    assert_eq!(calendar.version(), "v");
    for year in [2030, 2031] {
        assert_eq!(calendar.is_working(date(year, 6, 3)), Err(NotAnnounced { year }));
    }
}
