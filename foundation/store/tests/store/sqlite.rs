//! Statements of SQLite run on the threads of the runtime: none of them may hold it up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use store::{Db, Error, Migration, vals};

const SCHEMA: &[Migration] = &[Migration::new(
    "test/0001_notes",
    "create table notes (id bigint not null constraint notes_pkey primary key, b bytea);",
)];

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_long_statement_lets_others_work_meanwhile() {
    let test = testkit::sqlite().await;
    let db = test.db.clone();
    let counted = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&counted);
    let both = tokio::spawn(async move {
        let mut tx = db.snapshot().await.unwrap();
        // The only thread is busy with this task, so the other one runs when the statement makes room or is over.
        let other = tokio::spawn(async move { seen.load(Ordering::SeqCst) });
        let long = "with recursive n(x) as (select 1 union all select x + 1 from n where x < 5000000)
                    select count(*) from n";
        tx.fetch_one(long, vals![]).await.unwrap();
        counted.store(true, Ordering::SeqCst);
        other.await.unwrap()
    });
    assert!(!both.await.unwrap(), "the other task had to wait for the statement");
    test.db.close().await;
}

#[tokio::test]
async fn the_write_lock_of_another_process_is_waited_for_without_the_thread() {
    let test = testkit::sqlite().await;
    test.db.migrate(&[SCHEMA]).await.unwrap();
    let add = "insert into notes (id) values ($1)";
    let other = Db::open(&test.url).await.unwrap(); // connections of its own, as another process has
    let mut first = test.db.begin().await.unwrap();
    first.execute(add, vals![1]).await.unwrap();
    let second = async {
        let mut second = other.begin().await.unwrap();
        second.execute(add, vals![2]).await.unwrap();
        second.commit().await.unwrap();
    };
    // On this one thread the first can only go on when the second waits aside.
    let ((), done) = tokio::join!(second, first.commit());
    done.unwrap();
    let mut tx = test.db.snapshot().await.unwrap();
    let row = tx.fetch_one("select count(*) from notes", vals![]).await.unwrap();
    assert_eq!(row.get::<i64>(0).unwrap(), 2);
    drop(tx);
    other.close().await;
    test.db.close().await;
}

#[tokio::test]
async fn writers_queue_and_a_giver_up_leaves_the_queue() {
    let test = testkit::sqlite().await;
    test.db.migrate(&[SCHEMA]).await.unwrap();
    let first = test.db.begin().await.unwrap();
    let gave_up = tokio::select! {
        biased;
        _ = test.db.begin() => false,
        () = tokio::task::yield_now() => true,
    };
    assert!(gave_up);
    first.commit().await.unwrap();
    test.db.begin().await.unwrap().commit().await.unwrap();
    test.db.close().await;
}

#[tokio::test]
async fn the_log_is_moved_into_the_database_before_it_grows_without_end() {
    let test = testkit::sqlite().await;
    test.db.migrate(&[SCHEMA]).await.unwrap();
    let megabyte = vec![7_u8; 1 << 20];
    for id in 0..100 {
        let mut tx = test.db.begin().await.unwrap();
        tx.execute("insert into notes (id, b) values ($1, $2)", vals![id, &megabyte]).await.unwrap();
        tx.commit().await.unwrap();
    }
    let file = test.url.trim_start_matches("sqlite:");
    let log = std::fs::metadata(format!("{file}-wal")).unwrap().len();
    assert!((20 << 20..48 << 20).contains(&log), "{log} bytes");
    test.db.close().await;
}

#[tokio::test]
async fn a_value_that_is_not_given_is_an_error() {
    let test = testkit::sqlite().await;
    let mut tx = test.db.snapshot().await.unwrap();
    assert!(matches!(tx.fetch_one("select $1, $2", vals![1]).await, Err(Error::Sqlite(_))));
    drop(tx);
    test.db.close().await;
}
