//! The linter: each rule broken once, and the good package clean.

use std::path::Path;

use cases::{Bodies, Body};
use catalogue::{Against, Linted, Rule, Severity, lint};
use kernel::{BodyId, Timestamp, TypedId as _, Words};
use serde_json::json;
use tempfile::TempDir;

use crate::fixture::{changed, registers};

fn linted(root: &Path, bodies: Option<&Bodies>) -> Linted {
    lint(root, &Against { registers: &registers(), bodies })
}

/// `rule file:line` of everything that is found in a changed package.
fn found(root: &TempDir) -> Vec<String> {
    let base = format!("{}/dog/", root.path().display());
    let one = |fault: &catalogue::Fault| {
        format!("{} {}:{}", fault.rule.id(), fault.file.replace(&base, ""), fault.line)
    };
    linted(root.path(), None).faults.iter().map(one).collect()
}

fn check(file: &str, old: &str, new: &str, expected: &[&str]) {
    assert_eq!(found(&changed(file, &[(old, new)])), expected, "{file}: {old} → {new}");
}

#[test]
fn the_good_package_is_clean() {
    let linted = linted(changed("item.yaml", &[]).path(), None);
    assert_eq!((linted.packages, linted.faults), (1, Vec::new()));
}

#[test]
fn rules_of_materials() {
    let name = "{zh: 犬只照片, en: Photograph of the dog}";
    check("item.yaml", name, "{zh: 登记机关认为需要的材料, en: Photo}", &["vague-material item.yaml:23"]);
    check("item.yaml", name, "{zh: 照片, en: Other documents}", &["vague-material item.yaml:23"]);
    check("item.yaml", name, "{zh: 照片, en: A 照片}", &["en-not-english item.yaml:23"]);
    check("item.yaml", name, "{zh: 养犬登记证复印件, en: Copy}", &["known-material item.yaml:23"]);
    let proof = [(name, "{zh: 居住证明, en: Proof of residence}"), ("示例养犬办法 第三条", "实际需要")];
    assert_eq!(found(&changed("item.yaml", &proof)), ["proof-without-basis item.yaml:31"]);
    check("item.yaml", name, "{zh: 居住证明, en: Proof of residence}", &[]);
}

#[test]
fn rules_of_limits() {
    check(
        "item.yaml",
        "within: 10 working days",
        "within: 21 working days",
        &["promise-above-law item.yaml:18"],
    );
    check("item.yaml", "within: 10 working days", "within: 10 days", &["limit-without-unit item.yaml:18"]);
    check("item.yaml", ", basis: 示例养犬办法 第二条", "", &["limit-without-basis item.yaml:17"]);
    check(
        "process.yaml",
        "limit: {within: 5 working days, basis: 示例养犬办法 第七条}",
        "limit: {within: 5 working days}",
        &["inner-limit-without-basis process.yaml:15"],
    );
}

#[test]
fn conditions_that_never_hold() {
    let when = "when: form.is_guide_dog == true";
    check("process.yaml", when, "when: \"false\"", &["never-holds process.yaml:22"]);
    check(
        "process.yaml",
        when,
        "when: form.is_guide_dog && !form.is_guide_dog",
        &["never-holds process.yaml:22"],
    );
    let later = "when: opinion.decision_made == \"agree\"";
    assert!(!found(&changed("process.yaml", &[(when, later)])).is_empty(), "no such opinion");
    check(
        "process.yaml",
        "when: \"finding.deposit <= 50000\"",
        "when: \"finding.deposit > 100000\"",
        &["never-holds process.yaml:35"],
    );
    check("process.yaml", when, "when: form.is_guide_dog", &[]);
}

#[test]
fn questions_that_nothing_reads() {
    let field = "  \"properties\": {\n    \"owner_name\"";
    let new = "  \"properties\": {\n    \"colour\": {\"type\": \"string\", \"maxLength\": 9, \"title\": \"毛色\", \"x-title-en\": \"Colour\"},\n    \"owner_name\"";
    let steps = "\"fields\": [\"dog_name\"";
    let more = "\"fields\": [\"colour\", \"dog_name\"";
    let root = changed("form.schema.json", &[(field, new), (steps, more)]);
    assert!(found(&root).iter().any(|found| found.starts_with("unused-field form.schema.json:")));
    let read = new.replace("\"maxLength\": 9", "\"maxLength\": 9, \"x-read-by\": [\"visit\"]");
    let root = changed("form.schema.json", &[(field, &read), (steps, more)]);
    assert_eq!(found(&root), Vec::<String>::new());
    let nobody = read.replace("visit", "nobody");
    let root = changed("form.schema.json", &[(field, &nobody), (steps, more)]);
    assert!(found(&root).iter().any(|found| found.starts_with("form form.schema.json:")));
}

