//! Whatever the text and whatever the facts: no panic, and an end within bounds.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{holds, household, value_of};
use crate::{DecisionTable, Expression, Facts, NoValue, Outcome, SourceRule, Types, import_dmn};

/// Texts that look like rules and mostly are none.
fn soup() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "form",
            "form.a",
            "form.list",
            "has(",
            "given(",
            "size(",
            "date(",
            "exists(m,",
            ".all(m,",
            ".filter(x,",
            "m.a",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "&&",
            "||",
            "!",
            "-",
            "+",
            "*",
            "/",
            "%",
            "==",
            "!=",
            "<",
            "<=",
            "in",
            "?",
            ":",
            ",",
            ".",
            "\"a\"",
            "'b'",
            "r\"\\",
            "b'x'",
            "1",
            "18.5",
            "1e400",
            "99999999999999999999",
            "0x1F",
            "3u",
            "null",
            "true",
            "//x",
            "\n",
            "\\",
            "\"",
            "'''",
            "`a`",
            "政务",
            "\u{0}",
            "\u{feff}",
            "@",
            "#",
            "=",
            "years_between(",
            "matches(",
            "…",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    vec(word, 0..30).prop_map(|words| words.join(" "))
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["", " ", "a", "2026-03-01", "2026-02-30", "-9999-01-01", "政务"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let names = prop::sample::select(vec!["a", "b", "list", "m"]).prop_map(str::to_owned);
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec((names, inner), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Expressions that can be read, of any mixture of types.
fn sound() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "form",
        "form.a",
        "form.b",
        "form.list",
        "form.list[0]",
        "form.list[-1]",
        "1",
        "0",
        "-1",
        "2.5",
        "9223372036854775807",
        "-9223372036854775808",
        "1.7e308",
        "\"a\"",
        "\"\"",
        "true",
        "false",
        "date('2026-03-01')",
        "'2026-02-30'",
        "[]",
        "[1, 'a']",
        "case.submitted_on",
        "nothing",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 40, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let signs = vec!["&&", "||", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"];
        let functions = vec!["size", "date", "round", "floor", "ceil", "abs", "sum", "min", "max"];
        let pairs = vec!["years_between", "months_between", "days_between", "min", "max"];
        let each = vec!["exists", "all", "exists_one", "filter", "map"];
        prop_oneof![
            (two.clone(), prop::sample::select(signs))
                .prop_map(|((a, b), sign)| format!("({a}) {sign} ({b})")),
            (inner.clone(), prop::sample::select(functions)).prop_map(|(a, f)| format!("{f}({a})")),
            (two.clone(), prop::sample::select(pairs)).prop_map(|((a, b), f)| format!("{f}({a}, {b})")),
            (two.clone(), prop::sample::select(vec!["startsWith", "endsWith", "contains"]))
                .prop_map(|((a, b), f)| format!("({a}).{f}({b})")),
            (two.clone(), prop::sample::select(each)).prop_map(|((a, b), e)| format!("({a}).{e}(m, {b})")),
            (two, inner.clone()).prop_map(|((a, b), c)| format!("({a}) ? ({b}) : ({c})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.prop_map(|a| format!("({a}).a")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![soup(), "\\PC{0,40}", ".{0,40}"]) {
        match Expression::parse(&text) {
            Ok(expression) => {
                expression.check_condition(&Types::open());
                let facts = household();
                let _any_answer = expression.holds(&facts.as_object().map(Facts::from).unwrap());
            }
            Err(fault) => {
                prop_assert!(fault.line >= 1 && fault.column >= 1);
                prop_assert!(fault.rule != SourceRule::Unreadable, "the reader itself failed on {text:?}");
            }
        }
    }

    #[test]
    fn any_expression_answers_any_facts(source in sound(), form in json_value(), day in json_value()) {
        prop_assume!(source.len() < 1_500);
        let expression = match Expression::parse(&source) {
            Ok(expression) => expression,
            Err(fault) => {
                let meant = matches!(fault.rule, SourceRule::TooDeep(_) | SourceRule::NameTaken(_) | SourceRule::NotADate(_));
                prop_assert!(meant, "{}: {}", source, fault);
                return Ok(());
            }
        };
        let case = json!({"submitted_on": day});
        let facts = Facts::new().with("form", &form).with("case", &case);
        let value = expression.value(&facts);
        let held = expression.holds(&facts);
        prop_assert_eq!(held.holds, value == Ok(Value::Bool(true)), "{} gives {:?}", source, value);
        // The clauses tell the same story as the whole.
        let told = |joined, parts: &[crate::Clause]| {
            let held = |clause: &crate::Clause| clause.outcome == Outcome::Held;
            if joined == crate::Joined::All { parts.iter().all(held) } else { parts.iter().any(held) }
        };
        prop_assert_eq!(told(held.joined, &held.why), held.holds);
        expression.check(&Types::open());
        let written = expression.node().to_string();
        if let Ok(again) = Expression::parse(&written) {
            prop_assert_eq!(again.value(&facts), value);
        }
    }

    #[test]
    fn any_table_is_read_or_refused(text in soup(), form in json_value(), kind in prop::sample::select(vec!["text", "integer", "number", "date", "boolean", "unknown"])) {
        let table = json!({
            "name": "t", "hit": "first",
            "inputs": [{"expression": "form.a", "type": kind}],
            "outputs": [{"id": "r", "type": kind}],
            "rules": [{"when": [text], "then": [text]}, {"when": ["-"], "then": ["form.b"]}]
        });
        if let Ok(table) = serde_json::from_value::<DecisionTable>(table) {
            table.check(&Types::open());
            let facts = Facts::new().with("form", &form);
            let _any_answer = table.evaluate(&facts, jiff::civil::date(2026, 3, 1));
            let again: DecisionTable = serde_json::from_value(serde_json::to_value(&table).unwrap()).unwrap();
            prop_assert_eq!(again, table);
        }
    }

    #[test]
    fn any_file_is_imported_or_refused(text in soup(), cut in 0_usize..3_000) {
        let file = include_str!("../../tests/data/relief.dmn");
        let at = (0..=cut.min(file.len())).rev().find(|at| file.is_char_boundary(*at)).unwrap_or(0);
        let broken = format!("{}{text}{}", &file[..at], &file[at..]);
        if let Err(fault) = import_dmn(&broken) {
            prop_assert!(fault.line >= 1);
        }
    }
}

#[test]
fn text_that_would_need_too_much_stack_or_time_is_refused() {
    let deep = |open: &str, inner: &str, close: &str, times| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    for source in [
        deep("(", "1", ")", 600),
        deep("[", "1", "]", 600),
        deep("!(", "form.a", ")", 500),
        deep("size(", "form.a", ")", 200),
        "(".repeat(2_000),
        "[".repeat(2_000),
        "{".repeat(2_000),
        "form.a ? 1 : ".repeat(150),
        vec!["1"; 1_000].join("+"),
        vec!["a"; 1_000].join("."),
        deep("form.l.exists(m, ", "true", ")", 30),
    ] {
        let fault = Expression::parse(&source).err().map(|fault| fault.rule);
        let refused = fault.as_ref().is_some_and(|rule| *rule != SourceRule::Unreadable);
        let harmless = source.starts_with("a.a.a");
        assert!(refused || harmless, "{fault:?} for {}…", &source[..20]);
    }
    assert_eq!(Expression::parse(&"1".repeat(2_001)).unwrap_err().rule, SourceRule::TooLong(2_000));
}

#[test]
fn a_small_stack_is_enough_for_the_caller() {
    let read_and_ask = || {
        let source = format!("{}form.a > 1{}", "(".repeat(18), ")".repeat(18));
        let long = vec!["form.a > 1"; 100].join(" && ");
        let facts = json!({"a": 2});
        [source, long]
            .iter()
            .all(|source| Expression::parse(source).unwrap().holds(&Facts::new().with("form", &facts)).holds)
    };
    // A quarter of what a thread of the server has.
    let small = std::thread::Builder::new().stack_size(512 << 10).spawn(read_and_ask).unwrap();
    assert!(small.join().unwrap());
}

#[test]
fn work_that_does_not_end_soon_is_given_up() {
    let numbers: Vec<Value> = (0..1_000).map(Value::from).collect();
    let facts = json!({"form": {"list": numbers, "text": "a".repeat(1 << 20)}});
    let too_much = [
        "form.list.all(a, form.list.all(b, a + b >= 0))",
        "size(form.list.filter(a, form.list.exists(b, a == -b - 1))) == 0",
        "form.list.map(a, form.list.map(b, b)) == [1]",
        "form.list.all(a, a in form.list)",
        "form.list.all(a, size(form.text) > 5)",
        "form.list.all(a, form.text != form.text + '')",
        "form.list.all(a, form.text == form.text)",
        "form.list.exists(a, form.text.contains('b'))",
    ];
    for source in too_much {
        let value = value_of(source, &facts);
        let ended = matches!(value, Err(NoValue::TooComplex | NoValue::Fault { .. }));
        assert!(ended, "{source}: {value:?}");
        assert!(
            !holds(source, &facts).holds && !holds(&format!("!({source}) || true && {source}"), &facts).holds
        );
    }
    assert_eq!(
        value_of("form.list.all(a, a >= 0)", &facts),
        Ok(json!(true)),
        "one walk over a long list is fine"
    );
}

#[test]
fn deep_facts_do_not_matter() {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    let facts: Map<String, Value> = [("form".to_owned(), json!({"deep": deep}))].into_iter().collect();
    let value = Expression::parse("form.deep == form.deep").unwrap().value(&Facts::from(&facts));
    assert_eq!(value, Err(NoValue::TooComplex));
}
