//! Where somebody wants things done (办事地点): chosen level by level or found by name, and kept in a cookie that says
//! nothing but the division.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Redirect, Response};
use codes::divisions::{self, Division};
use kernel::{Actor, Refusal};
use serde::Deserialize;
use store::Purpose;
use web::{AppError, Place, Shell, Visitor, cookie, local_path};

use crate::Room;

const COOKIE: &str = "place";
const YEAR_SECONDS: u64 = 365 * 24 * 3600;
/// The most that a search shows; who finds more types more.
const FOUND_MAX: usize = 50;
const QUERY_CHARACTERS_MAX: usize = 50;

/// The place that a request's cookie names; one that is no division here is none.
pub(crate) fn of(headers: &HeaderMap) -> Option<Place> {
    let division = divisions::find(cookie::read(headers, COOKIE)?)?;
    Some(Place { code: division.code.to_owned(), name: short_name(division.code) })
}

/// `长沙市芙蓉区`: the names from the city down; of the province its own. An unknown code is shown as it is.
pub(crate) fn short_name(code: &str) -> String {
    match divisions::path(code)[..] {
        [] => code.to_owned(),
        [province] => province.name.to_owned(),
        [_, ref rest @ ..] => rest.iter().map(|division| division.name).collect(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// The division whose parts are shown.
    within: String,
    /// A name that is looked for.
    q: String,
    /// Where to go on afterwards.
    back: String,
}

struct Row {
    name: String,
    /// Looking inside it; empty for a village.
    inside: String,
    /// Choosing it.
    choose: String,
}

#[derive(Template)]
#[template(path = "place.html")]
struct PlacePage {
    shell: Shell,
    query: String,
    back: String,
    /// The way from the province to what is shown: name and address.
    path: Vec<(String, String)>,
    /// The division whose parts are shown can be chosen itself; nothing for the province.
    whole: Vec<(String, String)>,
    rows: Vec<Row>,
    /// A search that found more than it shows.
    cut: bool,
    /// Where the visitor lives as their account says: name and address that chooses it.
    home: Vec<(String, String)>,
    /// Forgetting the place; empty where none is chosen.
    forget: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let back = local_path(&asked.back).unwrap_or("/").to_owned();
    let query: String = asked.q.trim().chars().take(QUERY_CHARACTERS_MAX).collect();
    let here = divisions::find(&asked.within).map_or(divisions::PROVINCE, |division| division.code);
    let href = |code: &str| format!("/place?within={code}&back={}", encode(&back));
    let choose = |code: &str| format!("/place/set?code={code}&back={}", encode(&back));
    let row = |division: Division, name: String| Row {
        name,
        inside: match divisions::children(division.code).next() {
            Some(_) => href(division.code),
            None => String::new(),
        },
        choose: choose(division.code),
    };
    let (rows, cut): (Vec<Row>, bool) = if query.is_empty() {
        let rows = divisions::children(here).map(|division| row(division, division.name.to_owned()));
        (rows.collect(), false)
    } else {
        let mut found = divisions::search(&query, FOUND_MAX + 1);
        let cut = found.len() > FOUND_MAX;
        found.truncate(FOUND_MAX);
        (found.into_iter().map(|division| row(division, short_name(division.code))).collect(), cut)
    };
    let mut whole = Vec::new();
    if query.is_empty() && here != divisions::PROVINCE {
        whole.push((visitor.t1("portal-place-whole", "place", short_name(here)), choose(here)));
    }
    let path = if query.is_empty() { divisions::path(here) } else { Vec::new() };
    let home = home(&room, &visitor).await?;
    web::page(&PlacePage {
        path: path.iter().map(|division| (division.name.to_owned(), href(division.code))).collect(),
        whole,
        rows,
        cut,
        home: home.map(|code| (short_name(&code), choose(&code))).into_iter().collect(),
        forget: if visitor.place.is_some() { choose("") } else { String::new() },
        query,
        shell: Shell::new(&visitor, visitor.t("portal-place-title")),
        back,
    })
}

/// Where the visitor lives, if they said when they registered. Whoever acts for an organisation has no home here.
async fn home(room: &Room, visitor: &Visitor) -> Result<Option<String>, Refusal> {
    let Actor::Person(person) = &visitor.actor else { return Ok(None) };
    if person.acting_for.is_some() {
        return Ok(None);
    }
    let purpose = Purpose::new("portal.place", format!("person:{}", person.person));
    let mut tx = room.set.db.snapshot().await?;
    let found = identity::find_person(&mut tx, &room.set.vault, &purpose, person.person, visitor.now).await?;
    tx.rollback().await?;
    let code = found.and_then(|record| record.division).map(|code| code.as_str().to_owned());
    Ok(code.filter(|code| divisions::find(code).is_some()))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    code: String,
    #[serde(default)]
    back: String,
}

/// `/place/set`: keeps the place, or forgets it where no code is given. A link, like the choice of the language: it
/// changes nothing but the visitor's own cookie, and works without script.
pub(crate) async fn set(
    State(room): State<Room>,
    Query(choice): Query<Choice>,
) -> Result<Response, AppError> {
    let (value, age) = if choice.code.is_empty() {
        ("", 0)
    } else {
        (divisions::find(&choice.code).ok_or(Refusal::NotFound)?.code, YEAR_SECONDS)
    };
    let mut response = Redirect::to(local_path(&choice.back).unwrap_or("/")).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie::set(COOKIE, value, Some(age), room.set.secure_cookies) {
        headers.append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// A path as the value of a query: `local_path` has let no other characters through than those of an address.
fn encode(path: &str) -> String {
    path.bytes().fold(String::new(), |text, byte| match byte {
        b'/' | b'-' | b'_' | b'.' => text + &char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => text + &char::from(byte).to_string(),
        byte => text + &format!("%{byte:02X}"),
    })
}
