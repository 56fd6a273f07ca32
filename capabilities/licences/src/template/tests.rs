//! Reading `licences.yaml`, and filling it in.

use jiff::civil::date;

use super::*;

const GOOD: &str = r#"
documents:
  - id: receipt
    kind: notice
    code: "021"
    layout: letter
    name: {zh: 备案回执, en: Receipt}
    holder: {name: "{form.name}", code: "{applicant.code_masked}"}
    number: "湘备〔{decision.year}〕{serial}号"
    lines:
      - {label: {zh: 金额, en: Amount}, value: "{finding.amount}"}
      - {label: {zh: 电话, en: Phone}, value: "{form.phone?}"}
      - {label: {zh: 成员, en: Members}, value: "{form.members?}"}
    body:
      - "{form.name}于{decision.date}申请{case.item}（{case.number}），{{属实}}。"
      - "{lines}"
      - "- {decision.reason}"
      - "{form.remarks?}"
    valid: {years: 5}
"#;

fn document(yaml: &str) -> Result<Document, TemplateError> {
    Templates::parse(yaml).map(|templates| templates.documents()[0].clone())
}

fn facts() -> Facts {
    Facts {
        form: [("name".to_owned(), Fact::Text("幸福里".into()))].into(),
        findings: [("amount".to_owned(), Fact::Money(150_000))].into(),
        case_number: "A1".into(),
        case_item: "备案".into(),
        decision: Some(Decision { date: date(2026, 10, 9), reason: "材料齐全\n形式合法".into() }),
        body_name: "民政局".into(),
        serial: "7".into(),
        applicant_name: "张三".into(),
        applicant_code_masked: "4301**********1234".into(),
        issued_on: date(2026, 10, 9),
    }
}

#[test]
fn a_document_is_filled_with_the_facts_of_a_case() {
    let filled = document(GOOD).unwrap().render(&facts()).unwrap();
    assert_eq!(filled.number, "湘备〔2026〕7号");
    assert_eq!((filled.holder_name.as_str(), filled.holder_code.as_str()), ("幸福里", "4301**********1234"));
    let [line] = filled.lines.as_slice() else { panic!("empty lines are left out: {:?}", filled.lines) };
    assert_eq!(line.value, LineValue::Text("¥1,500.00元".into()));
    let text = "幸福里于2026年10月9日申请备案（A1），{属实}。".to_owned();
    let item = FilledParagraph::Item("材料齐全 形式合法".into());
    assert_eq!(filled.body, [FilledParagraph::Text(text), FilledParagraph::Lines, item]);
    assert_eq!(filled.valid_until, Some(date(2031, 10, 8)));
}

#[test]
fn several_typed_lines_become_paragraphs() {
    let mut facts = facts();
    facts.form.insert("remarks".into(), Fact::Text("一、甲。\r\n\r\n 二、乙。\t丙".into()));
    let filled = document(GOOD).unwrap().render(&facts).unwrap();
    let texts = ["一、甲。", "二、乙。 丙"].map(|text| FilledParagraph::Text(text.into()));
    assert_eq!(filled.body[3..], texts);
}

#[test]
fn a_missing_value_names_its_placeholder_and_field() {
    let mut facts = facts();
    facts.findings.clear();
    let error = document(GOOD).unwrap().render(&facts).unwrap_err();
    assert_eq!(error.to_string(), "lines[0]: no value for {finding.amount}");
    facts.findings.insert("amount".into(), Fact::Money(1));
    facts.decision = None;
    let error = document(GOOD).unwrap().render(&facts).unwrap_err();
    let (field, placeholder) = ("number".to_owned(), "{decision.year}".to_owned());
    assert_eq!(error, RenderError::MissingValue { field, placeholder });
    facts.decision = Some(Decision { date: date(2026, 1, 1), reason: " ".into() });
    let error = document(GOOD).unwrap().render(&facts).unwrap_err();
    assert_eq!(error.to_string(), "body[2]: no value for {decision.reason}");
}

#[test]
fn a_list_is_the_whole_value_of_a_line_or_an_error() {
    let mut facts = facts();
    let table = Table { columns: vec!["姓名".into()], rows: vec![vec!["张三".into()]] };
    facts.form.insert("members".into(), Fact::Table(table.clone()));
    let filled = document(GOOD).unwrap().render(&facts).unwrap();
    assert_eq!(filled.lines[1].value, LineValue::Table(table.clone()));
    facts.form.insert("name".into(), Fact::Table(table));
    let error = document(GOOD).unwrap().render(&facts).unwrap_err();
    assert!(matches!(error, RenderError::ListInText { placeholder, .. } if placeholder == "{form.name}"));
}

