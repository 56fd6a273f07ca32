//! The life of a seal (印章生命周期): states, steps, and who may take which. Pure.

use jiff::civil::Date;

/// Where a seal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Asked for (已申请).
    Requested,
    /// Not approved (不予批准).
    Refused,
    /// Approved, with its number, and not made (已批准).
    Approved,
    /// Made and not handed over (已制作).
    Made,
    /// Used (使用中).
    InForce,
    /// Not used for the time being (已暂停).
    Suspended,
    /// Ended for good (已撤销).
    Revoked,
    /// Its period is over (已过期). Never stored: the calendar says it.
    Expired,
}

impl State {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 8] = [
        Self::Requested,
        Self::Refused,
        Self::Approved,
        Self::Made,
        Self::InForce,
        Self::Suspended,
        Self::Revoked,
        Self::Expired,
    ];

    /// The word in tables, addresses and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Refused => "refused",
            Self::Approved => "approved",
            Self::Made => "made",
            Self::InForce => "in-force",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// Reads the word back.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The state on a day: what has not ended otherwise ends with its period.
    #[must_use]
    pub fn on(self, valid_until: Date, today: Date) -> Self {
        match self {
            Self::Refused | Self::Revoked => self,
            Self::Requested
            | Self::Approved
            | Self::Made
            | Self::InForce
            | Self::Suspended
            | Self::Expired => {
                if valid_until < today {
                    Self::Expired
                } else {
                    self
                }
            }
        }
    }
}

/// What somebody does with a seal after it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The seal authority agrees (批准).
    Approve,
    /// The seal authority does not agree (不予批准).
    Refuse,
    /// The seal authority makes it (制章).
    Make,
    /// The body takes it over and uses it from now on (启用).
    Activate,
    /// It may not be used for the time being (暂停).
    Suspend,
    /// It may be used again (恢复).
    Resume,
    /// It is ended for good (撤销).
    Revoke,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Approve, Self::Refuse, Self::Make, Self::Activate, Self::Suspend, Self::Resume, Self::Revoke];

    /// The word in tables, addresses and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Make => "make",
            Self::Activate => "activate",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Revoke => "revoke",
        }
    }

    /// Reads the word back.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }

    /// Where the step leads from a state, if it can be taken there.
    pub const fn leads(self, from: State) -> Option<State> {
        match (self, from) {
            (Self::Approve, State::Requested) => Some(State::Approved),
            (Self::Refuse, State::Requested) => Some(State::Refused),
            (Self::Make, State::Approved) => Some(State::Made),
            (Self::Activate, State::Made) | (Self::Resume, State::Suspended) => Some(State::InForce),
            (Self::Suspend, State::InForce) => Some(State::Suspended),
            // An approval that is taken back before anything was made, too.
            (Self::Revoke, State::Approved | State::Made | State::InForce | State::Suspended) => {
                Some(State::Revoked)
            }
            _ => None,
        }
    }

    /// Whether whoever takes the step says why.
    pub const fn needs_word(self) -> bool {
        match self {
            Self::Refuse | Self::Suspend | Self::Resume | Self::Revoke => true,
            Self::Approve | Self::Make | Self::Activate => false,
        }
    }

    /// Whether somebody who stands so to the seal may take the step (职责分离).
    pub const fn check(self, standing: Standing) -> Result<(), Denied> {
        let Standing { keeps, makes, decides, asked, approved } = standing;
        let (is_theirs, kept_out) = match self {
            Self::Approve | Self::Refuse => (decides, if asked { Some(Denied::Asked) } else { None }),
            Self::Make => (makes, if approved { Some(Denied::Approved) } else { None }),
            Self::Activate => (keeps, None),
            // Whoever sees that a key is in danger stops it.
            Self::Suspend => (keeps || makes || decides, None),
            Self::Resume | Self::Revoke => (decides, None),
        };
        if !is_theirs {
            return Err(Denied::NotTheirs);
        }
        match kept_out {
            Some(denied) => Err(denied),
            None => Ok(()),
        }
    }
}

/// How somebody stands to a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// They administer the seal's body, or the seal authority, which keeps seals for bodies without an administration.
    pub keeps: bool,
    /// They administer the seal authority (制章).
    pub makes: bool,
    /// They decide in the seal authority (审批).
    pub decides: bool,
    /// They asked for this seal.
    pub asked: bool,
    /// They approved this seal.
    pub approved: bool,
}

