//! Which passwords are taken. Length counts, not character classes (NIST SP 800-63B §5.1.1.2), and how many guesses a
//! password costs whoever knows the habits of people and the data of the account.

use kernel::Message;
use pinyin::ToPinyin as _;
use zxcvbn::zxcvbn;

const CHARACTERS_MIN: usize = 10;
/// Nobody types more, and hashing must not become a way to keep the machine busy.
const CHARACTERS_MAX: usize = 200;
/// So many guesses, as a power of ten, must a password cost: more than whoever knocks here gets through in years. The
/// weighing takes any three pieces for a hundred million guesses, whatever they are; twice that asks for pieces that cost
/// something themselves.
const GUESSES_LOG10_MIN: f64 = 8.3;
/// So much of a password is weighed: what is longer costs enough by then, and weighing must stay cheap.
const WEIGHED_MAX: usize = 64;
/// Habits of this country that lists from abroad rank too low (常见口令片段): I love you, for a lifetime, and their like.
const HABITS: [&str; 12] = [
    "woaini", "wozuiai", "5201314", "1314520", "1314", "520", "zhongguo", "mima", "nihao", "aini", "888888",
    "666666",
];
/// Shorter readings of names are syllables of everything.
const READING_MIN: usize = 5;

/// Which rule a password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasswordFault {
    #[error("password must have at least 10 characters")]
    Short,
    #[error("password must have at most 200 characters")]
    Long,
    #[error("password must not be guessed so cheaply")]
    Common,
    #[error(
        "password must not contain the identity number, the birthday, the phone number, the login or the name"
    )]
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
    let known = known(personal);
    if known.iter().any(|known| folded.contains(known.as_str())) {
        return Err(PasswordFault::Personal);
    }
    let weighed: String = password.chars().take(WEIGHED_MAX).collect();
    // A surname alone is no reason to refuse, and costs a guesser nothing.
    let syllables: Vec<&str> =
        personal.iter().flat_map(|text| text.to_pinyin().flatten()).map(pinyin::Pinyin::plain).collect();
    let inputs: Vec<&str> = known.iter().map(String::as_str).chain(syllables).chain(HABITS).collect();
    if zxcvbn(&weighed, &inputs).guesses_log10() < GUESSES_LOG10_MIN {
        return Err(PasswordFault::Common);
    }
    Ok(())
}

/// What an account is known by, in every way in which it gets into passwords: as it is, a name in pinyin too, of an
/// identity number the birthday.
fn known(personal: &[&str]) -> Vec<String> {
    let mut known = Vec::new();
    for text in personal.iter().map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty()) {
        let reading: String = text.as_str().to_pinyin().flatten().map(pinyin::Pinyin::plain).collect();
        if reading.len() >= READING_MIN {
            known.push(reading);
        }
        let is_number = text.len() == 18 && text.bytes().take(17).all(|b| b.is_ascii_digit());
        if let (true, Some(birthday)) = (is_number, text.get(6..14)) {
            known.push(birthday.to_owned());
        }
        known.push(text);
    }
    known
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
            "qwertyuiop",
            "1qaz2wsx3edc",
            "password123",
            "P@ssw0rd2024",
            "iloveyou1990",
            "admin12345678",
        ] {
            assert_eq!(check(common), Err(PasswordFault::Common), "{common}");
        }
        assert_eq!(check("Woaini1314520"), Err(PasswordFault::Common));
        assert_eq!(check("a13800138000"), Err(PasswordFault::Personal));
        assert_eq!(check("43010219900307123x!"), Err(PasswordFault::Personal));
        assert_eq!(check("correct horse battery"), Ok(()));
        assert_eq!(check("my day is 19900307"), Err(PasswordFault::Personal), "the birthday");
    }

    #[test]
    fn names_in_characters_and_in_pinyin_and_logins_are_known() {
        let check = |password: &str| check(password, &["张小开", "zhang.kai"]);
        for personal in ["zhangxiaokai!!", "ZhangXiaoKai2026", "我是张小开没有错的呀", "xx zhang.kai xx"]
        {
            assert_eq!(check(personal), Err(PasswordFault::Personal), "{personal}");
        }
        assert_eq!(check("岳麓山上红叶满天飞舞"), Ok(()));
        assert_eq!(super::check("chenwoaini520", &["陈"]), Err(PasswordFault::Common), "a habit");
    }
}
