//! The tables of news.

use kernel::{Actor, BodyId, NewsId, Timestamp, Words, from_micros};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, vals};

use super::{State, Writing, first_key};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewsEntry {
    /// Its id.
    pub id: NewsId,
    /// The body that answers for it.
    pub body: BodyId,
    /// Its name.
    pub body_name: Words,
    /// What is written.
    pub writing: Writing,
    /// Where it stands.
    pub state: State,
    /// From when on it is shown; nothing while nobody said.
    pub shown_from: Option<Timestamp>,
    /// Grows with every change.
    pub version: i64,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

impl NewsEntry {
    /// Whether everybody may read it at this instant.
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.state == State::Published && self.shown_from.is_some_and(|from| from <= now)
    }
}

/// What somebody did to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The version that it made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// `written`, `published` or `withdrawn`.
    pub kind: String,
    /// The title then.
    pub title: Words,
    /// Why it was withdrawn; empty otherwise.
    pub reason: String,
}

pub(super) async fn insert(tx: &mut Tx, entry: &NewsEntry) -> Result<()> {
    let Writing { title, text, pinned } = &entry.writing;
    tx.execute(
        "insert into portal_news (id, body, body_zh, body_en, title_zh, title_en, text_zh, text_en, state,
             shown_from, pinned, version, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        vals![
            entry.id,
            entry.body,
            &entry.body_name.zh,
            &entry.body_name.en,
            title.zh.trim(),
            title.en.trim(),
            &text.zh,
            &text.en,
            entry.state.as_str(),
            entry.shown_from.map_or(0, kernel::to_micros),
            *pinned,
            entry.version,
            entry.changed_at
        ],
    )
    .await?;
    Ok(())
}

/// `false`: somebody else has changed it in between.
pub(super) async fn update(tx: &mut Tx, entry: &NewsEntry, before: i64) -> Result<bool> {
    let Writing { title, text, pinned } = &entry.writing;
    let changed = tx
        .execute(
            "update portal_news set title_zh = $1, title_en = $2, text_zh = $3, text_en = $4, state = $5,
                 shown_from = $6, pinned = $7, version = $8, changed_at = $9
             where id = $10 and version = $11",
            vals![
                title.zh.trim(),
                title.en.trim(),
                &text.zh,
                &text.en,
                entry.state.as_str(),
                entry.shown_from.map_or(0, kernel::to_micros),
                *pinned,
                entry.version,
                entry.changed_at,
                entry.id,
                before
            ],
        )
        .await?;
    Ok(changed == 1)
}

pub(super) async fn note(
    tx: &mut Tx,
    entry: &NewsEntry,
    by: &Actor,
    name: &str,
    kind: &str,
    reason: &str,
) -> Result<()> {
    let Writing { title, text, .. } = &entry.writing;
    tx.execute(
        "insert into portal_news_events (news, version, at, actor, actor_name, kind, title_zh, title_en, text_zh,
             text_en, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        vals![
            entry.id,
            entry.version,
            entry.changed_at,
            by.reference(),
            name,
            kind,
            title.zh.trim(),
            title.en.trim(),
            &text.zh,
            &text.en,
            reason
        ],
    )
    .await?;
    Ok(())
}

/// The entry of this id, whoever may see it.
pub async fn find(tx: &mut Tx, id: NewsId) -> Result<Option<NewsEntry>> {
    let row = tx
        .fetch_optional(
            "select id, body, body_zh, body_en, title_zh, title_en, text_zh, text_en, state, shown_from, pinned,
                 version, changed_at
             from portal_news where id = $1",
            vals![id],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// What everybody may read: pinned entries first, then the newest.
pub async fn shown(tx: &mut Tx, now: Timestamp, request: &PageRequest) -> Result<Page<NewsEntry>> {
    let mut vals = request.keys(vals![i64::MAX, i64::MAX, "~"])?;
    vals.extend(vals![now, request.size.limit()]);
    let rows = tx
        .fetch_all(
            "select id, body, body_zh, body_en, title_zh, title_en, text_zh, text_en, state, shown_from, pinned,
                 version, changed_at
             from portal_news
             where state = 'published' and (pinned, shown_from, id) < ($1, $2, $3) and shown_from <= $4
             order by pinned desc, shown_from desc, id desc limit $5",
            vals,
        )
        .await?;
    let entries = rows.iter().map(read).collect::<Result<_>>()?;
    let key = |entry: &NewsEntry| {
        vals![i64::from(entry.writing.pinned), entry.shown_from.map_or(0, kernel::to_micros), entry.id]
    };
    Ok(Page::cut(entries, request.size, key))
}

/// Entries of a body, or of all, the last changed first.
pub(crate) async fn of_desk(
    tx: &mut Tx,
    body: Option<BodyId>,
    request: &PageRequest,
) -> Result<Page<NewsEntry>> {
    let mut vals = request.keys(first_key())?;
    vals.extend(vals![request.size.limit()]);
    let rows = match body {
        Some(body) => {
            vals.extend(vals![body]);
            tx.fetch_all(
                "select id, body, body_zh, body_en, title_zh, title_en, text_zh, text_en, state, shown_from,
                     pinned, version, changed_at
                 from portal_news where (changed_at, id) < ($1, $2) and body = $4
                 order by changed_at desc, id desc limit $3",
                vals,
            )
            .await?
        }
        None => {
            tx.fetch_all(
                "select id, body, body_zh, body_en, title_zh, title_en, text_zh, text_en, state, shown_from,
                     pinned, version, changed_at
                 from portal_news where (changed_at, id) < ($1, $2) order by changed_at desc, id desc limit $3",
                vals,
            )
            .await?
        }
    };
    let entries = rows.iter().map(read).collect::<Result<_>>()?;
    Ok(Page::cut(entries, request.size, |entry: &NewsEntry| vals![entry.changed_at, entry.id]))
}

/// Who did what to an entry, the last first.
pub async fn history(tx: &mut Tx, id: NewsId) -> Result<Vec<Change>> {
    let rows = tx
        .fetch_all(
            "select version, at, actor_name, kind, title_zh, title_en, reason from portal_news_events
             where news = $1 order by version desc limit 100",
            vals![id],
        )
        .await?;
    let change = |row: &Row| {
        Ok(Change {
            version: row.get(0)?,
            at: row.get(1)?,
            by: row.get(2)?,
            kind: row.get(3)?,
            title: Words::new(row.get::<String>(4)?, row.get::<String>(5)?),
            reason: row.get(6)?,
        })
    };
    rows.iter().map(change).collect()
}

fn read(row: &Row) -> Result<NewsEntry> {
    let words =
        |at: usize| -> Result<Words> { Ok(Words::new(row.get::<String>(at)?, row.get::<String>(at + 1)?)) };
    let from: i64 = row.get(9)?;
    Ok(NewsEntry {
        id: row.get(0)?,
        body: row.get(1)?,
        body_name: words(2)?,
        writing: Writing { title: words(4)?, text: words(6)?, pinned: row.get::<i64>(10)? != 0 },
        state: row.get(8)?,
        shown_from: (from != 0).then(|| from_micros(from)),
        version: row.get(11)?,
        changed_at: row.get(12)?,
    })
}