/// Why somebody may not take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// It is not their work.
    NotTheirs,
    /// They asked for the seal, and nobody approves what they asked for.
    Asked,
    /// They approved the seal, and nobody makes what they approved.
    Approved,
}

/// Why a seal is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RevokeReason {
    /// Somebody else may have used the key (密钥泄露).
    KeyCompromise,
    /// The body has another name, or none (名称变更、机构撤并).
    BodyChanged,
    /// Another seal has taken its place (换发).
    Superseded,
    /// It is no longer needed (停止使用).
    NoLongerUsed,
}

impl RevokeReason {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::KeyCompromise, Self::BodyChanged, Self::Superseded, Self::NoLongerUsed];

    /// The word in tables and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyCompromise => "key-compromise",
            Self::BodyChanged => "body-changed",
            Self::Superseded => "superseded",
            Self::NoLongerUsed => "no-longer-used",
        }
    }

    /// Reads the word back.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_goes_only_the_ways_there_are() {
        let ways: Vec<(Step, State, State)> = Step::ALL
            .into_iter()
            .flat_map(|step| State::ALL.into_iter().map(move |from| (step, from)))
            .filter_map(|(step, from)| step.leads(from).map(|to| (step, from, to)))
            .collect();
        let expected = [
            (Step::Approve, State::Requested, State::Approved),
            (Step::Refuse, State::Requested, State::Refused),
            (Step::Make, State::Approved, State::Made),
            (Step::Activate, State::Made, State::InForce),
            (Step::Suspend, State::InForce, State::Suspended),
            (Step::Resume, State::Suspended, State::InForce),
            (Step::Revoke, State::Approved, State::Revoked),
            (Step::Revoke, State::Made, State::Revoked),
            (Step::Revoke, State::InForce, State::Revoked),
            (Step::Revoke, State::Suspended, State::Revoked),
        ];
        assert_eq!(ways, expected);
        for ended in [State::Refused, State::Revoked, State::Expired] {
            assert!(Step::ALL.iter().all(|step| step.leads(ended).is_none()), "{ended:?} is the end");
        }
    }

    /// Everybody that there can be: 32 ways to stand to a seal.
    fn everybody() -> impl Iterator<Item = Standing> {
        (0_u8..32).map(|bits| Standing {
            keeps: bits & 1 > 0,
            makes: bits & 2 > 0,
            decides: bits & 4 > 0,
            asked: bits & 8 > 0,
            approved: bits & 16 > 0,
        })
    }

    #[test]
    fn nobody_approves_what_they_asked_for_nor_makes_what_they_approved() {
        for standing in everybody() {
            if standing.asked {
                assert!(Step::Approve.check(standing).is_err() && Step::Refuse.check(standing).is_err());
            }
            if standing.approved {
                assert!(Step::Make.check(standing).is_err());
            }
            let is_outside = !standing.keeps && !standing.makes && !standing.decides;
            for step in Step::ALL {
                if is_outside {
                    assert_eq!(step.check(standing), Err(Denied::NotTheirs), "{step:?}");
                }
            }
        }
        let all = Standing { keeps: true, makes: true, decides: true, asked: true, approved: true };
        assert_eq!(Step::Approve.check(all), Err(Denied::Asked));
        assert_eq!(Step::Make.check(all), Err(Denied::Approved));
        let keeper = Standing { keeps: true, asked: true, ..Standing::default() };
        let may: Vec<Step> = Step::ALL.into_iter().filter(|step| step.check(keeper).is_ok()).collect();
        assert_eq!(may, [Step::Activate, Step::Suspend]);
        let decider = Standing { decides: true, approved: true, ..Standing::default() };
        let may: Vec<Step> = Step::ALL.into_iter().filter(|step| step.check(decider).is_ok()).collect();
        assert_eq!(may, [Step::Approve, Step::Refuse, Step::Suspend, Step::Resume, Step::Revoke]);
    }

    #[test]
    fn periods_end_what_has_not_ended() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let (until, after) = (day("2026-12-31"), day("2027-01-01"));
        for state in State::ALL {
            assert_eq!(state.on(until, until), state, "the last day counts");
            let ended = matches!(state, State::Refused | State::Revoked);
            assert_eq!(state.on(until, after), if ended { state } else { State::Expired });
            assert_eq!(State::read(state.as_str()), Some(state));
        }
        for step in Step::ALL {
            assert_eq!(Step::read(step.as_str()), Some(step));
        }
    }
}
