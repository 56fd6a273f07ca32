//! A filled database is one that the engine could have made.

use cases::{Case, Outcome, Status};
use store::vals;

use super::preload;
use super::world::{Place, World};

fn clock() -> web::Clock {
    std::sync::Arc::new(|| testkit::instant("2026-09-21T10:00"))
}

fn place() -> Place {
    Place { folder: None, database: None, program: "no-program".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_cases_that_can_be_replayed_found_and_worked_on() {
    let world = World::make(&place(), clock()).await.unwrap();
    let filled = preload::fill(&world, 300).await.unwrap();
    let platform = world.platform().await.unwrap();
    let mut tx = platform.db.begin().await.unwrap();
    let rows = tx.fetch_all("select id, number from cases order by number", vals![]).await.unwrap();
    assert_eq!(rows.len(), 300);
    let (mut live, mut granted) = (0, 0);
    let mut waiting = None;
    for row in &rows {
        let case = cases::get(&mut tx, row.get(0).unwrap()).await.unwrap();
        assert_eq!(case.number, row.get::<String>(1).unwrap());
        codes::CaseNumber::parse(&case.number).unwrap().parts().unwrap();
        let history = cases::history(&mut tx, case.id).await.unwrap();
        assert_eq!(Case::replay(case.id, &history).unwrap(), case, "the state is the fold of the events");
        live += u64::from(case.status != Status::Closed);
        granted += u64::from(case.outcome == Some(Outcome::Granted));
        let purpose = store::Purpose::new("test", "test");
        let answers =
            applications::dossier::answers_of_case(&mut tx, &platform.applications, case.id, &purpose);
        assert_eq!(answers.await.unwrap().unwrap()["floor_area"], 88);
        if case.status == Status::Submitted {
            waiting = Some(case);
        }
    }
    assert_eq!((live, granted), (filled.live, 240));
    // Every open case waits for somebody: a task in a list, or a day on which a timer comes.
    let sql = "select count(*) from cases c where c.status <> 'closed'
                 and not exists (select 1 from jobs j where j.kind = 'cases.timer' and j.state = 'waiting'
                                 and j.key like c.id || ':%')";
    assert_eq!(tx.fetch_one(sql, vals![]).await.unwrap().get::<i64>(0).unwrap(), 0);
    let waiting = waiting.unwrap();
    let last = waiting.number[waiting.number.len() - 6..].to_owned();
    let found = cases::find_by_number_end(&mut tx, waiting.body, &last, 10).await.unwrap();
    assert_eq!(found, [waiting.id]);

    let county = world.people.counties.iter().find(|county| county.division == waiting.division).unwrap();
    let staff = identity::Subject::Staff(county.acceptance);
    let opened = identity::open_session_for(&mut tx, staff, clock()()).await.unwrap();
    tx.commit().await.unwrap();
    let client = crate::scenario::Client::new(platform.router.clone());
    let path = format!("/api/v1/desk/cases/{}/commands", waiting.id);
    let accept = serde_json::json!({ "take": true, "command": { "do": "accept" } });
    let token = opened.token.reveal();
    let answer = client.create(&path, &token, &accept, "once").await;
    assert!(answer.is_good(), "{}", answer.json());
    let again = client.create(&path, &token, &accept, "once").await;
    assert_eq!(again.json(), answer.json());
    let mut tx = platform.db.snapshot().await.unwrap();
    let accepted = cases::get(&mut tx, waiting.id).await.unwrap();
    assert_eq!((accepted.status, accepted.stage.as_str()), (Status::InProgress, "review"));
    drop(tx);
    platform.db.close().await;
}
