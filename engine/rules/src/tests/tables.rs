//! Decision tables: how they are written, and what each policy makes of the rows.

use jiff::civil::{Date, date};
use serde_json::{Value, json};

use crate::{DecisionTable, Facts, TableFault, TableOutcome};

pub(super) fn table(yaml: &str) -> DecisionTable {
    serde_saphyr::from_str(yaml).unwrap_or_else(|fault| panic!("{fault}"))
}

fn with_policy(hit: &str, values: &str) -> DecisionTable {
    table(&format!(
        "name: t\nhit: {hit}\ninputs: [{{expression: form.age, type: integer}}]\n\
         outputs: [{{id: sum, type: integer, values: [{values}]}}]\n\
         rules:\n- {{when: ['< 18'], then: [10]}}\n- {{when: ['< 60'], then: [20]}}\n- {{when: ['[10..70]'], then: [20]}}\n"
    ))
}

const ON: Date = date(2026, 3, 1);

fn ask(table: &DecisionTable, form: &Value) -> Result<TableOutcome, TableFault> {
    table.evaluate(&Facts::new().with("form", form), ON)
}

fn check(hit: &str, age: i64, expected: &Result<Value, TableFault>, rows: &[usize]) {
    let values = if hit == "priority" { "20, 10" } else { "" };
    let outcome = ask(&with_policy(hit, values), &json!({"age": age}));
    let rules = outcome.as_ref().map(|outcome| outcome.rules.clone()).unwrap_or_default();
    let said = outcome.map(|outcome| outcome.outputs.get("sum").cloned().unwrap_or(Value::Null));
    assert_eq!(&said, expected, "{hit} at {age}");
    assert_eq!(rules, rows, "{hit} at {age}");
}

#[test]
fn each_policy_settles_the_rows_in_its_way() {
    check("unique", 5, &Err(TableFault::Several(vec![1, 2])), &[]);
    check("unique", 65, &Ok(json!(20)), &[2]);
    check("unique", 80, &Ok(Value::Null), &[]);
    check("first", 15, &Ok(json!(10)), &[0]);
    check("any", 15, &Err(TableFault::Differ(vec![1, 2, 3])), &[]);
    check("any", 30, &Ok(json!(20)), &[1, 2]);
    check("priority", 15, &Ok(json!(20)), &[1]);
    check("rule-order", 15, &Ok(json!([10, 20, 20])), &[0, 1, 2]);
    check("collect", 5, &Ok(json!([10, 20])), &[0, 1]);
    check("collect-sum", 15, &Ok(json!(50)), &[0, 1, 2]);
    check("collect-min", 15, &Ok(json!(10)), &[0, 1, 2]);
    check("collect-max", 15, &Ok(json!(20)), &[0, 1, 2]);
    check("collect-count", 15, &Ok(json!(3)), &[0, 1, 2]);
    check("collect-count", 80, &Ok(json!(0)), &[]);
    check("collect-sum", 80, &Ok(Value::Null), &[]);
}

#[test]
fn a_missing_fact_matches_only_what_asks_nothing() {
    for cell in ["18", "!= 18", "not(18)", "< 18", ">= 18", "[1..2]", "not(< 18, >= 18)"] {
        let table = table(&format!(
            "name: t\nhit: first\ninputs: [{{expression: form.age, type: integer}}]\noutputs: [{{id: r, type: text}}]\n\
             rules:\n- {{when: ['{cell}'], then: [asked]}}\n- {{when: ['-'], then: [nothing]}}\n"
        ));
        let outcome = ask(&table, &json!({"age": null})).unwrap();
        assert_eq!(outcome.outputs["r"], json!("nothing"), "{cell}");
        assert_eq!(outcome.inputs[0].value, None);
    }
}

