//! Messages: in order per receiver, at least once, and never silently dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::outbox::{
    ATTEMPTS_MAX, Deliverers, Message, count_dead, deliver_due, deliver_forever, find, list_dead,
    list_waiting, post, prune, replay, replay_all,
};
use store::page::{PageRequest, PageSize};
use store::{Db, MIGRATIONS};
use testkit::{each_database, instant};
use tokio::sync::{Notify, watch};

fn now() -> Timestamp {
    instant("2026-09-21T09:30")
}

fn message(receiver: &str, key: &str) -> Message {
    Message {
        receiver: receiver.into(),
        topic: "test".into(),
        key: key.into(),
        payload: json!({"k": key}),
        now: now(),
    }
}

async fn send(db: &Db, receiver: &str, key: &str) -> bool {
    let mut tx = db.begin().await.unwrap();
    let new = post(&mut tx, &message(receiver, key)).await.unwrap();
    tx.commit().await.unwrap();
    new
}

type Heard = Arc<Mutex<Vec<String>>>;

/// Hears `a:…`; refuses the key `bad` while `closed`.
fn deliverers(heard: &Heard, closed: &Arc<AtomicBool>) -> Deliverers {
    let (heard, closed) = (heard.clone(), closed.clone());
    Deliverers::new().on("a", move |delivery, _now| {
        let (heard, closed) = (heard.clone(), closed.clone());
        async move {
            assert_eq!(delivery.payload, json!({"k": delivery.key}));
            assert!(delivery.key != "crash" || !closed.load(Ordering::SeqCst), "crashed");
            if delivery.key == "bad" && closed.load(Ordering::SeqCst) {
                return Err("closed at night".into());
            }
            heard.lock().unwrap().push(format!("{}/{}", delivery.receiver, delivery.key));
            Ok(())
        }
    })
}

fn heard_by(heard: &Heard, receiver: &str) -> Vec<String> {
    let prefix = format!("{receiver}/");
    heard.lock().unwrap().iter().filter_map(|word| word.strip_prefix(&prefix).map(str::to_owned)).collect()
}

