//! `item.yaml`: who the item is and what its guide says (事项要素, GB/T 39554).

use cases::StatedLimit;
use codes::tables::{ApplicantKind, HandlingKind, UseLevel};
use jiff::civil::Date;
use kernel::{AssuranceLevel, Words};
use rules::Expression;
use serde::{Deserialize, Serialize};

mod check;
mod wording;

pub(crate) use check::{check, has_no_basis, is_slug, is_surely_longer};

/// A service item with its guide (政务服务事项、办事指南).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// 基本编码, 12 characters.
    pub code: String,
    /// 业务办理项, two digits.
    pub handling: String,
    /// Version of the package; every published change has its own.
    pub version: String,
    /// 事项名称
    pub name: Words,
    /// One plain sentence: what you get.
    pub summary: Words,
    /// 事项类型, a code of the national table.
    #[serde(rename = "type")]
    pub kind: String,
    /// 行使层级 of the implementing bodies.
    pub levels: Vec<UseLevel>,
    /// 服务对象
    pub audience: Vec<ApplicantKind>,
    /// 办件类型
    pub case_type: HandlingKind,
    /// 网上办理深度, a code of the national table.
    pub online_depth: String,
    /// 到现场次数
    pub visits: u32,
    /// How sure the platform must be of who asks (实名等级).
    #[serde(default, skip_serializing_if = "is_registered")]
    pub assurance: AssuranceLevel,
    /// The form field with the number of a look at the applicant's data: whoever looked, and whoever handed them that work,
    /// is kept out of the case (回避).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps_out: Option<String>,
    /// How long what was handed in is kept after the case has ended (保管期限); by the kind of item where nothing is said
    /// ([`Item::kept_years`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
    /// 设定依据
    pub legal_basis: Vec<LegalBasis>,
    /// Everyday words under which people look for it.
    pub keywords: Vec<String>,
    /// 法定时限 and 承诺时限
    pub limits: Limits,
    /// 受理条件
    pub conditions: Vec<Words>,
    /// Conditions that the platform itself checks, when an application begins and when it is handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// Further conditions by which the guided choice finds the items that somebody may ask for; nobody is refused by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub eligibility: Vec<Eligibility>,
    /// 申请材料, in the order of the guide.
    pub materials: Vec<Material>,
    /// 收费; empty: free of charge.
    pub fees: Vec<Fee>,
    /// 办理地点和时间
    pub windows: Vec<Window>,
    /// 监督投诉方式
    pub complaints: Complaints,
    /// 常见问题
    pub faq: Vec<Question>,
    /// 办理结果
    pub results: Vec<Words>,
    /// Where each fact comes from, and what is not verified.
    pub sources: Vec<Provenance>,
    /// Warnings of the linter that are as they should be, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Accepted>,
}

/// A condition that the platform checks by itself (资格核验): over who applies, the answers, and what registers and
/// licences know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// What must hold.
    pub holds: Expression,
    /// The same in words: told in the guide, and to whom it does not hold for.
    pub says: Words,
}

/// How long what was handed in is kept after the end of the case (保管期限).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// Whole years, 1 to 100 (定期).
    Years(i16),
    /// For ever (永久).
    Permanent,
}

/// A condition of the guided choice (智能导办条件): what the law asks, as far as a few answers can tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Eligibility {
    /// What must hold over the form's answers, the applicant, and `ask`, the questions of `choose.yaml`; without it the
    /// words themselves are asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<Expression>,
    /// The same in words.
    pub says: Words,
    /// Where it does not hold, the item is out of the question; `false`: the office looks at it.
    #[serde(default = "decides", skip_serializing_if = "is_true")]
    pub decides: bool,
}

/// Everybody who has an account reaches it, so it is not written down.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_registered(level: &AssuranceLevel) -> bool {
    *level == AssuranceLevel::Registered
}

const fn decides() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_true(so: &bool) -> bool {
    *so
}

impl Requirement {
    /// Whether it holds over the answers and over what is known; nothing while it asks for answers and there are none yet.
    pub fn holds(
        &self,
        answers: Option<&serde_json::Map<String, serde_json::Value>>,
        known: &serde_json::Map<String, serde_json::Value>,
        submitted_on: Date,
    ) -> Option<bool> {
        if answers.is_none() && self.holds.reads().iter().any(|path| path.starts_with("form.")) {
            return None;
        }
        let nothing = serde_json::Map::new();
        Some(held(&self.holds, answers.unwrap_or(&nothing), known, submitted_on).holds)
    }
}

/// A condition over what is known before there is a case.
fn held(
    condition: &Expression,
    answers: &serde_json::Map<String, serde_json::Value>,
    known: &serde_json::Map<String, serde_json::Value>,
    submitted_on: Date,
) -> rules::Held {
    const NOTHING: &serde_json::Value = &serde_json::Value::Null;
    let root = |name: &str| known.get(name).unwrap_or(NOTHING);
    let facts = rules::Facts::new().with("form", answers).with("applicant", root("applicant"));
    let facts = facts.with("register", root("register")).with("licence", root("licence"));
    let case = serde_json::json!({ "submitted_on": submitted_on });
    let facts = facts.with("case", &case);
    condition.holds(&facts)
}

/// A warning that the package accepts (豁免).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// Id of the rule.
    pub rule: String,
    /// A part of the warning's text, so that it stands for this one only.
    #[serde(rename = "where")]
    pub place: String,
    /// Why it is right as it is.
    pub reason: String,
}

