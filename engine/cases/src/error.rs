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
    /// The case is suspended (中止).
    #[error("the case is suspended")]
    Suspended,
    /// There is nothing to resume.
    #[error("the case is not suspended")]
    NotSuspended,
    /// Others build on the opinion already.
    #[error("the opinion can no longer be taken back")]
    LeftTheHouse,
    /// No level or review stands before this one.
    #[error("there is nothing before to which it could be sent back")]
    NothingBefore,
    /// The case is in the green channel already.
    #[error("the case goes first already")]
    AlreadyFirst,
    /// The promised material came in, or its time is over.
    #[error("what was promised is no longer awaited")]
    PromiseOver,
    /// What was promised is handed in after acceptance.
    #[error("the application is not accepted yet")]
    NotAcceptedYet,
    /// The material was not promised.
    #[error("nothing was promised")]
    NoSuchPromise,
    /// The applicant is not asked about a hearing.
    #[error("no answer about a hearing is awaited")]
    NoHearing,
    /// No public notice hangs to which one could object.
    #[error("no public notice hangs")]
    NoNotice,
    /// One objection a person, and not without end.
    #[error("this objection was made already")]
    AlreadyObjected,
    /// One thing is asked at a time.
    #[error("something is asked already and not answered")]
    RequestWaits,
    /// The package names no such ground.
    #[error("the package names no such ground")]
    NoSuchGround,
    /// The limit is extended once (行政许可法 §42).
    #[error("the limit was extended already")]
    AlreadyExtended,
    /// The package does not foresee this.
    #[error("the package does not foresee this: {0}")]
    NotForeseen(&'static str),
    /// The task is in these hands already.
    #[error("{0} has this task already")]
    AlreadyTheirs(String),
    /// A material that was promised has not come in.
    #[error("{0} was promised and has not come in")]
    PromiseOpen(String),
    /// More than the law allows.
    #[error("at most {0}")]
    TooMuchTime(legal_time::Limit),
    /// The day comes too early.
    #[error("not before {0}")]
    TooEarly(Date),
    /// Too few experts.
    #[error("at least {0} experts")]
    TooFewExperts(usize),
    /// The votes are not one for each expert.
    #[error("votes must be those of {0} experts")]
    VotesDoNotAddUp(usize),
    /// Only a natural person, or who acts for an organisation, may do this.
    #[error("only a person may do this")]
    NotAPerson,
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
    /// It is the applicant's business, and the mandate of whoever acts for them does not reach so far (超出授权范围).
    #[error("outside the mandate")]
    OutsideMandate,
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
    /// Days were told under a calendar that is not kept here.
    #[error("calendar {0} is not known")]
    UnknownCalendar(String),
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
            CaseError::Suspended => Self::conflict("cases-suspended"),
            CaseError::NotSuspended => Self::conflict("cases-not-suspended"),
            CaseError::LeftTheHouse => Self::conflict("cases-left-the-house"),
            CaseError::NothingBefore => Self::conflict("cases-nothing-before"),
            CaseError::AlreadyFirst => Self::conflict("cases-already-first"),
            CaseError::PromiseOver => Self::conflict("cases-promise-over"),
            CaseError::NotAcceptedYet => Self::conflict("cases-not-accepted-yet"),
            CaseError::NoSuchPromise => Self::conflict("cases-no-such-promise"),
            CaseError::NoHearing => Self::conflict("cases-no-hearing"),
            CaseError::NoNotice => Self::conflict("cases-no-notice"),
            CaseError::AlreadyObjected => Self::conflict("cases-already-objected"),
            CaseError::RequestWaits => Self::conflict("cases-request-waits"),
            CaseError::NoSuchGround => Self::conflict("cases-no-such-ground"),
            CaseError::AlreadyExtended => Self::conflict("cases-already-extended"),
            CaseError::NotForeseen(_) => Self::conflict("cases-not-foreseen"),
            CaseError::AlreadyTheirs(name) => {
                Self::Conflict(Message::new("cases-taken-by").with("name", name))
            }
            CaseError::PromiseOpen(material) => {
                Self::Conflict(Message::new("cases-promise-open").with("material", material))
            }
            CaseError::TooMuchTime(most) => {
                Self::field("by", Message::new("cases-too-much-time").with("most", most))
            }
            CaseError::TooEarly(day) => Self::field("on", Message::new("cases-too-early").with("day", day)),
            CaseError::TooFewExperts(least) => {
                Self::field("people", Message::new("cases-too-few-experts").with("least", least))
            }
            CaseError::VotesDoNotAddUp(all) => {
                Self::field("votes", Message::new("cases-votes").with("all", all))
            }
            CaseError::Stale => Self::conflict("cases-stale"),
            CaseError::WatchesTooMany => {
                Self::Conflict(Message::new("cases-watches-too-many").with("most", crate::WATCHED_MAX))
            }
            CaseError::TextMissing { field } => Self::field(field, Message::new("cases-text-missing")),
            CaseError::Findings(faults) => {
                Self::Invalid(faults.into_iter().map(FindingFault::into_field).collect())
            }
            CaseError::CalendarUnknown => Self::conflict("cases-calendar-unknown"),
            CaseError::NotCompetent | CaseError::NotApplicant | CaseError::NotAPerson => Self::Forbidden,
            CaseError::OutsideMandate => Self::Outside(Message::new("cases-outside-mandate")),
            CaseError::NotFound | CaseError::NoSuchTask => Self::NotFound,
            CaseError::NobodyCompetent(what) => {
                Self::Conflict(Message::new("cases-nobody-competent").with("what", what))
            }
            CaseError::Store(error) => error.into(),
            CaseError::UnknownType(_)
            | CaseError::UnknownCalendar(_)
            | CaseError::Clock(_)
            | CaseError::Damaged(_) => Self::internal(error),
        }
    }
}
