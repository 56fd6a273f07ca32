//! Jobs: once, in time, in the transaction of their effect, and never lost.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::jobs::{
    self, ATTEMPTS_MAX, Handlers, Job, NewJob, cancel, claim, enqueue, fail, finish, list_dead, replay,
    run_due, run_forever,
};
use store::page::PageRequest;
use store::{Db, Error, MIGRATIONS, Migration, vals};
use testkit::{each_database, instant};
use tokio::sync::{Notify, watch};

const SCHEMA: &[Migration] =
    &[Migration::new("test/0001_effects", "create table effects (key text not null)")];
const LEASE: i64 = 60;

fn start() -> Timestamp {
    instant("2026-09-21T09:30")
}

fn after(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

async fn put(db: &Db, key: &str, run_at: Timestamp) -> bool {
    let mut tx = db.begin().await.unwrap();
    let job = NewJob { kind: "test.do", key: key.into(), payload: json!({ "key": key }), run_at };
    let new = enqueue(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
    new
}

async fn effects(db: &Db) -> Vec<String> {
    let mut tx = db.snapshot().await.unwrap();
    let rows = tx.fetch_all("select key from effects order by key", vals![]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

/// The effect and the end of the job in one transaction.
async fn do_it(db: &Db, job: &Job, now: Timestamp) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    tx.execute("insert into effects (key) values ($1)", vals![&job.key]).await?;
    finish(&mut tx, job, now).await?;
    tx.commit().await
}

async fn take_one(db: &Db, now: Timestamp) -> Job {
    let mut jobs = claim(db, now, LEASE, 10).await.unwrap();
    assert_eq!(jobs.len(), 1);
    jobs.remove(0)
}

#[tokio::test]
async fn the_same_key_is_the_same_job_also_after_its_end() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        assert!(put(&db, "a", start()).await);
        assert!(!put(&db, "a", after(5)).await);
        let job = take_one(&db, start()).await;
        assert_eq!((job.key.as_str(), &job.payload, job.attempts), ("a", &json!({ "key": "a" }), 1));
        do_it(&db, &job, start()).await.unwrap();
        assert!(!put(&db, "a", after(5)).await);
        assert!(claim(&db, after(999_999), LEASE, 10).await.unwrap().is_empty());
        assert_eq!(effects(&db).await, ["a"]);
        let mut tx = db.begin().await.unwrap();
        assert_eq!(jobs::prune(&mut tx, start()).await.unwrap(), 0);
        assert_eq!(jobs::prune(&mut tx, after(1)).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_was_not_committed_does_not_exist() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        let job = NewJob { kind: "test.do", key: "a".into(), payload: json!(null), run_at: start() };
        enqueue(&mut tx, &job).await.unwrap();
        tx.rollback().await.unwrap();
        assert!(claim(&db, start(), LEASE, 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn four_workers_do_four_hundred_jobs_once_each() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for number in 0..400 {
            let key = format!("{number:03}");
            let job = NewJob { kind: "test.do", key, payload: json!(null), run_at: after(number % 7) };
            assert!(enqueue(&mut tx, &job).await.unwrap());
        }
        tx.commit().await.unwrap();
        let work = |db: Db| async move {
            let mut taken = Vec::new();
            loop {
                let batch = claim(&db, after(10), LEASE, 7).await.unwrap();
                if batch.is_empty() {
                    return taken;
                }
                for job in batch {
                    do_it(&db, &job, after(10)).await.unwrap();
                    taken.push(job.key);
                }
            }
        };
        let workers: Vec<_> = (0..4).map(|_| tokio::spawn(work(db.clone()))).collect();
        let mut taken = Vec::new();
        for worker in workers {
            taken.extend(worker.await.unwrap());
        }
        assert_eq!(taken.len(), 400);
        assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), 400);
        assert_eq!(effects(&db).await.len(), 400);
    })
    .await;
}

#[tokio::test]
async fn jobs_come_when_due_and_oldest_first() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        for (key, at) in [("late", 20), ("early", 5), ("never", 1000)] {
            put(&db, key, after(at)).await;
        }
        assert!(claim(&db, after(4), LEASE, 10).await.unwrap().is_empty());
        let keys: Vec<_> =
            claim(&db, after(20), LEASE, 10).await.unwrap().into_iter().map(|job| job.key).collect();
        assert_eq!(keys, ["early", "late"]);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_gives_the_job_to_another_and_keeps_one_effect() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        put(&db, "a", start()).await;
        let slow = take_one(&db, start()).await;
        assert!(claim(&db, after(LEASE - 1), LEASE, 10).await.unwrap().is_empty());
        let fast = take_one(&db, after(LEASE)).await;
        assert_eq!((fast.id, fast.attempts), (slow.id, 2));
        assert!(matches!(do_it(&db, &slow, after(LEASE)).await, Err(Error::LeaseLost)));
        fail(&db, &slow, after(LEASE), "too late to complain").await.unwrap();
        do_it(&db, &fast, after(LEASE)).await.unwrap();
        assert!(matches!(do_it(&db, &fast, after(LEASE)).await, Err(Error::LeaseLost)));
        assert_eq!(effects(&db).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn an_effect_cannot_be_kept_once_the_lease_is_lost() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        put(&db, "a", start()).await;
        let job = take_one(&db, start()).await;
        let mut tx = db.begin().await.unwrap();
        assert!(cancel(&mut tx, "test.do", "a").await.unwrap());
        assert!(!cancel(&mut tx, "test.do", "a").await.unwrap());
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.execute("insert into effects (key) values ('a')", vals![]).await.unwrap();
        assert!(matches!(finish(&mut tx, &job, start()).await, Err(Error::LeaseLost)));
        assert!(matches!(tx.commit().await, Err(Error::TransactionFailed)));
        assert!(effects(&db).await.is_empty());
        assert!(put(&db, "a", after(5)).await, "a cancelled key is free again");
    })
    .await;
}

