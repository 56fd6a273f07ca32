//! `/cases/{id}/correct` and `/api/v1/cases/{id}/correction`.

use askama::Template;
use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::Package;
use kernel::{CaseId, FieldError, MaterialId, Refusal};
use store::Tx;
use store::idempotency::Once;
use web::{
    ApiJson, AppError, FormErrors, FormPairs, IdempotencyKey, Operation, PostForm, PostUpload, Shell,
    Visitor, page, page_with_status,
};

use super::{Correcting, change, flagged_fields, flagged_materials, get, send};
use crate::attach::http::{FileName, FileRow, MaterialRow, Nothing, may_add, said, size};
use crate::attach::{AttachError, HandedIn, add_to_correction, asked_of_applicant, keep_for_correction};
use crate::detach::detach_correction;
use crate::dossier::Material as File;
use crate::draft::Answers;
use crate::evidence::FileFault;
use crate::fields::{self, Drawing, FieldView};
use crate::http::{bytes_max, created, id, read_file};
use crate::mine::http::reading;
use crate::save::http::read;
use crate::view::{CaseView, CorrectionView, MaterialView};
use crate::{Room, own_case};

#[derive(Template)]
#[template(path = "correct/correct.html")]
struct CorrectPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    number: String,
    until: String,
    defects: Vec<DefectRow>,
    fields: Vec<FieldView>,
    materials: Vec<MaterialRow>,
    version: i64,
    action: String,
    back: String,
}

/// One thing that is wrong, with where to mend it.
struct DefectRow {
    what: String,
    href: String,
    problem: String,
    ground: String,
    mended: bool,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    page(&build(&mut tx, &room, &visitor, id(&case)?, "", FormErrors::none()).await?)
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    add: &str,
    errors: FormErrors,
) -> Result<CorrectPage, AppError> {
    let correcting = get(tx, room, visitor.actor.person()?, case).await?;
    let package = room.package(&correcting.case.case_type)?;
    let reading = reading(room, &correcting.case)?;
    let flagged = flagged_fields(&correcting.case);
    let drawing = Drawing { visitor, room, errors: &errors, add };
    let asked = package.form.fields().filter(|field| flagged.contains(&field.name));
    let base = format!("/cases/{case}");
    Ok(CorrectPage {
        shell: Shell::new(visitor, visitor.t("applications-correct-title")).crumb(visitor.t("web-my"), "/my"),
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        number: correcting.case.number.clone(),
        until: reading.due.date().map(|day| visitor.date(day)).unwrap_or_default(),
        defects: defects(visitor, &package, &correcting),
        fields: drawing.draw(asked, &correcting.answers_after()),
        materials: materials(visitor, &package, &correcting, &base, &errors),
        version: correcting.case.version,
        action: format!("{base}/correct"),
        back: base,
        errors,
    })
}

fn defects(visitor: &Visitor, package: &Package, correcting: &Correcting) -> Vec<DefectRow> {
    let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
    let (fields, files) = (correcting.fields_changed(), correcting.materials_changed());
    let notice = correcting.case.correction.iter().flat_map(|correction| &correction.defects);
    notice
        .map(|defect| {
            let (what, href, mended) = match (&defect.material, &defect.field) {
                (Some(material), _) => {
                    let name = package.item.material(material).map(|material| words(&material.name));
                    (name, format!("#material-{material}"), files.contains(material))
                }
                (None, Some(field)) => {
                    let top = field.split('/').next().unwrap_or_default();
                    let label = package.form.field(top).map(|field| words(&field.label));
                    (label, format!("#{}", fields::input_of(field)), fields.contains(top))
                }
                (None, None) => (None, String::new(), false),
            };
            DefectRow {
                what: what.unwrap_or_default(),
                href,
                problem: defect.problem.clone(),
                ground: defect.ground.clone(),
                mended,
            }
        })
        .collect()
}

