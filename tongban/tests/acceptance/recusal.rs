//! Kept out (回避): whoever looked, and whoever handed them that work, has no part in the case that asks about the look.

use kernel::{CaseId, StaffId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::journey::House;

const ITEM: &str = "432011899W00";

/// Somebody at the API.
struct Caller<'a> {
    house: &'a House,
    token: String,
}

impl<'a> Caller<'a> {
    async fn of(house: &'a House, who: identity::Subject) -> Self {
        let mut tx = house.platform.db.begin().await.unwrap();
        let opened = identity::open_session_for(&mut tx, who, house.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        Self { house, token: opened.token.reveal() }
    }

    async fn ask(&self, method: Method, path: &str, body: &Value, status: u16) -> Value {
        let url = format!("{}{path}", self.house.url);
        let mut request = reqwest::Client::new().request(method.clone(), url).bearer_auth(&self.token);
        if method != Method::GET {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let (found, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(found, status, "{method} {path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    async fn get(&self, path: &str, status: u16) -> Value {
        self.ask(Method::GET, path, &Value::Null, status).await
    }

    async fn command(&self, case: &str, command: Value, status: u16) -> Value {
        let path = format!("/api/v1/desk/cases/{case}/commands");
        self.ask(Method::POST, &path, &json!({"take": true, "command": command}), status).await
    }

    /// The cases in the list of their body.
    async fn waiting(&self) -> Vec<String> {
        let page = self.get("/api/v1/desk/tasks?size=100", 200).await;
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|item| item["case"].as_str().unwrap().to_owned()).collect()
    }

    /// Asks about this look: a draft with everything filled in.
    async fn draft(&self, look: &str) -> String {
        let draft = json!({"item": ITEM, "handling": "01", "division": "430102"});
        let draft = self.ask(Method::POST, "/api/v1/drafts", &draft, 201).await;
        let path = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap());
        let answers = json!({
            "looked_at": "2026年6月1日 10:00", "looker": "长沙市芙蓉区民政局（演示）（决定岗）",
            "doubt": "nothing-pending", "look": look,
        });
        self.ask(Method::PATCH, &path, &answers, 200).await;
        format!("{path}/submission")
    }
}

async fn hire(house: &House, login: &str) -> identity::Subject {
    house.hire(login, "示例负责人", "furong-mz", kernel::Role::Decision).await;
    let bodies = house.platform.applications.bodies();
    let body = bodies.by_slug("furong-mz").unwrap().id;
    let mut tx = house.platform.db.snapshot().await.unwrap();
    let staff = identity::staff_of(&mut tx, body, kernel::china_date(house.clock.now())).await.unwrap();
    identity::Subject::Staff(staff.iter().find(|one| one.login == login).unwrap().id)
}

fn id_of(subject: &identity::Subject) -> StaffId {
    match subject {
        identity::Subject::Staff(staff) => *staff,
        identity::Subject::Person(_) => panic!("a person"),
    }
}

async fn played(house: &House) {
    let looker = identity::Subject::Staff(house.imported.staff["county-decision"]);
    let person = identity::Subject::Person(house.imported.persons["wu-xugou"]);
    let about: CaseId = house.play_one("shuju-chaxun-zhiyi", "01-answered.yaml", 1, "2026-06-01 09:30").await;
    let boss = hire(house, "county-boss").await;
    // One head hands the work to the other, who then looks.
    let by_boss = Caller::of(house, boss).await;
    let seen = by_boss.get(&format!("/api/v1/desk/cases/{about}"), 200).await;
    let task = seen["tasks"][0]["task"].as_str().unwrap().to_owned();
    let claim = json!({"do": "claim", "task": task});
    by_boss.command(&about.to_string(), claim, 200).await;
    let transfer =
        json!({"do": "transfer", "task": task, "to": id_of(&looker).to_string(), "reason": "请你办理。"});
    by_boss.command(&about.to_string(), transfer, 200).await;
    // Later than the looks of the head, so that it stands first among them.
    house.at("2026-06-01 09:40").await;
    let by_looker = Caller::of(house, looker).await;
    by_looker.get(&format!("/api/v1/desk/cases/{about}"), 200).await;

    let by_person = Caller::of(house, person).await;
    let looks = by_person.get("/api/v1/my/data-looks", 200).await;
    let of_looker = looks["items"].as_array().unwrap()[0].clone();
    let submission = by_person.draft(of_looker["id"].as_str().unwrap()).await;
    // Both heads are kept out, so nobody is left; the person hears it at once and keeps the draft.
    let refused = by_person.ask(Method::POST, &submission, &json!({}), 409).await;
    assert!(refused["detail"].as_str().unwrap().contains("回避"), "{refused}");
    let third = Caller::of(house, hire(house, "county-third").await).await;
    let receipt = by_person.ask(Method::POST, &submission, &json!({}), 201).await;
    let case = receipt["case"].as_str().unwrap().to_owned();
    let number = receipt["number"].as_str().unwrap().to_owned();

    for kept_out in [&by_looker, &by_boss] {
        kept_out.get(&format!("/api/v1/desk/cases/{case}"), 404).await;
        kept_out.command(&case, json!({"do": "accept"}), 404).await;
        assert!(!kept_out.waiting().await.contains(&case), "it is in no list of theirs");
        let found = kept_out.get(&format!("/api/v1/desk/cases?number={number}"), 200).await;
        assert_eq!(found["items"], json!([]));
    }
    let shown = third.get(&format!("/api/v1/desk/cases/{case}"), 200).await;
    assert!(third.waiting().await.contains(&case));
    let task = shown["tasks"][0]["task"].as_str().unwrap().to_owned();
    third.command(&case, json!({"do": "claim", "task": task}), 200).await;
    let to_looker =
        json!({"do": "transfer", "task": task, "to": id_of(&looker).to_string(), "reason": "你来。"});
    third.command(&case, to_looker, 422).await;
    third.command(&case, json!({"do": "accept"}), 200).await;
    let decide = json!({
        "do": "decide", "grant": true, "reason": "该次查询没有必要。",
        "findings": {"who": "长沙市芙蓉区民政局决定岗", "answer": "该次查看没有必要，已经批评教育查询人。"},
    });
    third.command(&case, decide, 200).await;

    // The number of a look at somebody else's data shuts nobody out.
    let stranger = identity::Subject::Person(house.imported.persons["li-shili"]);
    let by_stranger = Caller::of(house, stranger).await;
    let submission = by_stranger.draft(of_looker["id"].as_str().unwrap()).await;
    let receipt = by_stranger.ask(Method::POST, &submission, &json!({}), 201).await;
    let case = receipt["case"].as_str().unwrap();
    by_looker.get(&format!("/api/v1/desk/cases/{case}"), 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looked_has_no_part_in_the_case_that_asks_about_it() {
    for database in testkit::databases().await {
        let house = House::open_on("2026-06-01 09:00", "packages/minzheng", Some(&database.url)).await;
        Box::pin(played(&house)).await;
    }
}
