//! The JSON API, the other nodes, the warning.

use super::*;

fn request(calendar: &Value) -> Value {
    json!({ "calendar": calendar, "source": SOURCE })
}

#[tokio::test]
async fn programs_preview_import_compare_and_go_back() {
    each_database(async |db| {
        let world = World::new(db).await;
        let year: Value = serde_json::from_str(YEAR_2027).unwrap();
        let preview = world.api(Method::POST, "/api/v1/calendars/preview", request(&year)).await.json();
        assert_eq!((&preview["in_force"], &preview["turn"]), (&json!("china-2018-2026.1"), &json!(1)));
        assert_eq!(preview["difference"]["announced"][0]["working_days"], 248);
        let made = world.api(Method::POST, "/api/v1/calendars", request(&year)).await;
        assert_eq!(
            (made.status, made.json()),
            (StatusCode::CREATED, json!({"version": "china-2018-2027.1", "run": 1}))
        );
        let again = world.api(Method::POST, "/api/v1/calendars", request(&year)).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "a repeated request does nothing twice");
        let extra = changed(|year| {
            let day = json!({"name": "纪念日", "date": "2027-07-01", "isOffDay": true});
            year["days"].as_array_mut().unwrap().push(day);
        });
        let second = world.api(Method::POST, "/api/v1/calendars", request(&extra)).await.json();
        assert_eq!(second["version"], "china-2018-2027.2");
        let list = world.api(Method::GET, "/api/v1/calendars?size=2", Value::Null).await.json();
        let versions: Vec<&str> =
            list["items"].as_array().unwrap().iter().map(|c| c["version"].as_str().unwrap()).collect();
        assert_eq!(versions, ["china-2018-2027.2", "china-2018-2027.1"]);
        assert!(list["items"][0]["in_force"] == true && list["next"].is_string(), "{list}");
        let path = "/api/v1/calendars/china-2018-2027.1";
        let diff = world.api(Method::GET, &format!("{path}/difference"), Value::Null).await.json();
        let day = json!({"day": "2027-07-01", "before": "working", "after": "holiday", "name": "纪念日"});
        assert_eq!(diff, json!({"announced": [], "lost": [], "days": [day]}));
        let one = world.api(Method::GET, path, Value::Null).await.json();
        assert_eq!(one["years"].as_array().unwrap().len(), 10);
        let put = format!("{path}/in-force");
        let refused = world.api(Method::PUT, &put, json!({})).await;
        assert_eq!(refused.faults(), [("word".to_owned(), "calendars-needs-word".to_owned())]);
        let put = world.api(Method::PUT, &put, json!({"word": "误传"})).await;
        assert_eq!((put.status, world.in_force().await.as_str()), (StatusCode::OK, "china-2018-2027.1"));
        let run = world.api(Method::GET, "/api/v1/calendar-runs/3", Value::Null).await.json();
        assert_eq!((&run["state"], &run["looked_at"]), (&json!("running"), &json!(0)));
        let moves = world.api(Method::GET, "/api/v1/calendar-runs/3/moves", Value::Null).await.json();
        assert_eq!(moves, json!({"items": [], "next": null}));
    })
    .await;
}

#[tokio::test]
async fn faults_name_field_and_rule() {
    each_database(async |db| {
        let world = World::new(db).await;
        let check = async |calendar: Value, expected: &[(&str, &str)]| {
            let answer = world.api(Method::POST, "/api/v1/calendars", request(&calendar)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
            let expected: Vec<_> = expected
                .iter()
                .map(|(field, rule)| ((*field).to_owned(), format!("calendars-rule-{rule}")))
                .collect();
            assert_eq!(answer.faults(), expected);
        };
        check(json!({}), &[("calendar", "unreadable")]).await;
        check(
            changed(|year| year["days"][0]["date"] = json!("2027-13-01")),
            &[("calendar/days/0/date", "no-such-day")],
        )
        .await;
        check(
            changed(|year| year["days"][3]["date"] = json!("2027-02-03")),
            &[("calendar/years/2027/days/2027-02-03", "make-up-on-weekday")],
        )
        .await;
        let only_2027 = json!({"years": [serde_json::from_str::<Value>(YEAR_2027).unwrap()]});
        let lost: Vec<String> = (2018..=2026).map(|year| format!("calendar/years/{year}")).collect();
        let lost: Vec<(&str, &str)> = lost.iter().map(|field| (field.as_str(), "year-lost")).collect();
        check(only_2027, &lost).await;
        let bad = json!({"calendar": changed(|_| {}), "source": SOURCE, "version": "a b"});
        let answer = world.api(Method::POST, "/api/v1/calendars", bad).await;
        assert_eq!(answer.faults(), [("version".to_owned(), "calendars-bad-version".to_owned())]);
        let taken = json!({"calendar": changed(|_| {}), "source": SOURCE, "version": "china-2018-2026.1"});
        let answer = world.api(Method::POST, "/api/v1/calendars", taken).await;
        assert_eq!(answer.faults(), [("version".to_owned(), "calendars-version-taken".to_owned())]);
        assert_eq!(world.in_force().await, "china-2018-2026.1");
    })
    .await;
}

#[tokio::test]
async fn every_rule_has_its_sentence_in_both_languages() {
    let keys = |text: &'static str| {
        let of_rules = text.lines().filter(|line| line.starts_with("calendars-rule-"));
        of_rules.map(|line| line.split(" =").next().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(keys(crate::MESSAGES.0), keys(crate::MESSAGES.1));
    assert_eq!(keys(crate::MESSAGES.0).len(), 17, "one for each rule of the data");
}

#[tokio::test]
async fn other_nodes_take_the_new_calendar_without_a_restart() {
    each_database(async |db| {
        let world = World::new(db).await;
        let other = Room::open(&world.room.db, world.now()).await.unwrap();
        assert!(!other.refresh().await.unwrap(), "nothing new");
        world.import_elsewhere(YEAR_2027).await;
        assert_eq!(other.in_force.current().version(), "china-2018-2026.1");
        assert!(other.refresh().await.unwrap());
        assert_eq!((other.in_force.current().version(), other.in_force.turn()), ("china-2018-2027.1", 2));
        assert!(!other.refresh().await.unwrap());
        let restarted = Room::open(&world.room.db, world.now()).await.unwrap();
        assert_eq!(
            restarted.in_force.current().version(),
            "china-2018-2027.1",
            "it is the operator's that holds"
        );
    })
    .await;
}

#[tokio::test]
async fn the_night_warns_before_the_announced_holidays_end() {
    each_database(async |db| {
        let world = World::new(db).await;
        let warns = async |at: &str| {
            let mut tx = world.room.db.snapshot().await.unwrap();
            crate::warn_before_the_end(&mut tx, instant(at)).await.unwrap()
        };
        assert!(!warns("2026-11-01T03:00").await, "sixty days");
        assert!(warns("2026-11-02T03:00").await && warns("2027-03-01T03:00").await);
        world.import_elsewhere(YEAR_2027).await;
        assert!(!warns("2026-11-02T03:00").await);
    })
    .await;
}
