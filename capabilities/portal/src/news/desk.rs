//! `/desk/news`: writing, publishing and taking back, with who did what.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Message, NewsId, Refusal, Timestamp, Words};
use serde::Deserialize;
use store::Tx;
use store::page::PageRequest;
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::text::{Block, blocks};
use super::{NewsEntry, State as Stands, Writing, find, history, list_for, scope, when};
use crate::Room;
use crate::paging::Pages;

const HREF: &str = "/desk/news";

struct Row {
    href: String,
    title: String,
    body: String,
    changed: String,
    state: String,
    kind: &'static str,
}

#[derive(Template)]
#[template(path = "news/desk_list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Row>,
    next: String,
    first: String,
}

/// State in words, and the kind of its tag.
fn stands(visitor: &Visitor, entry: &NewsEntry) -> (String, &'static str) {
    match (entry.state, entry.shown_from) {
        (Stands::Draft, _) | (Stands::Published, None) => (visitor.t("portal-news-draft"), "plain"),
        (Stands::Published, Some(from)) if from > visitor.now => {
            (visitor.t1("portal-news-planned", "when", visitor.datetime(from)), "info")
        }
        (Stands::Published, Some(from)) => {
            (visitor.t1("portal-news-shown", "when", visitor.datetime(from)), "success")
        }
        (Stands::Withdrawn, _) => (visitor.t("portal-news-withdrawn"), "warning"),
    }
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let staff = visitor.actor.staff()?;
    let is_first = pages.after.is_none();
    let mut tx = room.set.db.snapshot().await?;
    let request = PageRequest { after: pages.after, ..PageRequest::default() };
    let found = list_for(&mut tx, staff, &request).await?;
    tx.rollback().await?;
    let row = |entry: &NewsEntry| {
        let (state, kind) = stands(&visitor, entry);
        Row {
            href: format!("{HREF}/{}", entry.id),
            title: visitor.pick(&entry.writing.title.zh, &entry.writing.title.en).to_owned(),
            body: visitor.pick(&entry.body_name.zh, &entry.body_name.en).to_owned(),
            changed: visitor.datetime(entry.changed_at),
            state,
            kind,
        }
    };
    page(&ListPage {
        rows: found.items.iter().map(row).collect(),
        next: found.next.map_or_else(String::new, |cursor| format!("{HREF}?after={cursor}")),
        first: if is_first { String::new() } else { HREF.to_owned() },
        shell: Shell::new(&visitor, visitor.t("portal-news-desk")),
    })
}

/// What was typed, and what the page knew.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    title_zh: String,
    title_en: String,
    text_zh: String,
    text_en: String,
    pinned: String,
    version: i64,
    /// `preview`: shown and not kept.
    then: String,
    from: String,
    reason: String,
}

impl Filled {
    fn of(entry: &NewsEntry) -> Self {
        let writing = &entry.writing;
        Self {
            title_zh: writing.title.zh.clone(),
            title_en: writing.title.en.clone(),
            text_zh: writing.text.zh.clone(),
            text_en: writing.text.en.clone(),
            pinned: if writing.pinned { "true".into() } else { String::new() },
            version: entry.version,
            ..Self::default()
        }
    }

    fn writing(&self) -> Writing {
        Writing {
            title: Words::new(self.title_zh.trim(), self.title_en.trim()),
            text: Words::new(&self.text_zh, &self.text_en),
            pinned: self.pinned == "true",
        }
    }
}

struct Done {
    when: String,
    what: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "news/edit.html")]
struct EditPage {
    shell: Shell,
    errors: FormErrors,
    filled: Filled,
    action: String,
    /// Empty for a new entry.
    state: String,
    kind: &'static str,
    is_published: bool,
    /// The page as everybody sees it, where it is shown.
    public: String,
    preview: Vec<Block>,
    history: Vec<Done>,
}

fn new_page(visitor: &Visitor, errors: FormErrors, filled: Filled, preview: Vec<Block>) -> EditPage {
    EditPage {
        shell: Shell::new(visitor, visitor.t("portal-news-new")).crumb(visitor.t("portal-news-desk"), HREF),
        errors,
        filled,
        action: format!("{HREF}/new"),
        state: String::new(),
        kind: "plain",
        is_published: false,
        public: String::new(),
        preview,
        history: Vec::new(),
    }
}

pub(crate) async fn new(visitor: Visitor) -> Result<Response, AppError> {
    page(&new_page(&visitor, FormErrors::none(), Filled::default(), Vec::new()))
}

