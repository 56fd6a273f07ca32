//! GB/T 2260, GB/T 10114 and the statistical village digits.

use codes::{DivisionCode, DivisionLevel};

use crate::sentence;

fn code(text: &str) -> DivisionCode {
    DivisionCode::parse(text).expect("a division")
}

#[test]
fn every_division_of_hunan() {
    let mut rows = 0;
    for row in include_str!("../data/hunan_divisions.csv").lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let [text, name, level, parent, _official] = fields[..] else { panic!("{row}") };
        let division = code(text);
        let expected = [DivisionLevel::Province, DivisionLevel::City, DivisionLevel::County];
        assert_eq!(division.level(), expected[level.parse::<usize>().unwrap() - 1], "{name}");
        // The file writes the country, which is no division, as 000000.
        let above = division.parent().map_or("000000".to_owned(), |parent| parent.to_string());
        assert_eq!(above, parent, "{name}");
        assert!(division.is_within(&code("43")) && !division.is_within(&code("44")));
        assert_eq!(division.to_string(), text);
        rows += 1;
    }
    assert_eq!(rows, 149);
}

#[test]
fn one_division_has_one_form() {
    for text in ["43", "4300", "430000", "430000000", "430000000000", " 43 "] {
        assert_eq!(code(text).as_str(), "430000", "{text:?}");
    }
    for text in ["4301", "430100", "430100000", "430100000000"] {
        assert_eq!(code(text).as_str(), "430100", "{text:?}");
    }
    assert_eq!(code("430102001000").as_str(), "430102001");
}

#[test]
fn town_and_village() {
    // 识字里社区居委会 in 文艺路街道, 芙蓉区, 长沙市.
    let village = code("430102001001");
    assert_eq!(village.level(), DivisionLevel::Village);
    let above: Vec<String> = village.ancestors().iter().map(ToString::to_string).collect();
    assert_eq!(above, ["430102001", "430102", "430100", "430000"]);
    assert_eq!(village.parent().unwrap().level(), DivisionLevel::Town);
    assert!(village.is_within(&village) && village.is_within(&code("4301")));
    assert!(!code("4301").is_within(&village) && !village.is_within(&code("430103")));
}

#[test]
fn municipalities_and_cities_without_counties() {
    let district = code("110101");
    assert_eq!(district.level(), DivisionLevel::County);
    assert!(district.is_within(&code("11")));
    assert_eq!(district.ancestors(), [code("1101"), code("11")]);
    // 东城街道 of 东莞市, which has no counties; 仙桃市 directly under 湖北.
    let town = code("441900003");
    assert_eq!((town.level(), town.parent()), (DivisionLevel::Town, Some(code("4419"))));
    assert!(town.is_within(&code("441900")) && town.is_within(&code("44")));
    assert!(code("429004").is_within(&code("42")));
}

#[test]
fn abolished_codes_stay_readable() {
    // 祁阳县 until 2021; 郴州地区's 432800 until 1994.
    assert_eq!(code("431121").level(), DivisionLevel::County);
    assert_eq!(code("432800").level(), DivisionLevel::City);
}

#[test]
fn impossible_builds_are_refused() {
    for text in [
        "000000",
        "00",
        "043000",
        "430001",
        "430000001",
        "430102000001",
        "1",
        "430",
        "43010",
        "4301020010010",
    ] {
        assert!(DivisionCode::parse(text).is_err(), "{text}");
    }
    assert_eq!(sentence(DivisionCode::parse("43010")), "length is 5, must be 2, 4, 6, 9 or 12 (GB/T 2260)");
    assert_eq!(sentence(DivisionCode::parse("4301A2")), "character 5: is 'A', must be a digit (GB/T 2260)");
}
