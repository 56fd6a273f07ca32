//! The answers and materials of a draft or a case (申请卷宗), and the only way to read them: with a purpose.

use kernel::{CaseId, DraftId, MaterialId, Timestamp};
use serde_json::Value;
use store::{Purpose, Tx, vals};

use crate::Room;

/// A file handed in or made by the office (材料文件).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Its id.
    pub id: MaterialId,
    /// Which material of the package.
    pub material: String,
    /// `current`, `pending` or `superseded`.
    pub state: String,
    /// Content hash, by which `store::Files` finds it.
    pub file_sm3: String,
    /// The name the file had.
    pub file_name: String,
    /// What it is, found by looking into it.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// `person:…` or `staff:…`.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
}

impl Material {
    /// Whether the applicant handed it in. What the office made on the way is the office's own.
    pub fn is_handed_in(&self) -> bool {
        self.added_by.starts_with("person:")
    }
}

/// Whose materials are meant.
#[derive(Debug, Clone, Copy)]
pub enum Owner {
    /// Of a draft.
    Draft(DraftId),
    /// Of a case.
    Case(CaseId),
}

/// The answers of a case, opened for a purpose, and the look is logged.
pub async fn answers_of_case(
    tx: &mut Tx,
    room: &Room,
    case: CaseId,
    purpose: &Purpose,
) -> Result<Option<Value>, store::Error> {
    let row =
        tx.fetch_optional("select answers_sealed from applications where case_id = $1", vals![case]).await?;
    let Some(row) = row else { return Ok(None) };
    let sealed: Vec<u8> = row.get(0)?;
    let plain = room.vault.open("applications.answers", &sealed, purpose)?;
    Ok(serde_json::from_slice(&plain).ok())
}

/// The full name of the applicant of a case.
pub async fn applicant_name(
    tx: &mut Tx,
    room: &Room,
    case: CaseId,
    purpose: &Purpose,
) -> Result<Option<String>, store::Error> {
    let row = tx
        .fetch_optional("select applicant_name_sealed from applications where case_id = $1", vals![case])
        .await?;
    let Some(row) = row else { return Ok(None) };
    let sealed: Vec<u8> = row.get(0)?;
    let plain = room.vault.open("applications.applicant_name", &sealed, purpose)?;
    Ok(String::from_utf8(plain).ok())
}

/// The files of a draft or a case that are not superseded, in the order in which they came.
pub async fn materials(
    tx: &mut Tx,
    room: &Room,
    owner: Owner,
    purpose: &Purpose,
) -> Result<Vec<Material>, store::Error> {
    const OF_DRAFT: &str =
        "select id, material, state, file_sm3, file_name_sealed, media_type, size, added_by, added_at
         from materials where draft_id = $1 and case_id is null and state <> 'superseded' order by id";
    const OF_CASE: &str =
        "select id, material, state, file_sm3, file_name_sealed, media_type, size, added_by, added_at
         from materials where case_id = $1 and state <> 'superseded' order by id";
    let rows = match owner {
        Owner::Draft(draft) => tx.fetch_all(OF_DRAFT, vals![draft]).await?,
        Owner::Case(case) => tx.fetch_all(OF_CASE, vals![case]).await?,
    };
    rows.iter()
        .map(|row| {
            let sealed: Vec<u8> = row.get(4)?;
            let name = room.vault.open("materials.file_name", &sealed, purpose)?;
            Ok(Material {
                id: row.get(0)?,
                material: row.get(1)?,
                state: row.get(2)?,
                file_sm3: row.get(3)?,
                file_name: String::from_utf8_lossy(&name).into_owned(),
                media_type: row.get(5)?,
                size: row.get(6)?,
                added_by: row.get(7)?,
                added_at: row.get(8)?,
            })
        })
        .collect()
}
