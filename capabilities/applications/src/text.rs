//! Plain text that people write for other people: notes, letters, templates.

use kernel::{FieldError, Message};

/// The text as it is kept: one kind of line end, nothing around it; or the rule that it breaks.
pub(crate) fn plain(field: &str, text: &str, characters_max: usize) -> Result<String, FieldError> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let fault = |message| Err(FieldError::new(field, message));
    if text.is_empty() {
        return fault(Message::new("applications-text-missing"));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return fault(Message::new("applications-text-unprintable"));
    }
    if text.chars().count() > characters_max {
        return fault(Message::new("applications-text-too-long").with("most", characters_max));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_their_faults_named() {
        let check = |text: &str| plain("text", text, 5).map_err(|error| error.message.key);
        assert_eq!(check(" 一\r\n二 "), Ok("一\n二".into()));
        assert_eq!(check("一二三四五"), Ok("一二三四五".into()));
        assert_eq!(check("一二三四五六"), Err("applications-text-too-long"));
        assert_eq!(check(" \n "), Err("applications-text-missing"));
        assert_eq!(check("a\0b"), Err("applications-text-unprintable"));
    }
}
