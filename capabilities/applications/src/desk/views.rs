//! What the API of the desk says.

use cases::{Case, Defect, Lights, Task, TypeRef, WorkItem, WorkPage};
use catalogue::Package;
use jiff::civil::Date;
use kernel::{MandateKind, StaffActor, Timestamp};
use legal_time::{Calendar, Light};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::Visitor;

use super::actions::{self, DeskAction};
use super::see::Dossier;
use super::{DeskError, made, names};
use crate::Room;
use crate::stand_in::StandIn;

/// A page of the worklist (待办).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskTaskPage {
    /// The rows, in the order asked for.
    items: Vec<DeskTaskRow>,
    /// Where the next page starts.
    next: Option<String>,
    /// Before what the previous page ends.
    previous: Option<String>,
    /// Only a part of a long list was looked at for this page, and the page is not full; `next` looks on.
    is_partial: bool,
    /// How many tasks of the list show each light, whatever the filter.
    lights: DeskLights,
}

/// Waiting work by light (红黄绿灯); 1000 stands for so many or more.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct DeskLights {
    red: i64,
    yellow: i64,
    green: i64,
    grey: i64,
}

impl From<Lights> for DeskLights {
    fn from(Lights { red, yellow, green, grey }: Lights) -> Self {
        Self { red, yellow, green, grey }
    }
}

/// A task in the worklist.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskTaskRow {
    pub(super) task: String,
    pub(super) case: String,
    /// 办件编号
    pub(super) number: String,
    /// 基本编码
    pub(super) item: String,
    /// 业务办理项
    pub(super) handling: String,
    pub(super) item_name: String,
    /// `accept`, `correct`, `review`, `notice` or `decide`.
    pub(super) work: &'static str,
    /// `acceptance` or a stage of the package.
    pub(super) stage: String,
    pub(super) branch: Option<String>,
    /// The branch or stage in words.
    pub(super) task_name: String,
    /// `open`, `claimed`, `waiting` (for the applicant), `done` or `dropped`.
    pub(super) state: &'static str,
    /// Who has taken it.
    pub(super) claimed_name: Option<String>,
    /// Whether it is the clerk who asks.
    pub(super) mine: bool,
    /// Whether it is a colleague for whom that clerk stands in (代理).
    pub(super) delegated: bool,
    /// 绿色通道
    pub(super) express: bool,
    /// Where it was applied for.
    pub(super) division: String,
    #[schema(value_type = Option<String>, format = "date")]
    pub(super) due_on: Option<Date>,
    /// `red`, `yellow`, `green` or `grey`.
    #[schema(value_type = String)]
    pub(super) light: Light,
    #[schema(value_type = String, format = "date-time")]
    pub(super) submitted_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub(super) finished_at: Option<Timestamp>,
}

pub(super) fn task_page(
    visitor: &Visitor,
    room: &Room,
    clerk: &StaffActor,
    page: WorkPage,
    lights: Lights,
) -> DeskTaskPage {
    let text = |cursor: Option<store::page::Cursor>| cursor.map(|cursor| cursor.to_string());
    let items = page.items.into_iter().map(|item| task_row(visitor, room, clerk, item)).collect();
    DeskTaskPage {
        items,
        next: text(page.next),
        previous: text(page.previous),
        is_partial: page.is_partial,
        lights: lights.into(),
    }
}

/// The row of a task, in the words of the package version under which its case runs.
pub(super) fn task_row(visitor: &Visitor, room: &Room, clerk: &StaffActor, row: WorkItem) -> DeskTaskRow {
    let WorkItem { item, handling, package_version: version, .. } = row;
    let reference = TypeRef { item, handling, version };
    let package = room.library().get(&reference);
    let TypeRef { item, handling, .. } = reference;
    let (item_name, task_name) = match package {
        Some(package) => (
            names::pick(visitor, &package.item.name),
            names::task(visitor, &package, &row.stage, row.branch.as_deref(), row.work),
        ),
        None => (item.clone(), names::work(visitor, row.work)),
    };
    DeskTaskRow {
        task: row.task.to_string(),
        case: row.case.to_string(),
        number: row.number,
        item,
        handling,
        item_name,
        work: row.work.as_str(),
        stage: row.stage,
        branch: row.branch,
        task_name,
        state: row.state.as_str(),
        mine: row.claimed_by == Some(clerk.staff),
        delegated: row.claimed_by.is_some_and(|holder| clerk.deputy_of.contains(&holder)),
        claimed_name: row.claimed_name,
        express: row.express,
        division: row.division,
        due_on: row.due_on,
        light: row.light,
        submitted_at: row.submitted_at,
        finished_at: row.finished_at,
    }
}

