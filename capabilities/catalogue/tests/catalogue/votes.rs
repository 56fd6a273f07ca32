//! The knowledge base: articles beside the questions of items, and what readers say of the answers.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use catalogue::{Library, Topic};
use http_body_util::BodyExt as _;
use kernel::{Actor, BodyId, PersonActor, PersonId, Role, StaffActor, StaffId, Timestamp, TypedId as _};
use serde_json::{Value, json};
use store::{Db, Vault, vals};
use testkit::each_database;
use tower::ServiceExt as _;

use crate::fixture::{changed, faults, library, registers};
use crate::pages::router;

const ARTICLES: &str = "articles:
  - id: working-days
    question: {zh: 工作日怎么算？, en: How are working days counted?}
    answer:
      zh: \"不算周末和节假日。\\n\\n调休上班的周末算。\"
      en: \"Weekends and holidays do not count.\\n\\nWeekends that are worked do.\"
    keywords: [几天, 时限]
    items: [430120001000/01, 999999999999/01]
    sources: [{fact: counting, from: 行政许可法 第八十二条, verified: false}]
  - id: cats-at-home
    question: {zh: 猫要上户口吗？, en: Do cats need a licence?}
    answer: {zh: 猫不用。, en: Cats do not.}
    sources: [{fact: cats, from: 示例养犬办法, verified: true}]
";

fn packages(articles: &str) -> tempfile::TempDir {
    let root = changed("item.yaml", &[]);
    std::fs::write(root.path().join("articles.yaml"), articles).unwrap();
    root
}

fn staff(role: Role) -> Actor {
    Actor::Staff(StaffActor {
        strong: false,
        staff: StaffId::from_parts(Timestamp::UNIX_EPOCH, [2; 10]),
        body: BodyId::from_parts(Timestamp::UNIX_EPOCH, [3; 10]),
        division: "430102".into(),
        roles: [role].into(),
        deputy_of: std::collections::BTreeSet::new(),
        shown_as: "李示例".into(),
    })
}

fn person(number: u8) -> Actor {
    let person = PersonId::from_parts(Timestamp::UNIX_EPOCH, [number; 10]);
    Actor::Person(PersonActor {
        level: kernel::AssuranceLevel::Registered,
        person,
        acting_for: None,
        shown_as: "张*".into(),
    })
}

struct World {
    db: Db,
    vault: Vault,
    library: Library,
}

/// A reader without an account, by the cookie of the visit.
fn visit(number: u32) -> String {
    format!("{number:064x}")
}

impl World {
    async fn new(db: Db) -> Self {
        db.migrate(&[store::MIGRATIONS, ledger::MIGRATIONS, cases::MIGRATIONS, catalogue::MIGRATIONS])
            .await
            .unwrap();
        Self { db, vault: testkit::vault(), library: library(&packages(ARTICLES)) }
    }

    fn router(&self, actor: Actor) -> Router {
        router(self.db.clone(), self.vault.clone(), self.library.clone(), Vec::<Topic>::new(), actor)
    }

