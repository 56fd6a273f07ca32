//! The register of social organisations (社会组织法人库).

use codes::{CodeError, SocialCreditCode};
use jiff::civil::Date;
use kernel::{CaseId, Timestamp, TypedId as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::entry::{NewEntry, Step};

/// Its name in packages and addresses.
pub const SOCIAL_ORGANISATIONS: &str = "social-organisations";

/// What is registered of an association (社会团体登记管理条例 第十二条) and who registered it. The representative's name is
/// part of it and public; nobody's identity number is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SocialOrganisation {
    /// 名称
    pub name: String,
    /// 统一社会信用代码
    pub uscc: String,
    /// 法定代表人
    pub legal_representative: String,
    /// 住所
    pub address: String,
    /// 活动资金, in fen (分)
    pub funds: i64,
    /// 宗旨
    pub purpose: String,
    /// 业务范围
    pub business_scope: String,
    /// 活动地域
    pub activity_area: String,
    /// 业务主管单位
    pub body_in_charge: String,
    /// 登记日期
    #[schema(value_type = String, format = Date)]
    pub registered_on: Date,
    /// 登记管理机关
    pub registrar: String,
}

/// What a decision may change (社会团体登记管理条例 第十八条). Code, day of registration and registrar stay.
pub(crate) const CHANGEABLE: &[&str] = &[
    "name",
    "legal_representative",
    "address",
    "funds",
    "purpose",
    "business_scope",
    "activity_area",
    "body_in_charge",
];

/// A value as it may stand in this field. A body is named by its slug; a text that is none is the name of a body that
/// this platform does not know.
pub(crate) fn checked(
    field: &str,
    value: &Value,
    body_name: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<Value, EntryFault> {
    let Some(field) = CHANGEABLE.iter().copied().find(|known| *known == field) else {
        return Err(EntryFault::Field { field: "change", expected: "a field of the register" });
    };
    if field == "funds" {
        let fen = value.as_i64().filter(|fen| *fen >= 0);
        return Ok(Value::from(fen.ok_or(EntryFault::Field { field, expected: "an amount in fen" })?));
    }
    let text = text(Some(value), field)?;
    let named = if field == "body_in_charge" { body_name(&text) } else { None };
    Ok(Value::from(named.unwrap_or(text)))
}

/// What an older register knows of an organisation that was registered before this platform (存量数据).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BroughtIn {
    /// 住所
    pub address: String,
    /// 活动资金, in fen (分)
    pub funds: i64,
    /// 宗旨
    pub purpose: String,
    /// 业务范围
    pub business_scope: String,
    /// 活动地域
    pub activity_area: String,
    /// 业务主管单位; empty where there is none.
    pub body_in_charge: String,
    /// 登记日期
    pub registered_on: Date,
    /// 登记管理机关
    pub registrar: String,
}

/// The first entry of an organisation that was registered before this platform. It comes from no case here.
pub fn brought_in(
    known: &BroughtIn,
    name: &str,
    uscc: &SocialCreditCode,
    legal_representative: &str,
    now: Timestamp,
) -> NewEntry {
    let organisation = SocialOrganisation {
        name: name.to_owned(),
        uscc: uscc.as_str().to_owned(),
        legal_representative: legal_representative.to_owned(),
        address: known.address.clone(),
        funds: known.funds.max(0),
        purpose: known.purpose.clone(),
        business_scope: known.business_scope.clone(),
        activity_area: known.activity_area.clone(),
        body_in_charge: known.body_in_charge.clone(),
        registered_on: known.registered_on,
        registrar: known.registrar.clone(),
    };
    NewEntry {
        register: SOCIAL_ORGANISATIONS,
        step: Step::New,
        subject_code: organisation.uscc.clone(),
        name: organisation.name.clone(),
        data: serde_json::to_value(&organisation).expect("plain fields always serialise"),
        case: CaseId::from_parts(Timestamp::UNIX_EPOCH, [0; 10]),
        follows: 0,
        effect: format!("brought-in:{}", organisation.uscc),
        since: known.registered_on,
        now,
    }
}

