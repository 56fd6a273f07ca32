//! Who applies (申请人), and the one place that says what somebody may do in that business: themselves, or under a mandate.

use kernel::{LegalPersonId, MandateKind, PersonActor, PersonId, Principal, Right};
use serde::{Deserialize, Serialize};

/// Who applies (申请人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applicant {
    /// The natural person who applies; of a legal person's application, who handed it in.
    pub person: PersonId,
    /// The legal person that applies, if any.
    pub acting_for: Option<LegalPersonId>,
    /// Who handed it in for a natural person; nothing when they did so themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<Through>,
}

/// Who acts for a natural person (代办人、监护人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Through {
    /// Who.
    pub person: PersonId,
    /// Why they may.
    pub kind: MandateKind,
}

/// Why somebody may not do something in an applicant's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MandateGap {
    /// It is not theirs, and not that of whoever they act for: to them it is not there.
    NotTheirs,
    /// It is there for them, and their mandate does not reach so far (超出授权范围).
    Outside,
}

impl Applicant {
    /// Who applies when this person asks for something.
    pub fn of(by: &PersonActor) -> Self {
        match (by.principal(), &by.acting_for) {
            (Principal::LegalPerson(id), _) => {
                Self { person: by.person, acting_for: Some(id), through: None }
            }
            (Principal::Person(person), mandate) => Self {
                person,
                acting_for: None,
                through: mandate.as_ref().map(|mandate| Through { person: by.person, kind: mandate.kind }),
            },
        }
    }

    /// Puts one account in the place of another of the same person.
    pub(crate) fn replace(&mut self, from: PersonId, into: PersonId) {
        if self.person == from {
            self.person = into;
        }
    }

    /// Whose business it is.
    pub fn principal(&self) -> Principal {
        self.acting_for.map_or(Principal::Person(self.person), Principal::LegalPerson)
    }

    /// Who sat there when it was handed in.
    pub fn handed_in_by(&self) -> PersonId {
        self.through.as_ref().map_or(self.person, |through| through.person)
    }

    /// Whether it is the business of this person, or of whoever they act for, whichever of their agents began it.
    pub fn is(&self, by: &PersonActor) -> bool {
        self.principal() == by.principal()
    }

    /// Whether this person may do that in the business with any of these items: the item itself, and the thing of several
    /// items (一件事) of which it is a part. What they handed in themselves, or may see, they know to be there.
    pub fn may(&self, by: &PersonActor, right: Right, items: &[&str]) -> Result<(), MandateGap> {
        if !self.is(by) {
            return Err(MandateGap::NotTheirs);
        }
        let allows = |right| items.iter().any(|item| by.may(right, item));
        if allows(right) {
            Ok(())
        } else if allows(Right::See) || self.handed_in_by() == by.person {
            Err(MandateGap::Outside)
        } else {
            Err(MandateGap::NotTheirs)
        }
    }
}
