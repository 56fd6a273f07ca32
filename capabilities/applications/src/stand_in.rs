//! What may stand in the place of a file of a draft: the promise to hand it in after acceptance (容缺受理), or a
//! commitment instead of a proof (告知承诺). One of the two for a material, and only while no file of it is there.

use catalogue::{Commitment, Material, Package};
use kernel::{Actor, CaseId, DraftId, Message, Refusal, Timestamp};
use store::{Row, Tx, vals};

use crate::Room;
use crate::attach::{AttachError, asked_of_applicant};
use crate::draft::{self, DraftError};

pub(crate) mod http;
#[cfg(test)]
mod tests;

/// What stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 容缺: the file comes later.
    Later,
    /// 告知承诺: a commitment instead of the proof.
    Commitment,
}

impl Kind {
    /// The word in tables and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Later => "later",
            Self::Commitment => "commitment",
        }
    }

    fn is_offered(self, material: &Material) -> bool {
        match self {
            Self::Later => material.later.is_some(),
            Self::Commitment => material.commitment.is_some(),
        }
    }
}

/// A promise or a commitment, with who made it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// In the place of which material.
    pub material: String,
    /// Which of the two.
    pub kind: Kind,
    /// SM3 of the text that was declared.
    pub text_sm3: Option<String>,
    /// `person:…`
    pub made_by: String,
    /// Their name, masked.
    pub made_by_shown: String,
    /// When.
    pub made_at: Timestamp,
}

/// Why a promise or a commitment was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StandInError {
    /// Only a person may.
    #[error("only the applicant may")]
    NotAPerson(Refusal),
    /// The package asks for no such material, or not from the applicant.
    #[error("no such material")]
    NoSuchMaterial,
    /// The package does not let this stand in its place.
    #[error("{0} cannot be replaced so")]
    NotOffered(String, Kind),
    /// A file of it is there already.
    #[error("a file is there")]
    FileThere,
    /// There is nothing to take back.
    #[error("nothing stands there")]
    Nothing,
    /// The draft cannot be opened or has been submitted.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<StandInError> for Refusal {
    fn from(error: StandInError) -> Self {
        match error {
            StandInError::NotAPerson(refusal) => refusal,
            StandInError::NoSuchMaterial | StandInError::Nothing => Self::NotFound,
            StandInError::NotOffered(material, Kind::Later) => {
                Self::field(material, Message::new("applications-later-not-offered"))
            }
            StandInError::NotOffered(material, Kind::Commitment) => {
                Self::field(material, Message::new("applications-commitment-not-offered"))
            }
            StandInError::FileThere => Self::conflict("applications-file-there"),
            StandInError::Draft(error) => error.into(),
            StandInError::Store(error) => error.into(),
        }
    }
}

/// SM3 over all that is told and declared, in every language in which it may have been read.
pub fn text_sm3(commitment: &Commitment) -> String {
    let Commitment { text, basis } = commitment;
    guomi::sm3::hex([&text.zh, &text.en, &basis.zh, &basis.en].map(String::as_str).join("\n\0\n").as_bytes())
}

/// Puts a promise or a commitment in the place of a material; of two for the same material the last one counts.
pub async fn put(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
    material: &str,
    kind: Kind,
) -> Result<(), StandInError> {
    let person = by.person().map_err(StandInError::NotAPerson)?;
    let draft = draft::get_open(tx, room, person, id).await?;
    draft::lock_open(tx, id, now).await?;
    let package = room.package(&draft.case_type)?;
    let wanted =
        asked_of_applicant(&package, material).map_err(|_error: AttachError| StandInError::NoSuchMaterial)?;
    if !kind.is_offered(wanted) {
        return Err(StandInError::NotOffered(material.to_owned(), kind));
    }
    let files = tx
        .fetch_one(
            "select count(*) from materials where draft_id = $1 and case_id is null and material = $2",
            vals![id, material],
        )
        .await?;
    if files.get::<i64>(0)? > 0 {
        return Err(StandInError::FileThere);
    }
    let digest = wanted.commitment.as_ref().filter(|_| kind == Kind::Commitment).map(text_sm3);
    let row: kernel::MaterialId = store::fresh_id(now);
    tx.execute(
        "insert into stand_ins (id, draft_id, material, kind, text_sm3, made_by, made_by_shown, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (draft_id, material) do update set kind = excluded.kind, text_sm3 = excluded.text_sm3,
             made_by = excluded.made_by, made_by_shown = excluded.made_by_shown, made_at = excluded.made_at",
        vals![row, id, material, kind.as_str(), digest, by.reference(), &person.shown_as, now],
    )
    .await?;
    Ok(())
}

