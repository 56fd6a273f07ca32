//! The few tag-length-value forms of DER (ITU-T X.690) that signature containers and seals need.
//!
//! Reading is only careful, not strict: who needs the one correct form writes the result again and compares.

/// The first byte of an element.
pub mod tag {
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// UTF8String.
    pub const UTF8_STRING: u8 = 0x0c;
    /// PrintableString.
    pub const PRINTABLE_STRING: u8 = 0x13;
    /// IA5String.
    pub const IA5_STRING: u8 = 0x16;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: u8 = 0x30;
    /// SET and SET OF.
    pub const SET: u8 = 0x31;
    /// Constructed, context-specific 0.
    pub const CONTEXT_0: u8 = 0xa0;
}

/// Writes one element with its parts behind each other as content.
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = vec![tag];
    if let Ok(short) = u8::try_from(length)
        && short < 0x80
    {
        out.push(short);
    } else {
        let bytes = length.to_be_bytes();
        let digits: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
        // A length has at most eight digits, so the count fits beside the marker bit.
        out.push(0x80 | digits.len().to_le_bytes()[0]);
        out.extend(digits);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// Writes a SET OF, whose members DER sorts by their encodings (X.690 clause 11.6).
pub fn set_of(tag: u8, mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort();
    let parts: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    element(tag, &parts)
}

/// Reads elements one after another.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next element whole, and its content.
    fn next(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, mut rest) = rest.split_first()?;
        let mut length = usize::from(first);
        if first >= 0x80 {
            let (digits, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
            // Four digits are 4 GiB, more than any container.
            if digits.len() > 4 {
                return None;
            }
            length = digits.iter().fold(0, |sum, digit| (sum << 8) | usize::from(*digit));
            rest = after;
        }
        let (content, after) = rest.split_at_checked(length)?;
        let whole = self.0.get(..self.0.len().checked_sub(after.len())?)?;
        self.0 = after;
        Some((tag, whole, content))
    }

    /// The tag of the next element, if there is one.
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The content of the next element if it has this tag.
    pub fn content(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _, _)| *found == tag).map(|(_, _, content)| content)
    }

    /// A reader of the content of the next element if it has this tag.
    pub fn enter(&mut self, tag: u8) -> Option<Reader<'a>> {
        self.content(tag).map(Reader)
    }

    /// The next element whole, tag and length included.
    pub fn whole(&mut self) -> Option<&'a [u8]> {
        self.next().map(|(_, whole, _)| whole)
    }

    /// All remaining elements whole.
    pub fn rest(mut self) -> Option<Vec<&'a [u8]>> {
        let mut elements = Vec::new();
        while !self.0.is_empty() {
            elements.push(self.whole()?);
        }
        Some(elements)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_written_in_the_shortest_form() {
        assert_eq!(element(4, &[&[1], &[2]]), [4, 2, 1, 2]);
        assert_eq!(element(4, &[&[0; 127]])[..2], [4, 127]);
        assert_eq!(element(4, &[&[0; 128]])[..3], [4, 0x81, 128]);
        assert_eq!(element(4, &[&[0; 256]])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn sets_are_sorted() {
        assert_eq!(
            set_of(0x31, vec![vec![5, 0], vec![2, 1, 9], vec![2, 1, 3]]),
            [0x31, 8, 2, 1, 3, 2, 1, 9, 5, 0]
        );
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(first: Vec<u8>, second in vec(any::<u8>(), 0..70_000)) {
            let written = element(tag::SEQUENCE, &[&element(4, &[&first]), &element(5, &[&second])]);
            let mut inside = Reader(&written).enter(tag::SEQUENCE).unwrap();
            prop_assert_eq!(inside.content(4), Some(first.as_slice()));
            prop_assert_eq!(inside.rest().unwrap(), [element(5, &[&second])]);
        }

        #[test]
        fn foreign_bytes_do_not_panic(bytes: Vec<u8>) {
            if let Some(elements) = Reader(&bytes).rest() {
                prop_assert_eq!(elements.concat(), bytes);
            }
        }
    }
}
