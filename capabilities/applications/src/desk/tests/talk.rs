//! Notes, letters and phrases at the desk.

use super::*;

impl Office {
    async fn send_api(&self, who: &str, method: Method, path: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {who}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, if body.is_null() { String::new() } else { body.to_string() }).await
    }

    /// A letter of the applicant, as their own page writes it.
    async fn applicant_writes(&self, case: CaseId, text: &str) {
        let mut tx = self.room.db.begin().await.unwrap();
        let case = cases::get(&mut tx, case).await.unwrap();
        let owner = Actor::Person(owner());
        let by = (&owner, crate::letters::Side::Applicant, "张**");
        crate::letters::write(&mut tx, &self.room, by, &case, text, self.instant()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_read_notes_and_their_author_takes_them_back_in_time() {
    in_office(async |office| {
        let case = office.accepted().await;
        let path = format!("/desk/cases/{}", case.id);
        let notes = format!("{path}/notes");
        let empty = office.form("accept", &notes, &[("note", " ")]).await.expect(422);
        assert!(empty.text.contains("href=\"#note\""), "{}", empty.text);
        let done = office.form("accept", &notes, &[("note", "电话核实过\n住址无误")]).await.expect(303);
        let own = office.page("accept", &done.location).await.expect(200).text;
        assert!(own.contains("电话核实过\n住址无误") && own.contains("收回"), "{own}");
        let colleague = office.page("vet", &path).await.expect(200).text;
        assert!(colleague.contains("电话核实过") && !colleague.contains("take-back\""), "{colleague}");

        let api = format!("/api/v1/desk/cases/{}/notes", case.id);
        let listed = office.get("vet", &api).await.expect(200).json();
        assert_eq!(
            json!([listed["items"][0]["author"], listed["items"][0]["may_be_taken_back"]]),
            json!(["示例accept", false])
        );
        let id = listed["items"][0]["id"].as_str().unwrap();
        let one = format!("{api}/{id}");
        office.send_api("vet", Method::DELETE, &one, &Value::Null).await.expect(403);
        office.send_api("elsewhere", Method::DELETE, &one, &Value::Null).await.expect(404);
        office.get("elsewhere", &api).await.expect(404);
        office.get("owner", &api).await.expect(403);
        office.at("2026-09-21T09:41");
        let stands = office.form("accept", &format!("{notes}/{id}/take-back"), &[]).await.expect(409);
        assert!(stands.text.contains("10 分钟"), "{}", stands.text);
        office.at("2026-09-21T09:40");
        office.form("accept", &format!("{notes}/{id}/take-back"), &[]).await.expect(303);
        assert!(office.get("accept", &api).await.json()["items"].as_array().unwrap().is_empty());
        office.form("accept", &format!("{notes}/{id}/take-back"), &[]).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_by_the_api_are_kept_once_and_page_by_key() {
    in_office(async |office| {
        let case = office.submitted().await;
        let api = format!("/api/v1/desk/cases/{}/notes", case.id);
        let too_long = json!({ "text": "长".repeat(2001) });
        let wrong = office.send_api("accept", Method::POST, &api, &too_long).await.expect(422);
        assert_eq!(wrong.fields(), ["text"]);
        for (minute, text) in [(31, "一"), (32, "二"), (33, "三")] {
            office.at(&format!("2026-09-21T09:{minute}"));
            let body = json!({ "text": text }).to_string();
            for _twice in 0..2 {
                let request = Request::builder()
                    .method(Method::POST)
                    .uri(&api)
                    .header(header::AUTHORIZATION, "Bearer accept")
                    .header(header::CONTENT_TYPE, "application/json")
                    .header("idempotency-key", text.len() * minute);
                office.send(request, body.clone()).await.expect(201);
            }
        }
        let first = office.get("accept", &format!("{api}?size=2")).await.expect(200).json();
        let next = first["next"].as_str().unwrap();
        let second = office.get("accept", &format!("{api}?size=2&after={next}")).await.expect(200).json();
        let texts = |page: &Value| -> Vec<String> {
            let notes = page["items"].as_array().unwrap().iter();
            notes.map(|note| note["text"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!((texts(&first), texts(&second)), (vec!["三".into(), "二".into()], vec!["一".into()]));
        assert_eq!(second["next"], Value::Null);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_applicants_letter_is_new_once_and_the_look_is_noted() {
    in_office(async |office| {
        let case = office.submitted().await;
        let path = format!("/desk/cases/{}", case.id);
        office.applicant_writes(case.id, "请问还缺什么？").await;
        let page = office.page("accept", &path).await.expect(200).text;
        assert!(page.contains("请问还缺什么？") && page.contains("1 条新留言"), "{page}");
        assert!(office.looks().await.iter().any(|look| look.0 == "letters.text"));
        let page = office.page("accept-too", &path).await.expect(200).text;
        assert!(page.contains("请问还缺什么？") && !page.contains("新留言"), "read is read: {page}");

        let letters = format!("{path}/letters");
        office.form("elsewhere", &letters, &[("letter", "x")]).await.expect(404);
        let empty = office.form("accept", &letters, &[("letter", "")]).await.expect(422);
        assert!(empty.text.contains("href=\"#letter\""), "{}", empty.text);
        office.at("2026-09-21T10:00");
        office.form("accept", &letters, &[("letter", "不缺，请等候。")]).await.expect(303);
        let api = format!("/api/v1/desk/cases/{}/letters", case.id);
        let thread = office.get("accept", &api).await.expect(200).json();
        assert_eq!(
            json!([thread["items"][0]["from"], thread["items"][0]["author"], thread["items"][1]["from"]]),
            json!(["office", "town局 示例accept", "applicant"])
        );
        assert!(thread["items"][1]["read_at"].is_string() && thread["items"][0]["read_at"].is_null());
        let written = json!({ "text": "补一句" });
        office.send_api("accept", Method::POST, &api, &written).await.expect(201);
        office.send_api("elsewhere", Method::POST, &api, &written).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_fills_the_text_with_the_words_of_the_case() {
    in_office(async |office| {
        let case = office.accepted().await;
        let task = office.claim("visit", case.id, "review", Some("visit")).await;
        let new = [("title", "属实"), ("text", "经查，{item}（{number}）情况属实。"), ("scope", "own")];
        office.form("visit", "/desk/templates", &new).await.expect(303);
        let list = office.get("visit", "/api/v1/desk/templates").await.expect(200).json();
        let id = list["items"][0]["id"].as_str().unwrap();
        let filled = format!("经查，养犬登记（{}）情况属实。", case.number);
        let page = office.page("visit", &format!("/desk/cases/{}", case.id)).await.expect(200).text;
        assert!(page.contains(&format!("data-text=\"{filled}\"")), "the script fills it in at once: {page}");

        let version = office.see("visit", case.id).await["version"].to_string();
        let typed = [
            ("do", "give-opinion"),
            ("task", &task),
            ("version", &version),
            ("conclusion", "agree"),
            ("text", "先写一句。"),
            ("template", id),
        ];
        let pick = format!("/desk/cases/{}/drafts/template", case.id);
        let to = office.form("visit", &pick, &typed).await.expect(303).location;
        let page = office.page("visit", to.trim_end_matches("#work")).await.expect(200).text;
        assert!(page.contains(&format!("先写一句。\n{filled}</textarea>")), "{page}");
        let others = [("do", "give-opinion"), ("task", task.as_str()), ("template", id)];
        office.form("vet", &pick, &others).await.expect(404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_phrases_are_changed_by_their_author_and_by_who_decides() {
    in_office(async |office| {
        let page = office.page("vet", "/desk/templates").await.expect(200).text;
        assert!(!page.contains('⟦') && page.contains("{number}"), "{page}");
        let new = json!({ "title": "合格", "text": "检疫合格", "shared": true });
        let made = office.send_api("vet", Method::POST, "/api/v1/desk/templates", &new).await.expect(201);
        let own = json!({ "title": "备忘", "text": "自用" });
        let own = office.send_api("vet", Method::POST, "/api/v1/desk/templates", &own).await.expect(201);
        let address =
            |answer: &Answer| format!("/api/v1/desk/templates/{}", answer.json()["id"].as_str().unwrap());
        let (shared, own) = (address(&made), address(&own));
        let changed = json!({ "title": "合格", "text": "检疫合格，准予通过", "shared": true });
        // The head of the same body decides and may; another's own phrase is not there for them.
        office.send_api("head", Method::PUT, &shared, &changed).await.expect(204);
        office.send_api("head", Method::PUT, &own, &changed).await.expect(404);
        let seized = json!({ "title": "合格", "text": "x", "shared": false });
        office.send_api("head", Method::PUT, &shared, &seized).await.expect(403);
        office.send_api("visit", Method::PUT, &shared, &changed).await.expect(404);
        let read = office.get("head", "/api/v1/desk/templates").await.expect(200).json();
        assert_eq!(read["items"].as_array().unwrap().len(), 1);
        assert_eq!(read["items"][0]["text"], "检疫合格，准予通过");
        let wrong = json!({ "title": "a\nb", "text": "" });
        let wrong = office.send_api("vet", Method::PUT, &shared, &wrong).await.expect(422);
        assert_eq!(wrong.fields(), ["title", "text"]);
        office.get("owner", "/api/v1/desk/templates").await.expect(403);

        let page = office.page("vet", &shared.replace("/api/v1", "")).await.expect(200).text;
        assert!(page.contains("检疫合格，准予通过</textarea>"), "{page}");
        let again = [("title", ""), ("text", "y"), ("scope", "body")];
        let again = office.form("vet", &shared.replace("/api/v1", ""), &again).await.expect(422);
        assert!(again.text.contains("href=\"#title\""), "{}", again.text);
        office.form("vet", &format!("{}/delete", shared.replace("/api/v1", "")), &[]).await.expect(303);
        office.send_api("vet", Method::DELETE, &own, &Value::Null).await.expect(204);
        assert_eq!(office.get("vet", "/api/v1/desk/templates").await.json()["items"], json!([]));
    })
    .await;
}
