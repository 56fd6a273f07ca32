//! Documents as the ledger knows them: that one was issued, and that it ended. Who holds the account is not in it, because
//! accounts can become one.

use std::collections::BTreeMap;

use kernel::{LicenceId, Timestamp};
use ledger::{Fact, Kind, Reading, Source};
use serde_json::json;
use store::{Result, Row, Sql, Tx, vals};

/// What the ledger reads documents again from (see `ledger::audit_database`).
pub const LEDGER_SOURCE: Source = Source { kind: Kind::Licence, read, count };

const ISSUED: &str = "issued";
const ENDED: &str = "ended";

/// Writes down that a document was issued, as it stands in the table by now.
pub(crate) async fn write_issued(tx: &mut Tx, now: Timestamp, id: LicenceId) -> Result<()> {
    write(tx, now, &[format!("{id}/{ISSUED}")]).await
}

/// Writes down that documents ended.
pub(crate) async fn write_ended(tx: &mut Tx, now: Timestamp, ids: &[LicenceId]) -> Result<()> {
    let references: Vec<String> = ids.iter().map(|id| format!("{id}/{ENDED}")).collect();
    write(tx, now, &references).await
}

async fn write(tx: &mut Tx, now: Timestamp, references: &[String]) -> Result<()> {
    for fact in read(tx, references).await? {
        ledger::append(tx, now, &fact.ok_or(store::Error::Missing)?).await?;
    }
    Ok(())
}

const READ: Sql = Sql::Two {
    sqlite: "select id, identifier, number, kind, type_code, document, holder_shown, issuer, issuer_uscc, case_id, effect,
                 issued_on, valid_from, valid_until, metadata, file_sm3, ofd_sm3, created_at, status, revoked_at, revoked_by,
                 revoke_reason, replaced_by
             from licences where id in (select value from json_each($1))",
    postgres: "select id, identifier, number, kind, type_code, document, holder_shown, issuer, issuer_uscc, case_id, effect,
                   issued_on, valid_from, valid_until, metadata, file_sm3, ofd_sm3, created_at, status, revoked_at, revoked_by,
                   revoke_reason, replaced_by
               from licences where id in (select value from json_array_elements_text($1::json))",
};
/// Columns of text that do not change: the first ones, but for the instant of issue behind them.
const UNCHANGED: std::ops::Range<usize> = 1..17;

fn read<'a>(tx: &'a mut Tx, references: &'a [String]) -> Reading<'a, Vec<Option<Fact>>> {
    Box::pin(async move {
        let ids: Vec<&str> = references.iter().filter_map(|text| Some(text.split_once('/')?.0)).collect();
        let mut found = BTreeMap::new();
        for row in &tx.fetch_all(READ, vals![json!(ids)]).await? {
            for fact in [Some(issued(row)?), ended(row)?].into_iter().flatten() {
                found.insert(fact.reference().to_owned(), fact);
            }
        }
        Ok(references.iter().map(|reference| found.remove(reference)).collect())
    })
}

fn issued(row: &Row) -> Result<Fact> {
    let id: String = row.get(0)?;
    let mut fact = Fact::new(Kind::Licence, format!("{id}/{ISSUED}"));
    for column in UNCHANGED {
        fact = fact.field(row.get::<Option<String>>(column)?.unwrap_or_default());
    }
    Ok(fact.field(row.get::<i64>(UNCHANGED.end)?.to_string()))
}

/// Nothing while the document is in force.
fn ended(row: &Row) -> Result<Option<Fact>> {
    let (id, status): (String, String) = (row.get(0)?, row.get(18)?);
    let Some(at) = row.get::<Option<i64>>(19)? else { return Ok(None) };
    let mut fact = Fact::new(Kind::Licence, format!("{id}/{ENDED}")).field(status).field(at.to_string());
    for column in 20..23 {
        fact = fact.field(row.get::<Option<String>>(column)?.unwrap_or_default());
    }
    Ok(Some(fact))
}

fn count(tx: &mut Tx, since: Timestamp) -> Reading<'_, u64> {
    Box::pin(async move {
        let sql = "select (select count(*) from licences where created_at >= $1)
                       + (select count(*) from licences where revoked_at >= $1)";
        let row = tx.fetch_one(sql, vals![since]).await?;
        u64::try_from(row.get::<i64>(0)?).map_err(|_range| row.damaged(0, "a count"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_site::{issue_certificate, now, staff, test_room};
    use kernel::Role;

    #[tokio::test(flavor = "multi_thread")]
    async fn issue_and_end_are_written_down_and_changes_are_found() {
        testkit::each_database(|db| async move {
            let test = test_room(&db).await;
            let folder = testkit::folder();
            let key = ledger::open_or_create_key(&folder.path().join("key"), "开门").unwrap();
            let key = ledger::note::SigningKey::new("log.example", ledger::note::KeyUse::Note, key).unwrap();
            let log = folder.path().join("log");
            let ledger = ledger::Ledger::open(&db, key, &log, Timestamp::UNIX_EPOCH).await.unwrap();
            let licence = issue_certificate(&test.room, 1).await;
            let mut tx = db.begin().await.unwrap();
            let by = staff(1, Role::Decision);
            crate::revoke(&mut tx, &by, now(), licence.id, "提交虚假材料").await.unwrap();
            tx.commit().await.unwrap();
            ledger::turn(&ledger, now()).await.unwrap();
            let audit = async || {
                let audited = ledger::audit_database(&ledger, &[LEDGER_SOURCE], true).await;
                audited.map(|audited| audited.facts).map_err(|error| error.to_string())
            };
            assert_eq!(audit().await, Ok(2));
            run(&db, "update licences set valid_until = '2099-01-01'", vals![]).await;
            let found = audit().await.unwrap_err();
            assert!(found.contains("/issued was changed after"), "{found}");
            run(&db, "update licences set valid_until = $1", vals![licence.valid_until]).await;
            assert_eq!(audit().await, Ok(2));
            run(&db, "update licences set revoke_reason = 'x'", vals![]).await;
            let found = audit().await.unwrap_err();
            assert!(found.contains("/ended was changed after"), "{found}");
            // What was revoked is put in force again behind the log.
            run(&db, "update licences set status = 'valid', revoked_at = null", vals![]).await;
            assert!(audit().await.unwrap_err().contains("there are 1 facts of kind licence"));
        })
        .await;
    }

    async fn run(db: &store::Db, sql: &'static str, values: Vec<store::Val>) {
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.execute(sql, values).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}