/// A case as its clerks see it (办件).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskCase {
    case: String,
    /// Commands name it, so that a stale page is noticed.
    version: i64,
    /// 办件编号
    number: String,
    item: String,
    handling: String,
    package_version: String,
    item_name: String,
    /// Where it was applied for.
    division: String,
    /// `submitted`, `correction`, `in-progress` or `closed`.
    status: &'static str,
    /// `acceptance` or a stage of the package.
    stage: String,
    stage_name: String,
    /// `granted`, `refused`, `not-accepted`, `withdrawn` or `out-of-time`.
    outcome: Option<&'static str>,
    reason: Option<String>,
    /// The last day that counts now: of acceptance, of the applicant's correction, or of the promise.
    #[schema(value_type = Option<String>, format = "date")]
    due_on: Option<Date>,
    #[schema(value_type = Option<String>, format = "date")]
    statutory_due_on: Option<Date>,
    #[schema(value_type = String)]
    light: Light,
    #[schema(value_type = String, format = "date-time")]
    submitted_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    closed_at: Option<Timestamp>,
    tasks: Vec<DeskTask>,
    /// Noted for the correction notice and not sent yet.
    defects: Vec<DeskDefect>,
    /// The correction notice, once sent.
    correction: Option<DeskCorrection>,
    /// Public notices.
    notices: Vec<DeskNotice>,
    /// What staff established, by the ids of the package; money in fen.
    #[schema(value_type = Object)]
    findings: Map<String, Value>,
    /// What followed from the decision.
    effects: Vec<DeskEffect>,
    /// Who applies, in full. The look is noted for them.
    applicant: String,
    /// The legal person on whose behalf.
    acting_for: Option<String>,
    /// Who handed it in for a natural person, masked.
    through: Option<String>,
    /// Why they may: `agent` or `guardian`.
    #[schema(value_type = Option<String>)]
    through_kind: Option<MandateKind>,
    /// What was filled in. The look is noted for the applicant.
    #[schema(value_type = Object)]
    answers: Map<String, Value>,
    materials: Vec<DeskMaterial>,
    /// Promises (容缺) and commitments (告知承诺) in the place of files.
    stand_ins: Vec<DeskStandIn>,
    /// The window of another division that receives and checks the papers (异地代收), by its short name.
    received_by: Option<String>,
    /// 主办件编号 of the one thing of which it is a part, and which part.
    master_number: Option<String>,
    part: Option<String>,
}

/// A promise or a commitment in the place of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskStandIn {
    /// Which material of the package.
    material: String,
    name: String,
    /// `later` or `commitment`.
    kind: &'static str,
    /// Who made it, masked.
    made_by: String,
    #[schema(value_type = String, format = "date-time")]
    made_at: Timestamp,
    /// SM3 of the text that was declared.
    text_sm3: Option<String>,
    /// Of a promise: whether it was kept; null while it waits.
    kept: Option<bool>,
}

/// A piece of work on a case (任务).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskTask {
    task: String,
    work: &'static str,
    stage: String,
    branch: Option<String>,
    name: String,
    /// The body's short name.
    body: String,
    role: &'static str,
    /// `open`, `claimed`, `done` or `dropped`.
    state: &'static str,
    /// Whether the clerk who asks has it.
    mine: bool,
    claimed_name: Option<String>,
    optional: bool,
    /// `agree` or `disagree`, for finished reviews.
    #[schema(value_type = Option<String>)]
    conclusion: Option<cases::Conclusion>,
    text: Option<String>,
    /// Materials that the office makes in this task.
    makes: Vec<String>,
    /// What the clerk who asks may do in it now.
    actions: Vec<DeskAction>,
}

