//! `/admin/site-notice`, and the same for programs.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{FieldError, Message, NoticeId, Refusal, Timestamp, Words};
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest};
use utoipa::ToSchema;
use web::{ApiJson, AppError, FormErrors, Operation, PostForm, Shell, Visitor, page, page_with_status};

use super::{Banner, NewBanner};
use crate::Room;
use crate::news::when;
use crate::paging::{Asked, Pages};

const HREF: &str = "/admin/site-notice";

struct Row {
    text: String,
    when: String,
    by: String,
    /// The key of its state.
    state: String,
    /// Empty when it is over.
    end: String,
}

#[derive(Template)]
#[template(path = "banner/notice.html")]
struct NoticePage {
    shell: Shell,
    errors: FormErrors,
    filled: Filled,
    rows: Vec<Row>,
    next: String,
    first: String,
}

/// What was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filled {
    text_zh: String,
    text_en: String,
    from: String,
    until: String,
}

fn row(visitor: &Visitor, banner: &Banner) -> Row {
    let now = visitor.now;
    let over = banner.ended_name.is_some() || banner.until <= now;
    let state = match &banner.ended_name {
        Some(name) => visitor.t1("portal-banner-ended", "name", name),
        None if banner.is_shown(now) => visitor.t("portal-banner-shown"),
        None if over => visitor.t("portal-banner-done"),
        None => visitor.t("portal-banner-planned"),
    };
    Row {
        text: visitor.pick(&banner.text.zh, &banner.text.en).to_owned(),
        when: format!("{} – {}", visitor.datetime(banner.from), visitor.datetime(banner.until)),
        by: banner.made_name.clone(),
        state,
        end: if over { String::new() } else { format!("{HREF}/{}/end", banner.id) },
    }
}

async fn notice_page(
    room: &Room,
    visitor: &Visitor,
    after: Option<Cursor>,
    errors: FormErrors,
    filled: Filled,
) -> Result<NoticePage, Refusal> {
    let is_first = after.is_none();
    let mut tx = room.set.db.snapshot().await?;
    let found = super::list(&mut tx, &PageRequest { after, ..PageRequest::default() }).await?;
    tx.rollback().await?;
    Ok(NoticePage {
        shell: Shell::new(visitor, visitor.t("portal-banner-title")),
        errors,
        filled,
        rows: found.items.iter().map(|banner| row(visitor, banner)).collect(),
        next: found.next.map_or_else(String::new, |cursor| format!("{HREF}?after={cursor}")),
        first: if is_first { String::new() } else { HREF.to_owned() },
    })
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    let filled = Filled { from: when::field(visitor.now), ..Filled::default() };
    page(&notice_page(&room, &visitor, pages.after, FormErrors::none(), filled).await?)
}

fn read(filled: &Filled) -> Result<NewBanner, Refusal> {
    let mut faults = Vec::new();
    let mut instant = |field: &'static str, text: &str| {
        when::instant(text).unwrap_or_else(|| {
            faults.push(FieldError::new(field, Message::new("portal-when-wrong")));
            Timestamp::UNIX_EPOCH
        })
    };
    let (from, until) = (instant("from", &filled.from), instant("until", &filled.until));
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    Ok(NewBanner { text: Words::new(&filled.text_zh, &filled.text_en), from, until })
}

async fn tell(room: &Room, visitor: &Visitor, new: &NewBanner) -> Result<NoticeId, Refusal> {
    let mut tx = room.set.db.begin().await?;
    let id = super::announce(&mut tx, &visitor.actor, visitor.now, new).await?;
    tx.commit().await?;
    room.refresh().await?;
    Ok(id)
}

async fn stop(room: &Room, visitor: &Visitor, id: NoticeId) -> Result<(), Refusal> {
    let mut tx = room.set.db.begin().await?;
    super::end(&mut tx, &visitor.actor, visitor.now, id).await?;
    tx.commit().await?;
    Ok(room.refresh().await?)
}

