//! Why a command to a case was refused, and what the answer says.

use jiff::civil::Date;
use kernel::{Message, Refusal};

use crate::findings::FindingFault;

/// Why a command was refused.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The case is closed.
    #[error("the case is closed")]
    Closed,
    /// The case is waiting for the applicant.
    #[error("the case is waiting for the applicant's correction")]
    AwaitingCorrection,
    /// There is no such task on this case.
    #[error("no such task")]
    NoSuchTask,
    /// The task is finished or overtaken.
    #[error("the task is already done")]
    TaskDone,
    /// Another clerk has it.
    #[error("{0} has this task")]
    TakenBy(String),
    /// The clerk must take the task first.
    #[error("take the task first")]
    NotClaimed,
    /// The task is for another body or role.
    #[error("the task is for another body or role")]
    NotCompetent,
    /// The command does not fit this kind of work.
    #[error("this task is other work")]
    OtherWork,
    /// The one correction notice was already sent (行政许可法 §32: 一次告知).
    #[error("the correction notice was already sent")]
    CorrectionAlreadySent,
    /// There is nothing to tell.
    #[error("no defect was noted")]
    NothingToCorrect,
    /// No such noted defect.
    #[error("no such defect")]
    NoSuchDefect,
    /// The applicant has nothing to answer.
    #[error("no correction is awaited")]
    NoCorrectionAwaited,
    /// A body whose agreement is needed has disagreed.
    #[error("branch {0} disagreed and its agreement is needed")]
    BindingDisagreement(String),
    /// The public notice still hangs.
    #[error("the public notice hangs until {0}")]
    NoticeHangs(Date),
    /// A text is missing.
    #[error("{field}: a text is needed")]
    TextMissing {
        /// Which field.
        field: &'static str,
    },
    /// Findings break their rules.
    #[error("findings break rules")]
    Findings(Vec<FindingFault>),
    /// Nobody is competent; a fault of set-up.
    #[error("no body is competent for {0}")]
    NobodyCompetent(String),
    /// The days of a year are not announced and the date is needed now.
    #[error("the holidays of the year are not announced")]
    CalendarUnknown,
    /// Only the applicant may do this.
    #[error("only the applicant may do this")]
    NotApplicant,
    /// The case has moved on since the page was made.
    #[error("the case has changed")]
    Stale,
    /// The clerk watches as many cases as one may.
    #[error("no more cases can be watched")]
    WatchesTooMany,
    /// No such case for this actor.
    #[error("no such case")]
    NotFound,
    /// The case runs under a package version that this node does not know.
    #[error("unknown package version {0}")]
    UnknownType(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The calendar or a clock is at fault.
    #[error("a clock of the case is at fault: {0}")]
    Clock(#[from] legal_time::ClockError),
    /// Stored text is damaged.
    #[error("stored case is damaged: {0}")]
    Damaged(#[from] serde_json::Error),
}

impl From<CaseError> for Refusal {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Closed => Self::conflict("cases-closed"),
            CaseError::AwaitingCorrection => Self::conflict("cases-awaiting-correction"),
            CaseError::TaskDone => Self::conflict("cases-task-done"),
            CaseError::TakenBy(name) => Self::Conflict(Message::new("cases-taken-by").with("name", name)),
            CaseError::NotClaimed => Self::conflict("cases-not-claimed"),
            CaseError::OtherWork => Self::conflict("cases-other-work"),
            CaseError::CorrectionAlreadySent => Self::conflict("cases-correction-already-sent"),
            CaseError::NothingToCorrect => Self::conflict("cases-nothing-to-correct"),
            CaseError::NoSuchDefect => Self::conflict("cases-no-such-defect"),
            CaseError::NoCorrectionAwaited => Self::conflict("cases-no-correction-awaited"),
            CaseError::NoticeHangs(until) => {
                Self::Conflict(Message::new("cases-notice-hangs").with("until", until))
            }
            CaseError::BindingDisagreement(_) => Self::conflict("cases-binding-disagreement"),
            CaseError::Stale => Self::conflict("cases-stale"),
            CaseError::WatchesTooMany => {
                Self::Conflict(Message::new("cases-watches-too-many").with("most", crate::WATCHED_MAX))
            }
            CaseError::TextMissing { field } => Self::field(field, Message::new("cases-text-missing")),
            CaseError::Findings(faults) => {
                Self::Invalid(faults.into_iter().map(FindingFault::into_field).collect())
            }
            CaseError::CalendarUnknown => Self::conflict("cases-calendar-unknown"),
            CaseError::NotCompetent | CaseError::NotApplicant => Self::Forbidden,
            CaseError::NotFound | CaseError::NoSuchTask => Self::NotFound,
            CaseError::NobodyCompetent(what) => {
                Self::Conflict(Message::new("cases-nobody-competent").with("what", what))
            }
            CaseError::Store(error) => error.into(),
            CaseError::UnknownType(_) | CaseError::Clock(_) | CaseError::Damaged(_) => Self::internal(error),
        }
    }
}
