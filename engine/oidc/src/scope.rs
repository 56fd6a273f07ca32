//! What a connected system may ask to be told (授权范围), and which claims follow from it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing to be told of a person or a member of staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// The name by which this sector knows them, and nothing else.
    #[serde(rename = "openid")]
    OpenId,
    /// Their full name.
    #[serde(rename = "profile")]
    Profile,
    /// How sure the platform is of who they are (实名核验程度).
    #[serde(rename = "assurance")]
    Assurance,
    /// The organisation for which they act, if they do (代表单位).
    #[serde(rename = "organisation")]
    Organisation,
    /// Of staff: body, division and roles.
    #[serde(rename = "staff")]
    Staff,
    /// Their telephone number.
    #[serde(rename = "phone")]
    Phone,
    /// Their identity number (公民身份号码): sensitive, so only with a consent of its own (个人信息保护法 §29).
    #[serde(rename = "resident_id")]
    ResidentId,
    /// To go on after they have signed out.
    #[serde(rename = "offline_access")]
    Offline,
}

impl Scope {
    /// Every scope, in the order in which people read them.
    pub const ALL: [Self; 8] = [
        Self::OpenId,
        Self::Profile,
        Self::Assurance,
        Self::Organisation,
        Self::Staff,
        Self::Phone,
        Self::ResidentId,
        Self::Offline,
    ];

    /// The word in requests and tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Assurance => "assurance",
            Self::Organisation => "organisation",
            Self::Staff => "staff",
            Self::Phone => "phone",
            Self::ResidentId => "resident_id",
            Self::Offline => "offline_access",
        }
    }

    /// Whether no client may have it without being allowed to by the person themselves.
    pub const fn always_asks(self) -> bool {
        matches!(self, Self::ResidentId | Self::Phone | Self::Offline)
    }

    /// The scope of this word.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// Several scopes. Words that this platform does not know are left out, as RFC 6749 §3.3 and OpenID Connect allow.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(pub BTreeSet<Scope>);

impl Scopes {
    /// Reads words between blanks.
    pub fn parse(text: &str) -> Self {
        Self(text.split(' ').filter_map(Scope::from_name).collect())
    }

    /// Whether this one is among them.
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// What both have.
    #[must_use]
    pub fn within(&self, others: &Self) -> Self {
        Self(self.0.intersection(&others.0).copied().collect())
    }

    /// What these have and the others do not.
    #[must_use]
    pub fn beyond(&self, others: &Self) -> Self {
        Self(self.0.difference(&others.0).copied().collect())
    }

    /// All of both.
    #[must_use]
    pub fn with(&self, others: &Self) -> Self {
        Self(self.0.union(&others.0).copied().collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|scope| scope.as_str()).collect();
        f.write_str(&words.join(" "))
    }
}

impl From<&[Scope]> for Scopes {
    fn from(scopes: &[Scope]) -> Self {
        Self(scopes.iter().copied().collect())
    }
}
