//! Finding in the lists by everyday words (清单检索): one document for each name of an item, kept in memory. Where an item
//! is carried out is asked of the database, for the few that were found.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use codes::DivisionCode;
use search::{Document, Vocabulary, Weight};
use store::{Db, Sql, Tx, vals};
use tokio::sync::watch;

use super::Elements;
use super::record::elements_of;
use crate::Shelf;

/// How often a node asks whether another list was brought in: one row of a short table.
const ASK_EVERY: Duration = Duration::from_secs(5);
/// Rows of one page while the lists are read.
const PAGE: u32 = 2_000;
/// The share of a query that an answer covers; packages are found by the same.
const ANSWER: f64 = 0.5;
/// Names looked at for so many items: an item may be called in several ways.
const NAMES_EACH: usize = 4;

/// Finds items of the lists (清单检索). Clones see the same lists.
#[derive(Debug, Clone)]
pub struct Finder {
    /// Database.
    db: Db,
    /// Other words for the same thing come with the packages.
    shelf: Shelf,
    known: Arc<RwLock<Arc<Known>>>,
}

/// What the lists said when they were last read.
#[derive(Debug, Default)]
struct Known {
    /// Number of imports that were done, and when the last one got on.
    as_of: (i64, i64),
    index: search::Index,
    /// Item and name of each document.
    called: Vec<(String, String)>,
}

/// An item of the lists that answers a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListHit {
    /// 基本编码
    pub(crate) item: String,
    /// What the list calls it.
    pub(crate) name: String,
    /// The nearest body that carries it out for a place.
    pub(crate) nearest: Option<Nearest>,
}

/// The body that carries an item out for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nearest {
    /// `/implementations/{code}` shows it.
    pub(crate) code: String,
    /// 实施主体
    pub(crate) body: String,
    /// 行政区划
    pub(crate) division: String,
}

