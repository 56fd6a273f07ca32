//! The right to be heard, on each engine.

use serde_json::json;
use testkit::each_database;

use crate::testing::World;

#[tokio::test]
async fn a_hearing_is_asked_for_with_a_reason() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (token, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = world.guard_case(&token).await;
        let path = format!("/api/v1/cases/{case}/hearing");
        let wanted = json!({"wanted": true, "reason": "情况有出入"});
        assert_eq!(world.api(&token, "POST", &path, wanted.clone()).await.status, 409, "not asked yet");
        world.reviewed(&case).await;
        let shown = world.shown(&token, &case).await;
        // Five working days from Monday 21 September.
        let hearing = &shown["hearing"];
        assert_eq!(
            json!([hearing["stage"], hearing["until"], hearing["wanted"]]),
            json!(["hearing", "2026-09-29", null])
        );
        let hearing_to_do =
            shown["to_do"].as_array().unwrap().iter().find(|to_do| to_do["what"] == "hearing");
        assert_eq!(hearing_to_do.unwrap()["until"], "2026-09-29");
        assert_eq!(world.api(&li, "POST", &path, wanted.clone()).await.status, 404, "another's case");
        let bare = world.api(&token, "POST", &path, json!({"wanted": true})).await;
        assert_eq!(bare.faults(), [("reason".to_owned(), "cases-text-missing".to_owned())]);
        assert_eq!(world.api(&token, "POST", &path, json!({"wanted": "yes"})).await.status, 422);
        let stale = json!({"wanted": true, "reason": "x", "version": 1});
        assert_eq!(world.api(&token, "POST", &path, stale).await.status, 409);
        let done = world.api_keyed(&token, "POST", &path, wanted.clone(), "k").await;
        assert_eq!(
            (done.status.as_u16(), &done.json()["hearing"]["wanted"]),
            (200, &json!(true)),
            "{}",
            done.text
        );
        assert_eq!(
            world.api_keyed(&token, "POST", &path, wanted.clone(), "k").await.status,
            200,
            "a repetition"
        );
        assert_eq!(world.api(&token, "POST", &path, wanted).await.status, 409, "answered already");
        let county = world.county_clerk();
        let task = world.claim(&county, &case).await;
        let on = "2026-10-20".parse().unwrap();
        let arrange =
            cases::Command::Arrange { task, on, place: "县政务中心 3 楼".into(), people: Vec::new() };
        world.act(&county, &case, arrange).await;
        let arranged = world.shown(&token, &case).await["arrangements"].clone();
        assert_eq!(arranged[0]["on"], "2026-10-20");
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(page.contains("听证：2026年10月20日 星期二 县政务中心 3 楼"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn one_can_do_without_and_silence_means_the_same() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.guard_case(&token).await;
        world.reviewed(&case).await;
        let path = format!("/api/v1/cases/{case}/hearing");
        let done = world.api(&token, "POST", &path, json!({"wanted": false})).await.json();
        assert_eq!(json!([done["hearing"]["wanted"], done["stage"]]), json!([false, "notice"]));
        let late = world.guard_case(&token).await;
        world.reviewed(&late).await;
        world.set_now("2026-09-30T09:00");
        let token = world.token(world.zhang).await;
        let path = format!("/api/v1/cases/{late}/hearing");
        let answer = world.api(&token, "POST", &path, json!({"wanted": true, "reason": "迟了"})).await;
        assert_eq!(answer.status, 409, "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn the_page_explains_the_right_and_asks_to_be_sure() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.guard_case(&token).await;
        let page = format!("/cases/{case}/hearing");
        assert_eq!(world.get(&token, &page).await.status, 409);
        world.reviewed(&case).await;
        let shown = world.get(&token, &page).await.text;
        for expected in ["行政许可法第四十六条", "2026年9月29日 星期二", "不承担组织听证的费用", "中秋"]
        {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        let english = world.english(&token, &page).await.text;
        assert!(english.contains("It costs you nothing") && !english.contains('⟦'), "{english}");
        let version =
            shown.split("name=\"version\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let unsure = world.post(&token, &page, &[("version", version), ("wanted", "no")]).await;
        assert_eq!(unsure.status, 422);
        assert!(unsure.text.contains("href=\"#sure\""), "{}", unsure.text);
        let bare = world.post(&token, &page, &[("version", version), ("wanted", "yes")]).await;
        assert!(bare.status == 422 && bare.text.contains("href=\"#reason\""), "{}", bare.text);
        let neither = world.post(&token, &page, &[("version", version)]).await;
        assert_eq!(neither.status, 422);
        let sure = [("version", version), ("wanted", "no"), ("sure", "true")];
        let done = world.post(&token, &page, &sure).await;
        assert_eq!(done.location, format!("/cases/{case}"), "{}", done.text);
        assert_eq!(world.post(&token, &page, &sure).await.status, 409);
    })
    .await;
}