fn materials(
    visitor: &Visitor,
    package: &Package,
    correcting: &Correcting,
    base: &str,
    errors: &FormErrors,
) -> Vec<MaterialRow> {
    let row = |file: &File| FileRow {
        name: file.file_name.clone(),
        href: format!("{base}/materials/{}/file", file.id),
        size: size(file.size),
        remove: format!("{base}/correct/materials/{}/remove", file.id),
    };
    let earlier = |file: &File| FileRow {
        size: visitor.t1("applications-correct-earlier", "size", size(file.size)),
        remove: String::new(),
        ..row(file)
    };
    let flagged = flagged_materials(&correcting.case);
    let asked = package.item.materials.iter().filter(|material| flagged.contains(&material.id));
    asked
        .map(|material| {
            let mut shown = MaterialRow::of(visitor, material, &format!("{base}/correct"), errors);
            let own = || correcting.files.iter().filter(|file| file.material == material.id);
            shown.files = own().filter(|file| file.state == "pending").map(row).collect();
            shown.can_add = may_add(&shown.files);
            shown.files.extend(own().filter(|file| file.state == "current").map(earlier));
            shown
        })
        .collect()
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let expected = pairs.get("version").and_then(|version| version.parse().ok()).unwrap_or(0);
    let by = &visitor.actor;
    let mut tx = room.db.begin().await?;
    let correcting = get(&mut tx, &room, by.person()?, case).await?;
    let package = room.package(&correcting.case.case_type)?;
    let changes = changes(&package, &correcting, &pairs);
    change(&mut tx, &room, by, case, changes).await?;
    if pairs.get("_go") != Some("send") {
        tx.commit().await?;
        return match pairs.get("_add") {
            Some(list) => {
                let mut tx = room.db.snapshot().await?;
                page(&build(&mut tx, &room, &visitor, case, list, FormErrors::none()).await?)
            }
            None => Ok(Redirect::to(&format!("/cases/{case}/correct")).into_response()),
        };
    }
    let Err(error) = send(&mut tx, &room, by, visitor.now, case, Some(expected)).await else {
        tx.commit().await?;
        return Ok(Redirect::to(&format!("/cases/{case}")).into_response());
    };
    drop(tx);
    // What was typed is kept all the same, so that only what is wrong must be mended.
    let mut tx = room.db.begin().await?;
    change(&mut tx, &room, by, case, self::changes(&package, &correcting, &pairs)).await?;
    tx.commit().await?;
    let refusal = Refusal::from(error);
    let Refusal::Invalid(faults) = &refusal else { return Err(AppError(refusal)) };
    let errors = shown(&visitor, &package, faults);
    let mut tx = room.db.snapshot().await?;
    let again = build(&mut tx, &room, &visitor, case, "", errors).await?;
    page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
}

/// Faults with the names of what they speak of; a fault of something that cannot be changed here leads nowhere.
fn shown(visitor: &Visitor, package: &Package, errors: &[FieldError]) -> FormErrors {
    let mut shown = FormErrors::none();
    for error in errors {
        let (place, name) = match error.field.strip_prefix("materials/") {
            Some(material) => {
                let name =
                    package.item.material(material).map(|m| visitor.pick(&m.name.zh, &m.name.en).to_owned());
                (format!("file-{material}"), name.unwrap_or_default())
            }
            None => (fields::input_of(&error.field), fields::label_of(visitor, &package.form, &error.field)),
        };
        let sentence = visitor.message(&error.message);
        let colon = visitor.t("applications-colon");
        shown.add(place, if name.is_empty() { sentence } else { format!("{name}{colon}{sentence}") });
    }
    shown
}

/// The answers to the fields that the notice names, as they were sent.
fn changes(package: &Package, correcting: &Correcting, pairs: &FormPairs) -> Answers {
    let flagged = flagged_fields(&correcting.case);
    let after = correcting.answers_after();
    let mut changes = Answers::new();
    for step in &package.form.steps {
        let answers = read(package, step, pairs, &after);
        changes.extend(answers.into_iter().filter(|(field, _)| flagged.contains(field)));
    }
    changes
}

pub(crate) async fn upload(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, material)): Path<(String, String)>,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let Err(error) = take_all(&room, &visitor, case, &material, upload).await else {
        return Ok(Redirect::to(&format!("/cases/{case}/correct#material-{material}")).into_response());
    };
    let (status, errors) = said(&visitor, &material, error)?;
    let mut tx = room.db.snapshot().await?;
    page_with_status(status, &build(&mut tx, &room, &visitor, case, "", errors).await?)
}

async fn take_all(
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    material: &str,
    upload: PostUpload,
) -> Result<(), AttachError> {
    if upload.files.is_empty() {
        return Err(AttachError::File(material.to_owned(), FileFault::Empty));
    }
    for file in upload.files {
        let file = HandedIn { name: file.file_name, bytes: file.bytes };
        let kept = keep_for_correction(room, &visitor.actor, case, material, file).await?;
        let mut tx = room.db.begin().await?;
        add_to_correction(&mut tx, room, &visitor.actor, visitor.now, case, material, &kept).await?;
        tx.commit().await?;
    }
    Ok(())
}

pub(crate) async fn remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, file)): Path<(String, String)>,
    PostForm(Nothing {}): PostForm<Nothing>,
) -> Result<Redirect, AppError> {
    let case: CaseId = id(&case)?;
    let mut tx = room.db.begin().await?;
    detach_correction(&mut tx, &visitor.actor, case, id(&file)?).await?;
    tx.commit().await?;
    Ok(Redirect::to(&format!("/cases/{case}/correct")))
}

