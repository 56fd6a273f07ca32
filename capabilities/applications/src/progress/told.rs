//! What a look-up without signing in tells: item, stage, last day with its reasons, what to do, whom to call. Nothing
//! personal, and no words that somebody typed.

use cases::{Case, Status};
use jiff::civil::Date;
use kernel::Refusal;
use legal_time::{Explanation, Reading, StepKind};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;
use web::{Lang, Visitor};

use crate::master::MasterCase;
use crate::master::standing;
use crate::mine::http::reading;
use crate::mine::now::Look;
use crate::mine::page::status_text;
use crate::mine::rows::item_name;
use crate::{Room, trace};

/// Where a case stands, for whoever knows its number and the applicant's name (办理进度).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// Name of the service item, or of the one thing.
    pub(crate) item: String,
    /// 办件编号
    pub(crate) number: String,
    /// Where it stands, in words.
    pub(crate) state: String,
    /// The last day of the limit that leads now, when it is known.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) due_on: Option<Date>,
    /// The same in words, or why there is none; empty for what is closed.
    pub(crate) due: String,
    /// Why that day, line by line.
    pub(crate) explanation: Vec<String>,
    /// What the applicant does next.
    pub(crate) next: Vec<String>,
    /// The body to ask.
    pub(crate) body: String,
    /// Its telephone number.
    pub(crate) phone: String,
    /// Of one thing (一件事): its parts.
    pub(crate) parts: Vec<ProgressPart>,
}

/// A part of one thing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressPart {
    /// Its name.
    pub(crate) name: String,
    /// Where it stands, in words.
    pub(crate) state: String,
    /// Its last day, when it is known.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) due_on: Option<Date>,
}

/// Of a case.
pub(crate) fn of_case(room: &Room, visitor: &Visitor, case: &Case) -> Result<Progress, Refusal> {
    let package = room.package(&case.case_type)?;
    let read = reading(room, case)?;
    let is_closed = case.status == Status::Closed;
    let look = Look { visitor, room, package: &package, case };
    let mut next: Vec<String> = Vec::new();
    for to_do in look.waiting_for_applicant()? {
        let key = format!("applications-progress-next-{}", to_do.what);
        let day = to_do.until.map(|day| visitor.date(day)).unwrap_or_default();
        next.push(visitor.t2(&key, "name", &to_do.name, "day", day));
    }
    if next.is_empty() {
        let key =
            if is_closed { "applications-progress-next-closed" } else { "applications-progress-next-none" };
        next.push(visitor.t(key));
    }
    let bodies = room.bodies();
    let body = bodies.get(case.body);
    let mut state = status_text(visitor, case.status, case.outcome);
    if case.status == Status::InProgress {
        let stage = trace::stage_name(visitor, &package, &case.stage);
        state = visitor.t2("applications-progress-stage", "state", state, "stage", stage);
    }
    Ok(Progress {
        item: item_name(room, visitor, &case.case_type.item, &case.case_type.handling),
        number: case.number.clone(),
        state,
        due_on: read.due.date().filter(|_| !is_closed),
        due: if is_closed { String::new() } else { trace::due_text(visitor, &read) },
        explanation: if is_closed { Vec::new() } else { lines(visitor, &read) },
        next,
        body: body.map(|body| visitor.pick(&body.name.zh, &body.name.en).to_owned()).unwrap_or_default(),
        phone: body.map(|body| body.phone.clone()).unwrap_or_default(),
        parts: Vec::new(),
    })
}

/// Of one thing.
pub(crate) async fn of_master(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    master: &MasterCase,
) -> Result<Progress, Refusal> {
    let view = standing::read(tx, room, visitor, master).await?;
    let waits = view.parts.iter().any(|part| !part.to_do.is_empty());
    let next = match (view.state, waits) {
        (_, true) => "applications-progress-next-parts",
        ("closed", false) => "applications-progress-next-closed",
        _ => "applications-progress-next-none",
    };
    let begun = master.parts.iter().find_map(|part| part.case);
    let case = match begun {
        Some(case) => Some(cases::get(tx, case).await?),
        None => None,
    };
    let bodies = room.bodies();
    let body = case.as_ref().and_then(|case| bodies.get(case.body));
    let state = match view.outcome {
        Some(outcome) => visitor.t(&format!("applications-master-{outcome}")),
        None => visitor.t("applications-progress-running"),
    };
    Ok(Progress {
        item: view.name,
        number: view.number,
        state,
        due_on: view.due_on,
        due: view.due_on.map(|day| visitor.date(day)).unwrap_or_default(),
        explanation: Vec::new(),
        next: vec![visitor.t(next)],
        body: body.map(|body| visitor.pick(&body.name.zh, &body.name.en).to_owned()).unwrap_or_default(),
        phone: body.map(|body| body.phone.clone()).unwrap_or_default(),
        parts: view
            .parts
            .into_iter()
            .map(|part| ProgressPart { name: part.name, state: part.state_text, due_on: part.due_on })
            .collect(),
    })
}

/// The reasons of a date without the words that staff typed: those may speak of persons.
fn lines(visitor: &Visitor, reading: &Reading) -> Vec<String> {
    let mut public = Explanation::default();
    for step in &reading.explanation.steps {
        let mut step = step.clone();
        if let StepKind::PausedDays { reason }
        | StepKind::PausedSince { reason, .. }
        | StepKind::Extended { reason, .. } = &mut step.kind
        {
            reason.clear();
        }
        public.steps.push(step);
    }
    match visitor.lang {
        Lang::ZhCn => public.lines_zh(),
        Lang::En => public.lines_en(),
    }
}
