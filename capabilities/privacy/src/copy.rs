//! `/my/data`: what a person can do about their data, and the copy of it to take along (个人信息保护法 §45): a ZIP with one
//! file for programs and one for people. Each room that keeps something gives its part; the platform joins them.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::pin::Pin;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::ToSpan as _;
use kernel::{PersonActor, PersonId, Refusal, Timestamp};
use serde_json::{Map, Value, json};
use store::access_log::{self, Wanted};
use store::page::{PageRequest, PageSize};
use store::{Purpose, Tx};
use web::{AppError, Nothing, PostForm, Shell, Visitor};
use zip::write::SimpleFileOptions;

use crate::{Room, words};

/// Copies that somebody may take in a day: it opens everything, and costs as much.
const A_DAY: usize = 3;
const DAY_SECONDS: i64 = 86_400;
/// What the look is called that a copy leaves behind.
const PURPOSE: &str = "privacy.copy";
/// The part that this room gives itself.
const LOOKS: &str = "looks";
/// As in the file of looks: more than anybody's.
const LOOKS_MAX: usize = 5000;

/// One thing in a part of the copy: names of fields and what they hold, in the order in which people read them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry(Vec<(&'static str, Value)>);

impl Entry {
    /// Adds a field; the words for it are `privacy-copy-field-…`.
    #[must_use]
    pub fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((field, value.into()));
        self
    }
}

/// For whom a part is made.
#[derive(Clone)]
pub struct Asker {
    /// The person, under their own hat.
    pub person: PersonActor,
    /// The visit, for words in their language.
    pub visitor: Visitor,
}

/// A part that is being read.
pub type Reading = Pin<Box<dyn Future<Output = Result<Vec<Entry>, Refusal>> + Send>>;

/// What one room gives to the copy.
#[derive(Clone)]
pub struct Source {
    /// Its name; the heading is `privacy-copy-…`.
    pub name: &'static str,
    /// Reads it.
    pub read: Arc<dyn Fn(Asker) -> Reading + Send + Sync>,
}

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    shell: Shell,
    /// What the copy holds.
    parts: Vec<String>,
    left: usize,
}

pub(crate) async fn show(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    let me = visitor.actor.person()?;
    let mut tx = room.db().snapshot().await?;
    let taken = taken(&mut tx, me, visitor.now).await?.len();
    tx.rollback().await?;
    let shell = Shell::new(&visitor, visitor.t("privacy-data-title"));
    let parts = room.copies.iter().map(|source| source.name).chain([LOOKS]);
    web::page(&DataPage {
        parts: parts.map(|name| heading(&visitor, name)).collect(),
        left: A_DAY.saturating_sub(taken),
        shell: shell.crumb(visitor.t("privacy-my-account"), "/my/account"),
    })
}

fn heading(visitor: &Visitor, name: &str) -> String {
    visitor.t(&format!("privacy-copy-{name}"))
}

/// When copies were taken in the last day, the latest first.
async fn taken(tx: &mut Tx, me: &PersonActor, now: Timestamp) -> store::Result<Vec<Timestamp>> {
    let own = format!("person:{}", me.person);
    let wanted = Wanted {
        subject: Some(own.clone()),
        by: Some(own),
        from: now.checked_sub(DAY_SECONDS.seconds()).ok(),
        ..Wanted::default()
    };
    let request = PageRequest { after: None, size: PageSize::try_from(100).unwrap_or_default() };
    let looks = access_log::list_wanted(tx, &wanted, &request).await?.items;
    Ok(looks.into_iter().filter(|look| look.purpose == PURPOSE).map(|look| look.at).collect())
}

