//! Words of policy: names under which anything could be asked for, proofs, and what names a text of law.

use kernel::Words;

/// “Other”, “relevant” and the like …
const ANY: [&str; 12] =
    ["其他", "其它", "其余", "有关", "相关", "所需", "必要", "必需", "等", "上述", "补充", "各类"];
/// … before a word for papers name nothing.
const PAPERS: [&str; 11] =
    ["材料", "资料", "证明", "文件", "证件", "证照", "文书", "手续", "凭证", "单据", "附件"];
/// Papers that somebody is to think of later.
const LATER: [&str; 9] = [
    "认为需要",
    "认为必要",
    "认为有必要",
    "要求提供的",
    "要求提交的",
    "规定的其他",
    "规定的其它",
    "视情况",
    "另行通知",
];
/// The same in English, in small letters.
const ANY_EN: [&str; 5] = [" other ", " relevant ", " related ", " necessary ", " any "];
const PAPERS_EN: [&str; 6] = ["material", "document", "paper", "proof", "evidence", "certificate"];

/// Whether anything could be asked for under this name (兜底性材料).
pub(super) fn is_vague(name: &Words) -> bool {
    // “其他 的 材料” says no more than “其他材料”.
    let leaves_out = |c: char| c.is_whitespace() || matches!(c, '的' | '之' | '“' | '”' | '"' | '《' | '》');
    let zh: String = name.zh.chars().filter(|c| !leaves_out(*c)).collect();
    let later = |words: &str| zh.contains(words.replace('的', "").as_str());
    let en = format!(" {}", name.en.to_lowercase()); // a whole word: “another document” is none of these
    pairs(&zh, &ANY, &PAPERS) || LATER.iter().any(|words| later(words)) || pairs(&en, &ANY_EN, &PAPERS_EN)
}

fn pairs(text: &str, any: &[&str], papers: &[&str]) -> bool {
    any.iter().any(|any| papers.iter().any(|papers| text.contains(&format!("{any}{papers}"))))
}

/// Whether somebody else is to confirm a fact on paper (证明事项).
pub(super) fn is_proof(name: &Words) -> bool {
    name.zh.contains("证明")
}

/// Whether a basis names a law, a regulation or a decision, and not only a habit.
pub(super) fn names_a_text(basis: &str) -> bool {
    let numbered =
        (basis.contains('第') && basis.contains('条')) || (basis.contains('〔') && basis.contains('号'));
    numbered
        || (basis.contains('《') && basis.contains('》'))
        || ["法", "条例", "办法", "规定", "细则", "决定"].iter().any(|kind| basis.trim_end().ends_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_name_nothing_are_found_in_every_spelling() {
        let vague = |zh: &str, en: &str| is_vague(&Words::new(zh, en));
        for zh in [
            "其他材料",
            "其它 的材料",
            "有关材料",
            "法律法规规定的其他文件",
            "与申请相关的证明",
            "身份证等证件",
            "登记机关认为需要的材料",
            "“其他”资料",
            "要求提供的文件",
            "所需材料",
        ] {
            assert!(vague(zh, "Form"), "{zh}");
        }
        assert!(vague("表", "Other materials") && vague("表", "Any relevant document"));
        for zh in [
            "辅助材料（困难情形凭据）",
            "健康证明",
            "总会登记证书",
            "其他家庭成员的身份证",
            "户口本",
            "公示照片、核对报告",
            "材料清单",
            "等级证书",
        ] {
            assert!(!vague(zh, "Certificate of another society"), "{zh}");
        }
    }

    #[test]
    fn a_basis_names_a_text() {
        for basis in [
            "社会救助暂行办法",
            "社会救助暂行办法 第四十七条",
            "国发〔2014〕47号 申请受理部分",
            "《某某规定》",
        ] {
            assert!(names_a_text(basis), "{basis}");
        }
        for basis in ["", "无", "本服务包约定", "实际需要", "湖南政务服务网事项页面所列；条例未单独列出"]
        {
            assert!(!names_a_text(basis), "{basis}");
        }
    }
}
