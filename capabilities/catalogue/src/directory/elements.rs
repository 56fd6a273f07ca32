//! The elements of both lists (GB/T 39554.1, 39554.2): one struct, one table of names, made from one list.
//!
//! Names are those of the published data sets. `area_code`, `task_handle_name`, `task_alias` and `intermediaries` are
//! ours, because the lists need them and the published sets show no name for them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::element::{Cell, Codes, Element, Kind};
use super::{ListedFee, ListedIntermediary, ListedMaterial, ListedQuestion};

macro_rules! elements {
    ($($name:ident $zh:literal $type:ty, $kind:expr;)+) => {
        /// The elements of a row (事项要素). What a row leaves out is `None`.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Elements {
            $(#[doc = $zh] #[serde(skip_serializing_if = "Option::is_none")] pub $name: Option<$type>,)+
        }

        /// Every element, in the order of the lists.
        pub const ELEMENTS: &[Element] = &[$(Element {
            name: stringify!($name),
            zh: $zh,
            kind: $kind,
            set: |elements, text| {
                elements.$name = Some(Cell::read(text)?);
                Ok(())
            },
            get: |elements| elements.$name.as_ref().map_or_else(String::new, Cell::write),
        }),+];
    };
}

use Kind::{Code, Codes as Many, Date as Day, Flag, Number, Parts, Text, Words};

elements! {
    catalog_code "基本编码" String, Text;
    local_catalog_code "地方基本编码" String, Text;
    task_code "实施编码" String, Text;
    task_handle_item "业务办理项编码" String, Text;
    task_name "事项名称" String, Text;
    task_handle_name "业务办理项名称" String, Text;
    task_alias "事项别名" Codes, Words;
    task_type "事项类型" String, Code("task_type");
    by_law "设定依据" String, Text;
    use_level "行使层级" Codes, Many("use_level");
    task_state "事项状态" String, Code("task_state");
    task_version "事项版本" String, Text;
    plan_effective_date "计划生效日期" Date, Day;
    plan_cancel_date "计划取消日期" Date, Day;
    power_source "权力来源" String, Code("power_source");
    dept_name "实施主体" String, Text;
    dept_code "实施主体编码" String, Text;
    dept_type "实施主体性质" String, Code("dept_type");
    area_code "行政区划代码" String, Text;
    entrust_name "委托部门" String, Text;
    anticipate_day "法定办结时限" u32, Number;
    anticipate_type "法定办结时限单位" String, Code("limit_unit");
    anticipate_explain "法定办结时限说明" String, Text;
    promise_day "承诺办结时限" u32, Number;
    promise_type "承诺办结时限单位" String, Code("limit_unit");
    promise_explain "承诺办结时限说明" String, Text;
    accept_condition "受理条件" String, Text;
    handle_flow "办理流程" String, Text;
    is_fee "是否收费" bool, Flag;
    fee_basis "收费依据" String, Text;
    server_type "服务对象" Codes, Many("server_type");
    project_type "办件类型" String, Code("project_type");
    handle_type "办理形式" Codes, Many("handle_type");
    limit_scene_num "到办事现场次数" u32, Number;
    limit_scene_explain "必须现场办理原因说明" String, Text;
    special_procedure "特别程序" String, Text;
    is_single_login "是否支持单点登录" bool, Flag;
    mobile_terminal_url "移动端办理地址" String, Text;
    link_addr "咨询地址" String, Text;
    transact_addr "办理地点" String, Text;
    transact_time "办理时间" String, Text;
    link_way "咨询方式" String, Text;
    supervise_way "监督投诉方式" String, Text;
    is_entry_center "是否进驻政务大厅" bool, Flag;
    handle_area "通办范围" String, Text;
    other_dept "联办机构" String, Text;
    service_type "服务类型" String, Text;
    limit_explain "数量限制" String, Text;
    result_type "办理结果类型" String, Text;
    result_name "办理结果名称" String, Text;
    result_guid "办理结果样本" String, Text;
    is_schedule "是否支持预约办理" bool, Flag;
    is_pay_online "是否支持网上支付" bool, Flag;
    is_express "是否支持物流快递" bool, Flag;
    is_service_terminals "是否支持自助终端办理" bool, Flag;
    user_topic_type "面向自然人事项主题分类" Codes, Many("topic_personal_civil");
    corp_topic_type "面向法人事项主题分类" Codes, Many("topic_legal");
    is_online "是否网办" bool, Flag;
    online_handle_depth "网上办理深度" Codes, Many("online_depth");
    online_handle_url "网上办理地址" String, Text;
    town_name "乡镇街道名称" String, Text;
    town_code "乡镇街道代码" String, Text;
    village_name "村居社区名称" String, Text;
    village_code "村居社区代码" String, Text;
    materials "申请材料" Vec<ListedMaterial>, Parts;
    fees "收费项目" Vec<ListedFee>, Parts;
    questions "常见问题" Vec<ListedQuestion>, Parts;
    intermediaries "中介服务" Vec<ListedIntermediary>, Parts;
}

