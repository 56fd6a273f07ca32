//! Looking entries up.

use kernel::CaseId;
use store::page::{Page, PageRequest};
use store::{Result, Tx, vals};

use crate::entry::Entry;

/// Longer than any name that is registered.
pub(crate) const WORDS_MAX: usize = 80;

/// The last version of every entry, also of one that has ended, the latest first: those whose name contains `words` or whose code begins
/// with them; all of them without words.
pub async fn search(tx: &mut Tx, register: &str, words: &str, request: &PageRequest) -> Result<Page<Entry>> {
    let words: String = words.trim().chars().take(WORDS_MAX).collect();
    // PostgreSQL cannot hold the character NUL in a text, and no name has one.
    let plain = escaped(&words.replace('\0', ""));
    // Sorts after every day and code.
    let mut vals = request.keys(vals!["9999-12-31", ""])?;
    vals.extend(vals![
        register,
        &words.replace('\0', ""),
        format!("%{plain}%"),
        format!("{}%", plain.to_ascii_uppercase()),
        request.size.limit()
    ]);
    let rows = tx
        .fetch_all(
            "select register, subject_code, version, name, data, since, until, ended_zh, ended_en from register_entries
             where register = $3 and is_current = 1 and (since, subject_code) < ($1, $2)
               and ($4 = '' or name like $5 escape '!' or subject_code like $6 escape '!')
             order by since desc, subject_code desc limit $7",
            vals,
        )
        .await?;
    let entries = rows.iter().map(Entry::read).collect::<Result<_>>()?;
    Ok(Page::cut(entries, request.size, |entry| vals![entry.since.to_string(), &entry.subject_code]))
}

/// The words as a pattern that means just them.
fn escaped(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len());
    for c in words.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern
}

/// The entry of a subject that holds today; none when it has ended (已注销).
pub async fn find_entry(tx: &mut Tx, register: &str, subject_code: &str) -> Result<Option<Entry>> {
    let row = tx
        .fetch_optional(
            "select register, subject_code, version, name, data, since, until, ended_zh, ended_en from register_entries
             where register = $1 and subject_code = $2 and is_current = 1 and ended_zh is null",
            vals![register, subject_code],
        )
        .await?;
    row.as_ref().map(Entry::read).transpose()
}

/// The last version of a subject's entry, also of one that has ended.
pub async fn find_last(tx: &mut Tx, register: &str, subject_code: &str) -> Result<Option<Entry>> {
    let row = tx
        .fetch_optional(
            "select register, subject_code, version, name, data, since, until, ended_zh, ended_en from register_entries
             where register = $1 and subject_code = $2 and is_current = 1",
            vals![register, subject_code],
        )
        .await?;
    row.as_ref().map(Entry::read).transpose()
}

/// Every version of a subject's entry, the latest first.
pub async fn history(tx: &mut Tx, register: &str, subject_code: &str) -> Result<Vec<Entry>> {
    let rows = tx
        .fetch_all(
            "select register, subject_code, version, name, data, since, until, ended_zh, ended_en from register_entries
             where register = $1 and subject_code = $2 order by version desc",
            vals![register, subject_code],
        )
        .await?;
    rows.iter().map(Entry::read).collect()
}

/// The entries that came out of a case.
pub async fn of_case(tx: &mut Tx, case: CaseId) -> Result<Vec<Entry>> {
    let rows = tx
        .fetch_all(
            "select register, subject_code, version, name, data, since, until, ended_zh, ended_en from register_entries
             where case_id = $1 order by register, subject_code",
            vals![case],
        )
        .await?;
    rows.iter().map(Entry::read).collect()
}

/// The version that an effect of a case has written.
pub(crate) async fn of_effect(tx: &mut Tx, case: CaseId, effect: &str) -> Result<Option<Entry>> {
    let row = tx
        .fetch_optional(
            "select register, subject_code, version, name, data, since, until, ended_zh, ended_en from register_entries
             where case_id = $1 and effect = $2",
            vals![case, effect],
        )
        .await?;
    row.as_ref().map(Entry::read).transpose()
}

#[cfg(test)]
mod tests;
