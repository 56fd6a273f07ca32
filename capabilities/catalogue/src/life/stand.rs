//! What is in force: publication, suspension, resumption and cancellation, each a turn.

use identity::{ActKind, NewAct, record_act_of};
use jiff::civil::Date;
use kernel::{RevisionId, Timestamp, china_date};
use store::Tx;

use super::prepare::{examine, seen, take_plan_back, write};
use super::{By, LifeError, Office, Revision, State, record, word_of};
use crate::turns::{self, Turn, TurnKind};
use crate::{Library, Shelf, versions};

/// The library after a publication, for this node's shelf once the transaction is kept.
#[derive(Debug)]
#[must_use = "the node's shelf takes it after the commit"]
pub struct News {
    turn: i64,
    library: Library,
}

impl News {
    /// Puts it in force on this node; the others notice by themselves.
    pub fn put_on(self, shelf: &Shelf) {
        shelf.replace(self.turn, self.library);
    }
}

/// Puts an approved change in force now (发布).
pub async fn publish(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    id: RevisionId,
    edition: i64,
    now: Timestamp,
) -> Result<News, LifeError> {
    let mut revision = seen(tx, id, edition, &[State::Approved]).await?;
    take_plan_back(tx, &mut revision).await?;
    put_in_force(tx, office, by, revision, now).await
}

pub(crate) async fn put_in_force(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    mut revision: Revision,
    now: Timestamp,
) -> Result<News, LifeError> {
    let files = record::files(tx, revision.id).await?;
    let package = examine(office, &revision, &files)?;
    versions::insert(tx, &package, now).await?;
    let word = last_word(tx, &revision).await?;
    let turn = Turn {
        kind: TurnKind::Published,
        ..turn_of(by, revision.key.clone(), package.reference.version.clone(), word, now)
    };
    let news = take(tx, office, &turn).await?;
    (revision.state, revision.changed_at, revision.publish_at) = (State::Published, now, None);
    write(tx, &revision, None).await?;
    record::note(tx, revision.id, "published", by, "", now).await?;
    Ok(news)
}

/// Why it was approved: what the public history says of the version.
async fn last_word(tx: &mut Tx, revision: &Revision) -> Result<String, LifeError> {
    let steps = record::steps(tx, revision.id).await?;
    let approved = steps.into_iter().rev().find(|step| step.kind == "approved");
    Ok(approved.map_or_else(String::new, |step| step.word))
}

fn turn_of(by: &By, key: (String, String), version: String, word: String, now: Timestamp) -> Turn {
    Turn {
        made_by: by.reference.clone(),
        made_name: by.name.clone(),
        word,
        ..Turn::by_operator(key, version, now)
    }
}

/// Writes a turn down and gives the library after it.
async fn take(tx: &mut Tx, office: &Office, turn: &Turn) -> Result<News, LifeError> {
    turns::insert(tx, turn).await?;
    let kind = match turn.kind {
        TurnKind::Published => ActKind::ItemPublished,
        TurnKind::Suspended => ActKind::ItemSuspended,
        TurnKind::Resumed => ActKind::ItemResumed,
        TurnKind::Cancelled => ActKind::ItemCancelled,
    };
    let act = NewAct::new(kind, None, format!("item:{}-{}@{}", turn.key.0, turn.key.1, turn.version));
    record_act_of(tx, &turn.made_by, &turn.made_name, act.because(&turn.word), turn.since).await?;
    let (seen, library) = office.shelf.both();
    let (turn, library) = library.after(tx, seen).await?;
    Ok(News { turn, library })
}

/// Nobody can ask for the item until it is resumed (暂停).
pub async fn suspend(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    key: (String, String),
    word: &str,
    until: Option<Date>,
    now: Timestamp,
) -> Result<News, LifeError> {
    let word = word_of(word, true)?;
    if until.is_some_and(|day| day < china_date(now)) {
        return Err(LifeError::BadDay);
    }
    let version = offered(office, &key)?;
    if office.library().suspended(&key.0, &key.1).is_some() {
        return Err(LifeError::NotNow);
    }
    let turn = Turn { kind: TurnKind::Suspended, until, ..turn_of(by, key, version, word, now) };
    take(tx, office, &turn).await
}

fn offered(office: &Office, key: &(String, String)) -> Result<String, LifeError> {
    let package = office.library().current(&key.0, &key.1).ok_or(LifeError::NotFound)?;
    Ok(package.reference.version.clone())
}

/// The item can be asked for again (恢复).
pub async fn resume(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    key: (String, String),
    word: &str,
    now: Timestamp,
) -> Result<News, LifeError> {
    let word = word_of(word, true)?;
    let version = offered(office, &key)?;
    if office.library().suspended(&key.0, &key.1).is_none() {
        return Err(LifeError::NotNow);
    }
    let turn = Turn { kind: TurnKind::Resumed, ..turn_of(by, key, version, word, now) };
    take(tx, office, &turn).await
}

/// The item is no longer offered; its address says since when, why, and what takes its place (取消).
pub async fn cancel(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    key: (String, String),
    word: &str,
    replaced_by: &str,
    now: Timestamp,
) -> Result<News, LifeError> {
    let word = word_of(word, true)?;
    let version = offered(office, &key)?;
    let replaced_by = match replaced_by.trim() {
        "" => None,
        text => {
            let (item, handling) = text.split_once('-').ok_or(LifeError::BadReplacement)?;
            let other = (item.to_owned(), handling.to_owned());
            let is_there = other != key && office.library().current(item, handling).is_some();
            Some(is_there.then_some(other).ok_or(LifeError::BadReplacement)?)
        }
    };
    let turn = Turn { kind: TurnKind::Cancelled, replaced_by, ..turn_of(by, key, version, word, now) };
    take(tx, office, &turn).await
}
