//! Preparing a change: begun or brought in, edited, checked, approved, planned.

use kernel::{RevisionId, Timestamp};
use serde_json::json;
use store::Tx;
use store::jobs::{self, NewJob};

use super::{AHEAD_DAYS_MAX, By, LifeError, Office, PUBLISH_JOB, Revision, State, record, word_of};
use crate::Package;
use crate::edit;
use crate::package::Texts;

/// Begins a change of an item with the files of the version in force and the next version (修订).
pub async fn begin(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    key: (String, String),
    now: Timestamp,
) -> Result<RevisionId, LifeError> {
    let library = office.library();
    let package = library.current(&key.0, &key.1).ok_or(LifeError::NotFound)?;
    let version = next_version(&package.reference.version, |version| library.knows(&key.0, &key.1, version));
    let mut files = package.texts.clone();
    edit::set_version(&mut files, &version);
    let new = Revision {
        id: store::fresh_id(now),
        name: (package.item.name.zh.clone(), package.item.name.en.clone()),
        base: package.reference.version.clone(),
        version,
        key,
        state: State::Draft,
        edition: 1,
        publish_at: None,
        changed_at: now,
    };
    keep(tx, by, &new, &files, "begun", now).await
}

/// Takes the files of a package in as a change of its item, or as a new item.
pub async fn import(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    files: &Texts,
    now: Timestamp,
) -> Result<RevisionId, LifeError> {
    let said = edit::identity(files).map_err(|fault| LifeError::Faults(vec![fault]))?;
    let base = office.library().current(&said.key.0, &said.key.1);
    let new = Revision {
        id: store::fresh_id(now),
        name: said.name,
        base: base.map_or_else(String::new, |package| package.reference.version.clone()),
        version: said.version,
        key: said.key,
        state: State::Draft,
        edition: 1,
        publish_at: None,
        changed_at: now,
    };
    keep(tx, by, &new, files, "imported", now).await
}

async fn keep(
    tx: &mut Tx,
    by: &By,
    new: &Revision,
    files: &Texts,
    kind: &str,
    now: Timestamp,
) -> Result<RevisionId, LifeError> {
    if record::open_of(tx, &new.key).await?.is_some() {
        return Err(LifeError::OpenAlready);
    }
    record::insert(tx, new, files).await?;
    record::note(tx, new.id, kind, by, "", now).await?;
    Ok(new.id)
}

/// `2026.1` becomes `2026.2`: the last number grows until nobody has it.
pub(super) fn next_version(version: &str, is_known: impl Fn(&str) -> bool) -> String {
    let digits = version.len() - version.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (head, number) = version.split_at(version.len() - digits);
    let (head, mut number) = match number.parse::<u64>() {
        Ok(number) => (head.to_owned(), number),
        Err(_none_or_too_long) => (format!("{version}."), 0),
    };
    loop {
        number = number.saturating_add(1);
        let next = format!("{head}{number}");
        if !is_known(&next) || number == u64::MAX {
            return next;
        }
    }
}

/// The files of a change that is being prepared.
pub async fn revision_files(tx: &mut Tx, id: RevisionId) -> Result<Option<Texts>, store::Error> {
    match record::find(tx, id).await? {
        Some(_) => Ok(Some(record::files(tx, id).await?)),
        None => Ok(None),
    }
}

/// The open change with this id.
pub(crate) async fn open(tx: &mut Tx, id: RevisionId) -> Result<Revision, LifeError> {
    let found = record::find(tx, id).await?.ok_or(LifeError::NotFound)?;
    if found.state.is_open() { Ok(found) } else { Err(LifeError::NotNow) }
}

pub(super) async fn write(tx: &mut Tx, new: &Revision, files: Option<&Texts>) -> Result<(), LifeError> {
    if record::update(tx, new, files).await? { Ok(()) } else { Err(LifeError::Overtaken) }
}

/// Keeps changed files; what was checked or approved is a draft again. `edition` is what the editor has seen.
pub async fn save(
    tx: &mut Tx,
    by: &By,
    id: RevisionId,
    edition: i64,
    files: &Texts,
    now: Timestamp,
) -> Result<(), LifeError> {
    let mut revision = open(tx, id).await?;
    if revision.edition != edition {
        return Err(LifeError::Overtaken);
    }
    if let Ok(said) = edit::identity(files) {
        if said.key != revision.key {
            return Err(LifeError::OtherItem);
        }
        (revision.name, revision.version) = (said.name, said.version);
    }
    take_plan_back(tx, &mut revision).await?;
    (revision.state, revision.changed_at) = (State::Draft, now);
    write(tx, &revision, Some(files)).await?;
    record::note(tx, id, "edited", by, "", now).await?;
    Ok(())
}

pub(super) async fn take_plan_back(tx: &mut Tx, revision: &mut Revision) -> Result<(), LifeError> {
    if revision.publish_at.take().is_some() {
        jobs::cancel(tx, PUBLISH_JOB, &job_key(revision)).await?;
    }
    Ok(())
}