fn view(room: &Room, correcting: &Correcting) -> Result<CorrectionView, Refusal> {
    let due = reading(room, &correcting.case)?.due.date();
    CorrectionView::of(correcting, due).ok_or(Refusal::NotFound)
}

pub(crate) async fn api_show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Json<CorrectionView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let correcting = get(&mut tx, &room, visitor.actor.person()?, id(&case)?).await?;
    Ok(Json(view(&room, &correcting)?))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new(
        "getCorrection",
        "Shows what the correction notice names and what has been prepared in answer.",
    )
    .description("409 when no correction is awaited.")
    .tag("applications")
    .path_param("id", "The case.")
    .returns::<CorrectionView>(200, "The correction as it stands.")
}

pub(crate) async fn api_change(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    ApiJson(changes): ApiJson<Answers>,
) -> Result<Json<CorrectionView>, AppError> {
    let mut tx = room.db.begin().await?;
    let correcting = change(&mut tx, &room, &visitor.actor, id(&case)?, changes).await?;
    tx.commit().await?;
    Ok(Json(view(&room, &correcting)?))
}

pub(crate) fn change_operation() -> Operation {
    Operation::new("changeCorrection", "Prepares changed answers to a correction notice.")
        .description(
            "The body holds the fields to change, by name. Only fields that the notice names may change: any other is \
             422. Nothing is sent yet. 409 when no correction is awaited.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .body::<serde_json::Value>()
        .returns::<CorrectionView>(200, "The correction as it stands.")
}

pub(crate) async fn api_attach(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, material)): Path<(String, String)>,
    Query(name): Query<FileName>,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let by = &visitor.actor;
    let person = by.person()?;
    let mut tx = room.db.snapshot().await?;
    let case_type = own_case::get(&mut tx, person, case).await?.case_type;
    drop(tx);
    let package = room.package(&case_type)?;
    let most = bytes_max(asked_of_applicant(&package, &material)?);
    let file = HandedIn { name: name.plain(), bytes: read_file(body, most).await? };
    let place = format!("POST correction {case} {material} {}", file.name);
    let once = Once::new(by, key, &[place.as_bytes(), &file.bytes]);
    let kept = keep_for_correction(&room, by, case, &material, file).await;
    let mut tx = room.db.begin().await?;
    let added: MaterialId = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        id(&earlier)?
    } else {
        let added = add_to_correction(&mut tx, &room, by, visitor.now, case, &material, &kept?).await?;
        once.keep(&mut tx, &added.to_string()).await?;
        added
    };
    let correcting = get(&mut tx, &room, person, case).await?;
    tx.commit().await?;
    let found = correcting.files.iter().find(|found| found.id == added).ok_or(AppError(Refusal::NotFound))?;
    Ok(created(&format!("/api/v1/cases/{case}/correction/materials/{added}"), &MaterialView::of(found)))
}

pub(crate) fn attach_operation() -> Operation {
    Operation::new("attachToCorrection", "Hands in a file in answer to a correction notice.")
        .description(
            "The body is the file itself. It waits until the answer is sent and then takes the place of all files of its \
             material. Only materials that the notice names: any other is 422. 413, 415 and 422 as for drafts.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .path_param("material", "The id of the material in the package.")
        .query_param("name", "The file's name.", true)
        .idempotent()
        .returns::<MaterialView>(201, "The file.")
}

pub(crate) async fn api_remove(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, file)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    let mut tx = room.db.begin().await?;
    detach_correction(&mut tx, &visitor.actor, id(&case)?, id(&file)?).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) fn remove_operation() -> Operation {
    Operation::new("detachFromCorrection", "Takes back a file that waits to be sent.")
        .tag("applications")
        .path_param("id", "The case.")
        .path_param("material", "The id of the file.")
        .returns_nothing(204, "It is gone.")
}

pub(crate) async fn api_send(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<CaseView>, AppError> {
    let case: CaseId = id(&case)?;
    let by = &visitor.actor;
    let place = format!("POST correction {case} submission");
    let once = Once::new(by, key, &[place.as_bytes()]);
    let mut tx = room.db.begin().await?;
    let case = if once.earlier(&mut tx, visitor.now).await?.is_some() {
        own_case::get(&mut tx, by.person()?, case).await?
    } else {
        let case = send(&mut tx, &room, by, visitor.now, case, None).await?;
        once.keep(&mut tx, &case.id.to_string()).await?;
        case
    };
    tx.commit().await?;
    Ok(Json(CaseView::of(&visitor, &room, &case, &reading(&room, &case)?)))
}

pub(crate) fn send_operation() -> Operation {
    Operation::new("sendCorrection", "Sends the answer to the correction notice; the case goes on.")
        .description(
            "422 when nothing was changed or something is missing; 409 when no correction is awaited.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .idempotent()
        .returns::<CaseView>(200, "The case.")
}
