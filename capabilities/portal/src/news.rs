//! News of the offices (新闻动态): written, published at a time, withdrawn, pinned. Legal public notices (公示) are not
//! news: they belong to cases and hang for as long as the law says.

use identity::{ActKind, NewAct, record_act};
use kernel::{Actor, BodyId, FieldError, Message, NewsId, Refusal, Role, StaffActor, Timestamp, Words};
use store::page::{Page, PageRequest};
use store::{FromCol, Row, Tx, vals};

pub(crate) mod api;
pub(crate) mod desk;
pub(crate) mod pages;
mod record;
pub(crate) mod text;
pub(crate) mod when;

pub(crate) use record::of_desk;
pub use record::{Change, NewsEntry, find, history, shown};

/// Characters of a title.
pub const TITLE_MAX: usize = 80;
/// Characters of a text.
pub const TEXT_MAX: usize = 20_000;
const REASON_MAX: usize = 200;

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Shown from its time on.
    Published,
    /// Taken back.
    Withdrawn,
}

impl State {
    /// The word used in tables and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl std::str::FromStr for State {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Draft, Self::Published, Self::Withdrawn]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("unknown state of news {text:?}"))
    }
}

impl FromCol for State {
    fn from_col(row: &Row, index: usize) -> store::Result<Self> {
        row.parse(index)
    }
}

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// Title; English may be missing.
    pub title: Words,
    /// Text in the small markup of `text.rs`; English may be missing.
    pub text: Words,
    /// Whether it stands before all others.
    pub pinned: bool,
}

/// Why something is not done.
#[derive(Debug, thiserror::Error)]
pub enum NewsError {
    /// The actor may not.
    #[error(transparent)]
    Actor(Refusal),
    /// There is no such entry, or it is another body's.
    #[error("no such news")]
    NotFound,
    /// Something is missing or wrong.
    #[error("wrong fields")]
    Invalid(Vec<FieldError>),
    /// Somebody has changed it meanwhile.
    #[error("changed meanwhile")]
    Stale,
    /// What is withdrawn must have been published.
    #[error("not published")]
    NotPublished,
    /// The database.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<NewsError> for Refusal {
    fn from(error: NewsError) -> Self {
        match error {
            NewsError::Actor(refusal) => refusal,
            NewsError::NotFound => Self::NotFound,
            NewsError::Invalid(errors) => Self::Invalid(errors),
            NewsError::Stale => Self::conflict("portal-news-stale"),
            NewsError::NotPublished => Self::conflict("portal-news-not-published"),
            NewsError::Store(error) => error.into(),
        }
    }
}

/// Whose news a member of staff sees and changes: the administration those of all, others those of their body.
pub(crate) fn scope(staff: &StaffActor) -> Option<BodyId> {
    (!staff.roles.contains(&Role::Administration)).then_some(staff.body)
}

fn faults(writing: &Writing) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut too_long = |field: &'static str, text: &str, max: usize| {
        if text.chars().count() > max {
            faults.push(FieldError::new(field, Message::new("portal-too-long").with("max", max)));
        } else if field.starts_with("title") && text.contains(char::is_control) {
            faults.push(FieldError::new(field, Message::new("portal-one-line")));
        } else if text.contains('\0') {
            faults.push(FieldError::new(field, Message::new("portal-odd-character")));
        }
    };
    too_long("title_zh", &writing.title.zh, TITLE_MAX);
    too_long("title_en", &writing.title.en, TITLE_MAX);
    too_long("text_zh", &writing.text.zh, TEXT_MAX);
    too_long("text_en", &writing.text.en, TEXT_MAX);
    for (field, text, key) in [
        ("title_zh", &writing.title.zh, "portal-news-no-title"),
        ("text_zh", &writing.text.zh, "portal-news-no-text"),
    ] {
        if text.trim().is_empty() {
            faults.push(FieldError::new(field, Message::new(key)));
        }
    }
    if writing.title.en.trim().is_empty() != writing.text.en.trim().is_empty() {
        faults.push(FieldError::new("title_en", Message::new("portal-news-half-english")));
    }
    faults
}

