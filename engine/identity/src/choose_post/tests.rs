//! Several posts: chosen at sign-in, changed at any time, never another's, and gone when they end.

use jiff::civil::date;
use kernel::{PostId, Role, StaffId};
use serde_json::json;

use crate::posts::{self, NewPost};
use crate::sessions::Subject;
use crate::testing::{TestSite, Town, body, morning, town};
use crate::{BodyRecord, add_body, choose_post, find_body, find_session, open_session_for};

/// 陈晨 also decides elsewhere, from today to the 30th.
async fn second_post(town: &Town) -> PostId {
    town.write(async |tx| {
        let elsewhere = add_body(tx, morning(), body("elsewhere", "430103")).await.unwrap();
        let post = NewPost {
            staff: town.clerk,
            body: elsewhere,
            title: "副局长",
            roles: &[Role::Decision].into(),
            first_day: date(2026, 9, 24),
            last_day: Some(date(2026, 9, 30)),
        };
        posts::insert(tx, &post, morning()).await.unwrap()
    })
    .await
}

async fn body_of(town: &Town, slug: &str) -> BodyRecord {
    let mut tx = town.db.snapshot().await.unwrap();
    find_body(&mut tx, slug).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_visit_carries_the_chosen_post_and_no_other() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let decides = second_post(&town).await;
        let subject = Subject::Staff(town.clerk);
        let opened = town.write(async |tx| open_session_for(tx, subject, morning()).await.unwrap()).await;
        let found = async |token: &crate::Token, now| {
            let mut tx = town.db.snapshot().await.unwrap();
            find_session(&mut tx, &town.vault, token, now).await.unwrap()
        };
        let staff = |live: &crate::Live| live.actor.staff().unwrap().clone();
        let live = found(&opened.token, morning()).await.unwrap();
        assert!(staff(&live).roles.is_empty(), "nothing before one is chosen");
        assert!(live.at_work.as_ref().unwrap().must_choose);
        let chosen =
            town.write(async |tx| choose_post(tx, opened.session, decides, morning()).await.unwrap()).await;
        assert!(found(&opened.token, morning()).await.is_none(), "the token before is worthless");
        let live = found(&chosen.token, morning()).await.unwrap();
        let elsewhere = body_of(&town, "elsewhere").await;
        assert_eq!(staff(&live).roles, [Role::Decision].into());
        assert_eq!((staff(&live).body, staff(&live).division.as_str()), (elsewhere.id, "430103"));
        // When it ends, the other one is the only one.
        let after = testkit::instant("2026-10-01T08:00");
        let opened = town.write(async |tx| open_session_for(tx, subject, after).await.unwrap()).await;
        let live = found(&opened.token, after).await.unwrap();
        assert_eq!(staff(&live).roles, [Role::Acceptance, Role::Review].into());
        assert!(!live.at_work.as_ref().unwrap().must_choose);
    })
    .await;
}

#[tokio::test]
async fn a_post_of_somebody_else_or_of_yesterday_is_refused() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let decides = second_post(&town).await;
        let opened = town
            .write(async |tx| open_session_for(tx, Subject::Staff(town.clerk), morning()).await.unwrap())
            .await;
        let check = async |post, now| {
            town.refused(async |tx| choose_post(tx, opened.session, post, now).await.is_err()).await
        };
        let nobodys: PostId = store::fresh_id(morning());
        assert!(check(nobodys, morning()).await);
        assert!(check(decides, testkit::instant("2026-10-01T08:00")).await, "ended");
        let person = town
            .write(async |tx| open_session_for(tx, Subject::Person(town.zhang), morning()).await.unwrap())
            .await;
        let none =
            town.refused(async |tx| choose_post(tx, person.session, decides, morning()).await.is_err()).await;
        assert!(none, "a person has no post");
    })
    .await;
}

#[tokio::test]
async fn whoever_holds_no_post_has_no_visit() {
    testkit::each_database(async |db| {
        let town = town(db).await;
        let subject = Subject::Staff(town.clerk);
        let opened = town.write(async |tx| open_session_for(tx, subject, morning()).await.unwrap()).await;
        town.write(async |tx| {
            let sql = "update posts set last_day = '2026-09-23' where staff = $1";
            tx.execute(sql, store::vals![town.clerk]).await.unwrap()
        })
        .await;
        let mut tx = town.db.snapshot().await.unwrap();
        assert!(find_session(&mut tx, &town.vault, &opened.token, morning()).await.unwrap().is_none());
    })
    .await;
}

async fn with_two(db: store::Db) -> (TestSite, PostId, StaffId) {
    let town = town(db).await;
    let decides = second_post(&town).await;
    let clerk = town.clerk;
    (town.site(true), decides, clerk)
}

#[tokio::test]
async fn pages_lead_to_the_choice_and_the_api_says_so() {
    testkit::each_database(async |db| {
        let (site, decides, clerk) = with_two(db).await;
        let mut browser = site.browser_of(Subject::Staff(clerk)).await;
        let held = site.get(&mut browser, "/staff/account?x=1").await;
        assert_eq!(held.location(), "/staff/post?next=%2Fstaff%2Faccount%3Fx%3D1");
        let page = site.get(&mut browser, "/staff/post?next=/staff/account").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("副局长") && page.text.contains("受理、审查"));
        let none = site.post(&mut browser, "/staff/post", "/staff/post", &[("post", "")]).await;
        assert_eq!(none.status, 422);
        let wrong = [("post", "0123456789abcdef0123456789abcdef")];
        assert_eq!(site.post(&mut browser, "/staff/post", "/staff/post", &wrong).await.status, 409);
        let (decides, away) = (decides.to_string(), "https://evil.example/");
        let fields = [("post", decides.as_str()), ("next", away)];
        let done = site.post(&mut browser, "/staff/post", "/staff/post", &fields).await;
        assert_eq!(done.location(), "/desk", "not to another site");
        let page = site.get(&mut browser, "/staff/account").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("副局长 · ") && page.text.contains("/staff/post?next="), "on every page");
        // The API.
        let now = site.now();
        let opened =
            site.town.write(async |tx| open_session_for(tx, Subject::Staff(clerk), now).await.unwrap()).await;
        let token = opened.token.reveal();
        assert_eq!(site.api("GET", "/api/v1/me", &token, None).await.status, 409);
        let put = "/api/v1/sessions/current/post";
        let chosen = site.api("PUT", put, &token, Some(json!({ "post": decides }))).await;
        assert_eq!(chosen.status, 200, "{}", chosen.text);
        let token = chosen.json()["token"].as_str().unwrap().to_owned();
        assert_eq!(site.api("GET", "/api/v1/me", &token, None).await.status, 200);
    })
    .await;
}
