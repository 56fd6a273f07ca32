//! What stands in one cell as a list: materials, fees, questions, intermediary services.

use serde::{Deserialize, Serialize};

use super::element::Part;

/// Left out where it says nothing, so that one content has one form.
fn is_empty(text: &str) -> bool {
    text.is_empty()
}

/// A struct whose fields are texts under the standard's names; the first is the name of the thing.
macro_rules! part {
    ($(#[$doc:meta])* $name:ident { $(#[$of_first:meta])* $first:ident, $($(#[$of_field:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(#[$of_first])*
            pub $first: String,
            $($(#[$of_field])* #[serde(default, skip_serializing_if = "is_empty")] pub $field: String,)*
        }

        impl Part for $name {
            fn named(name: &str) -> Self {
                Self { $first: name.to_owned(), ..Self::default() }
            }
        }
    };
}

part! {
    /// A material as a list says it (申请材料).
    ListedMaterial {
        /// 材料名称
        material_name,
        /// 材料类型, a code of the national table.
        material_type,
        /// 材料形式, a code of the national table.
        material_format,
        /// 材料必要性, a code of the national table.
        is_need,
        /// 空白表格
        form_guid,
        /// 示例样表
        example_guid,
        /// 来源渠道, a code of the national table.
        source_type,
        /// 来源渠道说明
        source_explain,
        /// 纸质材料份数
        page_num,
        /// 纸质材料规格
        page_format,
        /// 填报须知
        fill_explain,
        /// 受理标准
        accept_stand,
        /// 要求提供材料的依据
        by_law,
        /// 排序号
        order_num,
        /// 免提交: 1 when the platform looks it up itself.
        free_submission,
        /// 标准材料编码
        standard_material_code,
    }
}
impl ListedMaterial {
    /// Whether it is a proof (证明) that an authority must issue before one may apply.
    pub(crate) fn is_proof(&self) -> bool {
        self.source_type == "20" && self.material_name.contains("证明")
    }
}

part! {
    /// A fee as a list says it (收费项目).
    ListedFee {
        /// 收费项目名称
        fee_name,
        /// 收费标准
        fee_stand,
        /// 收费依据
        by_law,
        /// 是否允许减免
        is_desc,
        /// 减免依据
        desc_explain,
    }
}
part! {
    /// A question that people often ask (常见问题).
    ListedQuestion {
        /// 问题
        question,
        /// 解答
        answer,
    }
}
part! {
    /// A service of an intermediary that an applicant must buy first (中介服务).
    ListedIntermediary {
        /// 中介服务事项名称
        service_name,
        /// 设定依据
        by_law,
        /// 服务机构的条件
        provider,
        /// 收费标准
        fee_stand,
        /// 服务时限
        time_limit,
        /// 中介服务结果
        result_name,
    }
}
