//! Published versions of items as the ledger knows them.

use std::collections::BTreeMap;

use kernel::Timestamp;
use ledger::{Fact, Kind, Reading, Source};
use serde_json::json;
use store::{Result, Row, Sql, Tx, vals};

/// What the ledger reads versions again from (see `ledger::audit_database`).
pub const LEDGER_SOURCE: Source = Source { kind: Kind::Publication, read, count };

/// Writes down that a version was put on record, as it stands in the table by now.
pub(crate) async fn write_version(
    tx: &mut Tx,
    now: Timestamp,
    item: &str,
    handling: &str,
    version: &str,
) -> Result<()> {
    for fact in read(tx, &[format!("{item}/{handling}/{version}")]).await? {
        ledger::append(tx, now, &fact.ok_or(store::Error::Missing)?).await?;
    }
    Ok(())
}

const READ: Sql = Sql::Two {
    sqlite: "select v.item, v.handling, v.version, v.digest, v.files, v.loaded_at
             from json_each($1) asked join package_versions v on v.item = json_extract(asked.value, '$[0]')
                 and v.handling = json_extract(asked.value, '$[1]') and v.version = json_extract(asked.value, '$[2]')",
    postgres: "select v.item, v.handling, v.version, v.digest, v.files, v.loaded_at
               from json_array_elements($1::json) asked (parts) join package_versions v on v.item = asked.parts ->> 0
                   and v.handling = asked.parts ->> 1 and v.version = asked.parts ->> 2",
};

fn read<'a>(tx: &'a mut Tx, references: &'a [String]) -> Reading<'a, Vec<Option<Fact>>> {
    Box::pin(async move {
        let asked: Vec<Vec<&str>> = references.iter().map(|text| text.splitn(3, '/').collect()).collect();
        let mut found = BTreeMap::new();
        for row in &tx.fetch_all(READ, vals![json!(asked)]).await? {
            let fact = version(row)?;
            found.insert(fact.reference().to_owned(), fact);
        }
        Ok(references.iter().map(|reference| found.remove(reference)).collect())
    })
}

/// Fields: digest, all files as they are stored, when it was put on record (microseconds).
fn version(row: &Row) -> Result<Fact> {
    let text = |column| row.get::<String>(column);
    let reference = format!("{}/{}/{}", text(0)?, text(1)?, text(2)?);
    let fact = Fact::new(Kind::Publication, reference).field(text(3)?).field(text(4)?);
    Ok(fact.field(row.get::<i64>(5)?.to_string()))
}

fn count(tx: &mut Tx, since: Timestamp) -> Reading<'_, u64> {
    Box::pin(async move {
        let sql = "select count(*) from package_versions where loaded_at >= $1";
        let row = tx.fetch_one(sql, vals![since]).await?;
        u64::try_from(row.get::<i64>(0)?).map_err(|_range| row.damaged(0, "a count"))
    })
}
