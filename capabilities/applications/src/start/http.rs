//! `/apply/{code}/{handling}` and `POST /api/v1/drafts`.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use cases::Level;
use catalogue::{Masking, Material, Need, Package};
use kernel::{CaseId, DraftId, FieldError, Message, PersonActor, Refusal};
use serde::Deserialize;
use serde_json::Value;
use store::Tx;
use store::idempotency::Once;
use utoipa::ToSchema;
use web::{
    ApiJson, AppError, Choice, FormErrors, FormPairs, IdempotencyKey, Operation, Shell, Visitor, page,
    page_with_status,
};

use super::{StartApplication, StartError, check_hat, start};
use crate::draft::{self, Answers, Draft};
use crate::http::{created, id};
use crate::submit::closed;
use crate::view::DraftView;
use crate::{Room, attach, division, prefill, requirement, save};

#[derive(Template)]
#[template(path = "start/start.html")]
struct StartPage {
    shell: Shell,
    errors: FormErrors,
    summary: String,
    acting: String,
    /// Why the item cannot be asked for under this hat; empty when it can.
    wrong_hat: String,
    conditions: Vec<String>,
    materials: Vec<MaterialRow>,
    promised: String,
    running: Vec<(String, String)>,
    action: String,
    once: String,
    /// The division chosen so far, and the choices inside it.
    path: Vec<(String, String)>,
    choices: Vec<Choice>,
    label: String,
    is_last: bool,
    fixed: String,
    /// Answers from the guided choice, as people read them and as the next page takes them.
    brought: Vec<(String, String)>,
    hidden: Vec<(String, String)>,
}

struct MaterialRow {
    name: String,
    note: String,
    required: bool,
    /// Whether it is asked for depends on the answers.
    depends: bool,
}

/// What is chosen so far: the division, and answers that the guided choice brings along.
#[derive(Debug, Default)]
struct Chosen {
    within: String,
    answers: Answers,
}

impl Chosen {
    fn new(package: &Package, within: &str, pairs: &[(String, String)]) -> Self {
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Self { within: within.to_owned(), answers: catalogue::prefilled(package, pairs) }
    }

    /// The answers as they stood in the address, for the next one.
    fn pairs(&self) -> Vec<(String, String)> {
        let token = |value: &Value| match value {
            Value::Bool(true) => "yes".to_owned(),
            Value::Bool(false) => "no".to_owned(),
            Value::String(text) => text.clone(),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => String::new(),
        };
        let pair =
            |(name, value): (&String, &Value)| (format!("{}{name}", catalogue::PREFILLED), token(value));
        self.answers.iter().map(pair).collect()
    }
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let package = room.library().offered(&code, &handling).ok_or(AppError(Refusal::NotFound))?;
    if let Some(message) = closed(&room, &package.reference) {
        return Err(Refusal::Conflict(message).into());
    }
    let within = pairs.iter().find(|(name, _)| name == "within").map_or("", |(_, code)| code.as_str());
    let chosen = Chosen::new(&package, within, &pairs);
    let mut tx = room.db.snapshot().await?;
    let page_data = build(&mut tx, &room, &visitor, &package, &chosen, FormErrors::none()).await?;
    page(&page_data)
}

