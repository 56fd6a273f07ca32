//! Handing in what was promised, on each engine.

use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::{OTHER_PDF, PDF, World};

fn at(case: &str) -> String {
    format!("/api/v1/cases/{case}/promises/insurance?name=policy.pdf")
}

#[tokio::test]
async fn a_promise_is_kept_with_a_file() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.guard_case(&token).await;
        let before = world.shown(&token, &case).await;
        assert_eq!(before["promises"][0]["state"], "awaits-acceptance");
        assert_eq!(before["to_do"], json!([]));
        assert_eq!(world.upload(&token, &at(&case), PDF, "").await.status, 409, "not accepted yet");
        world.accepted(&case).await;
        let open = world.shown(&token, &case).await;
        // Ten working days from Monday 21 September: 22 23 24 28 29 30 September, 8 9 10 12 October.
        let wanted = json!(["promise", "insurance", "保险凭证", "2026-10-12"]);
        let to_do = &open["to_do"][0];
        assert_eq!(json!([to_do["what"], to_do["material"], to_do["name"], to_do["until"]]), wanted);
        assert!(to_do["why"].to_string().contains("国庆"), "{to_do}");
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        for expected in ["请补交“保险凭证”", "最迟 2026年10月12日 星期一", "国庆"] {
            assert!(page.contains(expected), "{expected} is not on {page}");
        }
        let my = world.get(&token, "/my").await.text;
        assert!(my.contains(&format!("href=\"/cases/{case}/promises#material-insurance\"")), "{my}");

        let taken = world.upload(&token, &at(&case), PDF, "k").await;
        assert_eq!(taken.status, 201, "{}", taken.text);
        let file = taken.json();
        assert_eq!(json!([file["state"], file["file_name"]]), json!(["current", "policy.pdf"]));
        assert_eq!(world.upload(&token, &at(&case), PDF, "k").await.json()["id"], file["id"], "a repetition");
        assert_eq!(world.upload(&token, &at(&case), OTHER_PDF, "").await.status, 409, "it came in already");
        let kept = world.shown(&token, &case).await;
        assert_eq!(json!([kept["promises"][0]["state"], kept["to_do"]]), json!(["kept", []]));
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(page.contains("现在不需要您做什么") && page.contains("policy.pdf"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_refused() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (token, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let case = world.guard_case(&token).await;
        world.accepted(&case).await;
        assert_eq!(world.upload(&li, &at(&case), PDF, "").await.status, 404, "another's case");
        assert_eq!(world.get(&li, &format!("/cases/{case}/promises")).await.status, 404);
        let other = |material: &str| format!("/api/v1/cases/{case}/promises/{material}?name=a.pdf");
        assert_eq!(
            world.upload(&token, &other("training"), PDF, "").await.status,
            409,
            "it was not promised"
        );
        assert_eq!(world.upload(&token, &other("nothing"), PDF, "").await.status, 404);
        assert_eq!(world.upload(&token, &at(&case), b"PK\x03\x04", "").await.status, 415);
        assert_eq!(world.upload(&token, &at(&case), b"", "").await.status, 422);
        assert_eq!(world.shown(&token, &case).await["promises"][0]["state"], "open");
        // The day after the last one: the engine ends the case before it listens.
        world.set_now("2026-10-13T09:00");
        let token = world.token(world.zhang).await;
        assert_eq!(world.upload(&token, &at(&case), PDF, "").await.status, 409);
    })
    .await;
}

#[tokio::test]
async fn the_page_takes_the_file_and_says_until_when() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.guard_case(&token).await;
        let page = format!("/cases/{case}/promises");
        let shown = world.get(&token, &page).await.text;
        assert!(shown.contains("受理后 10个工作日内补交") && !shown.contains("multipart"), "{shown}");
        world.accepted(&case).await;
        let shown = world.get(&token, &page).await.text;
        assert!(shown.contains("2026年10月12日 星期一") && shown.contains("国庆"), "{shown}");
        let english = world.english(&token, &page).await.text;
        assert!(english.contains("Hand it in by Mon 12 Oct 2026") && !english.contains('⟦'), "{english}");
        let wrong = world.post_file(&token, &format!("{page}/insurance"), "a.pdf", b"PK\x03\x04").await;
        assert_eq!(wrong.status, 415);
        assert!(wrong.text.contains("id=\"file-insurance-error\""), "{}", wrong.text);
        let done = world.post_file(&token, &format!("{page}/insurance"), "保单.pdf", PDF).await;
        assert_eq!(done.location, format!("/cases/{case}"), "{}", done.text);
        let shown = world.get(&token, &page).await.text;
        assert!(
            shown.contains("已补交") && shown.contains("保单.pdf") && !shown.contains("multipart"),
            "{shown}"
        );
        let again = world.post_file(&token, &format!("{page}/insurance"), "保单.pdf", PDF).await;
        assert_eq!(again.status, 409);
        assert_eq!(world.api(&token, "GET", "/api/v1/cases", Value::Null).await.status, 200);
    })
    .await;
}