#[tokio::test]
async fn each_receiver_hears_its_messages_in_order_and_once() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let (heard, closed) = (Heard::default(), Arc::default());
        for number in 0..6 {
            for receiver in ["a:x", "a:y"] {
                assert!(send(&db, receiver, &number.to_string()).await);
            }
        }
        assert!(!send(&db, "a:x", "3").await, "the same key is the same message");
        let deliverers = deliverers(&heard, &closed);
        assert_eq!(deliver_due(&db, now(), &deliverers).await.unwrap(), 12);
        assert_eq!(deliver_due(&db, now(), &deliverers).await.unwrap(), 0);
        assert!(!send(&db, "a:x", "3").await, "also when it has been sent");
        assert_eq!(deliver_due(&db, now(), &deliverers).await.unwrap(), 0);
        for receiver in ["a:x", "a:y"] {
            assert_eq!(heard_by(&heard, receiver), ["0", "1", "2", "3", "4", "5"]);
        }
        let mut tx = db.begin().await.unwrap();
        assert_eq!(find(&mut tx, "a:x", "3").await.unwrap(), Some(json!({"k": "3"})), "sent, not forgotten");
        assert_eq!(prune(&mut tx, now()).await.unwrap(), 0);
        assert_eq!(prune(&mut tx, Timestamp::MAX).await.unwrap(), 12);
        assert_eq!(find(&mut tx, "a:x", "3").await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_failing_message_holds_back_its_receiver_only() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let (heard, closed) = (Heard::default(), Arc::new(AtomicBool::new(true)));
        for key in ["first", "bad", "last"] {
            send(&db, "a:x", key).await;
        }
        send(&db, "a:y", "only").await;
        let deliverers = deliverers(&heard, &closed);
        deliver_due(&db, now(), &deliverers).await.unwrap();
        assert_eq!(
            (heard_by(&heard, "a:x"), heard_by(&heard, "a:y")),
            (vec!["first".into()], vec!["only".into()])
        );
        closed.store(false, Ordering::SeqCst);
        assert_eq!(deliver_due(&db, now() + SignedDuration::from_secs(9), &deliverers).await.unwrap(), 0);
        send(&db, "a:x", "later").await; // does not shorten the pause
        assert_eq!(deliver_due(&db, now(), &deliverers).await.unwrap(), 0);
        deliver_due(&db, now() + SignedDuration::from_secs(10), &deliverers).await.unwrap();
        assert_eq!(heard_by(&heard, "a:x"), ["first", "bad", "last", "later"]);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_delivered_ends_in_a_list_and_can_be_replayed() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let (heard, closed) = (Heard::default(), Arc::new(AtomicBool::new(true)));
        for (receiver, key) in [("a:x", "bad"), ("a:x", "last"), ("a:y", "crash"), ("nobody:z", "lost")] {
            send(&db, receiver, key).await;
        }
        let deliverers = deliverers(&heard, &closed);
        let mut at = now();
        for _ in 0..ATTEMPTS_MAX {
            deliver_due(&db, at, &deliverers).await.unwrap();
            at += SignedDuration::from_hours(1);
        }
        assert_eq!(heard_by(&heard, "a:x"), ["last"]);
        let mut tx = db.begin().await.unwrap();
        let mut request = PageRequest { after: None, size: PageSize::try_from(2).unwrap() };
        let page = list_dead(&mut tx, &request).await.unwrap();
        request.after = page.next.clone();
        let rest = list_dead(&mut tx, &request).await.unwrap();
        assert!(rest.next.is_none());
        let dead: Vec<_> = page.items.iter().chain(&rest.items).collect();
        let names: Vec<_> =
            dead.iter().map(|letter| (letter.receiver.as_str(), letter.key.as_str())).collect();
        assert_eq!(names, [("a:x", "bad"), ("a:y", "crash"), ("nobody:z", "lost")]);
        assert_eq!(dead[0].last_error, "closed at night");
        assert_eq!(dead[1].last_error, "the deliverer panicked");
        assert!(replay(&mut tx, "a:x", dead[0].number, at).await.unwrap());
        assert!(!replay(&mut tx, "a:x", dead[0].number, at).await.unwrap());
        assert!(!replay(&mut tx, "a:unknown", 1, at).await.unwrap());
        tx.commit().await.unwrap();
        closed.store(false, Ordering::SeqCst);
        assert_eq!(deliver_due(&db, at, &deliverers).await.unwrap(), 1);
        assert_eq!(heard_by(&heard, "a:x"), ["last", "bad"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_was_not_committed_is_never_sent() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let (heard, closed) = (Heard::default(), Arc::default());
        let mut tx = db.begin().await.unwrap();
        post(&mut tx, &message("a:x", "undone")).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(deliver_due(&db, now(), &deliverers(&heard, &closed)).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn posting_and_delivering_side_by_side_keeps_the_order() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let heard = Heard::default();
        let all = Arc::new(Notify::new());
        let (ears, enough) = (heard.clone(), all.clone());
        let deliverers = Deliverers::new().on("a", move |delivery, _now| {
            let (ears, enough) = (ears.clone(), enough.clone());
            async move {
                let mut ears = ears.lock().unwrap();
                ears.push(format!("{}/{:05}", delivery.receiver, delivery.number));
                if ears.len() >= 120 {
                    enough.notify_one();
                }
                Ok(())
            }
        });
        let (stop, stopped) = watch::channel(false);
        let nodes: Vec<_> = (0..2)
            .map(|_| {
                tokio::spawn(deliver_forever(db.clone(), deliverers.clone(), Arc::new(now), stopped.clone()))
            })
            .collect();
        let posters: Vec<_> = (0..4)
            .map(|poster| {
                let db = db.clone();
                tokio::spawn(async move {
                    for number in 0..30 {
                        send(&db, ["a:x", "a:y"][number % 2], &format!("{poster}-{number}")).await;
                    }
                })
            })
            .collect();
        for poster in posters {
            poster.await.unwrap();
        }
        all.notified().await;
        stop.send(true).unwrap();
        for node in nodes {
            node.await.unwrap();
        }
        for receiver in ["a:x", "a:y"] {
            let order = heard_by(&heard, receiver);
            assert_eq!(order.len(), 60);
            assert!(order.is_sorted(), "{order:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_operator_sees_who_waits_and_replays_everything_dead() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let (heard, closed) = (Heard::default(), Arc::new(AtomicBool::new(true)));
        for (receiver, key) in [("a:x", "bad"), ("a:x", "next"), ("a:y", "bad"), ("a:z", "good")] {
            send(&db, receiver, key).await;
        }
        let deliverers = deliverers(&heard, &closed);
        deliver_due(&db, now(), &deliverers).await.unwrap();
        let mut tx = db.snapshot().await.unwrap();
        let mut request = PageRequest { after: None, size: PageSize::try_from(1).unwrap() };
        let first = list_waiting(&mut tx, &request).await.unwrap();
        let x = &first.items[0];
        assert_eq!((x.receiver.as_str(), x.count, x.attempts, x.since), ("a:x", 2, 1, now()));
        assert_eq!(x.last_error.as_deref(), Some("closed at night"));
        assert_eq!(x.next_try, now() + SignedDuration::from_secs(10));
        request.after = first.next;
        let rest = list_waiting(&mut tx, &request).await.unwrap();
        assert_eq!((rest.items[0].receiver.as_str(), rest.items[0].count, rest.next), ("a:y", 1, None));
        tx.rollback().await.unwrap();
        let mut at = now();
        for _ in 1..ATTEMPTS_MAX {
            at += SignedDuration::from_hours(1);
            deliver_due(&db, at, &deliverers).await.unwrap();
        }
        closed.store(false, Ordering::SeqCst);
        let mut tx = db.begin().await.unwrap();
        assert_eq!((count_dead(&mut tx, 1).await.unwrap(), count_dead(&mut tx, 9).await.unwrap()), (1, 2));
        assert_eq!(replay_all(&mut tx, 1, at).await.unwrap(), 1);
        assert_eq!(replay_all(&mut tx, 9, at).await.unwrap(), 1);
        assert_eq!(
            (replay_all(&mut tx, 9, at).await.unwrap(), count_dead(&mut tx, 9).await.unwrap()),
            (0, 0)
        );
        tx.commit().await.unwrap();
        deliver_due(&db, at, &deliverers).await.unwrap();
        assert_eq!(
            (heard_by(&heard, "a:x"), heard_by(&heard, "a:y")),
            (vec!["next".into(), "bad".into()], vec!["bad".into()])
        );
    })
    .await;
}
