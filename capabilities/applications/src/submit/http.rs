//! `/drafts/{id}/confirm` and `POST /api/v1/drafts/{id}/submission`.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::Case;
use catalogue::{Masking, Package};
use kernel::{DraftId, FieldError, Message, Refusal};
use serde::Deserialize;
use serde_json::Value;
use store::Tx;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{
    ApiJson, AppError, Choice, FormErrors, IdempotencyKey, Operation, PostForm, Shell, Visitor, page,
    page_with_status,
};

use super::receipt::acceptance;
use super::{SubmitError, is_outdated, submit};
use crate::asked::Filled;
use crate::attach::http::FileRow;
use crate::attach::materials_of_applicant;
use crate::dossier::Material;
use crate::draft::{self, Answers, Draft};
use crate::fields::{input_of, label_of, name_of};
use crate::http::{created, id};
use crate::known::Found;
use crate::mine::now::Look;
use crate::save::http::{StepMark, marks};
use crate::stand_in::{self, Kind};
use crate::start::http::acting;
use crate::view::ReceiptView;
use crate::window::http::Near;
use crate::window::{self, Window};
use crate::{Room, division, master, own_case, requirement};

#[derive(Template)]
#[template(path = "submit/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    errors: FormErrors,
    item: String,
    acting: String,
    division: String,
    steps: Vec<StepMark>,
    missing: Vec<Missing>,
    sections: Vec<AnswerSection>,
    materials: Vec<(String, Vec<FileRow>)>,
    materials_href: String,
    known: Vec<Found>,
    /// Materials that come later, and those in whose place a commitment stands.
    later: Vec<String>,
    commitments: Vec<String>,
    outdated: bool,
    body: String,
    windows: Option<Windows>,
    action: String,
}

/// Windows of other divisions from which one can be chosen (异地代收).
struct Windows {
    /// Where it is looked for.
    here: String,
    /// What was looked for.
    words: String,
    choices: Vec<Choice>,
}

/// Something to be done before sending, with where to do it.
struct Missing {
    what: String,
    why: String,
    href: String,
}

/// Answers under a heading, with where to change them.
pub(crate) struct AnswerSection {
    pub(crate) title: String,
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) href: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
    Query(Near { near }): Query<Near>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let draft = draft::get(&mut tx, &room, visitor.actor.person()?, id(&draft)?).await?;
    if draft.case.is_some() || draft.master.is_some() {
        return Ok(Redirect::to(&format!("{}/receipt", draft.outcome_href())).into_response());
    }
    let wanted = Wanted { near: &near, window: "" };
    page(&build(&mut tx, &room, &visitor, draft, wanted, FormErrors::none()).await?)
}

/// What is asked of the choice of windows.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    near: &'a str,
    window: &'a str,
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    draft: Draft,
    wanted: Wanted<'_>,
    errors: FormErrors,
) -> Result<ConfirmPage, AppError> {
    let person = visitor.actor.person()?;
    let filled = Filled::read(tx, room, person, draft, visitor.now).await?;
    let Filled { draft, package, files, known, .. } = &filled;
    let faults = filled.missing(room);
    let names = |kind: Kind| {
        let of_kind = filled.counted().filter(move |(_, stand_in)| stand_in.kind == kind);
        of_kind.map(|(material, _)| visitor.pick(&material.name.zh, &material.name.en).to_owned()).collect()
    };
    let windows = if package.process().acceptance.elsewhere {
        let words = if wanted.near.is_empty() { wanted.window } else { wanted.near };
        let found = window::search(tx, visitor, room, package, wanted.near).await?;
        let label = |found: &Window| {
            visitor.t2("applications-window-choice", "place", &found.place, "name", &found.name)
        };
        let choice =
            |found: Window| Choice::new(&found.slug, label(&found)).chosen_if(found.slug == wanted.window);
        let choices = found.into_iter().map(choice).collect();
        let here = format!("/drafts/{}/confirm#near", draft.id);
        Some(Windows { here, words: words.to_owned(), choices })
    } else {
        None
    };
    let base = format!("/drafts/{}", draft.id);
    let item = visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned();
    Ok(ConfirmPage {
        shell: Shell::new(visitor, visitor.t("applications-confirm-title")).crumb(visitor.t("web-my"), "/my"),
        errors,
        item,
        acting: acting(tx, room, visitor, person).await?,
        division: division::full_name(&draft.division),
        steps: marks(visitor, package, &draft.answers, "confirm", &faults),
        missing: faults.iter().map(|fault| to_do(visitor, package, &base, fault)).collect(),
        sections: sections(visitor, room, package, &draft.answers, Some(&base)),
        materials: files_by_material(visitor, package, files, &base),
        materials_href: format!("{base}/materials"),
        known: known.found(visitor, room, package),
        later: names(Kind::Later),
        commitments: names(Kind::Commitment),
        outdated: is_outdated(room, draft),
        body: receiver(visitor, room, package, draft),
        windows,
        action: format!("{base}/confirm"),
    })
}

