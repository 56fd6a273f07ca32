//! Who acts, and what permissions are. Whether somebody has one is said in `rule`.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{
    AssuranceLevel, BodyId, Items, LegalPersonId, Mandate, PersonId, Principal, Refusal, Right, StaffId,
};

/// What a member of staff is trusted with inside their body (岗位角色).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Receives, pre-checks, accepts (受理岗).
    Acceptance,
    /// Reviews and gives opinions (审查岗).
    Review,
    /// Decides (决定岗).
    Decision,
    /// Watches that promises are kept; changes nothing (监察岗).
    Supervision,
    /// Runs the platform: staff, bodies, jobs; sees no case (系统管理).
    Administration,
    /// Writes and approves the service items that are offered; sees no case (事项管理).
    Catalogue,
    /// Reads what administrators and supervisors do; changes nothing, sees no case (审计).
    Audit,
}

impl Role {
    /// Every role, in the order of the work.
    pub const ALL: [Self; 7] = [
        Self::Acceptance,
        Self::Review,
        Self::Decision,
        Self::Supervision,
        Self::Administration,
        Self::Catalogue,
        Self::Audit,
    ];

    /// The word used in packages, tables and URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acceptance => "acceptance",
            Self::Review => "review",
            Self::Decision => "decision",
            Self::Supervision => "supervision",
            Self::Administration => "administration",
            Self::Catalogue => "catalogue",
            Self::Audit => "audit",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("unknown role {text:?}"))
    }
}

/// A signed-in natural person, perhaps acting for another person or for a legal person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonActor {
    /// The person who is really there.
    pub person: PersonId,
    /// The mandate under which they act for another (办事身份); nothing for themselves.
    pub acting_for: Option<Mandate>,
    /// How sure it is, in this visit, that it is them (实名等级).
    pub level: AssuranceLevel,
    /// Masked name, fit for a page header.
    pub shown_as: String,
}

impl PersonActor {
    /// Whose business it is: their own, or that of whoever they act for.
    pub fn principal(&self) -> Principal {
        self.acting_for.as_ref().map_or(Principal::Person(self.person), |mandate| mandate.principal)
    }

    /// The legal person for which they act.
    pub fn legal_person(&self) -> Option<LegalPersonId> {
        self.principal().legal_person()
    }

    /// Whether this may be done in the principal's business with that item. One's own business knows no bounds here.
    pub fn may(&self, right: Right, item: &str) -> bool {
        self.acting_for.as_ref().is_none_or(|mandate| mandate.allows(right, item))
    }

    /// Of which items they may see anything.
    pub fn seen_items(&self) -> Items {
        self.acting_for.as_ref().map_or(Items::All, |mandate| mandate.items.seen_under(&mandate.rights))
    }
}

/// A signed-in member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffActor {
    /// The member of staff.
    pub staff: StaffId,
    /// The body they work in.
    pub body: BodyId,
    /// The division of that body, 2 to 12 digits as in GB/T 2260.
    pub division: String,
    /// What they are trusted with.
    pub roles: BTreeSet<Role>,
    /// Colleagues of the same body for whom they stand in today (代理).
    pub deputy_of: BTreeSet<StaffId>,
    /// Whether they have proved themselves with a strong factor in this visit (强认证).
    pub strong: bool,
    /// Name shown to colleagues and on documents.
    pub shown_as: String,
}

impl StaffActor {
    /// Whether work of this holder is theirs to do: their own, or that of a colleague for whom they stand in (代理).
    pub fn acts_for(&self, holder: StaffId) -> bool {
        holder == self.staff || self.deputy_of.contains(&holder)
    }
}

/// Whoever asks for something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody signed in.
    Anonymous,
    /// A citizen or an agent of an organisation.
    Person(PersonActor),
    /// A member of staff.
    Staff(StaffActor),
    /// The platform itself: timers and effects.
    System,
}

/// Which kind of actor a permission is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Anyone, signed in or not.
    Everyone,
    /// Any signed-in person.
    Persons,
    /// Any signed-in member of staff with one of these roles; an empty list means any role.
    Staff(&'static [Role]),
    /// Anyone who is signed in, person or staff.
    SignedIn,
}

