//! What a code says, part by part, for people (`code check`).

use crate::{
    CaseNumber, DivisionCode, HandlingItemCode, ImplementationCode, ItemCode, LicenceIdentifier, ResidentId,
    SocialCreditCode,
};

/// The kinds of code that `describe` knows.
pub const KINDS: &[&str] = &[
    "resident-id",
    "uscc",
    "division",
    "item",
    "implementation",
    "handling-item",
    "case-number",
    "licence-id",
];

/// One part of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name in English.
    pub label: &'static str,
    /// Its name in Chinese.
    pub label_zh: &'static str,
    /// What stands there, with its meaning where a table has one.
    pub value: String,
}

/// The parts of a code, or the sentence that says what is wrong with it and what must stand there instead.
/// A resident id is shown masked.
pub fn describe(kind: &str, value: &str) -> Result<Vec<Part>, String> {
    match kind {
        "resident-id" => ResidentId::parse(value).map(|id| resident_id(&id)),
        "uscc" => SocialCreditCode::parse(value).map(|code| social_credit(&code)),
        "division" => DivisionCode::parse(value).map(|code| division(&code)),
        "item" => ItemCode::parse(value).map(|code| item(&code)),
        "implementation" => ImplementationCode::parse(value).map(|code| implementation(&code)),
        "handling-item" => HandlingItemCode::parse(value).map(|code| handling_item(&code)),
        "case-number" => CaseNumber::parse(value).map(|number| case_number(&number)),
        "licence-id" => LicenceIdentifier::parse(value).map(|id| licence(&id)),
        unknown => {
            return Err(format!("unknown kind of code {unknown:?}, must be one of {}", KINDS.join(", ")));
        }
    }
    .map_err(|error| error.to_string())
}

fn part(label: &'static str, label_zh: &'static str, value: impl Into<String>) -> Part {
    Part { label, label_zh, value: value.into() }
}

/// `5 民政`, or the bare code where no table knows it.
fn named(code: &str, name: Option<&str>) -> String {
    name.map_or_else(|| code.to_owned(), |name| format!("{code} {name}"))
}

fn resident_id(id: &ResidentId) -> Vec<Part> {
    let division = id.division_at_issue().map_or_else(
        || {
            if id.is_foreign_permanent_resident() {
                "none (外国人永久居留身份证)"
            } else {
                "none (无)"
            }
            .to_owned()
        },
        |code| code.to_string(),
    );
    vec![
        part("number, masked", "公民身份号码(脱敏)", id.masked()),
        part("division at issue", "发证地区划", division),
        part("birth date", "出生日期", id.birth_date().to_string()),
        part("sex", "性别", if id.is_male() { "male 男" } else { "female 女" }),
        part("check digit", "校验码", &id.as_str()[17..]),
    ]
}

fn social_credit(code: &SocialCreditCode) -> Vec<Part> {
    vec![
        part("registrar", "登记管理部门", named(code.registrar(), code.registrar_name())),
        part("class", "机构类别", named(code.class(), code.class_name())),
        part("registration division", "登记管理机关行政区划", &code.as_str()[2..8]),
        part("organisation code", "组织机构代码", code.organisation_code()),
        part("check character", "校验码", &code.as_str()[17..]),
    ]
}

fn division(code: &DivisionCode) -> Vec<Part> {
    let above: Vec<String> = code.ancestors().iter().map(ToString::to_string).collect();
    vec![
        part("code", "行政区划代码", code.as_str()),
        part("level", "层级", format!("{} {}", code.level().as_str(), code.level().name())),
        part("lies in", "上级区划", if above.is_empty() { "-".to_owned() } else { above.join(" < ") }),
    ]
}

fn item(code: &ItemCode) -> Vec<Part> {
    let region = if code.is_national() { "national 国家级目录" } else { "provincial 省级目录" };
    let item_type = named(code.item_type_code(), code.item_type().name().or(Some("unknown 未知类型")));
    let sub_item = match code.sub_item() {
        "000" => "none 无子项",
        "00Y" => "subdivided by the state 国家级拆分",
        _ if code.is_local_addition() => "added by the province 地方新增",
        _ => "sub-item 子项",
    };
    vec![
        part("region", "区域", format!("{} {region}", code.region())),
        part("item type", "事项类型", item_type),
        part("department", "部门", named(code.department(), code.department_name())),
        part("main item", "主项", code.main_item()),
        part("sub-item", "子项", format!("{} {sub_item}", code.sub_item())),
    ]
}

fn implementation(code: &ImplementationCode) -> Vec<Part> {
    let mut parts = vec![
        part("body", "实施主体", code.body().as_str()),
        part("use level", "行使层级", named(code.level().code(), Some(code.level().name()))),
        part("catalogue code", "基本编码", code.item().as_str()),
    ];
    parts.extend(item(&code.item()));
    parts
}

fn handling_item(code: &HandlingItemCode) -> Vec<Part> {
    let mut parts = vec![
        part("implementation code", "实施编码", code.implementation().as_str()),
        part("handling item", "业务办理项", code.ordinal()),
    ];
    parts.extend(implementation(&code.implementation()));
    parts
}

fn case_number(number: &CaseNumber) -> Vec<Part> {
    let Some(parts) = number.parts() else {
        let form = "of another platform, opaque 外部编号";
        return vec![part("number", "办件编号", number.as_str()), part("form", "形式", form)];
    };
    let mut said = vec![
        part("implementation code", "实施编码", parts.implementation.as_str()),
        part("date", "日期", parts.date.to_string()),
        part("serial", "流水号", format!("{:04}", parts.serial)),
    ];
    said.extend(implementation(&parts.implementation));
    said
}

fn licence(id: &LicenceIdentifier) -> Vec<Part> {
    let issuer_form = match id.issuer_uscc() {
        Some(_) => "social credit code 统一社会信用代码",
        None => "not a social credit code 非统一社会信用代码",
    };
    vec![
        part("licence type", "证照类型代码", id.type_code()),
        part("defined by", "类型制定机构", id.type_owner().as_str()),
        part("issuer", "颁证机构代码", format!("{} ({issuer_form})", id.issuer())),
        part("serial", "流水号", id.serial()),
        part("version", "版本号", format!("{:03}", id.version())),
        part("check character", "校验位", id.check_character()),
    ]
}