/// The body that will receive it, where it is known already.
fn receiver(visitor: &Visitor, room: &Room, package: &Package, draft: &Draft) -> String {
    if package.is_bundle() {
        return String::new(); // each part has its own
    }
    let bodies = room.bodies();
    let by = package.case_type.process.acceptance.by.list().last().filter(|by| by.level.is_some());
    let (department, nothing) = (package.case_type.department(), serde_json::Map::new());
    let body = by.and_then(|by| bodies.of_executor(by, department, &draft.division, &nothing));
    body.map(|body| visitor.pick(&body.name.zh, &body.name.en).to_owned()).unwrap_or_default()
}

fn to_do(visitor: &Visitor, package: &Package, base: &str, fault: &FieldError) -> Missing {
    let why = visitor.message(&fault.message);
    let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
    if let Some(material) = fault.field.strip_prefix("materials/") {
        let what = package.item.material(material).map(|material| words(&material.name)).unwrap_or_default();
        return Missing { what, why, href: format!("{base}/materials#material-{material}") };
    }
    if fault.field == requirement::FIELD {
        return Missing { what: visitor.t("applications-entitled"), why, href: String::new() };
    }
    let name = fault.field.split('/').next().unwrap_or_default();
    let what = label_of(visitor, &package.form, &fault.field);
    let step = package.form.steps.iter().find(|step| step.fields.iter().any(|field| field.name == name));
    let href = step.map(|step| format!("{base}/steps/{}#{}", step.id, input_of(&fault.field)));
    Missing { what, why, href: href.unwrap_or_default() }
}

/// Everything that was answered, for those who may see it in full. Below a draft's address each section leads to
/// its page.
pub(crate) fn sections(
    visitor: &Visitor,
    room: &Room,
    package: &Package,
    answers: &Answers,
    base: Option<&str>,
) -> Vec<AnswerSection> {
    let names = |named: catalogue::Named<'_>| name_of(visitor, room, named);
    let mut shown = Vec::new();
    let all = Value::Object(answers.clone());
    for step in package.form.steps_asked(&all) {
        let own: Answers = step
            .fields
            .iter()
            .filter_map(|field| Some((field.name.clone(), answers.get(&field.name)?.clone())))
            .collect();
        let href = base.map(|base| format!("{base}/steps/{}", step.id)).unwrap_or_default();
        let sections = package.form.describe(&Value::Object(own), visitor.lang, Masking::Shown, &names);
        shown.extend(sections.into_iter().map(|section| AnswerSection {
            title: section.title,
            rows: section.rows,
            href: href.clone(),
        }));
    }
    shown
}

/// The files under the names of their materials, in the guide's order.
pub(crate) fn files_by_material(
    visitor: &Visitor,
    package: &Package,
    files: &[Material],
    base: &str,
) -> Vec<(String, Vec<FileRow>)> {
    let row = |file: &Material| FileRow {
        name: file.file_name.clone(),
        href: format!("{base}/materials/{}/file", file.id),
        size: crate::attach::http::size(file.size),
        remove: String::new(),
    };
    materials_of_applicant(package)
        .map(|material| {
            let name = visitor.pick(&material.name.zh, &material.name.en).to_owned();
            let own = files.iter().filter(|file| file.material == material.id && file.state == "current");
            (name, own.map(row).collect::<Vec<_>>())
        })
        .filter(|(_, files)| !files.is_empty())
        .collect()
}

#[derive(Debug, Deserialize)]
pub(crate) struct Declaration {
    /// Ticked: everything is true.
    #[serde(default)]
    declared: bool,
    /// The slug of the body whose window is to receive it; empty: the competent one's.
    #[serde(default)]
    window: String,
}

