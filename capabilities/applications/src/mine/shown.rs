//! What the case page shows beside the way of the case: what to do now, and what makes this case different.

use cases::{Lapse, Status};
use catalogue::Package;
use jiff::civil::Date;
use kernel::Refusal;
use web::Visitor;

use super::now::{
    CaseArrangement, CaseCheck, CaseExtension, CaseObjections, CasePromise, CaseRule, CaseSuspension,
    CaseToDo, Look,
};

/// These parts of the page.
pub(crate) struct Shown {
    pub(crate) to_do: Vec<ToDo>,
    /// There is nothing to do, and the case runs.
    pub(crate) nothing: bool,
    pub(crate) express: String,
    pub(crate) suspension: Option<(CaseSuspension, String)>,
    pub(crate) extension: Option<CaseExtension>,
    pub(crate) promises: Vec<CasePromise>,
    pub(crate) promises_href: String,
    /// Names of the materials in whose place a commitment stands.
    pub(crate) commitments: Vec<String>,
    pub(crate) arrangements: Vec<(CaseArrangement, String)>,
    pub(crate) rules: Vec<CaseRule>,
    /// Whether they decided the case.
    pub(crate) decided_by_rules: bool,
    pub(crate) objections: CaseObjections,
    pub(crate) checks: Vec<(CaseCheck, String)>,
    pub(crate) received_by: String,
    pub(crate) again: String,
    pub(crate) once: String,
}

/// Something to do, with its sentences.
pub(crate) struct ToDo {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) until: String,
    pub(crate) why: Vec<String>,
    pub(crate) href: String,
    pub(crate) button: String,
}

impl ToDo {
    /// Of a case of this package.
    pub(crate) fn of(visitor: &Visitor, package: &Package, to_do: CaseToDo) -> Self {
        let (title, text, button) = match to_do.what {
            "correction" => (
                visitor.t("applications-correct-title"),
                visitor.t(if package.process().correction.then == Lapse::GoOn {
                    "applications-to-do-correct-go-on"
                } else {
                    "applications-to-do-correct"
                }),
                visitor.t("applications-correct-now"),
            ),
            "promise" => (
                visitor.t1("applications-to-do-promise", "name", &to_do.name),
                visitor.t("applications-to-do-promise-text"),
                visitor.t("applications-to-do-promise-button"),
            ),
            _ => (
                visitor.t("applications-to-do-hearing"),
                visitor.t("applications-to-do-hearing-text"),
                visitor.t("applications-to-do-hearing-button"),
            ),
        };
        let (until, why, href) = (day(visitor, to_do.until), to_do.why, to_do.href);
        Self { title, text, until, why, href, button }
    }
}

fn day(visitor: &Visitor, day: Option<Date>) -> String {
    day.map(|day| visitor.date(day)).unwrap_or_default()
}

impl Shown {
    /// Of a case.
    pub(crate) fn of(look: &Look<'_>) -> Result<Self, Refusal> {
        let Look { visitor, case, package, .. } = look;
        let is_closed = case.status == Status::Closed;
        let to_do: Vec<ToDo> = look
            .waiting_for_applicant()?
            .into_iter()
            .map(|to_do| ToDo::of(visitor, package, to_do))
            .collect();
        let with_day = |check: CaseCheck| {
            let until = day(visitor, check.until);
            (check, until)
        };
        let base = format!("/cases/{}", case.id);
        Ok(Self {
            nothing: to_do.is_empty() && !is_closed,
            to_do,
            express: case.express.clone().unwrap_or_default(),
            suspension: look.suspension()?.map(|suspension| {
                let until = day(visitor, suspension.until);
                (suspension, until)
            }),
            extension: look.extension(),
            promises: look.promises()?,
            promises_href: format!("{base}/promises"),
            commitments: case.intake.commitments.iter().map(|id| look.material(id)).collect(),
            arrangements: look
                .arrangements()
                .into_iter()
                .map(|arrangement| {
                    let on = visitor.date(arrangement.on);
                    (arrangement, on)
                })
                .collect(),
            rules: look.rules(),
            decided_by_rules: case.decided_by.is_some() && case.rules.iter().all(|rule| rule.holds),
            objections: look.objections(),
            checks: look.checks()?.into_iter().map(with_day).collect(),
            received_by: look.received_by().unwrap_or_default(),
            again: if is_closed { format!("{base}/again") } else { String::new() },
            once: store::fresh_id::<kernel::DraftId>(visitor.now).to_string(),
        })
    }
}
