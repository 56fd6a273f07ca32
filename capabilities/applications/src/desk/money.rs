//! Amounts as clerks type and read them: yuan on the page, fen in the case.

/// Fen of what was typed in yuan: at most two decimals; commas, blanks, full-width digits and the sign of the
/// yuan are taken as people write them.
pub(super) fn fen(typed: &str) -> Option<i64> {
    let plain: String = typed
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | ' ' | '¥' | '￥' | '元'))
        .map(|c| match c {
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
            '．' => '.',
            other => other,
        })
        .collect();
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(whole) || !is_number(decimals) || decimals.len() > 2 {
        return None;
    }
    let decimals: i64 = format!("{decimals:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(decimals)
}

/// `1500.00`: as an input shows it.
pub(super) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
}

/// `¥1,500.00`: as a page shows it.
pub(super) fn shown(fen: i64) -> String {
    let plain = yuan(fen.abs());
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{}¥{grouped}.{decimals}", if fen < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen_and_back() {
        let check = |typed: &str, expected: Option<i64>| assert_eq!(fen(typed), expected, "{typed:?}");
        check("1500", Some(150_000));
        check("1,500.5", Some(150_050));
        check("￥１５００．２５ 元", Some(150_025));
        check("0.01", Some(1));
        check("0.001", None);
        check("-5", None);
        check("", None);
        check(".5", None);
        check("99999999999999999999", None);
        assert_eq!(
            (yuan(150_005), shown(123_456_789), shown(99)),
            ("1500.05".into(), "¥1,234,567.89".into(), "¥0.99".into())
        );
    }
}
