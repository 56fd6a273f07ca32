//! What every page tells: from its time on, for its time, until it is ended.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::json;
use testkit::each_database;

use super::*;

const ALL: &str = "/api/v1/site-notices";

fn notice(from: &str, until: &str) -> Value {
    json!({ "text_zh": "周日凌晨停机维护", "text_en": "Maintenance on Sunday", "from": from, "until": until })
}

#[tokio::test]
async fn every_page_tells_it_for_its_time_and_no_page_asks_the_database() {
    each_database(async |db| {
        let world = World::new(db).await;
        let admin = staff(1, Role::Administration);
        let made = world
            .api(&admin, Method::POST, ALL, notice("2026-10-09T10:00:00+08:00", "2026-10-09T12:00:00+08:00"))
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let told = async |path: &str, lang: &str| {
            let cookies = format!("lang={lang}");
            let page = world.see(path, &cookies).await.text;
            page.contains("周日凌晨停机维护") || page.contains("Maintenance on Sunday")
        };
        assert!(!told("/people", "zh-CN").await, "it has not begun");
        world.at("2026-10-09T10:00");
        assert!(told("/people", "zh-CN").await && told("/no-such-page", "en").await);
        world.at("2026-10-09T12:00");
        assert!(!told("/people", "zh-CN").await, "it is over");
        world.at("2026-10-09T11:00");
        // Another node has ended it: this one learns it when it asks.
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let mut tx = world.room.set.db.begin().await.unwrap();
        let sql = "update portal_banners set ended_name = 'x' where id = $1";
        tx.execute(sql, store::vals![&id]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(told("/people", "zh-CN").await);
        world.room.refresh().await.unwrap();
        assert!(!told("/people", "zh-CN").await);
        let gone = world.api(&admin, Method::DELETE, &format!("{ALL}/{id}"), Value::Null).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn only_the_administration_announces_and_faults_are_named() {
    each_database(async |db| {
        let world = World::new(db).await;
        let good = notice("2026-10-09T10:00:00+08:00", "2026-10-09T12:00:00+08:00");
        for actor in [staff(1, Role::Decision), staff(1, Role::Supervision), citizen()] {
            assert_eq!(world.api(&actor, Method::POST, ALL, good.clone()).await.status, 403);
            assert_eq!(world.get_as(&actor, "/admin/site-notice").await.status, 403);
        }
        assert_eq!(world.api(&Actor::Anonymous, Method::POST, ALL, good).await.status, 401);
        let admin = staff(1, Role::Administration);
        let check = async |new: Value, expected: &[(&str, &str)]| {
            let answer = world.api(&admin, Method::POST, ALL, new).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
            let found = answer.faults();
            let found: Vec<(&str, &str)> = found.iter().map(|(f, r)| (f.as_str(), r.as_str())).collect();
            assert_eq!(found, expected);
        };
        check(notice("soon", "later"), &[("from", "portal-rfc3339"), ("until", "portal-rfc3339")]).await;
        let upside = notice("2026-10-09T12:00:00+08:00", "2026-10-09T10:00:00+08:00");
        check(upside, &[("until", "portal-banner-order")]).await;
        let past = notice("2026-10-08T10:00:00+08:00", "2026-10-08T12:00:00+08:00");
        check(past, &[("until", "portal-banner-over")]).await;
        let mut bare = notice("2026-10-09T10:00:00+08:00", "2026-10-09T12:00:00+08:00");
        bare["text_en"] = json!("");
        check(bare, &[("text_en", "portal-banner-empty")]).await;
        world.get_as(&admin, "/admin/site-notice").await.holds(&["还没有发布过公告"]);
        let form = [
            ("text_zh", "今天中午停机"),
            ("text_en", "Maintenance at noon"),
            ("from", "2026-10-09 09:00"),
            ("until", "2026-10-09 13:00"),
        ];
        let told = world.post(&admin, "/admin/site-notice", &form).await;
        assert_eq!(told.status, StatusCode::SEE_OTHER, "{}", told.text);
        let page = world.get_as(&admin, "/admin/site-notice").await;
        page.holds(&["今天中午停机", "正在显示", "职员1"]);
        let end = page.text.split("action=\"").find(|rest| rest.contains("/end\"")).unwrap();
        let end = end.split('"').next().unwrap().to_owned();
        assert_eq!(world.post(&admin, &end, &[]).await.status, StatusCode::SEE_OTHER);
        world.get_as(&admin, "/admin/site-notice").await.holds(&["已由职员1撤下"]);
        assert!(!world.see("/people", "").await.text.contains("今天中午停机"));
    })
    .await;
}