impl Elements {
    /// The element of a header: its name, or its Chinese name.
    pub(crate) fn position(header: &str) -> Option<usize> {
        let header = header.trim().trim_start_matches('\u{feff}');
        ELEMENTS.iter().position(|element| element.zh == header || element.name.eq_ignore_ascii_case(header))
    }

    /// The element of this name.
    pub(crate) fn element(name: &str) -> Option<&'static Element> {
        ELEMENTS.iter().find(|element| element.name == name)
    }

    /// The row as it is kept: elements that say nothing are left out, so that one content has one form.
    pub(crate) fn to_doc(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The highest step of online handling (网上办理深度); 9, “other”, says nothing.
    pub(crate) fn depth(&self) -> Option<u32> {
        let codes = self.online_handle_depth.as_ref()?;
        codes.0.iter().filter_map(|code| code.parse().ok()).filter(|step| (1..=7).contains(step)).max()
    }

    /// The promised limit: days and unit.
    pub(crate) fn promised(&self) -> Option<(u32, &str)> {
        Some((self.promise_day?, self.promise_type.as_deref().unwrap_or("1")))
    }

    /// The statutory limit: days and unit.
    pub(crate) fn statutory(&self) -> Option<(u32, &str)> {
        Some((self.anticipate_day?, self.anticipate_type.as_deref().unwrap_or("1")))
    }

    /// What a package says in the words of the lists.
    pub(crate) fn of_package(package: &crate::Package) -> Self {
        let item = &package.item;
        let basis = item.legal_basis.iter().map(|basis| format!("{}{}", basis.title.zh, basis.article));
        let materials = item.materials.iter().filter(|material| !material.is_by_office());
        let material = |material: &crate::Material| ListedMaterial {
            material_name: material.name.zh.clone(),
            source_type: material.source.clone(),
            material_format: material.form.clone(),
            by_law: material.basis.zh.clone(),
            ..ListedMaterial::default()
        };
        Self {
            catalog_code: Some(item.code.clone()),
            task_name: Some(item.name.zh.clone()),
            task_type: Some(item.kind.clone()),
            by_law: Some(basis.collect::<Vec<_>>().join("；")),
            use_level: Some(Codes(item.levels.iter().map(|level| level.code().to_owned()).collect())),
            task_state: Some("1".to_owned()),
            task_version: Some(item.version.clone()),
            server_type: Some(Codes(item.audience.iter().map(|kind| kind.code().to_owned()).collect())),
            project_type: Some(item.case_type.code().to_owned()),
            online_handle_depth: Some(Codes(vec![item.online_depth.clone()])),
            limit_scene_num: Some(item.visits),
            is_fee: Some(!item.fees.is_empty()),
            materials: Some(materials.map(material).collect()),
            ..Self::default()
        }
    }

    /// What an implementation says, and where it says nothing what the directory says.
    #[must_use]
    pub(crate) fn over(&self, directory: &Self) -> Self {
        let mut whole = self.clone();
        for element in ELEMENTS {
            let inherited = element.text(directory);
            if !inherited.is_empty() && element.text(&whole).is_empty() {
                // What was written from a row can be read from it.
                let _as_written = (element.set)(&mut whole, &inherited).ok();
            }
        }
        whole
    }
}
