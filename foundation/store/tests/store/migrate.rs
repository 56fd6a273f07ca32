//! Migrations: once, in order, unchanged, and by one node at a time.

use store::{Db, Error, Migration, vals};
use testkit::{each_database, each_test_database};

const FIRST: Migration =
    Migration::new("a/0001_x", "create table x (id text not null, b bytea); create table y (id text)");
const SECOND: Migration = Migration::new("b/0001_x", "insert into x (id) values ('one')");
const THIRD: Migration = Migration::two(
    "b/0002_x",
    "insert into x (id) values ('sqlite')",
    "insert into x (id) values ('postgres')",
);

async fn ids(db: &Db) -> Vec<String> {
    let mut tx = db.snapshot().await.unwrap();
    let rows = tx.fetch_all("select id from x order by id", vals![]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

#[tokio::test]
async fn each_migration_runs_once() {
    each_database(|db| async move {
        assert_eq!(db.migrate(&[&[FIRST], &[SECOND]]).await.unwrap(), ["a/0001_x", "b/0001_x"]);
        assert!(db.migrate(&[&[FIRST], &[SECOND]]).await.unwrap().is_empty());
        assert_eq!(db.migrate(&[&[FIRST], &[SECOND, THIRD]]).await.unwrap(), ["b/0002_x"]);
        assert_eq!(ids(&db).await.len(), 2);
        assert!(
            db.migrate(&[&[FIRST]]).await.unwrap().is_empty(),
            "an older program leaves newer ones alone"
        );
    })
    .await;
}

#[tokio::test]
async fn a_changed_migration_is_refused_by_name() {
    each_database(|db| async move {
        db.migrate(&[&[FIRST]]).await.unwrap();
        let same = Migration::new(FIRST.name, FIRST.sql);
        let changed = Migration::new(FIRST.name, "create table x (id text)");
        assert!(db.migrate(&[&[same]]).await.unwrap().is_empty());
        let error = db.migrate(&[&[changed]]).await.unwrap_err();
        assert!(matches!(&error, Error::Migration { name, .. } if name == "a/0001_x"), "{error}");
        let error = db.migrate(&[&[FIRST], &[same]]).await.unwrap_err();
        assert!(error.to_string().contains("used twice"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_broken_migration_leaves_nothing_behind() {
    each_database(|db| async move {
        let broken = Migration::new(
            "b/0001_broken",
            "insert into x (id) values ('half'); insert into nowhere values (1)",
        );
        let error = db.migrate(&[&[FIRST, broken, SECOND]]).await.unwrap_err();
        assert!(matches!(&error, Error::Migration { name, .. } if name == "b/0001_broken"), "{error}");
        assert!(ids(&db).await.is_empty());
        let mended = Migration::new("b/0001_broken", "insert into x (id) values ('whole')");
        assert_eq!(db.migrate(&[&[FIRST, mended]]).await.unwrap(), ["b/0001_broken"]);
        assert_eq!(ids(&db).await, ["whole"]);
    })
    .await;
}

#[tokio::test]
async fn nodes_that_start_together_take_turns() {
    each_test_database(async |test| {
        let node = |url: String| async move {
            let db = Db::open(&url).await.unwrap();
            let applied = db.migrate(&[&[FIRST], &[SECOND, THIRD]]).await.unwrap();
            db.close().await;
            applied
        };
        let nodes: Vec<_> = (0..4).map(|_| tokio::spawn(node(test.url.clone()))).collect();
        let mut applied = Vec::new();
        for node in nodes {
            applied.extend(node.await.unwrap());
        }
        applied.sort();
        assert_eq!(applied, ["a/0001_x", "b/0001_x", "b/0002_x"]);
        assert_eq!(ids(&test.db).await.len(), 2);
    })
    .await;
}
