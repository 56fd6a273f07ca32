//! Names and phone numbers of persons: which are taken, and how they are shown.

/// A person's name (姓名) as they write it. Personal: `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonName(String);

/// The text is not a name that a register would hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name must be 1 to 50 characters without digits or controls")]
pub struct NotAName;

impl PersonName {
    /// Reads a name: blanks around it go, 1 to 50 characters stay. Every script is welcome, and the middle dot of
    /// minority names too; digits and control characters are slips of the keyboard.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let text = text.trim();
        let length = text.chars().count();
        let is_odd = |c: char| c.is_control() || c.is_ascii_digit() || matches!(c, '<' | '>');
        if length == 0 || length > 50 || text.contains(is_odd) {
            Err(NotAName)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that may be shown (脱敏): 张开 becomes 张*, longer names 张**, whatever their length.
    pub fn masked(&self) -> String {
        let mut characters = self.0.chars();
        let first: String = characters.next().into_iter().collect();
        let stars = characters.take(2).count();
        format!("{first}{}", "*".repeat(stars))
    }
}

impl std::fmt::Debug for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonName({})", self.masked())
    }
}

/// A phone number (手机号码). Personal: `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

/// The text is not a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("phone must be a mainland mobile number or start with + and the country code")]
pub struct NotAPhone;

impl Phone {
    /// Reads a mainland mobile number (11 digits from 13 to 19, with or without +86), or any other number as
    /// `+` and 7 to 15 digits (ITU-T E.164). Blanks and hyphens go.
    pub fn parse(text: &str) -> Result<Self, NotAPhone> {
        let text: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits_only = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let is_mainland = |text: &str| {
            text.len() == 11 && digits_only(text) && text.starts_with('1') && text.as_bytes()[1] >= b'3'
        };
        let domestic = text.strip_prefix("+86").unwrap_or(&text);
        if is_mainland(domestic) {
            return Ok(Self(domestic.to_owned()));
        }
        match text.strip_prefix('+') {
            Some(rest) if !rest.starts_with("86") && digits_only(rest) && (7..=15).contains(&rest.len()) => {
                Ok(Self(text))
            }
            Some(_) | None => Err(NotAPhone),
        }
    }

    /// The whole number, in its one stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that may be shown (脱敏): `138****5678`.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..3], &self.0[self.0.len() - 4..])
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked_without_their_length() {
        let check = |name: &str, masked: &str| assert_eq!(PersonName::parse(name).unwrap().masked(), masked);
        check("张开", "张*");
        check(" 张小开 ", "张**");
        check("买买提·吐尔逊", "买**");
        check("甲", "甲");
        assert_eq!(format!("{:?}", PersonName::parse("张小开").unwrap()), "PersonName(张**)");
        for wrong in ["", "  ", "张3", "张\n开", &"长".repeat(51)] {
            assert_eq!(PersonName::parse(wrong), Err(NotAName), "{wrong:?}");
        }
    }

    #[test]
    fn phones_have_one_form() {
        let check = |text: &str, form: &str| assert_eq!(Phone::parse(text).unwrap().as_str(), form);
        check("138 0013 8000", "13800138000");
        check("+86-13800138000", "13800138000");
        check("+852 2345 6789", "+85223456789");
        for wrong in [
            "",
            "12800138000",
            "1380013800",
            "0731-88888888",
            "+8612345",
            "1380013800a",
            "１３８００１３８０００",
        ] {
            assert_eq!(Phone::parse(wrong), Err(NotAPhone), "{wrong}");
        }
        assert_eq!(Phone::parse("13800138000").unwrap().masked(), "138****8000");
        assert_eq!(format!("{:?}", Phone::parse("+8521234567").unwrap()), "Phone(+85****4567)");
    }
}
