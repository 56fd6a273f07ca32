//! The code domains of service items (事项要素代码): C 0109-2018, GB/T 39554.1-2020, GB 32100.
//!
//! A code that is in no table stays readable: `name_of` answers `None` and the caller shows the code itself.
//! Domains on which programs decide are enums besides; each is the source of its own table.

mod lists;

use crate::DivisionLevel;

/// One code domain.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The name of the element in the standard's data sets, such as `task_type`.
    pub name: &'static str,
    /// Codes and Chinese names.
    pub entries: &'static [(&'static str, &'static str)],
}

/// A closed domain: its enum, its codes, and its table from one list.
macro_rules! domain {
    ($(#[$doc:meta])* $name:ident in $table:ident $(, $variant:ident $code:literal $zh:literal)+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!($zh, ".")] $variant,)+
        }

        const $table: &[(&str, &str)] = &[$(($code, $zh)),+];

        impl $name {
            /// Every code, in the standard's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The Chinese name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }

            /// The meaning of a code, if the standard has it.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.code() == code)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = String::deserialize(deserializer)?;
                Self::from_code(&code).ok_or_else(|| {
                    let name = stringify!($name);
                    serde::de::Error::custom(format!("{code:?} is no {name} code"))
                })
            }
        }
    };
}

domain!(
    /// The level at which a power is used (行使层级).
    UseLevel in USE_LEVEL,
    National "1" "国家级", Province "2" "省级", City "3" "市级", County "4" "县级",
    Town "5" "镇(乡、街道)级", Village "6" "村(社区)级"
);
domain!(
    /// Where a body has the power from (权力来源).
    PowerSource in POWER_SOURCE,
    OwnByLaw "1" "法定本级行使", PassedDown "2" "上级下放", AuthorisedFromAbove "3" "上级授权",
    AuthorisedByPeer "4" "同级授权", EntrustedFromAbove "5" "上级委托", EntrustedByPeer "6" "同级委托"
);
domain!(
    /// What kind of body carries an item out (实施主体性质).
    BodyKind in DEPT_TYPE,
    StatutoryAuthority "1" "法定机关", AuthorisedOrganisation "2" "授权组织",
    EntrustedOrganisation "3" "受委托组织"
);
domain!(
    /// Whom an item serves (服务对象).
    ApplicantKind in SERVER_TYPE,
    NaturalPerson "1" "自然人", Enterprise "2" "企业法人", Institution "3" "事业法人",
    SocialOrganisation "4" "社会组织法人", UnincorporatedEnterprise "5" "非法人企业",
    Authority "6" "行政机关", Other "9" "其他组织"
);
domain!(
    /// Whether an item is done at once or within a promised limit (办件类型).
    HandlingKind in PROJECT_TYPE,
    AtOnce "1" "即办件", WithinPromise "2" "承诺件"
);
domain!(
    /// The way in which an application comes (办理形式).
    Channel in HANDLE_TYPE,
    Counter "1" "窗口办理", Online "2" "网上办理", Courier "3" "快递申请"
);
domain!(
    /// Whether an item is in use (事项状态).
    ItemState in TASK_STATE,
    InUse "1" "在用", Suspended "2" "暂停", Cancelled "3" "取消"
);
domain!(
    /// Whether a material must be there (材料必要性).
    MaterialNeed in MATERIAL_NEED,
    Required "1" "必要", Optional "2" "非必要", MayFollow "3" "容缺后补"
);

impl From<DivisionLevel> for UseLevel {
    fn from(level: DivisionLevel) -> Self {
        match level {
            DivisionLevel::Province => Self::Province,
            DivisionLevel::City => Self::City,
            DivisionLevel::County => Self::County,
            DivisionLevel::Town => Self::Town,
            DivisionLevel::Village => Self::Village,
        }
    }
}

/// The tables of the enums above; the others are plain lists.
const OF_ENUMS: &[Table] = &[
    Table { name: "use_level", entries: USE_LEVEL },
    Table { name: "power_source", entries: POWER_SOURCE },
    Table { name: "dept_type", entries: DEPT_TYPE },
    Table { name: "server_type", entries: SERVER_TYPE },
    Table { name: "project_type", entries: PROJECT_TYPE },
    Table { name: "handle_type", entries: HANDLE_TYPE },
    Table { name: "task_state", entries: TASK_STATE },
    Table { name: "material_need", entries: MATERIAL_NEED },
];

/// All tables.
pub fn all() -> impl Iterator<Item = &'static Table> {
    OF_ENUMS.iter().chain(lists::LISTS)
}

/// The table of this name.
pub fn table(name: &str) -> Option<&'static Table> {
    all().find(|table| table.name == name)
}

/// The Chinese name of a code, if table and code are known.
pub fn name_of(table_name: &str, code: &str) -> Option<&'static str> {
    table(table_name)?.entries.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}
