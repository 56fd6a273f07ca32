//! Ending the standing in of a deputy early (提前结束代理), or taking it back before it begins.

use kernel::{Actor, DeputyId, Timestamp, china_date};
use store::{Tx, vals};

use crate::deputies::find_deputy;
use crate::name_deputy::{NameDeputyError, may_name, plan_telling};

/// Ends it at once: the deputy's next request is without it. By whoever may name one; `None` where there is none that
/// they may end. Ending it again, or after its last day, changes nothing.
pub async fn end_deputy(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    id: DeputyId,
) -> Result<Option<()>, NameDeputyError> {
    let actor = by.staff().map_err(NameDeputyError::NotStaff)?;
    let Some(found) = find_deputy(tx, id).await? else { return Ok(None) };
    match may_name(tx, actor, found.absent, china_date(now)).await {
        Ok(_body) => {}
        Err(NameDeputyError::Unknown(_) | NameDeputyError::NotTheirs) => return Ok(None),
        Err(error) => return Err(error),
    }
    let ended = tx
        .execute(
            "update deputies set ended_at = $1, ended_by = $2
             where id = $3 and ended_at is null and last_day >= $4",
            vals![now, actor.staff, id, china_date(now)],
        )
        .await?;
    if ended == 1 {
        plan_telling(tx, id, "ended", now).await?;
    }
    Ok(Some(()))
}