pub(crate) async fn send(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
    PostForm(form): PostForm<Declaration>,
) -> Result<Response, AppError> {
    let draft: DraftId = id(&draft)?;
    let once = Once::new(&visitor.actor, None, &[]);
    let result = if form.declared {
        hand_in_any(&room, &visitor, draft, &form.window, &once).await
    } else {
        Err(Refusal::field("declared", Message::new("applications-declare-missing")))
    };
    match result {
        Ok(receipt) => Ok(Redirect::to(&receipt).into_response()),
        Err(refusal) => {
            let is_missing = |error: &FieldError| error.field != "declared" && error.field != "window";
            let only_missing = matches!(&refusal, Refusal::Invalid(errors) if errors.iter().all(is_missing));
            let mut tx = room.db.snapshot().await?;
            let draft = draft::get(&mut tx, &room, visitor.actor.person()?, draft).await?;
            if draft.case.is_some() || draft.master.is_some() {
                return Ok(Redirect::to(&format!("{}/receipt", draft.outcome_href())).into_response());
            }
            let mut errors = FormErrors::of(&visitor, refusal)?;
            if only_missing {
                // What is missing stands on the page with its links; the summary points there.
                errors = FormErrors::none();
                errors.add("missing", visitor.t("applications-not-complete"));
            }
            page_with_status(
                StatusCode::UNPROCESSABLE_ENTITY,
                &build(&mut tx, &room, &visitor, draft, Wanted { near: "", window: &form.window }, errors)
                    .await?,
            )
        }
    }
}

/// Hands in what the draft is of, one item or one thing; where its receipt is.
async fn hand_in_any(
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
    window: &str,
    once: &Once,
) -> Result<String, Refusal> {
    let mut tx = room.db.snapshot().await?;
    let found = draft::get(&mut tx, room, visitor.actor.person()?, draft).await?;
    drop(tx);
    if found.case_type.handling == catalogue::BUNDLE {
        let master = master::api::hand_in_once(room, visitor, draft, once).await?;
        Ok(format!("/master-cases/{}/receipt", master.id))
    } else {
        let case = hand_in(room, visitor, draft, Some(window), once).await?;
        Ok(format!("/cases/{}/receipt", case.id))
    }
}

/// Hands the draft in, or finds the case that it became.
async fn hand_in(
    room: &Room,
    visitor: &Visitor,
    draft: DraftId,
    window: Option<&str>,
    once: &Once,
) -> Result<Case, Refusal> {
    let mut tx = room.db.begin().await?;
    if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        return Ok(own_case::get(&mut tx, visitor.actor.person()?, id(&earlier)?).await?);
    }
    match submit(&mut tx, room, &visitor.actor, visitor.now, draft, window).await {
        Ok(case) => {
            once.keep(&mut tx, &case.id.to_string()).await?;
            tx.commit().await?;
            Ok(case)
        }
        Err(SubmitError::Outdated) => {
            // The draft moves on to the version that holds now, so that its questions can be looked at again.
            drop(tx);
            draft::move_on(room, visitor.actor.person()?, draft, visitor.now).await?;
            Err(SubmitError::Outdated.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// How a draft is handed in.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Submission {
    /// The short name of the body of another division whose window receives and checks the papers (异地代收).
    #[serde(default)]
    window: Option<String>,
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    Path(draft): Path<String>,
    IdempotencyKey(key): IdempotencyKey,
    wanted: Option<ApiJson<Submission>>,
) -> Result<Response, AppError> {
    let window = wanted.and_then(|ApiJson(wanted)| wanted.window);
    let at = window.as_deref().map(|window| format!(" at {window}")).unwrap_or_default();
    let place = format!("POST draft {draft} submission{at}");
    let once = Once::new(&visitor.actor, key, &[place.as_bytes()]);
    let case = hand_in(&room, &visitor, id(&draft)?, window.as_deref(), &once).await?;
    let reading = acceptance(&room, &case)?;
    let package = room.package(&case.case_type)?;
    let mut tx = room.db.snapshot().await?;
    let stand_ins = stand_in::of_case(&mut tx, case.id).await?;
    let look = Look { visitor: &visitor, room: &room, package: &package, case: &case };
    let location = format!("/api/v1/cases/{}", case.id);
    Ok(created(&location, &ReceiptView::of(&look, &reading, &stand_ins)))
}

pub(crate) fn operation() -> Operation {
    Operation::new("submitDraft", "Hands a complete draft in: it becomes a case.")
        .description(
            "By this call the applicant declares that everything in it is true. Repeating it gives the first receipt \
             again. 422 lists everything that is missing; 409 when the item was published anew since the draft was \
             begun: the draft then has the newer version and can be looked at and submitted again, or when it is of a \
             bundle, which is handed in as a master case. `window` names a body \
             of another division where the papers are received and checked: 409 where the item allows none, 422 where \
             that body has no window for it.",
        )
        .tag("applications")
        .path_param("id", "The draft.")
        .idempotent()
        .body::<Submission>()
        .returns::<ReceiptView>(201, "The receipt.")
}
