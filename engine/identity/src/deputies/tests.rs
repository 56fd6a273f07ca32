//! What the deputy's visit carries, and the page and the API.

use jiff::civil::date;
use kernel::{Actor, StaffId, TypedId as _};
use serde_json::json;

use super::*;
use crate::name_deputy::tests::{Office, days, office};
use crate::staff::POWERS;
use crate::testing::{later, morning};
use crate::{Subject, end_deputy, find_session, open_session_for};

const DAY: i64 = 24 * 3600;

async fn stands_in_for(office: &Office, staff: StaffId, days_on: i64) -> Vec<StaffId> {
    let now = later(morning(), days_on * DAY);
    let mut tx = office.town.db.begin().await.unwrap();
    let opened = open_session_for(&mut tx, Subject::Staff(staff), now).await.unwrap();
    let live = find_session(&mut tx, &office.town.vault, &opened.token, now).await.unwrap().unwrap();
    let Actor::Staff(actor) = live.actor else { panic!() };
    assert!(!actor.roles.is_empty());
    actor.deputy_of.into_iter().collect()
}

#[tokio::test]
async fn a_visit_carries_the_colleagues_from_the_first_day_to_the_last() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let (chen, sun) = (office.town.clerk, office.sun);
        let id = office.name(chen, days(chen, sun, 25, 26)).await.unwrap();
        assert_eq!(stands_in_for(&office, sun, 0).await, [], "the day before");
        assert_eq!(stands_in_for(&office, sun, 1).await, [chen]);
        assert_eq!(stands_in_for(&office, sun, 2).await, [chen], "the last day");
        assert_eq!(stands_in_for(&office, sun, 3).await, [], "the day after");
        assert_eq!(stands_in_for(&office, chen, 1).await, [], "not the other way round");
        // Who has left is stood in for no more, and again when they are back.
        let disable = async |at: Option<i64>| {
            office
                .town
                .write(async |tx| {
                    tx.execute("update staff set disabled_at = $1 where id = $2", vals![at, chen])
                        .await
                        .unwrap()
                })
                .await
        };
        disable(Some(1)).await;
        assert_eq!(stands_in_for(&office, sun, 1).await, []);
        disable(None).await;
        assert_eq!(stands_in_for(&office, sun, 1).await, [chen]);
        let by = office.actor(office.lin);
        office.town.write(async |tx| end_deputy(tx, &by, morning(), id).await.unwrap().unwrap()).await;
        assert_eq!(stands_in_for(&office, sun, 1).await, [], "ended early");
    })
    .await;
}

/// The colleagues come with the roles: one look, along two indexes.
#[tokio::test]
async fn the_powers_of_a_clerk_are_read_along_indexes() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let mut tx = office.town.db.begin().await.unwrap();
        // Years of deputies, of whom few are not over; the staff of one small body is read whole whatever its indexes.
        tx.execute(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < 4000)
             insert into deputies (id, absent, deputy, body, first_day, last_day, reason, named_by, named_at)
             select 'd' || i, $1, case when i % 40 = 0 then $2 else $3 end, $4, '20' || (10 + i % 15) || '-01-15',
                 '20' || (10 + i % 15) || '-01-16', 'x', $1, 0 from n",
            vals![office.town.clerk, office.sun, office.lin, office.town.office],
        )
        .await
        .unwrap();
        tx.execute("analyze deputies", vals![]).await.unwrap();
        let explain = match office.town.db.engine() {
            store::Engine::Sqlite => "explain query plan ",
            store::Engine::Postgres => "explain ",
        };
        let sql: &'static str = Box::leak(format!("{explain}{POWERS}").into_boxed_str());
        let rows = tx.fetch_all(sql, vals![office.sun, "2026-09-24"]).await.unwrap();
        let column = if explain.contains("query") { 3 } else { 0 };
        let plan: String = rows.iter().map(|row| row.get::<String>(column).unwrap() + "\n").collect();
        assert!(plan.contains("deputies_deputy_index"), "{plan}");
        assert!(!plan.contains("SCAN d") && !plan.contains("Seq Scan on deputies"), "{plan}");
    })
    .await;
}