/// Takes it back.
pub async fn take_back(
    tx: &mut Tx,
    room: &Room,
    by: &Actor,
    now: Timestamp,
    id: DraftId,
    material: &str,
    kind: Kind,
) -> Result<(), StandInError> {
    let person = by.person().map_err(StandInError::NotAPerson)?;
    draft::get_open(tx, room, person, id).await?;
    draft::lock_open(tx, id, now).await?;
    let gone = tx
        .execute(
            "delete from stand_ins where draft_id = $1 and material = $2 and kind = $3",
            vals![id, material, kind.as_str()],
        )
        .await?;
    if gone == 1 { Ok(()) } else { Err(StandInError::Nothing) }
}

/// A file takes the place of whatever stood there.
pub(crate) async fn give_way(tx: &mut Tx, id: DraftId, material: &str) -> Result<(), store::Error> {
    tx.execute("delete from stand_ins where draft_id = $1 and material = $2", vals![id, material]).await?;
    Ok(())
}

/// Forgets all of a draft that is thrown away.
pub(crate) async fn forget(tx: &mut Tx, id: DraftId) -> Result<(), store::Error> {
    tx.execute("delete from stand_ins where draft_id = $1 and case_id is null", vals![id]).await?;
    Ok(())
}

/// Makes one that counts for several items stand in the draft of one of them too, under its own name.
pub(crate) async fn copy(
    tx: &mut Tx,
    stand_in: &StandIn,
    to: DraftId,
    material: &str,
    now: Timestamp,
) -> Result<(), store::Error> {
    let row: kernel::MaterialId = store::fresh_id(now);
    tx.execute(
        "insert into stand_ins (id, draft_id, material, kind, text_sm3, made_by, made_by_shown, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        vals![
            row,
            to,
            material,
            stand_in.kind.as_str(),
            stand_in.text_sm3.as_deref(),
            &stand_in.made_by,
            &stand_in.made_by_shown,
            stand_in.made_at
        ],
    )
    .await?;
    Ok(())
}

/// Marks one that counted when the draft became a case.
pub(crate) async fn keep(tx: &mut Tx, id: DraftId, case: CaseId, material: &str) -> Result<(), store::Error> {
    tx.execute(
        "update stand_ins set case_id = $1 where draft_id = $2 and material = $3",
        vals![case, id, material],
    )
    .await?;
    Ok(())
}

/// What stands in the place of files of a draft, as far as this version of the package allows it. A commitment to a
/// text that has changed since is none.
pub(crate) async fn of_draft(
    tx: &mut Tx,
    id: DraftId,
    package: &Package,
) -> Result<Vec<StandIn>, store::Error> {
    let rows = tx
        .fetch_all(
            "select material, kind, text_sm3, made_by, made_by_shown, made_at from stand_ins
             where draft_id = $1 order by id",
            vals![id],
        )
        .await?;
    let found = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let holds = |stand_in: &StandIn| {
        package.item.material(&stand_in.material).is_some_and(|material| match stand_in.kind {
            Kind::Later => material.later.is_some(),
            Kind::Commitment => material.commitment.as_ref().map(text_sm3) == stand_in.text_sm3,
        })
    };
    Ok(found.into_iter().filter(holds).collect())
}

/// What stood in the place of files when a case came in.
pub async fn of_case(tx: &mut Tx, case: CaseId) -> Result<Vec<StandIn>, store::Error> {
    let rows = tx
        .fetch_all(
            "select material, kind, text_sm3, made_by, made_by_shown, made_at from stand_ins
             where case_id = $1 order by id",
            vals![case],
        )
        .await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<StandIn, store::Error> {
    let kind: String = row.get(1)?;
    Ok(StandIn {
        material: row.get(0)?,
        kind: if kind == Kind::Later.as_str() { Kind::Later } else { Kind::Commitment },
        text_sm3: row.get(2)?,
        made_by: row.get(3)?,
        made_by_shown: row.get(4)?,
        made_at: row.get(5)?,
    })
}
