//! The catalogue code of a service item (事项基本编码), 12 characters: C 0109-2018, GB/T 39554.1-2020.

use crate::text::{CAPITALS, DIGITS, check_alphabet, check_length, clean_capitals};
use crate::{CodeError, DivisionCode, tables};

const STANDARD: &str = "GB/T 39554.1";

/// The kind of power or service that an item is (事项类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemType {
    /// 行政许可.
    Licensing,
    /// 行政处罚.
    Penalty,
    /// 行政强制.
    Coercion,
    /// 行政征收.
    Levy,
    /// 行政给付.
    Benefit,
    /// 行政检查.
    Inspection,
    /// 行政确认.
    Confirmation,
    /// 行政奖励.
    Award,
    /// 行政裁决.
    Adjudication,
    /// 其他行政权力.
    OtherPower,
    /// 公共服务.
    PublicService,
    /// Not in the national table. Provinces publish such items (type 21 in Guangdong), so they are kept and
    /// flagged; `ItemCode::item_type_code` has the two digits.
    Unknown,
}

impl ItemType {
    /// Every type of the national table.
    pub const ALL: [Self; 11] = [
        Self::Licensing,
        Self::Penalty,
        Self::Coercion,
        Self::Levy,
        Self::Benefit,
        Self::Inspection,
        Self::Confirmation,
        Self::Award,
        Self::Adjudication,
        Self::OtherPower,
        Self::PublicService,
    ];

    /// The type of two digits.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|kind| kind.code() == Some(code)).unwrap_or(Self::Unknown)
    }

    /// The two digits, if the national table has them.
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::Licensing => Some("01"),
            Self::Penalty => Some("02"),
            Self::Coercion => Some("03"),
            Self::Levy => Some("04"),
            Self::Benefit => Some("05"),
            Self::Inspection => Some("06"),
            Self::Confirmation => Some("07"),
            Self::Award => Some("08"),
            Self::Adjudication => Some("09"),
            Self::OtherPower => Some("10"),
            Self::PublicService => Some("20"),
            Self::Unknown => None,
        }
    }

    /// The Chinese name, if the national table has it.
    pub fn name(self) -> Option<&'static str> {
        self.code().and_then(|code| tables::name_of("task_type", code))
    }
}

/// The catalogue code of a service item (事项基本编码): 2 region, 2 item type, 2 department, 3 main item, 3
/// sub-item. The last six are not always digits: `00Y`, `W00`, and `43201400EW00` are real.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemCode(String);

text_code!(ItemCode);
shown_code!(ItemCode);

impl ItemCode {
    /// Reads and checks a code.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = clean_capitals(text, STANDARD)?;
        check_length(&text, 12, "12", STANDARD)?;
        Self::check(&text, 0)?;
        Ok(Self(text))
    }

    /// Takes what the caller has checked already.
    pub(crate) fn trusted(checked: &str) -> Self {
        Self(checked.to_owned())
    }

    /// Checks 12 ASCII characters before which `at` others stand in the whole code.
    pub(crate) fn check(text: &str, at: usize) -> Result<(), CodeError> {
        check_alphabet(&text[..6], at, &DIGITS, STANDARD)?;
        check_alphabet(&text[6..], at + 6, &CAPITALS, STANDARD)
    }

    /// The two digits of the region: `00` for the national catalogue, else a province.
    pub fn region(&self) -> &str {
        &self.0[..2]
    }

    /// Whether the item is of the national catalogue (国家级目录).
    pub fn is_national(&self) -> bool {
        self.region() == "00"
    }

    /// The province whose catalogue the item is of; `None` for a national item.
    pub fn province(&self) -> Option<DivisionCode> {
        DivisionCode::parse(self.region()).ok()
    }

    /// The item type (事项类型); `Unknown` for digits that the national table lacks.
    pub fn item_type(&self) -> ItemType {
        ItemType::from_code(self.item_type_code())
    }

    /// The two digits of the item type.
    pub fn item_type_code(&self) -> &str {
        &self.0[2..4]
    }

    /// The two digits of the department (部门); 11 is 民政.
    pub fn department(&self) -> &str {
        &self.0[4..6]
    }

    /// The department's Chinese name, if known.
    pub fn department_name(&self) -> Option<&'static str> {
        tables::name_of("dept", self.department())
    }

    /// The main item (主项).
    pub fn main_item(&self) -> &str {
        &self.0[6..9]
    }

    /// The sub-item (子项): `000` for an item without, `00Y` where the state subdivides, `W00`, `W01` … for an
    /// addition of the province.
    pub fn sub_item(&self) -> &str {
        &self.0[9..]
    }

    /// Whether the sub-item was added by the province (地方新增).
    pub fn is_local_addition(&self) -> bool {
        self.sub_item().starts_with('W')
    }
}