/// Begins an entry of the writer's body.
pub async fn write(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    body_name: &Words,
    writing: &Writing,
) -> Result<NewsId, NewsError> {
    let staff = by.staff().map_err(NewsError::Actor)?;
    let faults = faults(writing);
    if !faults.is_empty() {
        return Err(NewsError::Invalid(faults));
    }
    let entry = NewsEntry {
        id: store::fresh_id(now),
        body: staff.body,
        body_name: body_name.clone(),
        writing: writing.clone(),
        state: State::Draft,
        shown_from: None,
        version: 1,
        changed_at: now,
    };
    record::insert(tx, &entry).await?;
    record::note(tx, &entry, by, &staff.shown_as, "written", "").await?;
    Ok(entry.id)
}

/// The entry, if this member of staff may change it and has seen its last version.
async fn to_change(
    tx: &mut Tx,
    staff: &StaffActor,
    id: NewsId,
    version: i64,
) -> Result<NewsEntry, NewsError> {
    let entry = find(tx, id).await?.ok_or(NewsError::NotFound)?;
    if scope(staff).is_some_and(|body| body != entry.body) {
        return Err(NewsError::NotFound);
    }
    if entry.version != version {
        return Err(NewsError::Stale);
    }
    Ok(entry)
}

async fn keep(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    mut entry: NewsEntry,
    kind: &str,
    reason: &str,
) -> Result<i64, NewsError> {
    let staff = by.staff().map_err(NewsError::Actor)?;
    let before = entry.version;
    entry.version += 1;
    entry.changed_at = now;
    if !record::update(tx, &entry, before).await? {
        return Err(NewsError::Stale);
    }
    record::note(tx, &entry, by, &staff.shown_as, kind, reason).await?;
    Ok(entry.version)
}

/// Writes it anew. What is shown already is shown with the new text from now on, and the history says so.
pub async fn rewrite(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    id: NewsId,
    version: i64,
    writing: &Writing,
) -> Result<i64, NewsError> {
    let staff = by.staff().map_err(NewsError::Actor)?;
    let mut entry = to_change(tx, staff, id, version).await?;
    let faults = faults(writing);
    if !faults.is_empty() {
        return Err(NewsError::Invalid(faults));
    }
    entry.writing = writing.clone();
    keep(tx, by, now, entry, "written", "").await
}

/// Shows it from an instant on, which may lie ahead; one that has passed means now.
pub async fn publish(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    id: NewsId,
    version: i64,
    from: Option<Timestamp>,
) -> Result<i64, NewsError> {
    let staff = by.staff().map_err(NewsError::Actor)?;
    let mut entry = to_change(tx, staff, id, version).await?;
    entry.state = State::Published;
    entry.shown_from = Some(from.unwrap_or(now).max(now));
    let act = NewAct::new(ActKind::NewsPublished, Some(entry.body), format!("news:{id}"));
    record_act(tx, by, act.changed("", &entry.writing.title.zh), now).await?;
    keep(tx, by, now, entry, "published", "").await
}

/// Takes it back. It can be published again.
pub async fn withdraw(
    tx: &mut Tx,
    by: &Actor,
    now: Timestamp,
    id: NewsId,
    version: i64,
    reason: &str,
) -> Result<i64, NewsError> {
    let staff = by.staff().map_err(NewsError::Actor)?;
    let mut entry = to_change(tx, staff, id, version).await?;
    if entry.state != State::Published {
        return Err(NewsError::NotPublished);
    }
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 {
        return Err(NewsError::Invalid(vec![FieldError::new(
            "reason",
            Message::new("portal-news-no-reason"),
        )]));
    }
    if length > REASON_MAX {
        let message = Message::new("portal-too-long").with("max", REASON_MAX);
        return Err(NewsError::Invalid(vec![FieldError::new("reason", message)]));
    }
    entry.state = State::Withdrawn;
    let act = NewAct::new(ActKind::NewsWithdrawn, Some(entry.body), format!("news:{id}"));
    record_act(tx, by, act.changed(&entry.writing.title.zh, "").because(reason), now).await?;
    keep(tx, by, now, entry, "withdrawn", reason).await
}

/// News of a body, or of all, the last changed first: for those who write them.
pub(crate) async fn list_for(
    tx: &mut Tx,
    staff: &StaffActor,
    request: &PageRequest,
) -> store::Result<Page<NewsEntry>> {
    of_desk(tx, scope(staff), request).await
}

/// The values of a first page: after every key.
pub(crate) fn first_key() -> Vec<store::Val> {
    vals![i64::MAX, "~"]
}