#[test]
fn every_placeholder_is_told_with_its_field() {
    let document = document(GOOD).unwrap();
    let told: Vec<String> = document.placeholders().iter().map(|(field, p)| format!("{field} {p}")).collect();
    for expected in
        ["holder.name {form.name}", "lines[1] {form.phone?}", "body[0] {case.item}", "number {serial}"]
    {
        assert!(told.iter().any(|entry| entry == expected), "{expected} in {told:?}");
    }
    assert_eq!(told.len(), 13);
}

#[test]
fn a_broken_file_is_refused_with_line_and_rule() {
    let cases = [
        ("code: \"021\"", "code: \"21\"", 5, "three digits"),
        ("{form.phone?}", "{form.Phone}", 12, "unknown placeholder {form.Phone}"),
        ("{form.phone?}", "{from.phone}", 12, "unknown placeholder {from.phone}"),
        ("{form.phone?}", "{decision.day}", 12, "unknown placeholder {decision.day}"),
        ("{form.phone?}", "{form.phone", 12, "unpaired brace"),
        ("{form.phone?}", "form.phone}", 12, "unpaired brace"),
        ("layout: letter", "layout: postcard", 6, "postcard"),
        ("kind: notice", "kind: notice\n    colour: red", 5, "colour"),
        ("en: Receipt}", "en: \" \"}", 7, "zh and en must both be given"),
        ("years: 5", "years: 5, months: 1", 19, "exactly one"),
        ("years: 5", "years: 0", 19, "exactly one"),
        ("id: receipt", "id: Receipt", 3, "lower-case"),
    ];
    for (old, new, expected_line, expected_rule) in cases {
        let error = document(&GOOD.replacen(old, new, 1)).unwrap_err();
        let TemplateError::Field { line, rule, .. } = &error else { panic!("{new}: {error}") };
        assert!(rule.contains(expected_rule), "{new}: {error}");
        assert!((*line).abs_diff(expected_line) <= 1, "{new}: line {line}, {error}");
    }
}

#[test]
fn entries_that_do_not_go_together_are_refused() {
    let rule = |yaml: &str| match document(yaml) {
        Err(TemplateError::Document { document, rule }) => {
            assert_eq!(document, "receipt");
            rule
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(&GOOD.replace("letter", "certificate")), "{lines} belongs into the body of a letter");
    assert_eq!(rule(&GOOD.replace("\"- {decision.reason}\"", "\"{lines}\"")), "{lines} may stand once");
    let (head, _) = GOOD.split_once("    lines:").unwrap();
    assert_eq!(rule(head), "a letter needs a body");
    assert_eq!(rule(&head.replace("letter", "certificate")), "a certificate needs lines");
    let twice = format!("{GOOD}{}", GOOD.replace("documents:", ""));
    assert_eq!(rule(&twice), "two documents have this id");
}

#[test]
fn a_period_ends_on_the_day_before_its_anniversary() {
    let cases = [
        (Validity::Years(5), date(2026, 10, 9), date(2031, 10, 8)),
        (Validity::Years(1), date(2026, 1, 1), date(2026, 12, 31)),
        // 民法典 第二百零二条: no such day in that month, so its last day.
        (Validity::Years(1), date(2024, 2, 29), date(2025, 2, 28)),
        (Validity::Months(6), date(2026, 8, 31), date(2027, 2, 28)),
        (Validity::Months(1), date(2026, 3, 1), date(2026, 3, 31)),
        (Validity::Days(30), date(2026, 10, 1), date(2026, 10, 30)),
        (Validity::Years(100), Date::MAX, Date::MAX.yesterday().unwrap()),
    ];
    for (valid, from, until) in cases {
        assert_eq!(valid.last_day(from), until, "{valid:?} from {from}");
    }
}

#[test]
fn amounts_have_thousands_and_two_decimals() {
    let cases = [
        (0, "¥0.00元"),
        (5, "¥0.05元"),
        (99_999, "¥999.99元"),
        (100_000, "¥1,000.00元"),
        (123_456_789, "¥1,234,567.89元"),
        (-150_000, "-¥1,500.00元"),
        (i64::MIN, "-¥92,233,720,368,547,758.08元"),
    ];
    for (fen, printed) in cases {
        assert_eq!(money_zh(fen), printed);
    }
}

#[test]
fn kinds_of_facts_print_as_people_write_them() {
    let yaml = GOOD.replace("{finding.amount}", "{form.day} {form.count} {form.fit}");
    let mut facts = facts();
    facts.form.insert("day".into(), Fact::Date(date(2026, 1, 2)));
    facts.form.insert("count".into(), Fact::Integer(120));
    facts.form.insert("fit".into(), Fact::YesNo(false));
    let filled = document(&yaml).unwrap().render(&facts).unwrap();
    assert_eq!(filled.lines[0].value, LineValue::Text("2026年1月2日 120 否".into()));
}
