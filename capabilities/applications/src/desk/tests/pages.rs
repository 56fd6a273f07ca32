//! The same through pages, as a browser without script sends it.

use super::*;

impl Office {
    pub(super) async fn page(&self, who: &str, path: &str) -> Answer {
        self.send(Request::builder().uri(path).header(header::COOKIE, format!("who={who}")), Body::empty())
            .await
    }

    pub(super) async fn form(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut pairs = vec![("_csrf", "token")];
        pairs.extend(fields);
        let body = urlencoded(&pairs);
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::COOKIE, format!("who={who}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, body).await
    }

    /// A form of the case page: with the task and the version that the page shows now.
    pub(super) async fn give(
        &self,
        who: &str,
        case: CaseId,
        work: &str,
        verb: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let task = self.task(who, case, work, None).await;
        let version = self.see(who, case).await["version"].to_string();
        let mut pairs = vec![("do", verb), ("task", task.as_str()), ("version", version.as_str())];
        pairs.extend(fields);
        self.form(who, &format!("/desk/cases/{case}/commands"), &pairs).await
    }
}

/// As a browser writes a form.
fn urlencoded(pairs: &[(&str, &str)]) -> String {
    let byte = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    let encode = |text: &str| text.bytes().map(byte).collect::<String>();
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// One part of a multipart form.
fn part(about: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; {about}\r\n\r\n{value}\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clerk_takes_accepts_and_reads_on_pages() {
    in_office(async |office| {
        let case = office.submitted().await;
        let list = office.page("accept", "/desk").await.expect(200);
        assert!(list.text.contains("养犬登记") && list.text.contains("签收所选"), "{}", list.text);
        assert!(!list.text.contains(OWNER), "lists show nobody");
        let task = office.task("accept", case.id, "accept", None).await;
        let claimed = office.form("accept", &format!("/desk/tasks/{task}/claim"), &[]).await.expect(303);
        assert!(claimed.location.starts_with(&format!("/desk/cases/{}", case.id)), "{}", claimed.location);
        let page = office.page("accept", &claimed.location).await.expect(200);
        for part in [OWNER, "来福", "¥1,500.00", "已签收", "犬只照片", "民法典第二百零一条", "不予受理"]
        {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        let taken = office.form("accept-too", &format!("/desk/tasks/{task}/claim"), &[]).await.expect(409);
        assert!(
            taken.text.contains("示例accept") && taken.text.contains(&case.id.to_string()),
            "{}",
            taken.text
        );
        let accepted = office.give("accept", case.id, "accept", "accept", &[]).await.expect(303);
        assert!(accepted.location.ends_with("done=accept"));
        office.page("vet", &format!("/desk/cases/{}", case.id)).await.expect(200);
        office.page("elsewhere", &format!("/desk/cases/{}", case.id)).await.expect(404);
        let english =
            Request::builder().uri(format!("/desk/cases/{}", case.id)).header(header::COOKIE, "who=vet");
        let english = office.send(english.header("accept-language", "en"), Body::empty()).await.expect(200);
        assert!(english.text.contains("Dog licence") && english.text.contains("This look is on record"));
        for answer in [page, english] {
            assert!(!answer.text.contains('⟦'), "every sentence is there: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_entries_come_back_as_they_were_typed() {
    in_office(async |office| {
        let case = office.accepted().await;
        office.claim("vet", case.id, "review", Some("vet")).await;
        let typed = [("conclusion", "agree"), ("text", "体格健康"), ("findings/fee", "5000")];
        let seen = office.see("vet", case.id).await;
        let version = seen["version"].to_string();
        let task = office.task("vet", case.id, "review", Some("vet")).await;
        let path = format!("/desk/cases/{}/commands", case.id);
        let mut pairs = vec![("do", "give-opinion"), ("task", &task), ("version", &version)];
        pairs.extend(typed);
        let again = office.form("vet", &path, &pairs).await.expect(422);
        for part in
            ["体格健康", "value=\"5000\"", "error-summary", "费用（元） · 不能大于 ¥500.00", "#findings/fee"]
        {
            assert!(again.text.contains(part), "{part}: {}", again.text);
        }
        let agree = again.text.split("value=\"agree\"").nth(1).unwrap();
        assert!(agree.starts_with(" checked"), "the choice is kept");
        let unchosen: Vec<_> = pairs.iter().copied().filter(|(name, _)| *name != "conclusion").collect();
        let again = office.form("vet", &path, &unchosen).await.expect(422);
        assert!(again.text.contains("#conclusion"));
        // 450 yuan are 45000 fen; the form of the office is still missing.
        for pair in &mut pairs {
            if pair.0 == "findings/fee" {
                pair.1 = "450";
            }
        }
        let missing = office.form("vet", &path, &pairs).await.expect(422);
        assert!(missing.text.contains("#materials/vet-form") && missing.text.contains("检疫表"));
        office.attach("vet", case.id, "vet-form", "form.pdf", PDF).await.expect(201);
        office.form("vet", &path, &pairs).await.expect(303);
        assert_eq!(office.see("vet", case.id).await["findings"]["fee"], 45_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_form_is_told_so_with_a_way_back() {
    in_office(async |office| {
        let case = office.submitted().await;
        let task = office.claim("accept", case.id, "accept", None).await;
        let old = case.version.to_string();
        let path = format!("/desk/cases/{}/commands", case.id);
        let stale =
            office.form("accept", &path, &[("do", "accept"), ("task", &task), ("version", &old)]).await;
        let stale = stale.expect(409);
        assert!(stale.text.contains("新的变化") && stale.text.contains(&format!("/desk/cases/{}", case.id)));
        office.form("accept", &path, &[("do", "accept"), ("task", &task)]).await.expect(400);
        office.form("accept", &path, &[("do", "tick"), ("task", &task), ("version", &old)]).await.expect(400);
        let unsigned =
            Request::builder().method(Method::POST).uri(&path).header(header::COOKIE, "who=accept");
        let unsigned = unsigned.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        office.send(unsigned, format!("do=accept&task={task}")).await.expect(403);
        assert_eq!(office.see("accept", case.id).await["status"], "submitted");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_is_read_whole_before_it_is_sent() {
    in_office(async |office| {
        let case = office.submitted().await;
        let task = office.claim("accept", case.id, "accept", None).await;
        let path = format!("/desk/cases/{}/correction?task={task}", case.id);
        office.page("accept", &path).await.expect(409);
        let noted = [("target", "material:photo"), ("problem", "照片模糊"), ("ground", "示例办法 第三条")];
        office.give("accept", case.id, "accept", "note-defect", &noted).await.expect(303);
        let empty = [("target", ""), ("problem", "没有说明"), ("ground", "")];
        let again = office.give("accept", case.id, "accept", "note-defect", &empty).await.expect(422);
        assert!(
            again.text.contains("#target")
                && again.text.contains("没有说明")
                && again.text.contains("<details open>")
        );
        let whole = office.page("accept", &path).await.expect(200);
        assert!(
            whole.text.contains("照片模糊")
                && whole.text.contains("犬只照片")
                && whole.text.contains("15个工作日")
        );
        office.give("accept", case.id, "accept", "send-correction", &[]).await.expect(303);
        office.page("accept", &path).await.expect(409);
        let page = office.page("accept", &format!("/desk/cases/{}", case.id)).await.expect(200);
        assert!(page.text.contains("正在等待申请人补正"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_shown_beside_the_answers_and_made_ones_added() {
    in_office(async |office| {
        let case = office.accepted().await;
        let task = office.claim("vet", case.id, "review", Some("vet")).await;
        let seen = office.see("vet", case.id).await;
        let (file, version) = (seen["materials"][0]["id"].as_str().unwrap(), seen["version"].to_string());
        let page = office.page("vet", &format!("/desk/cases/{}?material={file}", case.id)).await.expect(200);
        let source = format!("/desk/cases/{}/materials/{file}", case.id);
        assert!(
            page.text.contains(&format!("<iframe class=\"frame not-on-phones\" src=\"{source}#")),
            "{}",
            page.text
        );
        let request = Request::builder().uri(&source).header(header::COOKIE, "who=vet");
        let response = office.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            (header("content-type"), header("x-content-type-options")),
            ("application/pdf".into(), "nosniff".into())
        );
        assert!(header("content-disposition").starts_with("inline; filename*=UTF-8''"));
        office.page("elsewhere", &source).await.expect(404);
        let upload = |content: &str| {
            let fields =
                [("_csrf", "token"), ("task", &task), ("version", &version), ("material", "vet-form")];
            let plain = fields.map(|(name, value)| part(&format!("name=\"{name}\""), value));
            let file = part("name=\"materials/vet-form\"; filename=\"form.pdf\"", content);
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("/desk/cases/{}/materials", case.id))
                .header(header::COOKIE, "who=vet")
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
            (request, format!("{}{file}--b--\r\n", plain.concat()))
        };
        let (request, body) = upload("hello");
        let wrong = office.send(request, body).await.expect(422);
        assert!(wrong.text.contains("#materials/vet-form"), "{}", wrong.text);
        let (request, body) = upload(std::str::from_utf8(PDF).unwrap());
        office.send(request, body).await.expect(303);
        let page = office.page("vet", &format!("/desk/cases/{}", case.id)).await.expect(200);
        assert!(page.text.contains("已上传") && page.text.contains("办理中形成"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_decider_gets_a_code_proposed_and_the_page_shows_what_came_out() {
    in_office(async |office| {
        let case = office.noticed().await;
        office.at("2026-09-30T09:00");
        office.tick(case.id).await;
        office.claim("head", case.id, "decide", None).await;
        let page = office.page("head", &format!("/desk/cases/{}", case.id)).await.expect(200);
        let input = page.text.split("name=\"findings/code\"").nth(1).unwrap();
        let code = input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let proposed = codes::SocialCreditCode::parse(&code).unwrap();
        assert_eq!(proposed.as_str().get(..8), Some("51430102"));
        let input = page.text.split("name=\"findings/final_fee\"").nth(1).unwrap();
        assert!(input.split('>').next().unwrap().contains("value=\"200.00\""), "computed by rules: {input}");
        assert!(page.text.contains("系统按规则算出了建议值"));
        assert!(
            page.text.contains("¥0.01") || page.text.contains("不能大于 ¥200.00"),
            "the bound is said before"
        );
        let decide = [
            ("grant", "true"),
            ("reason", "符合条件"),
            ("findings/final_fee", "150.50"),
            ("findings/code", &code),
        ];
        office.give("head", case.id, "decide", "decide", &decide).await.expect(303);
        let mut tx = office.room.db.begin().await.unwrap();
        let (bodies, package) = (office.room.bodies(), office.room.library().get(&case.case_type).unwrap());
        let around = office.room.around(&bodies, office.instant());
        let effect =
            cases::Command::RecordEffect { effect: "issue:dog-licence".into(), reference: "L1".into() };
        cases::act(&mut tx, &around, &package.case_type, case.id, None, &Actor::System, effect)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let page = office.page("head", &format!("/desk/cases/{}", case.id)).await.expect(200);
        for part in ["/licences/L1", "¥150.50", "符合条件", "准予"] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert!(!page.text.contains("id=\"work\""), "nothing is left to do");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_notice_will_show_is_read_before_it_is_published() {
    in_office(async |office| {
        let case = office.reviewed().await;
        office.claim("visit", case.id, "notice", None).await;
        let path = format!("/desk/cases/{}", case.id);
        let page = office.page("visit", &path).await.expect(200);
        let preview =
            page.text.split("id=\"notice-preview\">").nth(1).unwrap().split("</dl>").next().unwrap();
        assert!(preview.contains("费用") && preview.contains("¥200.00元"), "{preview}");
        assert_eq!(preview.matches("<dt>").count(), 1, "only the line of the package: {preview}");
        assert!(!preview.contains(OWNER) && !preview.contains("来福"), "{preview}");
        office.give("visit", case.id, "notice", "publish-notice", &[]).await.expect(303);
        let page = office.page("visit", &path).await.expect(200);
        assert!(!page.text.contains("notice-preview") && page.text.contains("正在公示"));
    })
    .await;
}
