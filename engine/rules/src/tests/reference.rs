//! What our language shares with CEL means what the interpreter of the crate `cel` says it means.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use serde_json::{Value, json};

use super::value_of;

const RUNS: u32 = 120;

fn facts() -> Value {
    json!({"form": {
        "zero": 0, "three": 3, "minus": -4, "big": i64::MAX, "half": 0.5, "yes": true, "no": false, "text": "local", "other": "lo",
        "numbers": [1, 2, 3, 3], "none": [], "texts": ["local", "near"]
    }})
}

fn pick(from: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(from).prop_map(str::to_owned)
}

/// Whole numbers and conditions that go together in both languages. Missing facts and arithmetic that fails are among them.
fn conditions() -> impl Strategy<Value = String> {
    let number = pick(&[
        "form.zero",
        "form.three",
        "form.minus",
        "form.big",
        "form.never",
        "0",
        "7",
        "-2",
        "size(form.numbers)",
        "size(form.text)",
    ]);
    let texts = pick(&["form.text", "form.other", "form.never", "'local'", "''", "'near'"]);
    let lists = pick(&[
        "form.numbers",
        "form.none",
        "form.never",
        "[3, 4]",
        "form.numbers.map(k, k * 2)",
        "form.numbers.filter(k, k > 1)",
    ]);
    let arithmetic = pick(&["+", "-", "*", "%"]);
    let numbers = number.clone().prop_recursive(2, 8, 2, move |inner| {
        (inner.clone(), arithmetic.clone(), inner).prop_map(|(a, sign, b)| format!("({a} {sign} {b})"))
    });
    let sign = pick(&["==", "!=", "<", "<=", ">", ">="]);
    let fraction = pick(&["form.half", "2.5", "3.0"]);
    let leaf = prop_oneof![
        pick(&["true", "form.yes", "form.no", "form.never", "has(form.text)", "has(form.never)"]),
        (numbers.clone(), sign.clone(), numbers.clone()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
        (numbers.clone(), sign.clone(), fraction.clone()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
        (fraction, sign.clone(), number.clone()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
        (texts.clone(), sign.clone(), texts.clone()).prop_map(|(a, sign, b)| format!("{a} {sign} {b}")),
        (texts.clone(), pick(&["startsWith", "endsWith", "contains"]), texts)
            .prop_map(|(a, f, b)| format!("{a}.{f}({b})")),
        (number.clone(), lists.clone()).prop_map(|(a, list)| format!("{a} in {list}")),
        (lists.clone(), lists.clone()).prop_map(|(a, b)| format!("{a} == {b}")),
        (lists.clone(), pick(&["exists", "all", "exists_one"]), sign.clone(), numbers)
            .prop_map(|(list, each, sign, b)| format!("{list}.{each}(m, m {sign} {b})")),
        (lists, pick(&["exists", "all", "exists_one"]), sign, number)
            .prop_map(|(list, each, sign, b)| format!("{list}.{each}(m, 6 % (m - 2) {sign} {b})")),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
        ]
    })
}

fn cel_value(value: &Value) -> cel::Value {
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Number(number) => {
            number.as_i64().map_or_else(|| number.as_f64().unwrap().into(), cel::Value::Int)
        }
        Value::String(text) => text.as_str().into(),
        Value::Array(values) => cel::Value::List(Arc::new(values.iter().map(cel_value).collect())),
        Value::Object(map) => {
            let map: std::collections::HashMap<String, cel::Value> =
                map.iter().map(|(name, value)| (name.clone(), cel_value(value))).collect();
            cel::Value::Map(map.into())
        }
    }
}

fn compare() -> Result<(), TestError<String>> {
    let facts = facts();
    let mut context = cel::Context::default();
    context.add_variable_from_value("form", cel_value(&facts["form"]));
    TestRunner::new(Config::with_cases(RUNS)).run(&conditions(), |source| {
        let theirs = cel::Program::compile(&source).unwrap().execute(&context);
        let ours = value_of(&source, &facts);
        match (&ours, &theirs) {
            (Ok(Value::Bool(ours)), Ok(cel::Value::Bool(theirs))) if ours == theirs => Ok(()),
            (Err(_), Err(_)) => Ok(()),
            _ => Err(TestCaseError::fail(format!("ours {ours:?}, theirs {theirs:?}"))),
        }
    })
}

#[test]
fn the_shared_part_means_the_same() {
    // The generated parser of `cel` needs more stack than a test has.
    let wide = std::thread::Builder::new().stack_size(256 << 20).spawn(compare).unwrap();
    let compared = wide.join().unwrap();
    assert!(compared.is_ok(), "{}", compared.unwrap_err());
}
