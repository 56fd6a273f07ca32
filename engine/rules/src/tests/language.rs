//! What expressions mean, one line each, and what is refused where.

use serde_json::json;

use super::{holds, household, value_of};
use crate::{Expression, ExpressionFault, Mistake, NoValue, SourceRule};

#[test]
fn conditions_hold_as_they_read() {
    let facts = household();
    let true_ones = [
        "form.age >= 17 && form.age < 18",
        "form.area >= 18.5 && form.area > 18 && form.area < 19",
        "18 < form.area",
        "form.whole == 7 && form.whole in [6, 7]",
        "form.kind == \"local\" && form.kind != 'nearby'",
        "form.kind in [\"local\", \"nearby\"] && !(form.kind in ['far'])",
        "form.has_officials && !form.closed",
        "form.closed || form.has_officials",
        "form.age < 18 ? form.kind == 'local' : false",
        "has(form.age) && !has(form.nothing) && !has(form.never) && !has(form.never.deeper)",
        "given(form.kind) && !given(form.blank) && !given(form.empty) && has(form.blank) && !given(form.never)",
        "size(form.members) == 3 && form.members.size() == 3 && size(form.name) == 2",
        "form.members.exists(m, m.income >= 100000)",
        "form.members.all(m, m.income < 200000)",
        "form.members.exists_one(m, m.income == 0)",
        "size(form.members.filter(m, m.income > 0)) == 2",
        "sum(form.members.map(m, m.income)) == 120000",
        "max(form.members.map(m, m.income)) == 100000 && min(3, 1, 2) == 1",
        "form.members[1].name == '乙' && form.tags[0] == 'a'",
        "form.members.exists(m, has(m.student) && m.student)",
        "form.name.startsWith('张') && form.name.endsWith('三') && form.name.contains('张三')",
        "years_between(form.born, case.submitted_on) == 18",
        "years_between(form.born, '2026-02-28') == 17",
        "date(form.born) < date('2010-01-01') && date(form.born) < '2010-01-01'",
        "case.submitted_on >= date(\"2026-03-01\")",
        "days_between('2026-02-28', case.submitted_on) == 1 && days_between(case.submitted_on, '2026-02-28') == -1",
        "months_between('2026-01-31', '2026-02-28') == 0 && months_between('2026-01-31', '2026-03-01') == 1",
        "finding[\"approved-amount\"] == 50000",
        "form.income / 100 == 1200 && 7 / 2 == 3.5 && 7 % 2 == 1 && -form.age == -17 && 2 + 3 * 4 == 14",
        "round(2.5) == 3 && round(-2.5) == -3 && floor(2.9) == 2 && ceil(2.1) == 3 && abs(-4) == 4",
        "round(form.income * 0.3) == 36000",
        "[1, 2] == [1, 2.0] && [1] != [2]",
        "9007199254740993 > 9007199254740992.0",
    ];
    for source in true_ones {
        assert_eq!(value_of(source, &facts), Ok(json!(true)), "{source}");
        assert!(holds(source, &facts).holds, "{source}");
    }
}

#[test]
fn a_missing_fact_is_never_a_value() {
    let facts = household();
    let missing = |path: &str| Err(NoValue::Missing { path: path.to_owned() });
    let lines = [
        ("form.never > 3", "form.never"),
        ("form.never <= 3", "form.never"),
        ("form.never == 3", "form.never"),
        ("form.never != 3", "form.never"),
        ("3 < form.never", "form.never"),
        ("!(form.never > 3)", "form.never"),
        ("!form.never", "form.never"),
        ("-form.never < 0", "form.never"),
        ("form.never + 1 > 0", "form.never"),
        ("form.never in [1]", "form.never"),
        ("!(form.never in [1])", "form.never"),
        ("1 in form.never", "form.never"),
        ("form.never ? true : true", "form.never"),
        ("form.nothing == 1", "form.nothing"),
        ("form.never && true", "form.never"),
        ("form.never || false", "form.never"),
        ("form.never.exists(m, true)", "form.never"),
        ("form.never.all(m, true)", "form.never"),
        ("size(form.never) == 0", "form.never"),
        ("form.never.startsWith('a')", "form.never"),
        ("years_between(form.never, case.submitted_on) > 0", "form.never"),
        ("form.members[7].income > 0", "form.members[7]"),
        ("form.members.exists_one(m, m.student)", "form.members[1].student"),
        ("sum(form.members.map(m, m.wage)) > 0", "form.members[0].wage"),
        ("form.holes[1] == 1", "form.holes[1]"),
        ("sum(form.holes) == 4", "form.holes[1]"),
        ("form.holes.all(h, h > 0)", "form.holes[1]"),
        ("finding['other-amount'] > 1", "finding.other-amount"),
        ("opinion.branch.agrees", "opinion.branch.agrees"),
        ("form.kind.deeper == 1", "form.kind.deeper"),
    ];
    for (source, path) in lines {
        assert_eq!(value_of(source, &facts), missing(path), "{source}");
        assert!(!holds(source, &facts).holds, "{source}");
    }
}

