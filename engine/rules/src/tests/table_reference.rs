//! Tables against a reading of the same rows that is as plain as can be, by chance.

use jiff::civil::date;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{DecisionTable, Facts, TableRule, Types};

/// A cell as the reference understands it; texts stand for their place in this list.
#[derive(Debug, Clone)]
enum Cell {
    Anything,
    Not(Vec<i64>),
    OneOf(Vec<i64>),
    Less(i64),
    AtLeast(i64),
    Between(bool, i64, i64, bool),
}

const WORDS: [&str; 4] = ["a", "b", "c", "d"];
/// Numbers from 0 to this are asked.
const MOST: i64 = 6;

impl Cell {
    fn passes(&self, value: Option<i64>) -> bool {
        let Some(value) = value else { return matches!(self, Self::Anything) };
        match self {
            Self::Anything => true,
            Self::Not(values) => !values.contains(&value),
            Self::OneOf(values) => values.contains(&value),
            Self::Less(than) => value < *than,
            Self::AtLeast(least) => value >= *least,
            Self::Between(with_from, from, to, with_to) => {
                (value > *from || *with_from && value == *from) && (value < *to || *with_to && value == *to)
            }
        }
    }

    fn written(&self, word: impl Fn(i64) -> String) -> String {
        let list = |values: &[i64]| values.iter().map(|value| word(*value)).collect::<Vec<_>>().join(", ");
        match self {
            Self::Anything => "-".to_owned(),
            Self::Not(values) => format!("not({})", list(values)),
            Self::OneOf(values) => list(values),
            Self::Less(than) => format!("< {}", word(*than)),
            Self::AtLeast(least) => format!(">= {}", word(*least)),
            Self::Between(with_from, from, to, with_to) => {
                let (open, close) = (if *with_from { '[' } else { '(' }, if *with_to { ']' } else { ')' });
                format!("{open}{}..{}{close}", word(*from), word(*to))
            }
        }
    }
}

#[derive(Debug, Clone)]
struct Row {
    number: Cell,
    word: Cell,
    yes: Cell,
    result: i64,
    from: Option<i8>,
    until: Option<i8>,
}

#[derive(Debug, Clone)]
struct Asked {
    number: Option<i64>,
    word: Option<i64>,
    yes: Option<i64>,
    day: i8,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = prop_oneof![
        2 => Just(Cell::Anything),
        1 => vec(0..=MOST, 1..3).prop_map(Cell::Not),
        1 => vec(0..=MOST, 1..3).prop_map(Cell::OneOf),
        1 => (0..=MOST).prop_map(Cell::Less),
        1 => (0..=MOST).prop_map(Cell::AtLeast),
        1 => (any::<bool>(), 0..MOST, 1..=MOST, any::<bool>())
            .prop_map(|(with_from, from, more, with_to)| Cell::Between(with_from, from, from + more, with_to)),
    ];
    let word = prop_oneof![2 => Just(Cell::Anything), 1 => vec(0..4_i64, 1..3).prop_map(Cell::Not), 1 => vec(0..4_i64, 1..3).prop_map(Cell::OneOf)];
    let yes = prop_oneof![2 => Just(Cell::Anything), 1 => (0..2_i64).prop_map(|yes| Cell::OneOf(vec![yes]))];
    let day = || prop::option::weighted(0.2, 1_i8..=28);
    let row =
        (number, word, yes, 1..4_i64, day(), day()).prop_map(|(number, word, yes, result, from, until)| {
            let until = until.map(|until| until.max(from.unwrap_or(1)));
            Row { number, word, yes, result, from, until }
        });
    vec(row, 1..7)
}

fn asked() -> impl Strategy<Value = Asked> {
    let maybe = |most: i64| prop::option::weighted(0.9, 0..=most);
    (maybe(MOST), maybe(3), maybe(1), 1_i8..=28).prop_map(|(number, word, yes, day)| Asked {
        number,
        word,
        yes,
        day,
    })
}

fn table(hit: &str, rows: &[Row]) -> DecisionTable {
    let row = |row: &Row| {
        let word = |at: i64| format!("\"{}\"", WORDS[usize::try_from(at).unwrap()]);
        let mut written = json!({
            "when": [row.number.written(|n| n.to_string()), row.word.written(word), row.yes.written(|yes| (yes == 1).to_string())],
            "then": [row.result]
        });
        for (name, day) in [("from", row.from), ("until", row.until)] {
            if let Some(day) = day {
                written[name] = json!(date(2026, 3, day).to_string());
            }
        }
        written
    };
    let table = json!({
        "name": "t", "hit": hit,
        "inputs": [
            {"expression": "form.number", "type": "integer", "values": format!("[0..{MOST}]")},
            {"expression": "form.word", "type": "text", "values": "a, b, c, d"},
            {"expression": "form.yes", "type": "boolean"}
        ],
        "outputs": [{"id": "r", "type": "integer", "values": [2, 3, 1]}],
        "rules": rows.iter().map(row).collect::<Vec<_>>()
    });
    serde_json::from_value(table).unwrap()
}

