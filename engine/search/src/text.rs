//! Characters as they are compared: small letters, half-width, nothing but letters and digits.

/// One character for one, so that a place in the folded text is the same place in the text.
pub(crate) fn fold(c: char) -> char {
    let half = match c {
        // U+FF01…U+FF5E repeat ASCII at a distance of 0xFEE0.
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(' '),
        other => other,
    };
    let small = half.to_lowercase().next().unwrap_or(' ');
    if small.is_alphanumeric() { small } else { ' ' }
}

pub(crate) fn folded(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}

/// Scripts that are written without blanks between words.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A stretch of one script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) han: bool,
}

/// Stretches of one script; blanks belong to none.
pub(crate) fn runs(text: &[char]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, c) in text.iter().enumerate().filter(|(_, c)| **c != ' ') {
        let han = is_han(*c);
        match runs.last_mut() {
            Some(run) if run.end == at && run.han == han => run.end = at + 1,
            _ => runs.push(Run { start: at, end: at + 1, han }),
        }
    }
    runs
}

/// Two characters in one number. Characters beyond the first plane share theirs with others; a pair that only seems
/// to be there costs nothing, because the best are looked at in their texts.
pub(crate) fn pair(a: char, b: char) -> u32 {
    single(a) << 16 | single(b)
}

pub(crate) fn single(c: char) -> u32 {
    let c = u32::from(c);
    (c ^ (c >> 16)) & 0xFFFF
}

/// A word without the endings of plural and genitive, so that one is found by the other.
pub(crate) fn stem(word: &[char]) -> String {
    let text: String = word.iter().collect();
    match text.strip_suffix("ies") {
        Some(stem) if stem.len() > 2 => format!("{stem}y"),
        Some(_) | None => match text.strip_suffix('s') {
            Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
            Some(_) | None => text,
        },
    }
}
