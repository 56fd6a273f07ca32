//! `/drafts/{id}/materials` and the files of drafts in the API.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::{FileKind, Material, Need, Package};
use kernel::{DraftId, MaterialId, Refusal};
use serde::Deserialize;
use store::Tx;
use store::idempotency::Once;
use web::{
    AppError, FormErrors, IdempotencyKey, Nothing, Operation, PostForm, PostUpload, Shell, Visitor, page,
    page_with_status,
};

use super::{
    AttachError, HandedIn, add_to_draft, asked_of_applicant, keep_for_draft, materials_of_applicant,
};
use crate::Room;
use crate::asked::{self, Filled};
use crate::detach::detach;
use crate::dossier::{self, Material as File, Owner};
use crate::draft;
use crate::evidence::FILES_MAX;
use crate::http::{bytes_max, created, id, read_file, show_file};
use crate::known::Found;
use crate::reasons::Reasons;
use crate::room::own_purpose;
use crate::save::http::{StepMark, marks};
use crate::stand_in::{Kind, StandIn};
use crate::start::http::limit;
use crate::view::MaterialView;

#[derive(Template)]
#[template(path = "attach/materials.html")]
pub(crate) struct MaterialsPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    steps: Vec<StepMark>,
    known: Vec<Found>,
    materials: Vec<MaterialRow>,
    by_office: Vec<(String, String)>,
    next: String,
    back: String,
}

/// A material with the files that are there.
pub(crate) struct MaterialRow {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) basis: String,
    pub(crate) required: bool,
    pub(crate) accepts: String,
    pub(crate) accept: String,
    pub(crate) error: String,
    pub(crate) files: Vec<FileRow>,
    pub(crate) can_add: bool,
    /// Where a file of it is sent.
    pub(crate) action: String,
    /// Why it is not needed; empty when it is.
    pub(crate) why_not: String,
    /// The offer to hand it in later.
    pub(crate) later: Option<LaterRow>,
    /// The offer to declare a commitment instead.
    pub(crate) commitment: Option<CommitmentRow>,
}

/// The offer to hand a material in after acceptance (容缺).
pub(crate) struct LaterRow {
    pub(crate) limit: String,
    pub(crate) basis: String,
    pub(crate) promised: bool,
    pub(crate) action: String,
}

/// The offer to declare a commitment in the place of a material (告知承诺).
pub(crate) struct CommitmentRow {
    pub(crate) text: Vec<String>,
    pub(crate) basis: String,
    /// Who declared it when; empty while nobody has.
    pub(crate) made: String,
    pub(crate) action: String,
    pub(crate) error: String,
}

/// A file that is there.
pub(crate) struct FileRow {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) size: String,
    /// Where it is taken back; empty when it cannot be.
    pub(crate) remove: String,
}

impl MaterialRow {
    /// Of a material, below this address (`/drafts/…` or `/cases/…/correct`).
    pub(crate) fn of(visitor: &Visitor, material: &Material, base: &str, errors: &FormErrors) -> Self {
        let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
        let kinds =
            material.accepts.iter().map(|kind| kind.as_str().to_uppercase()).collect::<Vec<_>>().join("、");
        Self {
            id: material.id.clone(),
            name: words(&material.name),
            note: words(&material.note),
            basis: words(&material.basis),
            required: material.need == Need::Required,
            accepts: visitor.t2(
                "applications-file-hint",
                "kinds",
                kinds,
                "size",
                format!("{} MB", material.max_mb),
            ),
            accept: accept(&material.accepts),
            error: errors.get(&format!("file-{}", material.id)).to_owned(),
            files: Vec::new(),
            can_add: true,
            action: format!("{base}/materials/{}", material.id),
            why_not: String::new(),
            later: None,
            commitment: None,
        }
    }

    /// What may stand in its place in a draft. While a file is there, nothing may.
    fn offer(
        &mut self,
        visitor: &Visitor,
        material: &Material,
        stand_in: Option<&StandIn>,
        errors: &FormErrors,
    ) {
        if !self.files.is_empty() {
            return;
        }
        let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
        let made = |kind: Kind| stand_in.filter(|stand_in| stand_in.kind == kind);
        self.later = material.later.as_ref().map(|later| LaterRow {
            limit: limit(visitor, &later.within),
            basis: later.to_limit().basis.unwrap_or_default(),
            promised: made(Kind::Later).is_some(),
            action: format!("{}/later", self.action),
        });
        self.commitment = material.commitment.as_ref().map(|commitment| CommitmentRow {
            text: words(&commitment.text).lines().map(str::to_owned).collect(),
            basis: words(&commitment.basis),
            made: made(Kind::Commitment).map_or_else(String::new, |made| {
                let when = visitor.datetime(made.made_at);
                visitor.t2("applications-commitment-made", "name", &made.made_by_shown, "when", when)
            }),
            action: format!("{}/commitment", self.action),
            error: errors.get(&format!("declared-{}", material.id)).to_owned(),
        });
    }
}

