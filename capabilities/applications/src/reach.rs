//! Whose business a case is (办件可见范围), in words for `tongban permissions explain`. Of persons the engine says it
//! ([`cases::Applicant::may`]), which pages and the API ask too; of staff this is the one place.

use std::fmt;

use cases::{Case, MandateGap};
use kernel::{Actor, PersonActor, Principal, Right, StaffActor};

/// Why somebody reaches a case, a draft or one thing, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// They applied themselves.
    Own,
    /// The legal person for which they act applies, whichever of its agents began it.
    ForLegalPerson,
    /// The natural person for whom they act applies, as their agent or guardian.
    ForPerson,
    /// Their body accepted it, or has or had work on it.
    WorkOfBody,
    /// It is the business of whoever they act for, they know of it, and their mandate does not reach so far.
    OutsideMandate,
    /// None of these: to them it is not there.
    NotTheirs,
}

impl Reach {
    /// As far as a person goes.
    pub fn of_person(case: &Case, by: &PersonActor) -> Self {
        match case.applicant.may(by, Right::See, &[&case.case_type.item]) {
            Err(MandateGap::NotTheirs) => Self::NotTheirs,
            Err(MandateGap::Outside) => Self::OutsideMandate,
            Ok(()) => match &by.acting_for {
                None => Self::Own,
                Some(mandate) => match mandate.principal {
                    Principal::Person(_) => Self::ForPerson,
                    Principal::LegalPerson(_) => Self::ForLegalPerson,
                },
            },
        }
    }

    /// As far as a member of staff goes.
    pub fn of_staff(case: &Case, clerk: &StaffActor) -> Self {
        if case.concerns(clerk.body) { Self::WorkOfBody } else { Self::NotTheirs }
    }

    /// Whether it may be seen.
    pub fn is_there(self) -> bool {
        !matches!(self, Self::OutsideMandate | Self::NotTheirs)
    }

    /// As far as anybody goes.
    pub fn of(case: &Case, by: &Actor) -> Self {
        match by {
            Actor::Person(person) => Self::of_person(case, person),
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
            Self::ForPerson => "the natural person for whom they act applies",
            Self::OutsideMandate => {
                "it is the business of whoever they act for, and their mandate does not reach so far (403)"
            }
            Self::WorkOfBody => "their body accepted it, or has or had work on it",
            Self::NotTheirs => "it is not theirs, and no work of their body: to them it is not there (404)",
        })
    }
}
