//! Somebody leaves in the middle of their work: what they have taken goes back to their colleagues, and the case says why.

use cases::{Command, TaskState};
use identity::{Leave, Subject};
use kernel::Actor;
use testkit::TestDb;

use crate::journey::House;

const PACKAGE: &str = "minfei-biangeng-mingcheng";

async fn actor(house: &House, login: &str) -> Actor {
    let platform = &house.platform;
    let mut tx = platform.db.begin().await.unwrap();
    let (subject, now) = (Subject::Staff(house.imported.staff[login]), house.clock.now());
    let visit = identity::open_session_for(&mut tx, subject, now).await.unwrap();
    let live = identity::find_session(&mut tx, &platform.identity.vault, &visit.token, now).await.unwrap();
    tx.commit().await.unwrap();
    live.unwrap().actor
}

async fn played(database: &TestDb) {
    let house = House::open_on("2026-03-30 09:00", "packages/minzheng", Some(&database.url)).await;
    // Accepted; the reviews wait for somebody.
    let case = house.play_one(PACKAGE, "01-granted.yaml", 2, "2026-04-01 09:30").await;
    let platform = &house.platform;
    let reviewer = actor(&house, "province-review").await;
    let (staff, now) = (reviewer.staff().unwrap().clone(), house.clock.now());
    let mut tx = platform.db.begin().await.unwrap();
    let seen = cases::get(&mut tx, case).await.unwrap();
    let task = seen.live_tasks().find(|task| task.body == staff.body).unwrap().id;
    let package = platform.library().get(&seen.case_type).unwrap();
    let bodies = platform.applications.bodies();
    let around = platform.applications.around(&bodies, now);
    let claim = Command::Claim { task };
    Box::pin(cases::act(&mut tx, &around, &package.case_type, case, None, &reviewer, claim)).await.unwrap();
    tx.commit().await.unwrap();

    let admin = actor(&house, "admin").await;
    let mut tx = platform.db.begin().await.unwrap();
    let how = Leave { last_day: kernel::china_date(now), at_once: true, reason: "辞职".into() };
    identity::leave(&mut tx, &admin, now, staff.staff, how).await.unwrap();
    tx.commit().await.unwrap();
    while platform.run_due().await.unwrap() > 0 {}

    let mut tx = platform.db.snapshot().await.unwrap();
    let after = cases::get(&mut tx, case).await.unwrap();
    assert_eq!(after.task(task).unwrap().state, TaskState::Open, "{}", database.engine);
    assert!(cases::tasks_of_clerk(&mut tx, staff.staff, staff.body, 10).await.unwrap().is_empty());
    let history = cases::history(&mut tx, case).await.unwrap();
    let last = history.iter().rfind(|recorded| recorded.event.kind() == "task-released").unwrap();
    assert_eq!(last.actor, "system");
    assert!(!identity::stands(&mut tx, Subject::Staff(staff.staff)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_gives_back_what_they_have_taken() {
    for database in testkit::databases().await {
        Box::pin(played(&database)).await;
    }
}
