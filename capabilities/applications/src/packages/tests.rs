//! Packages at the desk: what is in force, what would happen, and trying one out in one's own body.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use kernel::{Actor, BodyId, Role, StaffActor, StaffId, Timestamp, TypedId as _};

use super::{MANAGE, forget_tried};
use crate::testing::{Answer, ITEM, World};

const FILES: [&str; 4] = ["item.yaml", "form.schema.json", "process.yaml", "licences.yaml"];

async fn csrf(world: &World, token: &str) -> String {
    let page = world.get(token, "/desk/packages/try").await.text;
    let (_, rest) = page.split_once("name=\"_csrf\" value=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split('"').next().unwrap_or_default().to_owned()
}

async fn send(world: &World, token: &str, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::COOKIE, format!("session={token}"))
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body));
    world.send(request.unwrap()).await
}

async fn play(world: &World, token: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = csrf(world, token).await;
    let all = [("_csrf", csrf.as_str())].into_iter().chain(fields.iter().copied());
    let pairs: Vec<String> = all.map(|(name, value)| format!("{name}={value}")).collect();
    send(world, token, path, "application/x-www-form-urlencoded", pairs.join("&").into_bytes()).await
}

/// Uploads the dog licence with some texts replaced.
async fn upload(world: &World, token: &str, leave_out: &str, old: &str, new: &str) -> Answer {
    let mut body = Vec::new();
    let mut part = |head: &str, content: &str| {
        body.extend_from_slice(
            format!("--border\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n").as_bytes(),
        );
    };
    part("name=\"_csrf\"", &csrf(world, token).await);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testing/dog-licence");
    for file in FILES.into_iter().filter(|file| *file != leave_out) {
        let text = std::fs::read_to_string(folder.join(file)).unwrap().replace(old, new);
        part(&format!("name=\"{file}\"; filename=\"{file}\""), &text);
    }
    body.extend_from_slice(b"--border--\r\n");
    send(world, token, "/desk/packages/try", "multipart/form-data; boundary=border", body).await
}

#[test]
fn only_who_decides_or_runs_the_platform_may() {
    let may = |roles: &[Role]| {
        let at = Timestamp::UNIX_EPOCH;
        let actor = StaffActor {
            strong: false,
            staff: StaffId::from_parts(at, [1; 10]),
            body: BodyId::from_parts(at, [2; 10]),
            division: "430000".into(),
            roles: roles.iter().copied().collect(),
            deputy_of: std::collections::BTreeSet::new(),
            shown_as: "甲".into(),
        };
        Actor::Staff(actor).may(MANAGE)
    };
    assert!(may(&[Role::Decision]) && may(&[Role::Administration]));
    assert!(!may(&[Role::Acceptance, Role::Review, Role::Supervision]));
    assert!(!Actor::Anonymous.may(MANAGE));
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_in_force_are_listed_with_their_open_cases() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let person = world.token(world.zhang).await;
        world.case(&person).await;
        let token = world.staff_token().await;
        let page = world.get(&token, "/desk/packages").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(&format!("/desk/packages/{ITEM}/01/simulate")), "{}", page.text);
        let mut tx = world.room.db.snapshot().await.unwrap();
        let open = cases::count_open_by_version(&mut tx).await.unwrap();
        let counts: Vec<(&str, i64)> = open.iter().map(|(of, count)| (of.item.as_str(), *count)).collect();
        assert_eq!(counts, [(ITEM, 1)]);
        assert_eq!(world.get(&person, "/desk/packages").await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_played_and_nothing_is_kept() {
    let test_db = testkit::sqlite().await;
    let world = World::new(test_db.db.clone()).await;
    let token = world.staff_token().await;
    let path = format!("/desk/packages/{ITEM}/01/simulate");
    assert_eq!(world.get(&token, &path).await.status, StatusCode::OK);
    let answer = play(&world, &token, &path, &[("_division", "430102001"), ("_on", "2026-09-21")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.text.contains("class=\"timeline\""), "{}", answer.text);
    assert!(answer.text.contains("error-summary"), "questions without an answer are told");
    let wrong = play(&world, &token, &path, &[("_division", "x"), ("_on", "soon")]).await;
    assert_eq!(wrong.status, StatusCode::OK);
    assert!(!wrong.text.contains("class=\"timeline\"") && wrong.text.contains("error-summary"));
    let nowhere = play(&world, &token, "/desk/packages/430120009000/01/simulate", &[]).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    let mut tx = world.room.db.snapshot().await.unwrap();
    assert_eq!(cases::count_open_by_version(&mut tx).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_is_tried_in_ones_own_body_and_forgotten() {
    testkit::each_database(async |db| {
        let world = World::new(db).await;
        let (town, county) = (world.staff_token().await, world.county_token().await);
        let kept = upload(&world, &town, "", "visits: 0", "visits: 1").await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
        let page = world.get(&town, &kept.location).await;
        assert!(page.status == StatusCode::OK && page.text.contains("name=\"_division\""), "{}", page.text);
        assert_eq!(world.get(&county, &kept.location).await.status, StatusCode::NOT_FOUND);
        assert!(!world.get(&county, "/desk/packages/try").await.text.contains(&kept.location));
        assert!(world.get(&town, "/desk/packages/try").await.text.contains(&kept.location));
        let foreign = play(&world, &county, &kept.location, &[("_on", "2026-09-21")]).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        let fields = [("_division", "430102001"), ("_on", "2026-09-21")];
        let played = play(&world, &town, &kept.location, &fields).await;
        assert!(played.text.contains("class=\"timeline\""), "{}", played.text);
        let mut tx = world.room.db.begin().await.unwrap();
        assert_eq!(forget_tried(&mut tx, world.now()).await.unwrap(), 0);
        let later = world.now().checked_add(jiff::SignedDuration::from_hours(8 * 24)).unwrap();
        assert_eq!(forget_tried(&mut tx, later).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(world.get(&town, &kept.location).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_tried_package_is_said() {
    let test_db = testkit::sqlite().await;
    let world = World::new(test_db.db.clone()).await;
    let town = world.staff_token().await;
    let kept = upload(&world, &town, "", "version:", "versoin:").await;
    let page = world.get(&town, &kept.location).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("unreadable") && !page.text.contains("name=\"_division\""), "{}", page.text);
    let lacking = upload(&world, &town, "process.yaml", "", "").await;
    assert_eq!(lacking.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(lacking.text.contains("process.yaml"), "{}", lacking.text);
}
