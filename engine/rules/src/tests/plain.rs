//! Conditions told without facts, for guides and outlines.

use serde_json::json;

use crate::{Expression, Joined, Plain};

#[test]
fn conditions_are_told_before_there_are_facts() {
    let plain = |source: &str| Expression::parse(source).unwrap().plain();
    let path = || "form.a".to_owned();
    let compares = |sign, value| Plain::Compares { path: path(), sign, value };
    let lines = [
        ("form.a >= 18", compares(">=", json!(18))),
        ("18 <= form.a", compares(">=", json!(18))),
        ("form.a < date('2026-03-01')", compares("<", json!("2026-03-01"))),
        ("form.a == 'x'", compares("==", json!("x"))),
        ("form.a", Plain::Is { path: path(), so: true }),
        ("!form.a", Plain::Is { path: path(), so: false }),
        ("form.a == false", Plain::Is { path: path(), so: false }),
        ("form.a != false", Plain::Is { path: path(), so: true }),
        ("!has(form.a)", Plain::Given { path: path(), so: false }),
        ("given(form.a)", Plain::Given { path: path(), so: true }),
        ("!(form.a > 1)", Plain::Other("!(form.a > 1)".to_owned())),
        ("form.a in [1]", Plain::Other("form.a in [1]".to_owned())),
    ];
    for (source, expected) in lines {
        assert_eq!(plain(source), (Joined::All, vec![expected]), "{source}");
    }
    let (joined, clauses) = plain("form.a || form.b > 1 || size(form.c) == 2");
    assert_eq!((joined, clauses.len()), (Joined::Any, 3));
}
