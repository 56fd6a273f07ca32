//! What is wrong with a code: which rule, where, and what must stand there.

/// The rule that a code breaks. Positions count characters from 1, blanks around the code left out.
/// The sentences carry at most one character of what was read, so they may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing was given.
    #[error("nothing given ({standard})")]
    Empty {
        /// The standard that sets the rule.
        standard: &'static str,
    },
    /// Too short or too long.
    #[error("length is {found}, must be {expected} ({standard})")]
    Length {
        /// How many characters were given.
        found: usize,
        /// How many there must be.
        expected: &'static str,
        /// The standard that sets the rule.
        standard: &'static str,
    },
    /// A full-width form (全角) of an ASCII character: it looks right and compares unequal.
    #[error("character {position}: {found} is full-width (全角), must be the half-width {expected:?}")]
    FullWidth {
        /// Where it stands.
        position: usize,
        /// What stands there.
        found: char,
        /// Its half-width form.
        expected: char,
    },
    /// A character that cannot stand in this place.
    #[error("character {position}: is {found:?}, must be {expected} ({standard})")]
    Character {
        /// Where it stands.
        position: usize,
        /// What stands there.
        found: char,
        /// What may stand there.
        expected: &'static str,
        /// The standard that sets the rule.
        standard: &'static str,
    },
    /// The check character does not fit the rest.
    #[error("character {position}: {part} is {found}, must be {expected} ({standard})")]
    Check {
        /// Which check: a social credit code has two.
        part: &'static str,
        /// Where it stands.
        position: usize,
        /// What stands there.
        found: char,
        /// What the rest of the code asks for.
        expected: char,
        /// The standard that sets the rule.
        standard: &'static str,
    },
    /// A part is well spelt and cannot be: the thirty-first of February, a use level of 9.
    #[error("characters {first}-{last}: {part} must be {expected} ({standard})")]
    Part {
        /// The part's name.
        part: &'static str,
        /// Its first character.
        first: usize,
        /// Its last character.
        last: usize,
        /// What it must be.
        expected: &'static str,
        /// The standard that sets the rule.
        standard: &'static str,
    },
}

impl CodeError {
    /// A short word for the broken rule, for message catalogues: `empty`, `length`, `full-width`,
    /// `character`, `check` or `part`.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "empty",
            Self::Length { .. } => "length",
            Self::FullWidth { .. } => "full-width",
            Self::Character { .. } => "character",
            Self::Check { .. } => "check",
            Self::Part { .. } => "part",
        }
    }

    /// Where it is wrong, counted from 1, if in one place.
    pub const fn position(&self) -> Option<usize> {
        match self {
            Self::Empty { .. } | Self::Length { .. } => None,
            Self::FullWidth { position, .. }
            | Self::Character { position, .. }
            | Self::Check { position, .. }
            | Self::Part { first: position, .. } => Some(*position),
        }
    }
}
