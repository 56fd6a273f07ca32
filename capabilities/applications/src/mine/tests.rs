//! What is mine, on each engine.

use cases::{Command, Conclusion};
use serde_json::{Map, Value, json};
use testkit::each_database;

use crate::testing::{KENNEL, PNG, TOWN, World};

#[tokio::test]
async fn cases_are_listed_newest_first_and_only_under_their_hat() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(world.case(&zhang).await);
        }
        let list = async |token: &str, query: &str| {
            world.api(token, "GET", &format!("/api/v1/cases{query}"), Value::Null).await.json()
        };
        let first = list(&zhang, "?size=2").await;
        let second = list(&zhang, &format!("?size=2&after={}", first["next"].as_str().unwrap())).await;
        let ids = |page: &Value| -> Vec<String> {
            let ids = page["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned());
            ids.collect()
        };
        let mut listed = [ids(&first), ids(&second)].concat();
        listed.sort();
        made.sort();
        assert_eq!((listed, &second["next"]), (made.clone(), &Value::Null));
        assert_eq!(first["items"][0]["due_on"], "2026-09-29");
        assert_eq!(list(&li, "").await["items"], json!([]));
        let path = format!("/api/v1/cases/{}", made[0]);
        for suffix in ["", "/events", "/correction"] {
            assert_eq!(
                world.api(&li, "GET", &format!("{path}{suffix}"), Value::Null).await.status,
                404,
                "{suffix}"
            );
        }
        for page in ["", "/receipt", "/correct", "/withdraw"] {
            assert_eq!(world.get(&li, &format!("/cases/{}{page}", made[0])).await.status, 404, "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_case_of_a_legal_person_is_there_only_under_its_hat() {
    each_database(async |db| {
        let world = World::new(db).await;
        let company = world.company_token().await;
        let new = json!({"item": KENNEL, "handling": "01", "division": TOWN});
        let draft = world.api(&company, "POST", "/api/v1/drafts", new).await.json()["id"].as_str().unwrap().to_owned();
        let answers = json!({
            "resident_id": "439900198506060021", "breed": "small", "deposit_offered": 100, "is_guide_dog": false
        });
        world.api(&company, "PATCH", &format!("/api/v1/drafts/{draft}"), answers).await;
        world.upload(&company, &format!("/api/v1/drafts/{draft}/materials/photo?name=a.png"), PNG, "").await;
        let receipt = world.api(&company, "POST", &format!("/api/v1/drafts/{draft}/submission"), Value::Null).await;
        assert_eq!(receipt.status, 201, "{}", receipt.text);
        let path = format!("/api/v1/cases/{}", receipt.json()["case"].as_str().unwrap());
        assert_eq!(world.api(&company, "GET", &path, Value::Null).await.status, 200);
        let bare = world.token(world.li).await;
        assert_eq!(world.api(&bare, "GET", &path, Value::Null).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_case_page_says_where_it_is_until_when_and_why() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await;
        let shown = world.get(&token, &format!("/cases/{case}")).await.text;
        let expected = [
            "已提交，等待受理",
            "town办公室",
            "2026年9月29日 星期二",
            "中秋",
            "light-green",
            "大型犬",
            "dog.png",
            "aria-current=\"step\"",
        ];
        for expected in expected {
            assert!(shown.contains(expected), "{expected} is not on {shown}");
        }
        assert!(!shown.contains("导盲犬公示"), "that stage comes for guide dogs only");
        assert!(shown.find("提交申请").unwrap() < shown.find("审查").unwrap());
    })
    .await;
}

#[tokio::test]
async fn the_trace_speaks_of_stages_and_branches_by_name_and_keeps_the_offices_own_matters() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await;
        let clerk = world.clerk();
        let task = world.claim(&clerk, &case).await;
        world.act(&clerk, &case, Command::Accept { task }).await;
        let task = world.claim(&clerk, &case).await;
        let opinion = Command::GiveOpinion {
            task,
            conclusion: Conclusion::Agree,
            text: "情况属实".into(),
            findings: Map::new(),
        };
        world.act(&clerk, &case, opinion).await;
        let county = world.county_clerk();
        let task = world.claim(&county, &case).await;
        let decide =
            Command::Decide { task, grant: true, reason: "符合规定".into(), findings: Map::new() };
        world.act(&county, &case, decide).await;
        let effect = Command::RecordEffect { effect: "issue:dog-licence".into(), reference: "00ff".into() };
        world.act(&kernel::Actor::System, &case, effect).await;
        let events =
            world.api(&token, "GET", &format!("/api/v1/cases/{case}/events"), Value::Null).await.json();
        let kinds: Vec<&str> =
            events["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["submitted", "accepted", "opinion-given", "decided", "effect-done"]);
        let text = events.to_string();
        assert!(
            text.contains("上门查看：审查意见：同意。情况属实") && text.contains("已制发：养犬登记证"),
            "{text}"
        );
        assert!(!text.contains("陈受理"), "who took which task is the office's own matter");
        let shown = world.get(&token, &format!("/cases/{case}")).await.text;
        assert!(shown.contains("href=\"/licences/00ff\"") && shown.contains("准予"), "{shown}");
        assert!(!shown.contains("/withdraw"), "a closed case cannot be withdrawn");
        let shown = world.api(&token, "GET", &format!("/api/v1/cases/{case}"), Value::Null).await.json();
        assert_eq!(json!([shown["outcome"], shown["due_on"], shown["with"]]), json!(["granted", null, []]));
    })
    .await;
}

#[tokio::test]
async fn my_page_begins_with_what_waits_for_me() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let empty = world.get(&token, "/my").await.text;
        assert!(empty.contains("还没有办件"), "{empty}");
        let draft = world.draft(&token).await;
        let case = world.case_to_correct(&token).await;
        let shown = world.get(&token, "/my").await.text;
        let waiting =
            shown.find(&format!("href=\"/cases/{case}/correct\"")).unwrap_or_else(|| panic!("{shown}"));
        let drafts = shown.find(&format!("href=\"/drafts/{draft}\"")).unwrap_or_else(|| panic!("{shown}"));
        let cases = shown.find(&format!("href=\"/cases/{case}\"")).unwrap_or_else(|| panic!("{shown}"));
        assert!(waiting < cases && cases < drafts, "{shown}");
        assert!(shown.contains("填到第 2 步"), "where the draft stopped: {shown}");
        let english = axum::http::Request::get("/my")
            .header("cookie", format!("session={token}; lang=en"))
            .body(axum::body::Body::empty());
        let english = world.send(english.unwrap()).await.text;
        assert!(english.contains("Needs you now") && english.contains("Dog licence"), "{english}");
        for page in [shown, english] {
            assert!(!page.contains('⟦'), "a sentence is missing: {page}");
        }
    })
    .await;
}

