//! DMN files: what is taken over means the same, and everything else is refused by line.

use jiff::civil::date;
use serde_json::json;

use super::tables::table;
use crate::{DecisionTable, DmnRule, Facts, HitPolicy, TableFinding, Types, import_dmn};

const FILE: &str = include_str!("../../tests/data/relief.dmn");

fn imported() -> DecisionTable {
    let mut tables = import_dmn(FILE).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(tables.len(), 1);
    tables.remove(0)
}

#[test]
fn an_imported_table_says_what_our_own_spelling_says() {
    let (theirs, ours) = (imported(), table(include_str!("../../tests/data/relief.yaml")));
    assert_eq!(theirs.name(), ours.name());
    let mut answers = 0;
    for cause in [json!("illness"), json!("accident"), json!("disaster"), json!("other"), json!(null)] {
        for persons in [json!(1), json!(2), json!(3), json!(20), json!(null)] {
            for expenses in
                [json!(0), json!(100_000), json!(100_000.5), json!(1_000_000), json!(1_000_001), json!(null)]
            {
                let (form, finding) =
                    (json!({"cause": cause, "expenses": expenses}), json!({"persons_in_need": persons}));
                for day in [date(2023, 12, 31), date(2024, 1, 1)] {
                    let facts = Facts::new().with("form", &form).with("finding", &finding);
                    let (theirs, ours) = (theirs.evaluate(&facts, day), ours.evaluate(&facts, day));
                    let said = |outcome: &Result<crate::TableOutcome, _>| {
                        outcome.clone().map(|outcome| (outcome.outputs, outcome.rules, outcome.why))
                    };
                    assert_eq!(said(&theirs), said(&ours), "{form} {finding} {day}");
                    answers += usize::from(ours.is_ok_and(|outcome| !outcome.rules.is_empty()));
                }
            }
        }
    }
    assert!(answers > 50, "{answers}");
    let told = |table: &DecisionTable| -> Vec<String> {
        table.check(&Types::open()).iter().map(TableFinding::to_string).collect()
    };
    assert_eq!(told(&theirs), told(&ours));
}

#[test]
fn an_imported_table_can_be_written_in_our_spelling() {
    let yaml = serde_saphyr::to_string(&imported()).unwrap();
    assert_eq!(table(&yaml), imported(), "{yaml}");
}

#[test]
fn policies_keep_their_meaning() {
    let with = |policy: &str| import_dmn(&FILE.replace("hitPolicy=\"UNIQUE\"", policy));
    let policy =
        |text: &str| with(text).map(|tables| tables[0].form().hit).map_err(|fault| fault.to_string());
    assert_eq!(policy(""), Ok(HitPolicy::Unique));
    assert_eq!(policy("hitPolicy=\"FIRST\""), Ok(HitPolicy::First));
    assert_eq!(policy("hitPolicy=\"ANY\""), Ok(HitPolicy::Any));
    assert_eq!(policy("hitPolicy=\"PRIORITY\""), Ok(HitPolicy::Priority));
    assert_eq!(policy("hitPolicy=\"RULE ORDER\""), Ok(HitPolicy::RuleOrder));
    assert_eq!(policy("hitPolicy=\"COLLECT\""), Ok(HitPolicy::Collect));
    assert_eq!(
        policy("hitPolicy=\"COLLECT\" aggregation=\"SUM\"").unwrap_err(),
        "line 11: to collect into one number a table has one result"
    );
    assert_eq!(
        policy("hitPolicy=\"OUTPUT ORDER\"").unwrap_err(),
        "line 11: the hit policy OUTPUT ORDER cannot be taken over"
    );
}

