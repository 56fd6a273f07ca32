//! `/desk/packages/try`: a package that is not published yet, looked at by the linter and played.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use catalogue::{Against, Package};
use kernel::Refusal;
use web::{AppError, FormErrors, FormPairs, PostUpload, Shell, Visitor, page_with_status};

use super::HREF;
use super::simulate::{self, Subject};
use super::tried::{self, Files, KEPT_DAYS};
use crate::Room;

/// The files of a package, and whether it can do without.
const FILES: [(&str, bool); 5] = [
    ("item.yaml", false),
    ("form.schema.json", false),
    ("process.yaml", false),
    ("licences.yaml", false),
    ("rules.yaml", true),
];
/// Largest file, in bytes: ten times the largest that was ever written.
const BYTES_MAX: usize = 512 * 1024;

struct FileView {
    name: &'static str,
    optional: bool,
}

struct TriedView {
    when: String,
    by: String,
    href: String,
}

#[derive(Template)]
#[template(path = "packages/try.html")]
struct TryPage {
    shell: Shell,
    errors: FormErrors,
    days: i64,
    files: Vec<FileView>,
    tried: Vec<TriedView>,
}

pub(super) async fn form(State(room): State<Room>, visitor: Visitor) -> Result<Response, AppError> {
    draw(&room, &visitor, StatusCode::OK, FormErrors::none()).await
}

async fn draw(
    room: &Room,
    visitor: &Visitor,
    status: StatusCode,
    errors: FormErrors,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let tried = tried::list(&mut tx, visitor.actor.staff()?).await?;
    let view = |one: tried::Tried| TriedView {
        when: visitor.datetime(one.made_at),
        by: one.staff_name,
        href: format!("{HREF}/tried/{}", one.id),
    };
    let shell = Shell::new(visitor, visitor.t("packages-try"))
        .crumb(visitor.t("web-desk"), "/desk")
        .crumb(visitor.t("packages-title"), HREF);
    page_with_status(
        status,
        &TryPage {
            shell,
            errors,
            days: KEPT_DAYS,
            files: FILES.into_iter().map(|(name, optional)| FileView { name, optional }).collect(),
            tried: tried.into_iter().map(view).collect(),
        },
    )
}

pub(super) async fn upload(
    State(room): State<Room>,
    visitor: Visitor,
    sent: PostUpload,
) -> Result<Response, AppError> {
    let mut files = Files::new();
    let mut errors = FormErrors::none();
    for (name, optional) in FILES {
        let Some(file) = sent.file(name) else {
            if !optional {
                errors.add(name, visitor.t1("packages-file-missing", "file", name));
            }
            continue;
        };
        if file.bytes.len() > BYTES_MAX {
            errors.add(name, visitor.t2("packages-file-too-large", "file", name, "most", BYTES_MAX / 1024));
            continue;
        }
        match std::str::from_utf8(&file.bytes) {
            Ok(text) if !text.contains('\0') => {
                drop(files.insert(name.to_owned(), text.replace("\r\n", "\n")));
            }
            Ok(_) | Err(_) => errors.add(name, visitor.t1("packages-file-not-text", "file", name)),
        }
    }
    if !errors.is_empty() {
        return draw(&room, &visitor, StatusCode::UNPROCESSABLE_ENTITY, errors).await;
    }
    let mut tx = room.db.begin().await?;
    let id = tried::keep(&mut tx, visitor.actor.staff()?, &files, visitor.now).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("{HREF}/tried/{id}")).into_response())
}

pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    open(&room, &visitor, &id, None).await
}

pub(super) async fn play(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    open(&room, &visitor, &id, Some(pairs)).await
}

/// A change that is being prepared at `/desk/catalogue`, tried out in the same way.
pub(super) async fn show_revision(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    open_revision(&room, &visitor, &id, None).await
}

pub(super) async fn play_revision(
    State(room): State<Room>,
    visitor: Visitor,
    Path(id): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    open_revision(&room, &visitor, &id, Some(pairs)).await
}

async fn open_revision(
    room: &Room,
    visitor: &Visitor,
    id: &str,
    pairs: Option<FormPairs>,
) -> Result<Response, AppError> {
    let id = id.parse().map_err(|_form| Refusal::NotFound)?;
    let files = catalogue::revision_files(&mut room.db.snapshot().await?, id).await?;
    let files = files.ok_or(Refusal::NotFound)?;
    draw_tried(room, visitor, &files, format!("{HREF}/drafts/{id}"), pairs.as_ref())
}

async fn open(
    room: &Room,
    visitor: &Visitor,
    id: &str,
    pairs: Option<FormPairs>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let files = tried::find(&mut tx, visitor.actor.staff()?, id).await?.ok_or(Refusal::NotFound)?;
    drop(tx);
    draw_tried(room, visitor, &files, format!("{HREF}/tried/{id}"), pairs.as_ref())
}

fn draw_tried(
    room: &Room,
    visitor: &Visitor,
    files: &Files,
    action: String,
    pairs: Option<&FormPairs>,
) -> Result<Response, AppError> {
    let registers = registers::changeable();
    let bodies = room.bodies();
    let against = Against { registers: &registers, bodies: Some(&bodies) };
    let (package, linted) =
        catalogue::lint_files(&visitor.t("packages-tried-label"), files, &room.library(), &against);
    let name = |package: &Package| visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned();
    let subject = Subject {
        title: package.as_ref().map_or_else(|| visitor.t("packages-tried"), name),
        package: package.as_ref(),
        linted: Some(&linted),
        action,
    };
    simulate::draw(room, visitor, &subject, pairs)
}
