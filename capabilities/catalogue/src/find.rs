//! The search page.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use web::{AppError, Shell, Visitor};

use crate::card::Card;
use crate::{Clientele, Room};

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    /// `people` or `organisations`.
    #[serde(default, rename = "for")]
    clientele: String,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    shell: Shell,
    query: String,
    clientele: String,
    found: Vec<Card>,
    /// Shown instead when nothing was found.
    all: Vec<Card>,
}

impl FindPage {
    fn is_chosen(&self, clientele: &str) -> bool {
        self.clientele == clientele
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    // A mistyped filter is none: somebody who searches wants an answer, not a rule.
    let clientele = Clientele::parse(&asked.clientele).unwrap_or(Clientele::Any);
    let found = room.library.search(&asked.q, clientele);
    let all = if found.is_empty() { room.library.search("", Clientele::Any) } else { Vec::new() };
    let query = asked.q.trim().to_owned();
    let title = if query.is_empty() {
        visitor.t("catalogue-all-title")
    } else {
        visitor.t1("catalogue-search-title", "query", &query)
    };
    web::page(&FindPage {
        shell: Shell::new(&visitor, title),
        query,
        clientele: asked.clientele,
        found: Card::all(&found, &visitor),
        all: Card::all(&all, &visitor),
    })
}
