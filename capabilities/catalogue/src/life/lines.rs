//! What differs between two texts, line by line: for those who manage the files.

/// A line of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'t> {
    Same(&'t str),
    Old(&'t str),
    New(&'t str),
}

/// Lines around a difference that are shown with it.
const AROUND: usize = 2;
/// Larger differences are shown as one whole: nobody reads them line by line.
const CELLS_MAX: usize = 4_000_000;

/// The longest common lines stay, the others are old or new.
pub(crate) fn compare<'t>(old: &'t str, new: &'t str) -> Vec<Line<'t>> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let before = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let after = a[before..].iter().rev().zip(b[before..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (x, y) = (&a[before..a.len() - after], &b[before..b.len() - after]);
    let mut lines: Vec<Line<'t>> = a[..before].iter().map(|line| Line::Same(line)).collect();
    if x.len().saturating_mul(y.len()) > CELLS_MAX {
        lines.extend(x.iter().map(|line| Line::Old(line)));
        lines.extend(y.iter().map(|line| Line::New(line)));
    } else {
        lines.extend(middle(x, y));
    }
    lines.extend(a[a.len() - after..].iter().map(|line| Line::Same(line)));
    lines
}

fn middle<'t>(x: &[&'t str], y: &[&'t str]) -> Vec<Line<'t>> {
    // common[i][j]: how many lines x[i..] and y[j..] have in common.
    let width = y.len() + 1;
    let mut common = vec![0_u32; (x.len() + 1) * width];
    for i in (0..x.len()).rev() {
        for j in (0..y.len()).rev() {
            common[i * width + j] = if x[i] == y[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < x.len() || j < y.len() {
        if i < x.len() && j < y.len() && x[i] == y[j] {
            lines.push(Line::Same(x[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < x.len() && (j == y.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            lines.push(Line::Old(x[i]));
            i += 1;
        } else {
            lines.push(Line::New(y[j]));
            j += 1;
        }
    }
    lines
}

/// The same without the stretches that nobody changed; `None` stands for lines that are left out.
pub(crate) fn shortened<'t>(lines: &[Line<'t>]) -> Vec<Option<Line<'t>>> {
    let is_near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        lines[from..(at + AROUND + 1).min(lines.len())].iter().any(|line| !matches!(line, Line::Same(_)))
    };
    let mut shown = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if is_near(at) {
            shown.push(Some(*line));
        } else if shown.last().is_none_or(Option::is_some) {
            shown.push(None);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_common_stays() {
        let lines = compare("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n");
        let expected = [
            Line::Same("a"),
            Line::Old("b"),
            Line::New("x"),
            Line::Same("c"),
            Line::Same("d"),
            Line::New("e"),
        ];
        assert_eq!(lines, expected);
        let long = (0..50).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let other = long.replace("25\n", "x\n");
        let shown = shortened(&compare(&long, &other));
        assert_eq!(shown.len(), 1 + 2 + 2 + 2 + 1);
        assert_eq!((shown[0], shown[3]), (None, Some(Line::Old("25"))));
    }
}
