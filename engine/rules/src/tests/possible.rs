//! Conditions that can never hold are found, and none is called so that can.

use serde_json::json;

use crate::{Domain, Domains, Expression, can_hold};

fn domains() -> Domains {
    let of = |path: &str, domain: Domain| (path.to_owned(), domain);
    Domains::from([
        of(
            "form.kind",
            Domain { only: Some(vec![json!("a"), json!("b")]), always: true, ..Domain::default() },
        ),
        of(
            "form.people",
            Domain { min: Some(1), max: Some(500), whole: true, always: true, ..Domain::default() },
        ),
        of("form.cooks", Domain { only: Some(vec![json!(true), json!(false)]), ..Domain::default() }),
        of("opinion.later", Domain::never()),
        of(
            "opinion.fire",
            Domain { only: Some(vec![json!("agree"), json!("disagree")]), ..Domain::default() },
        ),
    ])
}

fn check(hold: &[&str], fail: &[&str], expected: bool) {
    let read = |sources: &[&str]| -> Vec<Expression> {
        sources.iter().map(|source| Expression::parse(source).unwrap()).collect()
    };
    let (hold_read, fail_read) = (read(hold), read(fail));
    let (hold_read, fail_read): (Vec<&Expression>, Vec<&Expression>) =
        (hold_read.iter().collect(), fail_read.iter().collect());
    assert_eq!(can_hold(&hold_read, &fail_read, &domains()), expected, "{hold:?} without {fail:?}");
}

#[test]
fn what_can_never_hold_is_found() {
    check(&["false"], &[], false);
    check(&["1 > 2"], &[], false);
    check(&["form.kind == \"c\""], &[], false);
    check(&["form.kind in [\"c\", \"d\"]"], &[], false);
    check(&["form.people > 500"], &[], false);
    check(&["form.people >= 100 && form.people < 100"], &[], false);
    check(&["form.people < 1 || form.kind == \"x\""], &[], false);
    check(&["form.cooks && !form.cooks"], &[], false);
    check(&["!given(form.people)"], &[], false);
    check(&["opinion.later == \"agree\""], &[], false);
    check(&["opinion.fire == \"maybe\""], &[], false);
    check(&["form.people < 100", "form.people >= 100"], &[], false);
    check(&["form.people >= 200"], &["form.people >= 100"], false);
    check(&["finding.amount > 5 && finding.amount < 3"], &[], false);
    check(&["register.parent.area == \"x\" && register.parent.area == \"y\""], &[], false);
}

#[test]
fn what_may_hold_is_let_through() {
    check(&["true"], &[], true);
    check(&["form.kind == \"a\""], &[], true);
    check(&["form.people >= 500"], &[], true);
    check(&["form.people > 1 && form.people < 3"], &[], true);
    check(&["finding.rate > 1 && finding.rate < 2"], &[], true);
    check(&["!given(form.cooks)"], &[], true);
    check(&["has(register.parent) && register.parent.area == \"x\""], &[], true);
    check(&["has(licence.earlier)"], &["has(register.parent)"], true);
    check(&["days_between(form.from, form.until) > 5"], &[], true);
    check(&["form.list.exists(m, m.age > 18)"], &[], true);
    check(&["finding.day > date(\"2026-01-01\") && finding.day < date(\"2026-01-03\")"], &[], true);
    check(&["form.people >= 100"], &["form.people >= 200"], true);
    check(&["form.people >= 100"], &["form.cooks"], true);
}
