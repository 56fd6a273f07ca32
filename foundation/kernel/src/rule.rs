//! The one place that says whether somebody has a permission, and by which rule (授权依据).

use std::fmt;

use crate::{Actor, Audience, Permission, Role};

/// The rule by which somebody has a permission or lacks it. Whether *this* case or licence may be touched is a second
/// question, which its room answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Everybody has it, signed in or not.
    Everyone,
    /// The platform itself acts, in a timer or an effect.
    Platform,
    /// Whoever is signed in has it.
    SignedIn,
    /// Every signed-in person has it.
    Person,
    /// Every member of staff has it, whatever their post.
    Staff,
    /// A role of theirs has it.
    Role(Role),
    /// Nobody is signed in, and it is not for everybody.
    NotSignedIn,
    /// It is for persons in their own business, and this is somebody else.
    NotAPerson,
    /// It is for staff, and this is a person.
    NotStaff,
    /// It is for staff with one of these roles, and they have none of them.
    LacksRole(&'static [Role]),
}

impl Rule {
    /// Whether it gives the permission.
    pub const fn allows(self) -> bool {
        match self {
            Self::Everyone | Self::Platform | Self::SignedIn | Self::Person | Self::Staff | Self::Role(_) => {
                true
            }
            Self::NotSignedIn | Self::NotAPerson | Self::NotStaff | Self::LacksRole(_) => false,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Everyone => "everybody may, signed in or not",
            Self::Platform => "the platform itself acts",
            Self::SignedIn => "whoever is signed in may",
            Self::Person => "every signed-in person may",
            Self::Staff => "every member of staff may",
            Self::Role(role) => return write!(f, "the role {role} may"),
            Self::NotSignedIn => "nobody is signed in, and it is not for everybody",
            Self::NotAPerson => "only a person may, in their own business or under a mandate",
            Self::NotStaff => "only staff may",
            Self::LacksRole(roles) => {
                let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
                return write!(f, "only staff with one of these roles may: {}", roles.join(", "));
            }
        };
        f.write_str(words)
    }
}

impl Actor {
    /// By which rule this actor has the permission or lacks it. Deny is the default.
    pub fn rule_for(&self, permission: Permission) -> Rule {
        match (permission.audience, self) {
            (Audience::Everyone, _) => Rule::Everyone,
            (_, Self::System) => Rule::Platform,
            (_, Self::Anonymous) => Rule::NotSignedIn,
            (Audience::SignedIn, Self::Person(_) | Self::Staff(_)) => Rule::SignedIn,
            (Audience::Persons, Self::Person(_)) => Rule::Person,
            (Audience::Persons, Self::Staff(_)) => Rule::NotAPerson,
            (Audience::Staff(_), Self::Person(_)) => Rule::NotStaff,
            (Audience::Staff([]), Self::Staff(_)) => Rule::Staff,
            (Audience::Staff(roles), Self::Staff(staff)) => {
                let found = roles.iter().find(|role| staff.roles.contains(role));
                found.map_or(Rule::LacksRole(roles), |role| Rule::Role(*role))
            }
        }
    }

    /// Whether this actor has the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.rule_for(permission).allows()
    }
}
