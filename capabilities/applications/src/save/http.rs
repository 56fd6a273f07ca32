//! `/drafts/{id}/steps/{step}` and the drafts of the API.

use std::cmp::Ordering;

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use catalogue::{Package, Step};
use kernel::{DraftId, FieldError, Refusal};
use serde::Deserialize;
use serde_json::Value;
use store::Tx;
use store::page::PageRequest;
use web::{ApiJson, AppError, FormErrors, FormPairs, Operation, Shell, Visitor, page, page_with_status};

use super::{SaveError, save};
use crate::Room;
use crate::again;
use crate::asked::Filled;
use crate::dossier::{self, Owner};
use crate::draft::{self, Answers, Draft};
use crate::fields::{self, Drawing, FieldView};
use crate::http::id;
use crate::own_case;
use crate::room::own_purpose;
use crate::start::http::acting;
use crate::view::{DraftPage, DraftView};

#[derive(Template)]
#[template(path = "save/step.html")]
struct StepPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    acting: String,
    steps: Vec<StepMark>,
    fields: Vec<FieldView>,
    action: String,
    version: i64,
    /// The number of the older case from which it was begun, and what of it is not asked any more.
    again_of: String,
    dropped: Vec<String>,
    discard: String,
    back: String,
}

/// A page of the form in the row of pages.
pub(crate) struct StepMark {
    pub(crate) title: String,
    pub(crate) state: &'static str,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct StepQuery {
    /// The list that gets one empty entry more.
    #[serde(default)]
    add: String,
}

/// Where a draft goes on: at the first page with something missing, else at the materials.
pub(crate) async fn resume(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Redirect, AppError> {
    let mut tx = room.db.snapshot().await?;
    let draft = draft::get(&mut tx, &room, visitor.actor.person()?, id(&draft)?).await?;
    if draft.case.is_some() || draft.master.is_some() {
        return Ok(Redirect::to(&draft.outcome_href()));
    }
    let package = room.package(&draft.case_type)?;
    let stopped = draft::stopped(&package, &Value::Object(draft.answers.clone()));
    Ok(Redirect::to(&match stopped.step {
        Some((step, _place)) => format!("/drafts/{}/steps/{}", draft.id, step.id),
        None => format!("/drafts/{}/materials", draft.id),
    }))
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, step)): Path<(String, String)>,
    Query(query): Query<StepQuery>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let draft = draft::get_open(&mut tx, &room, visitor.actor.person()?, id(&draft)?).await?;
    let package = room.package(&draft.case_type)?;
    let step = package.form.step(&step).ok_or(AppError(Refusal::NotFound))?;
    if !package.form.steps_asked(&Value::Object(draft.answers.clone())).any(|asked| asked.id == step.id) {
        return Ok(Redirect::to(&format!("/drafts/{}", draft.id)).into_response());
    }
    let shown =
        build(&mut tx, &room, &visitor, &Opened { draft: &draft, package: &package, step }, &query, &[])
            .await?;
    page(&shown)
}

/// What a page of the form shows.
struct Opened<'a> {
    draft: &'a Draft,
    package: &'a Package,
    step: &'a Step,
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    opened: &Opened<'_>,
    query: &StepQuery,
    faults: &[FieldError],
) -> Result<StepPage, AppError> {
    let Opened { draft, package, step } = opened;
    let errors = fields::errors(visitor, faults);
    let drawing = Drawing { visitor, room, errors: &errors, add: &query.add };
    let open = package.form.validate(&Value::Object(draft.answers.clone())).err().unwrap_or_default();
    let drawn = drawing.draw(&step.fields, &draft.answers);
    let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
    let older = match draft.again_of {
        Some(case) => Some(own_case::get(tx, visitor.actor.person()?, case).await?),
        None => None,
    };
    Ok(StepPage {
        shell: Shell::new(visitor, words(&step.title)).crumb(visitor.t("web-my"), "/my"),
        item: words(&package.item.name),
        acting: acting(tx, room, visitor, visitor.actor.person()?).await?,
        steps: marks(visitor, package, &draft.answers, &step.id, &open),
        fields: drawn,
        errors: fields::summary(visitor, &package.form, faults),
        back: before(package, step, draft),
        action: format!("/drafts/{}/steps/{}", draft.id, step.id),
        version: draft.version,
        dropped: older
            .as_ref()
            .map(|older| again::names_of_dropped(visitor, room, older, &draft.dropped))
            .unwrap_or_default(),
        again_of: older.map(|older| older.number).unwrap_or_default(),
        discard: format!("/drafts/{}/discard", draft.id),
    })
}

