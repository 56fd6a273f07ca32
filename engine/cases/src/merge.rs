//! Two accounts of one person become one (账号合并): every case of their own goes over, the closed ones too.

use kernel::{Actor, CaseId, PersonId, Timestamp};
use store::{Tx, vals};

use crate::error::CaseError;
use crate::event::Event;
use crate::record::{from_state, insert_events, take};

/// Cases that are read at a time.
const AT_A_TIME: u32 = 100;

/// Gives the cases of `from` to `into`, each with an event that says so, and counts them. What they handed in for a
/// legal person, or under a mandate, is the principal's and stays. No case is decided by this, so no rule of its package
/// is asked, and nobody is told but the person, who did it.
pub async fn merge_applicant(
    tx: &mut Tx,
    from: PersonId,
    into: PersonId,
    now: Timestamp,
) -> Result<usize, CaseError> {
    let sql = "select id, state from cases where person = $1 and legal_person is null and id > $2
               order by id limit $3";
    let (mut last, mut count) = (String::new(), 0);
    loop {
        let rows = tx.fetch_all(sql, vals![from, &last, AT_A_TIME]).await?;
        let Some(end) = rows.last() else { return Ok(count) };
        last = end.get::<CaseId>(0)?.to_string();
        for row in &rows {
            let mut case = from_state(&row.get::<String>(1)?)?;
            let (mut events, before) = (Vec::new(), case.version);
            take(&mut case, &mut events, now, &Actor::System, vec![Event::ApplicantMerged { from, into }]);
            insert_events(tx, case.id, &events).await?;
            let state = serde_json::to_string(&case)?;
            let sql = "update cases set person = $1, state = $2, version = $3 where id = $4 and version = $5";
            if tx.execute(sql, vals![into, state, case.version, case.id, before]).await? != 1 {
                return Err(CaseError::Stale);
            }
            count += 1;
        }
    }
}
