//! The examples of docs/rules.md are what they say they are.

use super::tables::table;
use crate::{DecisionTable, Expression, TableFinding, Types};

const PAGE: &str = include_str!("../../../../docs/rules.md");

#[test]
fn every_condition_of_the_page_can_be_read() {
    let indented = PAGE.lines().filter_map(|line| line.strip_prefix("    "));
    let mut read = 0;
    let outside_yaml = PAGE.split("```").step_by(2).collect::<String>();
    for line in indented.filter(|line| outside_yaml.contains(*line) && !line.starts_with('#')) {
        let expression = Expression::parse(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
        assert_eq!(expression.check(&Types::open()), [], "{line}");
        read += 1;
    }
    assert!(read >= 5, "{read}");
}

#[test]
fn the_table_of_the_page_can_be_used() {
    let yaml = PAGE.split("```yaml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let first = yaml.split_once("- name").map(|(_, rest)| format!("name{rest}")).unwrap();
    let table: DecisionTable = table(&first.replace("\n    ", "\n"));
    let found = table.check(&Types::open());
    let faults: Vec<&TableFinding> = found.iter().filter(|finding| !finding.rule.is_warning()).collect();
    assert!(faults.is_empty(), "{faults:?}");
}
