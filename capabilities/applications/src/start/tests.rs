//! Beginning an application, on each engine.

use axum::http::StatusCode;
use kernel::{Actor, Refusal};
use serde_json::{Value, json};
use testkit::each_database;

use super::{StartApplication, start};
use crate::testing::{ITEM, KENNEL, TOWN, World};

fn new(item: &str, division: &str) -> Value {
    json!({"item": item, "handling": "01", "division": division})
}

#[tokio::test]
async fn a_draft_begins_with_what_the_account_knows() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let answer = world.api(&token, "POST", "/api/v1/drafts", new(ITEM, TOWN)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let draft = answer.json();
        assert_eq!(answer.location, format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap()));
        let known =
            json!({"applicant_name": "张演示", "resident_id": "439900197901010011", "phone": "19900000001"});
        assert_eq!((&draft["answers"], &draft["version"]), (&known, &json!(1)));
        let missing: Vec<&str> =
            draft["missing"].as_array().unwrap().iter().map(|m| m["field"].as_str().unwrap()).collect();
        assert_eq!(missing, ["breed", "deposit_offered", "is_guide_dog", "materials/photo"]);
    })
    .await;
}

#[tokio::test]
async fn a_legal_person_is_prefilled_by_its_name_and_code() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.company_token().await;
        let draft = world.api(&token, "POST", "/api/v1/drafts", new(KENNEL, TOWN)).await.json();
        let known = json!({"applicant_name": "长沙演示犬舍有限公司", "uscc": "91430102DEM0001106"});
        assert_eq!(draft["answers"], known);
    })
    .await;
}

#[tokio::test]
async fn every_refusal_says_what_is_wrong() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let check = async |body: Value, status: u16, faults: &[(&str, &str)]| {
            let answer = world.api(&token, "POST", "/api/v1/drafts", body).await;
            assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
            let expected: Vec<(String, String)> =
                faults.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect();
            assert_eq!(answer.faults(), expected);
        };
        check(new("430120009000", TOWN), 404, &[]).await;
        check(new(KENNEL, TOWN), 409, &[]).await;
        check(new(ITEM, "439999"), 422, &[("division", "applications-division-unknown")]).await;
        check(new(ITEM, "430102"), 422, &[("division", "applications-division-to-town")]).await;
        check(new(ITEM, "430102002"), 422, &[("division", "applications-division-nobody")]).await;
        check(
            json!({"item": ITEM}),
            422,
            &[("handling", "applications-field-needed"), ("division", "applications-field-needed")],
        )
        .await;
        let company = world.company_token().await;
        let answer = world.api(&company, "POST", "/api/v1/drafts", new(ITEM, TOWN)).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn only_persons_may() {
    each_database(async |db| {
        let world = World::new(db).await;
        assert_eq!(world.api("", "POST", "/api/v1/drafts", new(ITEM, TOWN)).await.status, 401);
        let staff = world.staff_token().await;
        assert_eq!(world.api(&staff, "POST", "/api/v1/drafts", new(ITEM, TOWN)).await.status, 403);
        let page = world.get("", &format!("/apply/{ITEM}/01")).await;
        assert_eq!((page.status, page.location.starts_with("/sign-in?next=")), (StatusCode::SEE_OTHER, true));
        let mut tx = world.room.db.begin().await.unwrap();
        let wanted = || StartApplication {
            item: ITEM.into(),
            handling: "01".into(),
            division: TOWN.into(),
            again_of: None,
            chosen: crate::draft::Answers::new(),
        };
        let by_system = start(&mut tx, &world.room, &Actor::System, world.now(), wanted()).await;
        assert!(matches!(by_system.map_err(Refusal::from), Err(Refusal::Forbidden)));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_begins_one_draft() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let send = async |body: Value| world.api_keyed(&token, "POST", "/api/v1/drafts", body, "key-1").await;
        let (first, second) = (send(new(ITEM, TOWN)).await, send(new(ITEM, TOWN)).await);
        assert_eq!((second.status, &first.json()["id"]), (StatusCode::CREATED, &second.json()["id"]));
        let other = send(new(ITEM, "430102")).await;
        assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text);
        let list = world.api(&token, "GET", "/api/v1/drafts", Value::Null).await.json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_page_asks_for_the_place_level_by_level() {
    let test_db = testkit::sqlite().await;
    let world = World::new(test_db.db.clone()).await;
    let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
    let path = format!("/apply/{ITEM}/01");
    // Who has never said where they live begins at the city; who has, at their own town.
    let page = world.get(&li, &path).await.text;
    assert!(page.contains("<option value=\"430100\">长沙市") && page.contains("name=\"within\""), "{page}");
    let page = world.get(&li, &format!("{path}?within=430100")).await.text;
    assert!(page.contains("<option value=\"430102\">芙蓉区") && page.contains("name=\"within\""), "{page}");
    let page = world.get(&li, &format!("{path}?within=430102")).await.text;
    assert!(
        page.contains("<option value=\"430102001\">文艺路街道") && page.contains("name=\"division\""),
        "{page}"
    );
    let page = world.get(&zhang, &path).await.text;
    assert!(page.contains("<option value=\"430102001\" selected>文艺路街道"), "{page}");
    for expected in ["犬只照片", "一户一只。", "10个工作日", "张**"] {
        assert!(page.contains(expected), "{expected} is not on {page}");
    }
}

#[tokio::test]
async fn the_page_begins_a_draft_once_and_offers_to_go_on_with_it() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let path = format!("/apply/{ITEM}/01");
        let wrong = world.post(&token, &path, &[("division", ""), ("once", "a")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("请从列表中选择办理地区"), "{}", wrong.text);
        let sent = [("division", TOWN), ("once", "b")];
        let (first, second) =
            (world.post(&token, &path, &sent).await, world.post(&token, &path, &sent).await);
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
        assert!(first.location.ends_with("/steps/owner") && first.location == second.location);
        let page = world.get(&token, &path).await.text;
        let draft = first.location.trim_end_matches("/steps/owner");
        assert!(page.contains(&format!("href=\"{draft}\"")), "{page}");
    })
    .await;
}

