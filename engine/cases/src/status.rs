//! Where cases and tasks stand, and the words for it in tables, addresses and scenarios.

use kernel::Role;
use serde::{Deserialize, Serialize};

/// Where a case stands (办件状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// 已提交，待受理
    Submitted,
    /// 待补正
    Correction,
    /// 办理中
    InProgress,
    /// 中止
    Suspended,
    /// 已办结
    Closed,
}

/// How a case ended (办理结果).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// 准予 / 予以确认
    Granted,
    /// 不予
    Refused,
    /// 不予受理
    NotAccepted,
    /// 撤回
    Withdrawn,
    /// 逾期未补正
    OutOfTime,
    /// 终止办理
    Terminated,
}

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),*) => {
        impl $name {
            /// The word used in tables, URLs and scenarios.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            /// Reads the word back.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
words!(Status: Submitted = "submitted", Correction = "correction", InProgress = "in-progress",
    Suspended = "suspended", Closed = "closed");
words!(Outcome: Granted = "granted", Refused = "refused", NotAccepted = "not-accepted",
    Withdrawn = "withdrawn", OutOfTime = "out-of-time", Terminated = "terminated");
words!(TaskKind: Accept = "accept", Correct = "correct", Review = "review", Arrange = "arrange",
    Conclude = "conclude", Notice = "notice", Answer = "answer", Approve = "approve", Decide = "decide",
    Check = "check");
words!(TaskState: Open = "open", Claimed = "claimed", Done = "done", Dropped = "dropped");

/// Kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskKind {
    /// 受理审核
    Accept,
    /// 发出补正通知: sending the merged notice after acceptance
    Correct,
    /// 审查、会签
    Review,
    /// 安排踏勘、评审、听证: day, place, people
    Arrange,
    /// 踏勘、评审、检验、听证的结论
    Conclude,
    /// 公示
    Notice,
    /// 答复公示异议
    Answer,
    /// 批准延期、中止、终止
    Approve,
    /// 决定
    Decide,
    /// 事后核查、抽查: after the decision
    Check,
}

impl TaskKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Accept,
        Self::Correct,
        Self::Review,
        Self::Arrange,
        Self::Conclude,
        Self::Notice,
        Self::Answer,
        Self::Approve,
        Self::Decide,
        Self::Check,
    ];
    /// The kinds of work on the matter itself, in which something may be asked of whoever approves.
    pub(crate) const ON_THE_MATTER: [Self; 6] =
        [Self::Review, Self::Arrange, Self::Conclude, Self::Notice, Self::Answer, Self::Decide];

    /// The role that such work usually takes; which one it really takes stands in the task.
    pub const fn role(self) -> Role {
        match self {
            Self::Accept | Self::Correct => Role::Acceptance,
            Self::Review | Self::Arrange | Self::Conclude | Self::Notice | Self::Answer | Self::Check => {
                Role::Review
            }
            Self::Approve | Self::Decide => Role::Decision,
        }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskState {
    /// Waits for someone to take it.
    Open,
    /// Somebody has it.
    Claimed,
    /// Finished.
    Done,
    /// Overtaken by what happened to the case.
    Dropped,
}
