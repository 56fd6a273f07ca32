//! Many persons' data looked at raise an alarm, once, without counting the log.

use store::access_log::{self, Wanted};
use store::alarms::{self, Looker, Span};
use store::page::PageRequest;
use store::{MIGRATIONS, Purpose, vals};
use testkit::{each_database, instant};

#[tokio::test]
async fn looks_at_many_persons_raise_an_alarm_once() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let morning = instant("2026-09-21T09:10");
        alarms::set_limit(&mut tx, (Looker::Staff, Span::Hour), 3, "staff:admin", morning).await.unwrap();
        alarms::set_limit(&mut tx, (Looker::Staff, Span::Day), 5, "staff:admin", morning).await.unwrap();
        let mut clerk = Purpose::new("handling", "staff:li");
        clerk.body = Some("body".into());
        for person in ["a", "b", "c", "c", "a"] {
            access_log::record(&mut tx, &clerk, person, "f", morning).await.unwrap();
        }
        let all = PageRequest::default();
        assert!(alarms::list(&mut tx, false, &all).await.unwrap().items.is_empty(), "at the limit");
        for person in ["d", "e"] {
            access_log::record(&mut tx, &clerk, person, "f", instant("2026-09-21T09:59")).await.unwrap();
        }
        let raised = alarms::list(&mut tx, true, &all).await.unwrap().items;
        assert_eq!(raised.len(), 1);
        let alarm = &raised[0];
        assert_eq!((alarm.looker.as_str(), alarm.span.as_str()), ("staff:li", "hour"));
        assert_eq!((alarm.persons, alarm.persons_max), (5, 3));
        assert_eq!(alarm.since, instant("2026-09-21T09:00"));
        assert_eq!(alarm.body.as_deref(), Some("body"));
        // Another hour: the hour's count begins anew, the day's goes on.
        for person in ["a", "f"] {
            access_log::record(&mut tx, &clerk, person, "f", instant("2026-09-21T10:00")).await.unwrap();
        }
        let spans: Vec<String> =
            alarms::list(&mut tx, true, &all).await.unwrap().items.into_iter().map(|a| a.span).collect();
        assert_eq!(spans, ["day", "hour"]);
        // The platform itself and people at their own data are not counted.
        for by in ["system", "person:a"] {
            for person in ["a", "b", "c", "d", "e", "f"] {
                let purpose = Purpose::new("own", by);
                access_log::record(&mut tx, &purpose, person, "f", morning).await.unwrap();
            }
        }
        assert_eq!(alarms::list(&mut tx, true, &all).await.unwrap().items.len(), 2);

        let noon = instant("2026-09-21T12:00");
        let done = ("staff:sun", "孙某");
        assert!(alarms::acknowledge(&mut tx, alarm.id, done, "a school trip", noon).await.unwrap());
        assert!(!alarms::acknowledge(&mut tx, alarm.id, done, "again", noon).await.unwrap());
        assert_eq!(alarms::list(&mut tx, true, &all).await.unwrap().items.len(), 1);
        let seen = alarms::find(&mut tx, alarm.id).await.unwrap().unwrap().acknowledged.unwrap();
        assert_eq!((seen.name.as_str(), seen.note.as_str()), ("孙某", "a school trip"));

        assert!(alarms::forget_counts(&mut tx, instant("2026-09-30T03:00")).await.unwrap() > 5);
        let kept = alarms::find(&mut tx, alarm.id).await.unwrap().unwrap();
        assert_eq!(kept.persons, 5, "an alarm keeps its count");
        let looks = tx.fetch_one("select count(*) from personal_data_accesses", vals![]).await.unwrap();
        assert_eq!(looks.get::<i64>(0).unwrap(), 21, "looks stay");
    })
    .await;
}

#[tokio::test]
async fn looks_are_found_by_looker_body_and_time_and_followed_in_order() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for (minute, by, body, subject) in [
            ("09:00", "staff:li", Some("b1"), "person:a"),
            ("09:05", "staff:wu", Some("b2"), "person:a"),
            ("09:05", "client:x", None, "person:b"),
            ("09:30", "staff:li", Some("b1"), "person:b"),
        ] {
            let mut purpose = Purpose::new("handling", by);
            purpose.body = body.map(str::to_owned);
            access_log::record(&mut tx, &purpose, subject, "f", instant(&format!("2026-09-21T{minute}")))
                .await
                .unwrap();
        }
        let all = PageRequest::default();
        for (wanted, expected) in [
            (Wanted { subject: Some("person:a".into()), ..Wanted::default() }, vec!["staff:wu", "staff:li"]),
            (Wanted { by: Some("staff:li".into()), ..Wanted::default() }, vec!["staff:li", "staff:li"]),
            (Wanted { body: Some("b2".into()), ..Wanted::default() }, vec!["staff:wu"]),
            (
                Wanted {
                    from: Some(instant("2026-09-21T09:05")),
                    until: Some(instant("2026-09-21T09:30")),
                    by: Some("client:x".into()),
                    ..Wanted::default()
                },
                vec!["client:x"],
            ),
            (
                Wanted { subject: Some("person:a".into()), body: Some("b1".into()), ..Wanted::default() },
                vec!["staff:li"],
            ),
        ] {
            let page = access_log::list_wanted(&mut tx, &wanted, &all).await.unwrap();
            let by: Vec<&str> = page.items.iter().map(|look| look.by.as_str()).collect();
            assert_eq!(by, expected, "{wanted:?}");
        }
        // Nothing is given out that an open transaction could still come before.
        let now = instant("2026-09-21T09:35");
        let first = access_log::settled(&mut tx, None, now, 2).await.unwrap();
        assert_eq!(
            first.iter().map(|look| look.at).collect::<Vec<_>>(),
            ["2026-09-21T09:00", "2026-09-21T09:05"].map(instant)
        );
        let last = (first[1].at, first[1].id);
        let second = access_log::settled(&mut tx, Some(last), now, 2).await.unwrap();
        assert_eq!(second.len(), 1, "the look of 09:30 is too young");
        assert_eq!(
            access_log::settled(&mut tx, Some(last), instant("2026-09-21T09:41"), 9).await.unwrap().len(),
            2
        );
        assert_eq!(access_log::find(&mut tx, first[0].id).await.unwrap().as_ref(), Some(&first[0]));
    })
    .await;
}
