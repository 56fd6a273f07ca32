//! `/notices`: the notices that hang, for everybody.

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest};
use utoipa::ToSchema;
use web::{AppError, Operation, Shell, Visitor};

use super::{PublicNotice, list};
use crate::Room;

/// A notice is for people while it hangs. A search engine that keeps a copy would go on publishing after its end.
const ROBOTS: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, noarchive"));

#[derive(Template)]
#[template(path = "notices/notices.html")]
struct NoticesPage {
    shell: Shell,
    notices: Vec<NoticeView>,
    next: String,
    first: String,
}

struct NoticeView {
    item: String,
    number: String,
    days: String,
    body: String,
    phone: String,
    lines: Vec<(String, String)>,
    /// Where one can object; empty where one cannot.
    object: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    after: Option<Cursor>,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let is_first = asked.after.is_none();
    let request = PageRequest { after: asked.after, ..PageRequest::default() };
    let mut tx = room.db.snapshot().await?;
    let found = list(&mut tx, &room, visitor.today(), &request).await?;
    let page = web::page(&NoticesPage {
        shell: Shell::new(&visitor, visitor.t("applications-notices-title")),
        next: found.next.map(|next| format!("/notices?after={next}")).unwrap_or_default(),
        first: if is_first { String::new() } else { "/notices".to_owned() },
        notices: found.items.into_iter().map(|notice| view(&visitor, notice)).collect(),
    })?;
    Ok(([ROBOTS], page).into_response())
}

fn view(visitor: &Visitor, notice: PublicNotice) -> NoticeView {
    let (from, until) = (visitor.date(notice.from), visitor.date(notice.until));
    NoticeView {
        days: visitor.t2("applications-notices-days", "from", from, "until", until),
        item: visitor.pick(&notice.item.zh, &notice.item.en).to_owned(),
        object: if notice.may_object { format!("/notices/{}/object", notice.number) } else { String::new() },
        number: notice.number,
        body: visitor.pick(&notice.body.zh, &notice.body.en).to_owned(),
        phone: notice.phone,
        lines: picked(visitor, notice.lines),
    }
}

/// The lines with their labels in the reader's language.
pub(crate) fn picked(visitor: &Visitor, lines: Vec<(kernel::Words, String)>) -> Vec<(String, String)> {
    let one =
        |(label, value): (kernel::Words, String)| (visitor.pick(&label.zh, &label.en).to_owned(), value);
    lines.into_iter().map(one).collect()
}

/// A public notice that hangs (公示).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicNoticeView {
    /// Name of the service item.
    item: String,
    /// 办件编号
    number: String,
    /// First day.
    from: String,
    /// Last day; afterwards it is not listed.
    until: String,
    /// The body that takes objections.
    body: String,
    /// Its telephone number.
    phone: String,
    /// Whether one can object here.
    may_object: bool,
    /// What the notice says, in order.
    lines: Vec<PublicNoticeLine>,
}

/// A line of a public notice.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicNoticeLine {
    /// What it is about.
    label: String,
    /// What is said.
    value: String,
}

/// A page of public notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PublicNoticePage {
    /// The notices, the one that ends first at the head.
    items: Vec<PublicNoticeView>,
    /// Where the next page starts, for the parameter `after`.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Query(request): Query<PageRequest>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let found = list(&mut tx, &room, visitor.today(), &request).await?;
    let one = |notice: PublicNotice| PublicNoticeView {
        item: visitor.pick(&notice.item.zh, &notice.item.en).to_owned(),
        number: notice.number,
        from: notice.from.to_string(),
        until: notice.until.to_string(),
        body: visitor.pick(&notice.body.zh, &notice.body.en).to_owned(),
        phone: notice.phone,
        may_object: notice.may_object,
        lines: picked(&visitor, notice.lines)
            .into_iter()
            .map(|(label, value)| PublicNoticeLine { label, value })
            .collect(),
    };
    let page = PublicNoticePage { items: found.items.into_iter().map(one).collect(), next: found.next };
    Ok(([ROBOTS], Json(page)).into_response())
}

pub(crate) fn operation() -> Operation {
    Operation::new(
        "listPublicNotices",
        "Lists the public notices that hang today, the one that ends first at the head.",
    )
    .description("A notice shows only what its service package publishes, and disappears after its last day.")
    .tag("applications")
    .query_param("after", "The `next` of the page before.", false)
    .query_param("size", "Rows of a page, 1 to 100; 20 without it.", false)
    .returns::<PublicNoticePage>(200, "A page of notices.")
}
