//! The search page: what answers, why, and what to do when nothing does.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use web::{AppError, Shell, Visitor};

use crate::card::Card;
use crate::room::pick;
use crate::{Clientele, Found, Package, Room};

/// Items that are shown where nothing was found.
const POPULAR: usize = 6;
/// Items of the lists that are shown below those that are handled here.
const LISTED: usize = 20;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
    /// `people` or `organisations`.
    #[serde(default, rename = "for")]
    clientele: String,
    /// A code of the national table of item types (事项类型).
    #[serde(default)]
    kind: String,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    shell: Shell,
    query: String,
    clientele: String,
    kind: String,
    /// Types that are offered, with their names.
    kinds: Vec<(String, String)>,
    found: Vec<Card>,
    /// What may have been meant.
    meant: String,
    /// Shown instead when nothing was found.
    near: Vec<Card>,
    popular: Vec<Card>,
    /// What other bodies do, as the lists say.
    listed: Vec<Listed>,
}

/// An item of the lists.
struct Listed {
    href: String,
    pieces: Vec<Piece>,
    /// Who carries it out for the place that was chosen: address, body and place.
    nearest: Vec<(String, String)>,
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
    let library = room.library();
    let kinds = kinds(&room, &visitor);
    let kind = if kinds.iter().any(|(code, _)| *code == asked.kind) { asked.kind } else { String::new() };
    let keep = |package: &Package| {
        clientele.may_ask(package) && (kind.is_empty() || (package.item.kind == kind && !package.is_bundle()))
    };
    let Found { items, near, meant, .. } = library.find(&asked.q, &keep);
    let popular = if items.is_empty() { library.popular(POPULAR) } else { Vec::new() };
    let query = asked.q.trim().to_owned();
    let title = if query.is_empty() {
        visitor.t("catalogue-all-title")
    } else {
        visitor.t1("catalogue-search-title", "query", &query)
    };
    let listed = if query.is_empty() { Vec::new() } else { listed(&room, &query, &visitor).await? };
    let cards = |packages: &[Arc<Package>]| -> Vec<Card> {
        packages.iter().map(|package| found(&room, package, &query, &visitor)).collect()
    };
    web::page(&FindPage {
        shell: Shell::new(&visitor, title),
        clientele: asked.clientele,
        kind: kind.clone(),
        kinds,
        found: cards(&items),
        meant: meant.unwrap_or_default(),
        near: cards(&near),
        popular: Card::all(&popular, &visitor),
        listed,
        query,
    })
}

/// What the lists know, beside what is handled here.
async fn listed(room: &Room, query: &str, visitor: &Visitor) -> Result<Vec<Listed>, AppError> {
    let library = room.library();
    let place = visitor.place.as_ref().map(|place| place.code.as_str());
    let hits = room.lists.find(query, place, LISTED).await?;
    let elsewhere = hits.into_iter().filter(|hit| library.first_of(&hit.item).is_none());
    let listed = elsewhere.map(|hit| Listed {
        href: format!("/directory/{}", hit.item),
        pieces: pieces(&hit.name, &library.marks(query, &hit.name)),
        nearest: hit
            .nearest
            .map(|nearest| (format!("/implementations/{}", nearest.code), nearest.body))
            .into_iter()
            .collect(),
    });
    Ok(listed.collect())
}

/// Types of the items that are offered.
fn kinds(room: &Room, visitor: &Visitor) -> Vec<(String, String)> {
    let library = room.library();
    let mut codes: Vec<&str> = library.list().map(|package| package.item.kind.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.into_iter().map(|code| (code.to_owned(), visitor.t(&format!("catalogue-kind-{code}")))).collect()
}

/// A card that says why it was found: marks in the name, or another text of the item that answers better.
fn found(room: &Room, package: &Package, query: &str, visitor: &Visitor) -> Card {
    let mut card = Card::new(package, visitor);
    let item = &package.item;
    let library = room.library();
    let marks = |text: &str| library.marks(query, text);
    let answers =
        |text: &str| marks(text).iter().map(|range| text[range.clone()].chars().count()).sum::<usize>();
    card.pieces = pieces(&card.name, &marks(&card.name));
    let keywords = item.keywords.iter().map(String::as_str);
    let questions = item.faq.iter().map(|question| pick(visitor, &question.q));
    let materials = crate::attached(package).map(|material| pick(visitor, &material.name));
    let conditions = item.conditions.iter().map(|words| pick(visitor, words));
    let mut best = (answers(&card.name), "");
    for text in
        keywords.chain([pick(visitor, &item.summary)]).chain(questions).chain(conditions).chain(materials)
    {
        let answered = answers(text);
        if answered > best.0 {
            best = (answered, text);
        }
    }
    if best.1 == pick(visitor, &item.summary) {
        card.summary_pieces = pieces(best.1, &marks(best.1));
    } else if !best.1.is_empty() {
        card.why = pieces(best.1, &marks(best.1));
    }
    card
}

/// A piece of a text, marked where it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) hit: bool,
}

/// A text cut at its marks.
pub(crate) fn pieces(text: &str, marks: &[std::ops::Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |part: &str, hit| {
        if !part.is_empty() {
            pieces.push(Piece { text: part.to_owned(), hit });
        }
    };
    for range in marks {
        push(&text[at..range.start], false);
        push(&text[range.clone()], true);
        at = range.end;
    }
    push(&text[at..], false);
    pieces
}
