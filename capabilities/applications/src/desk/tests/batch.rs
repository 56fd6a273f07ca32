//! Several tasks at once.

use super::*;

impl Office {
    async fn batch(&self, who: &str, body: Value, key: &str) -> Answer {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/desk/batch")
            .header(header::AUTHORIZATION, format!("Bearer {who}"))
            .header(header::CONTENT_TYPE, "application/json");
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        self.send(request, body.to_string()).await
    }

    /// A routine case that has come to its review.
    async fn routine(&self) -> Case {
        let case = self.submitted_as("02").await;
        self.claim("accept", case.id, "accept", None).await;
        self.command("accept", case.id, json!({ "do": "accept" })).await.expect(200);
        case
    }

    async fn version(&self, who: &str, case: CaseId) -> i64 {
        self.see(who, case).await["version"].as_i64().unwrap()
    }
}

/// Whether each was done.
fn done(answer: &Value) -> Vec<bool> {
    answer["items"].as_array().unwrap().iter().map(|item| item["done"].as_bool().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_taken_and_given_back_and_each_says_what_became_of_it() {
    in_office(async |office| {
        let (first, second) = (office.submitted().await, office.submitted().await);
        let one = office.task("accept", first.id, "accept", None).await;
        let two = office.claim("accept-too", second.id, "accept", None).await;
        let nothing = store::fresh_id::<kernel::TaskId>(office.instant()).to_string();
        let claim = json!({ "do": "claim", "tasks": [&one, &two, &nothing, &one] });
        let answer = office.batch("accept", claim.clone(), "k1").await.expect(200).json();
        assert_eq!(done(&answer), [true, false, false], "each once: {answer}");
        assert!(answer["items"][1]["problem"].as_str().unwrap().contains("示例accept-too"), "{answer}");
        assert_eq!(answer["items"][0]["number"], first.number);
        assert_eq!(answer["items"][2]["case"], Value::Null);
        assert_eq!(done(&office.batch("accept", claim, "k1").await.expect(200).json()), [true, false, false]);
        let release = json!({ "do": "release", "tasks": [&one, &two] });
        assert_eq!(done(&office.batch("accept", release, "").await.expect(200).json()), [true, false]);
        let seen = office.see("accept", first.id).await;
        assert_eq!(seen["tasks"][0]["state"], "open");

        let hidden =
            office.batch("elsewhere", json!({ "do": "claim", "tasks": [&one] }), "").await.expect(200).json();
        assert_eq!((done(&hidden), &hidden["items"][0]["case"]), (vec![false], &Value::Null), "{hidden}");
        let other_role =
            office.batch("visit", json!({ "do": "claim", "tasks": [&one] }), "").await.expect(200);
        assert!(other_role.text.contains("您的岗位不能办理"), "{}", other_role.text);
        let check =
            async |who: &str, body: Value, status: u16| office.batch(who, body, "").await.expect(status);
        assert_eq!(check("accept", json!({ "do": "claim", "tasks": [] }), 422).await.fields(), ["tasks"]);
        assert_eq!(
            check("accept", json!({ "do": "claim", "tasks": ["x"] }), 422).await.fields(),
            ["tasks/0"]
        );
        let ids = |n: u8| -> Vec<String> {
            let id = |n: u8| kernel::TaskId::from_parts(Timestamp::UNIX_EPOCH, [n; 10]).to_string();
            (0..n).map(id).collect()
        };
        assert_eq!(
            check("accept", json!({ "do": "claim", "tasks": ids(101) }), 422).await.fields(),
            ["tasks"]
        );
        check("accept", json!({ "do": "decide", "tasks": [] }), 422).await;
        check("supervisor", json!({ "do": "claim", "tasks": [&one] }), 403).await;
        check("nobody", json!({ "do": "claim", "tasks": [&one] }), 401).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn routine_work_is_settled_with_one_text() {
    in_office(async |office| {
        let mut tasks = Vec::new();
        let cases = [office.routine().await, office.routine().await, office.routine().await];
        for case in &cases {
            let version = office.version("visit", case.id).await;
            tasks.push(
                json!({ "task": office.task("visit", case.id, "review", None).await, "version": version }),
            );
        }
        // The second has changed since it was looked at.
        office.claim("visit", cases[1].id, "review", None).await;
        let findings = office.accepted().await;
        tasks.push(json!({ "task": office.task("visit", findings.id, "review", Some("visit")).await }));
        let settle = json!({ "do": "settle", "tasks": tasks, "agree": true, "text": "核对无误" });
        let answer = office.batch("visit", settle.clone(), "k1").await.expect(200).json();
        assert_eq!(done(&answer), [true, false, true, false], "{answer}");
        let problem = |at: usize| answer["items"][at]["problem"].as_str().unwrap().to_owned();
        assert!(problem(1).contains("新的变化") && problem(3).contains("审查认定"), "{answer}");
        let seen = office.see("visit", cases[0].id).await;
        assert_eq!((&seen["stage"], &seen["tasks"][1]["text"]), (&json!("decision"), &json!("核对无误")));
        let version = office.version("visit", cases[0].id).await;
        let again = office.batch("visit", settle, "k1").await.expect(200).json();
        assert_eq!(done(&again), [true, false, true, false]);
        assert_eq!(office.version("visit", cases[0].id).await, version, "nothing is done twice");

        let decide =
            async |case: &Case| json!({ "task": office.task("head", case.id, "decide", None).await });
        let tasks = [decide(&cases[0]).await, decide(&cases[2]).await];
        let silent = json!({ "do": "settle", "tasks": tasks, "agree": false, "text": " " });
        assert_eq!(office.batch("head", silent, "").await.expect(422).fields(), ["text"]);
        let settle = json!({ "do": "settle", "tasks": tasks, "agree": true, "text": "符合条件" });
        assert_eq!(done(&office.batch("head", settle, "").await.expect(200).json()), [true, true]);
        for case in [&cases[0], &cases[2]] {
            assert_eq!(office.see("head", case.id).await["outcome"], "granted");
        }
        let ids: Vec<Value> = (0..51u8)
            .map(
                |n| json!({ "task": kernel::TaskId::from_parts(Timestamp::UNIX_EPOCH, [n; 10]).to_string() }),
            )
            .collect();
        let many = json!({ "do": "settle", "tasks": ids, "agree": true, "text": "x" });
        assert_eq!(office.batch("head", many, "").await.expect(422).fields(), ["tasks"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_ask_once_before_anything_is_settled() {
    in_office(async |office| {
        let cases = [office.routine().await, office.routine().await];
        let one = office.task("visit", cases[0].id, "review", None).await;
        let two = office.task("visit", cases[1].id, "review", None).await;
        let other = office.accepted().await;
        let three = office.task("visit", other.id, "review", Some("visit")).await;
        let chosen = [
            ("do", "settle"),
            ("task", one.as_str()),
            ("task", &two),
            ("task", &three),
            ("back", "scope=body&work=review"),
        ];
        let looks = office.looks().await.len();
        let asked = office.form("visit", "/desk/batch", &chosen).await.expect(200);
        for part in [
            "以下 2 件",
            "以下 1 项不会办理",
            "需要逐件填写审查认定",
            "确认办理 2 件",
            cases[0].id.to_string().as_str(),
            "href=\"/desk?scope=body&#38;work=review\"",
        ] {
            assert!(asked.text.contains(part), "{part}: {}", asked.text);
        }
        assert!(!asked.text.contains(OWNER) && !asked.text.contains('⟦'), "{}", asked.text);
        assert_eq!(office.looks().await.len(), looks, "nothing of an applicant is opened");
        let versions =
            [office.version("visit", cases[0].id).await, office.version("visit", cases[1].id).await];
        let with = |task: &str, version: i64| format!("{task}.{version}");
        let (first, second) = (with(&one, versions[0]), with(&two, versions[1]));
        assert!(asked.text.contains(&format!("value=\"{first}\"")), "{}", asked.text);
        let unfinished =
            [("task", first.as_str()), ("task", &second), ("text", ""), ("key", "0123456789abcdef")];
        let again = office.form("visit", "/desk/batch/settle", &unfinished).await.expect(422);
        assert!(again.text.contains("#agree") && again.text.contains("#text"), "{}", again.text);
        let whole = [
            ("task", first.as_str()),
            ("task", &second),
            ("agree", "true"),
            ("text", "核对无误"),
            ("key", "0123456789abcdef"),
        ];
        let done = office.form("visit", "/desk/batch/settle", &whole).await.expect(200);
        assert!(done.text.contains("已办理 2 项任务"), "{}", done.text);
        let repeated = office.form("visit", "/desk/batch/settle", &whole).await.expect(200);
        assert!(repeated.text.contains("已办理 2 项任务"), "sent twice, done once: {}", repeated.text);
        for case in &cases {
            assert_eq!(office.see("visit", case.id).await["stage"], "decision");
        }
        let nothing =
            office.form("visit", "/desk/batch", &[("do", "settle"), ("task", &three)]).await.expect(422);
        assert!(nothing.text.contains("都不能一并办理"), "{}", nothing.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buttons_of_the_list_tell_what_was_not_done() {
    in_office(async |office| {
        let (first, second) = (office.submitted().await, office.submitted().await);
        let one = office.task("accept", first.id, "accept", None).await;
        let two = office.claim("accept-too", second.id, "accept", None).await;
        let chosen = [("do", "claim"), ("task", one.as_str()), ("task", &two)];
        let taken = office.form("accept", "/desk/batch", &chosen).await.expect(200);
        for part in
            ["已签收 1 项任务", "有 1 项任务没有办成", "示例accept-too", first.id.to_string().as_str()]
        {
            assert!(taken.text.contains(part), "{part}: {}", taken.text);
        }
        let back =
            office.form("accept", "/desk/batch", &[("do", "release"), ("task", &one)]).await.expect(200);
        assert!(back.text.contains("已退回 1 项任务"), "{}", back.text);
        let none = office.form("accept", "/desk/batch", &[("do", "claim")]).await.expect(422);
        assert!(none.text.contains("没有选择任何任务"), "{}", none.text);
        office.form("accept", "/desk/batch", &[("do", "claim"), ("task", "x")]).await.expect(404);
        office.form("accept", "/desk/batch", &[("do", "decide"), ("task", &one)]).await.expect(400);
        office
            .form("accept", "/desk/batch", &[("do", "claim"), ("task", &format!("{one}.x"))])
            .await
            .expect(400);
        office.form("supervisor", "/desk/batch", &chosen).await.expect(403);
        let unsigned = Request::builder()
            .method(Method::POST)
            .uri("/desk/batch")
            .header(header::COOKIE, "who=accept")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        office.send(unsigned, format!("do=claim&task={one}")).await.expect(403);
        assert_eq!(office.see("accept", first.id).await["tasks"][0]["state"], "open");
    })
    .await;
}