/// A granting decision, as far as a register needs to know it.
#[derive(Clone, Copy)]
pub struct Decided<'a> {
    /// The answers of the form.
    pub form: &'a Value,
    /// What staff established.
    pub findings: &'a Map<String, Value>,
    /// The day of the decision.
    pub decided_on: Date,
    /// Chinese name of the body that decided.
    pub registrar: &'a str,
    /// Chinese name of the body of this slug.
    pub body_name: &'a dyn Fn(&str) -> Option<String>,
    /// The case.
    pub case: CaseId,
    /// The effect, such as `register:social-organisations`.
    pub effect: &'a str,
    /// Now.
    pub now: Timestamp,
}

/// Why a decision makes no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// There is no such register.
    #[error("register {0}: unknown")]
    UnknownRegister(String),
    /// A value is not there, or of another kind.
    #[error("{field}: must be {expected}")]
    Field {
        /// Where, such as `form.name`.
        field: &'static str,
        /// What must be there.
        expected: &'static str,
    },
    /// The code is wrong.
    #[error("finding.uscc: {0}")]
    Code(#[from] CodeError),
}

fn text(value: Option<&Value>, field: &'static str) -> Result<String, EntryFault> {
    let text = value.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or(EntryFault::Field { field, expected: "a text" })
}

pub(crate) fn entry_from(decided: &Decided<'_>) -> Result<NewEntry, EntryFault> {
    let form = decided.form;
    let body_in_charge = text(form.get("supervising_body"), "form.supervising_body")?;
    let unknown = EntryFault::Field { field: "form.supervising_body", expected: "the name of a known body" };
    let funds = form.get("funds").and_then(Value::as_i64).filter(|fen| *fen >= 0);
    let organisation = SocialOrganisation {
        name: text(form.get("name"), "form.name")?,
        uscc: SocialCreditCode::parse(&text(decided.findings.get("uscc"), "finding.uscc")?)?
            .as_str()
            .to_owned(),
        legal_representative: text(form.get("legal_representative"), "form.legal_representative")?,
        address: text(form.get("address"), "form.address")?,
        funds: funds.ok_or(EntryFault::Field { field: "form.funds", expected: "an amount in fen" })?,
        purpose: text(form.get("purpose"), "form.purpose")?,
        business_scope: text(form.get("business_scope"), "form.business_scope")?,
        activity_area: text(form.get("activity_area"), "form.activity_area")?,
        body_in_charge: (decided.body_name)(&body_in_charge).ok_or(unknown)?,
        registered_on: decided.decided_on,
        registrar: decided.registrar.to_owned(),
    };
    Ok(NewEntry {
        register: SOCIAL_ORGANISATIONS,
        step: Step::New,
        subject_code: organisation.uscc.clone(),
        name: organisation.name.clone(),
        data: serde_json::to_value(&organisation).expect("plain fields always serialise"),
        case: decided.case,
        follows: 0,
        effect: decided.effect.to_owned(),
        since: decided.decided_on,
        now: decided.now,
    })
}

impl SocialOrganisation {
    /// Reads what stands in an entry.
    pub(crate) fn of(entry: &crate::Entry) -> store::Result<Self> {
        Self::deserialize(&entry.data).map_err(|_shape| store::Error::Damaged {
            column: "register_entries.data".into(),
            expected: "a social organisation",
        })
    }

    /// The funds in yuan: `50,000.00`.
    pub(crate) fn funds_yuan(&self) -> String {
        let yuan = (self.funds / 100).to_string();
        let mut grouped = String::new();
        for (n, digit) in yuan.chars().enumerate() {
            if n > 0 && (yuan.len() - n).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{grouped}.{:02}", self.funds % 100)
    }
}

#[cfg(test)]
mod tests;
