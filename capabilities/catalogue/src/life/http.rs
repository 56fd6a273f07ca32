//! `/desk/catalogue`: one item with its life, and one change with what can be done with it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use cases::TypeRef;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use kernel::{Refusal, RevisionId, Timestamp};
use serde::Deserialize;
use store::page::{Cursor, PageRequest};
use web::{AppError, FormErrors, PostForm, Shell, Visitor, page, page_with_status};

use super::compare::{self, Told};
use super::lines::{self, Line};
use super::record::{self, Revision, State as Stage};
use super::{By, LifeError, Office};
use crate::edit::sections::Section;
use crate::edit::zip;
use crate::package::Texts;
use crate::turns::{self, Turn};
use crate::{Fault, versions};

pub(crate) const HREF: &str = "/desk/catalogue";

type Key = (String, String);

pub(crate) fn item_href((item, handling): &Key) -> String {
    format!("{HREF}/items/{item}/{handling}")
}

pub(crate) fn revision_href(id: RevisionId) -> String {
    format!("{HREF}/revisions/{id}")
}

pub(crate) fn by(visitor: &Visitor) -> Result<By, Refusal> {
    Ok(By::staff(visitor.actor.staff()?))
}

pub(crate) fn shell(visitor: &Visitor, title: impl Into<String>) -> Shell {
    Shell::new(visitor, title)
        .crumb(visitor.t("web-desk"), "/desk")
        .crumb(visitor.t("catalogue-desk-title"), HREF)
}

/// A line of the life of an item, or of a change.
struct Event {
    when: String,
    what: String,
    who: String,
    word: String,
    /// Version to take out as a ZIP file; empty where nothing was published.
    zip: String,
}

#[derive(Template)]
#[template(path = "life/item.html")]
struct ItemPage {
    shell: Shell,
    errors: FormErrors,
    code: String,
    href: String,
    guide: String,
    version: String,
    state: &'static str,
    open: Option<(String, String)>,
    life: Vec<Event>,
    next: String,
    word: String,
    until: String,
    replaced_by: String,
    in_bundles: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Pages {
    after: Option<Cursor>,
}

pub(crate) async fn show_item(
    State(office): State<Office>,
    visitor: Visitor,
    Path(key): Path<Key>,
    Query(pages): Query<Pages>,
) -> Result<Response, AppError> {
    page(&item_page(&office, &visitor, key, pages.after, FormErrors::none(), &Act::default()).await?)
}

async fn item_page(
    office: &Office,
    visitor: &Visitor,
    key: Key,
    after: Option<Cursor>,
    errors: FormErrors,
    act: &Act,
) -> Result<ItemPage, Refusal> {
    let library = office.library();
    let mut tx = office.db.snapshot().await?;
    let life = turns::list(&mut tx, &key, &PageRequest { after, ..PageRequest::default() }).await?;
    let open = record::open_of(&mut tx, &key).await?;
    let package = library.everything().find(|(found, _)| **found == key).map(|(_, package)| package);
    if package.is_none() && open.is_none() {
        return Err(Refusal::NotFound);
    }
    let name = package.as_ref().map_or_else(
        || open.as_ref().map(|open| visitor.pick(&open.name.0, &open.name.1).to_owned()).unwrap_or_default(),
        |package| visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
    );
    let state = if library.suspended(&key.0, &key.1).is_some() {
        "suspended"
    } else if library.current(&key.0, &key.1).is_some() {
        "in-force"
    } else if package.is_some() {
        "cancelled"
    } else {
        "new"
    };
    let has_it = |bundle: &&std::sync::Arc<crate::Bundle>| {
        bundle
            .parts
            .iter()
            .any(|part| (&part.package.item.code, &part.package.item.handling) == (&key.0, &key.1))
    };
    let in_bundles = library.bundles().filter(has_it);
    Ok(ItemPage {
        shell: shell(visitor, name),
        errors,
        code: format!("{}-{}", key.0, key.1),
        guide: format!("/items/{}/{}", key.0, key.1),
        version: package.map(|package| package.reference.version.clone()).unwrap_or_default(),
        state,
        open: open.map(|open| {
            (revision_href(open.id), visitor.t(&format!("catalogue-state-{}", open.state.as_str())))
        }),
        life: life.items.iter().map(|turn| turn_event(visitor, turn)).collect(),
        next: life.next.map_or_else(String::new, |next| format!("{}?after={next}", item_href(&key))),
        word: act.word.clone(),
        until: act.until.clone(),
        replaced_by: act.replaced_by.clone(),
        in_bundles: in_bundles
            .map(|bundle| visitor.pick(&bundle.asked.item.name.zh, &bundle.asked.item.name.en).to_owned())
            .collect(),
        href: item_href(&key),
    })
}

/// What a turn says to everybody.
pub(crate) fn turn_words(visitor: &Visitor, turn: &Turn) -> String {
    let what = visitor.t1(&format!("catalogue-turn-{}", turn.kind.as_str()), "version", &turn.version);
    match turn.until {
        Some(day) => visitor.t2("catalogue-turn-until", "what", what, "day", visitor.date(day)),
        None => what,
    }
}

fn turn_event(visitor: &Visitor, turn: &Turn) -> Event {
    let who = match (turn.made_name.as_str(), turn.made_by.as_str()) {
        ("", _) => visitor.t("catalogue-by-platform"),
        (name, _) => name.to_owned(),
    };
    let zip = format!("{}/versions/{}/zip", item_href(&turn.key), turn.version);
    Event {
        when: visitor.datetime(turn.since),
        what: turn_words(visitor, turn),
        who,
        word: turn.word.clone(),
        zip: if turn.kind == crate::TurnKind::Published { zip } else { String::new() },
    }
}

/// What the buttons of both pages send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Act {
    edition: i64,
    word: String,
    until: String,
    at: String,
    replaced_by: String,
}

