//! The divisions in which one can apply (行政区划): province, city, county and town, by name and code.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cases::{Level, Process};

/// One division.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Six digits to the county (GB/T 2260), nine for a town (GB/T 10114).
    pub code: &'static str,
    /// Its name, in Chinese: the names have no official English form.
    pub name: &'static str,
    /// How deep it lies.
    pub level: Level,
}

struct Table {
    divisions: BTreeMap<&'static str, Division>,
    inside: BTreeMap<&'static str, Vec<&'static str>>,
}

const TO_COUNTY: &str = include_str!("../data/hunan_divisions.csv");
const TOWNS: &str = include_str!("../data/hunan_towns_nbs2023.csv");

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { divisions: BTreeMap::new(), inside: BTreeMap::new() };
    for line in TO_COUNTY.lines().skip(1) {
        let fields: Vec<&'static str> = line.split(',').collect();
        if let [code, name, level, parent] = fields[..] {
            let level = match level {
                "1" => Level::Province,
                "2" => Level::City,
                _ => Level::County,
            };
            table.add(Division { code, name, level }, parent);
        }
    }
    for line in TOWNS.lines().skip(1) {
        let fields: Vec<&'static str> = line.split(',').collect();
        if let [code, name, county] = fields[..] {
            table.add(Division { code, name, level: Level::Town }, county);
        }
    }
    table
});

impl Table {
    fn add(&mut self, division: Division, parent: &'static str) {
        self.inside.entry(parent).or_default().push(division.code);
        self.divisions.insert(division.code, division);
    }
}

/// The division of this code, if this node knows it.
pub fn find(code: &str) -> Option<&'static Division> {
    TABLE.divisions.get(code)
}

/// The divisions directly inside another, in the order of their codes.
pub fn inside(code: &str) -> impl Iterator<Item = &'static Division> {
    TABLE.inside.get(code).into_iter().flatten().filter_map(|code| find(code))
}

/// The code of the province of this node.
pub const PROVINCE: &str = "430000";

/// The division and those around it, the widest first.
pub fn path(code: &str) -> Vec<&'static Division> {
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
    fn every_row_is_read_and_hangs_below_another() {
        let count = |level: Level| TABLE.divisions.values().filter(|d| d.level == level).count();
        assert_eq!([Level::Province, Level::City, Level::County].map(count), [1, 14, 122]);
        assert!(count(Level::Town) > 1900);
        for division in TABLE.divisions.values() {
            let levels: Vec<Level> = path(division.code).iter().map(|d| d.level).collect();
            assert_eq!(levels.last(), Some(&division.level), "{division:?}");
            assert!(levels.is_sorted() && levels[0] == Level::Province, "{division:?}");
        }
    }

    #[test]
    fn names_read_from_the_city_down() {
        assert_eq!(full_name("430102001"), "长沙市芙蓉区文艺路街道");
        assert_eq!(full_name("430102"), "长沙市芙蓉区");
        assert_eq!(full_name("430000"), "湖南省");
        assert_eq!(full_name("999999"), "999999");
        assert!(inside("430100").any(|d| d.name == "芙蓉区"));
        assert!(inside("430102001").next().is_none());
        assert!(find("430371").is_none());
    }
}