#[test]
fn rows_are_in_force_from_their_first_to_their_last_day() {
    let table = table(
        "name: t\ninputs: [{expression: form.kind, type: text}]\noutputs: [{id: amount, type: money}]\nrules:\n\
         - {when: ['-'], then: [100], until: 2026-02-28, basis: 旧办法}\n\
         - {when: ['-'], then: [200], from: 2026-03-01, until: 2026-03-01, basis: 新办法}\n",
    );
    let on = |day| table.evaluate(&Facts::new(), day).unwrap();
    assert_eq!(on(date(2026, 2, 28)).outputs["amount"], json!(100));
    assert_eq!(on(date(2026, 3, 1)).outputs["amount"], json!(200));
    assert_eq!(on(date(2026, 3, 1)).why[0].basis.as_deref(), Some("新办法"));
    assert_eq!(on(date(2026, 3, 2)).rules, Vec::<usize>::new());
}

#[test]
fn results_are_calculated_and_kept_to_their_type() {
    let table = table(
        "name: t\ninputs: [{expression: form.members, type: integer}]\noutputs: [{id: amount, type: money}]\nrules:\n\
         - {when: ['> 0'], then: ['round(form.income / form.members)']}\n- {when: ['0'], then: [form.income / 7]}\n",
    );
    let amount = |form: Value| ask(&table, &form).map(|outcome| outcome.outputs["amount"].clone());
    assert_eq!(amount(json!({"members": 3, "income": 1000})), Ok(json!(333)));
    assert_eq!(amount(json!({"members": 3.0, "income": 1000})), Ok(json!(333)), "3.0 is a whole number");
    assert!(
        matches!(amount(json!({"members": 0, "income": 1000})), Err(TableFault::Output { row: 2, .. })),
        "no part of a fen"
    );
    assert!(
        matches!(amount(json!({"members": 3})), Err(TableFault::Output { row: 1, .. })),
        "the income is missing"
    );
    assert!(matches!(amount(json!({"members": "three"})), Err(TableFault::Input { .. })));
}

#[test]
fn an_outcome_says_why_and_can_be_kept() {
    let table = table(include_str!("../../tests/data/relief.yaml"));
    let form = json!({"cause": "illness", "expenses": 90_000});
    let finding = json!({"persons_in_need": 2});
    let outcome = table.evaluate(&Facts::new().with("form", &form).with("finding", &finding), ON).unwrap();
    assert_eq!(outcome.outputs, *json!({"amount": 100_000, "decides": "town"}).as_object().unwrap());
    assert_eq!(outcome.why[0].row, 1);
    assert_eq!(outcome.why[0].when, ["\"illness\", \"accident\"", "< 3", "<= 100000"]);
    let read: Vec<_> =
        outcome.inputs.iter().map(|input| (input.expression.as_str(), input.value.clone())).collect();
    assert_eq!(
        read,
        [
            ("form.cause", Some(json!("illness"))),
            ("finding.persons_in_need", Some(json!(2))),
            ("form.expenses", Some(json!(90_000)))
        ]
    );
    let message = &outcome.messages("临时救助金额")[0];
    assert_eq!(message.key, "rules-table-row-basis");
    assert!(message.args.contains(&("basis", "社会救助暂行办法 第四十八条".to_owned())));
    let stored = serde_json::to_string(&outcome).unwrap();
    assert_eq!(serde_json::from_str::<TableOutcome>(&stored).unwrap(), outcome);
    let reads: Vec<_> = table.reads().into_iter().collect();
    assert_eq!(reads, ["finding.persons_in_need", "form.cause", "form.expenses"]);
}

#[test]
fn a_table_is_stored_as_it_was_written() {
    let read = table(include_str!("../../tests/data/relief.yaml"));
    let json: DecisionTable = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(json, read);
    let yaml: DecisionTable = serde_saphyr::from_str(&serde_saphyr::to_string(&read).unwrap()).unwrap();
    assert_eq!(yaml, read);
}

