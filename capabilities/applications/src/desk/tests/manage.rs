//! Sharing work out anew, and who is away.

use super::*;

/// The staff that the tests know, in the directory.
const STAFF: [&str; 11] = [
    "accept",
    "accept-too",
    "vet",
    "visit",
    "head",
    "elsewhere",
    "supervisor",
    "town-head",
    "town-head-too",
    "town-reviewer",
    "stand-in",
];

impl Office {
    async fn directory(&self) {
        let mut tx = self.room.db.begin().await.unwrap();
        for body in &self.room.bodies().0 {
            tx.execute(
                "insert into bodies (id, slug, name_zh, name_en, uscc, division, serves, address, phone)
                 values ($1, $2, $2, $2, '', $3, '11', '', '')",
                vals![body.id, &body.slug, &body.division],
            )
            .await
            .unwrap();
        }
        for word in STAFF {
            let Some(Actor::Staff(one)) = staff(word) else { panic!("{word}") };
            tx.execute(
                "insert into staff (id, login, name, created_at) values ($1, $2, $3, 0)",
                vals![one.staff, word, &one.shown_as],
            )
            .await
            .unwrap();
            tx.execute(
                "insert into posts (id, staff, body, title, first_day, created_at)
                 values ($1, $1, $2, '', '2026-01-01', 0)",
                vals![one.staff, one.body],
            )
            .await
            .unwrap();
            for role in &one.roles {
                let sql = "insert into post_roles (post, role) values ($1, $2)";
                tx.execute(sql, vals![one.staff, role.as_str()]).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }

    /// 示例stand-in stands in for 示例visit from Monday 21 to Friday 25 September.
    async fn visit_is_away(&self) {
        let mut tx = self.room.db.begin().await.unwrap();
        tx.execute(
            "insert into deputies (id, absent, deputy, body, first_day, last_day, reason, named_by, named_at)
             values ('01a0c19591c07a38a6060253240dc5ad', $1, $2, $3, '2026-09-21', '2026-09-25', '出差', $1, 0)",
            vals![id_of("visit"), id_of("stand-in"), body_id(TOWN)],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
    }

    async fn reassign(&self, who: &str, body: Value, key: &str) -> Answer {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/desk/manage/reassignments")
            .header(header::AUTHORIZATION, format!("Bearer {who}"))
            .header(header::CONTENT_TYPE, "application/json");
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        self.send(request, body.to_string()).await
    }

    /// Who has the first live task of this branch.
    async fn holder(&self, case: CaseId) -> Option<StaffId> {
        let mut tx = self.room.db.snapshot().await.unwrap();
        let case = cases::get(&mut tx, case).await.unwrap();
        case.tasks.iter().find(|task| task.branch.as_deref() == Some("visit")).unwrap().claimed_by
    }
}

fn id_of(word: &str) -> StaffId {
    let Some(Actor::Staff(one)) = staff(word) else { panic!("{word}") };
    one.staff
}

/// Whether each was done, and why not.
fn outcome(answer: &Value) -> Vec<(bool, String)> {
    let one = |item: &Value| {
        (item["done"].as_bool().unwrap(), item["problem"].as_str().unwrap_or_default().to_owned())
    };
    answer["items"].as_array().unwrap().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_load_is_for_who_decides_there_and_for_supervision() {
    in_office(async |office| {
        office.directory().await;
        let case = office.accepted().await;
        office.claim("visit", case.id, "review", Some("visit")).await;
        let path = "/api/v1/desk/manage/clerks";
        let load = office.get("town-head", path).await.expect(200).json();
        let of = |login: &str| {
            let items = load["items"].as_array().unwrap();
            items.iter().find(|item| item["login"] == login).unwrap_or_else(|| panic!("{load}")).clone()
        };
        assert_eq!((&of("visit")["claimed"], &of("visit")["finished_7"]), (&json!(1), &json!(0)));
        assert_eq!((&of("accept")["claimed"], &of("accept")["finished_7"]), (&json!(0), &json!(1)));
        assert!(load["items"].as_array().unwrap().iter().all(|item| item["login"] != "vet"), "{load}");
        office.at("2026-11-30T09:00");
        let later = office.get("town-head", path).await.expect(200).json();
        let items = later["items"].as_array().unwrap();
        let visit = items.iter().find(|item| item["login"] == "visit").unwrap();
        assert_eq!((&visit["red"], &visit["claimed"]), (&json!(1), &json!(1)));
        let accept = items.iter().find(|item| item["login"] == "accept").unwrap();
        assert_eq!((&accept["finished_7"], &accept["finished_30"]), (&json!(0), &json!(0)));
        // Who may not: no role, another body, a body that is not watched.
        for who in ["visit", "accept", "admin", "owner"] {
            office.get(who, path).await.expect(403);
        }
        office.get("head", &format!("{path}?body=town")).await.expect(404);
        office.get("supervisor", &format!("{path}?body=town")).await.expect(200);
        office.get("supervisor", &format!("{path}?body=elsewhere")).await.expect(404);
        let items = office.get("town-head", "/api/v1/desk/manage/items").await.expect(200).json();
        assert_eq!(
            (&items["items"][0]["waiting"], &items["items"][0]["red"]),
            (&json!(1), &json!(1)),
            "{items}"
        );
        assert_eq!(items["items"][0]["in_force"], true);
        // The pages say the same, and supervision has no buttons.
        let page = office.page("town-head", "/desk/manage").await.expect(200).text;
        assert!(
            page.contains("示例visit") && page.contains("全部改派") && page.contains("逾期任务 1"),
            "{page}"
        );
        let seen = office.page("supervisor", "/desk/manage?body=town").await.expect(200).text;
        assert!(seen.contains("示例visit") && !seen.contains("全部改派"), "{seen}");
        office.page("supervisor", "/desk/manage/tasks").await.expect(403);
        office.page("town-head", "/desk/manage/items").await.expect(200);
        let file = office.page("town-head", "/desk/manage/load.csv").await.expect(200).text;
        assert!(file.contains("\"示例visit\",\"visit\",\"审查\",\"1\",\"0\",\"1\""), "{file}");
        assert!(file.lines().last().unwrap().contains("导出人："), "{file}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_is_handed_on_and_each_task_says_what_became_of_it() {
    in_office(async |office| {
        office.directory().await;
        let (first, second) = (office.accepted().await, office.accepted().await);
        let one = office.claim("visit", first.id, "review", Some("visit")).await;
        let two = office.task("visit", second.id, "review", Some("visit")).await;
        let give = |tasks: Value, to: Option<&str>, reason: &str| {
            json!({ "tasks": tasks, "to": to.map(id_of), "reason": reason })
        };
        let both = || json!([{ "task": &one, "holder": id_of("visit") }, { "task": &two, "holder": null }]);
        // Refused as a whole: no reason, somebody of another body, nothing chosen.
        let refused = office.reassign("town-head", give(both(), Some("stand-in"), " "), "").await.expect(422);
        assert_eq!(refused.fields(), ["reason"]);
        let refused = office.reassign("town-head", give(both(), Some("vet"), "轮岗"), "").await.expect(422);
        assert_eq!(refused.fields(), ["to"]);
        office.reassign("town-head", give(json!([]), Some("stand-in"), "轮岗"), "").await.expect(422);
        for who in ["visit", "supervisor", "admin"] {
            office.reassign(who, give(both(), Some("stand-in"), "轮岗"), "").await.expect(403);
        }
        // The manager of another body does not hand on what is not theirs.
        let other = office.reassign("head", give(both(), Some("vet"), "轮岗"), "").await.expect(200).json();
        assert!(outcome(&other).iter().all(|(done, why)| !done && !why.is_empty()), "{other}");
        assert_eq!(office.holder(first.id).await, Some(id_of("visit")));
        // A colleague without the role: each says so, and nothing has moved.
        let wrong = office.reassign("town-head", give(both(), Some("accept"), "轮岗"), "").await.expect(200).json();
        assert!(outcome(&wrong).iter().all(|(done, why)| !done && !why.is_empty()), "{wrong}");
        let moved = give(both(), Some("stand-in"), "轮岗");
        for _twice in 0..2 {
            let done = office.reassign("town-head", moved.clone(), "key-1").await.expect(200).json();
            assert_eq!(outcome(&done).iter().map(|(done, _)| *done).collect::<Vec<_>>(), [true, true], "{done}");
        }
        assert_eq!(office.holder(first.id).await, Some(id_of("stand-in")));
        // The page of another manager is older: both are told, nothing is done.
        let stale = office.reassign("town-head-too", give(both(), Some("visit"), "急件"), "").await.expect(200).json();
        assert!(outcome(&stale).iter().all(|(done, why)| !done && why.contains("示例stand-in")), "{stale}");
        // Back to where everybody can take it; what was finished meanwhile is told.
        office.command("stand-in", second.id, opinion("visit", &json!({ "seen": true }))).await.expect(200);
        let back = office.reassign("town-head", give(json!([{ "task": &one }, { "task": &two }]), None, "离岗"), "");
        let back = outcome(&back.await.expect(200).json());
        assert!(back[0].0 && !back[1].0 && back[1].1.contains("办完"), "{back:?}");
        assert_eq!(office.holder(first.id).await, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_managers_at_once_one_hands_it_on() {
    in_office(async |office| {
        office.directory().await;
        let case = office.accepted().await;
        let task = office.claim("visit", case.id, "review", Some("visit")).await;
        let give = |to: &str| {
            let holder = id_of("visit");
            json!({ "tasks": [{ "task": &task, "holder": holder }], "to": id_of(to), "reason": "轮岗" })
        };
        let (a, b) = tokio::join!(
            office.reassign("town-head", give("stand-in"), ""),
            office.reassign("town-head-too", give("town-reviewer"), "")
        );
        let done = [&a.expect(200).json(), &b.expect(200).json()].map(|answer| outcome(answer).remove(0));
        assert_eq!(done.iter().filter(|(done, _)| *done).count(), 1, "{done:?}");
        assert!(done.iter().any(|(done, why)| !done && !why.is_empty()));
        let holder = office.holder(case.id).await.unwrap();
        assert!(holder == id_of("stand-in") || holder == id_of("town-reviewer"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_a_clerk_has_is_confirmed_once_and_handed_on() {
    in_office(async |office| {
        office.directory().await;
        let (first, second) = (office.accepted().await, office.accepted().await);
        let one = office.claim("visit", first.id, "review", Some("visit")).await;
        let two = office.claim("visit", second.id, "review", Some("visit")).await;
        // The second case waits for its applicant: no list shows the work, and it moves with the rest.
        office
            .command("visit", second.id, json!({ "do": "note-defect", "task": two, "material": "photo", "problem": "模糊", "ground": "指南" }))
            .await
            .expect(200);
        let notice = office.task("accept", second.id, "correct", None).await;
        office.command("accept", second.id, json!({ "do": "claim", "task": notice })).await.expect(200);
        office.command("accept", second.id, json!({ "do": "send-correction" })).await.expect(200);
        let visit = id_of("visit").to_string();
        let of_visit = office.page("town-head", &format!("/desk/manage/tasks?of={visit}")).await.expect(200).text;
        assert!(of_visit.contains(&one) && !of_visit.contains(&two) && of_visit.contains("另有 1 项"), "{of_visit}");
        let choose = [("do", "all"), ("of", visit.as_str())];
        let without_token = Request::builder()
            .method(Method::POST)
            .uri("/desk/manage/reassign")
            .header(header::COOKIE, "who=town-head")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        office.send(without_token, format!("do=all&of={visit}")).await.expect(403);
        office.form("visit", "/desk/manage/reassign", &choose).await.expect(403);
        let confirm = office.form("town-head", "/desk/manage/reassign", &choose).await.expect(200).text;
        let (of_one, of_two) = (format!("{one}.{visit}"), format!("{two}.{visit}"));
        assert!(confirm.contains(&of_one) && confirm.contains(&of_two) && confirm.contains("确认改派 2 项"), "{confirm}");
        let to = id_of("stand-in").to_string();
        let send = |reason: &'static str, to: &str| {
            let (of_one, of_two, to) = (of_one.clone(), of_two.clone(), to.to_owned());
            let office = &office;
            async move {
                let fields = [
                    ("task", of_one.as_str()),
                    ("task", &of_two),
                    ("to", &to),
                    ("reason", reason),
                    ("key", "0123456789abcdef"),
                ];
                office.form("town-head", "/desk/manage/reassign/confirm", &fields).await
            }
        };
        let wrong = send("", &to).await.expect(422).text;
        assert!(wrong.contains("id=\"reason-error\"") && wrong.contains("确认改派 2 项"), "{wrong}");
        let wrong = send("轮岗", "").await.expect(422).text;
        assert!(wrong.contains("id=\"to-error\""), "{wrong}");
        let done = send("轮岗", &to).await.expect(200).text;
        assert!(done.contains("已改派 2 项"), "{done}");
        assert_eq!(office.holder(first.id).await, Some(id_of("stand-in")));
        assert_eq!(office.holder(second.id).await, Some(id_of("stand-in")));
        let nothing = office.form("town-head", "/desk/manage/reassign", &choose).await.expect(422).text;
        assert!(nothing.contains("class=\"notice"), "{nothing}");
        // Who has left is shown while they have something, and not after.
        let mut tx = office.room.db.begin().await.unwrap();
        tx.execute("update staff set disabled_at = 1 where login in ('stand-in', 'visit')", vals![]).await.unwrap();
        tx.commit().await.unwrap();
        let page = office.page("town-head", "/desk/manage").await.expect(200).text;
        assert!(page.contains("示例stand-in") && page.contains("已停用") && !page.contains("示例visit"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_to_who_is_away_names_the_deputy_who_then_acts_for_them() {
    in_office(async |office| {
        office.directory().await;
        office.visit_is_away().await;
        let case = office.accepted().await;
        let task = office.claim("town-reviewer", case.id, "review", Some("visit")).await;
        let transfer = |anyway: bool| {
            json!({ "do": "transfer", "task": &task, "to": id_of("visit"), "reason": "轮岗", "anyway": anyway })
        };
        let refused = office.command("town-reviewer", case.id, transfer(false)).await.expect(422);
        assert_eq!(refused.fields(), ["to"]);
        assert!(refused.text.contains("示例stand-in"), "{}", refused.text);
        let page = office.page("town-reviewer", &format!("/desk/cases/{}", case.id)).await.expect(200).text;
        assert!(page.contains("示例stand-in 代理）"), "the list of colleagues says it: {page}");
        office.command("town-reviewer", case.id, transfer(true)).await.expect(200);
        let manage = office.page("town-head", "/desk/manage").await.expect(200).text;
        assert!(manage.contains("由 示例stand-in 代理") && manage.contains("今天代理：示例visit"), "{manage}");
        let mine = office.get("stand-in", "/api/v1/desk/tasks?scope=delegated").await.expect(200).json();
        assert_eq!(mine["items"][0]["task"], task.as_str(), "{mine}");
        let page = office.page("stand-in", &format!("/desk/cases/{}", case.id)).await.expect(200).text;
        assert!(page.contains("您在代 示例visit 办理"), "{page}");
        office.command("stand-in", case.id, opinion("visit", &json!({ "seen": true }))).await.expect(200);
        let page = office.page("accept", &format!("/desk/cases/{}", case.id)).await.expect(200).text;
        assert!(page.contains("示例stand-in 代 示例visit"), "history and opinion: {page}");
    })
    .await;
}