/// The `accept` of a file input: only a help in choosing, the content decides.
fn accept(kinds: &[FileKind]) -> String {
    let endings = kinds.iter().map(|kind| match kind {
        FileKind::Jpg => ".jpg,.jpeg".to_owned(),
        FileKind::Pdf | FileKind::Png | FileKind::Ofd => format!(".{}", kind.as_str()),
    });
    endings.collect::<Vec<_>>().join(",")
}

/// The size in the unit that a person would use.
pub(crate) fn size(bytes: i64) -> String {
    if bytes >= 1024 * 1024 {
        format!("{} MB", (bytes + 1024 * 1024 - 1) / (1024 * 1024))
    } else {
        format!("{} KB", (bytes + 1023) / 1024)
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    page(&build(&mut tx, &room, &visitor, id(&draft)?, FormErrors::none()).await?)
}

pub(crate) async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
    errors: FormErrors,
) -> Result<MaterialsPage, AppError> {
    let person = visitor.actor.person()?;
    let draft = draft::get_open(tx, room, person, draft).await?;
    let filled = Filled::read(tx, room, person, draft, visitor.now).await?;
    let Filled { draft, package, known, .. } = &filled;
    let answers = serde_json::Value::Object(draft.answers.clone());
    let back = package
        .form
        .steps_asked(&answers)
        .last()
        .map(|step| format!("/drafts/{}/steps/{}", draft.id, step.id));
    Ok(MaterialsPage {
        shell: Shell::new(visitor, visitor.t("applications-materials")).crumb(visitor.t("web-my"), "/my"),
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        steps: marks(visitor, package, &draft.answers, "materials", &filled.missing(room)),
        known: known.found(visitor, room, package),
        materials: rows(visitor, room, &filled, &errors),
        by_office: by_office(visitor, package),
        errors,
        next: format!("/drafts/{}/confirm", draft.id),
        back: back.unwrap_or_default(),
    })
}

fn rows(visitor: &Visitor, room: &Room, filled: &Filled, errors: &FormErrors) -> Vec<MaterialRow> {
    let Filled { draft, package, files, known, stand_ins } = filled;
    let reasons = Reasons { visitor, room, package, known };
    let base = format!("/drafts/{}", draft.id);
    let file = |file: &File| FileRow {
        name: file.file_name.clone(),
        href: format!("{base}/materials/{}/file", file.id),
        size: size(file.size),
        remove: format!("{base}/materials/{}/remove", file.id),
    };
    materials_of_applicant(package)
        .map(|material| {
            let own: Vec<FileRow> = files.iter().filter(|f| f.material == material.id).map(file).collect();
            let mut row = MaterialRow::of(visitor, material, &base, errors);
            row.why_not = asked::why_not(&reasons, material, &draft.answers);
            row.can_add = may_add(&own) && row.why_not.is_empty();
            row.files = own;
            if row.why_not.is_empty() {
                let stand_in = stand_ins.iter().find(|stand_in| stand_in.material == material.id);
                row.offer(visitor, material, stand_in, errors);
            }
            row
        })
        .collect()
}

/// Whether one more file of the material is taken.
pub(crate) fn may_add(files: &[FileRow]) -> bool {
    u32::try_from(files.len()).is_ok_and(|count| count < FILES_MAX)
}

/// What the office makes on the way: listed so that nobody runs after it.
fn by_office(visitor: &Visitor, package: &Package) -> Vec<(String, String)> {
    let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
    let office = package.item.materials.iter().filter(|material| material.by == catalogue::MadeBy::Office);
    office.map(|material| (words(&material.name), words(&material.note))).collect()
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let draft: DraftId = id(&draft)?;
    let result = take_all(&room, &visitor, draft, &material, upload).await;
    let Err(error) = result else {
        let there = format!("/drafts/{draft}/materials#file-{material}");
        return Ok(Redirect::to(&there).into_response());
    };
    let (status, errors) = said(&visitor, &material, error)?;
    let mut tx = room.db.snapshot().await?;
    page_with_status(status, &build(&mut tx, &room, &visitor, draft, errors).await?)
}

async fn take_all(
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
    material: &str,
    upload: PostUpload,
) -> Result<(), AttachError> {
    if upload.files.is_empty() {
        return Err(AttachError::File(material.to_owned(), crate::evidence::FileFault::Empty));
    }
    for file in upload.files {
        let file = HandedIn { name: file.file_name, bytes: file.bytes };
        super::attach(room, &visitor.actor, visitor.now, draft, material, file).await?;
    }
    Ok(())
}

