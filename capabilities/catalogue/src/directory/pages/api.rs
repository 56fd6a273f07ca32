//! The lists for machines.

use axum::Json;
use axum::extract::{Path, Query, State};
use codes::ItemCode;
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::page::{Cursor, Page, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation};

use super::implementation::around;
use super::{Room, prefix};
use crate::directory::record::{
    ImplementationFilter, ItemFilter, Published, find_implementation, find_item, list_implementations,
    list_items, list_published,
};
use crate::directory::{Elements, Listed};

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DirectoryRows)]
pub(super) struct Rows {
    items: Vec<Listed>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

impl From<Page<Listed>> for Rows {
    fn from(page: Page<Listed>) -> Self {
        Self { items: page.items, next: page.next }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(super) struct Asked {
    /// Part of the name or of the code; for the directory list.
    q: String,
    /// 基本编码; for implementations.
    item: String,
    /// 事项类型, a code; for the directory list.
    #[serde(rename = "type")]
    kind: String,
    /// 行使层级, a code.
    level: String,
    /// 统一社会信用代码 of the body; for the directory list.
    body: String,
    /// 行政区划: everything in it.
    division: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Rows on a page, 1 to 100; 20 unless said otherwise.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

impl Asked {
    fn request(&self) -> PageRequest {
        PageRequest { after: self.after.clone(), size: self.size }
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_ascii_uppercase()).filter(|text| !text.is_empty() && !text.contains('\0'))
}

pub(super) fn items_operation() -> Operation {
    Operation::new("listDirectoryItems", "Lists the items of the directory list (目录清单), by code.")
        .tag("directory")
        .query::<Asked>()
        .returns::<Rows>(200, "A page of items.")
}

pub(super) async fn items(
    State(room): State<Room>,
    Query(asked): Query<Asked>,
) -> Result<Json<Rows>, AppError> {
    let filter = ItemFilter {
        text: asked.q.replace('\0', ""),
        kind: given(&asked.kind),
        level: given(&asked.level),
        body: given(&asked.body),
        division: prefix(&asked.division),
    };
    let mut tx = room.db.snapshot().await?;
    Ok(Json(list_items(&mut tx, &filter, &asked.request()).await?.into()))
}

/// One row, whole.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DirectoryElements)]
pub(super) struct Whole {
    /// The elements by the names of GB/T 39554.
    #[schema(value_type = Object)]
    elements: Value,
    /// Of an implementation: what the directory list says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    directory: Option<Value>,
    /// Of an implementation: what the level above says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    above: Option<Value>,
}

fn value(elements: &Elements) -> Result<Value, Refusal> {
    serde_json::to_value(elements).map_err(Refusal::internal)
}

pub(super) fn item_operation() -> Operation {
    Operation::new("getDirectoryItem", "Gives an item of the directory list with all its elements.")
        .tag("directory")
        .path_param("code", "基本编码, 12 characters")
        .returns::<Whole>(200, "The item.")
}

pub(super) async fn item(
    State(room): State<Room>,
    Path(code): Path<String>,
) -> Result<Json<Whole>, AppError> {
    let code = ItemCode::parse(&code).map_err(|_form| Refusal::NotFound)?;
    let mut tx = room.db.snapshot().await?;
    let (elements, _since) = find_item(&mut tx, code.as_str()).await?.ok_or(Refusal::NotFound)?;
    Ok(Json(Whole { elements: value(&elements)?, directory: None, above: None }))
}

pub(super) fn implementations_operation() -> Operation {
    Operation::new("listImplementations", "Lists implementations (实施清单) of an item or of a division.")
        .tag("directory")
        .query::<Asked>()
        .returns::<Rows>(200, "A page of implementations.")
}

pub(super) async fn implementations(
    State(room): State<Room>,
    Query(asked): Query<Asked>,
) -> Result<Json<Rows>, AppError> {
    let filter = ImplementationFilter {
        item: given(&asked.item),
        division: prefix(&asked.division),
        level: given(&asked.level),
    };
    let mut tx = room.db.snapshot().await?;
    Ok(Json(list_implementations(&mut tx, &filter, &asked.request()).await?.into()))
}

pub(super) fn implementation_operation() -> Operation {
    Operation::new(
        "getImplementation",
        "Gives an implementation beside the directory list and the level above.",
    )
    .tag("directory")
    .path_param("code", "业务办理项编码 (33) or 实施编码 (31)")
    .returns::<Whole>(200, "The implementation.")
}

pub(super) async fn implementation(
    State(room): State<Room>,
    Path(code): Path<String>,
) -> Result<Json<Whole>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let code = given(&code).ok_or(Refusal::NotFound)?;
    let (found, _since) = find_implementation(&mut tx, &code).await?.ok_or(Refusal::NotFound)?;
    let beside = around(&mut tx, &found).await?;
    Ok(Json(Whole {
        elements: value(&found.elements)?,
        directory: Some(value(&beside.directory)?),
        above: beside.above.as_ref().map(|above| value(&above.elements)).transpose()?,
    }))
}

pub(super) fn published_operation() -> Operation {
    Operation::new(
        "listPublished",
        "Gives a published list: 网上办, 马上办, 就近办, 一次办, 最多跑一次, 证明, 中介服务.",
    )
    .tag("directory")
    .path_param("name", "online, at-once, nearby, in-one-go, one-visit, proofs, intermediaries")
    .query::<Asked>()
    .returns::<Rows>(200, "A page of implementations.")
}

pub(super) async fn published(
    State(room): State<Room>,
    Path(name): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<Rows>, AppError> {
    let list = Published::from_word(&name).ok_or(Refusal::NotFound)?;
    let mut tx = room.db.snapshot().await?;
    let found = list_published(&mut tx, list, prefix(&asked.division).as_deref(), &asked.request()).await?;
    Ok(Json(found.into()))
}
