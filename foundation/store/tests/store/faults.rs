//! What the platform does when the database is away, full or stuck.

use kernel::Refusal;
use store::{Db, Engine, Error, Migration, vals};
use testkit::{each_database, each_test_database};

const SCHEMA: &[Migration] = &[Migration::new(
    "test/0001_cells",
    "create table cells (id bigint not null constraint cells_pkey primary key, n bigint not null, b bytea);
     insert into cells (id, n) values (1, 0), (2, 0);",
)];

#[tokio::test]
async fn connections_that_died_in_the_pool_are_replaced_unseen() {
    each_test_database(async |test| {
        if test.db.engine() == Engine::Sqlite {
            return; // no server that could be restarted
        }
        let mut open = Vec::new();
        let mut pids: Vec<i64> = Vec::new();
        for _ in 0..5 {
            let mut tx = test.db.snapshot().await.unwrap();
            pids.push(tx.fetch_one("select pg_backend_pid()", vals![]).await.unwrap().get(0).unwrap());
            open.push(tx);
        }
        for tx in open {
            tx.rollback().await.unwrap();
        }
        let operator = Db::open(&test.url).await.unwrap();
        for pid in pids {
            let mut tx = operator.snapshot().await.unwrap();
            tx.fetch_one("select pg_terminate_backend(cast($1 as int), 5000)", vals![pid]).await.unwrap();
        }
        for _ in 0..8 {
            test.db.ping().await.unwrap();
        }
        operator.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_connection_lost_in_mid_transaction_is_unavailable_and_nothing_is_kept() {
    each_test_database(async |test| {
        if test.db.engine() == Engine::Sqlite {
            return; // no connection that could be lost
        }
        test.db.migrate(&[SCHEMA]).await.unwrap();
        let mut tx = test.db.begin().await.unwrap();
        tx.execute("update cells set n = 7", vals![]).await.unwrap();
        let pid: i64 = tx.fetch_one("select pg_backend_pid()", vals![]).await.unwrap().get(0).unwrap();
        let operator = Db::open(&test.url).await.unwrap();
        let mut kill = operator.snapshot().await.unwrap();
        kill.fetch_one("select pg_terminate_backend(cast($1 as int), 5000)", vals![pid]).await.unwrap();
        drop(kill);
        let error = tx.execute("update cells set n = 8", vals![]).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{error}");
        assert!(matches!(Refusal::from(error), Refusal::Unavailable));
        assert!(matches!(tx.commit().await, Err(Error::TransactionFailed)));
        let mut tx = operator.snapshot().await.unwrap();
        let row = tx.fetch_one("select cast(sum(n) as bigint) from cells", vals![]).await.unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 0);
        drop(tx);
        operator.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_deadlock_is_busy_for_one_side_and_nothing_for_the_other() {
    each_database(|db| async move {
        if db.engine() == Engine::Sqlite {
            return; // one writer cannot lock itself out
        }
        db.migrate(&[SCHEMA]).await.unwrap();
        let add = "update cells set n = n + 1 where id = $1";
        let (mut one, mut two) = (db.begin().await.unwrap(), db.begin().await.unwrap());
        one.execute(add, vals![1]).await.unwrap();
        two.execute(add, vals![2]).await.unwrap();
        // Each ends its transaction at once, so that the other can go on.
        let first = async move { (one.execute(add, vals![2]).await, one.commit().await) };
        let second = async move { (two.execute(add, vals![1]).await, two.commit().await) };
        let (first, second) = tokio::join!(first, second);
        let (lost, won) = if first.0.is_err() { (first, second) } else { (second, first) };
        let error = lost.0.unwrap_err();
        assert!(matches!(error, Error::Busy(_)), "{error}");
        assert!(matches!(lost.1, Err(Error::TransactionFailed)));
        assert!(won.0.is_ok() && won.1.is_ok());
        let mut tx = db.snapshot().await.unwrap();
        let row = tx.fetch_one("select cast(sum(n) as bigint) from cells", vals![]).await.unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_heals() {
    let test = testkit::sqlite().await;
    let db = &test.db;
    db.migrate(&[SCHEMA]).await.unwrap();
    // SQLite gives the same error for this limit of the connection as for a full disk.
    let mut tx = db.begin().await.unwrap();
    tx.fetch_one("pragma max_page_count = 10", vals![]).await.unwrap();
    let big = vec![7_u8; 100_000];
    let error = tx.execute("update cells set b = $1", vals![&big]).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    drop(tx);
    let mut tx = db.begin().await.unwrap();
    tx.fetch_one("pragma max_page_count = 1000000", vals![]).await.unwrap();
    assert_eq!(tx.execute("update cells set b = $1", vals![&big]).await.unwrap(), 2);
    tx.commit().await.unwrap();
}
