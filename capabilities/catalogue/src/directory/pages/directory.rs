//! `/directory`: the directory list with its filters.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use codes::{ItemType, divisions};
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, Choice, Shell, Visitor, page};

use super::{DIRECTORY, Room, address, named, prefix};
use crate::directory::record::{ItemFilter, Listed, list_items};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) q: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) level: String,
    pub(super) body: String,
    pub(super) division: String,
    pub(super) after: Option<Cursor>,
}

impl Asked {
    pub(super) fn filter(&self) -> ItemFilter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        ItemFilter {
            text: self.q.chars().take(100).filter(|c| *c != '\0').collect(),
            kind: given(&self.kind),
            level: given(&self.level),
            body: given(&self.body).map(|body| body.to_ascii_uppercase()),
            division: prefix(&self.division),
        }
    }
}

struct Row {
    code: String,
    name: String,
    kind: String,
    levels: String,
    state: String,
    is_in_use: bool,
}

#[derive(Template)]
#[template(path = "directory/pages/directory.html")]
struct DirectoryPage {
    shell: Shell,
    words: String,
    body: String,
    kinds: Vec<Choice>,
    levels: Vec<Choice>,
    divisions: Vec<Choice>,
    rows: Vec<Row>,
    next: String,
    first: String,
    may_manage: bool,
}

/// Levels on which a body of the province can carry an item out.
pub(super) fn level_choices(visitor: &Visitor, chosen: &str) -> Vec<Choice> {
    ["2", "3", "4", "5", "6"]
        .map(|level| Choice::new(level, named(visitor, "use_level", level)).chosen_if(level == chosen))
        .to_vec()
}

/// The province, its cities, and what lies in the chosen one.
pub(super) fn division_choices(chosen: &str) -> Vec<Choice> {
    let path = divisions::path(chosen);
    let mut choices: Vec<Choice> = Vec::new();
    let around =
        if path.is_empty() { divisions::find(divisions::PROVINCE).into_iter().collect() } else { path };
    for division in &around {
        choices.push(Choice::new(division.code, divisions::full_name(division.code)));
    }
    if let Some(nearest) = around.last() {
        choices.extend(divisions::children(nearest.code).map(|inner| Choice::new(inner.code, inner.name)));
    }
    if around.len() > 1 {
        let siblings = divisions::children(divisions::PROVINCE).filter(|city| city.code != around[1].code);
        choices.extend(siblings.map(|city| Choice::new(city.code, city.name)));
    }
    choices
        .into_iter()
        .map(|choice| {
            let is = choice.value == chosen;
            choice.chosen_if(is)
        })
        .collect()
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let is_first = asked.after.is_none();
    let request = PageRequest { after: asked.after.clone(), ..PageRequest::default() };
    let found = list_items(&mut tx, &asked.filter(), &request).await?;
    let values = [
        ("q", asked.q.as_str()),
        ("type", &asked.kind),
        ("level", &asked.level),
        ("body", &asked.body),
        ("division", &asked.division),
    ];
    let first = address(DIRECTORY, &values);
    let next = found.next.map_or_else(String::new, |next| {
        let next = next.to_string();
        address(DIRECTORY, &[&values[..], &[("after", &next)]].concat())
    });
    let kinds = ItemType::ALL.iter().filter_map(|kind| Some((kind.code()?, kind.name()?)));
    page(&DirectoryPage {
        shell: Shell::new(&visitor, visitor.t("directory-title")),
        kinds: kinds.map(|(code, name)| Choice::new(code, name).chosen_if(code == asked.kind)).collect(),
        levels: level_choices(&visitor, &asked.level),
        divisions: division_choices(&asked.division),
        rows: found.items.iter().map(|row| shown(&visitor, row)).collect(),
        next,
        may_manage: visitor.actor.may(super::MANAGE),
        first: if is_first { String::new() } else { first },
        words: asked.q,
        body: asked.body,
    })
}

fn shown(visitor: &Visitor, row: &Listed) -> Row {
    let levels: Vec<String> = row
        .level
        .split(',')
        .filter(|level| !level.is_empty())
        .map(|level| named(visitor, "use_level", level))
        .collect();
    Row {
        kind: named(visitor, "task_type", row.code.get(2..4).unwrap_or_default()),
        levels: levels.join("、"),
        state: named(visitor, "task_state", &row.state),
        is_in_use: row.state == "1",
        code: row.code.clone(),
        name: row.name.clone(),
    }
}