pub(crate) async fn submit(
    State(room): State<Room>,
    visitor: Visitor,
    Path((code, handling)): Path<(String, String)>,
    form: FormPairs,
) -> Result<Response, AppError> {
    let package = room.library().offered(&code, &handling).ok_or(AppError(Refusal::NotFound))?;
    let division = form.get("division").unwrap_or_default();
    // The name of this page's one click.
    let key = form.get("once").filter(|once| !once.is_empty()).map(|once| format!("start-{once}"));
    let parts = [code.as_bytes(), handling.as_bytes(), division.as_bytes()];
    let once = Once::new(&visitor.actor, key, &parts);
    let chosen = Chosen::new(&package, division, &form.0);
    let wanted = StartApplication {
        item: code.clone(),
        handling: handling.clone(),
        division: division.to_owned(),
        again_of: None,
        chosen: chosen.answers.clone(),
    };
    match begin(&room, &visitor, &once, wanted).await {
        Ok((draft, package)) => {
            let first = package.form.steps_asked(&Value::Object(draft.answers.clone())).next();
            let step = first.map_or("", |step| step.id.as_str());
            Ok(Redirect::to(&format!("/drafts/{}/steps/{step}", draft.id)).into_response())
        }
        Err(refusal) => {
            let errors = FormErrors::of(&visitor, refusal)?;
            let mut tx = room.db.snapshot().await?;
            let again = build(&mut tx, &room, &visitor, &package, &chosen, errors).await?;
            page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// Begins the draft, or finds the one that the same request began before.
pub(crate) async fn begin(
    room: &Room,
    visitor: &Visitor,
    once: &Once,
    wanted: StartApplication,
) -> Result<(Draft, Arc<Package>), Refusal> {
    let mut tx = room.db.begin().await?;
    let draft = if let Some(earlier) = once.earlier(&mut tx, visitor.now).await? {
        draft::get(&mut tx, room, visitor.actor.person()?, id::<DraftId>(&earlier)?).await?
    } else {
        let draft = start(&mut tx, room, &visitor.actor, visitor.now, wanted).await?;
        once.keep(&mut tx, &draft.id.to_string()).await?;
        draft
    };
    tx.commit().await?;
    let package = room.package(&draft.case_type)?;
    Ok((draft, package))
}

async fn build(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    package: &Package,
    chosen: &Chosen,
    errors: FormErrors,
) -> Result<StartPage, AppError> {
    let within = chosen.within.as_str();
    let person = visitor.actor.person()?;
    let item = &package.item;
    let running = draft::find_running(tx, person, &item.code, &item.handling).await?;
    let running = running
        .map(|draft| (format!("/drafts/{}", draft.id), visitor.datetime(draft.updated_at)))
        .into_iter()
        .collect();
    let needed = division::level_needed(&package.case_type.process);
    let chooser =
        Chooser::new(visitor, needed, &home(tx, room, visitor, person, within, needed).await?, within);
    let words = |words: &kernel::Words| visitor.pick(&words.zh, &words.en).to_owned();
    let action = format!("/apply/{}/{}", item.code, item.handling);
    let hidden = chosen.pairs();
    Ok(StartPage {
        shell: Shell::new(visitor, words(&item.name))
            .crumb(visitor.t("applications-guide"), package.guide_href()),
        errors,
        summary: words(&item.summary),
        acting: acting(tx, room, visitor, person).await?,
        wrong_hat: wrong_hat(tx, room, visitor, package, person).await?,
        conditions: item.conditions.iter().map(words).collect(),
        materials: attach::materials_of_applicant(package).map(|material| row(visitor, material)).collect(),
        promised: limit(visitor, &item.limits.promised.within),
        running,
        path: chooser
            .path
            .into_iter()
            .map(|(name, code)| (name, within_href(&action, code, &hidden)))
            .collect(),
        brought: brought(visitor, package, &chosen.answers),
        hidden,
        action,
        once: store::fresh_id::<DraftId>(visitor.now).to_string(),
        choices: chooser.choices,
        label: chooser.label,
        is_last: chooser.is_last,
        fixed: chooser.fixed,
    })
}

/// The same page with the divisions inside another one.
fn within_href(action: &str, code: String, hidden: &[(String, String)]) -> String {
    let pairs: Vec<(String, String)> =
        [("within".to_owned(), code)].into_iter().chain(hidden.iter().cloned()).collect();
    serde_urlencoded::to_string(pairs).map_or_else(|_| action.to_owned(), |query| format!("{action}?{query}"))
}

/// Answers that will stand in the form already: question and answer.
fn brought(visitor: &Visitor, package: &Package, answers: &Answers) -> Vec<(String, String)> {
    let answers = Value::Object(answers.clone());
    let sections = package.form.describe(&answers, visitor.lang, Masking::Shown, &catalogue::no_names);
    sections.into_iter().flat_map(|section| section.rows).collect()
}

fn row(visitor: &Visitor, material: &Material) -> MaterialRow {
    MaterialRow {
        name: visitor.pick(&material.name.zh, &material.name.en).to_owned(),
        note: visitor.pick(&material.note.zh, &material.note.en).to_owned(),
        required: material.need == Need::Required,
        depends: material.when.is_some(),
    }
}

pub(crate) fn limit(visitor: &Visitor, limit: &legal_time::Limit) -> String {
    visitor.pick(&limit.display_zh(), &limit.to_string()).to_owned()
}

/// On whose behalf things are done here, so that nobody applies under the wrong name.
pub(crate) async fn acting(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    person: &PersonActor,
) -> Result<String, AppError> {
    let Some(mandate) = &person.acting_for else {
        return Ok(visitor.t1("applications-acting-self", "name", &person.shown_as));
    };
    if mandate.principal.person().is_some() {
        let kind = visitor.t(&format!("identity-kind-{}", mandate.kind));
        let (name, agent) = (&mandate.shown_as, &person.shown_as);
        return Ok(visitor.t3("applications-acting-person", "name", name, "agent", agent, "kind", kind));
    }
    let name = prefill::full_name(tx, room, person, visitor.now).await?;
    Ok(visitor.t2("applications-acting-for", "name", name, "agent", &person.shown_as))
}

/// Why this visitor cannot begin at all; empty when they can.
async fn wrong_hat(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    package: &Package,
    person: &PersonActor,
) -> Result<String, AppError> {
    match check_hat(package, person) {
        Ok(()) => {
            let unmet = requirement::unmet_at_first(tx, room, package, person, visitor.now).await?;
            Ok(unmet.first().map(|says| visitor.message(&requirement::message(says))).unwrap_or_default())
        }
        Err(StartError::ForPersonsOnly) => Ok(visitor.t("applications-for-persons-only")),
        Err(_) => Ok(visitor.t("applications-for-legal-persons-only")),
    }
}

/// The place that the person has chosen, or where they live, as a first proposal; nothing when they have chosen already or never said.
async fn home(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    person: &PersonActor,
    within: &str,
    needed: Level,
) -> Result<String, AppError> {
    if !within.is_empty() {
        return Ok(String::new());
    }
    // What they chose for the whole site goes before where they live.
    if let Some(place) = &visitor.place {
        return Ok(cases::division_at(needed, &place.code).unwrap_or_else(|| place.code.clone()));
    }
    let whose = person.principal().person().unwrap_or(person.person);
    let purpose = crate::room::own_purpose(person, None);
    let record = identity::find_person(tx, &room.vault, &purpose, whose, visitor.now).await?;
    let home = record.and_then(|record| record.division).map(|code| code.as_str().to_owned());
    Ok(home.and_then(|code| cases::division_at(needed, &code)).unwrap_or_default())
}

/// Choosing a division level by level, each with the level above it already chosen.
struct Chooser {
    path: Vec<(String, String)>,
    choices: Vec<Choice>,
    label: String,
    is_last: bool,
    /// The only division that can be meant: the province.
    fixed: String,
}

impl Chooser {
    fn new(visitor: &Visitor, needed: Level, home: &str, within: &str) -> Self {
        if needed == Level::Province {
            return Self {
                path: Vec::new(),
                choices: Vec::new(),
                label: String::new(),
                is_last: true,
                fixed: division::full_name(division::PROVINCE),
            };
        }
        let wanted = if within.is_empty() { home } else { within };
        // The choices are those inside the deepest division that is not itself an answer.
        let mut path = division::path(wanted);
        path.retain(|division| division.level < needed);
        let top = path.last().map_or(division::PROVINCE, |division| division.code);
        let choices: Vec<Choice> = division::inside(top)
            .map(|inner| Choice::new(inner.code, inner.name).chosen_if(inner.code == wanted))
            .collect();
        let level = path.last().map_or(Level::City, |division| below(division.level));
        Self {
            path: path.iter().map(|division| (division.name.to_owned(), division.code.to_owned())).collect(),
            choices,
            label: visitor.t(match level {
                Level::Province | Level::City => "applications-choose-city",
                Level::County => "applications-choose-county",
                Level::Town => "applications-choose-town",
            }),
            is_last: level == needed,
            fixed: String::new(),
        }
    }
}

const fn below(level: Level) -> Level {
    match level {
        Level::Province => Level::City,
        Level::City => Level::County,
        Level::County | Level::Town => Level::Town,
    }
}

/// What is to be begun.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDraft {
    /// 基本编码, 12 characters; or the id of a bundle.
    #[serde(default)]
    item: String,
    /// 业务办理项, two digits; `bundle` for a bundle.
    #[serde(default)]
    handling: String,
    /// Division where it is applied for, 6 digits, or 9 for a town.
    #[serde(default)]
    division: String,
    /// An own closed case from which it is begun anew; what is left out above is taken from there.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    again_of: Option<CaseId>,
}

impl NewDraft {
    /// Without an older case everything must be said.
    fn into_wanted(self) -> Result<StartApplication, Refusal> {
        let Self { item, handling, division, again_of } = self;
        let fields = [("item", &item), ("handling", &handling), ("division", &division)];
        let missing = fields.into_iter().filter(|(_, value)| value.is_empty() && again_of.is_none());
        let fault = |(field, _)| FieldError::new(field, Message::new("applications-field-needed"));
        let missing: Vec<FieldError> = missing.map(fault).collect();
        if !missing.is_empty() {
            return Err(Refusal::Invalid(missing));
        }
        Ok(StartApplication { item, handling, division, again_of, chosen: Answers::new() })
    }
}

pub(crate) async fn api(
    State(room): State<Room>,
    visitor: Visitor,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(new): ApiJson<NewDraft>,
) -> Result<Response, AppError> {
    let again_of = new.again_of.map(|case| case.to_string()).unwrap_or_default();
    let mut parts: Vec<&[u8]> =
        vec![b"POST /api/v1/drafts", new.item.as_bytes(), new.handling.as_bytes(), new.division.as_bytes()];
    if !again_of.is_empty() {
        parts.push(again_of.as_bytes());
    }
    let once = Once::new(&visitor.actor, key, &parts);
    let wanted = new.into_wanted()?;
    let (draft, _package) = begin(&room, &visitor, &once, wanted).await?;
    let mut tx = room.db.snapshot().await?;
    let view: DraftView = save::http::view(&mut tx, &room, &visitor, draft.id).await?;
    Ok(created(&format!("/api/v1/drafts/{}", draft.id), &view))
}

pub(crate) fn operation() -> Operation {
    Operation::new("startDraft", "Begins an application for a service item or a bundle.")
        .description(
            "What the account already knows is filled in. With `again_of` the answers and files of an own closed case are \
             taken over as far as the form of today asks for them; `dropped` names the others. 404 when there is no such \
             item or case; 409 when the item is not for this kind of applicant or the older case still runs; 422 when \
             the division is unknown, too wide, or served by nobody.",
        )
        .tag("applications")
        .idempotent()
        .body::<NewDraft>()
        .returns::<DraftView>(201, "The draft.")
}
