//! Objecting to public notices, on each engine.

use axum::body::Body;
use axum::http::{Request, header};
use cases::Command;
use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::World;

#[tokio::test]
async fn anybody_signed_in_objects_once_while_the_notice_hangs() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = world.guard_case(&zhang).await;
        let at = |named: &str| format!("/api/v1/notices/{named}/objections");
        let text = json!({"text": "这只狗咬过人"});
        assert_eq!(world.api(&li, "POST", &at(&case), text.clone()).await.status, 404, "nothing hangs yet");
        let published = world.published(&zhang, &case).await;
        let made = world.api_keyed(&li, "POST", &at(&published.number), text.clone(), "k").await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(
            made.json(),
            json!({"number": published.number, "text": "这只狗咬过人", "made_on": "2026-09-21"})
        );
        assert_eq!(world.api_keyed(&li, "POST", &at(&published.number), text.clone(), "k").await.status, 201);
        assert_eq!(world.api(&li, "POST", &at(&case), text.clone()).await.status, 409, "one each");
        assert_eq!(world.api(&zhang, "POST", &at(&case), json!({"text": " "})).await.faults()[0].0, "text");
        let long = json!({"text": "长".repeat(2001)});
        assert_eq!(world.api(&zhang, "POST", &at(&case), long).await.status, 422);
        assert_eq!(world.api(&zhang, "POST", &at(&case), json!({})).await.status, 422);
        for nothing in ["0198f0f0f0f07f0f8f0f0f0f0f0f0f0f", "无此编号"] {
            assert_eq!(world.api(&zhang, "POST", &at(nothing), text.clone()).await.status, 404, "{nothing}");
        }
        let staff = world.staff_token().await;
        assert_eq!(world.api(&staff, "POST", &at(&case), text.clone()).await.status, 403);
        let stranger = Request::post(at(&case)).header(header::CONTENT_TYPE, "application/json");
        let stranger = stranger.body(Body::from(text.to_string())).unwrap();
        assert_eq!(world.send(stranger).await.status, 401);

        // The applicant learns how many there are, and nobody learns who it was.
        assert_eq!(
            world.shown(&zhang, &case).await["objections"],
            json!({"made": 1, "answered": 0, "upheld": 0})
        );
        let public = world.send(Request::get("/notices").body(Body::empty()).unwrap()).await.text;
        let applicant = world.get(&zhang, &format!("/cases/{case}")).await.text;
        assert!(applicant.contains("收到 1 条异议"), "{applicant}");
        for page in [&public, &applicant] {
            assert!(!page.contains("李") && !page.contains("咬过人"), "{page}");
        }
        let events =
            world.api(&zhang, "GET", &format!("/api/v1/cases/{case}/events"), Value::Null).await.text;
        assert!(!events.contains("咬过人") && !events.contains("李"), "{events}");

        world.set_now("2026-09-29T08:00");
        let zhang = world.token(world.zhang).await;
        assert_eq!(world.api(&zhang, "POST", &at(&case), text).await.status, 409, "the notice is over");
    })
    .await;
}

#[tokio::test]
async fn the_page_leads_to_the_form_and_later_shows_the_answer() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = world.guard_case(&zhang).await;
        let published = world.published(&zhang, &case).await;
        let page = format!("/notices/{}/object", published.number);
        let stranger = world.send(Request::get(&page).body(Body::empty()).unwrap()).await;
        assert!(stranger.location.starts_with("/sign-in?next="), "{}", stranger.location);
        let list = world.get(&li, "/notices").await.text;
        assert!(list.contains(&format!("href=\"{page}\"")), "{list}");
        let form = world.get(&li, &page).await.text;
        assert!(form.contains("name=\"text\"") && form.contains("您的姓名只有办理机构知道"), "{form}");
        assert!(!form.contains(&case), "no way from the notice into the case");
        let english = world.english(&li, &page).await.text;
        assert!(english.contains("Only the office knows your name") && !english.contains('⟦'), "{english}");
        let empty = world.post(&li, &page, &[("text", " ")]).await;
        assert!(empty.status == 422 && empty.text.contains("href=\"#text\""), "{}", empty.text);
        let done = world.post(&li, &page, &[("text", "夜里叫个不停")]).await;
        assert_eq!(done.location, page, "{}", done.text);
        let made = world.get(&li, &page).await.text;
        assert!(
            made.contains("夜里叫个不停") && made.contains("正在核实") && !made.contains("<textarea"),
            "{made}"
        );
        let clerk = world.clerk();
        let task = world.claim(&clerk, &case).await;
        let answer = Command::AnswerObjection { task, upheld: false, text: "经查没有此事".into() };
        world.act(&clerk, &case, answer).await;
        world.set_now("2026-09-30T08:00");
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let told = world.get(&li, &page).await.text;
        assert!(told.contains("异议不成立：经查没有此事"), "{told}");
        assert_eq!(world.get(&zhang, &page).await.status, 409, "the notice is over");
        assert_eq!(
            world.shown(&zhang, &case).await["objections"],
            json!({"made": 1, "answered": 1, "upheld": 0})
        );
    })
    .await;
}
