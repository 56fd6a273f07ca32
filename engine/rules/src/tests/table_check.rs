//! What is found wrong with a table before any case.

use super::tables::table;
use crate::{TableFinding, Type, Types};

fn types() -> Types {
    Types::new()
        .with("form.age", Type::Int)
        .with("form.kind", Type::Text)
        .with("form.local", Type::Bool)
        .with("form.born", Type::Date)
        .with("form.income", Type::Money)
}

fn found(columns: &str, hit: &str, rows: &[&str]) -> Vec<String> {
    let yaml = format!(
        "name: t\nhit: {hit}\ninputs: [{columns}]\noutputs: [{{id: r, type: integer}}]\nrules:\n- {{{}}}\n",
        rows.join("}\n- {")
    );
    table(&yaml).check(&types()).iter().map(TableFinding::to_string).collect()
}

const AGE: &str = "{expression: form.age, type: integer, values: '>= 0'}";
const KIND: &str = "{expression: form.kind, type: text, values: 'a, b, c'}";
const LOCAL: &str = "{expression: form.local, type: boolean}";

#[test]
fn a_whole_table_has_nothing_to_tell() {
    let rows = [
        "when: ['< 18', '-'], then: [1]",
        "when: ['[18..60)', true], then: [2]",
        "when: ['[18..60)', false], then: [3]",
        "when: ['>= 60', '-'], then: [4]",
    ];
    assert_eq!(found(&format!("{AGE}, {LOCAL}"), "unique", &rows), Vec::<String>::new());
}

#[test]
fn gaps_are_told_with_an_example() {
    let gap = |columns: &str, rows: &[&str]| found(columns, "unique", rows);
    assert_eq!(
        gap(AGE, &["when: ['< 18'], then: [1]", "when: ['> 18'], then: [2]"]),
        ["table t: no rule answers when form.age = 18"]
    );
    assert_eq!(gap(AGE, &["when: ['< 18'], then: [1]"]), ["table t: no rule answers when form.age = 18"]);
    assert_eq!(
        gap(KIND, &["when: ['a, b'], then: [1]"]),
        ["table t: no rule answers when form.kind = \"c\""]
    );
    assert_eq!(
        gap("{expression: form.kind, type: text}", &["when: ['a, b'], then: [1]"]),
        ["table t: no rule answers when form.kind = \"…\""]
    );
    assert_eq!(
        gap(&format!("{LOCAL}, {AGE}"), &["when: [true, '-'], then: [1]", "when: [false, '< 5'], then: [1]"]),
        ["table t: no rule answers when form.local = false, form.age = 5"]
    );
    let born = "{expression: form.born, type: date}";
    assert_eq!(
        gap(born, &["when: ['< 2020-01-01'], then: [1]", "when: ['> 2020-01-01'], then: [2]"]),
        ["table t: no rule answers when form.born = date(\"2020-01-01\")"]
    );
    let income = "{expression: form.income / 3, type: number}";
    assert_eq!(
        gap(income, &["when: ['< 1'], then: [1]", "when: ['>= 2'], then: [2]"]),
        ["table t: no rule answers when form.income / 3 = 1"]
    );
}

#[test]
fn rows_that_follow_each_other_in_time_leave_no_day_out() {
    let rows = ["when: ['-'], then: [1], until: 2026-02-27", "when: ['-'], then: [2], from: 2026-03-01"];
    assert_eq!(
        found(AGE, "unique", &rows),
        Vec::<String>::new(),
        "a day on which no row at all is in force is no gap of the table"
    );
    let rows = [
        "when: ['< 9'], then: [1]",
        "when: ['>= 9'], then: [2], until: 2025-12-31",
        "when: ['>= 9'], then: [3], from: 2026-01-02",
    ];
    assert_eq!(found(AGE, "unique", &rows), ["table t: no rule answers on 2026-01-01 when form.age = 9"]);
}

#[test]
fn rows_that_match_together_are_a_fault_where_only_one_may() {
    let rows = [
        "when: ['<= 18', '-'], then: [1]",
        "when: ['>= 18', true], then: [2]",
        "when: ['> 18', false], then: [3]",
    ];
    assert_eq!(
        found(&format!("{AGE}, {LOCAL}"), "unique", &rows),
        ["table t, rule 2: matches together with rule 1, for example when form.age = 18, form.local = true"]
    );
    let rows = ["when: ['-'], then: [1], until: 2026-03-01", "when: ['-'], then: [2], from: 2026-03-01"];
    assert_eq!(
        found(AGE, "unique", &rows),
        ["table t, rule 2: matches together with rule 1, for example when anything is asked"]
    );
    let rows = ["when: ['<= 18'], then: [1]", "when: ['>= 18'], then: [2]"];
    assert_eq!(
        found(AGE, "any", &rows),
        [
            "table t, rule 2: matches together with rule 1 and says something else, for example when form.age = 18"
        ]
    );
    assert_eq!(found(AGE, "first", &rows), Vec::<String>::new());
    let untyped = "{expression: form.age}";
    let rows = ["when: ['<= 18'], then: [1]", "when: ['>= 18'], then: [2]", "when: ['-'], then: [3]"];
    assert_eq!(
        found(untyped, "unique", &rows).len(),
        2,
        "rule 3 asks nothing and so matches with both others"
    );
}

#[test]
fn rows_that_never_come_first_are_told() {
    let rows = [
        "when: ['< 18'], then: [1]",
        "when: ['[18..60]'], then: [2]",
        "when: ['[10..30]'], then: [3]",
        "when: ['-'], then: [4]",
    ];
    assert_eq!(
        found(AGE, "first", &rows),
        ["table t, rule 3: never answers: rules above it always come first"]
    );
}

#[test]
fn types_and_allowed_values_are_checked() {
    assert_eq!(
        found("{expression: form.kind, type: integer}", "first", &["when: ['-'], then: [1]"]),
        ["table t: 1 (form.kind) is said to be a whole number and is a text"]
    );
    assert_eq!(
        found("{expression: form.kin, type: text}", "first", &["when: ['-'], then: [1]"]),
        ["table t: in form.kin: there is no fact form.kin; is form.kind meant?"]
    );
    assert_eq!(
        found(AGE, "first", &["when: ['-'], then: [form.kind]"]),
        ["table t, rule 1: r is said to be a whole number and is a text"]
    );
    assert_eq!(
        found(KIND, "first", &["when: ['a, d'], then: [1]", "when: ['-'], then: [1]"]),
        ["table t, rule 1: \"d\" in 1 (form.kind) is not among the allowed values"]
    );
    assert_eq!(
        found("{expression: form.age}", "first", &["when: ['\"x\"'], then: [1]", "when: ['< 3'], then: [1]"]),
        ["table t, rule 1: 1 (form.age) is said to be a text and is a whole number"]
    );
    let table = table(
        "name: t\ninputs: [{expression: form.local, type: boolean}]\noutputs: [{id: r, type: text, values: [x, w]}]\n\
         rules:\n- {when: ['-'], then: [z]}\n",
    );
    let found: Vec<String> = table.check(&types()).iter().map(TableFinding::to_string).collect();
    assert_eq!(found, ["table t, rule 1: \"z\" in r is not among the allowed values"]);
}

#[test]
fn a_table_of_the_largest_size_is_checked_in_time() {
    let rows: Vec<String> = (0..1_000).map(|at| format!("when: ['{at}', '-'], then: [{at}]")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let found = found(&format!("{AGE}, {KIND}"), "unique", &rows);
    assert_eq!(found, ["table t: no rule answers when form.age = 1000"]);
}
