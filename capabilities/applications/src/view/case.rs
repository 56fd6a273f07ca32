//! Cases as the API answers them to their applicant.

use cases::{Case, CaseSummary, Status};
use kernel::Refusal;
use legal_time::Reading;
use serde::Serialize;
use serde_json::Value;
use store::page::Page;
use utoipa::ToSchema;
use web::Visitor;

use super::{MaterialView, instant, lines};
use crate::Room;
use crate::correct::{self, Correcting};
use crate::mine::now::{
    CaseArrangement, CaseCheck, CaseExtension, CaseHearing, CaseObjections, CasePromise, CaseRule,
    CaseSuspension, CaseToDo, Look,
};
use crate::stand_in::{Kind, StandIn};
use crate::trace::Trace;

/// What the applicant gets for a submission (收件回执).
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    /// The case.
    pub case: String,
    /// 办件编号
    pub number: String,
    /// When it was received, RFC 3339.
    pub received_at: String,
    /// The body that must say whether it accepts.
    pub body: String,
    /// The last day of the running limit.
    pub due_on: Option<String>,
    /// Why that day, line by line.
    pub explanation: Vec<String>,
    /// The window of another division that receives the papers for that body (异地代收).
    pub window: Option<String>,
    /// Materials that were promised for later (容缺).
    pub promised: Vec<PromisedView>,
    /// Commitments in the place of proofs (告知承诺).
    pub commitments: Vec<CommitmentView>,
}

/// A material that was promised for later.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromisedView {
    /// Which.
    pub material: String,
    /// Its name.
    pub name: String,
    /// Time for it after acceptance, in words.
    pub limit: String,
}

/// A commitment that was declared in the place of a proof.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommitmentView {
    /// In the place of which material.
    pub material: String,
    /// Its name.
    pub name: String,
    /// Who declared it, masked.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// SM3 of the text that was declared, hexadecimal.
    pub text_sm3: String,
}

/// A case as its applicant sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseView {
    /// Its id.
    pub id: String,
    /// 办件编号
    pub number: String,
    /// 基本编码
    pub item: String,
    /// 业务办理项
    pub handling: String,
    /// The package version under which it runs.
    pub package_version: String,
    /// Division where it was applied for.
    pub division: String,
    /// Counts what happened; commands may name it to detect that the case has moved on.
    pub version: i64,
    /// `submitted`, `correction`, `in-progress`, `suspended` or `closed`.
    pub status: String,
    /// `acceptance` or the id of a stage.
    pub stage: String,
    /// `granted`, `refused`, `not-accepted`, `withdrawn`, `out-of-time` or `terminated`.
    pub outcome: Option<String>,
    /// The reason of the end, in words.
    pub reason: Option<String>,
    /// The last day of the limit that leads now: of acceptance, of the correction, of the promised decision.
    pub due_on: Option<String>,
    /// Why that day, line by line.
    pub explanation: Vec<String>,
    /// `green`, `yellow`, `red` or `grey`.
    pub light: String,
    /// The bodies where it lies now.
    pub with: Vec<String>,
    /// The correction notice, once sent.
    pub correction: Option<NoticeView>,
    /// What the applicant must do now, the most urgent first; empty: nothing.
    pub(crate) to_do: Vec<CaseToDo>,
    /// Materials that were promised for later (容缺).
    pub(crate) promises: Vec<CasePromise>,
    /// Materials in whose place a commitment stands (告知承诺).
    pub commitments: Vec<String>,
    /// The right to be heard, once it was told.
    pub(crate) hearing: Option<CaseHearing>,
    /// Days and places that were fixed.
    pub(crate) arrangements: Vec<CaseArrangement>,
    /// Why it goes first (绿色通道).
    pub express: Option<String>,
    /// What the rules of the instant decision said.
    pub(crate) rules: Vec<CaseRule>,
    /// The suspension that lasts.
    pub(crate) suspension: Option<CaseSuspension>,
    /// The time that was added.
    pub(crate) extension: Option<CaseExtension>,
    /// How many objections came to the public notice.
    pub(crate) objections: CaseObjections,
    /// Checks that follow the decision.
    pub(crate) checks: Vec<CaseCheck>,
    /// The window of another division that received the papers (异地代收).
    pub received_by: Option<String>,
    /// The older case from which it was begun.
    pub again_of: Option<String>,
    /// 主办件编号 of the one thing (一件事) of which it is a part.
    pub master_number: Option<String>,
    /// Which part of it.
    pub part: Option<String>,
    /// Documents and register entries that came out.
    pub effects: Vec<EffectView>,
    /// When it was submitted, RFC 3339.
    pub submitted_at: String,
    /// When it was closed, RFC 3339.
    pub closed_at: Option<String>,
}

