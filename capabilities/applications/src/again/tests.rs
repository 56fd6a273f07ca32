//! Applying again, on each engine.

use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::{GUARD, ITEM, KENNEL, PDF, TOWN, World};

async fn withdrawn(world: &World, token: &str) -> String {
    let draft = world.complete_draft(token).await;
    let path = format!("/api/v1/drafts/{draft}");
    world.api(token, "PATCH", &path, json!({"habits": "怕打雷", "phone": "19900000009"})).await;
    world.upload(token, &format!("{path}/materials/vaccination?name=针.pdf"), PDF, "").await;
    let case = world.submit(token, &draft, Value::Null).await.json()["case"].as_str().unwrap().to_owned();
    let end = format!("/api/v1/cases/{case}/withdrawal");
    assert_eq!(world.api(token, "POST", &end, json!({"reason": "填错了"})).await.status, 200);
    case
}

#[tokio::test]
async fn answers_and_files_of_a_closed_case_go_into_a_new_draft() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = withdrawn(&world, &token).await;
        let begun = world.api(&token, "POST", "/api/v1/drafts", json!({"again_of": case})).await;
        assert_eq!(begun.status, 201, "{}", begun.text);
        let draft = begun.json();
        assert_eq!(json!([draft["item"], draft["division"], draft["again_of"]]), json!([ITEM, TOWN, case]));
        assert_eq!(json!([draft["answers"]["habits"], draft["dropped"]]), json!(["怕打雷", []]));
        // The account of today is newer than what was filled in then.
        assert_eq!(draft["answers"]["phone"], "19900000001");
        let mut files: Vec<_> =
            draft["materials"].as_array().unwrap().iter().map(|f| f["file_name"].as_str().unwrap()).collect();
        files.sort_unstable(); // copied at one instant, so their ids are in no order
        assert_eq!(files, ["dog.png", "针.pdf"]);
        assert_eq!(draft["missing"], json!([]));
        let id = draft["id"].as_str().unwrap();
        let again = world.submit(&token, id, Value::Null).await;
        assert_eq!(again.status, 201, "{}", again.text);
        let newer = again.json()["case"].as_str().unwrap().to_owned();
        assert_eq!(world.shown(&token, &newer).await["again_of"], json!(case));
        // The older case keeps its own files.
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(
            page.contains("针.pdf") && page.contains(&format!("action=\"/cases/{case}/again\"")),
            "{page}"
        );
        let begun = world.post(&token, &format!("/cases/{case}/again"), &[("once", "x")]).await;
        let twice = world.post(&token, &format!("/cases/{case}/again"), &[("once", "x")]).await;
        assert_eq!(begun.location, twice.location, "a second click finds the first draft");
        let first = world.get(&token, &begun.location).await.text;
        let number = &world.stored(&case).await.number;
        assert!(
            first.contains(&format!("沿用了办件 {number} 的内容")) && first.contains("都已带入"),
            "{first}"
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_form_no_longer_asks_for_is_left_out_and_named() {
    each_database(async |db| {
        let mut world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = withdrawn(&world, &token).await;
        let without = |file: &str, text: String| match file {
            "form.schema.json" => text
                .replace(", \"habits\"]}", "]}")
                .lines()
                .filter(|line| !line.trim_start().starts_with("\"habits\""))
                .collect::<Vec<_>>()
                .join("\n"),
            "item.yaml" => text.replace("id: vaccination", "id: chip"),
            _ => text,
        };
        world.publish_newer(without).await;
        let draft = world.api(&token, "POST", "/api/v1/drafts", json!({"again_of": case})).await.json();
        assert_eq!(draft["dropped"], json!(["habits", "materials/vaccination"]));
        assert_eq!(draft["answers"].get("habits"), None);
        assert_eq!(draft["materials"].as_array().unwrap().len(), 1);
        let page =
            world.get(&token, &format!("/drafts/{}/steps/owner", draft["id"].as_str().unwrap())).await.text;
        assert!(page.contains("<li>习性</li>") && page.contains("<li>免疫记录</li>"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = withdrawn(&world, &zhang).await;
        let begin = async |token: &str, new: Value| world.api(token, "POST", "/api/v1/drafts", new).await;
        assert_eq!(begin(&li, json!({"again_of": case})).await.status, 404, "another's case");
        assert_eq!(world.post(&li, &format!("/cases/{case}/again"), &[]).await.status, 404);
        let other = begin(&zhang, json!({"again_of": case, "item": GUARD})).await;
        assert_eq!(other.faults(), [("again_of".to_owned(), "applications-again-other-item".to_owned())]);
        assert_eq!(begin(&zhang, json!({"again_of": "nonsense"})).await.status, 422);
        let nothing = begin(&zhang, json!({})).await;
        assert_eq!(nothing.faults().len(), 3, "{}", nothing.text);
        let nowhere = begin(&zhang, json!({"again_of": case, "division": "430999"})).await;
        assert_eq!(nowhere.faults()[0].0, "division");
        let running = world.case(&zhang).await;
        assert_eq!(begin(&zhang, json!({"again_of": running})).await.status, 409, "it still runs");
        assert!(!world.get(&zhang, &format!("/cases/{running}")).await.text.contains("再次申请"));
        assert_eq!(
            begin(&zhang, json!({"item": KENNEL, "handling": "01", "division": TOWN})).await.status,
            409
        );
    })
    .await;
}
