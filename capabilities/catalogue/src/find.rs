//! The search page: what answers, why, and what to do when nothing does.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use codes::divisions;
use serde::Deserialize;
use web::{AppError, Choice, Shell, Visitor};

use crate::card::Card;
use crate::room::{pick, with_query};
use crate::{Clientele, Found, Library, Package, Room};
use filter::{Facet, Filter, Takers};

pub(crate) mod filter;

/// Items that are shown where nothing was found.
const POPULAR: usize = 6;
/// Items of one page: why each was found is looked up text by text.
const PAGE: usize = 20;
/// Items of the lists that are shown below those that are handled here.
const LISTED: usize = 20;

/// What is asked. A mistyped filter is none: somebody who searches wants an answer, not a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    /// `people` or `organisations`.
    #[serde(rename = "for")]
    clientele: String,
    /// A code of the national table of item types (事项类型).
    kind: String,
    /// The id of an event of a life or of an organisation.
    topic: String,
    /// The code of a division.
    place: String,
    /// Which page of the items, from 1.
    page: String,
}

impl Asked {
    /// Parameters of this search, as they stand in an address.
    fn pairs(&self) -> [(&'static str, &str); 5] {
        [
            ("q", &self.q),
            ("for", &self.clientele),
            ("topic", &self.topic),
            ("place", &self.place),
            ("kind", &self.kind),
        ]
    }
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    shell: Shell,
    query: String,
    audiences: Vec<Choice>,
    /// Events of people, and of organisations.
    topics: Vec<(String, Vec<Choice>)>,
    places: Vec<(String, Vec<Choice>)>,
    /// Types that are offered, with their names.
    kinds: Vec<Choice>,
    /// Filters that are at work: what each says, and the address without it.
    active: Vec<(String, String)>,
    /// The same words without any filter, and how many items there are then.
    unfiltered: String,
    unfiltered_count: usize,
    found: Vec<Card>,
    /// How many items there are on all pages.
    found_count: usize,
    /// Addresses of the next page and of the first one; empty where there is none.
    next: String,
    first: String,
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

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let library = room.library();
    let bodies = room.bodies();
    let asked = known(asked, &room, &library);
    let filter = Filter {
        clientele: Clientele::parse(&asked.clientele).unwrap_or(Clientele::Any),
        kind: &asked.kind,
        topic: room.topics.iter().find(|topic| topic.id == asked.topic),
        place: &asked.place,
    };
    let mut takers = Takers::new(&bodies);
    let Found { items: all, near, meant, .. } = library.find(&asked.q, &|_| true);
    let items: Vec<Arc<Package>> =
        all.iter().filter(|package| filter.wants(package, &mut takers)).cloned().collect();
    let last = items.len().div_ceil(PAGE).max(1);
    let page = asked.page.parse::<usize>().unwrap_or(1).clamp(1, last);
    let shown = &items[(page - 1) * PAGE..items.len().min(page * PAGE)];
    let to_page = |page: String| address(&[&asked.pairs()[..], &[("page", &page)]].concat());
    let popular = if all.is_empty() { library.popular(POPULAR) } else { Vec::new() };
    let query = asked.q.trim().to_owned();
    let title = if query.is_empty() {
        visitor.t("catalogue-all-title")
    } else {
        visitor.t1("catalogue-search-title", "query", &query)
    };
    let listed = if query.is_empty() || page > 1 {
        Vec::new()
    } else {
        listed(&room, &library, &query, &visitor).await?
    };
    let mut facets = Facets { room: &room, visitor: &visitor, asked: &asked, all: &all, filter, takers };
    let cards = |packages: &[Arc<Package>]| -> Vec<Card> {
        packages.iter().map(|package| found(&library, package, &query, &visitor)).collect()
    };
    web::page(&FindPage {
        shell: Shell::new(&visitor, title),
        audiences: facets.audiences(),
        topics: facets.topics(),
        places: facets.places(),
        kinds: facets.kinds(&library),
        active: facets.active(),
        unfiltered: address(&[("q", &asked.q)]),
        unfiltered_count: all.len(),
        found: cards(shown),
        found_count: items.len(),
        next: if page < last { to_page((page + 1).to_string()) } else { String::new() },
        first: if page > 1 { to_page(String::new()) } else { String::new() },
        meant: meant.unwrap_or_default(),
        near: cards(&near),
        popular: Card::all(&popular, &visitor),
        listed,
        query,
    })
}

/// What the lists know, beside what is handled here.
async fn listed(
    room: &Room,
    library: &Library,
    query: &str,
    visitor: &Visitor,
) -> Result<Vec<Listed>, AppError> {
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

/// What is asked, without filters that are none.
fn known(asked: Asked, room: &Room, library: &Library) -> Asked {
    let or_none = |text: String, is_known: bool| if is_known { text } else { String::new() };
    let has_kind = library.list().any(|package| package.item.kind == asked.kind);
    let has_topic = room.topics.iter().any(|topic| topic.id == asked.topic);
    let has_clientele = ["people", "organisations"].contains(&asked.clientele.as_str());
    let has_place = asked.place != divisions::PROVINCE && divisions::find(&asked.place).is_some();
    Asked {
        q: asked.q,
        clientele: or_none(asked.clientele, has_clientele),
        kind: or_none(asked.kind, has_kind),
        topic: or_none(asked.topic, has_topic),
        place: or_none(asked.place, has_place),
        page: asked.page,
    }
}

/// The search with these parameters; empty ones are left out.
fn address(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<(&str, &str)> =
        pairs.iter().filter(|(_, value)| !value.trim().is_empty()).copied().collect();
    with_query("/search", &pairs)
}

/// The choices of every filter, each with the number of items that would be seen with it.
struct Facets<'a> {
    room: &'a Room,
    visitor: &'a Visitor,
    asked: &'a Asked,
    /// Everything that answers the words.
    all: &'a [Arc<Package>],
    filter: Filter<'a>,
    takers: Takers<'a>,
}

impl Facets<'_> {
    fn count(&mut self, facet: Facet, is_chosen: &dyn Fn(&Package, &mut Takers<'_>) -> bool) -> usize {
        filter::count(self.all, &self.filter, facet, &mut self.takers, is_chosen)
    }

    fn choice(&self, value: &str, name: &str, count: usize, chosen: &str) -> Choice {
        let label = self.visitor.t2("catalogue-filter-count", "name", name, "count", count);
        Choice::new(value, label).chosen_if(value == chosen)
    }

    fn any(&mut self, facet: Facet, key: &str, chosen: &str) -> Choice {
        let count = self.count(facet, &|_, _| true);
        self.choice("", &self.visitor.t(key), count, chosen)
    }

    fn audiences(&mut self) -> Vec<Choice> {
        let chosen = self.asked.clientele.as_str();
        let mut choices = vec![self.any(Facet::Clientele, "catalogue-for-any", chosen)];
        for (value, clientele) in [("people", Clientele::People), ("organisations", Clientele::Organisations)]
        {
            let count = self.count(Facet::Clientele, &|package, _| clientele.may_ask(package));
            let name = self.visitor.t(&format!("catalogue-for-{value}"));
            choices.push(self.choice(value, &name, count, chosen));
        }
        choices
    }

    fn kinds(&mut self, library: &Library) -> Vec<Choice> {
        let mut codes: Vec<&str> = library.list().map(|package| package.item.kind.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let chosen = self.asked.kind.as_str();
        let mut choices = vec![self.any(Facet::Kind, "catalogue-for-any", chosen)];
        for code in codes {
            let count = self.count(Facet::Kind, &|package, _| filter::is_of_kind(package, code));
            let name = self.visitor.t(&format!("catalogue-kind-{code}"));
            choices.extend(seen(self.choice(code, &name, count, chosen), count));
        }
        choices
    }

    fn topics(&mut self) -> Vec<(String, Vec<Choice>)> {
        let chosen = self.asked.topic.as_str();
        let mut groups = vec![(String::new(), vec![self.any(Facet::Topic, "catalogue-filter-all", chosen)])];
        let topics = Arc::clone(&self.room.topics);
        for (people, key) in [(true, "catalogue-for-people"), (false, "catalogue-for-organisations")] {
            let mut choices = Vec::new();
            for topic in topics.iter().filter(|topic| topic.people == people) {
                let count = self.count(Facet::Topic, &|package, _| topic.holds(package));
                let name = pick(self.visitor, &topic.name);
                choices.extend(seen(self.choice(&topic.id, name, count, chosen), count));
            }
            groups.push((self.visitor.t(key), choices));
        }
        groups.retain(|(_, choices)| !choices.is_empty());
        groups
    }

    /// The way from the province to the place that is chosen, what lies inside it, and the visitor's own place.
    fn places(&mut self) -> Vec<(String, Vec<Choice>)> {
        let chosen = self.asked.place.as_str();
        let everywhere = self.any(Facet::Place, "catalogue-filter-everywhere", chosen);
        let mut above = vec![everywhere];
        for division in divisions::path(chosen).into_iter().skip(1) {
            above.push(self.place(division.code, &divisions::full_name(division.code)));
        }
        let mut groups = vec![(String::new(), above)];
        let own = self
            .visitor
            .place
            .as_ref()
            .filter(|own| !divisions::path(chosen).iter().any(|d| d.code == own.code));
        if let Some(own) = own {
            let choice = self.place(&own.code, &own.name);
            groups.push((self.visitor.t("catalogue-filter-own-place"), vec![choice]));
        }
        let around = if chosen.is_empty() { divisions::PROVINCE } else { chosen };
        // Towns have villages, and no body sits in a village.
        if around.len() == divisions::PROVINCE.len() {
            let inside: Vec<Choice> = divisions::children(around)
                .map(|division| self.place(division.code, division.name))
                .collect();
            let name = divisions::name(around).unwrap_or_default();
            groups.push((self.visitor.t1("catalogue-filter-inside", "place", name), inside));
        }
        groups
    }

    fn place(&mut self, code: &str, name: &str) -> Choice {
        let count = self.count(Facet::Place, &|package, takers| takers.take(package, code));
        self.choice(code, name, count, &self.asked.place)
    }

    /// Filters that are at work, each with the address of the same search without it.
    fn active(&self) -> Vec<(String, String)> {
        let asked = self.asked;
        let all = asked.pairs();
        let name = |key: &str, value: &str| match key {
            "for" => self.visitor.t(&format!("catalogue-for-{value}")),
            "topic" => self.filter.topic.map_or("", |topic| pick(self.visitor, &topic.name)).to_owned(),
            "place" => divisions::full_name(value),
            _ => self.visitor.t(&format!("catalogue-kind-{value}")),
        };
        let active = all.iter().filter(|(key, value)| *key != "q" && !value.is_empty());
        let without = |key: &str| -> Vec<(&str, &str)> {
            all.iter().filter(|(other, _)| *other != key).copied().collect()
        };
        active.map(|(key, value)| (name(key, value), address(&without(key)))).collect()
    }
}

/// A choice behind which there is something, or that was made already.
fn seen(choice: Choice, count: usize) -> Option<Choice> {
    (count > 0 || choice.chosen).then_some(choice)
}

/// A card that says why it was found: marks in the name, or another text of the item that answers better.
fn found(library: &Library, package: &Package, query: &str, visitor: &Visitor) -> Card {
    let mut card = Card::new(package, visitor);
    let item = &package.item;
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
