//! The same chance against both databases: what is stored is what the rules made, and its history gives it back to the
//! letter.

use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::by_chance::{attempt, facts, moves, sequences};
use super::everything::every_construct;
use super::stored::fresh;
use super::*;
use crate::record::{self, NewCase, Surroundings};

/// Sequences on each database. All 10,000 take minutes: `TONGBAN_SEQUENCES=10000 cargo test -p cases`.
const SEQUENCES: u32 = 400;
/// Cases written in one transaction; a refused command leaves nothing behind in it.
const TOGETHER: u32 = 50;

#[tokio::test(flavor = "multi_thread")]
async fn every_random_case_is_stored_as_its_history_tells() {
    testkit::each_database(async |db| {
        let mut runner = TestRunner::deterministic();
        let mut tx = fresh(&db).await;
        for sequence in 0..sequences(SEQUENCES) {
            if sequence % TOGETHER == 0 {
                tx.commit().await.unwrap();
                tx = db.begin().await.unwrap();
            }
            one_case(&mut tx, &mut runner).await;
        }
        tx.commit().await.unwrap();
    })
    .await;
}

async fn one_case(tx: &mut store::Tx, runner: &mut TestRunner) {
    let (calendar, bodies, case_type) = (&*CHINA, bodies(), every_construct());
    let (facts, intake) = facts().new_tree(runner).unwrap().current();
    let steps = moves(25).new_tree(runner).unwrap().current();
    let mut around = Surroundings { now: instant("2026-03-02T09:00"), calendar, bodies: &bodies };
    let Actor::Person(person) = citizen() else { unreachable!() };
    let new = NewCase {
        division: "430102001".into(),
        applicant: crate::Applicant::of(&person),
        applicant_name: "张*".into(),
        facts: object(&facts),
        answers: Map::new(),
        intake,
    };
    let mut case = record::open(tx, &around, &case_type, &citizen(), new).await.unwrap();
    for step in &steps {
        around.now = around.now.checked_add(step.hours.hours()).unwrap();
        let (who, command) = attempt(&case, step);
        match record::act(tx, &around, &case_type, case.id, Some(case.version), &who, command).await {
            Ok(after) => case = after,
            Err(CaseError::Clock(_) | CaseError::Damaged(_) | CaseError::Store(_)) => panic!("a fault"),
            Err(_refused) => {}
        }
    }
    let stored: String = tx
        .fetch_one("select state from cases where id = $1", store::vals![case.id])
        .await
        .unwrap()
        .get(0)
        .unwrap();
    let history = record::history(tx, case.id).await.unwrap();
    let replayed = Case::replay(case.id, &history).unwrap();
    assert_eq!(serde_json::to_string(&replayed).unwrap(), stored, "bit for bit");
    let live = tx
        .fetch_one(
            "select count(*) from case_tasks where case_id = $1 and state in ('open', 'claimed', 'waiting')",
            store::vals![case.id],
        )
        .await
        .unwrap();
    let live: i64 = live.get(0).unwrap();
    assert_eq!(usize::try_from(live).unwrap(), case.live_tasks().count(), "worklists show what is open");
}