/// Something to be corrected (补正事项).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskDefect {
    material: Option<String>,
    field: Option<String>,
    problem: String,
    ground: String,
    task: String,
}

impl From<&Defect> for DeskDefect {
    fn from(defect: &Defect) -> Self {
        let Defect { material, field, problem, ground, task } = defect.clone();
        Self { material, field, problem, ground, task: task.to_string() }
    }
}

/// The one correction notice (补正告知).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskCorrection {
    #[schema(value_type = String, format = "date")]
    sent_on: Date,
    #[schema(value_type = Option<String>, format = "date")]
    answered_on: Option<Date>,
    defects: Vec<DeskDefect>,
}

/// A public notice (公示).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskNotice {
    stage: String,
    #[schema(value_type = String, format = "date")]
    from: Date,
    #[schema(value_type = String, format = "date")]
    until: Date,
    ended: bool,
}

/// What a decision made: `issue:…` a document, `register:…` an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskEffect {
    effect: String,
    reference: String,
}

/// A file handed in, or made by the office (材料).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskMaterial {
    id: String,
    /// Which material of the package.
    material: String,
    name: String,
    file_name: String,
    media_type: String,
    size: i64,
    /// Whether the office made it.
    by_office: bool,
    #[schema(value_type = String, format = "date-time")]
    added_at: Timestamp,
}

/// What a command made of a case. Nothing personal is in it: it is kept for repetitions of the request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskOutcome {
    case: String,
    version: i64,
    status: &'static str,
    stage: String,
    outcome: Option<&'static str>,
    #[schema(value_type = Option<String>, format = "date")]
    due_on: Option<Date>,
}

/// A file that was added to a case.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskAdded {
    /// The file's id.
    pub(super) id: String,
    /// Which material of the package.
    pub(super) material: String,
}

/// The last day of the clock that counts now, and how urgent it is. A closed case has neither.
pub(super) fn due(case: &Case, calendar: &Calendar, today: Date) -> Result<(Option<Date>, Light), DeskError> {
    if case.outcome.is_some() {
        return Ok((None, Light::Grey));
    }
    let reading = case.leading_clock().evaluate(calendar).map_err(cases::CaseError::from)?;
    // The engine's lists count the last day as one of the yellow days, a reading does not.
    let light = reading.light(calendar, today, cases::YELLOW_WORKING_DAYS - 1);
    Ok((reading.due.date(), light))
}

pub(super) fn outcome(case: &Case, calendar: &Calendar, today: Date) -> Result<DeskOutcome, DeskError> {
    Ok(DeskOutcome {
        case: case.id.to_string(),
        version: case.version,
        status: case.status.as_str(),
        stage: case.stage.clone(),
        outcome: case.outcome.map(cases::Outcome::as_str),
        due_on: due(case, calendar, today)?.0,
    })
}

