//! `/cases/{id}/correct`.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::Lapse;
use catalogue::Package;
use kernel::{CaseId, FieldError, Refusal};
use store::Tx;
use web::{
    AppError, FormErrors, FormPairs, Nothing, PostForm, PostUpload, Shell, Visitor, page, page_with_status,
};

use super::{Correcting, Sending, change, flagged_fields, get, send};
use crate::attach::http::{FileRow, MaterialRow, may_add, said, size};
use crate::attach::{AttachError, HandedIn, add_to_correction, keep_for_correction};
use crate::detach::detach_correction;
use crate::dossier::Material as File;
use crate::draft::Answers;
use crate::evidence::FileFault;
use crate::fields::{self, Drawing, FieldView};
use crate::http::id;
use crate::known::Known;
use crate::mine::http::reading;
use crate::reasons::Reasons;
use crate::save::http::read;
use crate::{Room, asked};

#[derive(Template)]
#[template(path = "correct/correct.html")]
struct CorrectPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    number: String,
    until: String,
    /// The sentence about the last day.
    lead: &'static str,
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
        lead: match package.process().correction.then {
            Lapse::Close => "applications-correct-lead-until",
            Lapse::GoOn => "applications-correct-lead-go-on",
        },
        defects: defects(visitor, &package, &correcting),
        fields: drawing.draw(asked, &correcting.answers_after()),
        materials: materials(visitor, room, &package, &correcting, &errors),
        version: correcting.case.version,
        action: format!("{base}/correct"),
        back: base,
        errors,
    })
}

fn defects(visitor: &Visitor, package: &Package, correcting: &Correcting) -> Vec<DefectRow> {
    let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
    let (fields, files) = (correcting.fields_changed(), correcting.materials_changed());
    let correction = correcting.case.correction.as_ref();
    let sent = |id: &str| correction.is_some_and(|correction| correction.answered.iter().any(|a| a == id));
    let notice = correction.into_iter().flat_map(|correction| &correction.defects);
    notice
        .map(|defect| {
            let (what, href, mended) = match (&defect.material, &defect.field) {
                (Some(material), _) => {
                    let name = package.item.material(material).map(|material| words(&material.name));
                    (name, format!("#material-{material}"), files.contains(material) || sent(material))
                }
                (None, Some(field)) => {
                    let top = field.split('/').next().unwrap_or_default();
                    let label = package.form.field(top).map(|field| words(&field.label));
                    (label, format!("#{}", fields::input_of(field)), fields.contains(top) || sent(top))
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
    room: &Room,
    package: &Package,
    correcting: &Correcting,
    errors: &FormErrors,
) -> Vec<MaterialRow> {
    let base = format!("/cases/{}", correcting.case.id);
    let known = Known::of_case(&correcting.case);
    let reasons = Reasons { visitor, room, package, known: &known };
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
    let (open, after) = (correcting.materials_open(package), correcting.answers_after());
    let asked_for = package.item.materials.iter().filter(|material| open.contains(&material.id));
    asked_for
        .map(|material| {
            let mut shown = MaterialRow::of(visitor, material, &format!("{base}/correct"), errors);
            let own = || correcting.files.iter().filter(|file| file.material == material.id);
            shown.files = own().filter(|file| file.state == "pending").map(row).collect();
            shown.why_not = asked::why_not(&reasons, material, &after);
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
    let sending = match pairs.get("_go") {
        Some("send") => Some(Sending::Whole),
        Some("send-part") => Some(Sending::Part),
        Some(_) | None => None,
    };
    let Some(sending) = sending else {
        tx.commit().await?;
        return match pairs.get("_add") {
            Some(list) => {
                let mut tx = room.db.snapshot().await?;
                page(&build(&mut tx, &room, &visitor, case, list, FormErrors::none()).await?)
            }
            None => Ok(Redirect::to(&format!("/cases/{case}/correct")).into_response()),
        };
    };
    let Err(error) = send(&mut tx, &room, by, visitor.now, case, Some(expected), sending).await else {
        tx.commit().await?;
        let there = if sending == Sending::Part { "/correct" } else { "" };
        return Ok(Redirect::to(&format!("/cases/{case}{there}")).into_response());
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
