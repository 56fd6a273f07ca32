//! The pages of the administration, and the same for programs.

use serde_json::json;
use testkit::each_database;

use super::*;

const FORM: [(&str, &str); 5] = [
    ("body", "office"),
    ("kind", "04"),
    ("valid_from", "2026-10-09"),
    ("valid_until", "2028-10-08"),
    ("reason", "核发证照"),
];

#[tokio::test]
async fn a_seal_goes_its_way_by_page() {
    each_database(async |db| {
        let world = World::new(db).await;
        assert!(world.get("office-admin", "/admin/seals").await.text.contains("还没有印章"));
        let preview = [&FORM[..2], &[("do", "preview")]].concat();
        let preview = world.post("office-admin", "/admin/seals", &preview).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
        assert!(
            preview.text.contains("data:image/svg+xml;base64,")
                && preview.text.contains("环形文字“示例县民政局”")
        );
        assert_eq!(world.count("select count(*) from seals").await, 0, "a preview keeps nothing");
        let sent = world.post("office-admin", "/admin/seals", &FORM).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        let page = sent.location;
        let step = format!("{page}/step");
        let own = world.get("office-admin", &page).await.text;
        assert!(own.contains("待审批") && !own.contains("value=\"approve\""), "{own}");
        let all = world.get("decider", &page).await.text;
        assert!(all.contains("value=\"approve\"") && all.contains("value=\"refuse\""), "{all}");
        let silent = world.post("decider", &step, &[("step", "refuse"), ("version", "1")]).await;
        assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(silent.text.contains("请填写理由"), "{}", silent.text);
        let done = world.post("decider", &step, &[("step", "approve"), ("version", "1")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let stale = world.post("decider", &step, &[("step", "approve"), ("version", "1")]).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        let done = world.post("maker", &step, &[("step", "make"), ("version", "2")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let done = world.post("office-admin", &step, &[("step", "activate"), ("version", "3")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let shown = world.get("decider", &page).await.text;
        for expected in
            ["使用中", "4301020400001", "SM3 指纹", "示例县 签发证书", "还没有用印记录", "某maker"]
        {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        let by_step = world.post("decider", &step, &[("step", "revoke"), ("version", "4")]).await;
        assert_eq!(by_step.status, StatusCode::UNPROCESSABLE_ENTITY, "revoking has a page of its own");
        let revoke = format!("{page}/revoke");
        assert_eq!(world.get("office-admin", &revoke).await.status, StatusCode::FORBIDDEN);
        assert!(world.get("decider", &revoke).await.text.contains("撤销后不能恢复"));
        let fields = [("reason", "superseded"), ("word", "换发"), ("version", "4")];
        let unmeant = world.post("decider", &revoke, &fields).await;
        assert!(unmeant.text.contains("请勾选确认撤销"), "{}", unmeant.text);
        let meant = [&fields[..], &[("confirmed", "true")]].concat();
        assert_eq!(world.post("decider", &revoke, &meant).await.status, StatusCode::SEE_OTHER);
        let shown = world.get("office-admin", &page).await.text;
        assert!(shown.contains("已撤销") && shown.contains("已换发新的印章"), "{shown}");
        let english = Request::get(&page)
            .header(header::COOKIE, format!("session={}; lang=en", world.token("maker").await))
            .body(Body::empty());
        let english = world.send(english.unwrap()).await.text;
        assert!(english.contains("Another seal has taken its place"), "{english}");
    })
    .await;
}

#[tokio::test]
async fn who_asked_is_told_that_another_approves_and_strangers_see_nothing() {
    each_database(async |db| {
        let world = World::new(db).await;
        let own = world.request("everything", &World::asked("04")).await.unwrap();
        let page = format!("/admin/seals/{}", own.id);
        let shown = world.get("everything", &page).await.text;
        assert!(shown.contains("须由另一人审批") && !shown.contains("value=\"approve\""), "{shown}");
        let tried = [("step", "approve"), ("version", "1")];
        let tried = world.post("everything", &format!("{page}/step"), &tried).await;
        assert_eq!(tried.status, StatusCode::FORBIDDEN);
        assert!(tried.text.contains("须由另一人审批"), "{}", tried.text);
        assert_eq!(world.get("other-admin", &page).await.status, StatusCode::NOT_FOUND);
        assert!(!world.get("other-admin", "/admin/seals").await.text.contains(&own.name));
        assert_eq!(world.get("clerk", "/admin/seals").await.status, StatusCode::FORBIDDEN);
        assert_eq!(world.get("decider", "/admin/seals/new").await.status, StatusCode::FORBIDDEN);
        assert_eq!(world.get("maker", "/admin/seals/x").await.status, StatusCode::NOT_FOUND);
        let stranger = Request::get("/admin/seals").body(Body::empty()).unwrap();
        assert!(world.send(stranger).await.location.starts_with("/staff/sign-in"));
    })
    .await;
}

#[tokio::test]
async fn every_fault_of_a_request_is_told_at_its_field() {
    each_database(async |db| {
        let world = World::new(db).await;
        let check = async |field: &str, value: &str, expected: &str| {
            let fields = FORM.map(|(name, kept)| (name, if name == field { value } else { kept }));
            let fields = [&fields[..], &[(field, value)]].concat();
            let fields: Vec<_> = if FORM.iter().any(|(name, _)| *name == field) {
                fields[..FORM.len()].to_vec()
            } else {
                fields
            };
            let answer = world.post("office-admin", "/admin/seals", &fields).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}: {}", answer.text);
            assert!(answer.text.contains(expected), "{expected} is not on {}", answer.text);
        };
        check("body", "other", "请选择您可以为其申请印章的机构").await;
        check("kind", "99", "请选择印章类型").await;
        check("valid_from", "2026-10-08", "启用日期不能早于今天").await;
        check("valid_from", "x", "请填写日期").await;
        check("valid_until", "2026-10-01", "有效期至不能早于启用日期").await;
        check("valid_until", "2031-10-09", "有效期最长 5 年").await;
        check("reason", " ", "请填写理由").await;
        check("ring", "示例县\u{323af}局", "没有“\u{323af}”的字形").await;
        check("ring", &"字".repeat(41), "最多 40 字").await;
        check("name", "a\nb", "不能有换行").await;
        assert_eq!(world.count("select count(*) from seals").await, 0);
    })
    .await;
}

#[tokio::test]
async fn programs_do_the_same() {
    each_database(async |db| {
        let world = World::new(db).await;
        let new = json!({"body": "office", "kind": "04", "valid_from": "2026-10-09",
            "valid_until": "2028-10-08", "reason": "核发证照"});
        let made = world.api("office-admin", Method::POST, "/api/v1/seals", new.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let path = format!("/api/v1/seals/{}", made.json()["id"].as_str().unwrap());
        let step = async |login: &str, body: Value| {
            world.api(login, Method::POST, &format!("{path}/steps"), body).await
        };
        let wrong = step("decider", json!({"step": "bless", "reason": "x", "version": 1})).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", wrong.text);
        assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2);
        let approved = step("decider", json!({"step": "approve", "version": 1})).await.json();
        assert_eq!((&approved["state"], &approved["number"]), (&json!("approved"), &json!("4301020400001")));
        let made = step("maker", json!({"step": "make", "version": 2})).await.json();
        assert!(made["certificate"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE"), "{made}");
        assert_eq!(step("maker", json!({"step": "activate", "version": 3})).await.status, StatusCode::OK);
        let denied = step("office-admin", json!({"step": "resume", "version": 4, "word": "x"})).await;
        assert_eq!(denied.status, StatusCode::FORBIDDEN);
        let picture = world.api("maker", Method::GET, &format!("{path}/picture"), Value::Null).await;
        assert!(picture.text.starts_with("<svg "), "{}", picture.text);
        let uses = world.api("maker", Method::GET, &format!("{path}/uses"), Value::Null).await.json();
        assert_eq!(uses, json!({"items": [], "next": null}));
        for _ in 0..3 {
            world.api("office-admin", Method::POST, "/api/v1/seals", new.clone()).await;
        }
        let mut seen = Vec::new();
        let mut next = "/api/v1/seals?size=2".to_owned();
        loop {
            let page = world.api("maker", Method::GET, &next, Value::Null).await.json();
            seen.extend(page["items"].as_array().unwrap().iter().map(|seal| seal["id"].clone()));
            let Some(after) = page["next"].as_str() else { break };
            next = format!("/api/v1/seals?size=2&after={after}");
        }
        seen.dedup();
        assert_eq!(seen.len(), 4);
        let found = world.api("maker", Method::GET, "/api/v1/seals?q=00001", Value::Null).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "by its number");
        let found = world.api("maker", Method::GET, "/api/v1/seals?q=%25", Value::Null).await.json();
        assert_eq!(found["items"].as_array().unwrap().len(), 0, "a sign of the query language is a sign");
        let unknown = world.api("maker", Method::GET, "/api/v1/seals?state=x", Value::Null).await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        let others = world.api("other-admin", Method::GET, &path, Value::Null).await;
        assert_eq!(others.status, StatusCode::NOT_FOUND);
    })
    .await;
}
