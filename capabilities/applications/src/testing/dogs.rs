//! A bundle for tests: the dog licence without its reviews, and a second dog that rests on it.

use std::path::Path;

use super::{ITEM, write_item};

const FIRST: &str = "430120004000";
const SECOND: &str = "430120005000";

const PROCESS: &str = "
acceptance:
  by: {level: town, role: acceptance}
  limit: {within: 5 working days, basis: 行政许可法 第三十二条}
  silence: nothing
correction:
  limit: {within: 15 working days, basis: 示例养犬办法 第六条}
stages:
  - id: decision
    kind: decision
    name: {zh: 决定, en: Decision}
    by: {level: county, role: decision}
effects:
  granted:
    - {issue: dog-licence}
  refused:
    - {issue: refusal}
";

const SECOND_FORM: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "第二只犬", "x-title-en": "Second dog", "type": "object",
  "x-steps": [{"id": "dog", "title": {"zh": "犬只", "en": "Dog"}, "fields": ["applicant_name", "breed_of_second"]}],
  "required": ["applicant_name"],
  "properties": {
    "applicant_name": {"type": "string", "minLength": 2, "maxLength": 40, "x-personal": true, "title": "姓名", "x-title-en": "Name"},
    "breed_of_second": {"type": "string", "maxLength": 40, "title": "品种", "x-title-en": "Breed"}
  }
}"#;

const QUESTIONS: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "办哪些", "x-title-en": "What", "type": "object",
  "x-steps": [{"id": "wishes", "title": {"zh": "办哪些", "en": "What"}, "fields": ["second"]}],
  "required": ["second"],
  "properties": {"second": {"type": "boolean", "title": "有第二只犬吗", "x-title-en": "Is there a second dog?"}}
}"#;

const BUNDLE: &str = r#"
bundle: dogs-in-one
version: "1"
name: {zh: 养犬一件事, en: Dogs in one}
summary: {zh: 两只一起登记。, en: Both registered together.}
keywords: [两只狗]
audience: ["1"]
conditions: [{zh: 有犬。, en: There is a dog.}]
promised: {within: 20 working days}
visits: 0
parts:
  - {id: first, item: "430120004000", handling: "01", name: {zh: 第一只犬, en: First dog}}
  - id: second
    item: "430120005000"
    handling: "01"
    name: {zh: 第二只犬, en: Second dog}
    when: form.second
    only: {zh: 有第二只犬, en: there is a second dog}
    after: [first]
windows: []
complaints: {phone: "12345", note: {zh: 随时拨打。, en: At any time.}}
faq: []
sources: [{fact: all, from: invented for tests, verified: false}]
"#;

/// Without the report that nobody makes here.
fn item(text: &str, code: &str) -> String {
    let (before, rest) = text.split_once("  - id: visit-report").unwrap();
    let (_, after) = rest.split_once("fees: []").unwrap();
    format!("{before}fees: []{after}").replace(ITEM, code)
}

fn licences(text: &str) -> String {
    let line = "      - {label: {zh: 体型, en: Size}, value: \"{form.breed}\"}\n";
    assert!(text.contains(line));
    text.replace(line, "      - {label: {zh: 办件, en: Case}, value: \"{case.number}\"}\n")
}

/// Writes the two items and their bundle.
pub(super) fn write(root: &Path) {
    write_item(root, "first-dog", |file, text| match file {
        "item.yaml" => item(&text, FIRST),
        "process.yaml" => PROCESS.into(),
        _ => text,
    });
    write_item(root, "second-dog", |file, text| match file {
        "item.yaml" => item(&text, SECOND),
        "process.yaml" => PROCESS.into(),
        "form.schema.json" => SECOND_FORM.into(),
        _ => licences(&text),
    });
    let folder = root.join("dogs-in-one");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bundle.yaml"), BUNDLE).unwrap();
    std::fs::write(folder.join("form.schema.json"), QUESTIONS).unwrap();
}
