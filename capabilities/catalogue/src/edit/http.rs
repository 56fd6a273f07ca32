//! The editing pages of a change: sections with questions, and any file as text.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Refusal, RevisionId};
use serde::Deserialize;
use web::{AppError, FormErrors, FormPairs, PostForm, Shell, Visitor, page, page_with_status};

use super::form::{self, Shown};
use super::sections::Section;
use super::tree::Node;
use super::{change, zip};
use crate::Fault;
use crate::life::http::{by, find, item_href, revision_href, shell};
use crate::life::record::{self, Revision};
use crate::life::{self, LifeError, Office};
use crate::package::{FORM, Texts, is_content, is_file_name};

#[derive(Template)]
#[template(path = "edit/section.html")]
struct SectionPage {
    shell: Shell,
    errors: FormErrors,
    href: String,
    section: &'static str,
    sections: Vec<(&'static str, String)>,
    edition: i64,
    groups: Vec<Shown>,
    /// The file, where it cannot be read and must be mended in its text.
    unreadable: String,
    file: &'static str,
    loses_comments: bool,
    saved: bool,
    faults: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Saved {
    saved: String,
}

fn open_shell(visitor: &Visitor, revision: &Revision, title: String) -> Shell {
    shell(visitor, title)
        .crumb(format!("{}-{}", revision.key.0, revision.key.1), item_href(&revision.key))
        .crumb(visitor.t("catalogue-revision-crumb"), revision_href(revision.id))
}

/// The open change of an address with its files.
async fn opened(office: &Office, id: &str) -> Result<(Revision, Texts), Refusal> {
    let mut tx = office.db.snapshot().await?;
    let revision = find(&mut tx, id).await?;
    if !revision.state.is_open() {
        return Err(LifeError::NotNow.into());
    }
    let files = record::files(&mut tx, revision.id).await?;
    Ok((revision, files))
}

pub(crate) async fn show(
    State(office): State<Office>,
    visitor: Visitor,
    Path((id, section)): Path<(String, String)>,
    Query(saved): Query<Saved>,
) -> Result<Response, AppError> {
    let section = Section::parse(&section).ok_or(Refusal::NotFound)?;
    let (revision, files) = opened(&office, &id).await?;
    let nothing = (FormErrors::none(), BTreeMap::new());
    let mut shown = section_page(&office, &visitor, &revision, &files, section, None, nothing);
    shown.saved = !saved.saved.is_empty();
    page(&shown)
}

fn section_page(
    office: &Office,
    visitor: &Visitor,
    revision: &Revision,
    files: &Texts,
    section: Section,
    typed: Option<&FormPairs>,
    (errors, wrong): (FormErrors, BTreeMap<String, String>),
) -> SectionPage {
    let text = files.get(section.file()).map_or("", String::as_str);
    let faults = office.look(files).1;
    let root = Node::read(text);
    let name = visitor.t(&format!("catalogue-edit-section-{}", section.as_str()));
    let loses = |root: &Node| {
        let groups = section.groups(root);
        let mut lists = groups.iter().filter_map(|group| group.entry.map(|(list, _)| list));
        lists.any(|list| change::loses_comments(text, root, list))
            || (section == Section::Guide && change::loses_comments(text, root, "keywords"))
    };
    SectionPage {
        shell: open_shell(visitor, revision, name),
        errors,
        href: revision_href(revision.id),
        section: section.as_str(),
        sections: Section::ALL
            .into_iter()
            .map(|one| (one.as_str(), visitor.t(&format!("catalogue-edit-section-{}", one.as_str()))))
            .collect(),
        edition: revision.edition,
        loses_comments: root.as_ref().is_some_and(loses),
        unreadable: if root.is_some() {
            String::new()
        } else {
            format!("{}/file?name={}", revision_href(revision.id), section.file())
        },
        groups: root
            .map(|root| form::show(visitor, section, &root, typed, &wrong, &faults))
            .unwrap_or_default(),
        file: section.file(),
        saved: false,
        faults: faults.iter().filter(|fault| fault.is_error()).count(),
    }
}

pub(crate) async fn save(
    State(office): State<Office>,
    visitor: Visitor,
    Path((id, section)): Path<(String, String)>,
    typed: FormPairs,
) -> Result<Response, AppError> {
    let section = Section::parse(&section).ok_or(Refusal::NotFound)?;
    let (revision, mut files) = opened(&office, &id).await?;
    let edition: i64 = typed.get("edition").and_then(|edition| edition.parse().ok()).unwrap_or_default();
    let text = files.get(section.file()).cloned().unwrap_or_default();
    let root = Node::read(&text).ok_or(Refusal::NotFound)?;
    let wrong: BTreeMap<String, String> = match form::changes(section, &root, &typed) {
        Err(errors) => errors.into_iter().map(|(input, key)| (input, visitor.t(key))).collect(),
        Ok(changes) => match form::carry_out(&text, &changes, section.file() == FORM) {
            Err(paths) => paths.into_iter().map(|path| (path, visitor.t("catalogue-edit-in-text"))).collect(),
            Ok(new) if new == text => BTreeMap::new(),
            Ok(new) => {
                files.insert(section.file().to_owned(), new);
                keep(&office, &visitor, revision.id, edition, &files).await?;
                BTreeMap::new()
            }
        },
    };
    if wrong.is_empty() {
        let href = format!("{}/edit/{}?saved=1", revision_href(revision.id), section.as_str());
        return Ok(Redirect::to(&href).into_response());
    }
    let mut errors = FormErrors::none();
    for (input, text) in &wrong {
        errors.add(input, text);
    }
    let shown = section_page(&office, &visitor, &revision, &files, section, Some(&typed), (errors, wrong));
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

async fn keep(
    office: &Office,
    visitor: &Visitor,
    id: RevisionId,
    edition: i64,
    files: &Texts,
) -> Result<(), Refusal> {
    let mut tx = office.db.begin().await?;
    life::save(&mut tx, &by(visitor)?, id, edition, files, visitor.now).await?;
    Ok(tx.commit().await?)
}

#[derive(Template)]
#[template(path = "edit/file.html")]
struct FilePage {
    shell: Shell,
    errors: FormErrors,
    href: String,
    file: String,
    text: String,
    edition: i64,
    faults: Vec<Fault>,
    lines: Vec<String>,
    saved: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    name: String,
    saved: String,
}

pub(crate) async fn show_file(
    State(office): State<Office>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(named): Query<Named>,
) -> Result<Response, AppError> {
    let (revision, files) = opened(&office, &id).await?;
    if !files.contains_key(&named.name) && !is_content(&named.name) {
        return Err(Refusal::NotFound.into());
    }
    let text = files.get(&named.name).cloned().unwrap_or_default();
    let mut shown = file_page(&office, &visitor, &revision, &files, named.name, text, FormErrors::none());
    shown.saved = !named.saved.is_empty();
    page(&shown)
}

fn file_page(
    office: &Office,
    visitor: &Visitor,
    revision: &Revision,
    files: &Texts,
    file: String,
    text: String,
    errors: FormErrors,
) -> FilePage {
    let faults = office.look(files).1.into_iter().filter(|fault| fault.file == file).collect();
    FilePage {
        shell: open_shell(visitor, revision, file.clone()),
        errors,
        href: revision_href(revision.id),
        edition: revision.edition,
        faults,
        lines: text.lines().map(str::to_owned).collect(),
        file,
        text,
        saved: false,
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Sent {
    edition: i64,
    name: String,
    text: String,
}

pub(crate) async fn save_file(
    State(office): State<Office>,
    visitor: Visitor,
    Path(id): Path<String>,
    PostForm(sent): PostForm<Sent>,
) -> Result<Response, AppError> {
    let (revision, mut files) = opened(&office, &id).await?;
    if !is_file_name(&sent.name) {
        return Err(Refusal::NotFound.into());
    }
    let before = files.get(&sent.name).cloned().unwrap_or_default();
    let text = as_before(&before, &sent.text);
    if text.len() > zip::FILE_BYTES_MAX || text.contains('\0') {
        let mut errors = FormErrors::none();
        errors.add("text", visitor.t1("catalogue-edit-too-large", "most", zip::FILE_BYTES_MAX / 1024));
        let shown = file_page(&office, &visitor, &revision, &files, sent.name, text, errors);
        return page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    if text != before {
        files.insert(sent.name.clone(), text);
        keep(&office, &visitor, revision.id, sent.edition, &files).await?;
    }
    let href = format!("{}/file?name={}&saved=1", revision_href(revision.id), sent.name);
    Ok(Redirect::to(&href).into_response())
}

/// A browser sends line ends of its own: the file keeps those that it had, and its last one.
fn as_before(before: &str, sent: &str) -> String {
    let text = sent.replace("\r\n", "\n");
    let text = if before.ends_with('\n') && !text.ends_with('\n') { format!("{text}\n") } else { text };
    if before.contains("\r\n") { text.replace('\n', "\r\n") } else { text }
}
