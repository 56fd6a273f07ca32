//! Lines of keys, list entries and scalars in YAML and JSON.

use super::*;

const YAML: &str = "\
# a comment
code: \"1\"
materials:
  - id: photo
    name: {zh: 照片, en: Photo}
  - id: form
    name:
      zh: 表
      en: \"\"
levels: [1, true, 2.5, null]
";

fn yaml() -> Source {
    Source::tree("x.yaml".into(), YAML, crate::Rule::Item).unwrap()
}

#[test]
fn a_place_has_the_line_of_its_last_part_that_exists() {
    let source = yaml();
    let check = |place: &[&str], line: u64| assert_eq!(source.line(place), line, "{place:?}");
    check(&["code"], 2);
    check(&["materials"], 3);
    check(&["materials", "0"], 4);
    check(&["materials", "photo", "name", "en"], 5);
    check(&["materials", "1", "name"], 7);
    check(&["materials", "form", "name", "en"], 9);
    check(&["materials", "form", "copies"], 6);
    check(&["levels", "3"], 10);
    check(&["nothing"], 2);
}

#[test]
fn json_has_lines_too() {
    let source =
        Source::tree("x.json".into(), "{\n  \"a\": {\n    \"b\": [1,\n 2]\n  }\n}\n", crate::Rule::Item)
            .unwrap();
    assert_eq!(source.line(&["a", "b"]), 3);
    assert_eq!(source.line(&["a", "b", "1"]), 4);
}

#[test]
fn a_word_is_found_near_its_place_first() {
    let mut source = yaml();
    source.add_near("materials/form", "zh", "here");
    source.add_near("materials/form", "photo:", "elsewhere");
    source.add_near("materials/form", "missing", "at the place");
    let lines: Vec<u64> = source.into_faults().iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [8, 4, 6]);
}

#[test]
fn blank_texts_are_found() {
    let mut source = yaml();
    source.check_words();
    let faults = source.into_faults();
    let rule = "the text is needed in both languages; en is empty";
    assert_eq!(faults, [Fault::new("x.yaml", 9, crate::Rule::TextMissing, rule)]);
}

#[test]
fn broken_text_is_a_fault_with_a_line() {
    let fault = Source::tree("x.yaml".into(), "a: 1\nb: [1,\nc: }\n", crate::Rule::Item).unwrap_err();
    assert!(fault.line >= 2, "{fault}");
    let twice = Source::tree("x.json".into(), "{\"a\": 1,\n\"a\": 2}", crate::Rule::Item).unwrap_err();
    assert_eq!(twice.line, 2, "{twice}");
    assert!(Source::tree("x.yaml".into(), "", crate::Rule::Item).is_ok());
}