pub(crate) async fn begin(
    State(office): State<Office>,
    visitor: Visitor,
    Path(key): Path<Key>,
    PostForm(Act { .. }): PostForm<Act>,
) -> Result<Response, AppError> {
    let mut tx = office.db.begin().await?;
    let begun = super::begin(&mut tx, &office, &by(&visitor)?, key, visitor.now).await;
    let id = begun.map_err(Refusal::from)?;
    tx.commit().await?;
    Ok(Redirect::to(&revision_href(id)).into_response())
}

pub(crate) async fn act_on_item(
    State(office): State<Office>,
    visitor: Visitor,
    Path((item, handling, act)): Path<(String, String, String)>,
    PostForm(sent): PostForm<Act>,
) -> Result<Response, AppError> {
    let (key, now) = ((item, handling), visitor.now);
    let mut tx = office.db.begin().await?;
    let who = by(&visitor)?;
    let until = match sent.until.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_form| LifeError::BadDay),
    };
    let done = match (act.as_str(), until) {
        ("suspend", Err(error)) => Err(error),
        ("suspend", Ok(until)) => {
            super::suspend(&mut tx, &office, &who, key.clone(), &sent.word, until, now).await
        }
        ("resume", _) => super::resume(&mut tx, &office, &who, key.clone(), &sent.word, now).await,
        ("cancel", _) => {
            super::cancel(&mut tx, &office, &who, key.clone(), &sent.word, &sent.replaced_by, now).await
        }
        _ => return Err(Refusal::NotFound.into()),
    };
    match done {
        Ok(news) => {
            tx.commit().await?;
            news.put_on(&office.shelf);
            Ok(Redirect::to(&item_href(&key)).into_response())
        }
        Err(error) => {
            drop(tx);
            let errors = FormErrors::of(&visitor, error.into())?;
            let again = item_page(&office, &visitor, key, None, errors, &sent).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// A ZIP file to keep.
fn zip_answer(key: &Key, version: &str, files: &Texts) -> Result<Response, AppError> {
    let name = format!("attachment; filename=\"{}-{}-{version}.zip\"", key.0, key.1);
    let headers = [(header::CONTENT_TYPE, "application/zip".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, zip::write(files).map_err(Refusal::internal)?).into_response())
}

pub(crate) async fn version_zip(
    State(office): State<Office>,
    Path((item, handling, version)): Path<(String, String, String)>,
) -> Result<Response, AppError> {
    let mut tx = office.db.snapshot().await?;
    let reference = TypeRef { item, handling, version };
    let files = versions::files(&mut tx, &reference).await?.ok_or(Refusal::NotFound)?;
    zip_answer(&(reference.item, reference.handling), &reference.version, &files)
}

pub(crate) async fn revision_zip(
    State(office): State<Office>,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = office.db.snapshot().await?;
    let revision = find(&mut tx, &id).await?;
    let files = record::files(&mut tx, revision.id).await?;
    zip_answer(&revision.key, &revision.version, &files)
}

/// The change of an address, open or not.
pub(crate) async fn find(tx: &mut store::Tx, id: &str) -> Result<Revision, Refusal> {
    let id: RevisionId = id.parse().map_err(|_form| Refusal::NotFound)?;
    record::find(tx, id).await?.ok_or(Refusal::NotFound)
}

/// Lines of one file that differ.
struct Raw {
    file: String,
    lines: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "life/revision.html")]
struct RevisionPage {
    shell: Shell,
    errors: FormErrors,
    revision: Revision,
    state: String,
    href: String,
    item: String,
    planned: String,
    faults: Vec<Fault>,
    told: Vec<Told>,
    raw: Vec<Raw>,
    sections: Vec<(&'static str, String)>,
    files: Vec<String>,
    steps: Vec<Event>,
    /// Whether the visitor may approve it: they have written none of it.
    may_approve: bool,
    act: Act,
}

pub(crate) async fn show_revision(
    State(office): State<Office>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    page(&revision_page(&office, &visitor, &id, FormErrors::none(), Act::default()).await?)
}

async fn revision_page(
    office: &Office,
    visitor: &Visitor,
    id: &str,
    errors: FormErrors,
    act: Act,
) -> Result<RevisionPage, Refusal> {
    let mut tx = office.db.snapshot().await?;
    let revision = find(&mut tx, id).await?;
    let files = record::files(&mut tx, revision.id).await?;
    let steps = record::steps(&mut tx, revision.id).await?;
    let who = by(visitor)?;
    let has_written = record::has_written(&mut tx, revision.id, &who.reference).await?;
    let (item, handling) = revision.key.clone();
    let base = TypeRef { item, handling, version: revision.base.clone() };
    let base = versions::files(&mut tx, &base).await?.unwrap_or_default();
    drop(tx);
    let faults = if revision.state.is_open() { office.look(&files).1 } else { Vec::new() };
    let step = |step: &record::Step| Event {
        when: visitor.datetime(step.at),
        what: visitor.t(&format!("catalogue-step-{}", step.kind)),
        who: if step.made_name.is_empty() {
            visitor.t("catalogue-by-platform")
        } else {
            step.made_name.clone()
        },
        word: step_word(visitor, step),
        zip: String::new(),
    };
    Ok(RevisionPage {
        shell: shell(visitor, visitor.pick(&revision.name.0, &revision.name.1))
            .crumb(format!("{}-{}", revision.key.0, revision.key.1), item_href(&revision.key)),
        errors,
        state: visitor.t(&format!("catalogue-state-{}", revision.state.as_str())),
        href: revision_href(revision.id),
        item: item_href(&revision.key),
        planned: revision.publish_at.map_or_else(String::new, |at| visitor.datetime(at)),
        faults,
        told: if base.is_empty() {
            Vec::new()
        } else {
            compare::tell(visitor, &compare::compare(&base, &files))
        },
        raw: raw(&base, &files),
        sections: Section::ALL
            .into_iter()
            .map(|section| {
                (section.as_str(), visitor.t(&format!("catalogue-edit-section-{}", section.as_str())))
            })
            .collect(),
        files: files.keys().cloned().collect(),
        steps: steps.iter().map(step).collect(),
        may_approve: !has_written,
        revision,
        act,
    })
}

/// A planned time is kept as an instant and told as people write it.
fn step_word(visitor: &Visitor, step: &record::Step) -> String {
    match step.word.parse::<Timestamp>() {
        Ok(at) if step.kind == "planned" => visitor.datetime(at),
        Ok(_) | Err(_) => step.word.clone(),
    }
}

fn raw(old: &Texts, new: &Texts) -> Vec<Raw> {
    let empty = String::new();
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let one = |name: &String| {
        let (old, new) = (old.get(name).unwrap_or(&empty), new.get(name).unwrap_or(&empty));
        if old == new {
            return None;
        }
        let line = |line: Option<Line<'_>>| match line {
            None => ("skip", "…".to_owned()),
            Some(Line::Same(text)) => ("same", format!("  {text}")),
            Some(Line::Old(text)) => ("old", format!("- {text}")),
            Some(Line::New(text)) => ("new", format!("+ {text}")),
        };
        let lines = lines::shortened(&lines::compare(old, new)).into_iter().map(line).collect();
        Some(Raw { file: name.clone(), lines })
    };
    names.into_iter().filter_map(one).collect()
}

pub(crate) async fn act_on_revision(
    State(office): State<Office>,
    visitor: Visitor,
    Path((id, act)): Path<(String, String)>,
    PostForm(sent): PostForm<Act>,
) -> Result<Response, AppError> {
    match Box::pin(carry_out(&office, &visitor, &id, &act, &sent)).await {
        Ok(()) => Ok(Redirect::to(&format!("{HREF}/revisions/{id}")).into_response()),
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let again = revision_page(&office, &visitor, &id, errors, sent).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

async fn carry_out(
    office: &Office,
    visitor: &Visitor,
    id: &str,
    act: &str,
    sent: &Act,
) -> Result<(), Refusal> {
    let id: RevisionId = id.parse().map_err(|_form| Refusal::NotFound)?;
    let (who, now, edition) = (by(visitor)?, visitor.now, sent.edition);
    let mut tx = office.db.begin().await?;
    match act {
        "check" => super::check(&mut tx, office, &who, id, edition, now).await?,
        "approve" => super::approve(&mut tx, office, &who, id, edition, &sent.word, now).await?,
        "return" => super::send_back(&mut tx, &who, id, edition, &sent.word, now).await?,
        "drop" => super::drop_revision(&mut tx, &who, id, edition, &sent.word, now).await?,
        "plan" => {
            let at = beijing(&sent.at).ok_or(LifeError::BadTime)?;
            super::plan(&mut tx, &who, id, edition, at, now).await?;
        }
        "publish" => {
            let news = super::publish(&mut tx, office, &who, id, edition, now).await?;
            tx.commit().await?;
            news.put_on(&office.shelf);
            return Ok(());
        }
        _ => return Err(Refusal::NotFound),
    }
    Ok(tx.commit().await?)
}

/// A day and a time as people in China write them.
pub(crate) fn beijing(text: &str) -> Option<Timestamp> {
    let at: civil::DateTime = text.trim().parse().ok()?;
    Some(at.to_zoned(TimeZone::fixed(Offset::constant(8))).ok()?.timestamp())
}

pub(crate) fn is_editable(revision: &Revision) -> bool {
    revision.state.is_open()
}

impl RevisionPage {
    fn is(&self, state: &str) -> bool {
        self.revision.state.as_str() == state
    }

    fn is_open(&self) -> bool {
        is_editable(&self.revision)
    }

    fn tag(&self) -> &'static str {
        match self.revision.state {
            Stage::Draft => "plain",
            Stage::Checked => "warning",
            Stage::Approved => "info",
            Stage::Published => "success",
            Stage::Dropped => "danger",
        }
    }
}