#[tokio::test]
async fn failures_wait_longer_each_time_until_an_operator_is_needed() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        put(&db, "a", start()).await;
        let mut now = start();
        for attempt in 1..ATTEMPTS_MAX {
            let job = take_one(&db, now).await;
            assert_eq!(job.attempts, attempt);
            fail(&db, &job, now, "the printer is out of paper").await.unwrap();
            let pause = 10 << (attempt - 1);
            assert!(
                claim(&db, now + SignedDuration::from_secs(pause - 1), LEASE, 10).await.unwrap().is_empty()
            );
            now += SignedDuration::from_secs(pause);
        }
        fail(&db, &take_one(&db, now).await, now, "the printer is out of paper").await.unwrap();
        assert!(claim(&db, after(9_999_999), LEASE, 10).await.unwrap().is_empty());
        let mut tx = db.begin().await.unwrap();
        let dead = list_dead(&mut tx, &PageRequest::default()).await.unwrap().items;
        assert_eq!(dead.len(), 1);
        assert_eq!((dead[0].key.as_str(), dead[0].attempts, dead[0].died_at), ("a", ATTEMPTS_MAX, now));
        assert_eq!(dead[0].last_error, "the printer is out of paper");
        assert!(replay(&mut tx, dead[0].id, now).await.unwrap());
        assert!(!replay(&mut tx, dead[0].id, now).await.unwrap());
        tx.commit().await.unwrap();
        let again = take_one(&db, now).await;
        assert_eq!(again.attempts, 1);
        do_it(&db, &again, now).await.unwrap();
        assert_eq!(effects(&db).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_kills_every_worker_is_dead_in_the_end() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS]).await.unwrap();
        put(&db, "a", start()).await;
        for attempt in 0..i64::from(ATTEMPTS_MAX) {
            take_one(&db, after(attempt * LEASE)).await; // and never a word again
        }
        assert!(claim(&db, after(9_999_999), LEASE, 10).await.unwrap().is_empty());
        let mut tx = db.snapshot().await.unwrap();
        assert_eq!(list_dead(&mut tx, &PageRequest::default()).await.unwrap().items.len(), 1);
    })
    .await;
}