pub(super) fn case(
    visitor: &Visitor,
    room: &Room,
    package: &Package,
    clerk: &StaffActor,
    case: &Case,
    dossier: Dossier,
) -> Result<DeskCase, DeskError> {
    let (due_on, light) = due(case, room.calendar.current(), visitor.today())?;
    let statutory =
        case.statutory_clock.as_ref().map(|clock| clock.evaluate(room.calendar.current())).transpose();
    let statutory = statutory.map_err(cases::CaseError::from)?;
    Ok(DeskCase {
        case: case.id.to_string(),
        version: case.version,
        number: case.number.clone(),
        item: case.case_type.item.clone(),
        handling: case.case_type.handling.clone(),
        package_version: case.case_type.version.clone(),
        item_name: names::pick(visitor, &package.item.name),
        division: case.division.clone(),
        status: case.status.as_str(),
        stage: case.stage.clone(),
        stage_name: names::stage(visitor, package, &case.stage),
        outcome: case.outcome.map(cases::Outcome::as_str),
        reason: case.reason.clone(),
        due_on,
        statutory_due_on: statutory.filter(|_| case.outcome.is_none()).and_then(|reading| reading.due.date()),
        light,
        submitted_at: case.submitted_at,
        closed_at: case.closed_at,
        tasks: case
            .tasks
            .iter()
            .map(|task| task_of_case(visitor, room, package, clerk, case, task))
            .collect(),
        defects: case.defects.iter().map(DeskDefect::from).collect(),
        correction: case.correction.as_ref().map(|correction| DeskCorrection {
            sent_on: correction.sent_on,
            answered_on: correction.answered_on,
            defects: correction.defects.iter().map(DeskDefect::from).collect(),
        }),
        notices: notices(case),
        findings: case.findings.clone(),
        effects: effects(case),
        applicant: dossier.applicant,
        acting_for: dossier.acting_for.map(|(name, _)| name),
        through_kind: dossier.through.as_ref().map(|(_, kind)| *kind),
        through: dossier.through.map(|(name, _)| name),
        answers: dossier.answers,
        materials: materials(visitor, package, &dossier.materials),
        stand_ins: dossier.stand_ins.iter().map(|made| stand_in(visitor, package, case, made)).collect(),
        received_by: case
            .intake
            .received_by
            .and_then(|window| room.bodies().get(window).map(|body| body.slug.clone())),
        master_number: case.intake.bundle.as_ref().map(|part| part.number.clone()),
        part: case.intake.bundle.as_ref().map(|part| part.part.clone()),
    })
}

fn task_of_case(
    visitor: &Visitor,
    room: &Room,
    package: &Package,
    clerk: &StaffActor,
    case: &Case,
    task: &Task,
) -> DeskTask {
    let bodies = room.bodies();
    DeskTask {
        task: task.id.to_string(),
        work: task.work.as_str(),
        stage: task.stage.clone(),
        branch: task.branch.clone(),
        name: names::task(visitor, package, &task.stage, task.branch.as_deref(), task.work),
        body: bodies.get(task.body).map_or_else(|| task.body.to_string(), |body| body.slug.clone()),
        role: task.role.as_str(),
        state: task.state.as_str(),
        mine: task.claimed_by == Some(clerk.staff),
        claimed_name: task.claimed_name.clone(),
        optional: task.optional,
        conclusion: task.conclusion,
        text: task.text.clone(),
        makes: made::of_task(package, task).iter().map(|material| material.id.clone()).collect(),
        actions: actions::allowed(package, case, task, clerk),
    }
}

fn stand_in(visitor: &Visitor, package: &Package, case: &Case, made: &StandIn) -> DeskStandIn {
    let promise = case.promises.iter().find(|promise| promise.material == made.material);
    DeskStandIn {
        material: made.material.clone(),
        name: names::material(visitor, package, &made.material),
        kind: made.kind.as_str(),
        made_by: made.made_by_shown.clone(),
        made_at: made.made_at,
        text_sm3: made.text_sm3.clone(),
        kept: promise.and_then(|promise| promise.kept),
    }
}

fn notices(case: &Case) -> Vec<DeskNotice> {
    let one = |notice: &cases::Notice| DeskNotice {
        stage: notice.stage.clone(),
        from: notice.from,
        until: notice.until,
        ended: notice.ended,
    };
    case.notices.iter().map(one).collect()
}

fn effects(case: &Case) -> Vec<DeskEffect> {
    let one = |(effect, reference): &(String, String)| DeskEffect {
        effect: effect.clone(),
        reference: reference.clone(),
    };
    case.effects.iter().map(one).collect()
}

fn materials(visitor: &Visitor, package: &Package, files: &[crate::dossier::Material]) -> Vec<DeskMaterial> {
    let one = |file: &crate::dossier::Material| DeskMaterial {
        id: file.id.to_string(),
        material: file.material.clone(),
        name: names::material(visitor, package, &file.material),
        file_name: file.file_name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        by_office: file.added_by.starts_with("staff:"),
        added_at: file.added_at,
    };
    // What the applicant prepares in answer to the notice is theirs until they send it.
    files.iter().filter(|file| file.state == "current").map(one).collect()
}