/// A document or register entry that came out of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct EffectView {
    /// Such as `issue:receipt`.
    pub effect: String,
    /// What it made.
    pub reference: String,
}

/// The one correction notice (补正告知).
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeView {
    /// Sent on this day.
    pub sent_on: String,
    /// Answered on this day.
    pub answered_on: Option<String>,
    /// Fields and materials that were answered so far.
    pub answered: Vec<String>,
    /// Everything that is wrong.
    pub defects: Vec<DefectView>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefectView {
    /// The material that is meant.
    pub material: Option<String>,
    /// The field that is meant.
    pub field: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// The legal ground.
    pub ground: String,
}

/// A correction as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct CorrectionView {
    /// The notice.
    pub notice: NoticeView,
    /// Fields that may change.
    pub fields: Vec<String>,
    /// Materials that may be replaced.
    pub materials: Vec<String>,
    /// Changed answers that wait to be sent.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// Files that wait to be sent.
    pub pending: Vec<MaterialView>,
    /// The last day of the applicant's time.
    pub due_on: Option<String>,
    /// Version of the case.
    pub version: i64,
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseRow {
    /// Its id.
    pub id: String,
    /// 办件编号
    pub number: String,
    /// 基本编码
    pub item: String,
    /// 业务办理项
    pub handling: String,
    /// `submitted`, `correction`, `in-progress` or `closed`.
    pub status: String,
    /// `acceptance` or the id of a stage.
    pub stage: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// The last day of the limit that leads now.
    pub due_on: Option<String>,
    /// `green`, `yellow`, `red` or `grey`.
    pub light: String,
    /// When it was submitted, RFC 3339.
    pub submitted_at: String,
}

/// A page of cases.
#[derive(Debug, Serialize, ToSchema)]
pub struct CasePage {
    /// The cases, newest first.
    pub items: Vec<CaseRow>,
    /// Where the next page starts, for the parameter `after`.
    pub next: Option<String>,
}

/// Something that happened to a case, as its applicant sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    /// Its place in the history.
    pub seq: i64,
    /// When, RFC 3339.
    pub at: String,
    /// Which kind of event.
    pub kind: String,
    /// What happened, in plain words.
    pub text: String,
}

/// What happened to a case, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventList {
    /// The events.
    pub items: Vec<EventView>,
}

impl CasePage {
    /// Of a page of cases.
    pub fn of(page: Page<CaseSummary>) -> Self {
        let row = |case: CaseSummary| CaseRow {
            id: case.id.to_string(),
            number: case.number,
            item: case.item,
            handling: case.handling,
            status: case.status.as_str().to_owned(),
            stage: case.stage,
            outcome: case.outcome.map(|outcome| outcome.as_str().to_owned()),
            due_on: case.due_on.map(|day| day.to_string()),
            light: case.light.as_str().to_owned(),
            submitted_at: instant(case.submitted_at),
        };
        Self {
            items: page.items.into_iter().map(row).collect(),
            next: page.next.map(|next| next.to_string()),
        }
    }
}

impl NoticeView {
    /// Of the notice of a case.
    pub fn of(correction: &cases::Correction) -> Self {
        let defect = |defect: &cases::Defect| DefectView {
            material: defect.material.clone(),
            field: defect.field.clone(),
            problem: defect.problem.clone(),
            ground: defect.ground.clone(),
        };
        Self {
            sent_on: correction.sent_on.to_string(),
            answered_on: correction.answered_on.map(|day| day.to_string()),
            answered: correction.answered.clone(),
            defects: correction.defects.iter().map(defect).collect(),
        }
    }
}

