//! A look that is told later: not shown before its day, of nobody else's and of no other case, and shown with its order afterwards.

use store::access_log::{self, Access, Wanted};
use store::look_delays::{self, Ground, NewDelay};
use store::page::PageRequest;
use store::{MIGRATIONS, Purpose, Tx};
use testkit::{each_database, instant};

const MORNING: &str = "2026-09-21T09:00";
const UNTIL: &str = "2026-10-01T00:00";

async fn look(tx: &mut Tx, subject: &str, body: &str, case: Option<&str>, at: &str) {
    let mut purpose = Purpose::new("handling", "staff:li");
    purpose.body = Some(body.into());
    purpose.case = case.map(str::to_owned);
    access_log::record(tx, &purpose, subject, "f", instant(at)).await.unwrap();
}

/// What `person:a` is told at an instant: body and case of each look, the earliest first.
async fn told(tx: &mut Tx, at: &str) -> Vec<String> {
    let wanted = Wanted { subject: Some("person:a".into()), told_at: Some(instant(at)), ..Wanted::default() };
    let page = access_log::list_wanted(tx, &wanted, &PageRequest::default()).await.unwrap();
    let name =
        |look: &Access| format!("{} {}", look.body.as_deref().unwrap(), look.case.as_deref().unwrap_or("-"));
    page.items.iter().rev().map(name).collect()
}

async fn order(tx: &mut Tx, look: &Access) -> kernel::EventId {
    let new = NewDelay {
        look,
        body: look.body.as_deref().unwrap(),
        ground: Ground::Duty,
        document: "演监〔2026〕1号",
        until: instant(UNTIL),
        by: ("staff:sun", "孙"),
    };
    look_delays::order(tx, &new, instant(MORNING)).await.unwrap()
}

#[tokio::test]
async fn a_look_is_told_when_its_order_is_over() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        look(&mut tx, "person:a", "b1", Some("c1"), "2026-09-20T09:00").await;
        look(&mut tx, "person:a", "b1", None, "2026-09-20T09:01").await;
        look(&mut tx, "person:b", "b1", Some("c1"), "2026-09-20T09:02").await;
        let all = PageRequest::default();
        let looks = access_log::list(&mut tx, "person:a", &all).await.unwrap().items;
        let (single, of_case) = (&looks[0], &looks[1]);
        let first = order(&mut tx, of_case).await;
        // A later look for the same case is held back too; another body's, another case's and the person's other one are not.
        look(&mut tx, "person:a", "b1", Some("c1"), "2026-09-21T10:00").await;
        look(&mut tx, "person:a", "b2", Some("c1"), "2026-09-21T10:01").await;
        look(&mut tx, "person:a", "b1", Some("c2"), "2026-09-21T10:02").await;
        let now = "2026-09-30T23:59";
        assert_eq!(told(&mut tx, now).await, ["b1 -", "b2 c1", "b1 c2"]);
        order(&mut tx, single).await;
        assert_eq!(told(&mut tx, now).await, ["b2 c1", "b1 c2"]);
        assert_eq!(access_log::list(&mut tx, "person:b", &all).await.unwrap().items.len(), 1);
        let bodies = access_log::bodies_of(&mut tx, "person:a", instant(now)).await.unwrap();
        assert_eq!(bodies, ["b1", "b2"]);
        let find = async |tx: &mut Tx, subject: &str, at: &str| {
            access_log::find_told(tx, single.id, subject, instant(at)).await.unwrap()
        };
        assert_eq!(find(&mut tx, "person:a", now).await, None);
        assert_eq!(find(&mut tx, "person:a", UNTIL).await.as_ref(), Some(single));
        assert_eq!(find(&mut tx, "person:b", UNTIL).await, None);
        assert!(look_delays::of_look(&mut tx, single, instant(now)).await.unwrap().is_some());
        assert!(look_delays::past_of(&mut tx, "person:a", instant(now)).await.unwrap().is_empty());

        // Over by its day.
        assert_eq!(told(&mut tx, UNTIL).await.len(), 5);
        assert_eq!(look_delays::past_of(&mut tx, "person:a", instant(UNTIL)).await.unwrap().len(), 2);
        // Or ended early, once.
        let by = ("staff:zhou", "周");
        assert!(look_delays::end(&mut tx, first, by, instant(now)).await.unwrap());
        assert!(!look_delays::end(&mut tx, first, by, instant(now)).await.unwrap());
        assert_eq!(told(&mut tx, now).await.len(), 4);
        let past = look_delays::past_of(&mut tx, "person:a", instant(now)).await.unwrap();
        assert_eq!(past.len(), 1);
        assert!(past[0].covers(of_case) && !past[0].covers(single));
        assert_eq!(past[0].ended, Some((instant(now), "周".into())));
        assert_eq!(look_delays::list(&mut tx, &all).await.unwrap().items.len(), 2);
    })
    .await;
}
