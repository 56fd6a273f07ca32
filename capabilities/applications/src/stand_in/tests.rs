//! Promises and commitments in the place of files, on each engine.

use serde_json::{Value, json};
use store::vals;
use testkit::each_database;

use crate::testing::{PDF, World};

fn missing(draft: &Value) -> Vec<String> {
    let fields = draft["missing"].as_array().unwrap().iter().map(|m| m["field"].as_str().unwrap().to_owned());
    fields.collect()
}

fn asked<'a>(draft: &'a Value, material: &str) -> &'a Value {
    draft["asked"].as_array().unwrap().iter().find(|asked| asked["material"] == material).unwrap()
}

#[tokio::test]
async fn a_promise_and_a_commitment_stand_in_the_place_of_files() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.guard_draft(&token).await;
        let path = format!("/api/v1/drafts/{draft}");
        let before = world.api(&token, "GET", &path, Value::Null).await.json();
        assert_eq!(missing(&before), ["materials/insurance", "materials/training"]);
        assert_eq!(asked(&before, "insurance")["later"], "10个工作日");
        assert_eq!(asked(&before, "training")["commitment"], true);
        let promised =
            world.api(&token, "PUT", &format!("{path}/materials/insurance/later"), Value::Null).await.json();
        assert_eq!(missing(&promised), ["materials/training"]);
        assert_eq!(asked(&promised, "insurance")["promised"], true);
        let declared = format!("{path}/materials/training/commitment");
        let declared = world.api(&token, "PUT", &declared, Value::Null).await.json();
        assert_eq!(missing(&declared), Vec::<String>::new());
        assert_eq!(asked(&declared, "training")["committed_at"], "2026-09-21T01:30:00Z");

        let receipt = world.submit(&token, &draft, Value::Null).await;
        assert_eq!(receipt.status, 201, "{}", receipt.text);
        let receipt = receipt.json();
        let wanted = json!([{"material": "insurance", "name": "保险凭证", "limit": "10个工作日"}]);
        assert_eq!(receipt["promised"], wanted);
        let made = &receipt["commitments"][0];
        assert_eq!(json!([made["material"], made["made_by"]]), json!(["training", "张**"]));
        let package = world.room.library().current(crate::testing::GUARD, "01").unwrap();
        let commitment = package.item.material("training").unwrap().commitment.as_ref().unwrap();
        assert_eq!(made["text_sm3"], crate::stand_in::text_sm3(commitment));
        let case = world.stored(receipt["case"].as_str().unwrap()).await;
        assert_eq!(case.intake.promised[0].material, "insurance");
        assert_eq!(case.intake.promised[0].limit.to_string(), "10 working days");
        assert_eq!(case.intake.commitments, ["training"]);
        let page = world.get(&token, &format!("/cases/{}/receipt", case.id)).await.text;
        for expected in
            ["保险凭证", "受理后 10个工作日内补交", "训练证明", "张** 于 2026年9月21日 09:30 作出"]
        {
            assert!(page.contains(expected), "{expected} is not on {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let draft = world.guard_draft(&zhang).await;
        let at = |place: &str| format!("/api/v1/drafts/{draft}/materials/{place}");
        let put = async |token: &str, place: &str| world.api(token, "PUT", &at(place), Value::Null).await;
        assert_eq!(put(&li, "insurance/later").await.status, 404, "another's draft");
        assert_eq!(put(&zhang, "nothing/later").await.status, 404);
        let refused = put(&zhang, "training/later").await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.faults(), [("training".to_owned(), "applications-later-not-offered".to_owned())]);
        let refused = put(&zhang, "insurance/commitment").await;
        assert_eq!(
            refused.faults(),
            [("insurance".to_owned(), "applications-commitment-not-offered".to_owned())]
        );
        let delete = async |place: &str| world.api(&zhang, "DELETE", &at(place), Value::Null).await.status;
        assert_eq!(delete("insurance/later").await, 404, "nothing was promised");
        assert_eq!(put(&zhang, "insurance/later").await.status, 200);
        assert_eq!(delete("insurance/commitment").await, 404, "a promise is no commitment");
        assert_eq!(delete("insurance/later").await, 204);

        // A file takes the place of the promise, and the promise cannot take that of a file.
        assert_eq!(put(&zhang, "insurance/later").await.status, 200);
        world.upload(&zhang, &at("insurance?name=a.pdf"), PDF, "").await;
        let shown = world.api(&zhang, "GET", &format!("/api/v1/drafts/{draft}"), Value::Null).await.json();
        assert_eq!(asked(&shown, "insurance")["promised"], false);
        assert_eq!(put(&zhang, "insurance/later").await.status, 409);

        put(&zhang, "training/commitment").await;
        let receipt = world.submit(&zhang, &draft, Value::Null).await;
        assert_eq!(receipt.status, 201, "{}", receipt.text);
        assert_eq!(receipt.json()["promised"], json!([]));
        assert_eq!(put(&zhang, "insurance/later").await.status, 409, "it was submitted");
        assert_eq!(delete("training/commitment").await, 409);
    })
    .await;
}

