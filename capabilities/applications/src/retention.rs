//! What was handed in is deleted when its time is over (保管期满; 个人信息保护法 §19, §47): answers, files, letters and notes. The course of
//! the case, in which persons are masked, stays for the figures; documents that were issued have a life of their own.

use jiff::ToSpan as _;
use kernel::{CaseId, Timestamp, china_date, china_midnight};
use store::{Result, Tx, vals};

use crate::Room;

#[cfg(test)]
mod tests;

/// How many ended cases are read at a time.
const LOOKED_AT: u32 = 100;

/// Empties up to `most` cases that are over their time, by the rules of their packages, and says which.
pub async fn erase_due(tx: &mut Tx, room: &Room, now: Timestamp, most: usize) -> Result<Vec<CaseId>> {
    let mut erased = Vec::new();
    for package in room.library().versions() {
        let Some(years) = package.item.kept_years() else { continue };
        // The day of the end itself still counts.
        let Ok(day) = china_date(now).checked_sub(years.years()) else { continue };
        let mut last = None;
        loop {
            let over =
                cases::ended_before(tx, &package.reference, china_midnight(day), last, LOOKED_AT).await?;
            last = over.last().copied();
            for (_ended, case) in over {
                if erased.len() == most {
                    return Ok(erased);
                }
                // The document must stay provable.
                if !licences::is_in_force_of(tx, case, china_date(now)).await? {
                    erase(tx, room, case, now).await?;
                    erased.push(case);
                }
            }
            if last.is_none() {
                break;
            }
        }
    }
    Ok(erased)
}

async fn erase(tx: &mut Tx, room: &Room, case: CaseId, now: Timestamp) -> Result<()> {
    for sql in [
        "delete from stand_ins where case_id = $1",
        "delete from materials where case_id = $1",
        "delete from case_letters where case_id = $1",
        "delete from case_notes where case_id = $1",
        "delete from desk_drafts where case_id = $1",
        "delete from drafts where case_id = $1",
    ] {
        tx.execute(sql, vals![case]).await?;
    }
    let answers = room.vault.seal("applications.answers", b"{}")?;
    let name = room.vault.seal("applications.applicant_name", b"")?;
    tx.execute(
        "update applications set answers_sealed = $2, applicant_name_sealed = $3, correction_sealed = null
         where case_id = $1",
        vals![case, answers, name],
    )
    .await?;
    cases::mark_erased(tx, case, now).await?;
    Ok(())
}

/// Whether evidence of any draft or case is this file.
pub async fn names_file(tx: &mut Tx, sm3: &str) -> Result<bool> {
    let sql = "select 1 from materials where file_sm3 = $1 limit 1";
    Ok(tx.fetch_optional(sql, vals![sm3]).await?.is_some())
}
