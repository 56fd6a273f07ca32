//! The guided choice by chance: whatever the rules and whatever is answered.

use kernel::Words;
use proptest::prelude::*;
use rules::{Expression, Facts};
use serde_json::{Map, Value, json};

use super::{Answer, Condition, Given, Offer, Question, Run, Standing, Test, Text, Truth, insert};

const CHOICES: usize = 4;
const TOLD: usize = 2;

fn words(text: &str) -> Text {
    Text::Words(Words::new(text, text))
}

fn question(id: usize) -> Question {
    let answer = |token: String, value: Value| Answer { label: words(&token), token, value };
    let answers = if id < CHOICES {
        (0..3).map(|number| answer(format!("a{number}"), json!(format!("a{number}")))).collect()
    } else {
        vec![answer("yes".into(), json!(true)), answer("no".into(), json!(false))]
    };
    Question { id: format!("q{id}"), text: words("?"), hint: words(""), answers, field: None }
}

fn rule(text: &str) -> Test {
    let expression = Expression::parse(text).unwrap();
    let reads = expression.reads().iter().map(|path| {
        let number = path.strip_prefix("ask.q").unwrap().parse().unwrap();
        (path.clone(), number)
    });
    let reads = reads.collect();
    Test::Rule(expression, reads)
}

/// A rule over the questions with several answers. `a3` is no answer of any.
fn rules() -> impl Strategy<Value = String> {
    let is = (0..CHOICES, 0..4_usize).prop_map(|(q, a)| format!("ask.q{q} == \"a{a}\""));
    let one_of = (0..CHOICES, 0..3_usize, 0..3_usize)
        .prop_map(|(q, a, b)| format!("ask.q{q} in [\"a{a}\", \"a{b}\"]"));
    prop_oneof![is, one_of].prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) || ({b})")),
            inner.prop_map(|a| format!("!({a})")),
        ]
    })
}

fn conditions() -> impl Strategy<Value = Condition> {
    let test = prop_oneof![
        4 => rules().prop_map(|text| rule(&text)),
        1 => (CHOICES..CHOICES + TOLD).prop_map(Test::Told),
    ];
    (test, prop::bool::weighted(0.8)).prop_map(|(test, decides)| Condition {
        says: words("!"),
        decides,
        test,
    })
}

fn runs() -> impl Strategy<Value = Run> {
    let offer = prop::collection::vec(conditions(), 0..4).prop_map(|conditions| Offer { conditions });
    prop::collection::vec(offer, 1..6)
        .prop_map(|offers| Run { questions: (0..CHOICES + TOLD).map(question).collect(), offers })
}

/// Whether a condition holds when everything is answered: by the rules themselves.
fn holds(condition: &Condition, answers: &[usize]) -> bool {
    match &condition.test {
        Test::Told(question) => answers[*question] == 0,
        Test::Rule(expression, _) => {
            let mut facts = Map::new();
            for (number, answer) in answers.iter().enumerate().take(CHOICES) {
                insert(&mut facts, &format!("ask.q{number}"), &json!(format!("a{answer}")));
            }
            expression.holds(&Facts::from(&facts)).holds
        }
    }
}

/// What the rules themselves make of an item when everything is answered.
fn evaluated(offer: &Offer, answers: &[usize]) -> Standing {
    if offer.conditions.is_empty() {
        return Standing::Perhaps;
    }
    let failed: Vec<&Condition> =
        offer.conditions.iter().filter(|condition| !holds(condition, answers)).collect();
    if failed.is_empty() {
        Standing::May
    } else if failed.iter().any(|condition| condition.decides) {
        Standing::No
    } else {
        Standing::Perhaps
    }
}

/// Goes through a run; `skips` says for each question whether it is left unanswered.
fn walk(run: &Run, answers: &[usize], skips: &[bool]) -> Given {
    let mut given = Given::default();
    while let Some(question) = run.next(&given) {
        assert!(!given.was_asked(question), "asked twice");
        assert!(given.0.len() <= run.questions.len(), "no end");
        assert!(run.ahead(&given).contains(&question), "what is asked still decides something");
        let answer = (!skips[question]).then_some(answers[question]);
        given = given.with(question, answer);
    }
    given
}

