//! `/my/licences`: the documents of a person, or of the legal person on whose behalf they act (我的证照).

use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use store::page::{Cursor, PageRequest, PageSize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Shell, Visitor, page};

use crate::record::{Licence, State as LicenceState, held_by};
use crate::room::Room;
use crate::view::api::LicenceView;

const HREF: &str = "/my/licences";

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Asked {
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<Cursor>,
    /// Documents on a page, 1 to 100; 20 unless said otherwise.
    #[param(value_type = Option<u32>)]
    size: PageSize,
}

#[derive(Template)]
#[template(path = "mine/list.html")]
struct ListPage {
    shell: Shell,
    licences: Vec<(Licence, LicenceState)>,
    is_for_organisation: bool,
    next: String,
    first: &'static str,
}

pub(crate) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let first = if asked.after.is_some() { HREF } else { "" };
    let request = PageRequest { after: asked.after, size: asked.size };
    let mut tx = room.db.snapshot().await?;
    let found = held_by(&mut tx, person, &request).await?;
    let with_state = |licence: Licence| {
        let state = licence.state(visitor.today());
        (licence, state)
    };
    page(&ListPage {
        shell: Shell::new(&visitor, visitor.t("licences-mine")),
        next: found.next.map_or_else(String::new, |after| format!("{HREF}?after={after}")),
        licences: found.items.into_iter().map(with_state).collect(),
        is_for_organisation: person.legal_person().is_some(),
        first,
    })
}

/// A page of documents.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LicenceList {
    /// The documents.
    items: Vec<LicenceView>,
    /// Where the next page starts; null when this is the last one.
    #[schema(value_type = Option<String>)]
    next: Option<Cursor>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Json<LicenceList>, AppError> {
    let request = PageRequest { after: asked.after, size: asked.size };
    let mut tx = room.db.snapshot().await?;
    let found = held_by(&mut tx, visitor.actor.person()?, &request).await?;
    let found = found.map(|licence| LicenceView::of(&licence, visitor.today(), &room));
    Ok(Json(LicenceList { items: found.items, next: found.next }))
}

pub(crate) fn operation() -> Operation {
    Operation::new("listLicences", "Lists the documents of the person, or of the legal person they act for.")
        .tag("licences")
        .query::<Asked>()
        .returns::<LicenceList>(200, "A page of documents, the latest first.")
}

#[cfg(test)]
mod tests;
