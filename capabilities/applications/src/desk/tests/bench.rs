//! The case page as a workbench: what it tells, what it keeps, what it gives back.

use super::*;

impl Office {
    /// The opinion form of a branch, filled in for the version that the page shows now.
    async fn opinion_form(&self, who: &str, case: CaseId, branch: &str, text: &str) -> Vec<(String, String)> {
        let task = self.task(who, case, "review", Some(branch)).await;
        let version = self.see(who, case).await["version"].to_string();
        let pairs = [
            ("do", "give-opinion"),
            ("task", &task),
            ("version", &version),
            ("conclusion", "agree"),
            ("findings/seen", "true"),
            ("text", text),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    }

    async fn post(&self, who: &str, case: CaseId, to: &str, pairs: &[(String, String)]) -> Answer {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.form(who, &format!("/desk/cases/{case}/{to}"), &pairs).await
    }

    async fn case_page(&self, who: &str, case: CaseId, query: &str) -> String {
        let page = self.page(who, &format!("/desk/cases/{case}{query}")).await.expect(200).text;
        assert!(!page.contains('⟦'), "every sentence is there: {page}");
        page
    }
}

/// The part of a page between two words.
#[track_caller]
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("no {from} in {page}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} after {from} in {rest}")).0
}

#[tokio::test(flavor = "multi_thread")]
async fn the_strip_says_who_what_where_until_when_and_why() {
    in_office(async |office| {
        let case = office.submitted().await;
        let page = office.case_page("accept", case.id, "").await;
        let strip = between(&page, "<header class=\"strip\">", "</header>");
        for part in ["养犬登记", "张**", "受理", "town局", "2026年9月29日", "这个日期是怎么算的", "正常"]
        {
            assert!(strip.contains(part), "{part}: {strip}");
        }
        assert!(!strip.contains(OWNER), "the strip is in everybody's sight: {strip}");
        assert!(strip.contains("data-press=\"c\""), "taking the task is one key away");
        assert!(page.contains("href=\"#work\"") && page.contains("class=\"skip\" href=\"#files\""), "{page}");
        let script = between(&page, "<script src=\"/assets/desk-case.", "\"");
        assert!(script.contains(".js") && !page.contains(" style="), "{script}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_way_shows_branches_side_by_side_with_their_own_last_days() {
    in_office(async |office| {
        let case = office.accepted().await;
        office.claim("vet", case.id, "review", Some("vet")).await;
        let page = office.case_page("vet", case.id, "").await;
        let flow = between(&page, "<ol class=\"flow\">", "</ol>");
        let steps: Vec<&str> = flow.split("<li class=\"flow-step ").skip(1).collect();
        let states: Vec<&str> = steps.iter().map(|step| step.split('"').next().unwrap()).collect();
        assert_eq!(states, ["flow-done", "flow-done", "flow-now", "flow-ahead", "flow-ahead", "flow-ahead"]);
        let now = steps[2];
        assert!(now.starts_with("flow-now\" aria-current=\"step\""), "{now}");
        assert_eq!(now.matches("flow-branch ").count(), 2, "{now}");
        for part in ["检疫", "county局 示例vet", "2026年9月21日 09:30 起", "2026年9月24日", "入户", "待签收"]
        {
            assert!(now.contains(part), "{part}: {now}");
        }
        office.command("vet", case.id, opinion("vet", &json!({}))).await.expect(422);
        let mut disagree = opinion("vet", &json!({}));
        disagree["conclusion"] = json!("disagree");
        office.command("vet", case.id, disagree).await.expect(200);
        let page = office.case_page("visit", case.id, "").await;
        let flow = between(&page, "<ol class=\"flow\">", "</ol>");
        let done = between(flow, "<li class=\"flow-branch flow-done\"><strong>检疫", "</li>");
        assert!(done.contains("不同意") && !done.contains(" 起"), "{done}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stage_that_the_process_left_out_is_shown_as_left_out() {
    in_office(async |office| {
        let case = office.submitted().await;
        office.claim("accept", case.id, "accept", None).await;
        let refuse = json!({ "do": "not-accept", "reason": "不属于本机关职权" });
        office.command("accept", case.id, refuse).await.expect(200);
        let page = office.case_page("accept", case.id, "").await;
        let flow = between(&page, "<ol class=\"flow\">", "</ol>");
        assert_eq!(flow.matches("flow-step flow-skipped").count(), 3, "{flow}");
        assert!(flow.contains("不经过") && flow.contains("不予受理"), "{flow}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_platform_says_what_it_has_checked_and_what_is_left_to_look_at() {
    in_office(async |office| {
        let case = office.submitted().await;
        let path = format!("/api/v1/desk/cases/{}/checks", case.id);
        let checks = office.get("accept", &path).await.expect(200).json();
        let found = |checks: &Value| -> Vec<(String, String)> {
            let word = |value: &Value| value.as_str().unwrap().to_owned();
            let items = checks["items"].as_array().unwrap().iter();
            items.map(|check| (word(&check["check"]), word(&check["verdict"]))).collect()
        };
        let passed = |check: &str| (check.to_owned(), "passed".to_owned());
        assert_eq!(found(&checks), ["form", "materials", "files", "signer"].map(passed));
        office.get("elsewhere", &path).await.expect(404);

        let wrong = json!({ "owner": OWNER, "dog": "来福", "value": -1 }).to_string();
        let sealed = office.room.vault.seal("applications.answers", wrong.as_bytes()).unwrap();
        let mut tx = office.room.db.begin().await.unwrap();
        let sql = "update applications set answers_sealed = $2 where case_id = $1";
        tx.execute(sql, vals![case.id, sealed]).await.unwrap();
        tx.execute("update materials set state = 'superseded' where case_id = $1", vals![case.id])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let page = office.case_page("accept", case.id, "").await;
        let checks = between(&page, "<ul class=\"checks\">", "</ul>");
        assert_eq!(checks.matches("check-failed").count(), 2, "{checks}");
        for part in ["大型犬", "价值", "犬只照片", "需要核对"] {
            assert!(checks.contains(part), "{part}: {checks}");
        }
        assert!(page.contains("count-wrong\">2"), "the list of contents tells how many");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_is_kept_and_comes_back() {
    in_office(async |office| {
        let case = office.accepted().await;
        office.claim("visit", case.id, "review", Some("visit")).await;
        let pairs = office.opinion_form("visit", case.id, "visit", "入户查看属实").await;
        let kept = office.post("visit", case.id, "drafts", &pairs).await.expect(200).json();
        assert!(kept["text"].as_str().unwrap().contains("2026年9月21日 09:30"), "{kept}");
        let page = office.case_page("visit", case.id, "").await;
        assert!(page.contains("入户查看属实") && page.contains("已恢复您在"), "{page}");
        let agree = page.split("value=\"agree\"").nth(1).unwrap();
        assert!(agree.starts_with(" checked"), "choices come back too");
        assert!(
            !office.case_page("vet", case.id, "").await.contains("入户查看属实"),
            "it is the clerk's own"
        );

        let mut tx = office.room.db.snapshot().await.unwrap();
        let row = tx.fetch_one("select fields_sealed from desk_drafts", vals![]).await.unwrap();
        let sealed: Vec<u8> = row.get(0).unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("入户"), "it lies sealed");
        drop(tx);

        office.post("visit", case.id, "commands", &pairs).await.expect(303);
        let late = office.post("visit", case.id, "drafts", &pairs).await.expect(200).json();
        assert_eq!(late["text"], "", "what arrives after the command does not bring the text back");
        let page = office.case_page("visit", case.id, "").await;
        assert!(!page.contains("没有提交的内容"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_kept_without_script_when_something_in_it_is_wrong_and_can_be_forgotten() {
    in_office(async |office| {
        let case = office.accepted().await;
        let task = office.claim("vet", case.id, "review", Some("vet")).await;
        let mut pairs = office.opinion_form("vet", case.id, "vet", "体格健康").await;
        pairs.retain(|(name, _)| name != "findings/seen");
        office.post("vet", case.id, "commands", &pairs).await.expect(422);
        let page = office.case_page("vet", case.id, "").await;
        assert!(page.contains("体格健康") && page.contains("已恢复"), "{page}");
        let forget = [("task", task.as_str()), ("do", "give-opinion")];
        let path = format!("/desk/cases/{}/drafts/forget", case.id);
        office.form("elsewhere", &path, &forget).await.expect(404);
        office.form("vet", &path, &[("task", "x"), ("do", "give-opinion")]).await.expect(404);
        office.form("vet", &path, &forget).await.expect(303);
        assert!(!office.case_page("vet", case.id, "").await.contains("体格健康"));
        let drafts = format!("/desk/cases/{}/drafts", case.id);
        office.form("elsewhere", &drafts, &[("task", &task), ("version", "1")]).await.expect(404);
        office.form("vet", &drafts, &[("task", &task)]).await.expect(400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_second_reads_what_happened_and_sends_again() {
    in_office(async |office| {
        let case = office.accepted().await;
        office.claim("visit", case.id, "review", Some("visit")).await;
        let pairs = office.opinion_form("visit", case.id, "visit", "入户查看属实").await;
        let since = pairs[2].1.clone();
        let changes = async || {
            let path = format!("/desk/cases/{}/changes?since={since}", case.id);
            office.page("visit", &path).await.expect(200).json()["happened"].as_array().unwrap().clone()
        };
        assert!(changes().await.is_empty());
        office.claim("vet", case.id, "review", Some("vet")).await;
        let told = changes().await;
        assert!(told.len() == 1 && told[0].as_str().unwrap().contains("示例vet 签收"), "{told:?}");
        office.page("elsewhere", &format!("/desk/cases/{}/changes?since=0", case.id)).await.expect(404);

        let late = office.post("visit", case.id, "commands", &pairs).await.expect(409).text;
        for part in ["新的变化", "示例vet 签收", "入户查看属实", "<dd>同意</dd>", "看过变化，再次提交"]
        {
            assert!(late.contains(part), "{part}: {late}");
        }
        assert!(!late.contains("张**"), "only what happened since the page was made: {late}");
        let page = office.case_page("visit", case.id, "").await;
        assert!(page.contains("入户查看属实"), "the text waits on the case page as well");

        let form = between(&late, "/commands\">", "</form>");
        let fields: Vec<(String, String)> = form
            .split("<input type=\"hidden\" name=\"")
            .skip(1)
            .map(|input| {
                let (name, rest) = input.split_once("\" value=\"").unwrap();
                (name.to_owned(), rest.split('"').next().unwrap().to_owned())
            })
            .filter(|(name, _)| name != "_csrf")
            .collect();
        office.post("visit", case.id, "commands", &fields).await.expect(303);
        let seen = office.see("visit", case.id).await;
        assert!(seen["tasks"].to_string().contains("入户查看属实"), "{seen}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_for_work_that_is_over_is_kept_to_be_copied() {
    in_office(async |office| {
        let case = office.submitted().await;
        let task = office.claim("accept", case.id, "accept", None).await;
        let version = office.see("accept", case.id).await["version"].to_string();
        office.command("accept", case.id, json!({ "do": "release", "task": task })).await.expect(200);
        office.claim("accept-too", case.id, "accept", None).await;
        let path = format!("/desk/cases/{}/commands", case.id);
        let typed = [("do", "not-accept"), ("task", &task), ("version", &version), ("reason", "依法不属于")];
        let late = office.form("accept", &path, &typed).await.expect(409).text;
        assert!(late.contains("依法不属于") && late.contains("示例accept-too 签收"), "{late}");
        assert!(!late.contains("再次提交</button>"), "the work is a colleague's now: {late}");
        let page = office.case_page("accept", case.id, "").await;
        let unsent = between(&page, "notice notice-warning unsent", "</form>");
        assert!(unsent.contains("依法不属于") && unsent.contains("清除没有提交的内容"), "{unsent}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_left_the_house_is_undone_from_the_word_that_it_was_done() {
    in_office(async |office| {
        let case = office.submitted().await;
        let task = office.task("accept", case.id, "accept", None).await;
        let claimed = office.form("accept", &format!("/desk/tasks/{task}/claim"), &[]).await.expect(303);
        let page = office.page("accept", &claimed.location).await.expect(200).text;
        let flash = between(&page, "notice-success flash", "</form>");
        assert!(flash.contains("value=\"release\"") && flash.contains("撤销签收"), "{flash}");

        let noted = [("target", "field:dog"), ("problem", "犬名有误"), ("ground", "示例办法 第三条")];
        office.give("accept", case.id, "accept", "note-defect", &noted).await.expect(303);
        let struck =
            office.give("accept", case.id, "accept", "drop-defect", &[("index", "0")]).await.expect(303);
        let page = office.page("accept", &struck.location).await.expect(200).text;
        let flash = between(&page, "notice-success flash", "</form>");
        for part in ["note-defect", "field:dog", "犬名有误", "示例办法 第三条", "恢复这条补正事项"]
        {
            assert!(flash.contains(part), "{part}: {flash}");
        }
        office.give("accept", case.id, "accept", "note-defect", &noted).await.expect(303);
        assert_eq!(office.see("accept", case.id).await["defects"][0]["problem"], "犬名有误");
        let page = office.case_page("accept", case.id, &format!("?task={task}&done=drop-defect")).await;
        assert!(!page.contains("撤销删除"), "nothing was struck out just now");
        let page = office.case_page("accept", case.id, "?done=%3Cb%3E").await;
        assert!(!page.contains("flash"), "only words of ours are said");
        let page = office.case_page("accept", case.id, "?done=note").await;
        assert!(page.contains("备注已保存") && !page.contains("没有其他待办"), "a note ends no work: {page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_last_step_the_next_work_is_the_first_link() {
    in_office(async |office| {
        let (one, two) = (office.submitted().await, office.submitted().await);
        office.claim("accept", one.id, "accept", None).await;
        let done = office.give("accept", one.id, "accept", "accept", &[]).await.expect(303);
        let page = office.page("accept", &done.location).await.expect(200).text;
        let main = between(&page, "<main", "</main>");
        let first = between(main, "<a ", "</a>");
        assert!(first.contains(&format!("/desk/cases/{}?task=", two.id)), "{first}");
        assert!(first.contains("autofocus") && first.contains("data-press=\"n\""), "{first}");
        office.claim("accept", two.id, "accept", None).await;
        let done = office.give("accept", two.id, "accept", "accept", &[]).await.expect(303);
        let page = office.page("accept", &done.location).await.expect(200).text;
        assert!(page.contains("没有其他待办任务了"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_that_is_looked_at_stays_and_the_next_one_is_a_link() {
    in_office(async |office| {
        let case = office.submitted().await;
        let file = office.see("accept", case.id).await["materials"][0]["id"].as_str().unwrap().to_owned();
        let page = office.case_page("accept", case.id, "").await;
        assert!(page.contains("id=\"viewer\"") && !page.contains("<iframe"), "nothing is opened unasked");
        let looks = office.looks().await;
        assert!(looks.iter().all(|look| look.0 != "materials.file"), "{looks:?}");
        office.claim("accept", case.id, "accept", None).await;
        let shown = [("shown", file.as_str())];
        let done = office.give("accept", case.id, "accept", "accept", &shown).await.expect(303);
        assert!(done.location.contains(&format!("&material={file}&")), "{}", done.location);
        let source = format!("/desk/cases/{}/materials/{file}", case.id);
        let request = Request::builder().uri(&source).header(header::COOKIE, "who=accept");
        let response = office.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("frame-ancestors 'self'") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        assert!(office.looks().await.iter().any(|look| look.0 == "materials.file"), "each look is on record");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_file_is_printed_and_the_look_says_so() {
    in_office(async |office| {
        let case = office.reviewed().await;
        let path = format!("/desk/cases/{}/print", case.id);
        let page = office.page("visit", &path).await.expect(200).text;
        assert!(!page.contains('⟦'), "{page}");
        let hash = office.room.files.put(PDF.to_vec()).await.unwrap().sm3;
        let cut = format!("{}<wbr>{}", &hash[..8], &hash[8..16]);
        for part in [OWNER, "来福", &cut, "来福.pdf", "情况属实", "¥200.00", "系统核验", "打印，查看已记录"]
        {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(between(&page, "class=\"watermark\"", "</p>").contains("示例visit（"), "{page}");
        let (first, last) = (page.find("申请已提交").unwrap(), page.rfind("审查意见：同意").unwrap());
        assert!(first < last, "on paper the history runs from its beginning");
        assert!(office.looks().await.iter().any(|look| look.0 == "applications.print"));
        office.page("elsewhere", &path).await.expect(404);
        assert_eq!(
            office.page("nobody", &path).await.expect(303).location.split('?').next(),
            Some("/staff/sign-in")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_whose_keeping_time_is_over_says_when_it_was_emptied() {
    in_office(async |office| {
        let case = office.reviewed().await;
        assert!(!office.case_page("visit", case.id, "").await.contains("保管期限已满"));
        let mut tx = office.room.db.begin().await.unwrap();
        let at = testkit::instant("2056-12-01T04:00");
        tx.execute("update cases set erased_at = $2 where id = $1", vals![case.id, at]).await.unwrap();
        tx.commit().await.unwrap();
        let page = office.case_page("visit", case.id, "").await;
        assert!(page.contains("已于 2056年12月1日 星期五 删除"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_can_be_read_as_the_applicant_reads_it() {
    in_office(async |office| {
        let case = office.accepted().await;
        let all = office.case_page("accept", case.id, "").await;
        let public = office.case_page("accept", case.id, "?history=public").await;
        assert!(between(&all, "id=\"history\"", "</section>").contains("示例accept 签收"));
        let public = between(&public, "id=\"history\"", "</section>");
        assert!(!public.contains("签收") && public.contains("申请已受理"), "{public}");
    })
    .await;
}