impl Finder {
    /// A finder that knows nothing until it is refreshed.
    pub fn new(db: Db, shelf: Shelf) -> Self {
        Self { db, shelf, known: Arc::default() }
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Items that answer the query, best first, at most so many; with those who carry them out for a place.
    pub(crate) async fn find(
        &self,
        query: &str,
        place: Option<&str>,
        most: usize,
    ) -> store::Result<Vec<ListHit>> {
        let mut hits = self.named(query, most);
        if let Some(place) = place.and_then(|code| DivisionCode::parse(code).ok())
            && !hits.is_empty()
        {
            let mut tx = self.db.snapshot().await?;
            find_nearest(&mut tx, &place, &mut hits).await?;
            tx.rollback().await?;
        }
        Ok(hits)
    }

    /// Items that answer the query, best first.
    pub(crate) fn named(&self, query: &str, most: usize) -> Vec<ListHit> {
        let known = self.known();
        let found = known.index.find(query, ANSWER, most * NAMES_EACH, &|_| true);
        let mut seen = BTreeSet::new();
        let called = found.hits.iter().filter_map(|hit| known.called.get(hit.document));
        let first = called.filter(|(item, _)| seen.insert(item.as_str()));
        first
            .take(most)
            .map(|(item, name)| ListHit { item: item.clone(), name: name.clone(), nearest: None })
            .collect()
    }

    /// Reads the lists anew when one was brought in since. `true`: one was.
    pub async fn refresh(&self) -> store::Result<bool> {
        let mut tx = self.db.snapshot().await?;
        let as_of = last_import(&mut tx).await?;
        if as_of == self.known().as_of {
            return Ok(false);
        }
        let called = read(&mut tx).await?;
        tx.rollback().await?;
        let vocabulary = self.shelf.now().vocabulary();
        let building = tokio::task::spawn_blocking(move || build(as_of, called, vocabulary));
        let built = building.await.map_err(|error| store::Error::File(std::io::Error::other(error)))?;
        tracing::info!(names = built.called.len(), "the lists can be searched");
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(built);
        Ok(true)
    }

    /// Refreshes every few seconds until `shutdown` says true or its sender is gone.
    pub async fn keep_fresh(self, shutdown: watch::Receiver<bool>) {
        store::refresh_forever(ASK_EVERY, shutdown, "the lists", || self.refresh()).await;
    }
}

async fn last_import(tx: &mut Tx) -> store::Result<(i64, i64)> {
    let sql = "select count(*), coalesce(max(last_at), 0) from directory_imports where state = 'done'";
    let row = tx.fetch_one(sql, vals![]).await?;
    Ok((row.get(0)?, row.get(1)?))
}

/// A name of an item, with other names and topics where the directory says them.
struct Called {
    item: String,
    name: String,
    aliases: Vec<String>,
    topics: Vec<String>,
}

async fn read(tx: &mut Tx) -> store::Result<Vec<Called>> {
    let (mut called, mut after) = (Vec::new(), String::new());
    loop {
        let sql = "select code, name, doc from directory_items where code > $1 and state = '1'
                   order by code limit $2";
        let rows = tx.fetch_all(sql, vals![&after, PAGE]).await?;
        for row in &rows {
            let elements = elements_of(row, 2)?;
            let mut topics = words(&elements, "user_topic_type");
            topics.extend(words(&elements, "corp_topic_type"));
            let aliases = words(&elements, "task_alias");
            called.push(Called { item: row.get(0)?, name: row.get(1)?, aliases, topics });
        }
        let Some(last) = called.last().filter(|_| !rows.is_empty()) else { break };
        after.clone_from(&last.item);
    }
    let directory: BTreeSet<(String, String)> =
        called.iter().map(|one| (one.item.clone(), one.name.clone())).collect();
    let (mut item, mut name) = (String::new(), String::new());
    loop {
        let sql = "select item, name from directory_implementations
                   where state = '1' and name <> '' and (item, name) > ($1, $2)
                   group by item, name order by item, name limit $3";
        let rows = tx.fetch_all(sql, vals![&item, &name, PAGE]).await?;
        for row in &rows {
            (item, name) = (row.get(0)?, row.get(1)?);
            if !directory.contains(&(item.clone(), name.clone())) {
                let (item, name) = (item.clone(), name.clone());
                called.push(Called { item, name, aliases: Vec::new(), topics: Vec::new() });
            }
        }
        if rows.is_empty() {
            return Ok(called);
        }
    }
}

/// The words of an element that holds several.
fn words(elements: &Elements, name: &str) -> Vec<String> {
    let element = Elements::element(name);
    let text = element.map_or_else(String::new, |element| element.words(elements));
    text.split(['、', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn build(as_of: (i64, i64), called: Vec<Called>, vocabulary: Vocabulary) -> Known {
    let document = |one: &Called| {
        let aliases = one.aliases.iter().map(|alias| (alias.clone(), Weight::Alias));
        let topics = one.topics.iter().map(|topic| (topic.clone(), Weight::Body));
        let name = [(one.name.clone(), Weight::Name), (one.item.clone(), Weight::Alias)];
        Document { texts: name.into_iter().chain(aliases).chain(topics).collect() }
    };
    let index = search::Index::new(called.iter().map(document), vocabulary);
    Known { as_of, index, called: called.into_iter().map(|one| (one.item, one.name)).collect() }
}

/// Who carries the items out for a place: in it, or in the nearest division around it.
async fn find_nearest(tx: &mut Tx, place: &DivisionCode, hits: &mut [ListHit]) -> store::Result<()> {
    let mut around = vec![place.to_string()];
    around.extend(place.ancestors().iter().map(ToString::to_string));
    let sql = Sql::Two {
        sqlite: "select item, code, body_name, division from directory_implementations
                 where state = '1' and item in (select value from json_each($1))
                   and division in (select value from json_each($2)) order by code",
        postgres: "select item, code, body_name, division from directory_implementations
                   where state = '1' and item in (select jsonb_array_elements_text(cast($1 as jsonb)))
                     and division in (select jsonb_array_elements_text(cast($2 as jsonb))) order by code",
    };
    let items: Vec<&str> = hits.iter().map(|hit| hit.item.as_str()).collect();
    let rows = tx.fetch_all(sql, vals![serde_json::json!(items), serde_json::json!(around)]).await?;
    let distance = |division: &str| around.iter().position(|code| code == division).unwrap_or(usize::MAX);
    for row in &rows {
        let item: String = row.get(0)?;
        let found = Nearest { code: row.get(1)?, body: row.get(2)?, division: row.get(3)? };
        let Some(hit) = hits.iter_mut().find(|hit| hit.item == item) else { continue };
        let is_nearer =
            hit.nearest.as_ref().is_none_or(|known| distance(&found.division) < distance(&known.division));
        if is_nearer {
            hit.nearest = Some(found);
        }
    }
    Ok(())
}