#[tokio::test]
async fn a_commitment_to_another_text_is_none() {
    each_database(async |db| {
        let mut world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        let reworded = |file: &str, text: String| match file {
            "item.yaml" => text.replace("已经完成训练", "已经完成并通过训练"),
            _ => text,
        };
        world.publish_newer(reworded).await;
        assert_eq!(world.submit(&token, &draft, Value::Null).await.status, 409, "the draft moves on");
        let again = world.submit(&token, &draft, Value::Null).await;
        assert_eq!(
            again.faults(),
            [("materials/training".to_owned(), "applications-material-missing".to_owned())]
        );
        let path = format!("/api/v1/drafts/{draft}/materials/training/commitment");
        assert_eq!(world.api(&token, "PUT", &path, Value::Null).await.status, 200);
        assert_eq!(world.submit(&token, &draft, Value::Null).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn a_material_whose_condition_does_not_hold_is_not_needed_and_says_why() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.stood_in(&token).await;
        let path = format!("/api/v1/drafts/{draft}");
        let shown = world.api(&token, "PATCH", &path, json!({"breed": "small"})).await.json();
        let training = asked(&shown, "training");
        assert_eq!(training["wanted"], false);
        assert_eq!(training["why_not"], "体型为 小型犬，不符合：等于 大型犬");
        assert_eq!(asked(&shown, "charter")["why_not"], "“单位代码”没有填写");
        let page = world.get(&token, &format!("/drafts/{draft}/materials")).await.text;
        assert!(page.contains("不需要提交，因为：体型为 小型犬"), "{page}");
        let form = format!("action=\"/drafts/{draft}/materials/training");
        assert!(!page.contains(&form), "nothing is asked for it: {page}");
        let start = world.get(&token, &format!("/apply/{}/01", crate::testing::GUARD)).await.text;
        assert!(start.contains("视情况"), "{start}");

        // What is not asked for does not count, though it was declared before.
        let receipt = world.submit(&token, &draft, Value::Null).await.json();
        assert_eq!(
            (&receipt["commitments"], &receipt["promised"][0]["material"]),
            (&json!([]), &json!("insurance"))
        );
        let case = world.stored(receipt["case"].as_str().unwrap()).await;
        assert_eq!(case.intake.commitments, Vec::<String>::new());

        // With a code that nobody is registered under, the certificate is asked for.
        let draft = world.stood_in(&token).await;
        let path = format!("/api/v1/drafts/{draft}");
        let shown = world.api(&token, "PATCH", &path, json!({"uscc": "51430000DEM000217K"})).await.json();
        assert_eq!(missing(&shown), ["materials/charter"]);
    })
    .await;
}

#[tokio::test]
async fn the_page_shows_the_whole_text_and_takes_a_tick() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let draft = world.guard_draft(&token).await;
        let page = format!("/drafts/{draft}/materials");
        let shown = world.get(&token, &page).await.text;
        for expected in [
            "本人承诺犬只已经完成训练。",
            "如有不实，愿意承担法律责任。",
            "示例养犬办法 第十条",
            "受理后 10个工作日内",
        ] {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        let unticked = world.post(&token, &format!("{page}/training/commitment"), &[]).await;
        assert_eq!(unticked.status, 422);
        assert!(unticked.text.contains("href=\"#declared-training\""), "{}", unticked.text);
        let done = world.post(&token, &format!("{page}/training/commitment"), &[("declared", "true")]).await;
        assert_eq!(done.location, format!("{page}#material-training"), "{}", done.text);
        let done = world.post(&token, &format!("{page}/insurance/later"), &[]).await;
        assert_eq!(done.location, format!("{page}#material-insurance"), "{}", done.text);
        let shown = world.get(&token, &page).await.text;
        assert!(
            shown.contains("已作出承诺") && shown.contains("您已承诺在受理后 10个工作日内补交"),
            "{shown}"
        );
        let english = world.english(&token, &page).await.text;
        assert!(
            english.contains("I declare that the dog has been trained.") && !english.contains('⟦'),
            "{english}"
        );
        let confirm = world.get(&token, &format!("/drafts/{draft}/confirm")).await.text;
        assert!(confirm.contains("受理后补交") && confirm.contains("已作承诺"), "{confirm}");
        for place in ["training/commitment/remove", "insurance/later/remove"] {
            let gone = world.post(&token, &format!("{page}/{place}"), &[]).await;
            assert_eq!(gone.status, 303, "{}", gone.text);
        }
        let shown = world.get(&token, &page).await.text;
        assert!(!shown.contains("已作出承诺") && !shown.contains("您已承诺"), "{shown}");
        world.post(&token, &format!("{page}/insurance/later"), &[]).await;
        let discarded = world.api(&token, "DELETE", &format!("/api/v1/drafts/{draft}"), Value::Null).await;
        assert_eq!(discarded.status, 204, "{}", discarded.text);
        let mut tx = world.room.db.snapshot().await.unwrap();
        let left = tx.fetch_one("select count(*) from stand_ins", vals![]).await.unwrap();
        assert_eq!(left.get::<i64>(0).unwrap(), 0, "what stood in a draft that was thrown away is gone");
    })
    .await;
}
