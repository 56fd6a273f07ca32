//! Entries of registers (登记信息).

use jiff::civil::Date;
use kernel::{CaseId, Timestamp, Words};
use serde_json::Value;
use store::{Result, Row};

/// Whether an entry is the first of its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// First registration (成立登记): the code must be new.
    New,
    /// A change of what is registered (变更登记): there must be an entry that holds.
    Change,
    /// The end of what is registered (注销登记), with the reason that everybody may read: there must be an entry that
    /// holds, and none follows.
    End(Words),
}

/// An entry to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// Which register, one of [`crate::KNOWN`].
    pub register: &'static str,
    /// First entry, change or end.
    pub step: Step,
    /// The subject's code.
    pub subject_code: String,
    /// The subject's name.
    pub name: String,
    /// What is registered.
    pub data: Value,
    /// The case that was decided.
    pub case: CaseId,
    /// What the change was made from, so that nothing between is lost; 0 for a first entry.
    pub follows: i64,
    /// The effect of its decision, such as `register:social-organisations`.
    pub effect: String,
    /// The day from which it holds.
    pub since: Date,
    /// Now.
    pub now: Timestamp,
}

/// Which version of whose entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRef {
    /// Which register.
    pub register: String,
    /// The subject's code.
    pub subject_code: String,
    /// 1 for the first entry, raised by one with each change.
    pub version: i64,
}

/// An entry as it stands in its register.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which register.
    pub register: String,
    /// The subject's code.
    pub subject_code: String,
    /// 1 for the first entry, raised by one with each change.
    pub version: i64,
    /// The subject's name.
    pub name: String,
    /// What is registered.
    pub data: Value,
    /// The day from which it holds.
    pub since: Date,
    /// The day from which it no longer holds.
    pub until: Option<Date>,
    /// Why it ended, if this is its last version and says so: then `since` is the day of the end (注销日期).
    pub ended: Option<Words>,
}

impl Entry {
    /// Reads `register, subject_code, version, name, data, since, until, ended_zh, ended_en`.
    pub(crate) fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            register: row.get(0)?,
            subject_code: row.get(1)?,
            version: row.get(2)?,
            name: row.get(3)?,
            data: row.get(4)?,
            since: row.get(5)?,
            until: row.get(6)?,
            ended: row.get::<Option<String>>(7)?.zip(row.get(8)?).map(|(zh, en)| Words { zh, en }),
        })
    }
}