/// `chain` makes `do` due; `do` has its effect; `fall` panics; `refuse` fails; `outside` finishes nothing itself.
fn handlers(db: &Db, said: &Arc<Mutex<Vec<String>>>) -> Handlers {
    let (one, two, three) = (db.clone(), db.clone(), said.clone());
    Handlers::new()
        .on("test.chain", move |job, now| {
            let db = one.clone();
            async move {
                let mut tx = db.begin().await?;
                let next =
                    NewJob { kind: "test.do", key: job.key.clone(), payload: json!(null), run_at: now };
                enqueue(&mut tx, &next).await?;
                cancel(&mut tx, "test.outside", "cancelled").await?;
                finish(&mut tx, &job, now).await?;
                tx.commit().await?;
                Ok(())
            }
        })
        .on("test.do", move |job, now| {
            let db = two.clone();
            async move { Ok(do_it(&db, &job, now).await?) }
        })
        .and(
            Handlers::new()
                .on("test.fall", |_job, _now| async { panic!("fell over") })
                .on("test.refuse", |_job, _now| async { Err("refused".into()) })
                .on("test.outside", move |job, _now| {
                    let said = three.clone();
                    async move {
                        said.lock().unwrap().push(job.key);
                        Ok(())
                    }
                }),
        )
}

#[tokio::test]
async fn the_runner_does_everything_that_is_due_and_survives_panics() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        for (kind, key, at) in [
            ("test.chain", "a", 0),
            ("test.outside", "cancelled", 1),
            ("test.outside", "heard", 2),
            ("test.fall", "f", 3),
            ("test.refuse", "r", 4),
            ("test.unknown", "u", 5),
            ("test.do", "tomorrow", 86_400),
        ] {
            enqueue(&mut tx, &NewJob { kind, key: key.into(), payload: json!(null), run_at: after(at) })
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let handlers = handlers(&db, &said);
        assert_eq!(run_due(&db, &handlers, after(5)).await.unwrap(), 7);
        assert_eq!(run_due(&db, &handlers, after(5)).await.unwrap(), 0);
        assert_eq!(effects(&db).await, ["a"]);
        assert_eq!(*said.lock().unwrap(), ["heard"]);
        let mut now = after(5);
        for _ in 1..ATTEMPTS_MAX {
            now += SignedDuration::from_hours(1);
            assert_eq!(run_due(&db, &handlers, now).await.unwrap(), 3);
        }
        let mut tx = db.snapshot().await.unwrap();
        let dead = list_dead(&mut tx, &PageRequest::default()).await.unwrap().items;
        let mut errors: Vec<&str> = dead.iter().map(|job| job.last_error.as_str()).collect();
        errors.sort_unstable();
        assert_eq!(errors, ["refused", "the handler panicked", "this program has no handler for it"]);
        drop(tx);
        assert_eq!(run_due(&db, &handlers, after(86_400)).await.unwrap(), 1);
        assert_eq!(effects(&db).await, ["a", "tomorrow"]);
    })
    .await;
}

#[tokio::test]
async fn the_worker_works_until_it_is_told_to_stop() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        put(&db, "a", start()).await;
        let (done, stop) = (Arc::new(Notify::new()), watch::channel(false));
        let (inner, notify) = (db.clone(), done.clone());
        let handlers = Handlers::new().on("test.do", move |job, now| {
            let (db, notify) = (inner.clone(), notify.clone());
            async move {
                do_it(&db, &job, now).await?;
                notify.notify_one();
                Ok(())
            }
        });
        let worker = tokio::spawn(run_forever(db.clone(), handlers, Arc::new(start), stop.1));
        done.notified().await;
        stop.0.send(true).unwrap();
        worker.await.unwrap();
        assert_eq!(effects(&db).await, ["a"]);
    })
    .await;
}
