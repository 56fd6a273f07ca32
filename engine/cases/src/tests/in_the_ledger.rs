//! Every event is in the ledger; what is changed behind it is found.

use store::vals;

use super::stored::{fresh, new_case};
use super::*;
use crate::record::{self, Surroundings};

async fn audit(ledger: &ledger::Ledger) -> Result<ledger::Audited, String> {
    let audited = ledger::audit_database(ledger, &[crate::LEDGER_SOURCE], true).await;
    audited.map_err(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_written_down_and_changes_behind_the_log_are_found() {
    testkit::each_database(async |db| {
        let (calendar, bodies, case_type) = (Calendar::china(), bodies(), dog_licence());
        let now = instant("2026-09-21T09:30");
        let around = Surroundings { now, calendar: &calendar, bodies: &bodies };
        let mut tx = fresh(&db).await;
        let folder = testkit::folder();
        let first = record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        tx.commit().await.unwrap();
        let key = ledger::open_or_create_key(&folder.path().join("key"), "开门").unwrap();
        let key = ledger::note::SigningKey::new("log.example", ledger::note::KeyUse::Note, key).unwrap();
        let ledger = ledger::Ledger::open(&db, key, &folder.path().join("log"), now).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        // What is undone is not in the log either.
        tx.commit().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        record::open(&mut tx, &around, &case_type, &citizen(), new_case()).await.unwrap();
        tx.rollback().await.unwrap();
        ledger::turn(&ledger, now).await.unwrap();
        let events = record::history(&mut db.snapshot().await.unwrap(), first.id).await.unwrap().len();
        let audited = audit(&ledger).await.unwrap();
        assert_eq!((audited.entries, audited.facts), (2 * events as u64, 2 * events as u64));

        // Whoever has the receipt shows it without the platform.
        let reference = crate::event_reference(first.id, 1);
        let kind = ledger::Kind::CaseEvent;
        let mut tx = db.snapshot().await.unwrap();
        let proved = ledger::prove(&mut tx, kind, &reference, Some(&crate::LEDGER_SOURCE)).await.unwrap();
        let ledger::Provable::Proved(proof) = proved else { panic!("{proved:?}") };
        let policy = ledger::Policy::of_log(ledger.key.verifier().clone());
        let proven = proof.to_string().parse::<ledger::Proof>().unwrap().verify(&policy).unwrap();
        assert!(proven.fields.unwrap().last().unwrap().contains(&first.number));
        drop(tx);

        for (sql, back, says) in [
            (
                "update case_events set payload = replace(payload, '430102001', '430102002') where case_id = $1 and seq = 1",
                "update case_events set payload = replace(payload, '430102002', '430102001') where case_id = $1 and seq = 1",
                "was changed after it had been written down",
            ),
            (
                "update case_events set actor_name = 'x' || actor_name where case_id = $1 and seq = 1",
                "update case_events set actor_name = substr(actor_name, 2) where case_id = $1 and seq = 1",
                "was changed after it had been written down",
            ),
            (
                "update case_events set at = at + 1 where case_id = $1 and seq = 1",
                "update case_events set at = at - 1 where case_id = $1 and seq = 1",
                "was changed after it had been written down",
            ),
            (
                "update case_events set seq = 99 where case_id = $1 and seq = 1",
                "update case_events set seq = 1 where case_id = $1 and seq = 99",
                "was removed",
            ),
        ] {
            run(&db, sql, first.id).await;
            assert_eq!(audit(&ledger).await.unwrap_err(), format!("entry 0: the case-event {reference} {says}"));
            run(&db, back, first.id).await;
            audit(&ledger).await.unwrap();
        }
        run(&db, "delete from case_events where case_id = $1 and seq = 1", first.id).await;
        let says = format!(
            "there are {} facts of kind case-event since the log began, and {} entries for them",
            2 * events - 1,
            2 * events
        );
        assert_eq!(audit(&ledger).await.unwrap_err(), says);
    })
    .await;
}

async fn run(db: &store::Db, sql: &'static str, case: kernel::CaseId) {
    let mut tx = db.begin().await.unwrap();
    assert_eq!(tx.execute(sql, vals![case]).await.unwrap(), 1);
    tx.commit().await.unwrap();
}
