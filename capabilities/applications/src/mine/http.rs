//! The cases of the applicant in the API, and their files.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use cases::{Case, OwnCases};
use kernel::{CaseId, MaterialId, Refusal};
use legal_time::{Clock, Reading};
use store::page::PageRequest;
use web::{AppError, Operation, Visitor};

use super::{list, page};
use crate::dossier::{self, Owner};
use crate::http::{id, show_file};
use crate::room::own_purpose;
use crate::view::{CasePage, CaseView, EventList};
use crate::{Room, own_case, trace};

/// What the leading clock of a case shows.
pub(crate) fn reading(room: &Room, case: &Case) -> Result<Reading, Refusal> {
    read(room, case.leading_clock())
}

/// What a clock shows by the law's calendar.
pub(crate) fn read(room: &Room, clock: &Clock) -> Result<Reading, Refusal> {
    clock.evaluate(room.calendar.current()).map_err(Refusal::internal)
}

pub(crate) async fn api_list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(request): Query<PageRequest>,
) -> Result<Json<CasePage>, AppError> {
    let mut tx = room.db.snapshot().await?;
    Ok(Json(CasePage::of(
        list(&mut tx, visitor.actor.person()?, &OwnCases::default(), visitor.now, &request).await?,
    )))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listCases", "Lists the applicant's cases, newest first.")
        .tag("applications")
        .query_param("after", "The `next` of the page before.", false)
        .query_param("size", "Rows of a page, 1 to 100; 20 without it.", false)
        .returns::<CasePage>(200, "A page of cases.")
}

pub(crate) async fn api_show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Json<CaseView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let case = own_case::get(&mut tx, visitor.actor.person()?, id::<CaseId>(&case)?).await?;
    Ok(Json(CaseView::of(&visitor, &room, &case, &reading(&room, &case)?)?))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getCase", "Shows where a case of the applicant stands, until when, and why that day.")
        .tag("applications")
        .path_param("id", "The case.")
        .returns::<CaseView>(200, "The case.")
}

pub(crate) async fn api_events(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Json<EventList>, AppError> {
    let mut tx = room.db.snapshot().await?;
    let case = own_case::get(&mut tx, visitor.actor.person()?, id::<CaseId>(&case)?).await?;
    let history = cases::history(&mut tx, case.id).await?;
    let package = room.package(&case.case_type)?;
    Ok(Json(EventList::of(&trace::public(&visitor, &package, &history))))
}

pub(crate) fn events_operation() -> Operation {
    Operation::new("listCaseEvents", "Lists what happened to a case of the applicant, oldest first.")
        .tag("applications")
        .path_param("id", "The case.")
        .returns::<EventList>(200, "The events that the applicant sees.")
}

pub(crate) async fn file(
    State(room): State<Room>,
    visitor: Visitor,
    Path((case, file)): Path<(String, String)>,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let (case, file): (CaseId, MaterialId) = (id(&case)?, id(&file)?);
    let mut tx = room.db.snapshot().await?;
    own_case::get(&mut tx, person, case).await?;
    let files =
        dossier::materials(&mut tx, &room, Owner::Case(case), &own_purpose(person, Some(case))).await?;
    drop(tx);
    let found = files.iter().find(|found| found.id == file && found.is_handed_in());
    let found = found.ok_or(AppError(Refusal::NotFound))?;
    show_file(found, room.files.get(&found.file_sm3).await?)
}

pub(crate) use page::show;