#[test]
fn what_another_clause_settles_needs_no_value() {
    let facts = household();
    assert_eq!(value_of("form.never > 3 || form.age == 17", &facts), Ok(json!(true)));
    assert_eq!(value_of("form.age == 17 || form.never > 3", &facts), Ok(json!(true)));
    assert_eq!(value_of("form.never > 3 && form.age == 18", &facts), Ok(json!(false)));
    assert_eq!(value_of("form.holes.exists(h, h == 3)", &facts), Ok(json!(true)));
    assert_eq!(value_of("!has(form.never) || form.never > 3", &facts), Ok(json!(true)));
}

#[test]
fn facts_that_do_not_fit_are_named_and_hold_nothing() {
    let facts = household();
    let lines = [
        ("form.kind > 3", "form.kind > 3"),
        ("form.age == 'seventeen'", "form.age == \"seventeen\""),
        ("form.age && true", "form.age"),
        ("form.kind + 'x' == 'localx'", "form.kind + \"x\""),
        ("form.members.name == 'x' || form.tags.exists(t, t.name == 'x')", "t.name"),
        ("date(form.kind) > date('2026-01-01')", "date(form.kind)"),
        (
            "years_between(form.broken, case.submitted_on) > 1",
            "years_between(form.broken, case.submitted_on)",
        ),
        ("form.age / 0 > 1", "form.age / 0"),
        ("form.age % 0 > 1", "form.age % 0"),
        ("9223372036854775807 + 1 > 0", "9223372036854775807 + 1"),
        ("max([]) > 1", "max([])"),
        ("form.members == form.members", "form.members == form.members"),
        ("form.tags['x'] == 1 || form.tags[form.kind] == 'a'", "form.kind"),
    ];
    for (source, place) in lines {
        match value_of(source, &facts) {
            Err(NoValue::Fault { place: found, .. }) => assert_eq!(found, place, "{source}"),
            Err(NoValue::Missing { .. }) if source.contains("||") => {}
            other => panic!("{source}: {other:?}"),
        }
        assert!(!holds(source, &facts).holds, "{source}");
    }
    let overflow = NoValue::Fault { place: "1e308 * 10.0".into(), mistake: Mistake::Overflow };
    assert!(
        matches!(
            value_of("1e308 * 10.0 > 1.0", &facts),
            Err(NoValue::Fault { mistake: Mistake::Overflow, .. })
        ),
        "{overflow:?}"
    );
}

fn fault(source: &str) -> (usize, usize, SourceRule) {
    let ExpressionFault { line, column, rule } = Expression::parse(source).expect_err(source);
    (line, column, rule)
}