/// The row of pages: the form's own, then materials, then the check before sending. Pages that were passed are done
/// when nothing of them is missing or wrong.
pub(crate) fn marks(
    visitor: &Visitor,
    package: &Package,
    answers: &Answers,
    now: &str,
    open: &[FieldError],
) -> Vec<StepMark> {
    let answers = Value::Object(answers.clone());
    let is_done = |step: &Step| {
        let of_step = |fault: &FieldError| {
            let name = fault.field.split('/').next().unwrap_or_default();
            step.fields.iter().any(|field| field.name == name)
        };
        !open.iter().any(of_step)
    };
    let title = |step: &Step| visitor.pick(&step.title.zh, &step.title.en).to_owned();
    let materials_done = !open.iter().any(|fault| fault.field.starts_with("materials/"));
    let mut pages: Vec<(&str, String, bool)> = package
        .form
        .steps_asked(&answers)
        .map(|step| (step.id.as_str(), title(step), is_done(step)))
        .collect();
    pages.push(("materials", visitor.t("applications-materials"), materials_done));
    pages.push(("confirm", visitor.t("applications-confirm"), false));
    let at = pages.iter().position(|(id, _, _)| *id == now).unwrap_or(0);
    let mark = |(index, (_, title, done)): (usize, (&str, String, bool))| StepMark {
        title,
        state: match index.cmp(&at) {
            Ordering::Less if done => "done",
            Ordering::Equal => "now",
            Ordering::Less | Ordering::Greater => "ahead",
        },
    };
    pages.into_iter().enumerate().map(mark).collect()
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((draft, step)): Path<(String, String)>,
    pairs: FormPairs,
) -> Result<Response, AppError> {
    let person = visitor.actor.person()?;
    let draft_id: DraftId = id(&draft)?;
    let expected = pairs.get("version").and_then(|version| version.parse().ok()).unwrap_or(0);
    let mut tx = room.db.begin().await?;
    let before = draft::get_open(&mut tx, &room, person, draft_id).await?;
    let package = room.package(&before.case_type)?;
    let step = package.form.step(&step).ok_or(AppError(Refusal::NotFound))?;
    let changes = read(&package, step, &pairs, &before.answers);
    let draft = save(&mut tx, &room, &visitor.actor, visitor.now, draft_id, Some(expected), changes).await?;
    tx.commit().await?;
    let here = format!("/drafts/{}/steps/{}", draft.id, step.id);
    let list_of = |row: &str| row.split('.').next().unwrap_or_default().to_owned();
    if let Some(list) = pairs.get("_add") {
        return Ok(Redirect::to(&format!("{here}?add={}#{}", list_of(list), list_of(list))).into_response());
    }
    if let Some(row) = pairs.get("_remove") {
        return Ok(Redirect::to(&format!("{here}#{}", list_of(row))).into_response());
    }
    if pairs.get("_go") == Some("leave") {
        return Ok(Redirect::to("/my").into_response());
    }
    match package.form.validate_step(&step.id, &Value::Object(draft.answers.clone())) {
        Ok(()) => Ok(Redirect::to(&after(&package, step, &draft)).into_response()),
        Err(faults) => {
            let mut tx = room.db.snapshot().await?;
            let opened = Opened { draft: &draft, package: &package, step };
            let again = build(&mut tx, &room, &visitor, &opened, &StepQuery::default(), &faults).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// The answers of this page as they were sent, those that were emptied as null.
pub(crate) fn read(package: &Package, step: &Step, pairs: &FormPairs, old: &Answers) -> Answers {
    let removed = pairs.get("_remove").map(|row| format!("{row}.")).filter(|row| row.len() > 1);
    let kept = |name: &str| removed.as_deref().is_none_or(|row| !name.starts_with(row));
    let sent: Vec<(String, String)> = pairs.0.iter().filter(|(name, _)| kept(name)).cloned().collect();
    let read = package.form.read_step(&step.id, &sent, &Value::Object(old.clone()));
    let value = |name: &str| read.get(name).cloned().unwrap_or(Value::Null);
    step.fields.iter().map(|field| (field.name.clone(), value(&field.name))).collect()
}

/// The page before this one; empty for the first.
fn before(package: &Package, step: &Step, draft: &Draft) -> String {
    let answers = Value::Object(draft.answers.clone());
    let earlier = package.form.steps_asked(&answers).take_while(|other| other.id != step.id).last();
    earlier.map_or_else(String::new, |earlier| format!("/drafts/{}/steps/{}", draft.id, earlier.id))
}

/// The page after this one.
fn after(package: &Package, step: &Step, draft: &Draft) -> String {
    let answers = Value::Object(draft.answers.clone());
    let mut later = package.form.steps_asked(&answers).skip_while(|other| other.id != step.id).skip(1);
    match later.next() {
        Some(next) => format!("/drafts/{}/steps/{}", draft.id, next.id),
        None => format!("/drafts/{}/materials", draft.id),
    }
}

/// A draft with its files and what is missing.
pub(crate) async fn view(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
) -> Result<DraftView, Refusal> {
    let person = visitor.actor.person()?;
    let draft = draft::get(tx, room, person, draft).await?;
    let case = draft.case;
    let mut filled = Filled::read(tx, room, person, draft, visitor.now).await?;
    if let Some(case) = case {
        let mut files =
            dossier::materials(tx, room, Owner::Case(case), &own_purpose(person, Some(case))).await?;
        files.retain(dossier::Material::is_handed_in);
        filled.files = files;
    }
    let is_handed_in = case.is_some() || filled.draft.master.is_some();
    let faults = if is_handed_in { Vec::new() } else { filled.missing(room) };
    Ok(DraftView::of(visitor, room, &filled, &faults))
}

pub(crate) async fn api_list(
    State(room): State<Room>,
    visitor: Visitor,
    Query(request): Query<PageRequest>,
) -> Result<Json<DraftPage>, AppError> {
    let mut tx = room.db.snapshot().await?;
    Ok(Json(DraftPage::of(draft::list(&mut tx, visitor.actor.person()?, &request).await?)))
}

pub(crate) fn list_operation() -> Operation {
    Operation::new("listDrafts", "Lists the applicant's drafts that are not submitted, newest first.")
        .tag("applications")
        .query_param("after", "The `next` of the page before.", false)
        .query_param("size", "Rows of a page, 1 to 100; 20 without it.", false)
        .returns::<DraftPage>(200, "A page of drafts.")
}

pub(crate) async fn api_show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
) -> Result<Json<DraftView>, AppError> {
    let mut tx = room.db.snapshot().await?;
    Ok(Json(view(&mut tx, &room, &visitor, id(&draft)?).await?))
}

pub(crate) fn show_operation() -> Operation {
    Operation::new("getDraft", "Shows a draft with its answers, files and what is still missing.")
        .tag("applications")
        .path_param("id", "The draft.")
        .returns::<DraftView>(200, "The draft.")
}

pub(crate) async fn api_change(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
    ApiJson(changes): ApiJson<serde_json::Map<String, Value>>,
) -> Result<Json<DraftView>, AppError> {
    let draft: DraftId = id(&draft)?;
    let mut tx = room.db.begin().await?;
    save(&mut tx, &room, &visitor.actor, visitor.now, draft, None, changes)
        .await
        .map_err(|error: SaveError| AppError(error.into()))?;
    let shown = view(&mut tx, &room, &visitor, draft).await?;
    tx.commit().await?;
    Ok(Json(shown))
}

pub(crate) fn change_operation() -> Operation {
    Operation::new("changeDraft", "Changes answers of a draft.")
        .description(
            "The body holds the fields to change, by name (JSON merge patch at the top level): lists and objects are \
             replaced as a whole, null takes an answer away. Answers are kept also when they break a rule; `missing` \
             lists every broken rule. 409 when the draft was submitted.",
        )
        .tag("applications")
        .path_param("id", "The draft.")
        .body::<serde_json::Value>()
        .returns::<DraftView>(200, "The draft as it is now.")
}
