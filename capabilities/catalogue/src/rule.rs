//! The rules of service packages (服务包规则): stable ids, how grave it is to break one, on what the rule rests.

/// How grave a broken rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The platform does not start with such a package.
    Error,
    /// It starts, and whoever keeps the package should look at it.
    Warning,
}

impl Severity {
    /// The word of reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $id:literal $severity:ident $clause:literal $advice:literal;)*) => {
        /// A rule that a package can break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule { $($(#[$doc])* $name),* }

        impl Rule {
            /// Every rule, in the order of the files and of how grave they are.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its id, which never changes.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// How grave it is to break it.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity),* }
            }

            /// The law, policy or chapter on which it rests.
            pub const fn clause(self) -> &'static str {
                match self { $(Self::$name => $clause),* }
            }

            /// What to do, in a line.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice),* }
            }
        }
    };
}

rules! {
    /// A file that is missing or cannot be read as what it is.
    Unreadable = "unreadable" Error "docs/packages.md" "write the file as docs/packages.md says";
    /// A text that is not there in both languages.
    TextMissing = "text-missing" Error "docs/packages.md" "write the text in Chinese and in English";
    /// An English text with Chinese characters.
    EnglishIsChinese = "en-not-english" Warning "docs/packages.md" "translate what is still Chinese";
    /// A value of `item.yaml` that cannot be.
    Item = "item" Error "GB/T 39554" "give every element of the item its right value";
    /// `bundle.yaml` breaks a rule.
    Bundle = "bundle" Error "docs/packages.md, Bundles" "write the bundle as docs/packages.md says";
    /// `words.yaml` breaks a rule.
    Words = "words" Error "docs/packages.md, Words" "write the words as docs/packages.md says";
    /// `choose.yaml`, or what an item reads of it, breaks a rule.
    Choose = "choose" Error "docs/packages.md, Guided choice" "write the questions as docs/packages.md says";
    /// `articles.yaml` breaks a rule.
    Articles = "articles" Error "docs/packages.md, Articles" "write the articles as docs/packages.md says";
    /// The same item twice.
    ItemTwice = "item-twice" Error "GB/T 39554" "keep one package for an item and handling item at one level";
    /// A material under whose name anything could be asked for.
    VagueMaterial = "vague-material" Error "关于深入推进审批服务便民化的指导意见 二（二）"
        "name what is wanted, or do not ask for it";
    /// A proof that no text asks for.
    ProofWithoutBasis = "proof-without-basis" Error "优化营商环境条例 第四十四条"
        "name the law, regulation or decision that asks for the proof, or do without it";
    /// A material that the platform has itself.
    KnownMaterial = "known-material" Warning "行政许可法 第三十一条；国务院令第716号 第十二条"
        "look it up (lookups) and ask for it only when nothing was found (when)";
    /// A promise that is worse than the law.
    PromiseAboveLaw = "promise-above-law" Error "行政许可法 第四十二条" "promise the statutory limit or less";
    /// A limit that does not say in which days it counts.
    LimitWithoutUnit = "limit-without-unit" Error "行政许可法 第八十二条"
        "write working days, calendar days or months";
    /// A limit that binds somebody outside and names no text.
    LimitWithoutBasis = "limit-without-basis" Error "GB/T 39554" "name the clause on which the limit rests";
    /// A limit of inner work that names no text.
    InnerLimitWithoutBasis = "inner-limit-without-basis" Warning "docs/packages.md"
        "name the clause or the arrangement on which the limit rests";
    /// More is asked than the superior authority's version of the item asks.
    LocalAddition = "local-addition" Error "行政许可法 第十六条"
        "take the addition out; a lower level may only fill in and tighten";
    /// `form.schema.json` breaks a rule.
    Form = "form" Error "docs/packages.md, form.schema.json" "write the form as docs/packages.md says";
    /// A question whose answer nothing and nobody reads.
    UnusedField = "unused-field" Warning "个人信息保护法 第六条"
        "take the question out, or say with x-read-by which work reads the answer";
    /// `process.yaml` breaks a rule.
    Process = "process" Error "docs/packages.md, process.yaml" "write the process as docs/packages.md says";
    /// Work that nobody does.
    NobodyCompetent = "nobody-competent" Error "行政许可法 第二十二条" "say who does it, by whom it can be done";
    /// A condition that can never hold.
    NeverHolds = "never-holds" Error "docs/packages.md, Conditions"
        "mend the condition, or take out what depends on it";
    /// A process that would keep personal data unsealed.
    PersonalInProcess = "personal-in-process" Error "个人信息保护法 第五十一条"
        "let the process read something that is not personal";
    /// A public notice that shows who somebody is.
    PersonalInNotice = "personal-in-notice" Error "个人信息保护法 第二十五条"
        "show only what the public needs to know";
    /// What the office is said to make and nothing makes, or the other way round.
    Makes = "office-material" Error "docs/packages.md, process.yaml" "let item.yaml and makes say the same";
    /// An effect on something that is not there.
    Effects = "effect" Error "docs/packages.md, Afterwards" "name a document, register or finding that there is";
    /// An expression or a table that cannot be right.
    RuleLanguage = "rules" Error "docs/rules.md" "write the rule over facts that are there, of the right type";
    /// A decision table with gaps.
    TableGap = "table-gap" Warning "docs/rules.md" "add the missing row, or be sure that the case cannot come";
    /// `licences.yaml` breaks a rule.
    Documents = "document" Error "docs/packages.md, licences.yaml"
        "write the document so that every value is there when it is issued";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_differ_and_everything_is_said() {
        let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(!rule.clause().is_empty() && !rule.advice().is_empty(), "{rule:?}");
        }
    }

    #[test]
    fn every_rule_is_explained_to_authors() {
        let chapter = include_str!("../../../docs/packages.md");
        for rule in Rule::ALL {
            let line = format!("| `{}` | {} |", rule.id(), rule.severity().as_str());
            assert!(chapter.contains(&line), "docs/packages.md has no line {line}");
        }
    }
}