    async fn ask(&self, actor: Actor, request: Request<Body>) -> (StatusCode, String, String) {
        let response: Response<Body> = self.router(actor).oneshot(request).await.unwrap();
        let status = response.status();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or_else(String::new, |at| at.to_str().unwrap().to_owned());
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains('⟦'), "a sentence is missing: {text}");
        (status, location, text)
    }

    async fn see(&self, actor: Actor, path: &str, visit: &str) -> String {
        let request = Request::get(path).header(header::COOKIE, format!("pre={visit}"));
        let (status, _, text) = self.ask(actor, request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        text
    }

    async fn vote_with(
        &self,
        actor: Actor,
        id: &str,
        word: &str,
        visit: &str,
        csrf: &str,
    ) -> (StatusCode, String) {
        let request = Request::post(format!("/questions/{id}/vote"))
            .header(header::COOKIE, format!("pre={visit}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("_csrf={csrf}&word={word}")));
        let (status, location, _) = self.ask(actor, request.unwrap()).await;
        (status, location)
    }

    /// A stranger's vote from our own page.
    async fn vote(&self, id: &str, word: &str, number: u32) -> StatusCode {
        let visit = visit(number);
        self.vote_with(Actor::Anonymous, id, word, &visit, &visit).await.0
    }

    async fn by_api(&self, actor: Actor, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, "Bearer any")
            .header(header::CONTENT_TYPE, "application/json")
            .body(if body.is_null() { Body::empty() } else { Body::from(body.to_string()) });
        let (status, _, text) = self.ask(actor, request.unwrap()).await;
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    async fn counted(&self, id: &str) -> Vec<(String, i64)> {
        let mut tx = self.db.snapshot().await.unwrap();
        let sql = "select word, votes from answer_counts where answer = $1 and votes > 0 order by word";
        let rows = tx.fetch_all(sql, vals![id]).await.unwrap();
        rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
    }
}

#[tokio::test]
async fn articles_stand_beside_the_questions_of_items() {
    each_database(async |db| {
        let world = World::new(db).await;
        let html = world.see(Actor::Anonymous, "/questions", "").await;
        for part in
            ["工作日怎么算？", "猫要登记吗？", "调休上班的周末算。", "href=\"/questions/working-days\""]
        {
            assert!(html.contains(part), "{part} is not on {html}");
        }
        assert!(!html.contains("/desk/answers"), "{html}");
        let found = world.see(Actor::Anonymous, "/questions?q=时限", "").await;
        assert!(found.contains("工作日怎么算？") || found.contains("<mark>"), "{found}");
        let html = world.see(Actor::Anonymous, "/questions/working-days", "").await;
        for part in [
            "<p>不算周末和节假日。</p>",
            "行政许可法 第八十二条",
            "href=\"/items/430120001000/01\"",
            "name=\"word\" value=\"useful\"",
        ] {
            assert!(html.contains(part), "{part} is not on {html}");
        }
        let (status, list) = world.by_api(person(1), "GET", "/api/v1/questions", Value::Null).await;
        assert_eq!((status, list["questions"].as_array().unwrap().len()), (StatusCode::OK, 3));
        assert_eq!(list["questions"][0]["id"], "working-days");
        assert!(list["questions"][0]["item"].is_null() && list["questions"][2]["item"]["zh"] == "养犬登记");
        let gone = Request::get("/questions/nothing").body(Body::empty()).unwrap();
        assert_eq!(world.ask(Actor::Anonymous, gone).await.0, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_reader_has_one_vote_for_each_answer_and_may_change_it() {
    each_database(async |db| {
        let world = World::new(db).await;
        let id = "working-days";
        assert_eq!(world.vote(id, "useful", 1).await, StatusCode::SEE_OTHER);
        assert_eq!(world.vote(id, "useful", 1).await, StatusCode::SEE_OTHER, "a second click");
        assert_eq!(world.vote(id, "useful", 2).await, StatusCode::SEE_OTHER);
        assert_eq!(world.counted(id).await, [("useful".to_owned(), 2)]);
        let thanks = world.see(Actor::Anonymous, "/questions/working-days", &visit(1)).await;
        assert!(thanks.contains("谢谢") && !thanks.contains("value=\"useful\""), "{thanks}");
        // Of another answer nothing is known.
        let other = world.see(Actor::Anonymous, "/questions/cats-at-home", &visit(1)).await;
        assert!(!other.contains("谢谢"), "{other}");
        assert_eq!(world.vote(id, "useless", 1).await, StatusCode::SEE_OTHER);
        let why = world.see(Actor::Anonymous, "/questions/working-days", &visit(1)).await;
        assert!(why.contains("value=\"unclear\"") && why.contains("value=\"outdated\""), "{why}");
        let (status, location) =
            world.vote_with(Actor::Anonymous, id, "outdated", &visit(1), &visit(1)).await;
        assert_eq!((status, location.as_str()), (StatusCode::SEE_OTHER, "/questions/working-days#vote"));
        assert_eq!(world.counted(id).await, [("outdated".to_owned(), 1), ("useful".to_owned(), 1)]);
        let why = world.see(Actor::Anonymous, "/questions/working-days", &visit(1)).await;
        assert!(why.contains("value=\"outdated\" checked"), "{why}");
        // An account has its own vote, by page and by program the same one.
        let vote = "/api/v1/questions/working-days/vote";
        let cast = world.by_api(person(1), "PUT", vote, json!({"word": "wrong"})).await;
        assert_eq!(cast, (StatusCode::OK, json!({"word": "wrong"})));
        world.vote_with(person(1), id, "useful", "", "token").await;
        assert_eq!(world.counted(id).await, [("outdated".to_owned(), 1), ("useful".to_owned(), 2)]);
        // Nobody's name stands beside a vote.
        let mut tx = world.db.snapshot().await.unwrap();
        let rows = tx.fetch_all("select voter, client from answer_votes", vals![]).await.unwrap();
        for row in rows {
            let (voter, client): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
            assert!(voter.len() == 64 && client.len() == 64 && !voter.contains("person"), "{voter} {client}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_vote_is_refused_and_counts_nothing() {
    each_database(async |db| {
        let world = World::new(db).await;
        let id = "working-days";
        let (status, _) = world.vote_with(Actor::Anonymous, id, "useful", &visit(1), &visit(2)).await;
        assert!(status.is_client_error(), "a form of another site: {status}");
        assert_eq!(world.vote(id, "perfect", 1).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.vote(id, "", 1).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(world.vote("nothing", "useful", 1).await, StatusCode::NOT_FOUND);
        let vote = "/api/v1/questions/working-days/vote";
        let stranger = world.by_api(Actor::Anonymous, "PUT", vote, json!({"word": "useful"})).await;
        assert_eq!(stranger.0, StatusCode::UNAUTHORIZED);
        assert!(world.by_api(person(1), "PUT", vote, json!({"word": 1})).await.0.is_client_error());
        assert_eq!(world.counted(id).await, []);
        // One network cannot vote without end, and changes count.
        for number in 0..30 {
            assert_eq!(world.vote(id, "useful", number).await, StatusCode::SEE_OTHER);
            assert_eq!(world.vote(id, "wrong", number).await, StatusCode::SEE_OTHER);
        }
        assert_eq!(world.vote(id, "useful", 99).await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(world.counted(id).await, [("wrong".to_owned(), 30)]);
        // An hour later it may again; and in the night it is forgotten where votes came from.
        let mut tx = world.db.begin().await.unwrap();
        assert_eq!(
            catalogue::forget_clients(&mut tx, testkit::instant("2026-09-21T10:00")).await.unwrap(),
            0
        );
        assert_eq!(
            catalogue::forget_clients(&mut tx, testkit::instant("2026-09-21T10:31")).await.unwrap(),
            30
        );
        tx.commit().await.unwrap();
        assert_eq!(world.vote(id, "useful", 99).await, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn staff_see_the_worst_answers_first() {
    each_database(async |db| {
        let world = World::new(db).await;
        for actor in [Actor::Anonymous, person(1), staff(Role::Review)] {
            for path in ["/desk/answers", "/desk/answers.csv", "/api/v1/answers"] {
                let request =
                    Request::get(path).header(header::AUTHORIZATION, "Bearer x").body(Body::empty());
                let (status, _, _) = world.ask(actor.clone(), request.unwrap()).await;
                assert!(status.is_client_error() || status == StatusCode::SEE_OTHER, "{path}: {status}");
            }
        }
        let keeper = || staff(Role::Catalogue);
        let html = world.see(keeper(), "/desk/answers", "").await;
        assert!(html.contains("还没有"), "{html}");
        for (id, word, number) in [
            ("working-days", "useful", 1),
            ("cats-at-home", "wrong", 1),
            ("cats-at-home", "wrong", 2),
            ("cats-at-home", "useful", 3),
        ] {
            assert_eq!(world.vote(id, word, number).await, StatusCode::SEE_OTHER);
        }
        for actor in [keeper(), staff(Role::Administration)] {
            let html = world.see(actor, "/desk/answers", "").await;
            let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text} is not on {html}"));
            assert!(
                place("猫要上户口吗？") < place("工作日怎么算？") && html.contains("内容有误 2"),
                "{html}"
            );
        }
        let file = world.see(keeper(), "/desk/answers.csv", "").await;
        let rows: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(rows.len(), 3, "{file}");
        assert!(
            rows[1].starts_with("\"cats-at-home\",\"猫要上户口吗？\"") && rows[1].contains("\"2\""),
            "{file}"
        );
        let (_, list) = world.by_api(keeper(), "GET", "/api/v1/answers", Value::Null).await;
        assert_eq!(
            (&list["answers"][0]["id"], &list["answers"][0]["votes"]["wrong"]),
            (&json!("cats-at-home"), &json!(2))
        );
        assert!(world.see(keeper(), "/questions", "").await.contains("/desk/answers"));
    })
    .await;
}

#[test]
fn articles_that_break_a_rule_are_named_with_their_line() {
    let told = |text: &str| faults(&packages(text)).join("\n");
    assert!(told(&ARTICLES.replace("cats-at-home", "working-days")).contains("working-days is there twice"));
    assert!(told(&ARTICLES.replace("cats-at-home", "4-cats")).contains("begins with a letter"));
    assert!(told(&ARTICLES.replace("猫不用。", "\"\"")).contains("both languages"));
    assert!(told(&ARTICLES.replace("999999999999/01", "abc")).contains("code/handling"));
    let without =
        ARTICLES.replace("sources: [{fact: cats, from: 示例养犬办法, verified: true}]", "sources: []");
    assert!(told(&without).contains("say where it comes from"));
    assert!(told("article: []").contains("articles.yaml"));
    assert!(Library::load(packages(ARTICLES).path(), &registers()).is_ok());
}