fn job_key(revision: &Revision) -> String {
    revision.id.to_string()
}

/// Whether the files may become a version: the rules hold and nothing has moved under them.
pub(super) fn examine(office: &Office, revision: &Revision, files: &Texts) -> Result<Package, LifeError> {
    let (package, faults) = office.look(files);
    let package = package.ok_or(LifeError::Faults(faults))?;
    let library = office.library();
    let (item, handling) = &revision.key;
    if (&package.reference.item, &package.reference.handling) != (item, handling) {
        return Err(LifeError::OtherItem);
    }
    if library.knows(item, handling, &package.reference.version) {
        return Err(LifeError::VersionKnown);
    }
    let current = library.current(item, handling);
    if current.is_some_and(|current| current.reference.version != revision.base) {
        return Err(LifeError::BaseMoved);
    }
    Ok(package)
}

/// The author says that it is ready: every rule is asked (检查).
pub async fn check(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    id: RevisionId,
    edition: i64,
    now: Timestamp,
) -> Result<(), LifeError> {
    let mut revision = seen(tx, id, edition, &[State::Draft]).await?;
    let files = record::files(tx, id).await?;
    examine(office, &revision, &files)?;
    (revision.state, revision.changed_at) = (State::Checked, now);
    write(tx, &revision, None).await?;
    record::note(tx, id, "checked", by, "", now).await?;
    Ok(())
}

/// The change in one of these states, as it was seen.
pub(super) async fn seen(
    tx: &mut Tx,
    id: RevisionId,
    edition: i64,
    states: &[State],
) -> Result<Revision, LifeError> {
    let revision = open(tx, id).await?;
    if revision.edition != edition {
        return Err(LifeError::Overtaken);
    }
    if states.contains(&revision.state) { Ok(revision) } else { Err(LifeError::NotNow) }
}

/// Another person than its authors says that it may be published (审核).
pub async fn approve(
    tx: &mut Tx,
    office: &Office,
    by: &By,
    id: RevisionId,
    edition: i64,
    word: &str,
    now: Timestamp,
) -> Result<(), LifeError> {
    let word = word_of(word, false)?;
    let mut revision = seen(tx, id, edition, &[State::Checked]).await?;
    if record::has_written(tx, id, &by.reference).await? {
        return Err(LifeError::OwnWork);
    }
    let files = record::files(tx, id).await?;
    examine(office, &revision, &files)?;
    (revision.state, revision.changed_at) = (State::Approved, now);
    write(tx, &revision, None).await?;
    record::note(tx, id, "approved", by, &word, now).await?;
    Ok(())
}

/// Gives it back to its authors with a reason (退回修改).
pub async fn send_back(
    tx: &mut Tx,
    by: &By,
    id: RevisionId,
    edition: i64,
    word: &str,
    now: Timestamp,
) -> Result<(), LifeError> {
    let word = word_of(word, true)?;
    let mut revision = seen(tx, id, edition, &[State::Checked, State::Approved]).await?;
    take_plan_back(tx, &mut revision).await?;
    (revision.state, revision.changed_at) = (State::Draft, now);
    write(tx, &revision, None).await?;
    record::note(tx, id, "returned", by, &word, now).await?;
    Ok(())
}

/// Gives the change up; the item stays as it is (放弃).
pub async fn drop_revision(
    tx: &mut Tx,
    by: &By,
    id: RevisionId,
    edition: i64,
    word: &str,
    now: Timestamp,
) -> Result<(), LifeError> {
    let word = word_of(word, true)?;
    let states = [State::Draft, State::Checked, State::Approved];
    let mut revision = seen(tx, id, edition, &states).await?;
    take_plan_back(tx, &mut revision).await?;
    (revision.state, revision.changed_at) = (State::Dropped, now);
    write(tx, &revision, None).await?;
    record::note(tx, id, "dropped", by, &word, now).await?;
    Ok(())
}

/// Plans the publication of what was approved (定时发布).
pub async fn plan(
    tx: &mut Tx,
    by: &By,
    id: RevisionId,
    edition: i64,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), LifeError> {
    let days = jiff::SignedDuration::from_hours(24 * AHEAD_DAYS_MAX);
    if at <= now || now.checked_add(days).is_ok_and(|last| at > last) {
        return Err(LifeError::BadTime);
    }
    let mut revision = seen(tx, id, edition, &[State::Approved]).await?;
    take_plan_back(tx, &mut revision).await?;
    (revision.publish_at, revision.changed_at) = (Some(at), now);
    write(tx, &revision, None).await?;
    let job =
        NewJob { kind: PUBLISH_JOB, key: job_key(&revision), payload: json!({ "revision": id }), run_at: at };
    jobs::enqueue(tx, &job).await?;
    record::note(tx, id, "planned", by, &at.to_string(), now).await?;
    Ok(())
}
