//! Time acts on cases, on each engine.

use cases::{Outcome, Status};
use store::jobs::{BoxError, Handlers, run_due};
use store::page::PageRequest;
use testkit::each_database;

use super::run_timer;
use crate::Room;
use crate::testing::World;

fn handlers(room: &Room) -> Handlers {
    let room = room.clone();
    Handlers::new().on(cases::TIMER_JOB, move |job, now| {
        let room = room.clone();
        async move { run_timer(room, job, now).await.map_err(BoxError::from) }
    })
}

/// Nobody tells anything here: those jobs belong to the platform. What is left are the jobs of time.
async fn leave_out_telling(world: &World) {
    let mut tx = world.room.db.begin().await.unwrap();
    tx.execute("delete from jobs where kind = $1", store::vals![cases::TELL_JOB]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn state(world: &World, case: &str) -> (Status, Option<Outcome>) {
    let mut tx = world.room.db.snapshot().await.unwrap();
    let case = cases::get(&mut tx, case.parse().unwrap()).await.unwrap();
    (case.status, case.outcome)
}

#[tokio::test]
async fn silence_accepts_when_the_last_day_is_over_and_not_before() {
    each_database(async |db| {
        let world = World::new(db).await;
        let case = world.case(&world.token(world.zhang).await).await;
        let handlers = handlers(&world.room);
        leave_out_telling(&world).await;
        world.set_now("2026-09-29T23:59");
        run_due(&world.room.db, &handlers, world.now()).await.unwrap(); // only warnings
        assert_eq!(state(&world, &case).await, (Status::Submitted, None));
        world.set_now("2026-09-30T00:00");
        run_due(&world.room.db, &handlers, world.now()).await.unwrap();
        assert_eq!(state(&world, &case).await, (Status::InProgress, None));
        leave_out_telling(&world).await;
        assert_eq!(run_due(&world.room.db, &handlers, world.now()).await.unwrap(), 0, "the job is finished");
    })
    .await;
}

#[tokio::test]
async fn a_correction_that_never_comes_ends_the_case() {
    each_database(async |db| {
        let world = World::new(db).await;
        let case = world.case_to_correct(&world.token(world.zhang).await).await;
        let handlers = handlers(&world.room);
        world.set_now("2026-11-30T09:00");
        run_due(&world.room.db, &handlers, world.now()).await.unwrap();
        assert_eq!(state(&world, &case).await, (Status::Closed, Some(Outcome::OutOfTime)));
        assert!(
            store::jobs::list_dead(&mut world.room.db.snapshot().await.unwrap(), &PageRequest::default())
                .await
                .unwrap()
                .items
                .is_empty()
        );
    })
    .await;
}
