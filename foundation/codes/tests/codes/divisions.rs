//! The list of divisions: every row is read, hangs below another, and is found by name.

use std::time::{Duration, Instant};

use codes::divisions::{self, Division};
use codes::{DivisionCode, DivisionLevel};

fn everything() -> Vec<Division> {
    let mut all = vec![divisions::find(divisions::PROVINCE).expect("the province")];
    let mut next = 0;
    while next < all.len() {
        all.extend(divisions::inside(all[next].code));
        next += 1;
    }
    all
}

#[test]
fn every_row_is_read_and_hangs_below_another() {
    let all = everything();
    assert_eq!(all.len(), divisions::count());
    let count = |level, official: bool| {
        all.iter().filter(|d| d.level() == level && (d.is_official || !official)).count()
    };
    assert_eq!(count(DivisionLevel::Province, true), 1);
    assert_eq!(count(DivisionLevel::City, true), 14);
    assert_eq!(count(DivisionLevel::County, true), 122);
    assert_eq!(count(DivisionLevel::County, false), 134);
    assert_eq!(count(DivisionLevel::Town, false), 2_008);
    assert_eq!(count(DivisionLevel::Village, false), 29_534);
    for division in &all {
        let code = DivisionCode::parse(division.code).expect("a well-formed code");
        assert_eq!(code.as_str(), division.code);
        assert_eq!(code.level(), division.level());
        assert_eq!(divisions::find(division.code), Some(*division));
        let above = divisions::parent(division.code);
        assert_eq!(above.map(|above| above.code.to_owned()), code.parent().map(|code| code.to_string()));
    }
}

#[test]
fn names_paths_and_children() {
    assert_eq!(divisions::full_name("430102001"), "湖南省长沙市芙蓉区文艺路街道");
    assert_eq!(divisions::full_name("430102001001"), "湖南省长沙市芙蓉区文艺路街道识字里社区居委会");
    assert_eq!(divisions::full_name("43"), "湖南省");
    assert_eq!(divisions::full_name("999999"), "999999");
    assert_eq!(divisions::name("430102000000"), Some("芙蓉区"));
    assert_eq!(divisions::children("430000").count(), 14);
    assert!(divisions::children("430100").any(|d| d.name == "芙蓉区"));
    assert_eq!(divisions::children("430102001001").count(), 0);
    assert_eq!(divisions::children("no code").count(), 0);
    assert_eq!(divisions::find(""), None);
    assert_eq!(divisions::find("４３０１０２"), None);
}

#[test]
fn zones_of_the_statistical_code_are_known_but_offered_to_nobody() {
    assert!(!divisions::find("430971").expect("大通湖").is_official);
    assert!(divisions::children("430900").all(|d| d.is_official && d.code != "430971"));
    assert!(divisions::inside("430900").any(|d| d.code == "430971"));
    assert_eq!(divisions::children("430971").next().map(|d| d.name), Some("河坝镇"));
}

#[test]
fn a_search_finds_the_widest_first() {
    let names = |text: &str| -> Vec<&str> {
        divisions::search(text, 5).into_iter().map(|found| found.name).collect()
    };
    assert_eq!(names("长沙")[..2], ["长沙市", "长沙县"]);
    assert_eq!(names("芙蓉 文艺路"), ["文艺路街道"]);
    assert_eq!(names("430102001")[0], "文艺路街道");
    assert_eq!(divisions::search("社区", 20).len(), 20);
    assert_eq!(names("没有这个地方"), [""; 0]);
    assert_eq!(names("  "), [""; 0]);
}

/// Memory: the text lies in the program file, the index has four bytes a row. Time: the reading is far from
/// noticeable, also in a test build on a busy machine.
#[test]
fn the_list_is_small_and_quick() {
    let text = include_str!("../../data/hunan.csv").len();
    assert!(text + 4 * divisions::count() < 4 * 1024 * 1024, "{text} bytes of text");
    let start = Instant::now();
    assert_eq!(divisions::search("居委会", 10).len(), 10);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}
