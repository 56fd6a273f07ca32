//! Looking up without signing in, on each engine.

use serde_json::json;
use testkit::each_database;

use crate::testing::{Answer, World};

impl World {
    /// A stranger looks something up at the API.
    async fn look_up(&self, number: &str, name: &str) -> Answer {
        self.api("", "POST", "/api/v1/progress", json!({ "number": number, "name": name })).await
    }

    async fn number_of(&self, case: &str) -> String {
        self.stored(case).await.number
    }

    /// How many rows a table holds.
    async fn rows(&self, sql: &'static str) -> i64 {
        let mut tx = self.room.db.snapshot().await.unwrap();
        tx.fetch_one(sql, store::vals![]).await.unwrap().get(0).unwrap()
    }
}

const LOOKS: &str = "select count(*) from personal_data_accesses where purpose = 'applications.look-up'";

#[tokio::test]
async fn number_and_name_tell_where_a_case_stands_and_nothing_personal() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await;
        let number = world.number_of(&case).await;
        let found = world.look_up(&format!(" {} ", number.to_lowercase()), "张演示").await;
        assert_eq!(found.status, 200, "{}", found.text);
        let told = found.json();
        assert_eq!((&told["number"], &told["due_on"]), (&json!(number), &json!("2026-09-29")));
        assert_eq!(told["state"], "已提交，等待受理");
        assert!(!told["explanation"].as_array().unwrap().is_empty(), "{told}");
        for personal in ["张", "4399", "19900000001"] {
            assert!(!found.text.contains(personal), "{personal}: {}", found.text);
        }
        assert_eq!(world.rows(LOOKS).await, 1, "the look is on record");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_number_and_a_wrong_name_are_told_alike() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let number = world.number_of(&world.case(&token).await).await;
        let wrong_name = world.look_up(&number, "李示例").await;
        let wrong_number = world.look_up("00000000000000000000", "张演示").await;
        let without_id = |answer: &Answer| {
            let mut json = answer.json();
            json.as_object_mut().unwrap().retain(|key, _| key != "instance" && key != "request_id");
            (answer.status, json)
        };
        assert_eq!(wrong_name.status, 404);
        assert_eq!(without_id(&wrong_name), without_id(&wrong_number));
        assert_eq!(world.rows(LOOKS).await, 0, "nothing was shown");
        let both = "select count(*) from progress_look_ups where outcome = 'failed'";
        assert_eq!(world.rows(both).await, 2, "both are counted");
        let missing = world.look_up("", " ").await;
        let fields: Vec<String> = missing.faults().into_iter().map(|(field, _)| field).collect();
        assert_eq!((missing.status.as_u16(), fields), (422, vec!["number".to_owned(), "name".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn guessing_is_slowed_down_and_ends_by_itself() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let number = world.number_of(&world.case(&token).await).await;
        for _ in 0..5 {
            assert_eq!(world.look_up(&number, "王样本").await.status, 404);
        }
        assert_eq!(world.look_up(&number, "张演示").await.status, 429, "the right name waits too");
        assert_eq!(
            world.look_up("00000000000000000000", "张演示").await.status,
            404,
            "another number does not"
        );
        world.set_now("2026-09-21T09:31");
        assert_eq!(world.look_up(&number, "张演示").await.status, 200);
        let mut tx = world.room.db.begin().await.unwrap();
        assert_eq!(super::forget(&mut tx, world.now()).await.unwrap(), 0);
        world.set_now("2026-09-25T09:31");
        assert_eq!(super::forget(&mut tx, world.now()).await.unwrap(), 7);
    })
    .await;
}

#[tokio::test]
async fn an_organisation_is_looked_up_by_its_name_in_either_kind_of_brackets() {
    assert_eq!(super::brackets("示例(长沙) 公司"), super::brackets("示例（长沙）公司"));
    assert_ne!(super::brackets("示例长沙公司"), super::brackets("示例（长沙）公司"));
}

#[tokio::test]
async fn the_page_asks_answers_and_names_what_is_missing() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let number = world.number_of(&world.case_to_correct(&token).await).await;
        let page = world.get("", &format!("/progress?number={number}")).await;
        assert!(page.text.contains(&number), "a link may bring the number along");
        let found = world.post(&token, "/progress", &[("number", &number), ("name", "张演示")]).await;
        for said in ["需要补正材料", "咨询电话", "为保护申请人"] {
            assert!(found.text.contains(said), "{said}: {}", found.text);
        }
        let wrong = world.post(&token, "/progress", &[("number", &number), ("name", "")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("请填写申请人姓名"), "{}", wrong.text);
    })
    .await;
}
