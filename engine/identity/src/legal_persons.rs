//! Legal persons (法人); who may act for them is said by `mandates`.

use std::fmt;
use std::str::FromStr;

use codes::SocialCreditCode;
use kernel::{LegalPersonId, PersonId};
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

/// The legal person of this id.
pub async fn find_legal_person(tx: &mut Tx, id: LegalPersonId) -> Result<Option<LegalPersonRecord>> {
    let row = tx
        .fetch_optional(
            "select l.id, l.name, l.uscc, l.kind, m.person from legal_persons l
             join mandates m on m.legal_person = l.id and m.kind = 'representative' and m.ended_at is null
             where l.id = $1",
            vals![id],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

/// The legal person of this code.
pub async fn find_legal_person_by_uscc(
    tx: &mut Tx,
    uscc: &SocialCreditCode,
) -> Result<Option<LegalPersonRecord>> {
    let row = tx
        .fetch_optional(
            "select l.id, l.name, l.uscc, l.kind, m.person from legal_persons l
             join mandates m on m.legal_person = l.id and m.kind = 'representative' and m.ended_at is null
             where l.uscc = $1",
            vals![uscc.as_str()],
        )
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<LegalPersonRecord> {
    Ok(LegalPersonRecord {
        id: row.get(0)?,
        name: row.get(1)?,
        uscc: row.parse(2)?,
        kind: row.parse(3)?,
        representative: row.get(4)?,
    })
}