fn answers() -> impl Strategy<Value = Vec<usize>> {
    let choices = prop::collection::vec(0..3_usize, CHOICES);
    let told = prop::collection::vec(0..2_usize, TOLD);
    (choices, told).prop_map(|(choices, told)| choices.into_iter().chain(told).collect())
}

proptest! {
    #[test]
    fn with_everything_answered_the_outcome_is_that_of_the_rules(run in runs(), answers in answers()) {
        let given = walk(&run, &answers, &[false; CHOICES + TOLD]);
        for offer in &run.offers {
            // Questions that could change nothing were not asked: the outcome is the same.
            prop_assert_eq!(run.standing(offer, &given), evaluated(offer, &answers));
        }
    }

    #[test]
    fn what_is_not_known_rules_nothing_in_and_nothing_out_wrongly(
        run in runs(),
        answers in answers(),
        skips in prop::collection::vec(any::<bool>(), CHOICES + TOLD),
    ) {
        let given = walk(&run, &answers, &skips);
        for offer in &run.offers {
            let standing = run.standing(offer, &given);
            prop_assert_ne!(standing, Standing::Open, "a run leaves nothing open");
            let truth = evaluated(offer, &answers);
            // What is sure is true; what is doubtful says so.
            if standing != Standing::Perhaps {
                prop_assert_eq!(standing, truth);
            }
            let surely_false =
                |condition: &Condition| condition.decides && run.truth(condition, &given) == Truth::No;
            if offer.conditions.iter().any(surely_false) {
                prop_assert_eq!(standing, Standing::No);
            }
        }
    }

    #[test]
    fn what_was_sure_stays_so(run in runs(), answers in answers()) {
        let mut given = Given::default();
        let mut before = run.standings(&given);
        while let Some(question) = run.next(&given) {
            given = given.with(question, Some(answers[question]));
            let after = run.standings(&given);
            for (then, now) in before.iter().zip(&after) {
                prop_assert!(*then == Standing::Open || then == now);
            }
            before = after;
        }
    }

    #[test]
    fn an_answer_taken_back_leaves_the_others(answers in answers(), run in runs()) {
        let given = walk(&run, &answers, &[false; CHOICES + TOLD]);
        for (question, _) in &given.0 {
            let without = given.without(*question);
            prop_assert!(!without.was_asked(*question));
            prop_assert_eq!(without.0.len() + 1, given.0.len());
        }
    }
}

fn run(offers: &[&[&str]]) -> Run {
    let condition = |text: &&str| Condition { says: words(text), decides: true, test: rule(text) };
    let offer = |texts: &&[&str]| Offer { conditions: texts.iter().map(condition).collect() };
    Run { questions: (0..CHOICES).map(question).collect(), offers: offers.iter().map(offer).collect() }
}

#[test]
fn the_question_that_decides_most_comes_first() {
    // q1 decides all three items, q0 one of them.
    let three =
        run(&[&["ask.q0 == \"a0\"", "ask.q1 == \"a0\""], &["ask.q1 == \"a1\""], &["ask.q1 == \"a2\""]]);
    assert_eq!(three.next(&Given::default()), Some(1));
    // Once the first item is out, nothing is left to ask.
    let given = Given::default().with(1, Some(1));
    assert_eq!(three.next(&given), None);
    assert_eq!(three.standings(&given), [Standing::No, Standing::May, Standing::No]);
    // While it is in, its other condition is asked.
    let given = Given::default().with(1, Some(0));
    assert_eq!((three.next(&given), three.ahead(&given)), (Some(0), vec![0]));
}

#[test]
fn a_condition_that_no_answer_changes_is_not_asked() {
    let sure = run(&[&["ask.q0 == \"a3\""], &["ask.q0 in [\"a0\", \"a1\"] || ask.q0 == \"a2\""], &[]]);
    assert_eq!(sure.next(&Given::default()), None);
    assert_eq!(sure.standings(&Given::default()), [Standing::No, Standing::May, Standing::Perhaps]);
}
