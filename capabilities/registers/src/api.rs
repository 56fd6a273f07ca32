//! Registers for machines.

use axum::Json;
use axum::extract::{Path, Query, State};
use jiff::civil::Date;
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation};

use crate::search::{find_last, search};
use crate::{Entry, KNOWN, Room};

/// An entry of a public register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisterEntry {
    /// The register.
    register: String,
    /// The subject's code, such as a unified social credit code (统一社会信用代码).
    code: String,
    /// The subject's name.
    name: String,
    /// 1 for the first entry, raised by one with each change.
    version: i64,
    /// `in-force`, or `ended` (已注销).
    state: &'static str,
    /// The day from which it holds, or from which it has ended.
    #[schema(value_type = String, format = Date)]
    since: Date,
    /// Why it ended, in Chinese; null while it holds.
    ended_for: Option<String>,
    /// What is registered. In `social-organisations`: name, uscc, legal_representative, address, funds (fen), purpose,
    /// business_scope, activity_area, body_in_charge, registered_on, registrar.
    #[schema(value_type = Object)]
    data: Value,
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisterEntries {
    /// The entries.
    items: Vec<RegisterEntry>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Asked {
    /// Part of the name, or the beginning of the code.
    q: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Entries on a page, 1 to 100; 20 unless said otherwise.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

fn view(entry: Entry) -> RegisterEntry {
    RegisterEntry {
        register: entry.register,
        code: entry.subject_code,
        name: entry.name,
        version: entry.version,
        state: if entry.ended.is_some() { "ended" } else { "in-force" },
        since: entry.since,
        ended_for: entry.ended.map(|reason| reason.zh),
        data: entry.data,
    }
}

fn known(register: &str) -> Result<(), Refusal> {
    if KNOWN.contains(&register) { Ok(()) } else { Err(Refusal::NotFound) }
}

pub(crate) async fn list(
    State(room): State<Room>,
    Path(register): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Json<RegisterEntries>, AppError> {
    known(&register)?;
    let request = PageRequest { after: asked.after, size: asked.size };
    let mut tx = room.db.snapshot().await?;
    let found = search(&mut tx, &register, &asked.q, &request).await?.map(view);
    Ok(Json(RegisterEntries { items: found.items, next: found.next }))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listRegisterEntries", "Lists the entries of a public register, the latest first.")
        .description("The last version of each entry is listed, also of one that has ended.")
        .tag("registers")
        .path_param("register", "The register, such as `social-organisations`.")
        .query::<Asked>()
        .returns::<RegisterEntries>(200, "A page of entries.")
}

pub(crate) async fn show(
    State(room): State<Room>,
    Path((register, code)): Path<(String, String)>,
) -> Result<Json<RegisterEntry>, AppError> {
    known(&register)?;
    let mut tx = room.db.snapshot().await?;
    let entry = find_last(&mut tx, &register, &code.to_ascii_uppercase()).await?;
    Ok(Json(view(entry.ok_or(Refusal::NotFound)?)))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getRegisterEntry", "Gives the last version of a subject's entry.")
        .tag("registers")
        .path_param("register", "The register, such as `social-organisations`.")
        .path_param("code", "The subject's code.")
        .returns::<RegisterEntry>(200, "The entry.")
}
