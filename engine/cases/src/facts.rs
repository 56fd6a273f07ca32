//! Case events as the ledger knows them: every column, in canonical bytes.

use kernel::{CaseId, Timestamp, to_micros};
use ledger::{Fact, Kind, Reading, Source};
use serde_json::json;
use store::{Row, Sql, Tx, vals};

use crate::event::Recorded;

/// What the ledger reads case events again from (see `ledger::audit_database`).
pub const LEDGER_SOURCE: Source = Source { kind: Kind::CaseEvent, read, count };

/// How the ledger calls an event: `case/number`.
pub fn event_reference(case: CaseId, seq: i64) -> String {
    format!("{case}/{seq}")
}

/// An event and its payload as they are stored. Fields: event id, time in microseconds, actor, name, for whom and their
/// name (empty if for nobody), kind, payload.
pub(crate) fn fact_of(case: CaseId, recorded: &Recorded, payload: &str) -> Fact {
    let held = recorded.stood_in_for.as_ref();
    fact(
        event_reference(case, recorded.seq),
        &recorded.id.to_string(),
        to_micros(recorded.at),
        [&recorded.actor, &recorded.actor_name],
        [held.map(|held| held.staff.to_string()), held.map(|held| held.name.clone())],
        [recorded.event.kind(), payload],
    )
}

fn fact(
    reference: String,
    id: &str,
    at_micros: i64,
    actor: [&str; 2],
    held: [Option<String>; 2],
    rest: [&str; 2],
) -> Fact {
    let fact = Fact::new(Kind::CaseEvent, reference).field(id).field(at_micros.to_string());
    let fact = actor.into_iter().fold(fact, Fact::field);
    let fact = held.into_iter().map(Option::unwrap_or_default).fold(fact, Fact::field);
    rest.into_iter().fold(fact, Fact::field)
}

/// Pairs of case and number, joined with the events: one statement for many.
const READ: Sql = Sql::Two {
    sqlite: "select e.case_id, e.seq, e.id, e.at, e.actor, e.actor_name, e.for_staff, e.for_name, e.kind, e.payload
             from json_each($1) asked join case_events e
                 on e.case_id = json_extract(asked.value, '$[0]') and e.seq = json_extract(asked.value, '$[1]')",
    postgres: "select e.case_id, e.seq, e.id, e.at, e.actor, e.actor_name, e.for_staff, e.for_name, e.kind, e.payload
               from json_array_elements($1::json) asked (pair) join case_events e
                   on e.case_id = asked.pair ->> 0 and e.seq = (asked.pair ->> 1)::bigint",
};

fn read<'a>(tx: &'a mut Tx, references: &'a [String]) -> Reading<'a, Vec<Option<Fact>>> {
    Box::pin(async move {
        let pair = |reference: &String| {
            let (case, seq) = reference.split_once('/')?;
            Some(json!([case, seq.parse::<i64>().ok()?]))
        };
        let asked: Vec<_> = references.iter().filter_map(pair).collect();
        let rows = tx.fetch_all(READ, vals![json!(asked)]).await?;
        let facts = rows.iter().map(read_row).collect::<store::Result<Vec<_>>>()?;
        let mut found: std::collections::BTreeMap<String, Fact> =
            facts.into_iter().map(|fact| (fact.reference().to_owned(), fact)).collect();
        Ok(references.iter().map(|reference| found.remove(reference)).collect())
    })
}

/// From the columns as they are: what cannot be read as an event any more was changed, and is to be found so.
fn read_row(row: &Row) -> store::Result<Fact> {
    let text = |column| row.get::<String>(column);
    let reference = format!("{}/{}", text(0)?, row.get::<i64>(1)?);
    Ok(fact(
        reference,
        &text(2)?,
        row.get(3)?,
        [&text(4)?, &text(5)?],
        [row.get(6)?, row.get(7)?],
        [&text(8)?, &text(9)?],
    ))
}

fn count(tx: &mut Tx, since: Timestamp) -> Reading<'_, u64> {
    Box::pin(async move {
        let row = tx.fetch_one("select count(*) from case_events where at >= $1", vals![since]).await?;
        u64::try_from(row.get::<i64>(0)?).map_err(|_range| row.damaged(0, "a count"))
    })
}