fn matching(rows: &[Row], asked: &Asked) -> Vec<usize> {
    let mut found = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let in_force =
            row.from.is_none_or(|from| from <= asked.day) && row.until.is_none_or(|until| asked.day <= until);
        if in_force
            && row.number.passes(asked.number)
            && row.word.passes(asked.word)
            && row.yes.passes(asked.yes)
        {
            found.push(at);
        }
    }
    found
}

/// The result (null for none) and the rows, or nothing for a fault.
fn reference(hit: &str, rows: &[Row], asked: &Asked) -> Option<(Value, Vec<usize>)> {
    let matching = matching(rows, asked);
    let results: Vec<i64> = matching.iter().map(|at| rows[*at].result).collect();
    let Some(first) = matching.first().copied() else {
        return Some((if hit == "collect-count" { json!(0) } else { Value::Null }, vec![]));
    };
    match hit {
        "unique" => (matching.len() == 1).then(|| (json!(results[0]), vec![first])),
        "first" => Some((json!(results[0]), vec![first])),
        "any" => results.iter().all(|result| *result == results[0]).then(|| (json!(results[0]), matching)),
        "priority" => {
            let best = *[2, 3, 1].iter().find(|wanted| results.contains(wanted)).unwrap();
            let at = matching[results.iter().position(|result| *result == best).unwrap()];
            Some((json!(best), vec![at]))
        }
        "collect" | "rule-order" => Some((json!(results), matching)),
        "collect-sum" => Some((json!(results.iter().sum::<i64>()), matching)),
        "collect-min" => Some((json!(results.iter().min()), matching)),
        "collect-max" => Some((json!(results.iter().max()), matching)),
        _ => Some((json!(results.len()), matching)),
    }
}

const POLICIES: [&str; 10] = [
    "unique",
    "first",
    "any",
    "priority",
    "rule-order",
    "collect",
    "collect-sum",
    "collect-min",
    "collect-max",
    "collect-count",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_table_says_what_its_rows_say(rows in rows(), asked in vec(asked(), 8)) {
        for hit in POLICIES {
            let table = table(hit, &rows);
            for asked in &asked {
                let mut form = Map::new();
                form.extend(asked.number.map(|number| ("number".to_owned(), json!(number))));
                form.extend(asked.word.map(|at| ("word".to_owned(), json!(WORDS[usize::try_from(at).unwrap()]))));
                form.extend(asked.yes.map(|yes| ("yes".to_owned(), json!(yes == 1))));
                let outcome = table.evaluate(&Facts::new().with("form", &form), date(2026, 3, asked.day));
                let said = outcome.ok().map(|outcome| (outcome.outputs.get("r").cloned().unwrap_or(Value::Null), outcome.rules));
                prop_assert_eq!(said, reference(hit, &rows, asked), "{} {:?}", hit, asked);
            }
        }
    }

    #[test]
    fn gaps_and_overlaps_are_those_that_trying_everything_finds(rows in rows()) {
        let (mut gap, mut overlap, mut firsts) = (false, false, vec![false; rows.len()]);
        for day in 0..=29 {
            let any_in_force = rows.iter().any(|row| row.from.is_none_or(|from| from <= day) && row.until.is_none_or(|until| day <= until));
            for number in 0..=MOST {
                for word in 0..4 {
                    for yes in 0..2 {
                        let found = matching(&rows, &Asked { number: Some(number), word: Some(word), yes: Some(yes), day });
                        gap |= found.is_empty() && any_in_force;
                        overlap |= found.len() > 1;
                        if let Some(first) = found.first() {
                            firsts[*first] = true;
                        }
                    }
                }
            }
        }
        let types = Types::open();
        let told = table("unique", &rows).check(&types);
        prop_assert_eq!(told.iter().any(|finding| matches!(finding.rule, TableRule::Gap { .. })), gap);
        prop_assert_eq!(told.iter().any(|finding| matches!(finding.rule, TableRule::Overlap { .. })), overlap);
        let unreachable: Vec<usize> = table("first", &rows).check(&types).iter()
            .filter(|finding| finding.rule == TableRule::Unreachable).filter_map(|finding| finding.row).collect();
        let expected: Vec<usize> = (0..rows.len()).filter(|at| !firsts[*at]).map(|at| at + 1).collect();
        prop_assert_eq!(unreachable, expected);
    }
}
