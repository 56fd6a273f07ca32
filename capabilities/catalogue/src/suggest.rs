//! Suggestions while typing (搜索联想): the names of the few items that answer what is typed so far.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, VARY};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{AppError, Operation, Visitor};

use crate::Room;
use crate::directory::ListHit;
use crate::room::pick;

/// Suggestions that are shown at once; more is a list to read.
const SUGGESTED: usize = 8;

/// What is asked.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(crate) struct Typed {
    /// What is typed so far; everyday words, pinyin or first letters.
    q: String,
}

/// Items that may be meant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SearchSuggestions)]
pub(crate) struct Suggestions {
    /// Best first, at most eight.
    suggestions: Vec<Suggestion>,
}

/// An item that may be meant.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SearchSuggestion)]
pub(crate) struct Suggestion {
    /// Name, in the visitor's language.
    name: String,
    /// Where its guide is.
    href: String,
}

pub(crate) fn operation() -> Operation {
    Operation::new("suggestItems", "Suggestions while typing")
        .description("The items that answer what is typed so far. May be kept for five minutes.")
        .tag("items")
        .query::<Typed>()
        .returns::<Suggestions>(200, "at most eight items, best first")
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(typed): Query<Typed>,
) -> Result<Response, AppError> {
    let library = room.library();
    let found = library.find(&typed.q, &|_| true);
    let found = if found.asks_nothing { Vec::new() } else { found.items };
    let suggestion = |package: &std::sync::Arc<crate::Package>| Suggestion {
        name: pick(&visitor, &package.item.name).to_owned(),
        href: package.guide_href(),
    };
    let mut suggestions: Vec<Suggestion> = found.iter().take(SUGGESTED).map(suggestion).collect();
    // Where little is handled here, what the lists say others do.
    if !typed.q.trim().is_empty() && suggestions.len() < SUGGESTED {
        let listed = room.lists.named(&typed.q, SUGGESTED);
        let elsewhere = listed.into_iter().filter(|hit| library.first_of(&hit.item).is_none());
        let suggestion =
            |hit: ListHit| Suggestion { href: format!("/directory/{}", hit.item), name: hit.name };
        suggestions.extend(elsewhere.take(SUGGESTED - suggestions.len()).map(suggestion));
    }
    let mut response = Json(Suggestions { suggestions }).into_response();
    // The same for everybody who reads this language; what is typed again need not be asked again.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=300"));
    response.headers_mut().insert(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    Ok(response)
}