/// A clause on which the item rests, with what it says in our own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegalBasis {
    /// Name of the law.
    pub title: Words,
    /// Article.
    pub article: String,
    /// What it says.
    pub says: Words,
}

/// How long the decision may take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// 法定时限, with its basis.
    pub statutory: StatedLimit,
    /// 承诺时限, never longer.
    pub promised: StatedLimit,
}

/// Whether a material must be there (材料必要性).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// 必要
    Required,
    /// 非必要
    Optional,
}

/// Who brings a material.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MadeBy {
    /// The applicant hands it in.
    Applicant,
    /// The office makes it during the process.
    Office,
}

/// How many originals and copies of a material (份数).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// 原件
    pub original: u32,
    /// 复印件
    pub copy: u32,
}

/// A kind of file that may be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// JPEG picture.
    Jpg,
    /// PNG picture.
    Png,
    /// 版式文档, GB/T 33190.
    Ofd,
}

impl FileKind {
    /// The ending of its file name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpg => "jpg",
            Self::Png => "png",
            Self::Ofd => "ofd",
        }
    }
}

/// Something to hand in, or made by the office on the way (材料).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Stable id, used by processes and scenarios.
    pub id: String,
    /// 材料名称
    pub name: Words,
    /// 材料必要性
    pub need: Need,
    /// Applicant or office.
    pub by: MadeBy,
    /// 来源渠道, a code of the national table or of its local supplement.
    pub source: String,
    /// 材料形式, a code of the national table.
    pub form: String,
    /// 份数
    pub copies: Copies,
    /// Kinds of file that are accepted.
    pub accepts: Vec<FileKind>,
    /// Largest file in megabytes.
    pub max_mb: u32,
    /// 要求提供的依据
    pub basis: Words,
    /// 填报须知: how to fill it in and what is checked.
    pub note: Words,
    /// Asked for only when this holds over the form and what registers and licences answered; so a material that the
    /// platform can look up is left out (免提交).
    #[serde(default)]
    pub when: Option<Expression>,
    /// May be handed in after acceptance, within this limit (容缺受理).
    #[serde(default)]
    pub later: Option<StatedLimit>,
    /// A commitment may stand in its place (告知承诺).
    #[serde(default)]
    pub commitment: Option<Commitment>,
}

/// A commitment in place of a proof (告知承诺制).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// What is told and declared, in full.
    pub text: Words,
    /// Document and article.
    pub basis: Words,
}

impl Material {
    /// Whether the office makes it on the way.
    pub fn is_by_office(&self) -> bool {
        self.by == MadeBy::Office
    }

    /// Whether its condition holds over the answers, over what registers and licences know and over the day of
    /// submission (today, while there is none), with the reason; nothing for one that is asked of everybody.
    pub fn condition(
        &self,
        answers: &serde_json::Map<String, serde_json::Value>,
        known: &serde_json::Map<String, serde_json::Value>,
        submitted_on: Date,
    ) -> Option<rules::Held> {
        Some(held(self.when.as_ref()?, answers, known, submitted_on))
    }

    /// Whether the applicant must hand it in whenever its condition holds.
    pub fn is_asked_for(&self) -> bool {
        self.by == MadeBy::Applicant && self.need == Need::Required
    }
}

/// A fee (收费项目).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// 收费项目名称
    pub name: Words,
    /// 收费标准, such as "10 yuan a copy".
    pub amount: Words,
    /// 收费依据
    pub basis: Words,
}

/// A counter (办理窗口).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Division that it serves.
    pub division: String,
    /// Name.
    pub name: Words,
    /// Address.
    pub address: Words,
    /// Opening hours.
    pub hours: Words,
    /// Telephone.
    pub phone: String,
}

/// How to complain (监督投诉).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complaints {
    /// Telephone.
    pub phone: String,
    /// What else there is to say.
    pub note: Words,
}

/// A question that people often ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The question.
    pub q: Words,
    /// The answer.
    pub a: Words,
}

/// Where a fact of the guide comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Which fact.
    pub fact: String,
    /// The source.
    pub from: String,
    /// Whether it was compared with the official text.
    pub verified: bool,
    /// What to know about it.
    #[serde(default)]
    pub note: Option<String>,
}

impl Item {
    /// For how many years after the end of a case what was handed in is kept; nothing: for ever. DA/T 85-2019 knows 10 and 30
    /// years and ever; which of them a kind of item gets is for the archives of the place to say, in the package.
    pub fn kept_years(&self) -> Option<i16> {
        match self.kept {
            Some(Kept::Permanent) => None,
            Some(Kept::Years(years)) => Some(years),
            // 行政许可, 行政确认
            None if matches!(self.kind.as_str(), "01" | "07") => Some(30),
            None => Some(10),
        }
    }

    /// Whether natural persons may ask.
    pub fn is_for_people(&self) -> bool {
        self.audience.contains(&ApplicantKind::NaturalPerson)
    }

    /// Whether organisations of any kind may ask.
    pub fn is_for_organisations(&self) -> bool {
        self.audience.iter().any(|kind| *kind != ApplicantKind::NaturalPerson)
    }

    /// The material of this id.
    pub fn material(&self, id: &str) -> Option<&Material> {
        self.materials.iter().find(|material| material.id == id)
    }
}
