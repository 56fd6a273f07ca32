//! Lists of seals and of what was sealed.

use jiff::civil::Date;
use kernel::{BodyId, SealId};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

use crate::record::{SealRecord, UseRecord, read, select_seals};
use crate::seal::State;

/// Which seals are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct WantedSeals {
    /// Of this body only; nothing: of all bodies.
    pub(crate) body: Option<BodyId>,
    /// In this state only.
    pub(crate) state: Option<State>,
    /// With these words in name, body or number; empty for all.
    pub(crate) words: String,
}

/// The seals, the newest first.
pub(crate) async fn list(
    tx: &mut Tx,
    wanted: &WantedSeals,
    today: Date,
    request: &PageRequest,
) -> Result<Page<SealRecord>> {
    let mut vals = request.keys(vals!["z"])?; // after every id, which is hexadecimal
    let words = wanted.words.trim();
    vals.extend(vals![
        request.size.limit(),
        wanted.body,
        wanted.state.map(State::as_str),
        today,
        format!("%{}%", escaped(words)),
    ]);
    let sql = select_seals!(
        "where id < $1 and (cast($3 as text) is null or body = $3)
           and (cast($4 as text) is null or $4 =
                case when state not in ('refused', 'revoked') and valid_until < $5 then 'expired' else state end)
           and (name like $6 escape '!' or body_name like $6 escape '!' or number like $6 escape '!')
         order by id desc limit $2"
    );
    let rows = tx.fetch_all(sql, vals).await?;
    let items = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, request.size, |seal| vals![seal.id.to_string()]))
}

fn escaped(words: &str) -> String {
    words.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// What was sealed with a seal, the latest first.
pub(crate) async fn uses(tx: &mut Tx, seal: SealId, request: &PageRequest) -> Result<Page<UseRecord>> {
    let mut vals = request.keys(vals!["z"])?;
    vals.extend(vals![request.size.limit(), seal]);
    let rows = tx
        .fetch_all(
            "select id, at, purpose, reference, digest, case_id, decided_by, decided_name
             from seal_uses where seal = $3 and id < $1 order by id desc limit $2",
            vals,
        )
        .await?;
    let read = |row: &Row| {
        Ok(UseRecord {
            id: row.get(0)?,
            at: row.get(1)?,
            purpose: row.get(2)?,
            reference: row.get(3)?,
            digest: row.get(4)?,
            case: row.get(5)?,
            decided_by: row.get(6)?,
            decided_name: row.get(7)?,
        })
    };
    let items = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(items, request.size, |used| vals![used.id.to_string()]))
}
