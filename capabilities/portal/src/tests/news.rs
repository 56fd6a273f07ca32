//! News: who may, what is shown when, what stays on record.

use axum::http::StatusCode;
use kernel::Role;
use serde_json::json;
use testkit::each_database;

use super::*;

#[tokio::test]
async fn only_deciders_and_the_administration_write_and_only_for_their_body() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (writer, other, admin) =
            (staff(2, Role::Decision), staff(1, Role::Decision), staff(3, Role::Administration));
        for actor in [staff(2, Role::Acceptance), staff(2, Role::Supervision), citizen()] {
            let refused = world.api(&actor, Method::POST, "/api/v1/news", text("一")).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN);
            assert_eq!(world.get_as(&actor, "/desk/news").await.status, StatusCode::FORBIDDEN);
            assert_eq!(world.post(&actor, "/desk/news/new", &[]).await.status, StatusCode::FORBIDDEN);
        }
        let stranger = world.api(&Actor::Anonymous, Method::POST, "/api/v1/news", text("一")).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);

        let made = world.api(&writer, Method::POST, "/api/v1/news", text("本区的消息")).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let one = format!("/api/v1/news/{id}");
        let out = format!("{one}/publication");
        let now = json!({ "version": 1 });
        // Another body's news are not there for it; a draft is not there for anybody else.
        for actor in [&other, &citizen(), &Actor::Anonymous] {
            assert_eq!(world.api(actor, Method::GET, &one, Value::Null).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(world.api(&other, Method::PUT, &out, now.clone()).await.status, StatusCode::NOT_FOUND);
        let rewrite = json!({ "title_zh": "改", "text_zh": "改", "version": 1 });
        assert_eq!(world.api(&other, Method::PUT, &one, rewrite).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get_as(&other, &format!("/desk/news/{id}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get_as(&Actor::Anonymous, &format!("/news/{id}")).await.status, 404);

        assert_eq!(world.api(&writer, Method::PUT, &out, now.clone()).await.status, StatusCode::OK);
        let stale = world.api(&writer, Method::PUT, &out, now).await;
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text);
        world.see(&format!("/news/{id}"), "").await.holds(&["本区的消息", "芙蓉区民政局"]);
        // The administration sees and changes all.
        world.get_as(&admin, "/desk/news").await.holds(&["本区的消息"]);
        world.get_as(&other, "/desk/news").await.holds(&["还没有新闻"]);
        let back = json!({ "version": 2, "reason": "内容有误" });
        assert_eq!(world.api(&admin, Method::DELETE, &out, back).await.status, StatusCode::OK);
        assert_eq!(world.see(&format!("/news/{id}"), "").await.status, StatusCode::NOT_FOUND);
        let page = world.get_as(&writer, &format!("/desk/news/{id}")).await;
        page.holds(&["职员2保存", "职员2发布", "职员3撤回", "内容有误", "已撤回"]);
    })
    .await;
}

#[tokio::test]
async fn news_appear_at_their_time_pinned_ones_first_page_by_page() {
    each_database(async |db| {
        let world = World::new(db).await;
        let writer = staff(2, Role::Decision);
        for number in 1..=23 {
            world.at(&format!("2026-10-09T09:{number:02}"));
            let mut new = text(&format!("消息第{number}号"));
            new["pinned"] = json!(number == 2);
            let made = world.api(&writer, Method::POST, "/api/v1/news", new).await.json();
            let out = format!("/api/v1/news/{}/publication", made["id"].as_str().unwrap());
            let mut when = json!({ "version": 1 });
            if number == 23 {
                when["from"] = json!("2026-10-10T08:00:00+08:00");
            }
            assert_eq!(world.api(&writer, Method::PUT, &out, when).await.status, StatusCode::OK);
        }
        world.at("2026-10-09T10:00");
        let first = world.see("/news", "").await;
        first.holds(&["消息第2号", "置顶", "消息第22号", "消息第4号"]);
        assert!(!first.text.contains("消息第23号") && !first.text.contains("消息第1号"), "{}", first.text);
        let place = |text: &str| first.text.find(text).unwrap();
        assert!(place("消息第2号") < place("消息第22号") && place("消息第22号") < place("消息第21号"));
        let next = first.text.split("href=\"/news?after=").nth(1).unwrap().split('"').next().unwrap();
        let second = world.see(&format!("/news?after={next}"), "").await;
        second.holds(&["消息第1号", "消息第3号", "回到第一页"]);
        assert!(!second.text.contains("消息第4号"), "{}", second.text);
        world.at("2026-10-10T08:00");
        world.see("/", "").await.holds(&["消息第23号"]);
        let feed = world.see("/news.atom", "").await;
        assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
        assert_eq!(feed.text.matches("<entry>").count(), 20);
        assert!(feed.text.contains("https://demo.example/news/"), "{}", feed.text);
        let list = world.api(&Actor::Anonymous, Method::GET, "/api/v1/news?size=100", Value::Null).await;
        assert_eq!(list.json()["items"].as_array().unwrap().len(), 23);
        assert_eq!(world.see("/news?after=nonsense", "").await.status, StatusCode::BAD_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn faults_are_named_and_nothing_is_kept() {
    each_database(async |db| {
        let world = World::new(db).await;
        let writer = staff(2, Role::Decision);
        let check = async |new: Value, expected: &[(&str, &str)]| {
            let answer = world.api(&writer, Method::POST, "/api/v1/news", new).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
            let found = answer.faults();
            let found: Vec<(&str, &str)> = found.iter().map(|(f, r)| (f.as_str(), r.as_str())).collect();
            assert_eq!(found, expected);
        };
        check(
            json!({ "title_zh": " ", "text_zh": "" }),
            &[("title_zh", "portal-news-no-title"), ("text_zh", "portal-news-no-text")],
        )
        .await;
        check(json!({ "title_zh": "长".repeat(81), "text_zh": "文" }), &[("title_zh", "portal-too-long")])
            .await;
        check(json!({ "title_zh": "两\n行", "text_zh": "文" }), &[("title_zh", "portal-one-line")]).await;
        check(
            json!({ "title_zh": "题", "text_zh": "文", "title_en": "T" }),
            &[("title_en", "portal-news-half-english")],
        )
        .await;
        check(json!({ "title_zh": "题", "text_zh": "文\u{0}" }), &[("text_zh", "portal-odd-character")])
            .await;
        let form = [("title_zh", ""), ("text_zh", "已经写好的正文")];
        let again = world.post(&writer, "/desk/news/new", &form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text.contains("请填写标题") && again.text.contains("已经写好的正文"), "{}", again.text);
        world.get_as(&writer, "/desk/news").await.holds(&["还没有新闻"]);
        // A preview keeps nothing either.
        let preview = [("title_zh", "题"), ("text_zh", "## 小标题\n<script>x</script>"), ("then", "preview")];
        let preview = world.post(&writer, "/desk/news/new", &preview).await;
        preview.holds(&["<h2>小标题</h2>"]);
        assert!(!preview.text.contains("<script>x"), "{}", preview.text);
        world.get_as(&writer, "/desk/news").await.holds(&["还没有新闻"]);
    })
    .await;
}

#[tokio::test]
async fn a_page_writes_publishes_at_a_time_and_withdraws() {
    each_database(async |db| {
        let world = World::new(db).await;
        let writer = staff(2, Role::Decision);
        let form = [("title_zh", "窗口调整"), ("text_zh", "见[指南](/help)。"), ("pinned", "true")];
        let made = world.post(&writer, "/desk/news/new", &form).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let page = made.header("location").to_owned();
        world.get_as(&writer, &page).await.holds(&["草稿", "<a href=\"/help\">指南</a>"]);
        let wrong =
            world.post(&writer, &format!("{page}/publish"), &[("version", "1"), ("from", "明天")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("请按“2026-10-09 09:00”填写"), "{}", wrong.text);
        let when = [("version", "1"), ("from", "2026-10-09 12:00")];
        let published = world.post(&writer, &format!("{page}/publish"), &when).await;
        assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.text);
        world.get_as(&writer, &page).await.holds(&["2026年10月9日 12:00 发布"]);
        let public = page.replace("/desk", "");
        assert_eq!(world.see(&public, "").await.status, StatusCode::NOT_FOUND);
        world.at("2026-10-09T12:00");
        world.see(&public, "").await.holds(&["窗口调整"]);
        let bare = world.post(&writer, &format!("{page}/withdraw"), &[("version", "2")]).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bare.text.contains("请填写撤回原因"), "{}", bare.text);
        let back = [("version", "2"), ("reason", "时间有变")];
        assert_eq!(world.post(&writer, &format!("{page}/withdraw"), &back).await.status, 303);
        let twice = [("version", "3"), ("reason", "时间有变")];
        let twice = world.post(&writer, &format!("{page}/withdraw"), &twice).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
    })
    .await;
}