/// A Monday off that is announced when the case is already open, as the platform's job carries it out.
async fn announce(world: &World) {
    let mut files: Vec<Value> =
        legal_time::CalendarData::china().years().map(|year| serde_json::to_value(year).unwrap()).collect();
    let day = json!({"name": "纪念日", "date": "2026-09-28", "isOffDay": true});
    files.last_mut().unwrap()["days"].as_array_mut().unwrap().push(day);
    let texts: Vec<String> = files.iter().map(Value::to_string).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let newer = legal_time::Calendar::from_json("newer", &texts).unwrap();
    assert!(world.room.calendar.replace(2, newer));
    let mut tx = world.room.db.begin().await.unwrap();
    let run = cases::plan_reevaluation(&mut tx, "newer", world.now()).await.unwrap();
    let stale = cases::stale(&mut tx, "newer", run, cases::STEP_SIZE).await.unwrap();
    let earlier = |version: &str| (version == legal_time::CHINA_VERSION).then(legal_time::Calendar::china);
    let library = world.room.library().clone();
    let case_type =
        move |wanted: &cases::TypeRef| library.get(wanted).map(|package| package.case_type.clone());
    let news = cases::News {
        source: "关于增加放假的通知（示例）",
        since: world.now(),
        earlier: &earlier,
        case_type: &case_type,
    };
    let (bodies, step) = (world.room.bodies(), cases::Step { run, step: 0, late: false });
    cases::reevaluate(&mut tx, &world.room.around(&bodies, world.now()), &news, step, stale).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_holiday_announced_later_is_told_on_the_page_with_its_why() {
    each_database(async |db| {
        let world = World::new(db).await;
        let token = world.token(world.zhang).await;
        let case = world.case(&token).await;
        let path = format!("/api/v1/cases/{case}");
        let before = world.api(&token, "GET", &path, Value::Null).await.json();
        assert_eq!(before["due_on"], "2026-09-29");
        assert!(!world.get(&token, &format!("/cases/{case}")).await.text.contains("有变动"));
        world.set_now("2026-09-22T09:00");
        announce(&world).await;
        let token = world.token(world.zhang).await; // a visit does not last for days
        let shown = async |path: &str| world.api(&token, "GET", path, Value::Null).await.json();
        // 22 23 24, then 25 to 28 off, 29 and 30 September.
        let now_shown = shown(&path).await;
        assert_eq!(now_shown["due_on"], "2026-09-30", "{now_shown}");
        assert_eq!(shown("/api/v1/cases").await["items"][0]["due_on"], "2026-09-30");
        let told = "受理期限的最后一日由 2026年9月29日 星期二 改为 2026年9月30日 星期三，因工作日历更新（关于增加放假的通知（示例），日历版本 newer）";
        let events = shown(&format!("{path}/events")).await;
        let last = events["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["kind"], &last["text"]), (&json!("due-moved"), &json!(told)));
        let page = world.get(&token, &format!("/cases/{case}")).await.text;
        assert_eq!(page.matches(told).count(), 2, "at the top and in the trace: {page}");
        assert!(page.contains("期限的最后一日有变动") && page.contains("纪念日放假，不计"), "{page}");
        let english = axum::http::Request::get(format!("/cases/{case}"))
            .header("cookie", format!("session={token}; lang=en"))
            .body(axum::body::Body::empty());
        let english = world.send(english.unwrap()).await.text;
        let told = "The last day of the time for accepting has moved from Tue 29 Sep 2026 to Wed 30 Sep 2026";
        assert!(english.contains(told) && !english.contains('⟦'), "{english}");
    })
    .await;
}

#[tokio::test]
async fn all_my_cases_are_searched_filtered_and_taken_along() {
    each_database(async |db| {
        let world = World::new(db).await;
        let (zhang, li) = (world.token(world.zhang).await, world.token(world.li).await);
        let open = world.case(&zhang).await;
        let closed = world.case(&zhang).await;
        let withdrawn = Command::Withdraw { reason: "不办了".into() };
        world.act(&world.zhang(), &closed, withdrawn).await;
        let number = world.stored(&open).await.number;
        let shown = async |token: &str, query: &str| {
            let page = world.get(token, &format!("/my/cases{query}")).await;
            assert_eq!(page.status, 200, "{query}: {}", page.text);
            assert!(!page.text.contains('⟦'), "{}", page.text);
            let has = |case: &str| page.text.contains(&format!("href=\"/cases/{case}\""));
            (has(&open), has(&closed))
        };
        for (query, wanted) in [
            ("", (true, true)),
            ("?state=open", (true, false)),
            ("?state=closed", (false, true)),
            ("?year=2026", (true, true)),
            ("?year=2025", (false, false)),
            ("?item=430120001000", (true, true)),
            ("?item=430120002000", (false, false)),
            (format!("?q={number}").as_str(), (true, false)),
            ("?q=%E5%85%BB%E7%8A%AC", (true, true)),
            ("?q=nothing+like+this", (false, false)),
            ("?q=%25&year=x&state=%00", (false, false)),
        ] {
            assert_eq!(shown(&zhang, query).await, wanted, "{query}");
        }
        assert_eq!(shown(&li, "").await, (false, false));
        let file = world.get(&zhang, "/my/cases.csv?state=open").await;
        assert_eq!((file.content_type.as_str(), file.text.lines().count()), ("text/csv; charset=utf-8", 2));
        assert!(file.text.contains(&number), "{}", file.text);
        let overview = world.get(&zhang, "/my").await.text;
        let place = |what: &str| overview.find(what).unwrap_or_else(|| panic!("{what}: {overview}"));
        assert!(place(&format!("/cases/{open}\"")) < place("最近办结"));
        assert!(place("最近办结") < place(&format!("/cases/{closed}\"")));
    })
    .await;
}

#[tokio::test]
async fn the_organisation_has_a_page_of_its_own_under_its_hat() {
    each_database(async |db| {
        let world = World::new(db).await;
        let bare = world.token(world.li).await;
        let choose = world.get(&bare, "/org").await.text;
        assert!(choose.contains("长沙演示犬舍有限公司") && choose.contains("代表该单位"), "{choose}");
        let nobody = world.get(&world.token(world.zhang).await, "/org").await.text;
        assert!(nobody.contains("您还不能代表任何单位办事"), "{nobody}");
        let company = world.company_token().await;
        let page = world.get(&company, "/org").await.text;
        for said in
            ["长沙演示犬舍有限公司", "91430102DEM0001106", "企业", "李**", "还没有办件", "授权或者收回经办人"]
        {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("李示例") && !page.contains('⟦'), "{page}");
        assert!(world.get(&company, "/my").await.text.contains("href=\"/org\""), "the hat has its page");
    })
    .await;
}
