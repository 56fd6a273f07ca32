//! What stands on the public page, and above all what does not, on each engine.

use axum::body::Body;
use axum::http::{Request, header};
use cases::{Command, Conclusion};
use serde_json::{Value, json};
use testkit::each_database;

use crate::testing::{PNG, World};

/// Of the fixture's applicant and answers: none of it belongs on a notice.
const PRIVATE: [&str; 6] =
    ["439900197901010011", "43990019790101", "19900000001", "430102001", "演示巷7号", "怕打雷"];

impl World {
    /// A visitor who is not signed in.
    async fn stranger(&self, path: &str, lang: &str) -> crate::testing::Answer {
        let request = Request::get(path).header(header::ACCEPT_LANGUAGE, lang);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A guide dog's case just before its notice, claimed by the town's clerk.
    async fn before_notice(&self, token: &str) -> (String, kernel::TaskId) {
        let draft = self.draft(token).await;
        let path = format!("/api/v1/drafts/{draft}");
        let answers = json!({
            "breed": "large", "deposit_offered": 15000, "is_guide_dog": true, "guide_school": "示例导盲犬学校",
            "phone": "19900000001", "habits": "怕打雷，住演示巷7号", "home": "430102001",
        });
        assert_eq!(self.api(token, "PATCH", &path, answers).await.status, 200);
        self.upload(token, &format!("{path}/materials/photo?name=dog.png"), PNG, "").await;
        let answer = self.api(token, "POST", &format!("{path}/submission"), Value::Null).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let case = answer.json()["case"].as_str().unwrap().to_owned();
        let (town, county) = (self.clerk(), self.county_clerk());
        let task = self.claim(&town, &case).await;
        self.act(&town, &case, Command::Accept { task }).await;
        for (by, findings) in [(&town, json!({})), (&county, json!({ "deposit": 50000 }))] {
            let task = self.claim(by, &case).await;
            let (conclusion, text) = (Conclusion::Agree, "情况属实".to_owned());
            let findings = findings.as_object().cloned().unwrap();
            self.act(by, &case, Command::GiveOpinion { task, conclusion, text, findings }).await;
        }
        let task = self.claim(&town, &case).await;
        (case, task)
    }
}

#[tokio::test]
async fn a_notice_shows_its_lines_and_nothing_else() {
    each_database(async |db| {
        let world = World::new(db).await;
        let zhang = world.token(world.zhang).await;
        let (case, task) = world.before_notice(&zhang).await;
        let before = world.stranger("/notices", "zh-CN").await;
        assert_eq!(before.status, 200, "{}", before.text);
        assert!(before.text.contains("目前没有正在公示的办件"), "{}", before.text);
        assert!(!world.get(&zhang, &format!("/cases/{case}")).await.text.contains("您的申请正在公示"));
        let published = world.act(&world.clerk(), &case, Command::PublishNotice { task }).await;

        let page = world.stranger("/notices", "zh-CN").await;
        let english = world.stranger("/notices", "en").await;
        let api = world.stranger("/api/v1/notices", "zh-CN").await;
        for shown in ["张演示", "示例导盲犬学校", "¥500.00元", "town办公室", &published.number]
        {
            assert!(page.text.contains(shown) && api.text.contains(shown), "{shown}: {}", page.text);
        }
        assert!(page.text.contains("2026年9月21日 星期一 至 2026年9月28日 星期一"), "{}", page.text);
        assert!(page.text.contains("0731-00000001") && english.text.contains("Call to object"));
        let notice = &api.json()["items"][0];
        assert_eq!((&notice["from"], &notice["until"]), (&json!("2026-09-21"), &json!("2026-09-28")));
        let lines: Vec<_> = notice["lines"].as_array().unwrap().iter().map(|line| &line["label"]).collect();
        assert_eq!(lines, ["申请人", "训练学校", "押金"]);
        let mut keys: Vec<_> = notice.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["body", "from", "item", "lines", "may_object", "number", "phone", "until"]);
        for answer in [&page, &english, &api] {
            for private in PRIVATE {
                // The number of the case begins with the body's code, in which the town's division may stand.
                let text = answer.text.replace(&published.number, "");
                assert!(!text.contains(private), "{private}: {text}");
            }
            assert!(!answer.text.contains(&case), "no way from the notice into the case");
            assert!(!answer.text.contains('⟦'), "every sentence is there: {}", answer.text);
        }
        let own = world.get(&zhang, &format!("/cases/{case}")).await;
        assert!(
            own.text.contains("您的申请正在公示") && own.text.contains("2026年9月28日 星期一 止"),
            "{}",
            own.text
        );
        let mut tx = world.room.db.snapshot().await.unwrap();
        let subject = format!("person:{}", world.zhang);
        let looks =
            store::access_log::list(&mut tx, &subject, &store::page::PageRequest::default()).await.unwrap();
        assert_eq!(looks.items, [], "readers of a notice are not noted one by one");
    })
    .await;
}

#[tokio::test]
async fn a_notice_is_gone_after_its_last_day_and_when_its_case_ends() {
    each_database(async |db| {
        let world = World::new(db).await;
        let zhang = world.token(world.zhang).await;
        let mut cases = Vec::new();
        for _ in 0..2 {
            let (case, task) = world.before_notice(&zhang).await;
            world.act(&world.clerk(), &case, Command::PublishNotice { task }).await;
            cases.push(case);
        }
        let first = world.stranger("/api/v1/notices?size=1", "en").await.json();
        let next = first["next"].as_str().unwrap();
        let second = world.stranger(&format!("/api/v1/notices?size=1&after={next}"), "en").await.json();
        assert_ne!(first["items"][0]["number"], second["items"][0]["number"]);
        assert_eq!(second["next"], Value::Null);
        assert_eq!(world.stranger("/notices?after=x", "en").await.status, 400);

        world.set_now("2026-09-28T23:59");
        let last_day = world.stranger("/api/v1/notices", "en").await.json();
        assert_eq!(last_day["items"].as_array().unwrap().len(), 2);
        let zhang = world.token(world.zhang).await; // the earlier visit has ended
        let reason = json!({ "reason": "不办了" });
        let withdrawn =
            world.api(&zhang, "POST", &format!("/api/v1/cases/{}/withdrawal", cases[0]), reason).await;
        assert!(withdrawn.status.is_success(), "{}", withdrawn.text);
        let left = world.stranger("/api/v1/notices", "en").await.json();
        assert_eq!(left["items"].as_array().unwrap().len(), 1, "a withdrawn case takes its notice down");
        world.set_now("2026-09-29T00:00");
        // Nobody has run the timer: the day alone takes the notices down.
        let over = world.stranger("/notices", "en").await.text;
        assert!(over.contains("There is no public notice now") && !over.contains("张演示"), "{over}");
        assert_eq!(world.stranger("/api/v1/notices", "en").await.json()["items"], json!([]));
    })
    .await;
}
