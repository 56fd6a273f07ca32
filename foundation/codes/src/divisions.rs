//! The divisions that exist (行政区划名录): names, what lies in what, and search, from the list of 2023 in `data/`.
//!
//! The list is one text in the order of the codes. It is read once, when first asked for, into the places where its
//! lines begin (four bytes a line); everything else is a binary search over the text itself.

use std::sync::LazyLock;

use crate::{DivisionCode, DivisionLevel};

const LIST: &str = include_str!("../data/hunan.csv");

/// Where each line of a division begins.
static LINES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut at = LIST.find('\n').map_or(LIST.len(), |end| end + 1);
    let mut lines = Vec::with_capacity(32_000);
    while at < LIST.len() {
        lines.push(u32::try_from(at).expect("the list is shorter than 4 GB"));
        at += LIST[at..].find('\n').map_or(LIST.len(), |end| end + 1);
    }
    lines
});

/// The code of the province whose divisions the list has (湖南省).
pub const PROVINCE: &str = "430000";

/// One division of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Division {
    /// Six digits to the county, nine for a town, twelve for a village.
    pub code: &'static str,
    /// Its name, in Chinese: the names have no official English form.
    pub name: &'static str,
    /// False for the zones that the statistical code lists like counties (统计用区划): they are no administrative
    /// division.
    pub is_official: bool,
}

impl Division {
    /// How deep it lies.
    pub fn level(&self) -> DivisionLevel {
        DivisionLevel::of(self.code)
    }

    /// The digits with which the codes of everything in it begin.
    fn prefix(&self) -> &'static str {
        match self.level() {
            DivisionLevel::Province => &self.code[..2],
            DivisionLevel::City => &self.code[..4],
            DivisionLevel::County | DivisionLevel::Town | DivisionLevel::Village => self.code,
        }
    }
}

/// The division of the line at this place.
fn at(index: usize) -> Option<Division> {
    let start = usize::try_from(*LINES.get(index)?).ok()?;
    let line = LIST[start..].lines().next()?;
    let (code, rest) = line.split_once(',')?;
    let (name, is_official) = match rest.split_once(',') {
        Some((name, _)) => (name, false),
        None => (rest, true),
    };
    Some(Division { code, name, is_official })
}

/// The place of the first line whose code is not before `code`.
fn place(code: &str) -> usize {
    LINES.partition_point(|start| {
        let line = usize::try_from(*start).map_or("", |start| &LIST[start..]);
        line.split(',').next().is_some_and(|found| found < code)
    })
}

/// The place after everything whose code begins with `prefix`, looked for from `from` on.
fn after(prefix: &str, from: usize) -> usize {
    let begins = |start: &u32| usize::try_from(*start).is_ok_and(|start| LIST[start..].starts_with(prefix));
    from + LINES[from..].partition_point(begins)
}

/// How many divisions the list has, the zones among them.
pub fn count() -> usize {
    LINES.len()
}

/// The division of this code, if the list has it. `43`, `4301` and codes filled with zeros are understood.
pub fn find(code: &str) -> Option<Division> {
    let exact = |code: &str| at(place(code)).filter(|division| division.code == code);
    exact(code).or_else(|| exact(DivisionCode::parse(code).ok()?.as_str()))
}

/// The name of a division, without those around it.
pub fn name(code: &str) -> Option<&'static str> {
    find(code).map(|division| division.name)
}

/// The division directly around another.
pub fn parent(code: &str) -> Option<Division> {
    let above = match find(code)?.level() {
        DivisionLevel::Province => return None,
        DivisionLevel::City => format!("{}0000", &code[..2]),
        DivisionLevel::County => format!("{}00", &code[..4]),
        DivisionLevel::Town => code[..6].to_owned(),
        DivisionLevel::Village => code[..9].to_owned(),
    };
    find(&above)
}

/// The divisions directly inside another, in the order of their codes, without the statistical zones.
pub fn children(code: &str) -> impl Iterator<Item = Division> {
    inside(code).filter(|division| division.is_official)
}

/// As `children`, with the statistical zones (管理区、开发区) among them.
pub fn inside(code: &str) -> impl Iterator<Item = Division> {
    let around = find(code);
    let (mut next, end) = match around {
        Some(around) => {
            let own = place(around.code);
            (own + 1, after(around.prefix(), own))
        }
        None => (0, 0),
    };
    std::iter::from_fn(move || {
        let child = at(next).filter(|_| next < end)?;
        next = after(child.prefix(), next);
        Some(child)
    })
}

/// The division and those around it, the widest first. An unknown code has no path.
pub fn path(code: &str) -> Vec<Division> {
    let mut path: Vec<Division> =
        std::iter::successors(find(code), |division| parent(division.code)).collect();
    path.reverse();
    path
}

/// `湖南省长沙市芙蓉区文艺路街道`: the names from the province down. An unknown code is shown as it is.
pub fn full_name(code: &str) -> String {
    match path(code)[..] {
        [] => code.to_owned(),
        ref path => path.iter().map(|division| division.name).collect(),
    }
}

/// What one finds who types `text` (a name, a part of it, several names from the widest to the nearest such as
/// `岳麓 望城坡`, or the first digits of a code): at most `limit`, the widest divisions first, and among equals those
/// whose name begins with the text.
pub fn search(text: &str, limit: usize) -> Vec<Division> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some((last, around)) = words.split_last() else { return Vec::new() };
    if last.bytes().all(|byte| byte.is_ascii_digit()) {
        let from = place(last);
        return (from..after(last, from)).filter_map(at).take(limit).collect();
    }
    let fits = |division: &Division| {
        division.name.contains(last)
            && (around.is_empty() || {
                let path = path(division.code);
                around.iter().all(|word| path.iter().any(|above| above.name.contains(word)))
            })
    };
    let mut found: Vec<Division> = (0..count()).filter_map(at).filter(fits).collect();
    found.sort_by_key(|division| (division.level(), !division.name.starts_with(last), division.code));
    found.truncate(limit);
    found
}
