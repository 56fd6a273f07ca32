//! The worklist: scopes, filters, order, pages, numbers, watched cases, and the list as a file.

use super::*;

/// The numbers of the rows, in their order.
fn numbers(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["number"].as_str().unwrap().to_owned()).collect()
}

impl Office {
    pub(super) async fn list(&self, who: &str, query: &str) -> Value {
        self.get(who, &format!("/api/v1/desk/tasks?{query}")).await.expect(200).json()
    }

    async fn put(&self, method: Method, who: &str, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path);
        self.send(request.header(header::AUTHORIZATION, format!("Bearer {who}")), Body::empty()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_narrowed_sorted_and_paged() {
    in_office(async |office| {
        let first = office.submitted().await;
        office.at("2026-09-22T09:30");
        let second = office.submitted_as("02").await;
        office.at("2026-09-23T09:30");
        let third = office.submitted().await;
        let all = [&first, &second, &third].map(|case| case.number.clone());
        let check = async |query: &str, expected: &[usize]| {
            let expected: Vec<String> = expected.iter().map(|at| all[*at].clone()).collect();
            assert_eq!(numbers(&office.list("accept", query).await), expected, "{query}");
        };
        check("", &[0, 1, 2]).await;
        check("sort=newest", &[2, 1, 0]).await;
        check("item=001011990000%2F02", &[1]).await;
        check("item=001011990000&sort=oldest", &[0, 1, 2]).await;
        check("division=430102", &[0, 1, 2]).await;
        check("division=430103", &[]).await;
        check("work=review", &[]).await;
        check("stage=acceptance&work=accept&claimed=no", &[0, 1, 2]).await;
        check("from=2026-09-30", &[1, 2]).await;
        check("to=2026-09-29", &[0]).await;
        check("express=yes", &[]).await;
        office.claim("accept", second.id, "accept", None).await;
        check("claimed=yes", &[1]).await;
        check("scope=mine", &[1]).await;
        check("scope=delegated", &[]).await;
        check("scope=done", &[]).await;
        office.at("2026-09-30T09:00");
        check("light=red", &[0]).await;
        check("light=yellow", &[1, 2]).await;
        let lights = office.list("accept", "light=grey").await["lights"].clone();
        assert_eq!(lights, json!({ "red": 1, "yellow": 2, "green": 0, "grey": 0 }), "whatever the filter");
        let lights = office.list("accept", "scope=mine").await["lights"].clone();
        assert_eq!(lights, json!({ "red": 0, "yellow": 1, "green": 0, "grey": 0 }));

        let page = office.list("accept", "size=2").await;
        assert_eq!((numbers(&page), &page["previous"]), (all[..2].to_vec(), &Value::Null));
        let next = page["next"].as_str().unwrap();
        let page = office.list("accept", &format!("size=2&after={next}")).await;
        assert_eq!((numbers(&page), &page["next"]), (vec![all[2].clone()], &Value::Null));
        let previous = page["previous"].as_str().unwrap();
        let page = office.list("accept", &format!("size=2&before={previous}")).await;
        assert_eq!(numbers(&page), all[..2]);

        office.command("accept", second.id, json!({ "do": "accept" })).await.expect(200);
        let done = office.list("accept", "scope=done").await;
        assert_eq!((numbers(&done), &done["items"][0]["state"]), (vec![all[1].clone()], &json!("done")));
        assert_eq!(done["items"][0]["finished_at"], "2026-09-30T01:00:00Z");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_name_no_list_are_refused() {
    in_office(async |office| {
        let wrong = office.get("accept", "/api/v1/desk/tasks?light=blue&size=0&from=soon").await.expect(422);
        assert_eq!(wrong.fields(), ["light", "from", "size"]);
        office.page("accept", "/desk?scope=everything").await.expect(422);
        let page = office.list("accept", "").await;
        assert_eq!(page["items"], json!([]));
        let foreign = store::page::Cursor::new(vals![1]).to_string();
        office.get("accept", &format!("/api/v1/desk/tasks?after={foreign}")).await.expect(400);
        for path in ["/api/v1/desk/tasks", "/api/v1/desk/tasks.csv", "/api/v1/desk/cases?number=1234"] {
            office.get("supervisor", path).await.expect(403);
            office.get("owner", path).await.expect(403);
            office.get("nobody", path).await.expect(401);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_speaks_as_the_version_of_its_case() {
    in_office(async |mut office| {
        let case = office.accepted().await;
        // Published anew with other words: the case keeps its own.
        let folder = testkit::folder();
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desk/tests/package");
        std::fs::create_dir(folder.path().join("dog")).unwrap();
        for file in ["item.yaml", "process.yaml", "form.schema.json", "licences.yaml"] {
            let text = std::fs::read_to_string(package.join(file)).unwrap();
            let text = text
                .replace("version: \"1\"", "version: \"2\"")
                .replace("入户", "上门")
                .replace("养犬登记", "犬只登记");
            std::fs::write(folder.path().join("dog").join(file), text).unwrap();
        }
        let mut tx = office.room.db.begin().await.unwrap();
        (*office.room.library()).clone().take_up(&mut tx, office.instant()).await.unwrap();
        let newer = catalogue::Library::load(folder.path(), &catalogue::Registers::new()).unwrap();
        let newer = newer.take_up(&mut tx, office.instant()).await.unwrap();
        tx.commit().await.unwrap();
        office.change_library(newer);
        let row = office.list("visit", "").await["items"][0].clone();
        assert_eq!((&row["number"], &row["task_name"]), (&json!(case.number), &json!("入户")));
        assert_eq!(row["item_name"], "养犬登记");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_or_its_end_finds_cases_of_the_body() {
    in_office(async |office| {
        let (first, second) = (office.submitted().await, office.submitted_as("02").await);
        let find = async |who: &str, number: &str| {
            office.get(who, &format!("/api/v1/desk/cases?number={number}")).await.expect(200).json()
        };
        assert_eq!(numbers(&find("accept", &first.number).await), std::slice::from_ref(&first.number));
        assert_eq!(numbers(&find("accept", "202609210001").await), std::slice::from_ref(&first.number));
        assert_eq!(numbers(&find("accept", "0002").await), std::slice::from_ref(&second.number));
        assert_eq!(find("vet", "0002").await["items"], json!([]), "not of this body yet");
        assert_eq!(find("elsewhere", &first.number).await["items"], json!([]));
        let short = office.get("accept", "/api/v1/desk/cases?number=02").await.expect(422);
        assert_eq!(short.fields(), ["number"]);

        for number in [&first.number, "%200001%20", "202609210001"] {
            let found = office.page("accept", &format!("/desk?number={number}")).await.expect(303);
            assert_eq!(found.location, format!("/desk/cases/{}", first.id), "{number}");
        }
        let hidden = office.page("elsewhere", &format!("/desk?number={}", first.number)).await.expect(200);
        assert!(hidden.text.contains("没有找到这个办件"));
        let short = office.page("accept", "/desk?number=1").await.expect(200);
        assert!(short.text.contains("请至少输入编号的最后 4 位"));
        office.at("2026-09-22T09:30");
        let third = office.submitted().await;
        let several = office.page("accept", "/desk?number=0001").await.expect(200);
        for case in [&first, &third] {
            assert!(several.text.contains(&format!("href=\"/desk/cases/{}\"", case.id)), "{}", several.text);
        }
        assert!(several.text.contains("结尾的办件") && !several.text.contains(OWNER));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_case_is_in_its_list_until_it_is_not_watched() {
    in_office(async |office| {
        let case = office.submitted().await;
        let path = format!("/api/v1/desk/cases/{}/watch", case.id);
        office.put(Method::PUT, "accept", &path).await.expect(204);
        office.put(Method::PUT, "accept", &path).await.expect(204);
        office.put(Method::PUT, "elsewhere", &path).await.expect(404);
        office.put(Method::PUT, "supervisor", &path).await.expect(403);
        assert_eq!(
            numbers(&office.list("accept", "scope=watched").await),
            std::slice::from_ref(&case.number)
        );
        assert_eq!(
            office.list("accept-too", "scope=watched").await["items"],
            json!([]),
            "each for themselves"
        );
        let page = office.page("accept", "/desk?scope=watched").await.expect(200);
        assert!(page.text.contains("养犬登记") && page.text.contains("我关注的"), "{}", page.text);
        office.put(Method::DELETE, "accept", &path).await.expect(204);
        assert_eq!(office.list("accept", "scope=watched").await["items"], json!([]));

        let page = format!("/desk/cases/{}/watch", case.id);
        let watched = office.form("accept", &page, &[("watch", "yes")]).await.expect(303);
        assert_eq!(watched.location, format!("/desk/cases/{}", case.id));
        assert_eq!(
            numbers(&office.list("accept", "scope=watched").await),
            std::slice::from_ref(&case.number)
        );
        office.form("accept", &page, &[("watch", "no")]).await.expect(303);
        office.form("accept", &page, &[("watch", "perhaps")]).await.expect(400);
        office.form("elsewhere", &page, &[("watch", "yes")]).await.expect(404);
        assert_eq!(office.list("accept", "scope=watched").await["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_offers_what_there_is() {
    in_office(async |office| {
        let case = office.submitted().await;
        office.submitted_as("02").await;
        let page = office.page("accept", "/desk").await.expect(200);
        for part in [
            "href=\"/desk?scope=mine\"",
            "href=\"/desk?scope=watched\"",
            "href=\"/desk?scope=done\"",
            "value=\"001011990000/02\"",
            "/assets/desk.",
            "全选本页",
            "name=\"key\"",
            "/desk/export.csv?scope=body",
            "id=\"keys\"",
        ] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert!(!page.text.contains("代理同事的"), "nobody's deputy");
        assert!(!page.text.contains("name=\"division\""), "a town has no divisions inside");
        let county = office.page("vet", "/desk?scope=body&express=no").await.expect(200);
        assert!(county.text.contains("value=\"430102001\""), "{}", county.text);
        assert!(!page.text.contains('⟦') && !page.text.contains(OWNER));
        let chosen = office.page("accept", "/desk?scope=body&select=all").await.expect(200);
        assert_eq!(chosen.text.matches("name=\"task\"").count(), 2);
        assert_eq!(chosen.text.matches(" checked").count(), 2);
        let one =
            office.page("accept", "/desk?scope=body&item=001011990000%2F01&light=green").await.expect(200);
        assert_eq!(one.text.matches("name=\"task\"").count(), 1);
        assert!(
            one.text.contains("已启用 1 项") && one.text.contains("href=\"/desk?scope=body&#38;item="),
            "{}",
            one.text
        );
        assert!(one.text.contains("value=\"review\"") && one.text.contains("name=\"stage\""));
        let none = office.page("accept", "/desk?scope=body&express=yes").await.expect(200);
        assert!(none.text.contains("没有符合条件的任务"));
        for (scope, words) in
            [("mine", "您还没有签收任务"), ("watched", "您还没有关注办件"), ("done", "您还没有办结的任务")]
        {
            let empty = office.page("accept", &format!("/desk?scope={scope}")).await.expect(200);
            assert!(empty.text.contains(words), "{scope}: {}", empty.text);
        }
        let english = Request::builder().uri("/desk").header(header::COOKIE, "who=accept");
        let english = office.send(english.header("accept-language", "en"), Body::empty()).await.expect(200);
        assert!(english.text.contains("Select all on this page") && !english.text.contains('⟦'));
        let none = office.page("admin", "/desk").await.expect(200);
        assert!(none.text.contains("href=\"/desk/packages\"") && !none.text.contains("⟦"), "its own pages");
        assert_eq!(office.page("nobody", "/desk").await.expect(303).location, "/staff/sign-in?next=%2Fdesk");
        office.claim("accept", case.id, "accept", None).await;
        office.command("accept", case.id, json!({ "do": "accept" })).await.expect(200);
        let done = office.page("accept", "/desk?scope=done").await.expect(200);
        assert!(
            done.text.contains("2026年9月21日 09:30") && !done.text.contains("name=\"task\""),
            "{}",
            done.text
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_counted_to_a_thousand_and_exported_to_five() {
    in_office(async |office| {
        let case = office.submitted().await;
        let mut tx = office.room.db.begin().await.unwrap();
        tx.execute(
            "with recursive n (i) as (select cast(0 as bigint) union all select i + 1 from n where i + 1 < 5100)
             insert into case_tasks (id, case_id, stage, work, role, body, state, opened_at, due_on, item, handling,
                 package_version, division, number, number_reversed, express, due_rank, submitted_at, yellow_from)
             select substr('00000000000000000000000000000000' || n.i, length(cast(n.i as text)) + 1), t.case_id, t.stage,
                 t.work, t.role, t.body, t.state, t.opened_at, t.due_on, t.item, t.handling, t.package_version,
                 t.division, t.number, t.number_reversed, t.express, t.due_rank, t.submitted_at, t.yellow_from
             from n cross join case_tasks t where t.case_id = $1",
            vals![case.id],
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let page = office.page("accept", "/desk").await.expect(200);
        assert!(page.text.contains("正常 999+"), "{}", page.text);
        assert_eq!(office.list("accept", "size=1").await["lights"]["green"], 1000);
        let file = office.page("accept", "/desk/export.csv?scope=body").await.expect(200);
        let lines: Vec<&str> = file.text.trim_start_matches('\u{feff}').lines().collect();
        assert!(lines[0].starts_with("\"办件编号\",\"办件\",\"环节\""), "{}", lines[0]);
        assert_eq!(lines.len(), 1 + 5000 + 2);
        assert!(lines[1].contains("养犬登记") && lines[1].contains("2026-09-29"), "{}", lines[1]);
        assert!(lines[5001].contains("只导出了前 5000 行"), "{}", lines[5001]);
        assert!(lines[5002].contains("导出人：") && lines[5002].contains("2026年9月21日"), "{}", lines[5002]);
        let api = office.get("accept", "/api/v1/desk/tasks.csv?light=red").await.expect(200);
        assert_eq!(api.text.lines().count(), 2, "nothing is red: {}", api.text);
        assert!(!file.text.contains(OWNER));
    })
    .await;
}