#[test]
fn what_cannot_be_taken_over_is_named_with_its_line() {
    let lines = [
        (
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
            "<!DOCTYPE d SYSTEM \"file:///etc/passwd\">",
            1,
            "a document type declaration is not allowed",
        ),
        ("救助事由", "&secret;", 12, "entity"),
        ("小额 ", "&secret;", 38, "the entity &secret; is not allowed"),
        ("20191111/MODEL", "20151101/MODEL", 2, "not a DMN model of version 1.2 to 1.5"),
        ("<text>cause</text>", "<text>cause + 1</text>", 13, "\"cause + 1\" is no name of a fact"),
        ("<text>cause</text>", "<text>Applicant Age</text>", 13, "\"Applicant Age\" is no name of a fact"),
        ("<text>&lt; 3</text>", "<text>&lt; count(x)</text>", 32, "count(x) is no value"),
        ("<text>&lt; 3</text>", "<text>&lt; </text>", 32, "is no test"),
        ("<text>[3..20]</text>", "<text>[20..3]</text>", 42, "the range [20..3] is empty"),
        (
            "<text>[3..20]</text>",
            "<text>[\"a\"..\"b\"]</text>",
            42,
            "does not fit a column that is a whole number",
        ),
        ("<text>\"town\"</text>", "<text>if a then b else c</text>", 35, "is no name of a fact"),
        ("<text>\"town\"</text>", "<text>7</text>", 35, "7 does not fit a column that is a text"),
        ("typeRef=\"integer\"", "typeRef=\"tPersons\"", 17, "the type tPersons is not known"),
        ("<inputEntry/>", "", 54, "2 cells where the table has 3 columns"),
        ("</decisionTable>", "<rule></decisionTable>", 61, "not well-formed"),
        ("href=\"#cause-data\"", "href=\"#a\" href=\"#b\"", 10, "not well-formed"),
        (
            "<requiredInput href=\"#cause-data\"/>",
            "<requiredDecision href=\"#d\"/>",
            10,
            "a decision that needs the result of another",
        ),
        (
            "<inputExpression id=\"in-1-e\"",
            "<inputExpression expressionLanguage=\"juel\" id=\"in-1-e\"",
            13,
            "the expression language juel",
        ),
        ("<output id=\"out-1\"", "<x/><output id=\"\" ", 22, "twice"),
    ];
    for (old, new, line, expected) in lines {
        assert!(FILE.contains(old), "{old}");
        let Err(fault) = import_dmn(&FILE.replacen(old, new, 1)) else {
            assert_eq!(expected, "twice", "{new} was taken over");
            continue;
        };
        assert!(fault.to_string().contains(expected), "{new}: {fault}");
        assert_eq!(fault.line, line, "{new}: {fault}");
    }
    let literal = "<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\">\n<decision name=\"d\">\n\
                   <literalExpression><text>1+1</text></literalExpression></decision></definitions>";
    assert_eq!(
        import_dmn(literal).unwrap_err().to_string(),
        "line 3: literalExpression cannot be taken over"
    );
    assert_eq!(
        import_dmn("<definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\"/>").unwrap_err().rule,
        DmnRule::NoTable
    );
    assert_eq!(import_dmn("").unwrap_err().rule, DmnRule::NotDmn);
    assert_eq!(import_dmn("not xml at all").unwrap_err().rule, DmnRule::NotDmn);
}

#[test]
fn large_and_deep_files_are_refused() {
    let large = format!("<!--{}-->{FILE}", "x".repeat(1 << 20));
    assert_eq!(import_dmn(&large).unwrap_err().rule, DmnRule::TooLarge(1 << 20));
    let inside = |inner: &str| FILE.replacen("<inputData", &format!("{inner}<inputData"), 1);
    assert_eq!(import_dmn(&inside(&"<a>".repeat(100))).unwrap_err().rule, DmnRule::TooComplex);
    assert_eq!(import_dmn(&inside(&"<a/>".repeat(30_000))).unwrap_err().rule, DmnRule::TooComplex);
    let attributes = (0..1_000).map(|at| format!(" a{at}=\"\"")).collect::<Vec<_>>().concat();
    assert_eq!(import_dmn(&inside(&format!("<a{attributes}/>"))).unwrap_err().rule, DmnRule::TooComplex);
}
