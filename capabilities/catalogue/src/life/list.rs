//! `/desk/catalogue`: all items with their state and what is being changed.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use web::{AppError, Choice, Shell, Visitor, page};

use super::http::{HREF, item_href};
use super::{Office, record};

/// Items on a page.
const PAGE: usize = 50;
/// What the filter offers, in the order of an item's life.
const STATES: [&str; 7] = ["in-force", "suspended", "cancelled", "new", "draft", "checked", "approved"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    state: String,
    after: String,
}

struct Row {
    name: String,
    code: String,
    version: String,
    href: String,
    stand: &'static str,
    stand_word: String,
    /// State of its open change; empty where there is none.
    change: String,
    change_word: String,
}

#[derive(Template)]
#[template(path = "life/list.html")]
struct ListPage {
    shell: Shell,
    query: String,
    states: Vec<Choice>,
    rows: Vec<Row>,
    next: String,
    first: String,
    waiting: usize,
}

pub(crate) async fn show(
    State(office): State<Office>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let open = record::list_open(&mut office.db.snapshot().await?).await?;
    let waiting = open.iter().filter(|open| open.state == super::State::Checked).count();
    let library = office.library();
    let mut rows: BTreeMap<String, (Row, String)> = BTreeMap::new();
    for (key, package) in library.everything() {
        let stand = if library.current(&key.0, &key.1).is_none() {
            "cancelled"
        } else if library.suspended(&key.0, &key.1).is_some() {
            "suspended"
        } else {
            "in-force"
        };
        let name = &package.item.name;
        let words = format!("{} {} {}", name.zh, name.en.to_lowercase(), package.item.keywords.join(" "));
        let row = row(&visitor, key, (&name.zh, &name.en), &package.reference.version, stand);
        rows.insert(row.code.clone(), (row, words));
    }
    for open in &open {
        let (key, name) = (&open.key, (open.name.0.as_str(), open.name.1.as_str()));
        let words = format!("{} {}", name.0, name.1.to_lowercase());
        let new = row(&visitor, key, name, &open.version, "new");
        let (row, _words) = rows.entry(new.code.clone()).or_insert((new, words));
        open.state.as_str().clone_into(&mut row.change);
        row.change_word = visitor.t(&format!("catalogue-state-{}", open.state.as_str()));
    }
    let query = asked.q.trim().to_lowercase();
    let found = rows.into_values().filter(|(row, words)| {
        let said = query.is_empty() || words.contains(&query) || row.code.to_lowercase().contains(&query);
        said && (asked.state.is_empty() || row.stand == asked.state || row.change == asked.state)
    });
    let mut rows: Vec<Row> =
        found.map(|(row, _)| row).filter(|row| row.code > asked.after).take(PAGE + 1).collect();
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let state = |state: &&str| {
        Choice::new(*state, visitor.t(&format!("catalogue-filter-{state}"))).chosen_if(asked.state == *state)
    };
    let address = |after: &str| {
        let fields = [("q", asked.q.as_str()), ("state", asked.state.as_str()), ("after", after)];
        format!("{HREF}?{}", serde_urlencoded::to_string(fields).unwrap_or_default())
    };
    page(&ListPage {
        shell: Shell::new(&visitor, visitor.t("catalogue-desk-title")).crumb(visitor.t("web-desk"), "/desk"),
        states: STATES.iter().map(state).collect(),
        next: rows.last().filter(|_| has_more).map_or_else(String::new, |last| address(&last.code)),
        first: if asked.after.is_empty() { String::new() } else { address("") },
        query: asked.q,
        rows,
        waiting,
    })
}

fn row(
    visitor: &Visitor,
    key: &(String, String),
    name: (&str, &str),
    version: &str,
    stand: &'static str,
) -> Row {
    Row {
        name: visitor.pick(name.0, name.1).to_owned(),
        code: format!("{}-{}", key.0, key.1),
        version: version.to_owned(),
        href: item_href(key),
        stand,
        stand_word: visitor.t(&format!("catalogue-stand-{stand}")),
        change: String::new(),
        change_word: String::new(),
    }
}