#[test]
fn what_cannot_be_read_is_named_with_row_and_column() {
    let lines = [
        ("when: ['< eighteen'], then: [x]", "rule 1, column 年龄: eighteen is no value"),
        (
            "when: ['\"18\"'], then: [x]",
            "rule 1, column 年龄: \"18\" does not fit a column that is a whole number",
        ),
        ("when: [18.5], then: [x]", "rule 1, column 年龄: 18.5 does not fit"),
        ("when: ['[60..18]'], then: [x]", "rule 1, column 年龄: the range [60..18] is empty"),
        ("when: ['(18..18]'], then: [x]", "the range (18..18] is empty"),
        ("when: ['[18..60'], then: [x]", "[18..60 is no test"),
        ("when: ['18,,19'], then: [x]", "the cell is empty"),
        ("when: [''], then: [x]", "the cell is empty"),
        ("when: ['99999999999999999999'], then: [x]", "is no value"),
        ("when: ['1', '2'], then: [x]", "rule 1: 2 cells where the table has 1 columns"),
        ("when: ['-'], then: []", "rule 1: 0 cells where the table has 1 columns"),
        (
            "when: ['-'], then: ['form.a +']",
            "rule 1, column r: line 1, column 9: the expression is not finished",
        ),
        ("when: ['-'], then: [x], from: 2026-02-01, until: 2026-01-01", "no day at all"),
    ];
    for (row, expected) in lines {
        let yaml = format!(
            "name: t\ninputs: [{{label: {{zh: 年龄, en: Age}}, expression: form.age, type: integer}}]\n\
             outputs: [{{id: r, type: text}}]\nrules:\n- {{{row}}}\n"
        );
        let fault = serde_saphyr::from_str::<DecisionTable>(&yaml).expect_err(row).to_string();
        assert!(fault.contains(expected), "{row}: {fault}");
    }
    let frames = [
        ("hit: collect-sum", "[{id: a, type: integer}, {id: b, type: integer}]", "[1, 2]", "one result"),
        ("hit: collect-max", "[{id: a, type: text}]", "[x]", "only numbers"),
        ("hit: priority", "[{id: a, type: text}]", "[x]", "priority needs"),
        ("hit: unique", "[{id: a, type: text}, {id: a, type: text}]", "[x, y]", "there twice"),
        ("hit: unique", "[{id: a, type: integer, values: [x]}]", "[1]", "does not fit"),
        ("hit: unique", "[]", "[]", "a table needs"),
        ("hit: best", "[{id: a}]", "[1]", "best"),
    ];
    for (hit, outputs, then, expected) in frames {
        let yaml = format!(
            "name: t\n{hit}\ninputs: [{{expression: form.age}}]\noutputs: {outputs}\nrules:\n- {{when: ['-'], then: {then}}}\n"
        );
        let fault = serde_saphyr::from_str::<DecisionTable>(&yaml).expect_err(hit).to_string();
        assert!(fault.contains(expected), "{hit} {outputs}: {fault}");
    }
}

#[test]
fn cells_read_what_they_say() {
    let lines = [
        ("text", "local", json!("local"), true),
        ("text", "\"a, b\", 'x'", json!("a, b"), false),
        ("text", "\"a, b\", c", json!("a, b"), true),
        ("text", "\"say \\\"x\\\"\"", json!("say \"x\""), true),
        ("text", "本地, 外地", json!("外地"), true),
        ("text", "not(local)", json!("far"), true),
        ("text", "!= local", json!("local"), false),
        ("boolean", "true", json!(true), true),
        ("boolean", "not(true)", json!(true), false),
        ("number", "[0.5..1)", json!(0.5), true),
        ("number", "[0.5..1)", json!(1), false),
        ("number", "]0.5..1]", json!(0.5), false),
        ("number", "[0..1[", json!(1), false),
        ("number", "-3, > 10", json!(-3.0), true),
        ("number", "-3, > 10", json!(11), true),
        ("date", "< 2026-03-01", json!("2026-02-28"), true),
        ("date", "[date(\"2026-01-01\")..\"2026-12-31\"]", json!("2026-12-31"), true),
        ("unknown", "\"x\"", json!("x"), true),
    ];
    for (kind, cell, value, expected) in lines {
        let table = json!({
            "name": "t", "inputs": [{"expression": "form.a", "type": kind}], "outputs": [{"id": "r"}],
            "rules": [{"when": [cell], "then": [true]}]
        });
        let Ok(table) = serde_json::from_value::<DecisionTable>(table) else {
            assert!(cell.contains('\''), "{kind} {cell}");
            continue;
        };
        let outcome = ask(&table, &json!({"a": value})).unwrap();
        assert_eq!(!outcome.rules.is_empty(), expected, "{kind} {cell} {value}");
    }
}
