//! `/cases/{id}/promises` and `POST /api/v1/cases/{id}/promises/{material}`.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{CaseId, MaterialId, Refusal};
use store::Tx;
use store::idempotency::Once;
use web::{
    AppError, FormErrors, IdempotencyKey, Operation, PostUpload, Shell, Visitor, page, page_with_status,
};

use super::{SupplyError, keep_file, supply};
use crate::attach::http::{FileName, FileRow, MaterialRow, said, size};
use crate::attach::{AttachError, HandedIn, asked_of_applicant};
use crate::dossier::{self, Owner};
use crate::evidence::FileFault;
use crate::http::{bytes_max, created, id, read_file};
use crate::mine::now::{CasePromise, Look};
use crate::room::own_purpose;
use crate::view::MaterialView;
use crate::{Room, own_case};

#[derive(Template)]
#[template(path = "supply/supply.html")]
struct SupplyPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    number: String,
    promises: Vec<Row>,
    back: String,
}

/// A promise with the material for which it stands.
struct Row {
    promise: CasePromise,
    /// The last day, in words.
    until: String,
    material: MaterialRow,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    page(&build(&mut tx, &room, &visitor, id(&case)?, FormErrors::none()).await?)
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    errors: FormErrors,
) -> Result<SupplyPage, AppError> {
    let person = visitor.actor.person()?;
    let case = own_case::get(tx, person, case).await?;
    let package = room.package(&case.case_type)?;
    let files =
        dossier::materials(tx, room, Owner::Case(case.id), &own_purpose(person, Some(case.id))).await?;
    let base = format!("/cases/{}", case.id);
    let look = Look { visitor, room, package: &package, case: &case };
    let row = |promise: CasePromise| {
        let wanted = asked_of_applicant(&package, &promise.material)?;
        let mut material = MaterialRow::of(visitor, wanted, &base, &errors);
        let own = files.iter().filter(|file| file.material == wanted.id && file.is_handed_in());
        material.files = own
            .map(|file| FileRow {
                name: file.file_name.clone(),
                href: format!("{base}/materials/{}/file", file.id),
                size: size(file.size),
                remove: String::new(),
            })
            .collect();
        material.can_add = promise.state == "open";
        material.action = format!("{base}/promises/{}", wanted.id);
        let until = promise.due_on.map(|day| visitor.date(day)).unwrap_or_default();
        Ok(Row { promise, until, material })
    };
    let promises = look.promises()?.into_iter().map(row).collect::<Result<Vec<_>, AttachError>>();
    Ok(SupplyPage {
        shell: Shell::new(visitor, visitor.t("applications-supply-title"))
            .crumb(visitor.t("web-my"), "/my")
            .crumb(case.number.clone(), base.clone()),
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        number: case.number.clone(),
        promises: promises.map_err(Refusal::from)?,
        back: base,
        errors,
    })
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, material)): Path<(String, String)>,
    upload: PostUpload,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let error = match take_all(&room, &visitor, case, &material, upload).await {
        Ok(()) => return Ok(Redirect::to(&format!("/cases/{case}")).into_response()),
        Err(SupplyError::File(error)) => error,
        Err(error) => return Err(error.into()),
    };
    let (status, errors) = said(&visitor, &material, error)?;
    let mut tx = room.db.snapshot().await?;
    page_with_status(status, &build(&mut tx, &room, &visitor, case, errors).await?)
}

async fn take_all(
    room: &Room,
    visitor: &Visitor,
    case: CaseId,
    material: &str,
    upload: PostUpload,
) -> Result<(), SupplyError> {
    if upload.files.is_empty() {
        return Err(AttachError::File(material.to_owned(), FileFault::Empty).into());
    }
    let mut kept = Vec::new();
    for file in upload.files {
        let file = HandedIn { name: file.file_name, bytes: file.bytes };
        kept.push(keep_file(room, &visitor.actor, case, material, file).await?);
    }
    let mut tx = room.db.begin().await?;
    supply(&mut tx, room, &visitor.actor, visitor.now, case, material, &kept).await?;
    Ok(tx.commit().await?)
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, material)): Path<(String, String)>,
    Query(name): Query<FileName>,
    IdempotencyKey(key): IdempotencyKey,
    body: Body,
) -> Result<Response, AppError> {
    let case: CaseId = id(&case)?;
    let (by, now) = (&visitor.actor, visitor.now);
    let person = by.person()?;
    let mut tx = room.db.snapshot().await?;
    let case_type = own_case::get(&mut tx, person, case).await?.case_type;
    drop(tx);
    let package = room.package(&case_type)?;
    let most = bytes_max(asked_of_applicant(&package, &material)?);
    let file = HandedIn { name: name.plain(), bytes: read_file(body, most).await? };
    let place = format!("POST promise {case} {material} {}", file.name);
    let once = Once::new(by, key, &[place.as_bytes(), &file.bytes]);
    let kept = keep_file(&room, by, case, &material, file).await;
    let mut tx = room.db.begin().await?;
    let added: MaterialId = if let Some(earlier) = once.earlier(&mut tx, now).await? {
        id(&earlier)?
    } else {
        let (_case, added) = supply(&mut tx, &room, by, now, case, &material, &[kept?]).await?;
        let added = *added.first().ok_or(AppError(Refusal::NotFound))?;
        once.keep(&mut tx, &added.to_string()).await?;
        added
    };
    let files =
        dossier::materials(&mut tx, &room, Owner::Case(case), &own_purpose(person, Some(case))).await?;
    tx.commit().await?;
    let found = files.iter().find(|found| found.id == added).ok_or(AppError(Refusal::NotFound))?;
    Ok(created(&format!("/api/v1/cases/{case}/promises/{material}"), &MaterialView::of(found)))
}

pub(crate) fn operation() -> Operation {
    Operation::new("supplyPromised", "Hands in a material that was promised for later (容缺补齐).")
        .description(
            "The body is the file itself; the promise is kept with it. 409 when nothing was promised, the application is \
             not accepted yet, or the time is over; 413, 415 and 422 as for drafts.",
        )
        .tag("applications")
        .path_param("id", "The case.")
        .path_param("material", "The id of the material in the package.")
        .query_param("name", "The file's name.", true)
        .idempotent()
        .returns::<MaterialView>(201, "The file.")
}