impl CorrectionView {
    /// Of a correction.
    pub fn of(
        correcting: &Correcting,
        package: &catalogue::Package,
        due_on: Option<jiff::civil::Date>,
    ) -> Option<Self> {
        let case = &correcting.case;
        Some(Self {
            notice: NoticeView::of(case.correction.as_ref()?),
            fields: correct::flagged_fields(case).into_iter().collect(),
            materials: correcting.materials_open(package).into_iter().collect(),
            answers: Value::Object(correcting.changes.clone()),
            pending: correcting.files.iter().filter(|f| f.state == "pending").map(MaterialView::of).collect(),
            due_on: due_on.map(|day| day.to_string()),
            version: case.version,
        })
    }
}

impl CaseView {
    /// Of a case, with the reading of its leading clock.
    pub fn of(visitor: &Visitor, room: &Room, case: &Case, reading: &Reading) -> Result<Self, Refusal> {
        let is_closed = case.status == Status::Closed;
        let package = room.package(&case.case_type)?;
        let look = Look { visitor, room, package: &package, case };
        Ok(Self {
            id: case.id.to_string(),
            number: case.number.clone(),
            item: case.case_type.item.clone(),
            handling: case.case_type.handling.clone(),
            package_version: case.case_type.version.clone(),
            division: case.division.clone(),
            version: case.version,
            status: case.status.as_str().to_owned(),
            stage: case.stage.clone(),
            outcome: case.outcome.map(|outcome| outcome.as_str().to_owned()),
            reason: case.reason.clone(),
            due_on: reading.due.date().filter(|_| !is_closed).map(|day| day.to_string()),
            explanation: lines(visitor, reading),
            light: crate::trace::light(room, case, reading, visitor.today()).as_str().to_owned(),
            with: crate::trace::with_whom(visitor, room, case),
            correction: case.correction.as_ref().map(NoticeView::of),
            to_do: look.waiting_for_applicant()?,
            promises: look.promises()?,
            commitments: case.intake.commitments.clone(),
            hearing: look.hearing()?,
            arrangements: look.arrangements(),
            express: case.express.clone(),
            rules: look.rules(),
            suspension: look.suspension()?,
            extension: look.extension(),
            objections: look.objections(),
            checks: look.checks()?,
            received_by: look.received_by(),
            again_of: case.intake.again_of.map(|id| id.to_string()),
            master_number: case.intake.bundle.as_ref().map(|part| part.number.clone()),
            part: case.intake.bundle.as_ref().map(|part| part.part.clone()),
            effects: case
                .effects
                .iter()
                .map(|(effect, reference)| EffectView {
                    effect: effect.clone(),
                    reference: reference.clone(),
                })
                .collect(),
            submitted_at: instant(case.submitted_at),
            closed_at: case.closed_at.map(instant),
        })
    }
}

impl ReceiptView {
    /// Of a case that was just received.
    pub(crate) fn of(look: &Look<'_>, reading: &Reading, stand_ins: &[StandIn]) -> Self {
        let Look { visitor, case, .. } = look;
        let promised = |promised: &cases::Promised| PromisedView {
            material: promised.material.clone(),
            name: look.material(&promised.material),
            limit: crate::start::http::limit(visitor, &promised.limit),
        };
        let commitment = |stand_in: &StandIn| CommitmentView {
            material: stand_in.material.clone(),
            name: look.material(&stand_in.material),
            made_by: stand_in.made_by_shown.clone(),
            made_at: instant(stand_in.made_at),
            text_sm3: stand_in.text_sm3.clone().unwrap_or_default(),
        };
        let commitments = stand_ins.iter().filter(|stand_in| stand_in.kind == Kind::Commitment);
        Self {
            case: case.id.to_string(),
            number: case.number.clone(),
            received_at: instant(case.submitted_at),
            body: look.body(case.body),
            due_on: reading.due.date().map(|day| day.to_string()),
            explanation: lines(visitor, reading),
            window: look.received_by(),
            promised: case.intake.promised.iter().map(promised).collect(),
            commitments: commitments.map(commitment).collect(),
        }
    }
}

impl EventList {
    /// Of the public trace of a case.
    pub fn of(trace: &[Trace]) -> Self {
        let event = |trace: &Trace| EventView {
            seq: trace.seq,
            at: instant(trace.at),
            kind: trace.kind.to_owned(),
            text: trace.text.clone(),
        };
        Self { items: trace.iter().map(event).collect() }
    }
}
