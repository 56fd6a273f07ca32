//! Forms: what people type becomes typed answers, wrong ones are named in plain words, answers are shown and masked.

use catalogue::{Form, Masking, Named, no_names, typed};
use kernel::FieldError;
use licences::template::Fact;
use proptest::prelude::*;
use serde_json::{Value, json};
use web::Lang;

use crate::fixture::package;

fn form() -> Form {
    package().form
}

fn resident_id() -> String {
    let birth = codes::CivilDate::new(1990, 1, 31).unwrap();
    codes::ResidentId::from_parts("430102", birth, 1).unwrap().as_str().to_owned()
}

fn uscc() -> String {
    codes::SocialCreditCode::from_parts("91", "430102", "MA4ABCDE").unwrap().as_str().to_owned()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Answers that break no rule.
fn good() -> Value {
    json!({
        "owner_name": "张三", "owner_id": resident_id(), "mobile": "13800138000", "company": uscc(), "division": "430102",
        "dog_name": "旺财", "breed": "small", "born_on": "2024-02-29", "weight": 12.5, "value": 150_000,
        "is_guide_dog": false, "walkers": [{"name": "李四", "hours": 2}, {"name": "王五"}], "vet": "furong-vet",
    })
}

#[test]
fn typed_texts_become_typed_answers() {
    let form = form();
    let check = |step: &str, list: &[(&str, &str)], expected: Value| {
        assert_eq!(form.read_step(step, &pairs(list), &Value::Null), expected, "{list:?}");
    };
    let id = resident_id();
    check(
        "owner",
        &[("owner_name", " 张三 "), ("owner_id", &id.to_lowercase())],
        json!({"owner_name": "张三", "owner_id": id}),
    );
    check(
        "owner",
        &[("mobile", "+86 138-0013-8000"), ("company", &uscc().to_lowercase())],
        json!({"mobile": "13800138000", "company": uscc()}),
    );
    check(
        "owner",
        &[("division", "430102000000"), ("owner_id", "123")],
        json!({"owner_id": "123", "division": "430102"}),
    );
    check("dog", &[("value", "1,500")], json!({"value": 150_000}));
    check("dog", &[("value", "１２．5")], json!({"value": 1_250}));
    check("dog", &[("value", "0.07"), ("weight", "12.5")], json!({"weight": 12.5, "value": 7}));
    check("dog", &[("value", "1.005")], json!({"value": "1.005"}));
    check("dog", &[("value", "99999999999999999999")], json!({"value": "99999999999999999999"}));
    check("dog", &[("is_guide_dog", "false"), ("is_guide_dog", "true")], json!({"is_guide_dog": true}));
    check(
        "dog",
        &[("is_guide_dog", "maybe"), ("habits", "a\r\nb"), ("breed", "")],
        json!({"is_guide_dog": "maybe", "habits": "a\nb"}),
    );
    check("dog", &[("weight", "NaN"), ("owner_name", "not of this step")], json!({"weight": "NaN"}));
    check("nowhere", &[("dog_name", "旺财")], json!({}));
}

#[test]
fn lists_close_their_gaps_and_keep_their_order() {
    let list = [
        ("walkers.10.name", "丁"),
        ("walkers.2.hours", "3"),
        ("walkers.2.name", "丙"),
        ("walkers.3.name", "  "),
        ("walkers.x.name", "乙"),
        ("walkers.4.age", "7"),
        ("walkers.-1.name", "甲"),
        ("walkers", "甲"),
    ];
    let read = form().read_step(
        "walkers",
        &pairs(&list),
        &json!({"dog_name": "旺财", "walkers": [{"name": "old"}], "vet": "old"}),
    );
    assert_eq!(read, json!({"dog_name": "旺财", "walkers": [{"name": "丙", "hours": 3}, {"name": "丁"}]}));
    let many: Vec<(String, String)> =
        (0..500).map(|n| (format!("walkers.{n}.name"), "甲".to_owned())).collect();
    let read = form().read_step("walkers", &many, &Value::Null);
    assert_eq!(read["walkers"].as_array().unwrap().len(), catalogue::LIST_ENTRIES_MAX);
}

#[test]
fn an_answer_is_shown_in_its_input_as_it_would_be_typed() {
    let form = form();
    let check = |name: &str, value: Value, expected: &str| {
        assert_eq!(typed(form.field(name).unwrap(), &value), expected);
    };
    check("value", json!(150_000), "1500.00");
    check("value", json!(-5), "-0.05");
    check("value", json!("abc"), "abc");
    check("weight", json!(12.5), "12.5");
    check("is_guide_dog", json!(true), "true");
    check("dog_name", Value::Null, "");
}

/// Changes one answer and compares the first error.
fn check(name: &str, value: Value, field: &str, key: &str, args: &[(&'static str, &str)]) {
    let mut answers = good();
    if value.is_null() {
        answers.as_object_mut().unwrap().shift_remove(name);
    } else {
        answers[name] = value;
    }
    let errors = form().validate(&answers).expect_err(&format!("{name} must be wrong"));
    let [FieldError { field: found, message }] = errors.as_slice() else { panic!("{name}: {errors:?}") };
    assert_eq!((found.as_str(), message.key), (field, key));
    let args: Vec<(&'static str, String)> =
        args.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    assert_eq!(message.args, args, "{name}");
}

#[test]
fn every_broken_rule_is_named() {
    assert_eq!(form().validate(&good()), Ok(()));
    check("owner_name", Value::Null, "owner_name", "catalogue-form-required", &[]);
    check("breed", Value::Null, "breed", "catalogue-form-choose", &[]);
    check(
        "owner_name",
        json!("张"),
        "owner_name",
        "catalogue-form-too-short",
        &[("min", "2"), ("found", "1")],
    );
    check(
        "dog_name",
        json!("一二三四五六七八九十一"),
        "dog_name",
        "catalogue-form-too-long",
        &[("max", "10"), ("found", "11")],
    );
    check("dog_name", json!(5), "dog_name", "catalogue-form-text", &[]);
    check("dog_name", json!("旺\u{0}财"), "dog_name", "catalogue-form-control-character", &[]);
    check("breed", json!("huge"), "breed", "catalogue-form-choice", &[]);
    check("weight", json!("heavy"), "weight", "catalogue-form-number", &[]);
    check("weight", json!(100.5), "weight", "catalogue-form-too-large", &[("max", "100")]);
    check("value", json!("1.005"), "value", "catalogue-form-money", &[]);
    check("value", json!(99), "value", "catalogue-form-too-small", &[("min", "¥1.00")]);
    check("value", json!(1.5), "value", "catalogue-form-money", &[]);
    check("is_guide_dog", json!("maybe"), "is_guide_dog", "catalogue-form-choose", &[]);
    check("is_guide_dog", json!(true), "guide_school", "catalogue-form-required", &[]);
    check("born_on", json!("2026-02-29"), "born_on", "catalogue-form-date", &[]);
    check("born_on", json!("2026-2-9"), "born_on", "catalogue-form-date", &[]);
    check("cat_name", json!("咪咪"), "cat_name", "catalogue-form-unknown", &[]);
}

#[test]
fn codes_and_numbers_say_which_of_their_rules_is_broken() {
    check("mobile", json!("12800138000"), "mobile", "catalogue-form-mobile", &[]);
    check("division", json!("43010"), "division", "catalogue-form-division", &[]);
    check("owner_id", json!("4301"), "owner_id", "catalogue-form-resident-id-length", &[("found", "4")]);
    check("owner_id", json!("430102199013310015"), "owner_id", "catalogue-form-resident-id-birth", &[]);
    let id = resident_id();
    let last = if id.ends_with('0') { '1' } else { '0' };
    check(
        "owner_id",
        json!(format!("{}{last}", &id[..17])),
        "owner_id",
        "catalogue-form-resident-id-check",
        &[],
    );
    check(
        "owner_id",
        json!(format!("A{}", &id[1..])),
        "owner_id",
        "catalogue-form-resident-id-character",
        &[("place", "1")],
    );
    check(
        "owner_id",
        json!(format!("４{}", &id[1..])),
        "owner_id",
        "catalogue-form-full-width",
        &[("place", "1")],
    );
    let code = uscc();
    check("company", json!(&code[..17]), "company", "catalogue-form-uscc-length", &[("found", "17")]);
    check("company", json!(code.to_lowercase()), "company", "catalogue-form-capitals", &[]);
    check(
        "company",
        json!(format!("{}I{}", &code[..9], &code[10..])),
        "company",
        "catalogue-form-uscc-character",
        &[("place", "10")],
    );
    let last = if code.ends_with('0') { '1' } else { '0' };
    check("company", json!(format!("{}{last}", &code[..17])), "company", "catalogue-form-uscc-check", &[]);
}

#[test]
fn lists_name_the_entry() {
    check("walkers", json!([]), "walkers", "catalogue-form-too-few", &[("min", "1")]);
    check(
        "walkers",
        json!([{"name": "a"}, {"name": "b"}, {"name": "c"}, {"name": "d"}]),
        "walkers",
        "catalogue-form-too-many",
        &[("max", "3")],
    );
    check("walkers", json!([{"name": "a"}, {"hours": 1}]), "walkers/1/name", "catalogue-form-required", &[]);
    check(
        "walkers",
        json!([{"name": "a", "hours": 25}]),
        "walkers/0/hours",
        "catalogue-form-too-large",
        &[("max", "24")],
    );
    check("walkers", json!([{"name": "a", "age": 7}]), "walkers/0/age", "catalogue-form-unknown", &[]);
    check("walkers", json!([{"name": "a\u{7}"}]), "walkers/0/name", "catalogue-form-control-character", &[]);
    check("walkers", json!("a"), "walkers", "catalogue-form-shape", &[]);
}

#[test]
fn errors_stand_in_the_order_of_the_pages_and_a_page_knows_its_own() {
    let form = form();
    let answers = json!({"walkers": [{"hours": 0}], "x": 1, "is_guide_dog": true, "owner_name": "张三"});
    let fields = |errors: Result<(), Vec<FieldError>>| -> Vec<String> {
        errors.err().into_iter().flatten().map(|error| error.field).collect()
    };
    assert_eq!(
        fields(form.validate(&answers)),
        ["owner_id", "dog_name", "breed", "value", "guide_school", "walkers/0/name", "walkers/0/hours", "x"]
    );
    assert_eq!(fields(form.validate_step("owner", &answers)), ["owner_id"]);
    assert_eq!(fields(form.validate_step("walkers", &answers)), ["walkers/0/name", "walkers/0/hours"]);
    assert_eq!(fields(form.validate_step("nowhere", &answers)), [""; 0]);
    assert_eq!(fields(form.validate(&json!([]))), [""]);
}

#[test]
fn every_sentence_of_a_rule_exists_in_both_languages() {
    let (zh_cn, en) = catalogue::MESSAGES;
    let texts = web::Catalogue::load(&[web::Source { room: "catalogue", zh_cn, en }]).unwrap();
    let sources = [include_str!("../../src/form/validate.rs"), include_str!("../../src/form/formats.rs")];
    let keys: Vec<&str> = sources
        .iter()
        .flat_map(|text| text.split('"'))
        .filter(|part| part.starts_with("catalogue-form-"))
        .collect();
    assert!(keys.len() > 25, "{keys:?}");
    for key in keys {
        assert!(texts.has(key), "{key}");
    }
}

#[test]
fn answers_are_shown_as_people_read_them() {
    let form = form();
    let names = |named: Named<'_>| match named {
        Named::Body(slug) => Some(format!("机构{slug}")),
        Named::Division(code) => Some(format!("区划{code}")),
    };
    let shown = form.describe(&good(), Lang::ZhCn, Masking::Shown, &names);
    let titles: Vec<&str> = shown.iter().map(|section| section.title.as_str()).collect();
    assert_eq!(titles, ["养犬人", "犬只", "遛犬人", "遛犬人 1", "遛犬人 2"]);
    let row = |section: usize, label: &str| {
        let found = shown[section].rows.iter().find(|(known, _)| known == label);
        found.map_or_else(|| panic!("{label} in {:?}", shown[section]), |(_, value)| value.clone())
    };
    assert_eq!(row(0, "公民身份号码"), resident_id());
    assert_eq!(row(0, "所在区划"), "区划430102");
    assert_eq!(row(1, "体型"), "小型犬");
    assert_eq!(row(1, "出生日期"), "2024年2月29日");
    assert_eq!(row(1, "价值（元）"), "¥1,500.00");
    assert_eq!(row(1, "是导盲犬"), "否");
    assert_eq!(row(2, "动物诊疗机构"), "机构furong-vet");
    assert_eq!(shown[3].rows, [("姓名".into(), "李四".into()), ("每天小时数".into(), "2".into())]);
    let english = form.describe(&good(), Lang::En, Masking::Shown, &no_names);
    assert_eq!(english[1].rows[2], ("Born on".to_owned(), "29 Feb 2024".to_owned()));
    assert_eq!(english[4].title, "Walker 2");
    assert_eq!(form.describe(&Value::Null, Lang::En, Masking::Shown, &no_names), []);
}

#[test]
fn personal_answers_are_masked() {
    let masked = form().describe(&good(), Lang::ZhCn, Masking::Masked, &no_names);
    let id = resident_id();
    let expected = [
        ("姓名", "张***".to_owned()),
        ("公民身份号码", format!("430102********{}", &id[14..])),
        ("手机号", "138****8000".to_owned()),
        ("单位代码", uscc()),
        ("所在区划", "430102".to_owned()),
    ];
    assert_eq!(masked[0].rows, expected.map(|(label, value)| (label.to_owned(), value)));
    assert_eq!(masked[3].rows[0].1, "李***");
    let odd = json!({"owner_id": "not a number", "owner_name": 7, "mobile": "上海１３８"});
    let masked = form().describe(&odd, Lang::ZhCn, Masking::Masked, &no_names);
    let values: Vec<&str> = masked[0].rows.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["***", "***", "上***"]);
}

#[test]
fn documents_get_their_facts() {
    let package = package();
    let facts = package.form_facts(&good(), &no_names);
    assert_eq!(facts["breed"], Fact::Text("小型犬".into()));
    assert_eq!(facts["value"], Fact::Money(150_000));
    assert_eq!(facts["born_on"], Fact::Date(testkit::date("2024-02-29")));
    assert_eq!(facts["is_guide_dog"], Fact::YesNo(false));
    let Fact::Table(table) = &facts["walkers"] else { panic!("{:?}", facts["walkers"]) };
    assert_eq!(table.columns, ["姓名", "每天小时数"]);
    assert_eq!(table.rows, [["李四", "2"], ["王五", ""]]);
    let findings = json!({"deposit": 5_000, "trained_on": "2025-06-30", "unknown": 1});
    let facts = package.finding_facts(findings.as_object().unwrap());
    assert_eq!(facts.len(), 2);
    assert_eq!(
        (&facts["deposit"], &facts["trained_on"]),
        (&Fact::Money(5_000), &Fact::Date(testkit::date("2025-06-30")))
    );
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec![
            "owner_name",
            "owner_id",
            "mobile",
            "company",
            "division",
            "dog_name",
            "breed",
            "born_on",
            "weight",
            "value",
            "is_guide_dog",
            "guide_school",
            "habits",
            "walkers",
            "vet",
            "walkers.0.name",
            "walkers.1.hours",
            "walkers.18446744073709551616.name",
            "walkers.00.name",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ]
}

fn values() -> impl Strategy<Value = String> {
    prop_oneof![".{0,30}", "[0-9０-９.,，+-]{0,24}", "[0-9]{17}[0-9Xx]", "-?[0-9]{1,12}\\.[0-9]{0,3}"]
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,10}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let keys = prop_oneof![names(), ".{0,4}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(keys, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_pairs_can_be_read_checked_and_shown(list in proptest::collection::vec((names(), values()), 0..20)) {
        thread_local!(static FORM: Form = form());
        FORM.with(|form| {
            let mut answers = Value::Null;
            for step in ["owner", "dog", "walkers"] {
                answers = form.read_step(step, &list, &answers);
            }
            // What was read is in its kept form already.
            prop_assert_eq!(&form.tidy(&answers), &answers);
            // What an input would show is read as the same answer.
            for field in form.fields().filter(|field| field.name != "walkers") {
                let value = answers.get(&field.name).cloned().unwrap_or_default();
                let step = form.steps.iter().find(|step| step.fields.contains(field)).unwrap();
                let again = form.read_step(&step.id, &pairs(&[(&field.name, &typed(field, &value))]), &Value::Null);
                prop_assert_eq!(again.get(&field.name).cloned().unwrap_or_default(), value);
            }
            let masked = format!("{:?}", form.describe(&answers, Lang::En, Masking::Masked, &no_names));
            if let Some(id) = answers["owner_id"].as_str().filter(|id| form.validate(&json!({"owner_id": id})).is_err_and(|errors| errors.iter().all(|error| error.field != "owner_id"))) {
                prop_assert!(!masked.contains(id));
            }
            Ok(())
        })?;
    }

    #[test]
    fn any_json_can_be_checked_and_shown(answers in json_values()) {
        thread_local!(static FORM: Form = form());
        FORM.with(|form| {
            let errors = form.validate(&answers).err().unwrap_or_default();
            let fields: std::collections::BTreeSet<&str> = errors.iter().map(|error| error.field.as_str()).collect();
            prop_assert_eq!(fields.len(), errors.len(), "one error a field: {:?}", errors);
            let tidy = form.tidy(&answers);
            prop_assert_eq!(&form.tidy(&tidy), &tidy);
            form.describe(&answers, Lang::ZhCn, Masking::Masked, &no_names);
            Ok(())
        })?;
    }
}
