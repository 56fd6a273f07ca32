//! Round trips, wrong passphrases and every kind of damage.

use std::fs;

use proptest::prelude::*;

use super::*;

const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

fn encoded() -> (PrivateKey, String) {
    let key = PrivateKey::generate();
    let text = encode(&key, "开门 open", CHEAP).unwrap();
    (key, text)
}

#[test]
fn a_written_key_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key.pem");
    let (first, second) = (PrivateKey::generate(), PrivateKey::generate());
    for key in [first, second] {
        write(&path, &key, "开门 open").unwrap();
        assert_eq!(read(&path, "开门 open").unwrap().public(), key.public());
    }
    assert!(matches!(read(&path, "关门 shut"), Err(KeyFileError::WrongPassphrase)));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("Cost: memory_kib=19456 passes=2 lanes=1\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn absent_binary_and_oversized_files_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key.pem");
    assert!(matches!(read(&path, "x"), Err(KeyFileError::Unreadable { .. })));
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(matches!(read(&path, "x"), Err(KeyFileError::Damaged { what: "text" })));
    fs::write(&path, vec![b'x'; 5000]).unwrap();
    assert!(matches!(read(&path, "x"), Err(KeyFileError::Damaged { what: "length" })));
    let refused = write(&dir.path().join("absent/key.pem"), &PrivateKey::generate(), "x");
    assert!(matches!(refused, Err(KeyFileError::Unwritable { .. })));
}

#[test]
fn an_empty_passphrase_is_refused() {
    let refused = encode(&PrivateKey::generate(), "", CHEAP);
    assert!(matches!(refused, Err(KeyFileError::EmptyPassphrase)));
}

#[test]
fn every_changed_byte_is_damage_not_a_wrong_passphrase() {
    let (_key, text) = encoded();
    for index in 0..text.trim_end().len() {
        let mut bytes = text.clone().into_bytes();
        bytes[index] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { panic!("the file is ASCII") };
        let result = decode(&changed, "开门 open");
        assert!(matches!(result, Err(KeyFileError::Damaged { .. })), "byte {index}: {result:?}");
    }
    for end in 0..text.trim_end().len() {
        assert!(
            matches!(decode(&text[..end], "开门 open"), Err(KeyFileError::Damaged { .. })),
            "cut at {end}"
        );
    }
}

#[test]
fn changed_line_ends_do_no_harm() {
    let (key, text) = encoded();
    let windows = text.replace('\n', "\r\n");
    assert_eq!(decode(&windows, "开门 open").unwrap().public(), key.public());
}

#[test]
fn a_cost_that_would_eat_the_machine_is_refused() {
    let (_key, text) = encoded();
    let text = text.replace("memory_kib=8", "memory_kib=4000000000");
    // With a fitting check value, so that only the cost itself is wrong.
    let lines: Vec<&str> = text.lines().collect();
    let head = format!("{}\n{}\n{}\n", lines[1], lines[2], lines[3]);
    let check = check_value(&head, &STANDARD.decode(lines[6]).unwrap());
    let text = text.replace(lines[4], &format!("Check: {check}"));
    assert!(matches!(decode(&text, "开门 open"), Err(KeyFileError::Damaged { what: "cost" })));
}

#[test]
fn errors_and_files_do_not_show_the_key() {
    let (key, text) = encoded();
    assert!(!text.contains(&hex::encode(key.to_bytes().as_slice())));
    assert!(!text.contains(&STANDARD.encode(key.to_bytes().as_slice())));
}

proptest! {
    #[test]
    fn foreign_text_is_damage(text: String, lines in prop::collection::vec("[ -~]{0,70}", 0..10)) {
        let framed = format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"));
        for text in [text, framed] {
            let is_damaged = matches!(decode(&text, "x"), Err(KeyFileError::Damaged { .. }));
            prop_assert!(is_damaged);
        }
    }
}
