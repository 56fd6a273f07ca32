//! Every rule, broken once: the exact sentence with file and line.

use catalogue::{Library, Package};

use crate::fixture::{FILES, changed, faults, good, registers};

/// Replaces a text in one file of the good package and compares every fault.
fn check(file: &str, old: &str, new: &str, expected: &[&str]) {
    let found = faults(&changed(file, &[(old, new)]));
    let expected: Vec<String> = expected.iter().map(|line| format!("dog/{line}")).collect();
    assert_eq!(found, expected, "{file}: {old} → {new}");
}

#[test]
fn the_good_package_has_no_fault() {
    let root = changed("item.yaml", &[]);
    assert_eq!(Library::load(root.path(), &registers()).map(|library| library.list().count()).ok(), Some(1));
}

#[test]
fn rules_of_the_item_1() {
    let check = |old: &str, new: &str, expected: &[&str]| check("item.yaml", old, new, expected);
    check(
        r#"code: "430120001000""#,
        r#"code: "43012000100""#,
        &["item.yaml:2: the item code is wrong: length is 11, must be 12 (GB/T 39554.1)"],
    );
    check(r#"type: "01""#, r#"type: "05""#, &["item.yaml:7: the code says item type 01, not 05"]);
    check(
        "visits: 0",
        "visits: 0\nvisitors: 3",
        &[
            "item.yaml:13: unknown field `visitors`, expected one of code, handling, version, name, summary, type, levels, audience, case_type, online_depth, visits, assurance, keeps_out, kept, legal_basis, keywords, limits, conditions, requirements, eligibility, materials, fees, windows, complaints, faq, results, sources, accepted",
        ],
    );
    check(
        "visits: 0",
        "visits: 0\nassurance: godlike",
        &["item.yaml:13: unknown variant `godlike`, expected one of registered, verified, strong"],
    );
    check(
        "en: Dog licence}\nsummary",
        "en: \"\"}\nsummary",
        &["item.yaml:5: the text is needed in both languages; en is empty"],
    );
    check(
        "name: {zh: 养犬登记, en: Dog licence}",
        "name: {zh: 养犬登记}",
        &["item.yaml:5: missing field `en`"],
    );
    check(", basis: 示例养犬办法 第二条", "", &["item.yaml:17: a statutory limit needs its basis"]);
}

#[test]
fn rules_of_the_item_2() {
    let check = |old: &str, new: &str, expected: &[&str]| check("item.yaml", old, new, expected);
    check(
        "within: 10 working days",
        "within: 21 working days",
        &[
            "item.yaml:18: the promised limit of 21 working days is longer than the statutory one of 20 working days",
        ],
    );
    check(
        "within: 10 working days",
        "within: 10 days",
        &[r#"item.yaml:18: limit: "days" may mean two things; write "working days" or "calendar days""#],
    );
    check(
        "id: visit-report",
        "id: photo",
        &[
            "item.yaml:33: two materials are called photo",
            "process.yaml:7: item.yaml says that the office makes photo, but no step makes it (makes: …)",
            "process.yaml:18: material visit-report is not one that the office makes (by: office)",
        ],
    );
    check(
        "{zh: 犬只照片, en: Photograph of the dog}",
        "{zh: 法律规定的其他材料, en: Other}",
        &[
            "item.yaml:23: a catch-all material: name what is wanted, or do not ask for it (关于深入推进审批服务便民化的指导意见 二（二）: “其他材料”、“有关材料”等应逐一加以明确，不能明确的不得要求申请人提供)",
        ],
    );
    check(
        "accepts: [jpg, png]",
        "accepts: [exe]",
        &["item.yaml:29: unknown variant `exe`, expected one of pdf, jpg, png, ofd"],
    );
    check(r#"audience: ["1", "2"]"#, r#"audience: ["8"]"#, &[r#"item.yaml:9: "8" is no ApplicantKind code"#]);
}

#[test]
fn rules_of_the_item_3() {
    let check = |old: &str, new: &str, expected: &[&str]| check("item.yaml", old, new, expected);
    check(
        "keywords: [狗证, 养狗, 宠物]",
        "keywords: [狗证",
        &["item.yaml:16: illegal placement of ':' indicator"],
    );
    check(
        r#"handling: "01""#,
        r#"handling: "1""#,
        &["item.yaml:3: the handling item is two digits in quotes"],
    );
    check(
        r#"version: "1""#,
        r#"version: "1/2""#,
        &["item.yaml:4: a version is 1 to 32 letters, digits, dots and hyphens"],
    );
    check(
        r#"source: "10""#,
        r#"source: "11""#,
        &[r#"item.yaml:26: "11" is no material_source code; there are 10, 20, 99"#],
    );
}

#[test]
fn rules_of_the_form_1() {
    let check = |old: &str, new: &str, expected: &[&str]| check("form.schema.json", old, new, expected);
    check(
        r#""title": "犬名", "#,
        "",
        &["form.schema.json:20: dog_name needs a title in both languages (title, x-title-en)"],
    );
    check(
        r#""dog_name", "breed", "born_on""#,
        r#""dog_name", "breed""#,
        &["form.schema.json:25: born_on stands in no step of x-steps"],
    );
    check(r#""vet"]}"#, r#""vet", "breed"]}"#, &["form.schema.json:9: breed stands in two steps"]);
    check(
        r#""vet"]}"#,
        r#""vet", "cat"]}"#,
        &["form.schema.json:9: step walkers names cat, which is no property"],
    );
    check(
        r#""format": "uscc""#,
        r#""format": "email""#,
        &[
            "form.schema.json:18: company: format email is unknown; there are date, resident-id, uscc, division, mobile",
        ],
    );
    check(
        r#", "large": {"zh": "大型犬", "en": "Large"}"#,
        "",
        &["form.schema.json:22: breed: large has no label in x-labels"],
    );
}

#[test]
fn rules_of_the_form_2() {
    let check = |old: &str, new: &str, expected: &[&str]| check("form.schema.json", old, new, expected);
    check(
        r#""enum": ["small", "large"]"#,
        r#""enum": ["small"]"#,
        &["form.schema.json:23: breed: large is not in enum"],
    );
    check(
        r#""minLength": 2"#,
        r#""minLength": -2"#,
        &[
            "form.schema.json:15: owner_name: invalid value: integer `-2`, expected u64",
            "form.schema.json:15: this is not JSON Schema 2020-12: -2 is less than the minimum of 0",
        ],
    );
    check(
        r#""then": {"required": ["guide_school"]}"#,
        r#""then": {"required": ["school"]}"#,
        &["form.schema.json:13: then speaks of school, which is no property"],
    );
    check(
        r#""type": "number""#,
        r#""type": "decimal""#,
        &[
            r#"form.schema.json:26: this is not JSON Schema 2020-12: "decimal" is not valid under any of the schemas listed in the 'anyOf' keyword"#,
            "form.schema.json:26: weight: type decimal cannot be asked for here",
        ],
    );
    check(
        r#""minimum": 100,"#,
        r#""minimum": "100","#,
        &[
            r#"form.schema.json:27: this is not JSON Schema 2020-12: "100" is not of type "number""#,
            r#"form.schema.json:27: value: invalid type: string "100", expected f64"#,
        ],
    );
    check(
        r#"2020-12/schema""#,
        r#"2019-09/schema""#,
        &["form.schema.json:2: the schema must be of https://json-schema.org/draft/2020-12/schema"],
    );
}

#[test]
fn rules_of_the_form_3() {
    let check = |old: &str, new: &str, expected: &[&str]| check("form.schema.json", old, new, expected);
    check(
        "\"type\": \"object\",\n  \"x-steps\"",
        "\"type\": \"object\"\n  \"x-steps\"",
        &["form.schema.json:6: expected `,` or `}`"],
    );
    check(r#""maxLength": 10, "#, "", &["form.schema.json:20: dog_name: a text needs maxLength"]);
    check(r#""maxItems": 3, "#, "", &["form.schema.json:31: walkers: a list needs maxItems, at most 200"]);
    check(
        r#""maxLength": 60, "#,
        r#""maxLength": 60, "pattern": "[", "#,
        &[r#"form.schema.json:42: this is not JSON Schema 2020-12: "[" is not a "regex""#],
    );
}

#[test]
fn rules_of_the_process_1() {
    let check = |old: &str, new: &str, expected: &[&str]| check("process.yaml", old, new, expected);
    check(
        "body_from: vet",
        "body_from: dog_name",
        &["process.yaml:21: body_from names dog_name, which is no body (x-body) of the form"],
    );
    check(
        "body_from: vet",
        "body_from: doctor",
        &["process.yaml:21: body_from names doctor, which the form does not ask for"],
    );
    check(
        "form.is_guide_dog == true",
        "form.is_guide_dog == 5",
        &["process.yaml:22: in form.is_guide_dog == 5: yes or no and a whole number do not go together"],
    );
    check(
        "form.is_guide_dog == true",
        "form.owner_name == '张三'",
        &[
            "process.yaml:22: owner_name is personal (x-personal): the case would keep it unsealed to compare it",
        ],
    );
    check(
        "finding.deposit <= 50000",
        "finding.depot <= 50000",
        &["process.yaml:35: in finding.depot: there is no fact finding.depot; is finding.deposit meant?"],
    );
    check(
        "makes: [visit-report]",
        "makes: []",
        &[
            "process.yaml:7: item.yaml says that the office makes visit-report, but no step makes it (makes: …)",
        ],
    );
}

#[test]
fn rules_of_the_process_2() {
    let check = |old: &str, new: &str, expected: &[&str]| check("process.yaml", old, new, expected);
    check("register: dogs", "register: cats", &["process.yaml:39: this platform keeps no register cats"]);
    check("issue: refusal", "issue: refused", &["process.yaml:41: licences.yaml has no document refused"]);
    check(
        "lasts: {within: 7 calendar days, basis: 示例养犬办法 第八条}",
        "lasts: {within: 7 calendar days}",
        &["process.yaml:29: this limit needs its basis"],
    );
    check(
        "silence: accepted",
        "silence: golden",
        &["process.yaml:4: unknown variant `golden`, expected one of accepted, nothing"],
    );
    check(
        "stops_clock: true",
        "stops_clock: true\n    findings: []",
        &[
            "process.yaml:25: stage notice: a public notice has no findings; it has by, lasts, lines, objections, makes",
        ],
    );
    check(
        "stops_clock: true",
        "stops_clock: true\n    lines:\n      - {label: {zh: 甲, en: A}, value: \"{applicant.code_masked}\"}\n      - {label: {zh: 乙, en: B}, value: \"{form.mobile}\"}",
        &[
            "process.yaml:32: {applicant.code_masked}: a public notice shows no identity or telephone number",
            "process.yaml:33: {form.mobile}: a public notice shows no identity or telephone number",
        ],
    );
    check(
        "name: {zh: 上门查看, en: Visit}",
        r#"name: {zh: 上门查看, en: " "}"#,
        &["process.yaml:13: the text is needed in both languages; en is empty"],
    );
}

#[test]
fn rules_of_the_documents_1() {
    let check = |old: &str, new: &str, expected: &[&str]| check("licences.yaml", old, new, expected);
    check(
        "{form.dog_name}",
        "{form.cat_name}",
        &["licences.yaml:10: {form.cat_name}: the form does not ask for cat_name"],
    );
    check(
        "{form.guide_school?}",
        "{form.guide_school}",
        &[
            "licences.yaml:12: {form.guide_school}: guide_school need not be answered; write {form.guide_school?} so that the document can do without",
        ],
    );
    check(
        "{finding.deposit}",
        "{finding.trained_on}",
        &[
            "licences.yaml:14: {finding.trained_on}: trained_on may be missing when this is issued; write {finding.trained_on?} so that the document can do without",
        ],
    );
    check(
        "{decision.reason}",
        "{finding.deposit}",
        &[
            "licences.yaml:24: {finding.deposit}: deposit may be missing when this is issued; write {finding.deposit?} so that the document can do without",
        ],
    );
    check(
        r#""{form.owner_name}：不予登记。"#,
        r#""{form.walkers?}：不予登记。"#,
        &["licences.yaml:24: {form.walkers?} is a list and can only be the whole value of a line"],
    );
    check(
        r#"code: "901""#,
        r#"code: "90""#,
        &["licences.yaml:4: a code is three digits in quotes (GB/T 36904)"],
    );
}

#[test]
fn rules_of_the_documents_2() {
    let check = |old: &str, new: &str, expected: &[&str]| check("licences.yaml", old, new, expected);
    check(
        "{form.breed}",
        "{form.breed",
        &[r#"licences.yaml:11: unpaired brace in "{form.breed"; a brace itself is written twice"#],
    );
}

#[test]
fn a_folder_without_the_files_says_so() {
    let root = testkit::folder();
    let check = |expected: &[&str]| assert_eq!(faults(&root), expected);
    let base = root.path().display().to_string();
    check(&[&format!("{base}: there is no service package in this folder")]);
    let folder = root.path().join("dog");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(good().join("process.yaml"), folder.join("process.yaml")).unwrap();
    let missing = |file: &str| format!("dog/{file}: the file is missing; a package has {}", FILES.join(", "));
    check(&[&missing("form.schema.json"), &missing("item.yaml"), &missing("licences.yaml")]);
    let gone = Package::load(&root.path().join("nowhere"), &registers()).unwrap_err();
    assert_eq!(gone.len(), 4);
    assert!(Library::load(&root.path().join("nowhere"), &registers()).is_err());
}

#[test]
fn text_that_is_not_utf8_or_not_yaml_is_a_fault() {
    let root = changed("item.yaml", &[]);
    std::fs::write(root.path().join("dog/item.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    assert_eq!(faults(&root), ["dog/item.yaml: the file is not UTF-8 text"]);
    for text in ["", "[]", "a", "{", "\u{0}", "&a [*a]", "code: !!binary x"] {
        for file in FILES {
            let root = changed("item.yaml", &[]);
            std::fs::write(root.path().join("dog").join(file), text).unwrap();
            let found = faults(&root);
            assert!(
                found.iter().any(|fault| fault.starts_with(&format!("dog/{file}"))),
                "{file} {text:?}: {found:?}"
            );
        }
    }
}

#[test]
fn faults_of_all_packages_are_told_in_order_and_twins_are_refused() {
    let root = changed("process.yaml", &[("register: dogs", "register: cats")]);
    let second = root.path().join("a-second");
    std::fs::create_dir(&second).unwrap();
    for file in FILES {
        std::fs::copy(good().join(file), second.join(file)).unwrap();
    }
    std::fs::write(second.join("form.schema.json"), "{").unwrap();
    let found = faults(&root);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("a-second/form.schema.json:1: "), "{found:?}");
    assert_eq!(found[1], "dog/process.yaml:39: this platform keeps no register cats");

    for folder in ["a-second", "dog"] {
        for file in FILES {
            std::fs::copy(good().join(file), root.path().join(folder).join(file)).unwrap();
        }
    }
    let base = root.path().display();
    let twin = format!("dog/item.yaml: item 430120001000 with handling 01 is also in {base}/a-second");
    assert_eq!(faults(&root), [twin.replace(&format!("{base}/"), "")]);
}