#[tokio::test]
async fn answers_of_the_guided_choice_stand_in_the_draft_and_nothing_personal_does() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let path = format!("/apply/{ITEM}/01");
        let brought =
            "a.is_guide_dog=yes&a.breed=large&a.breed=huge&a.resident_id=1&a.deposit_offered=500&a.nothing=1";
        let page = world.get(&token, &format!("{path}?within=430102&{brought}")).await.text;
        for part in ["是导盲犬：是", "体型：大型犬", "name=\"a.is_guide_dog\" value=\"yes\"", "a.breed=large"]
        {
            assert!(page.contains(part), "{part} is not on {page}");
        }
        // Links of the page's frame may repeat its address; no form does.
        for name in ["a.resident_id", "a.deposit_offered", "a.nothing"] {
            assert!(!page.contains(&format!("name=\"{name}\"")), "{name}: {page}");
        }
        // A stranger signs in first and finds the answers again.
        let away = world.get("", &format!("{path}?a.breed=large")).await;
        assert!(away.location.contains("a.breed%3Dlarge"), "{}", away.location);
        let sent = [
            ("division", TOWN),
            ("once", "choice"),
            ("a.is_guide_dog", "yes"),
            ("a.breed", "large"),
            ("a.resident_id", "430102199001010000"),
        ];
        let begun = world.post(&token, &path, &sent).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
        let draft = begun.location.trim_start_matches("/drafts/").trim_end_matches("/steps/owner");
        let draft = world.api(&token, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        let answers = &draft["answers"];
        assert_eq!((&answers["is_guide_dog"], &answers["breed"]), (&json!(true), &json!("large")));
        assert_eq!(answers["resident_id"], "439900197901010011");
        // A place that is none leads back to the page with the answers.
        let wrong = world.post(&token, &path, &[("division", ""), ("a.breed", "small")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("name=\"a.breed\" value=\"small\""), "{}", wrong.text);
    })
    .await;
}
