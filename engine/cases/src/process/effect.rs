//! What follows from a decision, each thing done exactly once.

use std::collections::BTreeMap;

use kernel::Words;
use serde::{Deserialize, Serialize};

/// Something that follows from a decision, done exactly once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Issue a document of `licences.yaml`.
    Issue(String),
    /// Issue a document of `licences.yaml` in place of those of the same id that its holder has (换发).
    Replace(String),
    /// Revoke a document that this case has issued.
    Revoke(String),
    /// End the documents of an id that somebody holds from older cases (注销证照).
    Cancel(Cancelled),
    /// Write the first entry of a subject into a register (登记).
    Register(String),
    /// Change an entry of a register (变更登记).
    Change(EntryChange),
    /// Give an entry of a register again what this case changed in it (撤销变更登记).
    Restore(String),
    /// End an entry of a register (注销登记).
    End(EntryEnd),
    /// Send the result to a receiver outside, such as the supervising body (双推送).
    Push(String),
    /// Send a payment order (支付指令) to a receiver outside.
    Pay(PaymentOrder),
}

/// Whose documents are ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cancelled {
    /// Those of this id that the applicant holds.
    Own(String),
    /// Those of another holder.
    Of(HeldDocument),
}

/// A document of somebody who is named in the form, such as the deceased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldDocument {
    /// Id of the document.
    pub document: String,
    /// Where the holder's identity number or credit code stands, such as `form.deceased_id`.
    pub holder: String,
}

impl Cancelled {
    /// Id of the document.
    pub fn document(&self) -> &str {
        match self {
            Self::Own(document) => document,
            Self::Of(held) => &held.document,
        }
    }

    /// Where the holder's code stands; the applicant is meant without it.
    pub fn holder(&self) -> Option<&str> {
        match self {
            Self::Own(_) => None,
            Self::Of(held) => Some(&held.holder),
        }
    }
}

/// What a decision changes in a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryChange {
    /// Which register.
    pub register: String,
    /// Where the code of the entry stands, such as `form.code`; without it the applicant's own entry is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Fields of the entry, each with where its new value stands: `form.new_name`, `finding.uscc`, `register.own.address`.
    pub fields: BTreeMap<String, String>,
}

/// What a decision ends in a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryEnd {
    /// Which register.
    pub register: String,
    /// Where the code of the entry stands; without it the applicant's own entry is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Why it ends, for everybody to read.
    pub reason: Words,
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
            Self::Issue(document) | Self::Replace(document) => format!("issue:{document}"),
            Self::Cancel(cancelled) => format!("cancel:{}", cancelled.document()),
            Self::Change(change) => format!("change:{}", change.register),
            Self::Restore(register) => format!("restore:{register}"),
            Self::End(end) => format!("end:{}", end.register),
            Self::Revoke(document) => format!("revoke:{document}"),
            Self::Register(register) => format!("register:{register}"),
            Self::Push(receiver) => format!("push:{receiver}"),
            Self::Pay(order) => format!("pay:{}", order.receiver),
        }
    }

    /// The document that comes out of it.
    pub fn issues(&self) -> Option<&str> {
        match self {
            Self::Issue(document) | Self::Replace(document) => Some(document),
            Self::Revoke(_)
            | Self::Cancel(_)
            | Self::Register(_)
            | Self::Change(_)
            | Self::Restore(_)
            | Self::End(_)
            | Self::Push(_)
            | Self::Pay(_) => None,
        }
    }

    /// The register entry that must stand for it to be done: register, and where its code is written if it is not the
    /// applicant's own.
    pub fn needs_entry(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Change(change) => Some((&change.register, change.entry.as_deref())),
            Self::End(end) => Some((&end.register, end.entry.as_deref())),
            Self::Issue(_)
            | Self::Replace(_)
            | Self::Revoke(_)
            | Self::Cancel(_)
            | Self::Register(_)
            | Self::Restore(_)
            | Self::Push(_)
            | Self::Pay(_) => None,
        }
    }

    /// Where the values stand that it writes or by which it finds its entry or holder, such as `form.new_name`.
    pub fn reads(&self) -> Vec<&str> {
        match self {
            Self::Change(change) => change.fields.values().chain(&change.entry).map(String::as_str).collect(),
            Self::End(end) => end.entry.as_deref().into_iter().collect(),
            Self::Cancel(cancelled) => cancelled.holder().into_iter().collect(),
            Self::Issue(_)
            | Self::Replace(_)
            | Self::Revoke(_)
            | Self::Register(_)
            | Self::Restore(_)
            | Self::Push(_)
            | Self::Pay(_) => Vec::new(),
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

#[cfg(test)]
mod tests;
