//! How far a rotation is, as its row says.

use kernel::Timestamp;

use super::{Place, Tally};
use crate::{Error, Result, Row, Tx, vals};

/// Where a rotation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotationState {
    /// It goes on.
    Running,
    /// Everything lies under the new key; the earlier ones are destroyed.
    Done,
    /// Some values could not be opened; the earlier keys stay.
    Stuck,
}

impl RotationState {
    /// The word used in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stuck => "stuck",
        }
    }
}

impl std::str::FromStr for RotationState {
    type Err = String;
    fn from_str(word: &str) -> std::result::Result<Self, String> {
        let all = [Self::Running, Self::Done, Self::Stuck];
        all.into_iter().find(|state| state.as_str() == word).ok_or_else(|| format!("unknown state {word:?}"))
    }
}

/// A rotation, and how far it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation {
    /// Number of the new key.
    pub version: u16,
    /// Where it stands.
    pub state: RotationState,
    /// Who began it: an actor's reference.
    pub started_by: String,
    /// When.
    pub planned_at: Timestamp,
    /// When it last got on.
    pub last_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// How often it began from the front.
    pub pass: i64,
    /// Rows with sealed values when it began.
    pub rows_in_all: i64,
    /// Rows looked at in this pass.
    pub rows_seen: i64,
    /// Values sealed anew.
    pub values_anew: i64,
    /// Files sealed anew.
    pub files_anew: i64,
    /// Values and files that could not be opened in this pass.
    pub faults: i64,
    pub(super) place: Place,
}

impl Rotation {
    /// Whether everything is done but for waiting until the earlier keys may be destroyed.
    pub fn waits(&self) -> bool {
        self.state == RotationState::Running && self.place == Place::Check
    }

    /// How much of the rows is done, in per cent.
    pub fn percent(&self) -> i64 {
        if self.waits() || self.rows_in_all == 0 {
            100
        } else {
            (self.rows_seen * 100 / self.rows_in_all).min(100)
        }
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "select version, state, started_by, planned_at, last_at, finished_at, pass, rows_in_all, rows_seen,
                 values_anew, files_anew, faults, place from vault_rotations ",
            $rest
        )
    };
}

fn read(row: &Row) -> Result<Rotation> {
    Ok(Rotation {
        version: row.get(0)?,
        state: row.parse(1)?,
        started_by: row.get(2)?,
        planned_at: row.get(3)?,
        last_at: row.get(4)?,
        finished_at: row.get(5)?,
        pass: row.get(6)?,
        rows_in_all: row.get(7)?,
        rows_seen: row.get(8)?,
        values_anew: row.get(9)?,
        files_anew: row.get(10)?,
        faults: row.get(11)?,
        place: serde_json::from_value(row.get(12)?).map_err(|_form| row.damaged(12, "a place"))?,
    })
}

/// The rotation to this key.
pub async fn find(tx: &mut Tx, version: u16) -> Result<Option<Rotation>> {
    let sql = columns!("where version = $1");
    tx.fetch_optional(sql, vals![version]).await?.as_ref().map(read).transpose()
}

/// The latest rotations.
pub async fn list(tx: &mut Tx) -> Result<Vec<Rotation>> {
    let rows = tx.fetch_all(columns!("order by version desc limit 50"), vals![]).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn is_running(tx: &mut Tx) -> Result<bool> {
    let sql = "select 1 from vault_rotations where state = 'running'";
    Ok(tx.fetch_optional(sql, vals![]).await?.is_some())
}

fn written(place: &Place) -> Result<String> {
    serde_json::to_string(place).map_err(|error| Error::Vault(error.to_string()))
}

pub(super) async fn insert(tx: &mut Tx, version: u16, by: &str, now: Timestamp) -> Result<()> {
    tx.execute(
        "insert into vault_rotations (version, state, started_by, planned_at, last_at, pass, place, rows_in_all,
             rows_seen, values_anew, files_anew, faults) values ($1, 'running', $2, $3, $3, 1, $4, 0, 0, 0, 0, 0)",
        vals![version, by, now, written(&Place::Begin)?],
    )
    .await?;
    Ok(())
}

pub(super) async fn advance(
    tx: &mut Tx,
    version: u16,
    place: &Place,
    tally: &Tally,
    now: Timestamp,
) -> Result<()> {
    tx.execute(
        "update vault_rotations set place = $2, last_at = $3, rows_seen = rows_seen + $4,
             values_anew = values_anew + $5, files_anew = files_anew + $6, faults = faults + $7
         where version = $1",
        vals![version, written(place)?, now, tally.rows, tally.values, tally.files, tally.faults],
    )
    .await?;
    Ok(())
}

pub(super) async fn count(tx: &mut Tx, version: u16, in_all: i64) -> Result<()> {
    tx.execute("update vault_rotations set rows_in_all = $2 where version = $1", vals![version, in_all])
        .await?;
    Ok(())
}

pub(super) async fn begin_again(tx: &mut Tx, version: u16) -> Result<()> {
    let sql = "update vault_rotations set pass = pass + 1, rows_seen = 0, faults = 0 where version = $1";
    tx.execute(sql, vals![version]).await?;
    Ok(())
}

pub(super) async fn end(tx: &mut Tx, version: u16, state: RotationState, now: Timestamp) -> Result<()> {
    tx.execute(
        "update vault_rotations set state = $2, last_at = $3, finished_at = $3 where version = $1",
        vals![version, state.as_str(), now],
    )
    .await?;
    Ok(())
}

/// Since when values are sealed under this key.
pub(super) async fn used_from(tx: &mut Tx, version: u16) -> Result<Timestamp> {
    let sql =
        "select used_from from vault_keys where purpose = 'data' and version = $1 and used_from is not null";
    tx.fetch_one(sql, vals![version]).await?.get(0)
}
