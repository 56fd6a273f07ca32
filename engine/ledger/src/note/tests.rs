//! Notes are signed, written, read and checked; what was touched is refused.

use proptest::prelude::*;

use super::*;

fn key(name: &str, usage: KeyUse) -> SigningKey {
    let bytes = guomi::sm3::digest(name.as_bytes());
    SigningKey::new(name, usage, PrivateKey::from_bytes(&bytes).unwrap()).unwrap()
}

fn signed(text: &str, keys: &[&SigningKey]) -> Note {
    let signatures = keys.iter().map(|key| key.sign(text, 1_700_000_000)).collect();
    Note { text: text.to_owned(), signatures }
}

#[test]
fn a_note_is_read_back_and_its_keys_are_recognised() {
    let (log, witness) = (key("tongban.example/log", KeyUse::Note), key("见证.example", KeyUse::Cosignature));
    let note = signed("第一行\n\nthird line\n", &[&log, &witness]);
    let again: Note = note.to_string().parse().unwrap();
    assert_eq!(again, note);
    assert_eq!(again.signed_by(log.verifier()), Ok(Some(Signed { unix_seconds: None })));
    assert_eq!(again.signed_by(witness.verifier()), Ok(Some(Signed { unix_seconds: Some(1_700_000_000) })));
    // The same key for the other use, the same name with another key: strangers.
    let other =
        VerifierKey::new("tongban.example/log", KeyUse::Cosignature, log.verifier().public()).unwrap();
    assert_eq!(again.signed_by(&other), Ok(None));
    let other = SigningKey::new("tongban.example/log", KeyUse::Note, PrivateKey::generate()).unwrap();
    assert_eq!(again.signed_by(other.verifier()), Ok(None));
}

#[test]
fn what_was_touched_is_refused() {
    let (log, witness) = (key("log", KeyUse::Note), key("witness", KeyUse::Cosignature));
    let mut note = signed("a\n", &[&log, &witness]);
    note.text = "b\n".into();
    assert_eq!(note.signed_by(log.verifier()), Err(NoteError::WrongSignature("log".into())));
    assert_eq!(note.signed_by(witness.verifier()), Err(NoteError::WrongSignature("witness".into())));
    // A witness's time cannot be moved.
    let mut note = signed("a\n", &[&witness]);
    note.signatures[0].signature[7] ^= 1;
    assert!(note.signed_by(witness.verifier()).is_err());
    // A right signature does not outweigh a wrong one of the same key.
    let mut note = signed("a\n", &[&log, &log]);
    note.signatures[1].signature[9] ^= 1;
    assert!(note.signed_by(log.verifier()).is_err());
    // A signature for one use is none for the other.
    let mut note = signed("a\n", &[&log]);
    note.signatures[0].id = key("log", KeyUse::Cosignature).verifier().id();
    assert!(note.signed_by(key("log", KeyUse::Cosignature).verifier()).is_err());
}

#[test]
fn keys_are_read_back_and_wrong_ones_are_named() {
    for usage in [KeyUse::Note, KeyUse::Cosignature] {
        let verifier = key("tongban.example/log", usage).verifier().clone();
        assert_eq!(verifier.to_string().parse(), Ok(verifier));
    }
    let written = key("log", KeyUse::Note).verifier().to_string();
    let check = |text: &str, says: &str| {
        let error = text.parse::<VerifierKey>().unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    };
    check("log", "three parts");
    check(&written.replacen("log", "lok", 1), "not that of the key");
    check(&written[..written.len() - 8], "no public key");
    check("log+00000000+AQID", "signature type");
    check("log+00000000+*", "base64");
    assert!(VerifierKey::new("a b", KeyUse::Note, PrivateKey::generate().public()).is_err());
}

/// Name, type and key all count (written out as the head of this module says).
#[test]
fn a_key_id_is_the_beginning_of_a_hash() {
    let verifier = key("log", KeyUse::Note).verifier().clone();
    let public = verifier.public().to_sec1();
    let hash = guomi::sm3::digest(&[b"log\n\xffSM2-with-SM3 note/v1\n".as_slice(), &public].concat());
    assert_eq!(verifier.id(), hash[..4]);
}

#[test]
fn other_forms_are_no_notes() {
    let line = key("log", KeyUse::Note).sign("a\n", 0).to_string();
    for (text, says) in [
        (String::new(), "no blank line"),
        (format!("a\n{line}"), "no blank line"),
        (format!("a\n\n{}", line.trim_end()), "does not end"),
        (format!("a\t\n\n{line}"), "control character"),
        (format!("a\n\n{}", line.replace('—', "-")), "signature line"),
        ("a\n\n— log AAA=\n".to_owned(), "signature line"),
        ("a\n\n— log AAAA\n".to_owned(), "signature line"),
        (format!("a\n\n{}", line.repeat(65)), "more than 64"),
        (format!("{}\n\n{line}", "a".repeat(NOTE_BYTES_MAX)), "longer than"),
    ] {
        let error = text.parse::<Note>().unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert!(!format!("{:?}", key("log", KeyUse::Note)).contains("key: "));
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(\\PC|\n|— a [A-Za-z]{4}\n){0,60}") {
        if let Ok(note) = text.parse::<Note>() {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        let _ = text.parse::<VerifierKey>();
    }
}
