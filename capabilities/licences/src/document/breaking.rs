//! Where a Chinese line may end: the rules of GB/T 15834-2011, clause 5 (标点符号的位置), for text that mixes Han, Latin and digits.

/// Closing marks stand at the end of a line, never at the start of the next (5.1.1, 5.1.3).
const NEVER_FIRST: &str = "，。、；：？！）》〉」』】〕〗｝］”’,.;:?!)]}%‰％℃°·—…～~々／/";
/// Opening marks stand at the start of a line, never at the end of one (5.1.3), nor do the signs before an amount.
const NEVER_LAST: &str = "（《〈「『【〔〖｛［“‘([{¥￥$＄№#";
/// Marks whose ink fills only the left half of the square: at the end of a line the right half may be cut.
const LEFT_HALF: &str = "，。、；：）》〉」』】〕〗”’";

/// Whether a character is as wide as a Han character and may be separated from its neighbours.
pub(super) fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x11FF | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE4F
        | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFF)
        || "“”‘’—…·".contains(c)
}

/// Whether a line may end between two characters.
pub(super) fn may_break(before: char, after: char) -> bool {
    if after == ' ' || NEVER_FIRST.contains(after) || NEVER_LAST.contains(before) {
        return false;
    }
    if before == ' ' {
        return true;
    }
    // A word, a number or an address is not cut; a hyphen inside it is a place to do so.
    is_wide(before) || is_wide(after) || (before == '-' && after.is_alphabetic())
}

/// Whether a word that is longer than a line may be cut between two of its characters.
pub(super) fn may_cut(before: char, after: char) -> bool {
    after != ' ' && !NEVER_FIRST.contains(after) && !NEVER_LAST.contains(before)
}

/// Whether a mark may lose its right half at the end of a line (标点挤压).
pub(super) fn may_shrink(c: char) -> bool {
    LEFT_HALF.contains(c)
}

/// Whether space may be added between two characters to fill a line. Dashes and ellipses are one mark of two squares (4.13, 4.11).
pub(super) fn may_stretch(before: char, after: char) -> bool {
    let joined = before == after && "—…".contains(before);
    !joined && (before == ' ' || ((is_wide(before) || is_wide(after)) && after != ' '))
}
