//! Checkpoints (检查点, C2SP tlog-checkpoint): what a log says it holds, in three lines; pure.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::tree::Hash;

/// A log of this name has this many entries, and over them this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, also the name of its key.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

/// A text that is no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a checkpoint: its lines must be origin, size and root")]
pub struct NoCheckpoint;

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, STANDARD.encode(self.root))
    }
}

impl FromStr for Checkpoint {
    type Err = NoCheckpoint;

    /// Reads the text of a note. Lines behind the third are allowed and mean nothing here.
    fn from_str(text: &str) -> Result<Self, NoCheckpoint> {
        let mut lines = text.strip_suffix('\n').ok_or(NoCheckpoint)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoCheckpoint);
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(NoCheckpoint);
        }
        let size = read_number(size).ok_or(NoCheckpoint)?;
        Ok(Self { origin: origin.to_owned(), size, root: read_hash(root).ok_or(NoCheckpoint)? })
    }
}

/// A decimal number in its only spelling.
pub(crate) fn read_number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// A hash in base64.
pub(crate) fn read_hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_read_back_in_one_spelling() {
        let root = [7; 32];
        let checkpoint = Checkpoint { origin: "tongban.example/log".into(), size: 20_852_163, root };
        let text = checkpoint.to_string();
        let encoded = STANDARD.encode(root);
        assert_eq!(text, format!("tongban.example/log\n20852163\n{encoded}\n"));
        assert_eq!(text.parse(), Ok(checkpoint.clone()));
        assert_eq!(format!("{text}more\n").parse(), Ok(checkpoint));
        for wrong in [
            String::new(),
            text.trim_end().to_owned(),
            text.replace("20852163", "020852163"),
            text.replace("20852163", "+20852163"),
            text.replace("20852163", "18446744073709551616"),
            format!("\n1\n{encoded}\n"),
            "a\n1\nAAAA\n".to_owned(),
            format!("{text}\nmore\n"),
        ] {
            assert_eq!(wrong.parse::<Checkpoint>(), Err(NoCheckpoint), "{wrong}");
        }
    }
}
