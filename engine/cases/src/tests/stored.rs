//! What the database keeps is what the rules made.

use super::*;
use crate::record::{self, NewCase, Surroundings, TIMER_JOB};

async fn fresh(db: &store::Db) -> store::Tx {
    db.migrate(&[store::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
    db.begin().await.unwrap()
}

fn new_case() -> NewCase {
    let Actor::Person(person) = citizen() else { unreachable!() };
    NewCase {
        division: "430102001".into(),
        applicant: crate::Applicant { person: person.person, acting_for: None },
        applicant_name: "张*".into(),
        facts: object(json!({ "large": false })),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replaying_the_stored_history_gives_the_stored_state() {
    testkit::each_database(async |db| {
        let (calendar, bodies, case_type) = (Calendar::china(), bodies(), dog_licence());
        let at = |when: &str| Surroundings { now: instant(when), calendar: &calendar, bodies: &bodies };
        let mut tx = fresh(&db).await;
        let around = at("2026-09-21T09:30");
        let case = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        let second = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        assert!(case.number.ends_with("202609210001") && second.number.ends_with("202609210002"), "{}", case.number);
        tx.commit().await.unwrap();

        let accept_clerk = clerk(1, TOWN, &[Role::Acceptance]);
        let around = at("2026-09-22T10:00");
        let mut tx = db.begin().await.unwrap();
        let task = case.live_tasks().next().unwrap().id;
        let expected = Some(case.version);
        let act = async |tx: &mut store::Tx, expected, command| {
            record::act(tx, &around, &case_type, case.id, expected, &accept_clerk, command).await
        };
        let claimed = act(&mut tx, expected, Command::Claim { task }).await.unwrap();
        let stale = act(&mut tx, expected, Command::Accept { task }).await;
        assert!(matches!(stale, Err(CaseError::Stale)), "a page made before the claim is stale");
        act(&mut tx, Some(claimed.version), Command::Accept { task }).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = db.snapshot().await.unwrap();
        let stored = record::get(&mut tx, case.id).await.unwrap();
        let history = record::history(&mut tx, case.id).await.unwrap();
        assert_eq!(Case::replay(case.id, &history).unwrap(), stored);
        let Actor::Staff(vet) = clerk(2, COUNTY, &[Role::Review]) else { unreachable!() };
        let day = date("2026-09-22");
        let page = crate::worklist(&mut tx, &vet, crate::Scope::Body, None, day, &Default::default()).await.unwrap();
        assert_eq!(page.items.len(), 1);
        // The branch has three working days of its own: 23 24 28 September.
        assert_eq!(page.items[0].due_on, Some(date("2026-09-28")));
        let lights = crate::count_lights(&mut tx, &vet, date("2026-09-29")).await.unwrap();
        assert_eq!(lights, crate::Lights { red: 1, ..Default::default() });
        let timers = tx.fetch_all("select run_at from jobs where kind = $1", store::vals![TIMER_JOB]).await.unwrap();
        let run_at: Timestamp = timers[0].get(0).unwrap();
        assert_eq!(run_at, instant("2026-09-30T00:00"), "the day after the last day of acceptance");
    })
    .await;
}
