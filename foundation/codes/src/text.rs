//! What all codes share: cleaning what people type, checking characters, and the common trait
//! implementations.

use crate::CodeError;

/// A set of characters and how an error names it.
pub(crate) struct Alphabet {
    pub(crate) name: &'static str,
    pub(crate) has: fn(char) -> bool,
}

pub(crate) const DIGITS: Alphabet = Alphabet { name: "a digit", has: |c| c.is_ascii_digit() };
pub(crate) const CAPITALS: Alphabet =
    Alphabet { name: "a digit or a letter", has: |c| c.is_ascii_digit() || c.is_ascii_uppercase() };

/// Trims and lets only ASCII through, so that whoever comes next may slice by bytes.
///
/// Full-width digits are refused, not converted: two systems that convert differently would hold two numbers
/// for one person.
pub(crate) fn clean(text: &str, standard: &'static str) -> Result<String, CodeError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CodeError::Empty { standard });
    }
    match text.chars().enumerate().find(|(_, found)| !found.is_ascii()) {
        None => Ok(text.to_owned()),
        Some((before, found)) => Err(match half_width(found) {
            Some(expected) => CodeError::FullWidth { position: before + 1, found, expected },
            None => CodeError::Character {
                position: before + 1,
                found,
                expected: "an ASCII letter or digit",
                standard,
            },
        }),
    }
}

/// As `clean`, in capitals.
pub(crate) fn clean_capitals(text: &str, standard: &'static str) -> Result<String, CodeError> {
    clean(text, standard).map(|mut text| {
        text.make_ascii_uppercase();
        text
    })
}

/// U+FF01…U+FF5E repeat ASCII 0x21…0x7E at a distance of 0xFEE0 (Unicode, Halfwidth and Fullwidth Forms).
fn half_width(found: char) -> Option<char> {
    let ascii = u32::from(found).checked_sub(0xFEE0)?;
    char::from_u32(ascii).filter(char::is_ascii_graphic)
}

/// Checks the length of ASCII text.
pub(crate) fn check_length(
    text: &str,
    length: usize,
    expected: &'static str,
    standard: &'static str,
) -> Result<(), CodeError> {
    if text.len() == length {
        Ok(())
    } else {
        Err(CodeError::Length { found: text.len(), expected, standard })
    }
}

/// Checks that every character is of the alphabet; `at` characters stand before this text in the whole code.
pub(crate) fn check_alphabet(
    text: &str,
    at: usize,
    alphabet: &Alphabet,
    standard: &'static str,
) -> Result<(), CodeError> {
    match text.chars().enumerate().find(|(_, c)| !(alphabet.has)(*c)) {
        None => Ok(()),
        Some((before, found)) => {
            Err(CodeError::Character { position: at + before + 1, found, expected: alphabet.name, standard })
        }
    }
}

/// The number that ASCII digits spell; the caller has checked that they are digits and few.
pub(crate) fn number(digits: &str) -> u32 {
    digits
        .bytes()
        .fold(0, |sum, digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0'))))
}

/// Gives a code, a newtype over `String` with a `parse`, its common face. `Display` is apart: not every code
/// may be shown.
macro_rules! text_code {
    ($name:ident) => {
        impl $name {
            /// The whole code, in its one stored form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::CodeError;
            fn from_str(text: &str) -> Result<Self, $crate::CodeError> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error as _;
                // The original error would repeat a number that was sent without quotes, and it may be
                // personal.
                let text = String::deserialize(deserializer).map_err(|_repeats_the_value| {
                    D::Error::custom(concat!(stringify!($name), " must be a string"))
                })?;
                Self::parse(&text).map_err(D::Error::custom)
            }
        }
    };
}

/// `Display` and `AsRef<str>` for a code that names no person.
macro_rules! shown_code {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}
