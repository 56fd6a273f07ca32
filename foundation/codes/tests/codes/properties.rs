//! What must hold for any text and any code.

use codes::tables::UseLevel;
use codes::{
    CaseNumber, CivilDate, DivisionCode, HandlingItemCode, ImplementationCode, ItemCode, KINDS,
    LicenceIdentifier, ResidentId, SocialCreditCode, describe,
};
use proptest::prelude::*;

const USCC_LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const CAPITALS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn date() -> impl Strategy<Value = CivilDate> {
    (1i16..=9999, 1i8..=12, 1i8..=31).prop_filter_map("no such day", |(y, m, d)| CivilDate::new(y, m, d))
}

fn resident() -> impl Strategy<Value = ResidentId> {
    ("[0-9]{6}", date(), 0u16..1000).prop_map(|(division, birth, n)| {
        ResidentId::from_parts(&division, birth, n).expect("well-formed parts")
    })
}

fn uscc() -> impl Strategy<Value = SocialCreditCode> {
    ("[0-9A-HJ-NP-RTUWXY]{2}", "[0-9]{6}", "[0-9A-HJ-NP-RTUWXY]{8}").prop_map(
        |(head, division, organisation)| {
            SocialCreditCode::from_parts(&head, &division, &organisation).expect("well-formed parts")
        },
    )
}

fn licence() -> impl Strategy<Value = LicenceIdentifier> {
    (uscc(), "[0-9]{3}", "[0-9A-Z]{1,18}", "[0-9A-Z]{1,32}", 0u16..1000).prop_map(
        |(owner, n, issuer, serial, version)| {
            LicenceIdentifier::from_parts(&format!("{owner}{n}"), &issuer, &serial, version)
                .expect("well-formed parts")
        },
    )
}

fn implementation() -> impl Strategy<Value = ImplementationCode> {
    (uscc(), 0usize..6, "[0-9]{6}[0-9A-Z]{6}").prop_map(|(body, level, item)| {
        ImplementationCode::new(&body, UseLevel::ALL[level], &ItemCode::parse(&item).expect("an item code"))
    })
}

/// The text with the character at `place` replaced by another of the letters.
fn changed(text: &str, place: usize, letters: &[u8], pick: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let others: Vec<u8> = letters.iter().copied().filter(|letter| *letter != bytes[place]).collect();
    bytes[place] = others[pick % others.len()];
    String::from_utf8(bytes).expect("ASCII")
}

/// The text with neighbours exchanged.
fn swapped(text: &str, place: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.swap(place, place + 1);
    String::from_utf8(bytes).expect("ASCII")
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), near in "[ 0-9A-Za-zX.０-９-]{0,70}", cut in 0usize..100) {
        let published = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U";
        let spliced = format!("{}{near}", &published[..cut.min(published.len())]);
        for kind in KINDS {
            for text in [&text, &near, &spliced] {
                // An answer of either kind will do; every parser is behind one of the kinds.
                let answer = describe(kind, text);
                prop_assert!(answer.is_err() || !text.trim().is_empty());
            }
        }
    }

    #[test]
    fn the_stored_form_reads_back(text in "[0-9]{2,12}|[0-9]{15}|[0-9]{6}[0-9A-Za-z]{6}") {
        if let Ok(code) = DivisionCode::parse(&text) {
            prop_assert_eq!(DivisionCode::parse(code.as_str()).unwrap(), code);
        }
        if let Ok(id) = ResidentId::parse(&text) {
            prop_assert_eq!(ResidentId::parse(id.as_str()).unwrap(), id);
        }
        if let Ok(code) = ItemCode::parse(&text) {
            prop_assert_eq!(code.to_string().parse::<ItemCode>().unwrap(), code);
        }
    }

    #[test]
    fn a_wrong_digit_of_a_resident_id_shows(id in resident(), place in 0usize..18, pick in 0usize..10) {
        prop_assert_eq!(&ResidentId::parse(id.as_str()).unwrap(), &id);
        let letters: &[u8] = if place == 17 { b"0123456789X" } else { b"0123456789" };
        prop_assert!(ResidentId::parse(&changed(id.as_str(), place, letters, pick)).is_err());
        let shown = format!("{id:?}");
        prop_assert!(!shown.contains(id.as_str()));
    }

    #[test]
    fn exchanged_digits_of_a_resident_id_show(id in resident(), place in 0usize..17) {
        let other = swapped(id.as_str(), place);
        prop_assert!(other == id.as_str() || ResidentId::parse(&other).is_err());
    }

    #[test]
    fn a_wrong_letter_of_a_uscc_shows(code in uscc(), place in 0usize..18, pick in 0usize..30) {
        prop_assert_eq!(&code.to_string().parse::<SocialCreditCode>().unwrap(), &code);
        prop_assert!(SocialCreditCode::parse(&changed(code.as_str(), place, USCC_LETTERS, pick)).is_err());
    }

    #[test]
    fn a_wrong_letter_of_a_licence_shows(id in licence(), place in 15usize..100, pick in 0usize..35) {
        prop_assert_eq!(&id.to_string().parse::<LicenceIdentifier>().unwrap(), &id);
        let text = id.as_str();
        let place = 15 + (place - 15) % (text.len() - 15);
        prop_assume!(text.as_bytes()[place] != b'.');
        prop_assert!(LicenceIdentifier::parse(&changed(text, place, CAPITALS, pick)).is_err());
    }

    #[test]
    fn service_codes_keep_parts(code in implementation(), ordinal in 1u8..100, day in date(), serial: u32) {
        prop_assert_eq!(&code.to_string().parse::<ImplementationCode>().unwrap(), &code);
        let item = HandlingItemCode::new(&code, ordinal).unwrap();
        prop_assert_eq!(&item.to_string().parse::<HandlingItemCode>().unwrap(), &item);
        let number = CaseNumber::new(&code, day, serial);
        let parts = CaseNumber::parse(number.as_str()).unwrap().parts().unwrap();
        prop_assert_eq!((parts.implementation, parts.date, parts.serial), (code, day, serial));
    }

    #[test]
    fn a_division_lies_in_all_above_it(text in "[1-9][0-9]([0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10})?") {
        if let Ok(code) = DivisionCode::parse(&text) {
            let mut level = code.level();
            for above in code.ancestors() {
                prop_assert!(code.is_within(&above) && !above.is_within(&code));
                prop_assert!(above.level() < level);
                level = above.level();
                prop_assert_eq!(DivisionCode::parse(above.as_str()).unwrap(), above);
            }
            prop_assert_eq!(level, codes::DivisionLevel::Province);
        }
    }
}
