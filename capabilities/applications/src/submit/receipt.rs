//! `/cases/{id}/receipt`: what the applicant gets for a submission (收件回执).

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use cases::{AFTERWARDS, Case};
use kernel::{CaseId, Refusal};
use legal_time::Reading;
use web::{AppError, Shell, Visitor, page};

use crate::http::id;
use crate::known::{Found, Known};
use crate::mine::http::read;
use crate::mine::now::Look;
use crate::view::{self, CommitmentView, PromisedView, ReceiptView};
use crate::{Room, division, own_case, stand_in};

#[derive(Template)]
#[template(path = "submit/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    number: String,
    item: String,
    division: String,
    received: String,
    body: String,
    due: String,
    explanation: Vec<String>,
    promised: String,
    window: String,
    later: Vec<PromisedView>,
    /// With the day on which each was declared, in words.
    commitments: Vec<(CommitmentView, String)>,
    known: Vec<Found>,
    instant: bool,
    case_href: String,
    proof_href: String,
}

pub(crate) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(case): Path<String>,
) -> Result<Response, AppError> {
    let mut tx = room.db.snapshot().await?;
    let case = own_case::get(&mut tx, visitor.actor.person()?, id::<CaseId>(&case)?).await?;
    let package = room.package(&case.case_type)?;
    let reading = acceptance(&room, &case)?;
    let stand_ins = stand_in::of_case(&mut tx, case.id).await?;
    let look = Look { visitor: &visitor, room: &room, package: &package, case: &case };
    let shown = ReceiptView::of(&look, &reading, &stand_ins);
    let when = |made: &CommitmentView| {
        let made = stand_ins.iter().find(|stand_in| stand_in.material == made.material);
        made.map(|made| visitor.datetime(made.made_at)).unwrap_or_default()
    };
    page(&ReceiptPage {
        shell: Shell::new(&visitor, visitor.t("applications-receipt-title"))
            .crumb(visitor.t("web-my"), "/my"),
        number: case.number.clone(),
        item: visitor.pick(&package.item.name.zh, &package.item.name.en).to_owned(),
        division: division::full_name(&case.division),
        received: visitor.datetime(case.submitted_at),
        body: shown.body,
        due: crate::trace::due_text(&visitor, &reading),
        explanation: view::lines(&visitor, &reading),
        promised: crate::start::http::limit(&visitor, &package.case_type.promised.within),
        window: shown.window.unwrap_or_default(),
        later: shown.promised,
        commitments: shown
            .commitments
            .into_iter()
            .map(|made| (when(&made), made))
            .map(|(w, m)| (m, w))
            .collect(),
        known: Known::of_case(&case).found(&visitor, &room, &package),
        instant: case.decided_by.is_some() && case.tasks.iter().all(|task| task.stage == AFTERWARDS),
        case_href: format!("/cases/{}", case.id),
        proof_href: format!("/cases/{}/proof", case.id),
    })
}

/// What a receipt promises: the limit of acceptance as it stood when the papers came in, whatever happened since.
pub(crate) fn acceptance(room: &Room, case: &Case) -> Result<Reading, Refusal> {
    let clock = legal_time::Clock::started(
        case.acceptance_clock.limit.clone(),
        kernel::china_date(case.submitted_at),
    );
    read(room, &clock)
}
