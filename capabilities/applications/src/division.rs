//! The divisions in which one can apply (行政区划): province, city, county and town, by name and code.

use cases::{Level, Process};
use codes::{DivisionLevel, divisions};

/// One division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Division {
    /// Six digits to the county (GB/T 2260), nine for a town (GB/T 10114).
    pub code: &'static str,
    /// Its name, in Chinese: the names have no official English form.
    pub name: &'static str,
    /// How deep it lies.
    pub level: Level,
}

/// One applies to the town at the deepest, and in administrative divisions only: the zones of the statistical code, and
/// what lies in them, are none.
fn offered(found: divisions::Division) -> Option<Division> {
    let level = match found.level() {
        DivisionLevel::Province => Level::Province,
        DivisionLevel::City => Level::City,
        DivisionLevel::County => Level::County,
        DivisionLevel::Town => Level::Town,
        DivisionLevel::Village => return None,
    };
    found.is_official.then_some(Division { code: found.code, name: found.name, level })
}

/// The division of this code, if one can apply there.
pub fn find(code: &str) -> Option<Division> {
    let found = divisions::find(code).filter(|found| found.code == code)?;
    let zone = divisions::parent(code).is_some_and(|above| !above.is_official);
    if zone { None } else { offered(found) }
}

/// The divisions directly inside another, in the order of their codes.
pub fn inside(code: &str) -> impl Iterator<Item = Division> {
    divisions::children(code).filter_map(offered)
}

/// The code of the province of this node.
pub const PROVINCE: &str = divisions::PROVINCE;

/// The division and those around it, the widest first.
pub fn path(code: &str) -> Vec<Division> {
    [Level::Province, Level::City, Level::County, Level::Town]
        .into_iter()
        .filter_map(|level| cases::division_at(level, code))
        .filter_map(|code| find(&code))
        .collect()
}

/// `长沙市芙蓉区文艺路街道`: the full name, without the province where there is more to say. An unknown code is shown
/// as it is.
pub fn full_name(code: &str) -> String {
    match path(code)[..] {
        [] => code.to_owned(),
        [province] => province.name.to_owned(),
        [_, ref rest @ ..] => rest.iter().map(|division| division.name).collect(),
    }
}

/// How exactly an applicant must say where they apply: the deepest level at which any body of the process works.
pub fn level_needed(process: &Process) -> Level {
    process.executors().filter_map(|by| by.level).max().unwrap_or(Level::Province)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_from_the_city_down() {
        assert_eq!(full_name("430102001"), "长沙市芙蓉区文艺路街道");
        assert_eq!(full_name("430102"), "长沙市芙蓉区");
        assert_eq!(full_name("430000"), "湖南省");
        assert_eq!(full_name("999999"), "999999");
        assert!(inside("430100").any(|d| d.name == "芙蓉区"));
        assert!(inside("430102001").next().is_none());
        assert!(inside("430102").all(|d| d.level == Level::Town && path(d.code).len() == 4));
        for nobody_applies_there in ["430371", "430371001", "430102001001", "43"] {
            assert!(find(nobody_applies_there).is_none(), "{nobody_applies_there}");
        }
    }
}