#[test]
fn what_is_no_expression_is_refused_at_its_place() {
    assert_eq!(fault(""), (1, 1, SourceRule::Empty));
    assert_eq!(fault("  \n "), (1, 1, SourceRule::Empty));
    assert_eq!(fault("form.age >= "), (1, 13, SourceRule::Unfinished));
    assert_eq!(fault("form.age = 18"), (1, 10, SourceRule::Unexpected("= ".into())));
    assert_eq!(fault("(form.age"), (1, 10, SourceRule::Unfinished));
    assert_eq!(fault("form.age)"), (1, 9, SourceRule::Unexpected(")".into())));
    assert_eq!(fault("form.name == '张三' && frm(1)"), (1, 25, SourceRule::NoSuchFunction("frm".into())));
    assert_eq!(
        fault("form.age > 1 &&\n  form.name.matches('a+')"),
        (2, 20, SourceRule::NoSuchFunction("matches".into()))
    );
    assert_eq!(fault("form.a == null").2, SourceRule::NotSupported("null (ask has(…) or given(…))"));
    assert_eq!(fault("b'x' == form.a").2, SourceRule::NotSupported("a text of bytes (b\"…\")"));
    assert_eq!(fault("1u == form.a").2, SourceRule::NotSupported("a number ending in u"));
    assert_eq!(fault("{'a': 1}.a == 1").2, SourceRule::NotSupported("a map {…}"));
    assert_eq!(fault("form.a.exists(form, true)").2, SourceRule::NameTaken("form".into()));
    assert_eq!(fault("form.a.exists(m, form.b.all(m, true))").2, SourceRule::NameTaken("m".into()));
    assert_eq!(fault("date('2026-02-30') > form.d").2, SourceRule::NotADate("2026-02-30".into()));
    assert_eq!(
        fault("days_between(form.a) > 1").2,
        SourceRule::Arguments { name: "days_between", takes: "two dates", given: 1 }
    );
    assert_eq!(
        fault("has(1)").2,
        SourceRule::Arguments { name: "has", takes: "one fact, such as form.name", given: 1 }
    );
    assert!(matches!(fault("startsWith(form.a, 'x')").2, SourceRule::NoSuchFunction(_)));
    assert!(matches!(fault("form.?a == 1").2, SourceRule::Grammar(_) | SourceRule::Unexpected(_)));
}

#[test]
fn what_an_expression_reads_is_known_before_it_is_asked() {
    let expression =
        Expression::parse("form.a.b > 1 && form.list.exists(m, m.x == finding['y-z']) || has(case.z)")
            .unwrap();
    let reads: Vec<&str> = expression.reads().iter().map(String::as_str).collect();
    assert_eq!(reads, ["case.z", "finding.y-z", "form.a.b", "form.list"]);
}

#[test]
fn an_expression_is_stored_as_its_text() {
    let expression: Expression = serde_json::from_str("\"form.age >= 18\"").unwrap();
    assert_eq!(serde_json::to_string(&expression).unwrap(), "\"form.age >= 18\"");
    assert_eq!(expression, Expression::parse("form.age >= 18").unwrap());
    let from_yaml: Vec<Expression> = serde_saphyr::from_str("[true, 18, 2.5, form.age >= 18]").unwrap();
    let sources: Vec<&str> = from_yaml.iter().map(Expression::source).collect();
    assert_eq!(sources, ["true", "18", "2.5", "form.age >= 18"]);
    let fault = serde_json::from_str::<Expression>("\"form.age >\"").unwrap_err().to_string();
    assert!(fault.contains("line 1, column 11") && fault.contains("form.age >"), "{fault}");
}

#[test]
fn the_fixed_way_of_writing_means_the_same() {
    let sources = [
        "(1 + 2) * 3 == 9 && !(form.a || form.b)",
        "1 - (2 - 3) == 2 && (form.a ? 1 : 2) + 1 == 2",
        "form['x-y'].z == \"a\\\"b\" && form.list[0].a in [1, 2]",
        "(form.a < 1) == true && -(1 + form.b) < 0",
        "(form.a ? form.b : form.c) ? true : false",
        "form.l.filter(m, m.a > 1 || m.b).map(n, n.c + 1) == [1]",
    ];
    for source in sources {
        let once = Expression::parse(source).unwrap().node().to_string();
        let twice = Expression::parse(&once).unwrap_or_else(|fault| panic!("{once}: {fault}"));
        assert_eq!(twice.node().to_string(), once, "{source}");
        assert_eq!(twice.node(), Expression::parse(source).unwrap().node(), "{source} became {once}");
    }
}
