//! The public history of an item (版本与变更): what was in force when, and what changed, in words.

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::TypeRef;
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Shell, Visitor, page};

use super::Office;
use super::compare::{self, Told};
use super::http::turn_words;
use crate::room::pick;
use crate::{Library, Turn, TurnKind, turns};

/// A page of it: each version is compared with the one before.
const PAGE: u32 = 10;

struct Entry {
    when: String,
    what: String,
    word: String,
    told: Vec<Told>,
    is_first: bool,
    is_version: bool,
}

#[derive(Template)]
#[template(path = "life/history.html")]
struct HistoryPage {
    shell: Shell,
    guide: String,
    entries: Vec<Entry>,
    next: String,
    first: String,
}

struct Compared {
    told: Vec<Told>,
    is_first: bool,
}

impl HistoryPage {
    fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Pages {
    after: Option<Cursor>,
}

pub(crate) async fn show(
    State(office): State<Office>,
    visitor: Visitor,
    Path(key): Path<(String, String)>,
    Query(Pages { after }): Query<Pages>,
) -> Result<Response, AppError> {
    let library = office.library();
    let package = library.everything().find(|(found, _)| **found == key).ok_or(Refusal::NotFound)?.1;
    let mut tx = office.db.snapshot().await?;
    let is_first_page = after.is_none();
    let size = PageSize::try_from(PAGE).unwrap_or_default();
    let found = turns::list(&mut tx, &key, &PageRequest { after, size }).await?;
    let mut entries = Vec::new();
    for turn in &found.items {
        let before = turns::published_before(&mut tx, &key, turn.turn).await?;
        let Compared { told, is_first } = compared(&library, &visitor, turn, before.as_deref());
        entries.push(Entry {
            when: visitor.datetime(turn.since),
            what: turn_words(&visitor, turn),
            word: turn.word.clone(),
            told,
            is_first,
            is_version: turn.kind == TurnKind::Published,
        });
    }
    let guide = format!("/items/{}/{}", key.0, key.1);
    let name = pick(&visitor, &package.item.name).to_owned();
    page(&HistoryPage {
        shell: Shell::new(&visitor, visitor.t("catalogue-history"))
            .crumb(visitor.t("catalogue-all-title"), "/search")
            .crumb(name, &guide),
        next: found.next.map_or_else(String::new, |next| format!("{guide}/versions?after={next}")),
        first: if is_first_page { String::new() } else { format!("{guide}/versions") },
        guide,
        entries,
    })
}

fn compared(library: &Library, visitor: &Visitor, turn: &Turn, before: Option<&str>) -> Compared {
    let files = |version: &str| {
        let (item, handling) = turn.key.clone();
        library.get(&TypeRef { item, handling, version: version.to_owned() })
    };
    match (turn.kind, before) {
        (TurnKind::Published, Some(before)) => {
            let told = match (files(before), files(&turn.version)) {
                (Some(old), Some(new)) => compare::tell(visitor, &compare::compare(&old.texts, &new.texts)),
                (None, _) | (_, None) => Vec::new(),
            };
            Compared { told, is_first: false }
        }
        (TurnKind::Published, None) => Compared { told: Vec::new(), is_first: true },
        (TurnKind::Suspended | TurnKind::Resumed | TurnKind::Cancelled, _) => {
            Compared { told: Vec::new(), is_first: false }
        }
    }
}

/// A line of an item's life.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceItemTurn)]
pub(crate) struct TurnView {
    /// `published`, `suspended`, `resumed` or `cancelled`.
    kind: &'static str,
    /// Which version.
    version: String,
    /// Since when, RFC 3339.
    since: String,
    /// Why; may be empty.
    word: String,
    /// The last day of a suspension, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// Code and handling item of what takes the place of a cancelled item.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<String>,
    /// Of a publication: what differs from the version before.
    changes: Vec<ChangeView>,
}

/// An element that is another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceItemChange)]
pub(crate) struct ChangeView {
    /// Which element, in words.
    what: String,
    /// What it was; empty where it was not there.
    before: String,
    /// What it became; empty where it is gone.
    after: String,
}

/// A page of the life of an item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceItemTurnPage)]
pub(crate) struct TurnPage {
    /// Newest first.
    items: Vec<TurnView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct TurnQuery {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
}

pub(crate) fn operation() -> Operation {
    Operation::new("listItemVersions", "The life of a service item: its versions, suspensions and its end.")
        .tag("items")
        .path_param("code", "基本编码, 12 characters")
        .path_param("handling", "业务办理项, two digits")
        .query::<TurnQuery>()
        .returns::<TurnPage>(200, "a page, newest first")
}

pub(crate) async fn list(
    State(office): State<Office>,
    visitor: Visitor,
    Path(key): Path<(String, String)>,
    Query(TurnQuery { after }): Query<TurnQuery>,
) -> Result<Json<TurnPage>, AppError> {
    let library = office.library();
    let mut tx = office.db.snapshot().await?;
    let size = PageSize::try_from(PAGE).unwrap_or_default();
    let found = turns::list(&mut tx, &key, &PageRequest { after, size }).await?;
    if found.items.is_empty() {
        return Err(Refusal::NotFound.into());
    }
    let mut items = Vec::new();
    for turn in &found.items {
        let before = turns::published_before(&mut tx, &key, turn.turn).await?;
        let change = |told: Told| ChangeView { what: told.what, before: told.before, after: told.after };
        items.push(TurnView {
            kind: turn.kind.as_str(),
            version: turn.version.clone(),
            since: turn.since.to_string(),
            word: turn.word.clone(),
            until: turn.until.map(|day| day.to_string()),
            replaced_by: turn.replaced_by.as_ref().map(|(item, handling)| format!("{item}-{handling}")),
            changes: compared(&library, &visitor, turn, before.as_deref())
                .told
                .into_iter()
                .map(change)
                .collect(),
        });
    }
    Ok(Json(TurnPage { items, next: found.next }))
}
