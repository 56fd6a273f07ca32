//! Faults that are found before any case.

use crate::{Expression, Type, Types};

fn types() -> Types {
    Types::new()
        .with("form.age", Type::Int)
        .with("form.area", Type::Number)
        .with("form.income", Type::Money)
        .with("form.kind", Type::Text)
        .with("form.born", Type::Date)
        .with("form.has_officials", Type::Bool)
        .with("form.members[].income", Type::Money)
        .with("form.members[].name", Type::Text)
        .with("form.tags", Type::List)
        .with("register", Type::Unknown)
        .with("case.submitted_on", Type::Date)
}

fn faults(source: &str) -> Vec<String> {
    let faults = Expression::parse(source).unwrap().check_condition(&types());
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn right_conditions_pass() {
    let sources = [
        "form.age >= 18 && form.area > 18 && form.income / form.age < 1000.5",
        "form.born < '2010-01-01' && years_between(form.born, case.submitted_on) >= 18",
        "form.members.exists(m, m.income > 0 && m.name.startsWith('a'))",
        "sum(form.members.map(m, m.income)) + form.income < 100000",
        "size(form.members.filter(m, m.income > 0)) > 1",
        "form.members.filter(m, m.income > 0)[0].name == 'x'",
        "register.anything.at_all == 3 && register.list.exists(x, x.y)",
        "form.tags.exists(t, t == 'x') && 'x' in form.tags",
        "(form.has_officials ? form.income : 0) > 100 && max(form.age, 3) > 2",
        "form.kind in ['a', 'b'] && has(form.members)",
        "round(form.income * 0.3) <= form.income && date(form.born) > date('1900-01-01')",
        "form.members[0].income > 3 && -form.age < 0 && given(form.members[0].name)",
    ];
    for source in sources {
        assert_eq!(faults(source), Vec::<String>::new(), "{source}");
    }
}

#[test]
fn wrong_ones_are_named() {
    let lines = [
        ("form.agee >= 18", "in form.agee: there is no fact form.agee; is form.age meant?"),
        ("from.age >= 18", "in from.age: there is no fact from.age; is form.age meant?"),
        ("has(form.unheard_of)", "in form.unheard_of: there is no fact form.unheard_of"),
        ("form.age.years > 1", "in form.age.years: there is no fact form.age.years"),
        ("form.age", "in form.age: yes or no is needed, this is a whole number"),
        ("form.age && form.has_officials", "in form.age: yes or no is needed, this is a whole number"),
        ("!form.kind", "in form.kind: yes or no is needed, this is a text"),
        ("form.kind > 3", "in form.kind > 3: a text and a whole number do not go together"),
        ("form.age == 'x'", "in form.age == \"x\": a whole number and a text do not go together"),
        (
            "form.has_officials < true",
            "in form.has_officials < true: yes or no and yes or no do not go together",
        ),
        ("form.born < '2010-13-01'", "in \"2010-13-01\": a date yyyy-mm-dd is needed, this is a text"),
        ("form.kind + 1 > 2", "in form.kind: a number is needed, this is a text"),
        (
            "form.income * form.income > 2",
            "in form.income * form.income: an amount and an amount do not go together",
        ),
        ("form.age in ['a']", "in form.age in [\"a\"]: a whole number and a text do not go together"),
        ("form.age in form.kind", "in form.kind: a list is needed, this is a text"),
        ("form.age.exists(x, true)", "in form.age: a list is needed, this is a whole number"),
        (
            "form.members.exists(m, m.incme > 1)",
            "in m.incme: there is no fact form.members[].incme; is form.members[].income meant?",
        ),
        ("form.members.all(m, m.income)", "in m.income: yes or no is needed, this is an amount"),
        ("years_between(form.age, form.born) > 1", "in form.age: a date is needed, this is a whole number"),
        ("form.age.startsWith('x')", "in form.age: a text is needed, this is a whole number"),
        (
            "sum(form.members.map(m, m.name)) > 1",
            "in form.members.map(m, m.name): a list of numbers is needed, this is a text",
        ),
        ("[1, 'a'] == [1]", "in [1, \"a\"]: a whole number and a text do not go together"),
        (
            "form.members['x'] == 1 && form.members[form.kind].income > 1",
            "in form.kind: a whole number is needed, this is a text",
        ),
        (
            "(form.has_officials ? 1 : 'a') == 1",
            "in form.has_officials ? 1 : \"a\": a whole number and a text do not go together",
        ),
        ("round(form.kind) == 1", "in form.kind: a number is needed, this is a text"),
    ];
    for (source, expected) in lines {
        let found = faults(source);
        assert!(found.iter().any(|fault| fault == expected), "{source}: {found:?}");
    }
}

#[test]
fn the_type_of_a_value_is_known() {
    let lines = [
        ("form.income + 1", Type::Money),
        ("form.age * 3", Type::Int),
        ("form.age / 3", Type::Number),
        ("form.income * 0.5", Type::Number),
        ("round(form.income * 0.5)", Type::Int),
        ("date(form.born)", Type::Date),
        ("size(form.kind)", Type::Int),
        ("form.age > 1", Type::Bool),
        ("form.has_officials ? form.income : 0", Type::Money),
        ("max(form.members.map(m, m.income))", Type::Money),
        ("form.tags.filter(t, true)", Type::List),
        ("register.x", Type::Unknown),
    ];
    for (source, expected) in lines {
        assert_eq!(Expression::parse(source).unwrap().type_in(&types()), expected, "{source}");
    }
}

#[test]
fn open_types_let_everything_through_that_begins_well() {
    let check = |source: &str| Expression::parse(source).unwrap().check_condition(&Types::open());
    assert_eq!(check("form.a.b.exists(m, m.c > register.d)"), []);
    assert_eq!(check("from.a > 1").len(), 1);
}