pub(crate) async fn announce(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(filled): PostForm<Filled>,
) -> Result<Response, AppError> {
    let told = match read(&filled) {
        Ok(new) => tell(&room, &visitor, &new).await.map(|_id| ()),
        Err(refusal) => Err(refusal),
    };
    match told {
        Ok(()) => Ok(Redirect::to(HREF).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = notice_page(&room, &visitor, None, errors, filled).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

fn id(text: &str) -> Result<NoticeId, Refusal> {
    text.parse().map_err(|_form| Refusal::NotFound)
}

pub(crate) async fn end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(notice): Path<String>,
    PostForm(_nothing): PostForm<Pages>,
) -> Result<Response, AppError> {
    stop(&room, &visitor, id(&notice)?).await?;
    Ok(Redirect::to(HREF).into_response())
}

/// What every page is to tell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSiteNotice {
    /// In Chinese.
    text_zh: String,
    /// In English.
    text_en: String,
    /// From when on, RFC 3339.
    from: String,
    /// Until when, RFC 3339.
    until: String,
}

/// What every page tells, told or is to tell.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteNotice {
    /// Its id.
    id: String,
    /// In Chinese.
    text_zh: String,
    /// In English.
    text_en: String,
    /// From when on, RFC 3339.
    from: String,
    /// Until when, RFC 3339.
    until: String,
    /// By whom.
    made_by: String,
    /// Who ended it before its time; null when nobody did.
    ended_by: Option<String>,
}

/// A page of site notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteNoticePage {
    /// The last to end first.
    items: Vec<SiteNotice>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeNotice {
    /// Its id.
    id: String,
}

pub(crate) async fn api_list(
    State(room): State<Room>,
    Query(asked): Query<Asked>,
) -> Result<Json<SiteNoticePage>, AppError> {
    let mut tx = room.set.db.snapshot().await?;
    let found = super::list(&mut tx, &asked.request()).await?.map(|banner| SiteNotice {
        id: banner.id.to_string(),
        text_zh: banner.text.zh,
        text_en: banner.text.en,
        from: banner.from.to_string(),
        until: banner.until.to_string(),
        made_by: banner.made_name,
        ended_by: banner.ended_name,
    });
    Ok(Json(SiteNoticePage { items: found.items, next: found.next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listSiteNotices", "Lists what every page tells, told or is to tell.")
        .tag("portal")
        .query::<Asked>()
        .returns::<SiteNoticePage>(200, "A page of notices.")
}

pub(crate) async fn api_announce(
    State(room): State<Room>,
    visitor: Visitor,
    ApiJson(new): ApiJson<NewSiteNotice>,
) -> Result<Response, AppError> {
    let mut faults = Vec::new();
    let mut instant = |field: &'static str, text: &str| {
        text.parse().unwrap_or_else(|_form| {
            faults.push(FieldError::new(field, Message::new("portal-rfc3339")));
            Timestamp::UNIX_EPOCH
        })
    };
    let (from, until) = (instant("from", &new.from), instant("until", &new.until));
    if !faults.is_empty() {
        return Err(AppError(Refusal::Invalid(faults)));
    }
    let new = NewBanner { text: Words::new(new.text_zh, new.text_en), from, until };
    let id = tell(&room, &visitor, &new).await?;
    Ok((StatusCode::CREATED, Json(MadeNotice { id: id.to_string() })).into_response())
}

pub(crate) fn announce_operation() -> Operation {
    Operation::new("announce", "Lets every page tell something for a while.")
        .tag("portal")
        .body::<NewSiteNotice>()
        .returns::<MadeNotice>(201, "It is planned, or told at once.")
}

pub(crate) async fn api_end(
    State(room): State<Room>,
    visitor: Visitor,
    Path(notice): Path<String>,
) -> Result<StatusCode, AppError> {
    stop(&room, &visitor, id(&notice)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn end_operation() -> Operation {
    Operation::new("endSiteNotice", "Ends a site notice before its time.")
        .tag("portal")
        .path_param("id", "Its id.")
        .returns_nothing(204, "It is told no more.")
}
