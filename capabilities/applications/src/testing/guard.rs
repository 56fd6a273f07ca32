//! The second item of the tests: a guard dog, in whose process applicants take every part they can.

use cases::{Command, Conclusion};
use kernel::TaskId;
use serde_json::{Map, Value, json};

use super::{Answer, ITEM, PNG, TOWN, World};

pub(crate) const GUARD: &str = "430120003000";

/// The text of a file of the package, made from that of the dog licence.
pub(super) fn file(name: &str, text: String) -> String {
    match name {
        "item.yaml" => {
            let materials = include_str!("guard-dog/materials.yaml");
            let text = text.replace(ITEM, GUARD).replace("fees: []", &format!("{materials}fees: []"));
            // Nobody makes the report of a visit here.
            let (before, rest) = text.split_once("  - id: visit-report").unwrap();
            let (_, after) = rest.split_once("  - id: insurance").unwrap();
            format!("{before}  - id: insurance{after}")
                .replace("养犬登记, en: Dog", "护卫犬登记, en: Guard dog")
        }
        "process.yaml" => include_str!("guard-dog/process.yaml").to_owned(),
        _ => text,
    }
}

impl World {
    /// A draft for a large guard dog with nothing handed in but its photograph.
    pub(crate) async fn guard_draft(&self, token: &str) -> String {
        let new = json!({"item": GUARD, "handling": "01", "division": TOWN});
        let answer = self.api(token, "POST", "/api/v1/drafts", new).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let draft = answer.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/drafts/{draft}");
        let answers = json!({"breed": "large", "deposit_offered": 15000, "is_guide_dog": false});
        let answer = self.api(token, "PATCH", &path, answers).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = self.upload(token, &format!("{path}/materials/photo?name=dog.png"), PNG, "").await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        draft
    }

    /// The same with a promise and a commitment for the rest.
    pub(crate) async fn stood_in(&self, token: &str) -> String {
        let draft = self.guard_draft(token).await;
        for place in ["insurance/later", "training/commitment"] {
            let path = format!("/api/v1/drafts/{draft}/materials/{place}");
            let answer = self.api(token, "PUT", &path, Value::Null).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        draft
    }

    pub(crate) async fn submit(&self, token: &str, draft: &str, body: Value) -> Answer {
        self.api(token, "POST", &format!("/api/v1/drafts/{draft}/submission"), body).await
    }

    /// A case with a promise and a commitment, not accepted yet.
    pub(crate) async fn guard_case(&self, token: &str) -> String {
        let draft = self.stood_in(token).await;
        let answer = self.submit(token, &draft, Value::Null).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["case"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn accepted(&self, case: &str) {
        let clerk = self.clerk();
        let task = self.claim(&clerk, case).await;
        self.act(&clerk, case, Command::Accept { task }).await;
    }

    /// The review is done, and the applicant is asked about a hearing.
    pub(crate) async fn reviewed(&self, case: &str) {
        self.accepted(case).await;
        let clerk = self.clerk();
        let task = self.claim(&clerk, case).await;
        let opinion = Command::GiveOpinion {
            task,
            conclusion: Conclusion::Agree,
            text: "情况属实".into(),
            findings: Map::new(),
        };
        self.act(&clerk, case, opinion).await;
    }

    /// The notice hangs: nobody wanted a hearing.
    pub(crate) async fn published(&self, token: &str, case: &str) -> cases::Case {
        self.reviewed(case).await;
        let path = format!("/api/v1/cases/{case}/hearing");
        let answer = self.api(token, "POST", &path, json!({"wanted": false})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let clerk = self.clerk();
        let task = self.claim(&clerk, case).await;
        self.act(&clerk, case, Command::PublishNotice { task }).await
    }

    /// A clerk asks for something and the county approves.
    pub(crate) async fn approved(&self, case: &str, task: TaskId, asked: cases::AskFor, reason: &str) {
        let (town, county) = (self.clerk(), self.county_clerk());
        self.act(&town, case, Command::Ask { task, asked, reason: reason.into() }).await;
        let approval = self.task_of(case, cases::TaskKind::Approve).await;
        self.act(&county, case, Command::Claim { task: approval }).await;
        let approve = Command::Approve { task: approval, grant: true, reason: "同意".into() };
        self.act(&county, case, approve).await;
    }

    /// The live task of this kind.
    pub(crate) async fn task_of(&self, case: &str, work: cases::TaskKind) -> TaskId {
        let mut tx = self.room.db.snapshot().await.unwrap();
        let case = cases::get(&mut tx, case.parse().unwrap()).await.unwrap();
        case.live_tasks().find(|task| task.work == work).unwrap().id
    }

    /// The case as the API shows it.
    pub(crate) async fn shown(&self, token: &str, case: &str) -> Value {
        self.api(token, "GET", &format!("/api/v1/cases/{case}"), Value::Null).await.json()
    }

    pub(crate) async fn stored(&self, case: &str) -> cases::Case {
        let mut tx = self.room.db.snapshot().await.unwrap();
        cases::get(&mut tx, case.parse().unwrap()).await.unwrap()
    }

    /// A page in English.
    pub(crate) async fn english(&self, token: &str, path: &str) -> Answer {
        let request = axum::http::Request::get(path).header("cookie", format!("session={token}; lang=en"));
        self.send(request.body(axum::body::Body::empty()).unwrap()).await
    }

    /// Registers an association under this code.
    pub(crate) async fn register(&self, uscc: &str) {
        let mut tx = self.room.db.begin().await.unwrap();
        let entry = registers::NewEntry {
            register: registers::SOCIAL_ORGANISATIONS,
            step: registers::Step::New,
            subject_code: uscc.into(),
            name: "湖南省演示养犬协会".into(),
            data: json!({
                "name": "湖南省演示养犬协会", "uscc": uscc, "legal_representative": "周假定",
                "address": "长沙市演示大道88号", "funds": 5_000_050, "purpose": "文明养犬", "business_scope": "宣传",
                "activity_area": "湖南省", "body_in_charge": "示例局", "registered_on": "2026-09-01",
                "registrar": "示例民政厅",
            }),
            case: store::fresh_id(self.now()),
            follows: 0,
            effect: "register:social-organisations".into(),
            since: "2026-09-01".parse().unwrap(),
            now: self.now(),
        };
        registers::write(&mut tx, entry).await.unwrap();
        tx.commit().await.unwrap();
    }
}
