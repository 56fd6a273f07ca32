//! One thing on both engines: handed in, repeated, refused; parts that wait; who may see it.

use axum::http::StatusCode;
use cases::{Command, Outcome};
use kernel::{Actor, CaseId, MasterCaseId};
use serde_json::{Map, Value, json};
use store::jobs;

use super::{PartState, get, go_on};
use crate::testing::{Answer, PDF, PNG, TOWN, World};

/// The bundle of `testing/dogs.rs`.
const NEW: &str = "dogs-in-one";

async fn begin(world: &World, token: &str) -> String {
    let new = json!({"item": NEW, "handling": "bundle", "division": TOWN});
    let answer = world.api(token, "POST", "/api/v1/drafts", new).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn filled(world: &World, token: &str, second: bool) -> String {
    let draft = begin(world, token).await;
    let path = format!("/api/v1/drafts/{draft}");
    let answers =
        json!({"second": second, "breed": "large", "deposit_offered": 15000, "is_guide_dog": false});
    let answer = world.api(token, "PATCH", &path, answers).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let answer = world.upload(token, &format!("{path}/materials/photo?name=dog.png"), PNG, "").await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    draft
}

async fn hand_in(world: &World, token: &str, draft: &str) -> Answer {
    world.api(token, "POST", "/api/v1/master-cases", json!({ "draft": draft })).await
}

async fn master(world: &World, id: &str) -> super::MasterCase {
    let mut tx = world.room.db.snapshot().await.unwrap();
    get(&mut tx, id.parse().unwrap()).await.unwrap()
}

fn states(view: &Value) -> Vec<&str> {
    view["parts"].as_array().unwrap().iter().map(|part| part["state"].as_str().unwrap()).collect()
}

async fn decide(world: &World, case: CaseId, grant: bool) {
    let case = case.to_string();
    let clerk = world.clerk();
    let task = world.claim(&clerk, &case).await;
    world.act(&clerk, &case, Command::Accept { task }).await;
    let by = world.county_clerk();
    let task = world.claim(&by, &case).await;
    let decide = Command::Decide { task, grant, reason: "理由。".into(), findings: Map::new() };
    let closed = world.act(&by, &case, decide).await;
    assert_eq!(closed.outcome, Some(if grant { Outcome::Granted } else { Outcome::Refused }));
    for effect in cases::effects_of(&world.room.library().get(&closed.case_type).unwrap().case_type, &closed)
    {
        let record = Command::RecordEffect { effect: effect.key(), reference: "1".into() };
        world.act(&Actor::System, &case, record).await;
    }
}

/// Runs the jobs of parts that have ended; how many there were.
async fn go_on_with(world: &World) -> usize {
    let now = world.now();
    let due = jobs::claim(&world.room.db, now, 60, 100).await.unwrap();
    let mut ran = 0;
    for job in due.into_iter().filter(|job| job.kind == cases::BUNDLE_JOB) {
        go_on::run(world.room.clone(), job, now).await.unwrap();
        ran += 1;
    }
    ran
}

#[tokio::test]
async fn a_complete_draft_becomes_one_number_and_a_case_of_each_part_that_waits_for_none() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = filled(&world, &token, true).await;
        let receipt = hand_in(&world, &token, &draft).await;
        assert_eq!(receipt.status, StatusCode::CREATED, "{}", receipt.text);
        let view = receipt.json();
        assert_eq!(states(&view), ["submitted", "waiting"]);
        let number = view["number"].as_str().unwrap();
        assert!(number.starts_with("YJS430102001") && number.len() <= 64, "{number}");

        // A second click, by the API and from the page, finds the same.
        let again = hand_in(&world, &token, &draft).await;
        assert_eq!(again.json()["id"], view["id"]);
        let page = world.post(&token, &format!("/drafts/{draft}/confirm"), &[("declared", "true")]).await;
        assert_eq!(page.location, format!("/master-cases/{}/receipt", view["id"].as_str().unwrap()));

        // The file was handed in once; the case has its own row of the same content, the part that waits too.
        let found = master(&world, view["id"].as_str().unwrap()).await;
        let mut tx = world.room.db.snapshot().await.unwrap();
        let sql = "select count(*), count(distinct file_sm3) from materials";
        let row = tx.fetch_one(sql, vec![]).await.unwrap();
        assert_eq!((row.get::<i64>(0).unwrap(), row.get::<i64>(1).unwrap()), (3, 1));
        let case = cases::get(&mut tx, found.parts[0].case.unwrap()).await.unwrap();
        assert_eq!(case.intake.bundle.unwrap().number, number);
        drop(tx);

        // What waits cannot be seen or changed as a draft, and no draft is left to go on with.
        let waiting = found.parts[1].draft.unwrap();
        let changed =
            world.api(&token, "PATCH", &format!("/api/v1/drafts/{waiting}"), json!({"breed": "small"})).await;
        assert_eq!(changed.status, StatusCode::CONFLICT, "{}", changed.text);
        let alone =
            world.api(&token, "POST", &format!("/api/v1/drafts/{waiting}/submission"), Value::Null).await;
        assert_eq!(alone.status, StatusCode::CONFLICT, "{}", alone.text);
        let drafts = world.api(&token, "GET", "/api/v1/drafts", Value::Null).await;
        assert_eq!(drafts.json()["items"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_is_incomplete_or_another_kind_is_refused_and_nothing_is_kept() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = begin(&world, &token).await;
        let refused = hand_in(&world, &token, &draft).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields: Vec<String> = refused.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["second", "breed", "deposit_offered", "is_guide_dog", "materials/photo"]);

        let single = world.complete_draft(&token).await;
        assert_eq!(hand_in(&world, &token, &single).await.status, StatusCode::CONFLICT);
        let bundle = filled(&world, &token, false).await;
        let path = format!("/api/v1/drafts/{bundle}/submission");
        assert_eq!(world.api(&token, "POST", &path, Value::Null).await.status, StatusCode::CONFLICT);
        let nothing = hand_in(&world, &token, "01a1b8c3571771de8a4bbb9f68abb522").await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        let other = world.token(world.li).await;
        assert_eq!(hand_in(&world, &other, &bundle).await.status, StatusCode::NOT_FOUND);

        let mut tx = world.room.db.snapshot().await.unwrap();
        for table in [
            "select count(*) from master_cases",
            "select count(*) from master_parts",
            "select count(*) from cases",
        ] {
            assert_eq!(tx.fetch_one(table, vec![]).await.unwrap().get::<i64>(0).unwrap(), 0, "{table}");
        }
        let nowhere = json!({"item": NEW, "handling": "bundle", "division": "430000"});
        let nowhere = world.api(&token, "POST", "/api/v1/drafts", nowhere).await;
        assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", nowhere.text);
        let company = world.company_token().await;
        let hat = json!({"item": NEW, "handling": "bundle", "division": TOWN});
        assert_eq!(world.api(&company, "POST", "/api/v1/drafts", hat).await.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn a_part_begins_once_when_the_one_before_it_was_granted_and_done() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = filled(&world, &token, true).await;
        let view = hand_in(&world, &token, &draft).await.json();
        let id = view["id"].as_str().unwrap().to_owned();
        let first = master(&world, &id).await.parts[0].case.unwrap();
        assert_eq!(go_on_with(&world).await, 0, "nothing has ended");
        decide(&world, first, true).await;
        // The same job in the hands of two workers: the lease of the first has run out.
        let now = world.now();
        let job = |jobs: Vec<jobs::Job>| jobs.into_iter().find(|job| job.kind == cases::BUNDLE_JOB).unwrap();
        let one = job(jobs::claim(&world.room.db, now, 0, 100).await.unwrap());
        let two = job(jobs::claim(&world.room.db, now, 60, 100).await.unwrap());
        assert_eq!(one.id, two.id);
        go_on::run(world.room.clone(), two, now).await.unwrap();
        assert!(go_on::run(world.room.clone(), one, now).await.is_err(), "the lease is lost");
        let after = master(&world, &id).await;
        assert_eq!(after.parts[1].state, PartState::Begun);
        let mut tx = world.room.db.snapshot().await.unwrap();
        assert_eq!(
            tx.fetch_one("select count(*) from cases", vec![]).await.unwrap().get::<i64>(0).unwrap(),
            2
        );
        drop(tx);
        let shown = world.api(&token, "GET", &format!("/api/v1/master-cases/{id}"), Value::Null).await.json();
        assert_eq!(states(&shown), ["granted", "submitted"]);
        assert_eq!((&shown["state"], &shown["outcome"]), (&json!("running"), &Value::Null));
        let page = world.get(&token, &format!("/master-cases/{id}")).await.text;
        assert!(page.contains("1 项办理中") && !page.contains("{$"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn what_rests_on_a_refusal_is_not_begun_and_says_why() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let view = hand_in(&world, &token, &filled(&world, &token, true).await).await.json();
        let id = view["id"].as_str().unwrap().to_owned();
        decide(&world, master(&world, &id).await.parts[0].case.unwrap(), false).await;
        assert_eq!(go_on_with(&world).await, 1);
        let after = master(&world, &id).await;
        assert_eq!(
            (after.parts[1].state, after.parts[1].because.as_deref()),
            (PartState::NotBegun, Some("first"))
        );
        let shown = world.api(&token, "GET", &format!("/api/v1/master-cases/{id}"), Value::Null).await.json();
        assert_eq!((&shown["state"], &shown["outcome"]), (&json!("closed"), &json!("not-granted")));
        let page = world.get(&token, &format!("/master-cases/{id}")).await.text;
        assert!(page.contains("其前提“第一只犬”没有获得准予") && !page.contains('⟦'), "{page}");
        let path = format!("/api/v1/master-cases/{id}/withdrawal");
        let over = world.api(&token, "POST", &path, json!({"reason": "不要了"})).await;
        assert_eq!(over.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn a_part_or_all_of_it_is_taken_back_with_a_reason() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let view = hand_in(&world, &token, &filled(&world, &token, true).await).await.json();
        let id = view["id"].as_str().unwrap();
        let path = format!("/api/v1/master-cases/{id}/withdrawal");
        let take = async |body: Value| world.api(&token, "POST", &path, body).await;
        assert_eq!(
            take(json!({"reason": " "})).await.faults(),
            [("reason".to_owned(), "applications-master-reason-missing".to_owned())]
        );
        assert_eq!(take(json!({"reason": "错了", "part": "third"})).await.status, StatusCode::NOT_FOUND);
        let one = take(json!({"reason": "错了", "part": "second"})).await;
        assert_eq!(states(&one.json()), ["submitted", "not-begun"]);
        assert_eq!(take(json!({"reason": "错了", "part": "second"})).await.status, StatusCode::CONFLICT);

        // The rest from the page: without a reason it is shown again, with one it is done.
        let page = format!("/master-cases/{id}/withdraw");
        let wrong = world.post(&token, &page, &[("part", ""), ("reason", "")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("请写明撤回原因") && !wrong.text.contains('⟦'), "{}", wrong.text);
        let done = world.post(&token, &page, &[("part", ""), ("reason", "不养了")]).await;
        assert_eq!(done.location, format!("/master-cases/{id}"));
        let shown = world.api(&token, "GET", &format!("/api/v1/master-cases/{id}"), Value::Null).await.json();
        assert_eq!(states(&shown), ["withdrawn", "not-begun"]);
        assert_eq!(go_on_with(&world).await, 1);
        let after: MasterCaseId = id.parse().unwrap();
        assert_eq!(master(&world, &after.to_string()).await.parts[1].because, None);
    })
    .await;
}

#[tokio::test]
async fn it_is_its_applicants_alone_and_one_row_of_theirs() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let (token, other) = (world.token(world.zhang).await, world.token(world.li).await);
        let view = hand_in(&world, &token, &filled(&world, &token, true).await).await.json();
        let id = view["id"].as_str().unwrap();
        for path in ["", "/receipt", "/withdraw"] {
            let path = format!("/master-cases/{id}{path}");
            assert_eq!(world.get(&other, &path).await.status, StatusCode::NOT_FOUND, "{path}");
            let anonymous = world.get("", &path).await;
            assert_eq!(anonymous.status, StatusCode::SEE_OTHER, "{path}");
            assert!(anonymous.location.starts_with("/sign-in"), "{}", anonymous.location);
            let own = world.get(&token, &path).await;
            assert_eq!(own.status, StatusCode::OK, "{path}");
            assert!(!own.text.contains('⟦'), "{path}: {:?}", own.text.split('⟦').nth(1));
        }
        for (method, path) in [("GET", ""), ("POST", "/withdrawal")] {
            let path = format!("/api/v1/master-cases/{id}{path}");
            let body = if method == "GET" { Value::Null } else { json!({"reason": "别人的"}) };
            assert_eq!(world.api(&other, method, &path, body).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let staff = world.staff_token().await;
        let desk = world.api(&staff, "GET", &format!("/api/v1/master-cases/{id}"), Value::Null).await;
        assert_eq!(desk.status, StatusCode::FORBIDDEN);

        let my = world.get(&token, "/my").await.text;
        assert_eq!(my.matches(&format!("/master-cases/{id}")).count(), 1);
        let case = view["parts"][0]["case"].as_str().unwrap();
        assert!(!my.contains(&format!("/cases/{case}\"")), "its cases are not listed beside it");
        assert!(my.contains("1 项办理中，1 项待开始"), "{my}");
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(page.contains(&format!("/master-cases/{id}")) && page.contains("第二只犬"), "{page}");
        assert!(!world.get(&other, "/my").await.text.contains("master-cases"));
        let list = world.api(&token, "GET", "/api/v1/master-cases", Value::Null).await.json();
        assert_eq!(list["items"][0]["number"], view["number"]);
        assert_eq!(
            world.api(&other, "GET", "/api/v1/master-cases", Value::Null).await.json()["items"],
            json!([])
        );
    })
    .await;
}

#[tokio::test]
async fn pages_pass_over_what_is_not_needed() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let start = world.get(&token, &format!("/apply/{NEW}/bundle?within={TOWN}")).await;
        assert!(start.text.contains("/bundles/dogs-in-one") && !start.text.contains('⟦'), "{}", start.text);
        let begun = world.post(&token, &format!("/apply/{NEW}/bundle"), &[("division", TOWN)]).await;
        let wishes = begun.location;
        assert!(wishes.ends_with("/steps/bundle-wishes"), "{wishes}");
        let draft = wishes.split('/').nth(2).unwrap();
        let pages: [(&str, &[(&str, &str)]); 5] = [
            ("bundle-wishes", &[("version", "1"), ("second", "false")]),
            ("shared-1", &[("version", "2"), ("applicant_name", "张演示")]),
            ("first-owner", &[("version", "3"), ("resident_id", "439900197901010011")]),
            (
                "first-dog",
                &[
                    ("version", "4"),
                    ("breed", "large"),
                    ("deposit_offered", "150"),
                    ("is_guide_dog", "false"),
                ],
            ),
            ("first-walkers", &[("version", "5")]),
        ];
        let mut next = wishes.clone();
        for (step, fields) in pages {
            assert_eq!(next, format!("/drafts/{draft}/steps/{step}"));
            let shown = world.get(&token, &next).await.text;
            assert!(!shown.contains('⟦') && !shown.contains("第二只犬："), "{shown}");
            next = world.post(&token, &next, fields).await.location;
        }
        assert_eq!(next, format!("/drafts/{draft}/materials"));
        let passed = world.get(&token, &format!("/drafts/{draft}/steps/second-dog")).await;
        assert_eq!(passed.location, format!("/drafts/{draft}"), "{}", passed.text);
        let upload = format!("/drafts/{draft}/materials/photo");
        assert_eq!(world.post_file(&token, &upload, "dog.pdf", PDF).await.status, StatusCode::SEE_OTHER);
        let confirm = world.get(&token, &format!("/drafts/{draft}/confirm")).await.text;
        assert!(!confirm.contains("second-dog") && !confirm.contains('⟦'), "{confirm}");
        let sent = world.post(&token, &format!("/drafts/{draft}/confirm"), &[("declared", "true")]).await;
        let receipt = world.get(&token, &sent.location).await.text;
        assert!(receipt.contains("第一只犬") && receipt.contains("第二只犬：不需要办理"), "{receipt}");
        assert!(receipt.contains("data-print"), "{receipt}");
    })
    .await;
}
