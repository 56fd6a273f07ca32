//! What follows from a decision, each thing done exactly once.

use serde::{Deserialize, Serialize};

/// Something that follows from a decision, done exactly once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Issue a document of `licences.yaml`.
    Issue(String),
    /// Revoke a document that this case has issued.
    Revoke(String),
    /// Write an entry of a register.
    Register(String),
    /// Send the result to a receiver outside, such as the supervising body (双推送).
    Push(String),
    /// Send a payment order (支付指令) to a receiver outside.
    Pay(PaymentOrder),
}

/// A payment that a decision orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentOrder {
    /// To which receiver of the outbox the order goes.
    pub receiver: String,
    /// The finding with the amount, in fen.
    pub amount: String,
}

impl Effect {
    /// `issue:receipt`: the name under which its completion is recorded.
    pub fn key(&self) -> String {
        match self {
            Self::Issue(document) => format!("issue:{document}"),
            Self::Revoke(document) => format!("revoke:{document}"),
            Self::Register(register) => format!("register:{register}"),
            Self::Push(receiver) => format!("push:{receiver}"),
            Self::Pay(order) => format!("pay:{}", order.receiver),
        }
    }
}

/// What follows from each outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effects {
    /// When granted.
    #[serde(default)]
    pub granted: Vec<Effect>,
    /// When refused.
    #[serde(default)]
    pub refused: Vec<Effect>,
    /// When a later check finds that a commitment was not true.
    #[serde(default)]
    pub check_failed: Vec<Effect>,
}

impl Effects {
    /// All of them, whatever they follow from.
    pub fn all(&self) -> impl Iterator<Item = &Effect> {
        self.granted.iter().chain(&self.refused).chain(&self.check_failed)
    }
}