/// A fault of the file is said beside its input, with the status that a program would get; any other refusal is a
/// page of its own.
pub(crate) fn said(
    visitor: &Visitor,
    material: &str,
    error: AttachError,
) -> Result<(StatusCode, FormErrors), Refusal> {
    let message = match &error {
        AttachError::File(_, fault) => fault.message(),
        AttachError::Enough(_) => kernel::Message::new("applications-files-enough").with("most", FILES_MAX),
        AttachError::NotFlagged(_) => kernel::Message::new("applications-correction-not-flagged"),
        AttachError::NotAPerson(_)
        | AttachError::NoSuchMaterial
        | AttachError::Draft(_)
        | AttachError::Case(_)
        | AttachError::Correction(_)
        | AttachError::Store(_) => return Err(error.into()),
    };
    let mut errors = FormErrors::none();
    errors.add(format!("file-{material}"), visitor.message(&message));
    Ok((web::status_of(&error.into()), errors))
}

pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, file)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let (draft, file): (DraftId, MaterialId) = (id(&draft)?, id(&file)?);
    let mut tx = room.db.snapshot().await?;
    draft::get(&mut tx, &room, person, draft).await?;
    let files = dossier::materials(&mut tx, &room, Owner::Draft(draft), &own_purpose(person, None)).await?;
    drop(tx);
    let found = files.iter().find(|found| found.id == file).ok_or(AppError(Refusal::NotFound))?;
    show_file(found, room.files.get(&found.file_sm3).await?)
}

pub(crate) async fn remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, file)): Path<(String, String)>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let draft: DraftId = id(&draft)?;
    let mut tx = room.db.begin().await?;
    detach(&mut tx, &room, &visitor.actor, visitor.now, draft, id(&file)?).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/drafts/{draft}/materials")))
}

/// The name of a file that is sent as a bare body.
#[derive(Debug, Deserialize)]
pub(crate) struct FileName {
    #[serde(default)]
    name: String,
}

impl FileName {
    /// Without any folder or control character.
    pub(crate) fn plain(&self) -> String {
        let last = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        last.chars().filter(|c| !c.is_control()).take(200).collect()
    }
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, material)): Path<(String, String)>,
    Query(name): Query<FileName>,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Response, AppError> {
    let draft: DraftId = id(&draft)?;
    let person = visitor.actor.person()?;
    let mut tx = room.db.snapshot().await?;
    let case_type = draft::get(&mut tx, &room, person, draft).await?.case_type;
    drop(tx);
    let package = room.package(&case_type)?;
    let most = bytes_max(asked_of_applicant(&package, &material)?);
    let file = HandedIn { name: name.plain(), bytes: read_file(body, most).await? };
    let place = format!("POST draft {draft} {material} {}", file.name);
    let once = Once::new(&visitor.actor, key, &[place.as_bytes(), &file.bytes]);
    let kept = keep_for_draft(&room, &visitor.actor, draft, &material, file).await;
    let mut tx = room.db.begin().await?;
    let added: MaterialId = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        id(&earlier)?
    } else {
        let (by, now) = (&visitor.actor, visitor.now);
        let added = add_to_draft(&mut tx, &room, by, now, draft, &material, &kept?).await?;
        once.keep(&mut tx, &added.to_string()).await?;
        added
    };
    let files = dossier::materials(&mut tx, &room, Owner::Draft(draft), &own_purpose(person, None)).await?;
    tx.commit().await?;
    let found = files.iter().find(|found| found.id == added).ok_or(AppError(Refusal::NotFound))?;
    Ok(created(&format!("/api/v1/drafts/{draft}/materials/{added}"), &MaterialView::of(found)))
}

pub(crate) fn operation() -> Operation {
    Operation::new("attachToDraft", "Hands in a file for a draft.")
        .description(
            "The body is the file itself. 413 when it is larger than the material may be, 415 when it is of another kind \
             than it may be or than its name says, 422 when it is empty, cut off, or there are five already.",
        )
        .tag("applications")
        .path_param("id", "The draft.")
        .path_param("material", "The id of the material in the package.")
        .query_param("name", "The file's name.", true)
        .idempotent()
        .returns::<MaterialView>(201, "The file.")
}

pub(crate) async fn api_remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, file)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    let mut tx = room.db.begin().await?;
    detach(&mut tx, &room, &visitor.actor, visitor.now, id(&draft)?, id(&file)?).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn remove_operation() -> Operation {
    Operation::new("detachFromDraft", "Takes a file of a draft back.")
        .tag("applications")
        .path_param("id", "The draft.")
        .path_param("material", "The id of the file.")
        .returns_nothing(204, "It is gone.")
}
