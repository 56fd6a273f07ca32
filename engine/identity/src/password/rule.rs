//! Which passwords are taken. Length counts, not character classes (NIST SP 800-63B §5.1.1.2).

use kernel::Message;

/// Passwords that guessers try first, in lower case; all are long enough to pass the first rule.
const COMMON: &str = include_str!("common.txt");

const CHARACTERS_MIN: usize = 10;
/// Nobody types more, and hashing must not become a way to keep the machine busy.
const CHARACTERS_MAX: usize = 200;
/// `1212121212` is long and still guessed at once.
const DISTINCT_MIN: usize = 4;

/// Which rule a password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordFault {
    #[error("password must have at least 10 characters")]
    Short,
    #[error("password must have at most 200 characters")]
    Long,
    #[error("password must not be one of the common ones")]
    Common,
    #[error("password must not contain the identity number, the phone number or the login")]
    Personal,
}

impl PasswordFault {
    /// The sentence for the form.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::Short => Message::new("identity-password-short").with("min", CHARACTERS_MIN),
            Self::Long => Message::new("identity-password-long").with("max", CHARACTERS_MAX),
            Self::Common => Message::new("identity-password-common"),
            Self::Personal => Message::new("identity-password-personal"),
        }
    }
}

/// Checks a new password; `personal` is what the account is known by.
pub(crate) fn check(password: &str, personal: &[&str]) -> Result<(), PasswordFault> {
    let length = password.chars().count();
    if length < CHARACTERS_MIN {
        return Err(PasswordFault::Short);
    }
    if length > CHARACTERS_MAX {
        return Err(PasswordFault::Long);
    }
    let folded = password.to_lowercase();
    if personal.iter().any(|known| !known.is_empty() && folded.contains(&known.to_lowercase())) {
        return Err(PasswordFault::Personal);
    }
    let distinct: std::collections::BTreeSet<char> = folded.chars().collect();
    if distinct.len() < DISTINCT_MIN || is_run(&folded) || COMMON.lines().any(|line| line == folded) {
        return Err(PasswordFault::Common);
    }
    Ok(())
}

/// `1234567890`, `zyxwvutsrq`: every character is the next, or the one before, of its neighbour. On a keyboard 0
/// stands behind 9, among the digits before 1: both count.
fn is_run(text: &str) -> bool {
    let steps_by = |step: i64, zero: u32| {
        let place = |c: char| i64::from(if c == '0' { zero } else { u32::from(c) });
        text.chars().zip(text.chars().skip(1)).all(|(one, next)| place(next) - place(one) == step)
    };
    [u32::from('0'), u32::from('9') + 1].into_iter().any(|zero| steps_by(1, zero) || steps_by(-1, zero))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_habits_and_personal_numbers() {
        let known = ["43010219900307123X", "13800138000"];
        let check = |password: &str| check(password, &known);
        assert_eq!(check("九个字的口令不够长"), Err(PasswordFault::Short));
        assert_eq!(check("十个字的口令就足够长"), Ok(()));
        assert_eq!(check(&"长得不像话".repeat(41)), Err(PasswordFault::Long));
        for common in [
            "1234567890",
            "0123456789",
            "9876543210",
            "0987654321",
            "abcdefghijk",
            "aaaaaaaaaa",
            "1212121212",
        ] {
            assert_eq!(check(common), Err(PasswordFault::Common), "{common}");
        }
        assert_eq!(check("Woaini1314520"), Err(PasswordFault::Common));
        assert_eq!(check("a13800138000"), Err(PasswordFault::Personal));
        assert_eq!(check("43010219900307123x!"), Err(PasswordFault::Personal));
        assert_eq!(check("correct horse battery"), Ok(()));
    }

    #[test]
    fn the_list_holds_only_what_the_other_rules_let_pass() {
        for line in COMMON.lines() {
            let passes_length = line.chars().count() >= CHARACTERS_MIN && line == line.to_lowercase();
            assert!(passes_length && !is_run(line), "{line}");
        }
    }
}
