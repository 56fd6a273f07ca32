//! Legal persons (法人) and who may act for them.

use std::fmt;
use std::str::FromStr;

use codes::SocialCreditCode;
use jiff::civil::Date;
use kernel::{AgentId, LegalPersonId, PersonId, Timestamp, china_date};
use serde::{Deserialize, Serialize};
use store::{Result, Row, Tx, vals};

/// What kind of organisation it is (主体类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegalPersonKind {
    /// 企业.
    Enterprise,
    /// 个体工商户.
    IndividualBusiness,
    /// 事业单位.
    PublicInstitution,
    /// 社会组织: 社会团体、基金会、社会服务机构.
    SocialOrganisation,
    /// 机关.
    StateOrgan,
    /// 其他组织.
    Other,
}

impl LegalPersonKind {
    const ALL: [Self; 6] = [
        Self::Enterprise,
        Self::IndividualBusiness,
        Self::PublicInstitution,
        Self::SocialOrganisation,
        Self::StateOrgan,
        Self::Other,
    ];

    /// The word used in tables and data files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::IndividualBusiness => "individual-business",
            Self::PublicInstitution => "public-institution",
            Self::SocialOrganisation => "social-organisation",
            Self::StateOrgan => "state-organ",
            Self::Other => "other",
        }
    }
}

impl FromStr for LegalPersonKind {
    type Err = String;
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("unknown kind of legal person {text:?}"))
    }
}

impl fmt::Display for LegalPersonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A legal person or other organisation (法人和其他组织).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalPersonRecord {
    /// Its id.
    pub id: LegalPersonId,
    /// Its registered name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: SocialCreditCode,
    /// What it is.
    pub kind: LegalPersonKind,
    /// The legal representative (法定代表人).
    pub representative: PersonId,
}

/// A legal person for which somebody may act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hat {
    /// Which.
    pub legal_person: LegalPersonId,
    /// Its name.
    pub name: String,
    /// Its unified social credit code.
    pub uscc: SocialCreditCode,
    /// Whether as its legal representative, who may name agents.
    pub is_representative: bool,
}

/// The right of a person to act for a legal person (经办人授权) that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRecord {
    /// The right itself.
    pub id: AgentId,
    /// Who may act.
    pub person: PersonId,
    /// Since when.
    pub since: Timestamp,
    /// The last day on which they may; none until revoked.
    pub until: Option<Date>,
}

/// The legal person of this id.
pub async fn find_legal_person(tx: &mut Tx, id: LegalPersonId) -> Result<Option<LegalPersonRecord>> {
    let row = tx
        .fetch_optional(
            "select id, name, uscc, kind, representative from legal_persons where id = $1",
            vals![id],
        )
        .await?;
    let read = |row: Row| {
        Ok(LegalPersonRecord {
            id: row.get(0)?,
            name: row.get(1)?,
            uscc: row.parse(2)?,
            kind: row.parse(3)?,
            representative: row.get(4)?,
        })
    };
    row.map(read).transpose()
}

/// Everything this person may act for: what they represent first, then where they are an agent, by name.
pub async fn hats(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<Vec<Hat>> {
    let rows = tx
        .fetch_all(
            "select l.id, l.name, l.uscc, 1 as represents from legal_persons l where l.representative = $1
             union all
             select l.id, l.name, l.uscc, 0 from agents a join legal_persons l on l.id = a.legal_person
             where a.person = $1 and a.revoked_at is null and (a.until is null or a.until >= $2)
               and l.representative <> $1
             order by 4 desc, 2, 1",
            vals![person, china_date(now)],
        )
        .await?;
    let read = |row: &Row| {
        Ok(Hat {
            legal_person: row.get(0)?,
            name: row.get(1)?,
            uscc: row.parse(2)?,
            is_representative: row.get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Whether this person may act for this legal person now: as its representative or as an agent whose right is
/// neither revoked nor run out.
pub async fn may_act_for(
    tx: &mut Tx,
    person: PersonId,
    legal_person: LegalPersonId,
    now: Timestamp,
) -> Result<bool> {
    let row = tx
        .fetch_optional(
            "select 1 from legal_persons l where l.id = $1 and (l.representative = $2 or exists (
               select 1 from agents a where a.legal_person = l.id and a.person = $2
                 and a.revoked_at is null and (a.until is null or a.until >= $3)))",
            vals![legal_person, person, china_date(now)],
        )
        .await?;
    Ok(row.is_some())
}

/// The agents of a legal person whose right has not ended, the longest-standing first.
pub async fn agents_of(tx: &mut Tx, legal_person: LegalPersonId, now: Timestamp) -> Result<Vec<AgentRecord>> {
    let rows = tx
        .fetch_all(
            "select id, person, since, until from agents
             where legal_person = $1 and revoked_at is null and (until is null or until >= $2)
             order by since, id",
            vals![legal_person, china_date(now)],
        )
        .await?;
    let read = |row: &Row| {
        Ok(AgentRecord { id: row.get(0)?, person: row.get(1)?, since: row.get(2)?, until: row.get(3)? })
    };
    rows.iter().map(read).collect()
}