#[test]
fn work_that_nobody_does() {
    let no_by = "        by: {level: town, role: review}\n        limit";
    check("process.yaml", no_by, "        limit", &["nobody-competent process.yaml:17"]);
    let body = |division: &str| Body {
        id: BodyId::from_parts(Timestamp::UNIX_EPOCH, [1; 10]),
        slug: division.into(),
        name: Words::new(division, division),
        uscc: String::new(),
        division: division.into(),
        serves: vec!["*".into()],
        address: String::new(),
        phone: String::new(),
    };
    let root = changed("item.yaml", &[]);
    let all = Bodies(["430000", "430100", "430102", "430102001"].map(body).to_vec());
    assert_eq!(linted(root.path(), Some(&all)).faults, []);
    let no_town = Bodies(["430000", "430100", "430102"].map(body).to_vec());
    let faults = linted(root.path(), Some(&no_town)).faults;
    assert!(
        !faults.is_empty() && faults.iter().all(|fault| fault.rule == Rule::NobodyCompetent),
        "{faults:?}"
    );
}

/// The same item once more in the folder, with changes to its `item.yaml`.
fn with_upper(changes: &[(&str, &str)]) -> TempDir {
    let root = changed("item.yaml", changes);
    let upper = changed("item.yaml", &[("levels: [\"4\"]", "levels: [\"2\"]")]);
    let to = root.path().join("upper");
    std::fs::create_dir(&to).unwrap();
    for file in crate::fixture::FILES {
        std::fs::copy(upper.path().join("dog").join(file), to.join(file)).unwrap();
    }
    root
}

#[test]
fn a_lower_level_adds_nothing() {
    let ids = |root: &TempDir| -> Vec<&str> {
        linted(root.path(), None).faults.iter().map(|fault| fault.rule.id()).collect()
    };
    assert_eq!(ids(&with_upper(&[])), Vec::<&str>::new());
    let shorter = with_upper(&[("within: 10 working days", "within: 8 working days")]);
    assert_eq!(ids(&shorter), Vec::<&str>::new());
    let more = "conditions:\n  - {zh: 狗要会握手。, en: The dog gives its paw.}";
    assert_eq!(ids(&with_upper(&[("conditions:", more)])), ["local-addition"]);
    let longer = with_upper(&[("within: 10 working days", "within: 11 working days")]);
    assert_eq!(ids(&longer), ["local-addition"]);
    let twice = with_upper(&[("levels: [\"4\"]", "levels: [\"2\"]")]);
    assert_eq!(ids(&twice), ["item-twice"]);
}

#[test]
fn a_warning_is_accepted_with_a_reason_and_only_while_it_comes() {
    let name = ("{zh: 犬只照片, en: Photograph of the dog}", "{zh: 照片, en: A 照片}");
    let end = "sources:\n  - {fact: all, from: invented for tests, verified: false}";
    let accepted = |rule: &str| {
        format!("{end}\naccepted:\n  - {{rule: {rule}, where: en still, reason: 品种名没有英文}}")
    };
    assert_eq!(
        found(&changed("item.yaml", &[name, (end, &accepted("en-not-english"))])),
        Vec::<String>::new()
    );
    let gone = found(&changed("item.yaml", &[(end, &accepted("en-not-english"))]));
    assert_eq!(gone, ["item item.yaml:0"]);
    let error = ("within: 10 working days", "within: 21 working days");
    let found = found(&changed("item.yaml", &[error, (end, &accepted("promise-above-law"))]));
    assert_eq!(found, ["item item.yaml:0", "promise-above-law item.yaml:18"], "an error is not accepted");
}

#[test]
fn what_is_an_error_stops_the_start_and_a_warning_does_not() {
    let load = |root: &TempDir| catalogue::Library::load(root.path(), &registers()).is_ok();
    let name = "{zh: 犬只照片, en: Photograph of the dog}";
    assert!(load(&changed("item.yaml", &[(name, "{zh: 照片, en: A 照片}")])));
    assert!(!load(&changed("item.yaml", &[(name, "{zh: 其他材料, en: Photo}")])));
}

#[test]
fn the_report_for_programs_is_exact() {
    let name = "{zh: 犬只照片, en: Photograph of the dog}";
    let root = changed(
        "item.yaml",
        &[(name, "{zh: 其它材料, en: 照片}"), ("within: 10 working", "within: 30 working")],
    );
    let linted = linted(root.path(), None);
    assert_eq!((linted.count(Severity::Error), linted.count(Severity::Warning)), (2, 1));
    let file = format!("{}/dog/item.yaml", root.path().display());
    let finding = |rule: Rule, line: u64, text: &str| {
        json!({
            "rule": rule.id(), "severity": rule.severity().as_str(), "clause": rule.clause(), "file": file,
            "line": line, "text": text, "advice": rule.advice(),
        })
    };
    let expected = json!({
        "packages": 1, "errors": 2, "warnings": 1,
        "findings": [
            finding(Rule::PromiseAboveLaw, 18,
                "the promised limit of 30 working days is longer than the statutory one of 20 working days"),
            finding(Rule::EnglishIsChinese, 23, "en still has Chinese characters"),
            finding(Rule::VagueMaterial, 23, "a catch-all material: name what is wanted, or do not ask for it (关于深入推进审批服务便民化的指导意见 二（二）: “其他材料”、“有关材料”等应逐一加以明确，不能明确的不得要求申请人提供)"),
        ],
    });
    assert_eq!(linted.to_json(), expected);
}
