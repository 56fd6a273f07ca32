//! The page of one's own notices.

use axum::http::StatusCode;
use kernel::{Actor, Role};
use serde_json::json;
use testkit::each_database;

use crate::testing::{World, code_in, person, staff};

#[tokio::test]
async fn an_address_is_given_confirmed_chosen_for_and_removed() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let app = world.app(person(1));
        let page = app.get("/account/notices").await.text;
        assert!(
            page.contains("未开启")
                && page.contains("id=\"email-address\"")
                && page.contains("id=\"wechat-address\"")
        );
        let wrong = app.post("/account/notices/email", &[("email-address", "no address")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text.contains("value=\"no address\"") && wrong.text.contains("href=\"#email-address\"")
        );
        app.post("/account/notices/email", &[("email-address", "zhang@example.cn")]).await;
        let page = app.get("/account/notices").await.text;
        assert!(page.contains("z***@example.cn") && !page.contains("zhang@"), "{page}");
        world.deliver().await;
        let code = code_in(&world.arrived());
        let other = if code == "111111" { "222222" } else { "111111" };
        let refused = app.post("/account/notices/email/confirm", &[("email-code", other)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("还可以再试 4 次"), "{}", refused.text);
        let confirmed = app.post("/account/notices/email/confirm", &[("email-code", &code)]).await;
        assert_eq!(confirmed.location, "/account/notices#email");
        let page = app.get("/account/notices").await.text;
        assert_eq!(page.matches(" checked").count(), 3, "{page}");
        let again = app.post("/account/notices/email", &[("email-address", "li@example.cn")]).await;
        assert_eq!(again.status, StatusCode::TOO_MANY_REQUESTS);
        app.post("/account/notices/email/topics", &[("email-topics", "action"), ("email-topics", "result")])
            .await;
        assert_eq!(app.get("/account/notices").await.text.matches(" checked").count(), 2);
        let wrong = app.post("/account/notices/email/topics", &[("email-topics", "work")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        app.post("/account/notices/email/remove", &[]).await;
        assert!(!app.get("/account/notices").await.text.contains("z***@"));
        let nothing = app.post("/account/notices/email/confirm", &[("email-code", &code)]).await;
        assert_eq!(nothing.status, StatusCode::CONFLICT);
    })
    .await;
}

#[tokio::test]
async fn programs_do_the_same() {
    each_database(|db| async move {
        let world = World::new(&db).await;
        let app = world.app(staff(1, Role::Review));
        let settings = app.api("GET", "/api/v1/notice-settings", None).await.json();
        assert_eq!(settings["topics"], json!(["work", "limit"]));
        assert_eq!(
            settings["channels"][0],
            json!({"channel": "email", "address": null, "pending": null, "topics": []})
        );
        let one = "/api/v1/notice-settings/sms";
        let offered = app.api("PUT", one, Some(json!({"address": "13800138000"}))).await;
        assert_eq!(offered.status, StatusCode::ACCEPTED);
        world.deliver().await;
        let code = code_in(&world.arrived());
        let path = format!("{one}/confirmation");
        let refused = app.api("POST", &path, Some(json!({"code": "x"}))).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("sms-code"))
        );
        assert_eq!(app.api("POST", &path, Some(json!({"code": code}))).await.status, StatusCode::NO_CONTENT);
        let chosen = app.api("PUT", &format!("{one}/topics"), Some(json!({"topics": ["limit"]}))).await;
        assert_eq!(chosen.status, StatusCode::NO_CONTENT);
        let sms = &app.api("GET", "/api/v1/notice-settings", None).await.json()["channels"][1];
        assert_eq!((&sms["address"], &sms["topics"]), (&json!("138****8000"), &json!(["limit"])));
        assert_eq!(app.api("DELETE", one, None).await.status, StatusCode::NO_CONTENT);
        for body in [json!({"topics": ["limit"]}), json!({"topics": ["gossip"]})] {
            let refused = app.api("PUT", &format!("{one}/topics"), Some(body)).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_offered_is_not_there_and_strangers_are_sent_away() {
    each_database(|db| async move {
        let world = World::silent(&db).await;
        let app = world.app(person(1));
        assert!(app.get("/account/notices").await.text.contains("暂未开通"));
        for path in ["/account/notices/email", "/account/notices/fax", "/account/notices/sms/confirm"] {
            assert_eq!(
                app.post(path, &[("email-address", "a@b.cn")]).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let refused =
            app.api("PUT", "/api/v1/notice-settings/sms", Some(json!({"address": "13800138000"}))).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        let forged = app.post_with("/account/notices/email", "forged", &[]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
        let stranger = world.app(Actor::Anonymous);
        assert_eq!(stranger.get("/account/notices").await.status, StatusCode::SEE_OTHER);
        assert_eq!(stranger.post("/account/notices/email/remove", &[]).await.status, StatusCode::SEE_OTHER);
        for (method, path) in [
            ("GET", ""),
            ("PUT", "/sms"),
            ("DELETE", "/sms"),
            ("POST", "/sms/confirmation"),
            ("PUT", "/sms/topics"),
        ] {
            let path = format!("/api/v1/notice-settings{path}");
            assert_eq!(
                stranger.api(method, &path, None).await.status,
                StatusCode::UNAUTHORIZED,
                "{method} {path}"
            );
        }
    })
    .await;
}
