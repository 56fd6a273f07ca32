//! Lights are ranges of last days, and counted as such.

use super::*;

#[test]
fn yellow_is_what_ends_with_too_few_working_days_ahead() {
    let calendar = Calendar::china();
    let mut day = date("2026-01-01");
    while day < date("2026-12-01") {
        let days = LightDays::of(day, &calendar, &(3..=8));
        assert!(days.differ() && !LightDays::of(day, &calendar, &(5..=5)).differ());
        for ahead in 0..25 {
            let due = day.checked_add(jiff::Span::new().days(ahead)).unwrap();
            for warns in [3, 5, 8] {
                let yellow_from = crate::days::yellow_from(due, warns, &calendar);
                let left = calendar.working_days_between(day, due).unwrap();
                let yellow = u32::try_from(left).unwrap() < warns;
                let expected = if yellow { Light::Yellow } else { Light::Green };
                assert_eq!(days.light(Some(due), yellow_from), expected, "{day} {due} {warns}");
            }
        }
        assert_eq!(days.light(day.yesterday().ok(), None), Light::Red);
        assert_eq!(days.light(None, None), Light::Grey);
        day = day.tomorrow().unwrap();
    }
}

#[test]
fn beyond_the_announced_years_nothing_is_yellow() {
    let calendar = Calendar::china();
    let days = LightDays::of(date("2026-12-30"), &calendar, &(3..=3));
    assert_eq!(days.yellow_until, date("2026-12-31"), "the holidays of 2027 are not announced");
    let may = date("2030-05-05");
    let days = LightDays::of(may, &calendar, &(0..=3));
    assert_eq!(days, LightDays { today: may, surely_yellow_until: may, yellow_until: may });
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_those_of_the_list_and_end_at_a_thousand() {
    testkit::each_database(async |db| {
        let mut tx = fresh(&db).await;
        fill(&mut tx, 9000).await;
        let clerk = clerk();
        let all = Known::all(&mut tx).await;
        for scope in [Scope::Body, Scope::Mine, Scope::Delegated, Scope::Done] {
            let filter = WorkFilter { stage: Some("nowhere".into()), ..WorkFilter::default() };
            let query = WorkQuery { clerk: &clerk, scope, filter: &filter, sort: Sort::Due, days: today() };
            let lights = count_lights(&mut tx, &query).await.unwrap();
            let none = WorkFilter::default();
            let shown = super::lists::expected(&all, &WorkQuery { filter: &none, ..query });
            let count = |light| {
                let live = shown.iter().filter(|item| !item.state.is_over() && item.light == light);
                i64::try_from(live.count()).unwrap().min(COUNTED_MAX)
            };
            let expected = Lights {
                red: count(Light::Red),
                yellow: count(Light::Yellow),
                green: count(Light::Green),
                grey: count(Light::Grey),
            };
            assert_eq!(lights, expected, "{scope:?}");
            if scope == Scope::Body {
                assert!(
                    lights.green == COUNTED_MAX && lights.yellow > 0 && lights.red > 0 && lights.grey > 0
                );
            }
        }
    })
    .await;
}