#[tokio::test]
async fn the_page_names_ends_and_says_what_is_wrong() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let (chen, sun, he) = (office.town.clerk, office.sun, office.he);
        let site = office.town.site(false);
        let mut browser = site.browser_of(Subject::Staff(chen)).await;
        let page = site.get(&mut browser, "/staff/deputies").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("还没有代理记录") && page.text.contains("示例sun"));
        let path = "/staff/deputies";
        let fields = |deputy: StaffId| {
            [
                ("deputy", deputy.to_string()),
                ("first_day", "2026-09-24".to_owned()),
                ("last_day", "2026-09-25".to_owned()),
                ("reason", "赴京培训<b>".to_owned()),
                ("key", "0123456789abcdef".to_owned()),
            ]
        };
        let send = async |browser: &mut crate::testing::Browser, deputy| {
            let fields = fields(deputy);
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            site.post(browser, path, path, &fields).await
        };
        let refused = send(&mut browser, he).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("代理人缺少岗位：受理"), "{}", refused.text);
        assert!(refused.text.contains("赴京培训&#60;b&#62;"), "what was typed is still there, and no markup");
        for _twice in 0..2 {
            let done = send(&mut browser, sun).await;
            assert_eq!((done.status.as_u16(), done.location()), (303, path), "{}", done.text);
        }
        let without_token = site.post_with(&mut browser, path, "wrong", &[]).await;
        assert_eq!(without_token.status, 403);
        let mut deputy = site.browser_of(Subject::Staff(sun)).await;
        let page = site.get(&mut deputy, path).await.text;
        assert!(page.contains("您今天代理以下同事") && page.contains("示例sun 代 陈晨"), "{page}");
        // A colleague whom it does not concern reads no reason and has no button.
        let mut other = site.browser_of(Subject::Staff(he)).await;
        let page = site.get(&mut other, path).await.text;
        assert!(page.contains("陈晨") && !page.contains("赴京培训") && !page.contains("/end\""));
        let mut manager = site.browser_of(Subject::Staff(office.lin)).await;
        let page = site.get(&mut manager, path).await.text;
        let end =
            page.split_once("action=\"/staff/deputies/").unwrap().1.split_once('"').unwrap().0.to_owned();
        let end = format!("/staff/deputies/{end}");
        assert_eq!(site.post(&mut other, path, &end, &[]).await.status, 404, "not theirs");
        assert_eq!(site.post(&mut manager, path, &end, &[]).await.status, 303);
        assert!(site.get(&mut manager, path).await.text.contains("已提前结束"));
        // Another body is not there for a clerk, and is for the administration.
        assert_eq!(site.get(&mut manager, "/staff/deputies?body=elsewhere").await.status, 404);
        let mut admin = site.browser_of(Subject::Staff(office.admin)).await;
        assert_eq!(site.get(&mut admin, "/staff/deputies?body=elsewhere").await.status, 200);
        assert_eq!(site.get(&mut admin, "/staff/deputies?after=!").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn programs_name_and_end_and_a_repetition_names_once() {
    testkit::each_database(async |db| {
        let office = office(db).await;
        let (chen, sun) = (office.town.clerk, office.sun);
        let opened = office
            .town
            .write(async |tx| open_session_for(tx, Subject::Staff(chen), morning()).await.unwrap())
            .await;
        let token = opened.token.reveal();
        let person = office.town.zhang;
        let opened = office
            .town
            .write(async |tx| open_session_for(tx, Subject::Person(person), morning()).await.unwrap())
            .await;
        let citizen = opened.token.reveal();
        let site = office.town.site(false);
        let new =
            json!({ "deputy": sun, "first_day": "2026-09-24", "last_day": "2026-09-25", "reason": "休假" });
        assert_eq!(site.api("POST", "/api/v1/deputies", &citizen, Some(new.clone())).await.status, 403);
        let named = site.api("POST", "/api/v1/deputies", &token, Some(new.clone())).await;
        assert_eq!(named.status, 201, "{}", named.text);
        let again = site.api("POST", "/api/v1/deputies", &token, Some(new)).await;
        assert_eq!(again.status, 422, "without a key it is another request: {}", again.text);
        let list = site.api("GET", "/api/v1/deputies", &token, None).await.json();
        assert_eq!(list["items"][0]["state"], "running");
        assert_eq!(list["items"][0]["reason"], "休假");
        assert_eq!(list["colleagues"].as_array().unwrap().len(), 4);
        let path = format!("/api/v1/deputies/{}", named.json()["id"].as_str().unwrap());
        assert_eq!(site.api("DELETE", &path, &token, None).await.status, 204);
        assert_eq!(site.api("DELETE", &path, &token, None).await.status, 204);
        let unknown = DeputyId::from_parts(morning(), [7; 10]);
        let path = format!("/api/v1/deputies/{unknown}");
        assert_eq!(site.api("DELETE", &path, &token, None).await.status, 404);
        let me = site.api("GET", "/api/v1/me", &token, None).await.json();
        assert_eq!(me["deputy_of"], json!([]));
        assert_eq!(date(2026, 9, 24), kernel::china_date(morning()));
    })
    .await;
}
