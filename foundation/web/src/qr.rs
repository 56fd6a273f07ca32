//! QR codes on pages.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// A QR code as one path of an SVG picture, one unit a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules a side, with the quiet zone of four on each side (GB/T 18284-2000).
    pub side: usize,
    /// The dark modules.
    pub path: String,
}

const QUIET: usize = 4;

impl Qr {
    /// The code of an address; nothing if it is too long for one.
    pub fn of(url: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(url, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut start = 0;
            for run in modules.chunk_by(|before, after| before == after) {
                if run[0] == Color::Dark {
                    // Writing to a string cannot fail.
                    let _ =
                        write!(path, "M{} {}h{}v1h-{}z", start + QUIET, row + QUIET, run.len(), run.len());
                }
                start += run.len();
            }
        }
        Some(Self { side: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_is_the_top_of_two_finder_patterns() {
        let qr = Qr::of("https://example.cn/l/1").unwrap();
        assert!(qr.path.starts_with("M4 4h7v1h-7z"), "{}", qr.path);
        assert!(qr.path.contains(&format!("M{} 4h7v1h-7z", qr.side - 4 - 7)));
        assert_eq!(Qr::of(&"x".repeat(4000)), None);
    }
}
