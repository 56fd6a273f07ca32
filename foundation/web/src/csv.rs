//! Tables that people open in a spreadsheet (CSV, RFC 4180).

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName};

/// Spreadsheets take a file for UTF-8 only when it begins with this mark.
pub const MARK: &str = "\u{feff}";

/// A line of such a file, every field in quotes.
pub fn line(fields: &[String]) -> String {
    let mut line = fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// The headers with which a browser keeps such a file under this name.
pub fn headers(name: &str) -> [(HeaderName, HeaderValue); 2] {
    // Names are of our own making; one with control characters is left to the browser.
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    let disposition = disposition.unwrap_or_else(|_control| HeaderValue::from_static("attachment"));
    [(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")), (CONTENT_DISPOSITION, disposition)]
}

/// A field in quotes. What begins like a formula gets an apostrophe, so that opening the file runs nothing.
fn quoted(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_and_formulas_disarmed() {
        assert_eq!(quoted("协会"), "\"协会\"");
        assert_eq!(quoted("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted(""), "\"\"");
        assert_eq!(line(&["a,\"b\"".into(), "=1+1".into()]), "\"a,\"\"b\"\"\",\"'=1+1\"\r\n");
    }
}
