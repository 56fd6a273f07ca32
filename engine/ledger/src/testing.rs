//! A log with facts in a table, for the tests of this room.

use guomi::PrivateKey;
use kernel::Timestamp;
use store::{Db, Tx, vals};
use tempfile::TempDir;

use crate::note::{KeyUse, SigningKey};
use crate::{Fact, Kind, Ledger, Reading, Source};

/// Where facts lie in these tests.
const FACTS: &[store::Migration] = &[store::Migration::new(
    "test/0001_facts",
    "create table facts (id text not null constraint facts_pk primary key, at bigint not null, body text not null)",
)];

pub(crate) const SOURCE: Source = Source { kind: Kind::CaseEvent, read: read_facts, count: count_facts };

fn fact(id: &str, body: &str) -> Fact {
    Fact::new(Kind::CaseEvent, id).field(body)
}

fn read_facts<'a>(tx: &'a mut Tx, ids: &'a [String]) -> Reading<'a, Vec<Option<Fact>>> {
    Box::pin(async move {
        let mut facts = Vec::new();
        for id in ids {
            let row = tx.fetch_optional("select body from facts where id = $1", vals![id]).await?;
            facts.push(row.map(|row| row.get::<String>(0)).transpose()?.map(|body| fact(id, &body)));
        }
        Ok(facts)
    })
}

fn count_facts(tx: &mut Tx, since: Timestamp) -> Reading<'_, u64> {
    Box::pin(async move {
        let row = tx.fetch_one("select count(*) from facts where at >= $1", vals![since]).await?;
        Ok(u64::try_from(row.get::<i64>(0)?).unwrap())
    })
}

pub(crate) fn now() -> Timestamp {
    testkit::instant("2026-11-30T09:00")
}

pub(crate) fn later(seconds: i64) -> Timestamp {
    now().checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap()
}

/// A key that is the same in every run.
pub(crate) fn key(name: &str, usage: KeyUse) -> SigningKey {
    let bytes = guomi::sm3::digest(name.as_bytes());
    SigningKey::new(name, usage, PrivateKey::from_bytes(&bytes).unwrap()).unwrap()
}

/// A log in a fresh database, and its folder.
pub(crate) async fn fresh(db: &Db) -> (Ledger, TempDir) {
    db.migrate(&[store::MIGRATIONS, crate::MIGRATIONS, FACTS]).await.unwrap();
    let folder = testkit::folder();
    (open(db, &folder).await, folder)
}

/// Another node of the same log.
pub(crate) async fn open(db: &Db, folder: &TempDir) -> Ledger {
    Ledger::open(db, key("tongban.example/log", KeyUse::Note), folder.path(), now()).await.unwrap()
}

/// Makes facts and writes them down, some to a transaction.
pub(crate) async fn write(db: &Db, ids: std::ops::Range<u32>) {
    let mut tx = db.begin().await.unwrap();
    for id in ids {
        let (id, body) = (format!("fact/{id}"), format!("body of {id}"));
        let sql = "insert into facts (id, at, body) values ($1, $2, $3)";
        tx.execute(sql, vals![&id, now(), &body]).await.unwrap();
        crate::append(&mut tx, now(), &fact(&id, &body)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Everything that waits gets its place, is signed and published.
pub(crate) async fn settle(ledger: &Ledger, at: Timestamp) -> u64 {
    while crate::integrate(ledger, at).await.unwrap() != crate::Turn::Placed(0) {}
    crate::sign(ledger, at).await.unwrap();
    crate::publish(ledger).await.unwrap()
}

/// A statement behind the log's back.
pub(crate) async fn tamper(db: &Db, sql: &'static str) {
    let mut tx = db.begin().await.unwrap();
    assert!(tx.execute(sql, vec![]).await.unwrap() > 0, "{sql}");
    tx.commit().await.unwrap();
}
