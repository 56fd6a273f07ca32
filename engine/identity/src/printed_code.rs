//! Codes that people read from paper or a screen and type (一次性代码).

use store::Vault;

/// Digits and letters that nobody takes for one another: 32 of them, so that a byte is cut without a bias.
pub(crate) const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A fresh one of `N` letters, five bits each, in groups of so many with hyphens between.
pub fn fresh<const N: usize>(group: usize) -> String {
    let bytes: [u8; N] = guomi::random_bytes();
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let groups = bytes.chunks(group).map(|group| group.iter().map(letter).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

/// What is compared of a code that was typed, a keyed hash. `owner` where a code opens one account only; `of` says which kind it is.
pub fn blind(vault: &Vault, of: &'static str, owner: &str, typed: &str) -> String {
    let code: String = as_made(typed).take(64).collect();
    let owned = if owner.is_empty() { code } else { format!("{owner} {code}") };
    vault.blind(of, &owned)
}

/// What was typed, as it was made: without blanks and hyphens, in capitals; O is read as 0, I and L as 1.
pub(crate) fn as_made(typed: &str) -> impl Iterator<Item = char> + '_ {
    let meant = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(meant)
}
