//! On whose behalf somebody acts (授权): the principal, and how far the mandate reaches.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{InvalidId, LegalPersonId, MandateId, PersonId, Timestamp, TypedId as _};

/// Whose business it is (被代理人): a natural person or a legal person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// A natural person (自然人).
    Person(PersonId),
    /// A legal person (法人).
    LegalPerson(LegalPersonId),
}

impl Principal {
    /// The natural person.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(id) => Some(id),
            Self::LegalPerson(_) => None,
        }
    }

    /// The legal person.
    pub const fn legal_person(self) -> Option<LegalPersonId> {
        match self {
            Self::Person(_) => None,
            Self::LegalPerson(id) => Some(id),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::LegalPerson(id) => write!(f, "legal-person:{id}"),
        }
    }
}

impl FromStr for Principal {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        match text.split_once(':') {
            Some(("person", id)) => id.parse().map(Self::Person),
            Some(("legal-person", id)) => id.parse().map(Self::LegalPerson),
            Some(_) | None => Err(InvalidId),
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them, in the order of pages.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in tables, addresses and the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                let found = Self::ALL.iter().copied().find(|one| one.as_str() == text);
                found.ok_or_else(|| format!("unknown word {text:?}"))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// Why somebody may act for another (代理关系).
    MandateKind {
        /// The legal representative of a legal person (法定代表人).
        Representative = "representative",
        /// An agent of a legal person who may name further agents (单位管理员).
        Manager = "manager",
        /// An agent of a legal person (经办人).
        Handler = "handler",
        /// An agent whom a natural person chose (代办人).
        Agent = "agent",
        /// The guardian of a natural person (监护人).
        Guardian = "guardian",
    }
}

words! {
    /// What a mandate allows (授权范围).
    Right {
        /// Filling in, handing in, correcting, taking back (申请办理).
        Apply = "apply",
        /// Seeing drafts, cases and which documents there are (查看).
        See = "see",
        /// Opening and fetching documents (领取结果).
        Collect = "collect",
    }
}

/// For which items (授权事项).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Items {
    /// For all of them.
    #[default]
    All,
    /// For those with these codes (基本编码).
    Listed(BTreeSet<String>),
}

impl Items {
    /// Whether the item is one of them.
    pub fn has(&self, item: &str) -> bool {
        match self {
            Self::All => true,
            Self::Listed(items) => items.contains(item),
        }
    }

    /// Those of which something may be seen: none without the right to see.
    #[must_use]
    pub fn seen_under(&self, rights: &BTreeSet<Right>) -> Self {
        if rights.contains(&Right::See) { self.clone() } else { Self::Listed(BTreeSet::new()) }
    }

    /// `,code,code,`, so that one `like` finds a code in it; empty for all items. Tables keep it so, and queries take it.
    pub fn to_list(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Listed(items) => items.iter().fold(",".into(), |list, item| format!("{list}{item},")),
        }
    }

    /// Reads such a list.
    pub fn from_list(list: &str) -> Self {
        if list.is_empty() {
            return Self::All;
        }
        Self::Listed(list.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect())
    }
}

/// The mandate that somebody acts under at the moment (授权).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mandate {
    /// Which.
    pub id: MandateId,
    /// For whom.
    pub principal: Principal,
    /// Why.
    pub kind: MandateKind,
    /// What it allows.
    pub rights: BTreeSet<Right>,
    /// For which items.
    pub items: Items,
    /// How the principal is called in a page's header: a natural person masked.
    pub shown_as: String,
}

impl Mandate {
    /// The whole power over the principal's business, where nobody's row stands behind it: what the platform itself goes
    /// on with in the principal's name.
    pub fn whole(principal: Principal) -> Self {
        Self {
            id: MandateId::from_parts(Timestamp::UNIX_EPOCH, [0; 10]),
            kind: match principal {
                Principal::Person(_) => MandateKind::Guardian,
                Principal::LegalPerson(_) => MandateKind::Representative,
            },
            principal,
            rights: Right::ALL.iter().copied().collect(),
            items: Items::All,
            shown_as: String::new(),
        }
    }

    /// Whether it allows this for that item.
    pub fn allows(&self, right: Right, item: &str) -> bool {
        self.rights.contains(&right) && self.items.has(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_items_read_back() {
        let listed = Items::Listed(["000511002000".into(), "000111001000".into()].into());
        assert_eq!(listed.to_list(), ",000111001000,000511002000,");
        assert_eq!(Items::from_list(&listed.to_list()), listed);
        assert_eq!(Items::from_list(""), Items::All);
        assert_eq!(Items::All.to_list(), "");
        assert!(listed.has("000511002000") && !listed.has("00051100200") && !listed.has(""));
        assert_eq!(listed.seen_under(&[Right::See].into()), listed);
        assert_eq!(Items::All.seen_under(&[Right::Collect].into()).to_list(), ",");
        // A list of nothing is no leave for everything.
        assert!(!Items::from_list(",").has("000511002000"));
    }

    #[test]
    fn principals_and_words_read_back() {
        let person = Principal::Person(PersonId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]));
        let legal_person = Principal::LegalPerson(LegalPersonId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]));
        for one in [person, legal_person] {
            assert_eq!(one.to_string().parse(), Ok(one));
        }
        assert!("staff:01a1b8c3571771de8a4bbb9f68abb522".parse::<Principal>().is_err());
        for kind in MandateKind::ALL {
            assert_eq!(kind.as_str().parse::<MandateKind>().as_ref(), Ok(kind));
        }
    }

    #[test]
    fn a_right_holds_for_its_items_alone() {
        let whole = Mandate::whole(Principal::Person(PersonId::from_parts(Timestamp::UNIX_EPOCH, [1; 10])));
        let some = Mandate {
            rights: [Right::See].into(),
            items: Items::Listed(["1".into()].into()),
            ..whole.clone()
        };
        assert!(whole.allows(Right::Apply, "1"));
        assert!(some.allows(Right::See, "1"));
        assert!(!some.allows(Right::See, "2") && !some.allows(Right::Apply, "1"));
    }
}