pub(crate) async fn create(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(filled): PostForm<Filled>,
) -> Result<Response, AppError> {
    if filled.then == "preview" {
        let preview = blocks(visitor.pick(&filled.text_zh, &filled.text_en));
        return page(&new_page(&visitor, FormErrors::none(), filled, preview));
    }
    match written(&room, &visitor, &filled.writing()).await {
        Ok(id) => Ok(Redirect::to(&format!("{HREF}/{id}")).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = new_page(&visitor, errors, filled, Vec::new());
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// Begins an entry in the name of the writer's body.
pub(super) async fn written(room: &Room, visitor: &Visitor, writing: &Writing) -> Result<NewsId, Refusal> {
    let staff = visitor.actor.staff()?;
    let body = room.bodies().get(staff.body).map(|body| body.name.clone()).unwrap_or_default();
    let mut tx = room.set.db.begin().await?;
    let id = super::write(&mut tx, &visitor.actor, visitor.now, &body, writing).await?;
    tx.commit().await?;
    Ok(id)
}

pub(super) fn id(text: &str) -> Result<NewsId, Refusal> {
    text.parse().map_err(|_form| Refusal::NotFound)
}

/// The entry, if this member of staff writes for its body.
pub(super) async fn own(tx: &mut Tx, visitor: &Visitor, id: NewsId) -> Result<NewsEntry, Refusal> {
    let own = scope(visitor.actor.staff()?);
    let entry = find(tx, id).await?.filter(|entry| own.is_none_or(|body| body == entry.body));
    entry.ok_or(Refusal::NotFound)
}

async fn edit_page(
    room: &Room,
    visitor: &Visitor,
    id: NewsId,
    errors: FormErrors,
    filled: Option<Filled>,
) -> Result<EditPage, Refusal> {
    let mut tx = room.set.db.snapshot().await?;
    let entry = own(&mut tx, visitor, id).await?;
    let changes = history(&mut tx, id).await?;
    tx.rollback().await?;
    let (state, kind) = stands(visitor, &entry);
    let filled = filled.unwrap_or_else(|| Filled::of(&entry));
    let title = visitor.pick(&entry.writing.title.zh, &entry.writing.title.en).to_owned();
    Ok(EditPage {
        shell: Shell::new(visitor, title).crumb(visitor.t("portal-news-desk"), HREF),
        errors,
        preview: blocks(visitor.pick(&filled.text_zh, &filled.text_en)),
        filled,
        action: format!("{HREF}/{id}"),
        state,
        kind,
        is_published: entry.state == Stands::Published,
        public: if entry.is_shown(visitor.now) { format!("/news/{id}") } else { String::new() },
        history: changes
            .into_iter()
            .map(|change| Done {
                when: visitor.datetime(change.at),
                what: visitor.t1(&format!("portal-news-did-{}", change.kind), "name", change.by),
                reason: change.reason,
            })
            .collect(),
    })
}

pub(crate) async fn edit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
) -> Result<Response, AppError> {
    page(&edit_page(&room, &visitor, id(&news)?, FormErrors::none(), None).await?)
}

/// What a button of the page asks for.
enum Wanted {
    Save,
    Publish,
    Withdraw,
}

async fn done(
    room: &Room,
    visitor: &Visitor,
    id: NewsId,
    filled: &Filled,
    wanted: &Wanted,
) -> Result<(), Refusal> {
    let from = match (wanted, filled.from.trim()) {
        (Wanted::Publish, text) if !text.is_empty() => {
            let wrong = || Refusal::field("from", Message::new("portal-when-wrong"));
            Some(when::instant(text).ok_or_else(wrong)?)
        }
        _ => None,
    };
    let (by, now, version) = (&visitor.actor, visitor.now, filled.version);
    let mut tx = room.set.db.begin().await?;
    match wanted {
        Wanted::Save => super::rewrite(&mut tx, by, now, id, version, &filled.writing()).await?,
        Wanted::Publish => super::publish(&mut tx, by, now, id, version, from).await?,
        Wanted::Withdraw => super::withdraw(&mut tx, by, now, id, version, &filled.reason).await?,
    };
    tx.commit().await?;
    Ok(())
}

async fn command(
    room: &Room,
    visitor: &Visitor,
    news: &str,
    filled: Filled,
    wanted: &Wanted,
) -> Result<Response, AppError> {
    let id = id(news)?;
    match done(room, visitor, id, &filled, wanted).await {
        Ok(()) => Ok(Redirect::to(&format!("{HREF}/{id}")).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(visitor, refusal)?;
            // The forms of the other buttons do not bring the text along: it is read again.
            let filled = if matches!(wanted, Wanted::Save) { Some(filled) } else { None };
            let again = edit_page(room, visitor, id, errors, filled).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

pub(crate) async fn save(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
    PostForm(filled): PostForm<Filled>,
) -> Result<Response, AppError> {
    if filled.then == "preview" {
        return page(&edit_page(&room, &visitor, id(&news)?, FormErrors::none(), Some(filled)).await?);
    }
    command(&room, &visitor, &news, filled, &Wanted::Save).await
}

pub(crate) async fn publish(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
    PostForm(filled): PostForm<Filled>,
) -> Result<Response, AppError> {
    command(&room, &visitor, &news, filled, &Wanted::Publish).await
}

pub(crate) async fn withdraw(
    State(room): State<Room>,
    visitor: Visitor,
    Path(news): Path<String>,
    PostForm(filled): PostForm<Filled>,
) -> Result<Response, AppError> {
    command(&room, &visitor, &news, filled, &Wanted::Withdraw).await
}

/// The instant of an RFC 3339 text.
pub(super) fn rfc3339(field: &'static str, text: &str) -> Result<Timestamp, Refusal> {
    text.parse().map_err(|_form| Refusal::field(field, Message::new("portal-rfc3339")))
}
