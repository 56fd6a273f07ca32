//! What was handed in goes when its time (thirty years for a permit) is over, not before, and not while a document rests on it.

use cases::Status;
use serde_json::json;
use store::Purpose;
use store::jobs::{BoxError, Handlers, run_due};
use testkit::each_database;

use super::*;
use crate::dossier::{self, Owner};
use crate::testing::World;

/// A case that ended on 30 November 2026 with nothing granted.
async fn ended(world: &World) -> CaseId {
    let case = world.case_to_correct(&world.token(world.zhang).await).await;
    let room = world.room.clone();
    let handlers = Handlers::new().on(cases::TIMER_JOB, move |job, now| {
        let room = room.clone();
        async move { crate::timer::run_timer(room, job, now).await.map_err(BoxError::from) }
    });
    let mut tx = world.room.db.begin().await.unwrap();
    tx.execute("delete from jobs where kind = $1", vals![cases::TELL_JOB]).await.unwrap();
    tx.commit().await.unwrap();
    world.set_now("2026-11-30T09:00");
    run_due(&world.room.db, &handlers, world.now()).await.unwrap();
    let id = case.parse().unwrap();
    let mut tx = world.room.db.snapshot().await.unwrap();
    assert_eq!(cases::get(&mut tx, id).await.unwrap().status, Status::Closed);
    id
}

async fn erase_now(world: &World) -> Vec<CaseId> {
    let mut tx = world.room.db.begin().await.unwrap();
    let erased = erase_due(&mut tx, &world.room, world.now(), 100).await.unwrap();
    tx.commit().await.unwrap();
    erased
}

/// Answers, and how many files.
async fn held(world: &World, case: CaseId) -> (serde_json::Value, usize) {
    let mut tx = world.room.db.begin().await.unwrap();
    let purpose = Purpose::new("handling", "system");
    let answers = dossier::answers_of_case(&mut tx, &world.room, case, &purpose).await.unwrap().unwrap();
    let files = dossier::materials(&mut tx, &world.room, Owner::Case(case), &purpose).await.unwrap();
    tx.rollback().await.unwrap();
    (answers, files.len())
}

#[tokio::test]
async fn what_was_handed_in_goes_on_the_day_after_its_last() {
    each_database(async |db| {
        let world = World::new(db).await;
        let case = ended(&world).await;
        let page = world.get(&world.token(world.zhang).await, &format!("/cases/{case}")).await;
        assert!(page.text.contains("2056年11月30日"), "the person reads until when it is kept");
        let before = held(&world, case).await;
        assert!(before.0 != json!({}) && before.1 > 0);
        world.set_now("2056-11-30T23:59");
        assert_eq!(erase_now(&world).await, []);
        assert_eq!(held(&world, case).await, before);
        world.set_now("2056-12-01T04:00");
        assert_eq!(erase_now(&world).await, [case]);
        assert_eq!(held(&world, case).await, (json!({}), 0));
        assert_eq!(erase_now(&world).await, [], "once");
        let mut tx = world.room.db.snapshot().await.unwrap();
        for sql in [
            "select count(*) from drafts where case_id = $1",
            "select count(*) from case_letters where case_id = $1",
            "select count(*) from case_notes where case_id = $1",
        ] {
            assert_eq!(tx.fetch_one(sql, vals![case]).await.unwrap().get::<i64>(0).unwrap(), 0, "{sql}");
        }
        drop(tx);
        // The course of the case is still there, and the page says what became of the rest.
        let page = world.get(&world.token(world.zhang).await, &format!("/cases/{case}")).await;
        assert!(page.text.contains("已于 2056年12月1日 星期五 删除"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn a_case_with_a_document_in_force_is_kept() {
    each_database(async |db| {
        let world = World::new(db).await;
        let case = ended(&world).await;
        let mut tx = world.room.db.begin().await.unwrap();
        tx.execute(
            "insert into licences (id, identifier, number, number_key, kind, type_code, document, name_zh, name_en,
                 holder_shown, holder_code_blind, issuer, issuer_name, issuer_uscc, case_id, effect, issued_on,
                 valid_from, valid_until, status, metadata, file_sm3, version, created_at)
             values ('l', 'i', 'n', 'n', 'k', 't', 'd', 'z', 'e', 'h', 'b', 'x', 'x', 'x', $1, 'e', '2026-11-30',
                 '2026-11-30', '2057-11-30', 'valid', '', '', 1, 0)",
            vals![case],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        world.set_now("2057-11-30T04:00");
        assert_eq!(erase_now(&world).await, []);
        world.set_now("2057-12-01T04:00");
        assert_eq!(erase_now(&world).await, [case]);
    })
    .await;
}