/// The name of something that may be done, and for whom. Rooms declare theirs as constants;
/// every route names one. Whether *this* case or licence may be touched is asked by the command itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// `room.verb`, such as `applications.submit`.
    pub name: &'static str,
    /// Who has it.
    pub audience: Audience,
}

impl Permission {
    /// A permission of everybody, signed in or not.
    pub const fn everyone(name: &'static str) -> Self {
        Self { name, audience: Audience::Everyone }
    }
    /// A permission of every signed-in person.
    pub const fn persons(name: &'static str) -> Self {
        Self { name, audience: Audience::Persons }
    }
    /// A permission of staff with one of `roles` (empty: any role).
    pub const fn staff(name: &'static str, roles: &'static [Role]) -> Self {
        Self { name, audience: Audience::Staff(roles) }
    }
    /// A permission of everyone who is signed in.
    pub const fn signed_in(name: &'static str) -> Self {
        Self { name, audience: Audience::SignedIn }
    }
}

impl Actor {
    /// Refuses when the actor lacks the permission: 401 for a stranger, 403 for anyone else.
    pub fn require(&self, permission: Permission) -> Result<(), Refusal> {
        match self {
            actor if actor.may(permission) => Ok(()),
            Self::Anonymous => Err(Refusal::Unauthenticated),
            Self::Person(_) | Self::Staff(_) | Self::System => Err(Refusal::Forbidden),
        }
    }

    /// The person, or a refusal: for commands that only a person can give.
    pub fn person(&self) -> Result<&PersonActor, Refusal> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Anonymous => Err(Refusal::Unauthenticated),
            Self::Staff(_) | Self::System => Err(Refusal::Forbidden),
        }
    }

    /// The member of staff, or a refusal: for commands that only staff can give.
    pub fn staff(&self) -> Result<&StaffActor, Refusal> {
        match self {
            Self::Staff(staff) => Ok(staff),
            Self::Anonymous => Err(Refusal::Unauthenticated),
            Self::Person(_) | Self::System => Err(Refusal::Forbidden),
        }
    }

    /// `person:…`, `staff:…`, `system` or `anonymous`: how events and logs name the actor.
    pub fn reference(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".into(),
            Self::Person(person) => format!("person:{}", person.person),
            Self::Staff(staff) => format!("staff:{}", staff.staff),
            Self::System => "system".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rule, TypedId};

    fn staff(roles: &[Role]) -> Actor {
        let at = Timestamp::UNIX_EPOCH;
        Actor::Staff(StaffActor {
            strong: false,
            staff: StaffId::from_parts(at, [1; 10]),
            body: BodyId::from_parts(at, [2; 10]),
            division: "430000".into(),
            roles: roles.iter().copied().collect(),
            deputy_of: BTreeSet::new(),
            shown_as: "甲".into(),
        })
    }
    fn person() -> Actor {
        let person = PersonId::from_parts(Timestamp::UNIX_EPOCH, [3; 10]);
        Actor::Person(PersonActor {
            level: AssuranceLevel::Registered,
            person,
            acting_for: None,
            shown_as: "张*".into(),
        })
    }
    use crate::Timestamp;

    #[test]
    fn deny_is_the_default() {
        let decide = Permission::staff("x.decide", &[Role::Decision]);
        let any_staff = Permission::staff("x.see", &[]);
        let persons = Permission::persons("x.ask");
        let signed_in = Permission::signed_in("x.leave");
        let check = |actor: &Actor| [decide, any_staff, persons, signed_in].map(|p| actor.may(p));
        assert_eq!(check(&Actor::Anonymous), [false, false, false, false]);
        assert_eq!(check(&person()), [false, false, true, true]);
        assert_eq!(check(&staff(&[Role::Review])), [false, true, false, true]);
        assert_eq!(check(&staff(&[Role::Decision])), [true, true, false, true]);
        assert!(matches!(Actor::Anonymous.require(decide), Err(Refusal::Unauthenticated)));
        assert!(matches!(person().require(decide), Err(Refusal::Forbidden)));
        assert_eq!(staff(&[Role::Decision]).rule_for(decide), Rule::Role(Role::Decision));
        assert_eq!(staff(&[Role::Review]).rule_for(decide), Rule::LacksRole(&[Role::Decision]));
        assert_eq!(person().rule_for(any_staff), Rule::NotStaff);
    }
}
