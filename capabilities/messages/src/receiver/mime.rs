//! Reading a simple letter: headers, and a text in base64 or in clear (RFC 5322, 2045, 2047).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `Message-ID`, subject and text.
pub(super) fn read(letter: &str) -> (String, String, String) {
    let (head, body) = letter.split_once("\r\n\r\n").unwrap_or((letter, ""));
    // RFC 5322 §2.2.3: a line that begins with a blank goes on with the header above it.
    let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let header = |name: &str| {
        let of = |line: &str| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        head.lines().find_map(of).unwrap_or_default()
    };
    let is_base64 = header("Content-Transfer-Encoding").eq_ignore_ascii_case("base64");
    let text = if is_base64 { decoded(body).unwrap_or_else(|| body.to_owned()) } else { body.to_owned() };
    (header("Message-ID"), words(&header("Subject")), text.replace("\r\n", "\n").trim_end().to_owned())
}

fn decoded(text: &str) -> Option<String> {
    let bare: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    String::from_utf8(STANDARD.decode(bare).ok()?).ok()
}

/// A header with its encoded words read (RFC 2047 §6.2: blanks between two of them mean nothing).
fn words(header: &str) -> String {
    let mut text = String::new();
    let mut last_was_encoded = false;
    for word in header.split(' ').filter(|word| !word.is_empty()) {
        let encoded = encoded_word(word);
        let goes_on = last_was_encoded && encoded.is_some();
        if !text.is_empty() && !goes_on {
            text.push(' ');
        }
        last_was_encoded = encoded.is_some();
        text.push_str(&encoded.unwrap_or_else(|| word.to_owned()));
    }
    text
}

/// `=?utf-8?b?…?=`
fn encoded_word(word: &str) -> Option<String> {
    let inner = word.strip_prefix("=?")?.strip_suffix("?=")?;
    let mut parts = inner.splitn(3, '?');
    let (charset, encoding, data) = (parts.next()?, parts.next()?, parts.next()?);
    let is_known = charset.eq_ignore_ascii_case("utf-8") && encoding.eq_ignore_ascii_case("b");
    is_known.then(|| decoded(data)).flatten()
}
