//! The words of this room: whose box, by which channel, of what.

use std::fmt;
use std::str::FromStr;

use kernel::{Actor, LegalPersonId, PersonId, Principal, Refusal, StaffId};

/// Whose box a message lies in (收件人).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// A natural person, for themselves.
    Person(PersonId),
    /// A legal person; whoever wears its hat reads there.
    LegalPerson(LegalPersonId),
    /// A member of staff.
    Staff(StaffId),
}

impl From<Principal> for Reader {
    fn from(principal: Principal) -> Self {
        match principal {
            Principal::Person(id) => Self::Person(id),
            Principal::LegalPerson(id) => Self::LegalPerson(id),
        }
    }
}

impl Reader {
    /// The box of whoever is signed in: a person with a hat reads for whoever they act for.
    pub fn of(actor: &Actor) -> Result<Self, Refusal> {
        match actor {
            Actor::Person(person) => Ok(person.principal().into()),
            Actor::Staff(staff) => Ok(Self::Staff(staff.staff)),
            Actor::Anonymous => Err(Refusal::Unauthenticated),
            Actor::System => Err(Refusal::Forbidden),
        }
    }

    /// Of what this reader can be told.
    pub const fn topics(self) -> &'static [Topic] {
        match self {
            Self::Person(_) | Self::LegalPerson(_) => &[Topic::Action, Topic::Result, Topic::Progress],
            Self::Staff(_) => &[Topic::Work, Topic::Limit],
        }
    }
}

impl fmt::Display for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::LegalPerson(id) => write!(f, "legal-person:{id}"),
            Self::Staff(id) => write!(f, "staff:{id}"),
        }
    }
}

/// The text names no reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("names no reader of messages")]
pub struct NoReader;

impl FromStr for Reader {
    type Err = NoReader;
    fn from_str(text: &str) -> Result<Self, NoReader> {
        let (kind, id) = text.split_once(':').ok_or(NoReader)?;
        match kind {
            "person" => id.parse().map(Self::Person).map_err(|_form| NoReader),
            "legal-person" => id.parse().map(Self::LegalPerson).map_err(|_form| NoReader),
            "staff" => id.parse().map(Self::Staff).map_err(|_form| NoReader),
            _ => Err(NoReader),
        }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them, in the order of the page.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word used in tables, addresses and the API.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads the word back.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// By what a reader can be told besides the box in the platform (通知渠道).
    Channel {
        /// 电子邮件
        Email = "email",
        /// 短信
        Sms = "sms",
        /// 微信
        Wechat = "wechat",
    }
}

words! {
    /// Of what one can be told (通知类别); the choice is by topic.
    Topic {
        /// The applicant has to do something (需要您办理).
        Action = "action",
        /// How it ended, documents (办理结果).
        Result = "result",
        /// Where it is (办理进度).
        Progress = "progress",
        /// Staff: something changed in their work (工作提醒).
        Work = "work",
        /// Staff: a limit comes near (时限预警).
        Limit = "limit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_named_and_found_again() {
        let id = "01a1b8c3571771de8a4bbb9f68abb522";
        for text in [format!("person:{id}"), format!("legal-person:{id}"), format!("staff:{id}")] {
            assert_eq!(text.parse::<Reader>().map(|reader| reader.to_string()), Ok(text));
        }
        for wrong in ["", "person", "person:", "body:01a1b8c3571771de8a4bbb9f68abb522", "person:x"] {
            assert_eq!(wrong.parse::<Reader>(), Err(NoReader), "{wrong}");
        }
    }
}
