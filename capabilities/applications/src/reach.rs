//! Whose business a case is (办件可见范围): the one place that pages, the API and `tongban permissions explain` ask.

use std::fmt;

use cases::{Applicant, Case};
use kernel::{Actor, PersonActor, StaffActor};

/// Why somebody reaches a case, a draft or one thing, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// They applied themselves.
    Own,
    /// The legal person for which they act applies, whichever of its agents began it.
    ForLegalPerson,
    /// Their body accepted it, or has or had work on it.
    WorkOfBody,
    /// None of these: to them it is not there.
    NotTheirs,
}

impl Reach {
    /// Whether it is there for them.
    pub fn is_there(self) -> bool {
        self != Self::NotTheirs
    }

    /// As far as a person goes.
    pub fn of_person(applicant: &Applicant, by: &PersonActor) -> Self {
        match (applicant.acting_for, by.acting_for) {
            (Some(theirs), Some(hat)) if theirs == hat => Self::ForLegalPerson,
            (None, None) if applicant.person == by.person => Self::Own,
            _ => Self::NotTheirs,
        }
    }

    /// As far as a member of staff goes.
    pub fn of_staff(case: &Case, clerk: &StaffActor) -> Self {
        if case.concerns(clerk.body) { Self::WorkOfBody } else { Self::NotTheirs }
    }

    /// As far as anybody goes.
    pub fn of(case: &Case, by: &Actor) -> Self {
        match by {
            Actor::Person(person) => Self::of_person(&case.applicant, person),
            Actor::Staff(clerk) => Self::of_staff(case, clerk),
            Actor::Anonymous | Actor::System => Self::NotTheirs,
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own => "they applied themselves",
            Self::ForLegalPerson => "the legal person for which they act applies",
            Self::WorkOfBody => "their body accepted it, or has or had work on it",
            Self::NotTheirs => "it is not theirs, and no work of their body: to them it is not there (404)",
        })
    }
}
