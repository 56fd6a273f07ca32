//! What the API answers: the same facts that the pages show, as JSON.

use cases::{Case, CaseSummary, Status};
use kernel::{FieldError, Timestamp};
use legal_time::Reading;
use serde::Serialize;
use serde_json::Value;
use store::page::Page;
use utoipa::ToSchema;
use web::{Lang, Visitor};

use crate::Room;
use crate::correct::{self, Correcting};
use crate::dossier::Material;
use crate::draft::{Draft, DraftSummary};
use crate::trace::Trace;

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftView {
    /// Its id.
    pub id: String,
    /// 基本编码
    pub item: String,
    /// 业务办理项
    pub handling: String,
    /// The package version under which it was begun.
    pub package_version: String,
    /// Division where it is applied for.
    pub division: String,
    /// The answers so far, by field.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// Files handed in so far.
    pub materials: Vec<MaterialView>,
    /// What is still missing or wrong before it can be submitted.
    pub missing: Vec<MissingView>,
    /// Counts the changes of the answers.
    pub version: i64,
    /// When it was begun, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
    /// The case that was made of it.
    pub case: Option<String>,
}

/// Something that is missing or wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct MissingView {
    /// The field as a JSON pointer without its leading slash, or `materials/` and the material's id.
    pub field: String,
    /// The rule, as a stable key.
    pub rule: String,
    /// The rule in words.
    pub detail: String,
}

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub struct MaterialView {
    /// Its id.
    pub id: String,
    /// Which material of the package.
    pub material: String,
    /// `current`, or `pending` until the answer to a correction notice is sent.
    pub state: String,
    /// The name it had at its sender's.
    pub file_name: String,
    /// What it is.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the content, hexadecimal.
    pub sm3: String,
    /// When it was handed in, RFC 3339.
    pub added_at: String,
}

/// A draft in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftRow {
    /// Its id.
    pub id: String,
    /// 基本编码
    pub item: String,
    /// 业务办理项
    pub handling: String,
    /// Division where it is applied for.
    pub division: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
}

/// A page of drafts.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftPage {
    /// The drafts, newest first.
    pub items: Vec<DraftRow>,
    /// Where the next page starts, for the parameter `after`.
    pub next: Option<String>,
}

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
    /// `submitted`, `correction`, `in-progress` or `closed`.
    pub status: String,
    /// `acceptance` or the id of a stage.
    pub stage: String,
    /// `granted`, `refused`, `not-accepted`, `withdrawn` or `out-of-time`.
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

/// An instant as the API writes it.
pub(crate) fn instant(at: Timestamp) -> String {
    at.to_string()
}

/// Why a day is what it is, in the visitor's language.
pub(crate) fn lines(visitor: &Visitor, reading: &Reading) -> Vec<String> {
    match visitor.lang {
        Lang::ZhCn => reading.explanation.lines_zh(),
        Lang::En => reading.explanation.lines_en(),
    }
}

impl MaterialView {
    /// Of a file.
    pub fn of(file: &Material) -> Self {
        Self {
            id: file.id.to_string(),
            material: file.material.clone(),
            state: file.state.clone(),
            file_name: file.file_name.clone(),
            media_type: file.media_type.clone(),
            size: file.size,
            sm3: file.file_sm3.clone(),
            added_at: instant(file.added_at),
        }
    }
}

impl MissingView {
    /// Of a broken rule.
    pub fn of(visitor: &Visitor, error: &FieldError) -> Self {
        Self {
            field: error.field.clone(),
            rule: error.message.key.to_owned(),
            detail: visitor.message(&error.message),
        }
    }
}

impl DraftView {
    /// Of a draft with its files and what is missing.
    pub fn of(visitor: &Visitor, draft: &Draft, files: &[Material], missing: &[FieldError]) -> Self {
        Self {
            id: draft.id.to_string(),
            item: draft.case_type.item.clone(),
            handling: draft.case_type.handling.clone(),
            package_version: draft.case_type.version.clone(),
            division: draft.division.clone(),
            answers: Value::Object(draft.answers.clone()),
            materials: files.iter().map(MaterialView::of).collect(),
            missing: missing.iter().map(|error| MissingView::of(visitor, error)).collect(),
            version: draft.version,
            created_at: instant(draft.created_at),
            updated_at: instant(draft.updated_at),
            case: draft.case.map(|case| case.to_string()),
        }
    }
}

impl DraftPage {
    /// Of a page of drafts.
    pub fn of(page: Page<DraftSummary>) -> Self {
        let row = |draft: DraftSummary| DraftRow {
            id: draft.id.to_string(),
            item: draft.case_type.item,
            handling: draft.case_type.handling,
            division: draft.division,
            updated_at: instant(draft.updated_at),
        };
        Self {
            items: page.items.into_iter().map(row).collect(),
            next: page.next.map(|next| next.to_string()),
        }
    }
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
            defects: correction.defects.iter().map(defect).collect(),
        }
    }
}

impl CorrectionView {
    /// Of a correction.
    pub fn of(correcting: &Correcting, due_on: Option<jiff::civil::Date>) -> Option<Self> {
        let case = &correcting.case;
        Some(Self {
            notice: NoticeView::of(case.correction.as_ref()?),
            fields: correct::flagged_fields(case).into_iter().collect(),
            materials: correct::flagged_materials(case).into_iter().collect(),
            answers: Value::Object(correcting.changes.clone()),
            pending: correcting.files.iter().filter(|f| f.state == "pending").map(MaterialView::of).collect(),
            due_on: due_on.map(|day| day.to_string()),
            version: case.version,
        })
    }
}

impl CaseView {
    /// Of a case, with the reading of its leading clock.
    pub fn of(visitor: &Visitor, room: &Room, case: &Case, reading: &Reading) -> Self {
        let is_closed = case.status == Status::Closed;
        Self {
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
            light: crate::trace::light(room, reading, visitor.today()).as_str().to_owned(),
            with: crate::trace::with_whom(visitor, room, case),
            correction: case.correction.as_ref().map(NoticeView::of),
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
        }
    }
}

impl ReceiptView {
    /// Of a case that was just received.
    pub fn of(visitor: &Visitor, room: &Room, case: &Case, reading: &Reading) -> Self {
        let bodies = room.bodies();
        let body = bodies.get(case.body).map(|body| visitor.pick(&body.name.zh, &body.name.en).to_owned());
        Self {
            case: case.id.to_string(),
            number: case.number.clone(),
            received_at: instant(case.submitted_at),
            body: body.unwrap_or_default(),
            due_on: reading.due.date().map(|day| day.to_string()),
            explanation: lines(visitor, reading),
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
