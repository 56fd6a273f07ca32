//! The same request twice, one after the other and at the same time.

use std::sync::Arc;

use store::idempotency::{Outcome, StoredResponse, begin, complete, expire};
use store::{Db, Error, MIGRATIONS, Migration, vals};
use testkit::{each_database, instant};
use tokio::sync::Barrier;

const SCHEMA: &[Migration] = &[Migration::new("test/0001_cases", "create table cases (id text not null)")];

fn answer(body: &str) -> StoredResponse {
    StoredResponse { status: 201, body: body.into() }
}

/// A command: makes a case unless it was made before.
async fn submit(db: &Db, scope: &str, digest: &str, case: &str) -> Result<Outcome, Error> {
    let mut tx = db.begin().await?;
    let outcome = begin(&mut tx, scope, "key", digest, instant("2026-09-21T09:30")).await?;
    if outcome == Outcome::First {
        tx.execute("insert into cases (id) values ($1)", vals![case]).await?;
        tokio::task::yield_now().await;
        complete(&mut tx, scope, "key", &answer(case)).await?;
        tx.commit().await?;
    }
    Ok(outcome)
}

async fn cases(db: &Db) -> i64 {
    let mut tx = db.snapshot().await.unwrap();
    tx.fetch_one("select count(*) from cases", vals![]).await.unwrap().get(0).unwrap()
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        assert_eq!(submit(&db, "person:a", "d1", "one").await.unwrap(), Outcome::First);
        assert_eq!(submit(&db, "person:a", "d1", "two").await.unwrap(), Outcome::Replay(answer("one")));
        assert_eq!(submit(&db, "person:a", "d2", "three").await.unwrap(), Outcome::Mismatch);
        assert_eq!(submit(&db, "person:b", "d1", "four").await.unwrap(), Outcome::First);
        assert_eq!(cases(&db).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_command_that_was_undone_may_be_repeated() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(
            begin(&mut tx, "s", "key", "d", instant("2026-09-21T09:30")).await.unwrap(),
            Outcome::First
        );
        tx.rollback().await.unwrap();
        assert_eq!(submit(&db, "s", "d", "one").await.unwrap(), Outcome::First);
    })
    .await;
}

#[tokio::test]
async fn requests_at_the_same_time_make_one_case() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        let start = Arc::new(Barrier::new(8));
        let requests: Vec<_> = (0..8)
            .map(|number| {
                let (db, start) = (db.clone(), start.clone());
                tokio::spawn(async move {
                    start.wait().await;
                    submit(&db, "person:a", "d", &format!("case {number}")).await.unwrap()
                })
            })
            .collect();
        let mut firsts = 0;
        let mut replays = Vec::new();
        for request in requests {
            match request.await.unwrap() {
                Outcome::First => firsts += 1,
                Outcome::Replay(response) => replays.push(response),
                Outcome::Mismatch => panic!("the same request took itself for another"),
            }
        }
        assert_eq!((firsts, replays.len(), cases(&db).await), (1, 7, 1));
        assert!(replays.iter().all(|response| response == &replays[0]));
    })
    .await;
}

#[tokio::test]
async fn forgetting_a_completion_is_a_fault_and_not_a_second_case() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        begin(&mut tx, "s", "key", "d", instant("2026-09-21T09:30")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(submit(&db, "s", "d", "one").await, Err(Error::Damaged { .. })));
        let mut tx = db.begin().await.unwrap();
        assert!(matches!(complete(&mut tx, "s", "unknown", &answer("x")).await, Err(Error::Missing)));
    })
    .await;
}

#[tokio::test]
async fn old_keys_are_forgotten() {
    each_database(|db| async move {
        db.migrate(&[MIGRATIONS, SCHEMA]).await.unwrap();
        submit(&db, "s", "d", "one").await.unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(expire(&mut tx, instant("2026-09-21T09:30")).await.unwrap(), 0);
        assert_eq!(expire(&mut tx, instant("2026-09-21T09:31")).await.unwrap(), 1);
    })
    .await;
}
