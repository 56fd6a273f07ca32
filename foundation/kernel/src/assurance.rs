//! How sure the platform is, in a visit, of who sits there (实名等级).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What an item asks for, and what a visit reaches. Each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssuranceLevel {
    /// An account, with the data that its holder gave (自报).
    #[default]
    Registered,
    /// Somebody has compared the holder with their document, or a register knows them (核验).
    Verified,
    /// Verified, and in this visit the holder has proved themselves with a strong factor (强认证).
    Strong,
}

impl AssuranceLevel {
    /// Every level, the lowest first.
    pub const ALL: [Self; 3] = [Self::Registered, Self::Verified, Self::Strong];

    /// The level of a visit. A strong factor does not say who somebody is, so without a check it lifts nobody.
    pub const fn of(is_verified: bool, has_strong_factor: bool) -> Self {
        match (is_verified, has_strong_factor) {
            (false, _) => Self::Registered,
            (true, false) => Self::Verified,
            (true, true) => Self::Strong,
        }
    }

    /// The word used in packages and addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Verified => "verified",
            Self::Strong => "strong",
        }
    }
}

impl fmt::Display for AssuranceLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AssuranceLevel {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or_else(|| format!("unknown assurance level {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_factor_alone_makes_nobody_known() {
        assert_eq!(AssuranceLevel::of(false, true), AssuranceLevel::Registered);
        assert!(AssuranceLevel::of(true, false) < AssuranceLevel::of(true, true));
        assert!(AssuranceLevel::ALL.is_sorted());
        for level in AssuranceLevel::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
    }
}
