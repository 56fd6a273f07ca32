//! The pages of the administration.

use super::*;

#[tokio::test]
async fn only_the_administration_sees_calendars() {
    each_database(async |db| {
        let world = World::new(db).await;
        let paths =
            ["/admin/calendars", "/admin/calendars/versions/china-2018-2026.1", "/admin/calendars/runs/1"];
        for path in paths {
            for token in [&world.clerk, &world.person] {
                assert_eq!(world.get_as(token, path).await.status, StatusCode::FORBIDDEN, "{path}");
            }
            let stranger = world.send(Request::get(path).body(Body::empty()).unwrap()).await;
            assert!(stranger.location().starts_with("/staff/sign-in"), "{path}: {}", stranger.location());
        }
        let page = world.get("/admin/calendars").await;
        assert_eq!(page.status, StatusCode::OK);
        for expected in ["china-2018-2026.1", "2018–2026", "使用中", "href=\"/admin/calendars\""] {
            assert!(page.text.contains(expected), "{expected} is not on {}", page.text);
        }
        assert!(page.text.contains("还剩 41 天"), "the year ends in 41 days: {}", page.text);
        assert_eq!(world.get("/admin/calendars/runs/1").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get("/admin/calendars/runs/x").await.status, StatusCode::NOT_FOUND);
        assert_eq!(world.get("/admin/calendars/versions/x").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_year_is_previewed_confirmed_and_in_force_at_once() {
    each_database(async |db| {
        let world = World::new(db).await;
        let before = world.room.in_force.current().clone();
        let preview = world.upload(YEAR_2027, SOURCE).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
        for expected in ["新公布 2027 年，248 个工作日", "china-2018-2027.1", "春节调休上班", SOURCE]
        {
            assert!(preview.text.contains(expected), "{expected} is not on {}", preview.text);
        }
        assert_eq!(world.in_force().await, "china-2018-2026.1", "nothing is kept yet");
        let field = |name| hidden(&preview.text, name);
        let fields = [
            ("content", field("content")),
            ("version", field("version")),
            ("source", field("source")),
            ("turn", field("turn")),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = world.post("/admin/calendars", &fields).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/admin/calendars/runs/1"));
        assert_eq!(world.room.in_force.current().version(), "china-2018-2027.1");
        assert!(before.is_working(date(2027, 2, 20)).is_err());
        assert_eq!(world.room.in_force.current().is_working(date(2027, 2, 20)), Ok(true));
        let run = world.get("/admin/calendars/runs/1").await;
        assert_eq!(run.headers.get(header::REFRESH).unwrap(), "3");
        assert!(run.text.contains("正在重新计算") && run.text.contains("<progress"), "{}", run.text);
        let shown = world.get("/admin/calendars/versions/china-2018-2027.1").await.text;
        assert!(shown.contains("韩管理") && shown.contains("248 个工作日"), "{shown}");
        let again = world.post("/admin/calendars", &fields).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a second click brings nothing in");
        assert!(again.text.contains("完全相同"), "{}", again.text);
        let english = Request::get("/admin/calendars/runs/1")
            .header(header::COOKIE, format!("session={}; lang=en", world.admin))
            .body(Body::empty());
        let english = world.send(english.unwrap()).await.text;
        assert!(english.contains("Counting the open cases anew") && !english.contains('⟦'), "{english}");
    })
    .await;
}

#[tokio::test]
async fn faults_are_told_at_the_file_with_their_place() {
    each_database(async |db| {
        let world = World::new(db).await;
        let check = async |file: &str, source: &str, expected: &str| {
            let answer = world.upload(file, source).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text);
            assert!(answer.text.contains(expected), "{expected} is not on {}", answer.text);
            assert!(!answer.text.contains('⟦'), "{}", answer.text);
        };
        check("", SOURCE, "请选择一个 JSON 文件").await;
        check("{", SOURCE, "不是日历文件").await;
        let no_day = changed(|year| year["days"][3]["date"] = json!("2027-02-30")).to_string();
        check(&no_day, SOURCE, "days/3/date: 没有“2027-02-30”这一天").await;
        let gap = changed(|year| {
            year["year"] = json!(2028);
            year["days"] = json!([{"name": "元旦", "date": "2028-01-01", "isOffDay": true}]);
        });
        check(&gap.to_string(), SOURCE, "years/2027: 已公布的年份之间缺少 2027 年").await;
        check(YEAR_2027, " ", "请写明日历的来源").await;
        let whole = format!(r#"{{"version": "china-2018-2026.1", "years": [{YEAR_2027}]}}"#);
        check(&whole, SOURCE, "years/2026: 使用中的日历已公布 2026 年").await;
        assert_eq!(world.in_force().await, "china-2018-2026.1");
        let other = Request::post("/admin/calendars/preview")
            .header(header::COOKIE, format!("session={}", world.admin))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=border")
            .body(Body::from(
                "--border\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\nx\r\n--border--\r\n",
            ));
        assert_eq!(
            world.send(other.unwrap()).await.status,
            StatusCode::FORBIDDEN,
            "without the page's token"
        );
    })
    .await;
}

#[tokio::test]
async fn going_back_needs_a_word_and_what_was_checked_must_still_hold() {
    each_database(async |db| {
        let world = World::new(db).await;
        let first = world.upload(YEAR_2027, SOURCE).await.text;
        let newer = world.import_elsewhere(YEAR_2027).await;
        assert_eq!(newer, "china-2018-2027.1");
        let other = changed(|year| year["days"][13]["name"] = json!("春节"))
            .to_string()
            .replace("2027-02-12", "2027-02-13");
        // What was previewed against the first turn cannot be confirmed in the second.
        let turn = hidden(&first, "turn");
        let fields = [("content", other.as_str()), ("version", "other"), ("source", SOURCE), ("turn", &turn)];
        let late = world.post("/admin/calendars", &fields).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text);
        assert!(late.text.contains("有人启用了另一份日历"), "{}", late.text);

        let back = "/admin/calendars/versions/china-2018-2026.1/use";
        let preview = world.get(back).await.text;
        assert!(preview.contains("下列年份将变为") && preview.contains("id=\"word\""), "{preview}");
        let turn = hidden(&preview, "turn");
        let without = world.post(back, &[("turn", turn.as_str()), ("word", " ")]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(without.text.contains("请说明为什么要重新启用"), "{}", without.text);
        let word = "2027年的文件是误传";
        let done = world.post(back, &[("turn", turn.as_str()), ("word", word)]).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/admin/calendars/runs/2"));
        assert_eq!(world.room.in_force.current().version(), "china-2018-2026.1");
        let shown = world.get("/admin/calendars/versions/china-2018-2026.1").await.text;
        assert!(shown.contains(word), "{shown}");
        assert!(world.get("/admin/calendars/runs/1").await.text.contains("已被更新的日历取代"));
    })
    .await;
}
