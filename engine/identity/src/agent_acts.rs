//! What was done under a mandate (代办记录), for the principal to see.

use kernel::{Actor, MandateId, PersonActor, Timestamp};
use store::page::{Page, PageRequest};
use store::{Result, Row, Tx, fresh_id, vals};

/// What somebody did for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentAct {
    /// Began an application.
    Started,
    /// Threw a draft away.
    Discarded,
    /// Handed an application in.
    Submitted,
    /// Answered a correction notice.
    Corrected,
    /// Handed in what was promised.
    Supplied,
    /// Took an application back.
    Withdrew,
    /// Answered whether a hearing is wanted.
    Heard,
    /// Wrote to the office.
    Wrote,
    /// Opened a document.
    Collected,
    /// Showed a document to somebody by a code (出示).
    Presented,
    /// Let somebody use a document (授权用证).
    Authorised,
}

impl AgentAct {
    /// The word in tables and message keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Discarded => "discarded",
            Self::Submitted => "submitted",
            Self::Corrected => "corrected",
            Self::Supplied => "supplied",
            Self::Withdrew => "withdrew",
            Self::Heard => "heard",
            Self::Wrote => "wrote",
            Self::Collected => "collected",
            Self::Presented => "presented",
            Self::Authorised => "authorised",
        }
    }
}

/// An act as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentActRecord {
    /// What was done: a word of [`AgentAct`].
    pub act: String,
    /// With which item (基本编码).
    pub item: String,
    /// Where to see it.
    pub link: String,
    /// When.
    pub at: Timestamp,
    id: String,
}

/// Notes what somebody did under their mandate, in the transaction of the act. What one does for oneself is not noted.
pub async fn note_agent_act(
    tx: &mut Tx,
    by: &Actor,
    act: AgentAct,
    item: &str,
    link: &str,
    now: Timestamp,
) -> Result<()> {
    let Actor::Person(PersonActor { acting_for: Some(mandate), .. }) = by else { return Ok(()) };
    let id: kernel::EventId = fresh_id(now);
    // Where no row stands behind a mandate, the platform itself goes on in the principal's name: no act of an agent.
    tx.execute(
        "insert into mandate_acts (id, mandate, act, item, link, at)
         select $1, m.id, $3, $4, $5, $6 from mandates m where m.id = $2",
        vals![id, mandate.id, act.as_str(), item, link, now],
    )
    .await?;
    Ok(())
}

/// The acts under a mandate, the latest first. Whose business it is, the caller has asked.
pub async fn acts_under(tx: &mut Tx, mandate: MandateId, page: &PageRequest) -> Result<Page<AgentActRecord>> {
    // Ids are hexadecimal, so `g` stands after all of them.
    let before = page.keys(vals!["g"])?.pop().unwrap_or_else(|| "g".into());
    let rows = tx
        .fetch_all(
            "select id, act, item, link, at from mandate_acts where mandate = $1 and id < $2
             order by id desc limit $3",
            vals![mandate, before, page.size.limit()],
        )
        .await?;
    let read = |row: &Row| {
        Ok(AgentActRecord {
            id: row.get(0)?,
            act: row.get(1)?,
            item: row.get(2)?,
            link: row.get(3)?,
            at: row.get(4)?,
        })
    };
    let acts = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(acts, page.size, |act| vals![act.id.as_str()]))
}
