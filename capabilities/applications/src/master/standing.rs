//! Where one thing stands: every part with who has it, until when and why, and what the applicant must do. The same for
//! the page and for the API.

use cases::{Case, Outcome, Status};
use catalogue::{Bundle, Part};
use jiff::civil::Date;
use kernel::{Refusal, Words};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;
use web::Visitor;

use super::{MasterCase, MasterPart, PartState};
use crate::mine::http::reading;
use crate::mine::now::{CaseToDo, Look};
use crate::{Room, trace, view};

/// One thing as it stands (一件事办理情况).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MasterView {
    /// Its id.
    pub(crate) id: String,
    /// 主办件编号
    pub(crate) number: String,
    /// Id of the bundle.
    pub(crate) bundle: String,
    /// The version under which it was handed in.
    pub(crate) bundle_version: String,
    /// Name of the bundle.
    pub(crate) name: String,
    /// Division where it is applied for.
    pub(crate) division: String,
    /// When it was handed in, RFC 3339.
    pub(crate) submitted_at: String,
    /// `running` or `closed`.
    pub(crate) state: &'static str,
    /// Once closed: `granted`, `partly-granted` or `not-granted`.
    pub(crate) outcome: Option<&'static str>,
    /// The latest last day of the parts that run; parts that wait have none yet.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) due_on: Option<Date>,
    /// Its parts in the order of the bundle.
    pub(crate) parts: Vec<PartView>,
}

/// One part (联办事项).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartView {
    /// Its id in the bundle.
    pub(crate) part: String,
    /// Its name.
    pub(crate) name: String,
    /// `not-needed`, `waiting` or `not-begun`; of a case that runs its status; of one that has ended its outcome.
    pub(crate) state: &'static str,
    /// The same in words.
    pub(crate) state_text: String,
    /// Why: of a part that is not needed, waits, was not begun, or has ended.
    pub(crate) why: Option<String>,
    /// Its case, once begun.
    pub(crate) case: Option<String>,
    /// The number of its case.
    pub(crate) number: Option<String>,
    /// The bodies where it lies now.
    pub(crate) with: Vec<String>,
    /// The last day of the limit that leads now.
    #[schema(value_type = Option<String>, format = "date")]
    pub(crate) due_on: Option<Date>,
    /// Why that day, line by line.
    pub(crate) explanation: Vec<String>,
    /// `green`, `yellow`, `red` or `grey`; null while no time runs.
    pub(crate) light: Option<&'static str>,
    /// The same in words.
    #[serde(skip)]
    pub(crate) light_text: String,
    /// What the applicant must do now.
    pub(crate) to_do: Vec<CaseToDo>,
    /// What came out.
    pub(crate) results: Vec<ResultView>,
}

/// A document that came out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ResultView {
    /// Its name.
    pub(crate) name: String,
    /// Its id.
    pub(crate) licence: String,
}

/// Reads where it stands.
pub(crate) async fn read(
    tx: &mut Tx,
    room: &Room,
    visitor: &Visitor,
    master: &MasterCase,
) -> Result<MasterView, Refusal> {
    let bundle = master.bundle(room)?;
    let mut parts = Vec::new();
    for known in &master.parts {
        let case = match known.case {
            Some(case) => Some(cases::get(tx, case).await?),
            None => None,
        };
        let Some(part) = bundle.part(&known.part) else { continue };
        parts.push(part_view(room, visitor, &bundle, part, known, case.as_ref())?);
    }
    let is_closed = parts.iter().all(|part| is_end(part.state));
    let due_on = parts.iter().filter_map(|part| part.due_on).max();
    Ok(MasterView {
        id: master.id.to_string(),
        number: master.number.clone(),
        bundle: bundle.id.clone(),
        bundle_version: bundle.version.clone(),
        name: pick(visitor, &bundle.asked.item.name),
        division: master.division.clone(),
        submitted_at: crate::view::instant(master.submitted_at),
        state: if is_closed { "closed" } else { "running" },
        outcome: is_closed.then(|| outcome(&parts)),
        due_on,
        parts,
    })
}

/// Whether a part goes no further.
pub(super) fn is_end(state: &str) -> bool {
    let ends = [PartState::NotNeeded.as_str(), PartState::NotBegun.as_str()];
    ends.contains(&state) || Outcome::from_word(state).is_some()
}

fn outcome(parts: &[PartView]) -> &'static str {
    let mut needed = parts.iter().filter(|part| part.state != PartState::NotNeeded.as_str());
    let granted = |part: &PartView| part.state == Outcome::Granted.as_str();
    match (needed.clone().all(granted), needed.any(granted)) {
        (true, _) => "granted",
        (false, true) => "partly-granted",
        (false, false) => "not-granted",
    }
}

fn part_view(
    room: &Room,
    visitor: &Visitor,
    bundle: &Bundle,
    part: &Part,
    known: &MasterPart,
    case: Option<&Case>,
) -> Result<PartView, Refusal> {
    let mut view = PartView {
        part: part.id.clone(),
        name: pick(visitor, &part.name),
        state: known.state.as_str(),
        state_text: visitor.t(&format!("applications-part-{}", known.state.as_str())),
        why: why(visitor, bundle, part, known),
        case: None,
        number: None,
        with: Vec::new(),
        due_on: None,
        explanation: Vec::new(),
        light: None,
        light_text: String::new(),
        to_do: Vec::new(),
        results: Vec::new(),
    };
    let Some(case) = case else { return Ok(view) };
    let is_closed = case.status == Status::Closed;
    let read = reading(room, case)?;
    let look = Look { visitor, room, package: &part.package, case };
    view.state = state_of(case.status, case.outcome);
    view.state_text = crate::mine::page::status_text(visitor, case.status, case.outcome);
    view.why.clone_from(&case.reason);
    view.case = Some(case.id.to_string());
    view.number = Some(case.number.clone());
    view.to_do = look.waiting_for_applicant()?;
    let results = trace::results(visitor, &part.package, case).into_iter();
    view.results = results.map(|(name, licence)| ResultView { name, licence }).collect();
    if !is_closed {
        view.with = trace::with_whom(visitor, room, case);
        view.due_on = read.due.date();
        view.explanation = view::lines(visitor, &read);
        let light = trace::light(room, case, &read, visitor.today());
        view.light = Some(light.as_str());
        view.light_text = trace::light_word(visitor, light, view.due_on);
    }
    Ok(view)
}

/// The word for a case: how it ended, or where it stands.
pub(crate) fn state_of(status: Status, outcome: Option<Outcome>) -> &'static str {
    outcome.map_or_else(|| status.as_str(), Outcome::as_str)
}

/// Why a part has no case.
fn why(visitor: &Visitor, bundle: &Bundle, part: &Part, known: &MasterPart) -> Option<String> {
    let name = |id: &str| bundle.part(id).map(|part| pick(visitor, &part.name)).unwrap_or_default();
    match known.state {
        PartState::NotNeeded => {
            part.only.as_ref().map(|only| visitor.t1("applications-part-only", "only", pick(visitor, only)))
        }
        PartState::Waiting => {
            let before: Vec<String> = part.after.iter().map(|id| name(id)).collect();
            Some(visitor.t1("applications-part-after", "parts", before.join(visitor.pick("、", ", "))))
        }
        PartState::NotBegun => Some(match &known.because {
            Some(before) => visitor.t1("applications-part-because", "part", name(before)),
            None => visitor.t("applications-part-taken-back"),
        }),
        PartState::Begun => None,
    }
}

pub(super) fn pick(visitor: &Visitor, words: &Words) -> String {
    visitor.pick(&words.zh, &words.en).to_owned()
}
