//! Lines of tables that people open in a spreadsheet.

/// A line of such a file, every field in quotes.
pub(crate) fn line(fields: &[String]) -> String {
    let mut line = fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
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
        assert_eq!(line(&["a,\"b\"".into(), "=1+1".into()]), "\"a,\"\"b\"\"\",\"'=1+1\"\r\n");
    }
}
