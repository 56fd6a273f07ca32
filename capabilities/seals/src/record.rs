//! The tables: seals, what was done with them, what they sealed.

use jiff::civil::Date;
use kernel::{Actor, BodyId, CaseId, EventId, SealId, Timestamp};
use store::{Result, Row, Tx, fresh_id, vals};

use crate::seal::{RevokeReason, State};

/// A seal as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealRecord {
    /// Its id.
    pub id: SealId,
    /// 印章编码; given with the approval.
    pub number: Option<String>,
    /// 印章标识 esID; given with the approval.
    pub es_id: Option<String>,
    /// Code of its kind.
    pub kind: String,
    /// 印章名称
    pub name: String,
    /// The body that uses it.
    pub body: BodyId,
    /// Name of that body when the seal was asked for.
    pub body_name: String,
    /// Its social credit code.
    pub body_uscc: String,
    /// Its division.
    pub division: String,
    /// The name along the ring.
    pub ring: String,
    /// The line under the star; empty for none.
    pub below: String,
    /// Diameter in whole millimetres.
    pub diameter: u32,
    /// First day of use.
    pub valid_from: Date,
    /// Last day of use.
    pub valid_until: Date,
    /// What it is asked for.
    pub reason: String,
    /// The stored state; [`SealRecord::state_on`] says what the calendar makes of it.
    pub state: State,
    /// Who asked for it: an actor's reference.
    pub requested_by: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// The seal (SESeal) in DER, once it is made.
    pub seal: Option<Vec<u8>>,
    /// The certificate of its key in DER, once it is made.
    pub certificate: Option<Vec<u8>>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    pub revoke_reason: Option<RevokeReason>,
    /// Counts every change: who acts on an older one is told so.
    pub version: i64,
}

impl SealRecord {
    /// Its state on a day.
    pub fn state_on(&self, today: Date) -> State {
        self.state.on(self.valid_until, today)
    }
}

/// Something that was done with a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRecord {
    pub(crate) at: Timestamp,
    pub(crate) by_name: String,
    pub(crate) step: String,
    pub(crate) word: String,
}

/// Something that was sealed (用印记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseRecord {
    /// Its id.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// A word of [`crate::Purpose`].
    pub purpose: String,
    /// What was sealed.
    pub reference: String,
    /// Its digest before sealing: SM3, hexadecimal.
    pub digest: String,
    /// The case.
    pub case: CaseId,
    /// Who decided: an actor's reference.
    pub decided_by: String,
    /// Their name.
    pub decided_name: String,
}

/// `select` of every column of a seal, in the order of [`read`]; what follows is the condition.
macro_rules! select_seals {
    ($rest:literal) => {
        concat!(
            "select id, number, es_id, kind, name, body, body_name, body_uscc, division, ring, below, diameter,
                    valid_from, valid_until, reason, state, requested_by, requested_at, approved_by, seal,
                    certificate, revoked_at, revoke_reason, version
             from seals ",
            $rest
        )
    };
}
pub(crate) use select_seals;

pub(crate) fn read(row: &Row) -> Result<SealRecord> {
    let state: String = row.get(15)?;
    let reason: Option<String> = row.get(22)?;
    let reason = match reason {
        None => None,
        Some(word) => {
            Some(RevokeReason::read(&word).ok_or_else(|| row.damaged(22, "a reason of revocation"))?)
        }
    };
    Ok(SealRecord {
        id: row.get(0)?,
        number: row.get(1)?,
        es_id: row.get(2)?,
        kind: row.get(3)?,
        name: row.get(4)?,
        body: row.get(5)?,
        body_name: row.get(6)?,
        body_uscc: row.get(7)?,
        division: row.get(8)?,
        ring: row.get(9)?,
        below: row.get(10)?,
        diameter: row.get(11)?,
        valid_from: row.get(12)?,
        valid_until: row.get(13)?,
        reason: row.get(14)?,
        state: State::read(&state).ok_or_else(|| row.damaged(15, "a state of a seal"))?,
        requested_by: row.get(16)?,
        requested_at: row.get(17)?,
        approved_by: row.get(18)?,
        seal: row.get(19)?,
        certificate: row.get(20)?,
        revoked_at: row.get(21)?,
        revoke_reason: reason,
        version: row.get(23)?,
    })
}

/// The seal of this id.
pub async fn find(tx: &mut Tx, id: SealId) -> Result<Option<SealRecord>> {
    let row = tx.fetch_optional(select_seals!("where id = $1"), vals![id]).await?;
    row.as_ref().map(read).transpose()
}

