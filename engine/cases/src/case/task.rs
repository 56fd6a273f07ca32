//! A piece of work on a case.

use jiff::civil::Date;
use kernel::{BodyId, Role, StaffId, TaskId, Timestamp};
use legal_time::{Clock, ClockEvent};
use serde::{Deserialize, Serialize};

use crate::event::{Conclusion, Votes};
use crate::status::{TaskKind, TaskState};

/// A piece of work (任务).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// `acceptance`, a stage id or `afterwards`.
    pub stage: String,
    /// Branch of the stage; the material of a later check; the place of an objection in its list.
    pub branch: Option<String>,
    /// Kind of work.
    pub work: TaskKind,
    /// For whom.
    pub role: Role,
    /// In which body.
    pub body: BodyId,
    /// The stage may end without it.
    pub optional: bool,
    /// Where it stands.
    pub state: TaskState,
    /// Who has it.
    pub claimed_by: Option<StaffId>,
    /// Their name.
    pub claimed_name: Option<String>,
    /// Since when it is open.
    pub opened_at: Timestamp,
    /// Its own clock.
    pub clock: Option<Clock>,
    /// The opinion, for reviews.
    pub conclusion: Option<Conclusion>,
    /// The opinion in words.
    pub text: Option<String>,
    /// Votes of a panel.
    #[serde(default)]
    pub votes: Option<Votes>,
    /// Findings that it established.
    #[serde(default)]
    pub established: Vec<String>,
    /// Who did it for whoever has it (代理), if not they themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_by_deputy: Option<String>,
}

impl Task {
    /// Whether it still waits for work.
    pub const fn is_live(&self) -> bool {
        matches!(self.state, TaskState::Open | TaskState::Claimed)
    }

    pub(super) fn finish(&mut self, state: TaskState, today: Date) {
        self.state = state;
        if let Some(clock) = &mut self.clock {
            super::push(clock, ClockEvent::Stop { on: today });
        }
    }

    /// Open again in the hands of whoever had it: its clock runs on as if it had never stopped.
    pub(super) fn reopen(&mut self) {
        self.state = TaskState::Claimed;
        self.conclusion = None;
        self.text = None;
        self.votes = None;
        self.established.clear();
        self.done_by_deputy = None;
        if let Some(clock) = &mut self.clock {
            clock.events.retain(|event| !matches!(event, ClockEvent::Stop { .. }));
        }
    }
}