/// Gives the copy to whoever has just proved that it is them.
pub(crate) async fn take(
    State(room): State<Room>,
    visitor: Visitor,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Response, AppError> {
    let me = visitor.actor.person()?.clone();
    // Counted and noted before anything is opened.
    let mut tx = room.db().begin().await?;
    if !identity::has_just_proved(&mut tx, &visitor).await? {
        return Ok(identity::to_proof("/my/data"));
    }
    let subject = format!("person:{}", me.person);
    access_log::record(
        &mut tx,
        &Purpose::new("privacy.copy", &subject),
        &subject,
        "identity.person",
        visitor.now,
    )
    .await?;
    let taken = taken(&mut tx, &me, visitor.now).await?;
    if taken.len() > A_DAY {
        let first = taken.get(A_DAY).copied().unwrap_or(visitor.now);
        let wait = DAY_SECONDS - (visitor.now.as_second() - first.as_second());
        return Err(Refusal::TooMany(u64::try_from(wait.max(1)).unwrap_or(1)).into());
    }
    tx.commit().await?;
    let person_id = me.person;
    let person = PersonActor { acting_for: None, ..me };
    let asker = Asker { person, visitor: visitor.clone() };
    let mut parts = Vec::new();
    for source in room.copies.iter() {
        parts.push((source.name, (source.read)(asker.clone()).await?));
    }
    parts.push((LOOKS, looks(&room, &visitor, person_id).await?));
    let bytes = packed(&visitor, &parts).map_err(Refusal::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.zip\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

/// Looks at the data of the account, and of those that became part of it.
async fn looks(room: &Room, visitor: &Visitor, person: PersonId) -> Result<Vec<Entry>, Refusal> {
    let mut tx = room.db().snapshot().await?;
    let mut entries = Vec::new();
    for subject in identity::on_record_as(&mut tx, person).await? {
        looks_at(&mut tx, room, visitor, subject, &mut entries).await?;
    }
    Ok(entries)
}

async fn looks_at(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    subject: String,
    entries: &mut Vec<Entry>,
) -> Result<(), Refusal> {
    let mut request = PageRequest { after: None, size: PageSize::try_from(100).unwrap_or_default() };
    let wanted = Wanted { subject: Some(subject), told_at: Some(visitor.now), ..Wanted::default() };
    loop {
        let page = access_log::list_wanted(tx, &wanted, &request).await?;
        let systems = words::systems(tx, visitor, &page.items).await?;
        entries.extend(page.items.iter().map(|look| {
            Entry::default()
                .with("at", look.at.to_string())
                .with("by", words::looker(room, visitor, look, &systems))
                .with("purpose", visitor.t(&words::purpose_key(&look.purpose)))
                .with("seen", visitor.t(&words::field_key(&look.field)))
        }));
        match page.next {
            Some(next) if entries.len() < LOOKS_MAX => request.after = Some(next),
            Some(_) | None => return Ok(()),
        }
    }
}

type Part = (&'static str, Vec<Entry>);

fn packed(visitor: &Visitor, parts: &[Part]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let files =
        [("my-data.json", for_programs(visitor, parts)), ("my-data.html", for_people(visitor, parts))];
    for (name, text) in files {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn for_programs(visitor: &Visitor, parts: &[Part]) -> String {
    let entry = |entry: &Entry| {
        let fields = entry.0.iter().map(|(field, value)| ((*field).to_owned(), value.clone()));
        Value::Object(fields.collect())
    };
    let mut data: Map<String, Value> = Map::new();
    for (name, entries) in parts {
        data.insert((*name).to_owned(), entries.iter().map(entry).collect());
    }
    let whole = json!({"format": "tongban-my-data/1", "made_at": visitor.now.to_string(), "data": data});
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}

/// A page of its own: no script, no style, nothing from anywhere.
fn for_people(visitor: &Visitor, parts: &[Part]) -> String {
    let title = escaped(&visitor.t("privacy-copy-title"));
    let lang = visitor.lang.tag();
    let mut text = format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body>\n<h1>{title}</h1>\n<p>{}</p>\n",
        escaped(&visitor.t1("privacy-copy-made", "when", visitor.datetime(visitor.now)))
    );
    for (name, entries) in parts {
        let _infallible = writeln!(text, "<h2>{}</h2>", escaped(&heading(visitor, name)));
        if entries.is_empty() {
            let _infallible = writeln!(text, "<p>{}</p>", escaped(&visitor.t("privacy-copy-nothing")));
        }
        for Entry(fields) in entries {
            text.push_str("<dl>\n");
            for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                let label = visitor.t(&format!("privacy-copy-field-{}", field.replace('_', "-")));
                let _infallible = writeln!(text, "<dt>{}</dt><dd>{}</dd>", escaped(&label), shown(value));
            }
            text.push_str("</dl>\n");
        }
    }
    text.push_str("</body></html>\n");
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => escaped(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(list) => {
            let lines: Vec<String> = list.iter().map(|one| format!("<li>{}</li>", shown(one))).collect();
            format!("<ul>{}</ul>", lines.concat())
        }
        Value::Object(fields) => {
            let pairs = fields.iter().map(|(name, value)| format!("{}: {}", escaped(name), shown(value)));
            pairs.collect::<Vec<_>>().join("; ")
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
