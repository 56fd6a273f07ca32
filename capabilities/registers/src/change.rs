//! What a decision changes or ends: the next version of an entry, made from the one that holds. Pure but for reading it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{CaseId, Timestamp, Words};
use serde_json::Value;
use store::Tx;

use crate::entry::{Entry, NewEntry, Step};
use crate::search::{find_last, history, of_effect};
use crate::write::WriteError;
use crate::{EntryFault, KNOWN, SOCIAL_ORGANISATIONS, social_organisation};

/// A decision that changes or ends an entry.
#[derive(Clone, Copy)]
pub struct Changed<'a> {
    /// Which register.
    pub register: &'a str,
    /// The code under which the entry stands.
    pub subject_code: &'a str,
    /// The day of the decision.
    pub decided_on: Date,
    /// The case.
    pub case: CaseId,
    /// The effect, such as `change:social-organisations`.
    pub effect: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// Every register, with the fields of its entries that a decision may change.
pub fn changeable() -> BTreeMap<String, BTreeSet<String>> {
    let fields = |register: &&str| -> BTreeSet<String> {
        match *register {
            SOCIAL_ORGANISATIONS => social_organisation::CHANGEABLE.iter().map(|f| (*f).to_owned()).collect(),
            _ => BTreeSet::new(),
        }
    };
    KNOWN.iter().map(|register| ((*register).to_owned(), fields(register))).collect()
}

/// The entry after a change of these fields; what is not named stays as it is. `body_name` gives the Chinese name of the
/// body of a slug.
pub async fn change(
    tx: &mut Tx,
    decided: Changed<'_>,
    fields: &BTreeMap<&str, Value>,
    body_name: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<NewEntry, ChangeError> {
    let before = holding(tx, decided).await?;
    let mut after = next(decided, &before, Step::Change);
    for (field, value) in fields {
        let value = social_organisation::checked(field, value, body_name)?;
        if *field == "name" {
            value.as_str().unwrap_or_default().clone_into(&mut after.name);
        }
        if let Some(data) = after.data.as_object_mut() {
            data.insert((*field).to_owned(), value);
        }
    }
    Ok(after)
}

/// The last version of an entry, which says why it ended.
pub async fn end(tx: &mut Tx, decided: Changed<'_>, reason: Words) -> Result<NewEntry, ChangeError> {
    let before = holding(tx, decided).await?;
    Ok(next(decided, &before, Step::End(reason)))
}

/// The entry with the fields that this case changed (by `effect`) as they were before; what was changed again since stays.
/// Nothing when there is nothing to take back.
pub async fn restore(
    tx: &mut Tx,
    decided: Changed<'_>,
    effect: &str,
) -> Result<Option<NewEntry>, ChangeError> {
    let last = holding(tx, decided).await?;
    let Some(made) = of_effect(tx, decided.case, effect).await? else { return Ok(None) };
    let versions = history(tx, decided.register, decided.subject_code).await?;
    let Some(before) = versions.iter().find(|entry| entry.version + 1 == made.version) else {
        return Ok(None);
    };
    let mut after = next(decided, &last, Step::Change);
    let fields = changeable().remove(decided.register).unwrap_or_default();
    let changed =
        fields.iter().filter(|f| before.data[*f] != made.data[*f] && last.data[*f] == made.data[*f]);
    for field in changed {
        if let Some(data) = after.data.as_object_mut() {
            data.insert(field.clone(), before.data[field].clone());
        }
    }
    after.data["name"].as_str().unwrap_or(&last.name).clone_into(&mut after.name);
    Ok((after.data != last.data).then_some(after))
}

/// Why a decision changes nothing.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A value is not there, or of another kind.
    #[error(transparent)]
    Value(#[from] EntryFault),
    /// There is no entry that could be changed.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<store::Error> for ChangeError {
    fn from(error: store::Error) -> Self {
        Self::Write(error.into())
    }
}

/// What is changed. One that has ended is given too: writing refuses it, unless this very effect ended it.
async fn holding(tx: &mut Tx, decided: Changed<'_>) -> Result<Entry, ChangeError> {
    let Some(register) = KNOWN.iter().find(|known| **known == decided.register) else {
        return Err(WriteError::UnknownRegister(decided.register.to_owned()).into());
    };
    let found = find_last(tx, register, decided.subject_code).await?;
    let missing = || WriteError::Missing { register, subject_code: decided.subject_code.to_owned() };
    Ok(found.ok_or_else(missing)?)
}

fn next(decided: Changed<'_>, before: &Entry, step: Step) -> NewEntry {
    let register = KNOWN.iter().copied().find(|known| *known == before.register).unwrap_or_default();
    NewEntry {
        register,
        step,
        subject_code: before.subject_code.clone(),
        name: before.name.clone(),
        data: before.data.clone(),
        case: decided.case,
        follows: before.version,
        effect: decided.effect.to_owned(),
        since: decided.decided_on.max(before.since),
        now: decided.now,
    }
}

#[cfg(test)]
mod tests;