/// The seal of this number (印章编码).
pub async fn find_by_number(tx: &mut Tx, number: &str) -> Result<Option<SealRecord>> {
    let row = tx.fetch_optional(select_seals!("where number = $1"), vals![number]).await?;
    row.as_ref().map(read).transpose()
}

/// Every seal of a body that was made, the newest first.
pub(crate) async fn made_of(tx: &mut Tx, body: BodyId) -> Result<Vec<SealRecord>> {
    let sql = select_seals!("where body = $1 and seal is not null order by id desc");
    tx.fetch_all(sql, vals![body]).await?.iter().map(read).collect()
}

/// Every seal whose certificate was revoked, in the order of time.
pub(crate) async fn revoked(tx: &mut Tx) -> Result<Vec<SealRecord>> {
    let sql =
        select_seals!("where revoked_at is not null and certificate is not null order by revoked_at, id");
    tx.fetch_all(sql, vals![]).await?.iter().map(read).collect()
}

/// A new seal that was asked for.
pub(crate) async fn insert(tx: &mut Tx, seal: &SealRecord) -> Result<()> {
    tx.execute(
        "insert into seals (id, kind, name, body, body_name, body_uscc, division, ring, below, diameter, valid_from,
             valid_until, reason, state, requested_by, requested_at, version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        vals![
            seal.id,
            &seal.kind,
            &seal.name,
            seal.body,
            &seal.body_name,
            &seal.body_uscc,
            &seal.division,
            &seal.ring,
            &seal.below,
            seal.diameter,
            seal.valid_from,
            seal.valid_until,
            &seal.reason,
            seal.state.as_str(),
            &seal.requested_by,
            seal.requested_at,
            seal.version,
        ],
    )
    .await?;
    Ok(())
}

/// Writes what a step changed. `false`: somebody else was faster.
pub(crate) async fn update(tx: &mut Tx, seal: &SealRecord, from_version: i64) -> Result<bool> {
    let changed = tx
        .execute(
            "update seals set number = $3, es_id = $4, state = $5, approved_by = $6, seal = $7, certificate = $8,
                 revoked_at = $9, revoke_reason = $10, version = $11
             where id = $1 and version = $2",
            vals![
                seal.id,
                from_version,
                seal.number.clone(),
                seal.es_id.clone(),
                seal.state.as_str(),
                seal.approved_by.clone(),
                seal.seal.clone(),
                seal.certificate.clone(),
                seal.revoked_at,
                seal.revoke_reason.map(RevokeReason::as_str),
                seal.version,
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Writes down what was done.
pub(crate) async fn note(
    tx: &mut Tx,
    seal: SealId,
    by: &Actor,
    step: &str,
    word: &str,
    now: Timestamp,
) -> Result<()> {
    let by_name = match by {
        Actor::Staff(staff) => staff.shown_as.as_str(),
        Actor::Person(_) | Actor::Anonymous | Actor::System => "",
    };
    tx.execute(
        "insert into seal_events (id, seal, at, by_whom, by_name, step, word) values ($1, $2, $3, $4, $5, $6, $7)",
        vals![fresh_id::<EventId>(now), seal, now, by.reference(), by_name, step, word],
    )
    .await?;
    Ok(())
}

/// What was done with a seal, in the order of time. A life has few steps; suspensions can be many, so the last count.
pub(crate) async fn history(tx: &mut Tx, seal: SealId) -> Result<Vec<EventRecord>> {
    const STEPS_SHOWN: i64 = 200;
    let sql = "select at, by_name, step, word from seal_events where seal = $1 order by id desc limit $2";
    let rows = tx.fetch_all(sql, vals![seal, STEPS_SHOWN]).await?;
    let read = |row: &Row| {
        Ok(EventRecord { at: row.get(0)?, by_name: row.get(1)?, step: row.get(2)?, word: row.get(3)? })
    };
    let mut events = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    events.reverse();
    Ok(events)
}

/// The next serial of a counter.
pub(crate) async fn next_serial(tx: &mut Tx, counter: &str) -> Result<i64> {
    let row = tx
        .fetch_one(
            "insert into seal_serials (counter, last) values ($1, 1)
             on conflict (counter) do update set last = seal_serials.last + 1 returning last",
            vals![counter],
        )
        .await?;
    row.get(0)
}
