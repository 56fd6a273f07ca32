//! A year's holidays come in while the platform runs: by the API on one node and seen on the other, by the command line
//! beside a running server.

use std::process::Output;

use axum::http::Method;
use kernel::Timestamp;
use serde_json::{Value, json};
use testkit::instant;
use tongban::cast::{Cast, Imported};
use tongban::platform::Platform;
use tongban::scenario::{Client, Extent, FrozenClock, Player, Scenario};

use crate::server::{PASSWORD, Place, machine_clock, program, workspace};

/// An invented notice for 2027.
const YEAR_2027: &str = include_str!("../../../capabilities/calendars/src/tests/2027.json");

/// The notice of 2026 with one more day off.
fn one_more_day_off(day: &str) -> Value {
    let data = legal_time::CalendarData::china();
    let mut year = serde_json::to_value(data.year(2026).unwrap()).unwrap();
    let off = json!({"name": "纪念日", "date": day, "isOffDay": true});
    year["days"].as_array_mut().unwrap().push(off);
    year
}

async fn session(platform: &Platform, subject: identity::Subject, now: Timestamp) -> String {
    let mut tx = platform.db.begin().await.unwrap();
    let opened = identity::open_session_for(&mut tx, subject, now).await.unwrap();
    tx.commit().await.unwrap();
    opened.token.reveal()
}

async fn import_cast(platform: &Platform, cast: &Cast, now: Timestamp) -> Imported {
    let mut tx = platform.db.begin().await.unwrap();
    let password = |_login: &str| Some(PASSWORD.to_owned());
    let imported = cast.import(&mut tx, &platform.identity, now, password).await.unwrap();
    tx.commit().await.unwrap();
    imported
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_off_announced_on_one_node_is_told_by_the_other() {
    Box::pin(testkit::each_test_database(async |test_db| {
        let folder = testkit::folder();
        let settings = Place::settings(folder.path(), 1, Some(&test_db.url));
        let clock = FrozenClock::at(instant("2026-09-14T08:00"));
        let first = Platform::open(&settings, clock.clock()).await.unwrap();
        let cast = Cast::read(&workspace().join("packages/cast.yaml")).unwrap();
        let imported = import_cast(&first, &cast, clock.now()).await;
        first.refresh_bodies().await.unwrap();
        let second = Platform::open(&settings, clock.clock()).await.unwrap();
        let file = workspace().join("packages/minzheng/linshi-jiuzhu/scenarios/01-granted.yaml");
        let scenario = Scenario::read(&file).unwrap();
        let package = first.library().current("000511002000", "01").unwrap();
        let player = Player::new(&first, clock.clone(), &cast, &imported);
        let extent = Extent::Cut { steps: 2, last_at: instant("2026-09-15T10:00") };
        let case = player.play(&package, &scenario, extent).await.unwrap().unwrap();
        let person = identity::Subject::Person(imported.persons[&scenario.applicant]);
        let (node, other) = (Client::new(first.router.clone()), Client::new(second.router.clone()));
        let citizen = session(&first, person, clock.now()).await;
        let due = async |client: &Client, token: &str| {
            let path = format!("/api/v1/cases/{case}");
            client.send(Method::GET, &path, Some(token), None).await.json()["due_on"].clone()
        };
        let before = (due(&node, &citizen).await, due(&other, &citizen).await);
        assert_eq!(before, (json!("2026-11-16"), json!("2026-11-16")));

        clock.set(instant("2026-09-20T09:00"));
        // Visits do not last for days.
        let citizen = session(&first, person, clock.now()).await;
        let admin = session(&first, identity::Subject::Staff(imported.staff["admin"]), clock.now()).await;
        let new = json!({"calendar": one_more_day_off("2026-10-12"), "source": "关于增加放假的通知（示例）"});
        let made = node.send(Method::POST, "/api/v1/calendars", Some(&admin), Some(&new)).await;
        assert_eq!(made.json(), json!({"version": "china-2018-2026.2", "run": 1}));
        let between = (due(&node, &citizen).await, due(&other, &citizen).await);
        assert_eq!(between, (json!("2026-11-17"), json!("2026-11-16")));
        assert!(second.calendars.refresh().await.unwrap());
        assert_eq!(due(&other, &citizen).await, json!("2026-11-17"));
        second.run_due().await.unwrap();
        let run = node.send(Method::GET, "/api/v1/calendar-runs/1", Some(&admin), None).await.json();
        assert_eq!(json!([run["state"], run["looked_at"], run["moved"]]), json!(["done", 1, 1]), "{run}");
        let page = other.page(Method::GET, &format!("/cases/{case}"), Some(&citizen)).await;
        let page = String::from_utf8(page.bytes).unwrap();
        let told =
            "承诺办结期限的最后一日由 2026年11月16日 星期一 改为 2026年11月17日 星期二，因工作日历更新";
        assert_eq!(page.matches(told).count(), 2, "{page}");
        let page = node.page(Method::GET, "/admin/calendars/runs/1", Some(&admin)).await;
        let page = String::from_utf8(page.bytes).unwrap();
        assert!(page.contains("承诺办结期限") && !page.contains('⟦'), "{page}");
        let acts = node.send(Method::GET, "/api/v1/acts?act=calendar-put", Some(&admin), None).await.json();
        assert_eq!(acts["items"][0]["on"], json!("calendar:china-2018-2026.2"), "{acts}");
        second.db.close().await;
        first.db.close().await;
    }))
    .await;
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn calendar(place: &Place, arguments: &[&str]) -> Output {
    let mut command = program();
    let (verb, rest) = arguments.split_first().unwrap();
    command.args(["calendar", verb, "--config"]).arg(&place.config).args(rest);
    command.current_dir(workspace()).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_brings_a_year_in_beside_a_running_server() {
    let place = Place::make(None).await;
    let settings = Place::settings(place.folder.path(), place.port, None);
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    let admin = identity::Subject::Staff(place.imported.staff["admin"]);
    let admin = session(&platform, admin, (platform.clock)()).await;
    platform.db.close().await;
    let year = place.folder.path().join("2027.json");
    std::fs::write(&year, YEAR_2027.replace("2027-05-08", "2027-05-07")).unwrap();
    let year = year.to_str().unwrap();
    let source = ["--source", "示例通知"];
    let refused = calendar(&place, &[&["import", year][..], &source].concat());
    assert_eq!(refused.status.code(), Some(1));
    let said = "years/2027/days/2027-05-07: 2027-05-07 is no Saturday or Sunday";
    assert!(printed(&refused).starts_with(said), "{}", printed(&refused));
    std::fs::write(year, YEAR_2027).unwrap();
    let preview = calendar(&place, &[&["import", year, "--preview"][..], &source].concat());
    let shown = printed(&preview);
    assert!(preview.status.success() && shown.contains("+ 2027 announced: 248 working days"), "{shown}");
    assert!(printed(&calendar(&place, &["list"])).starts_with("* china-2018-2026.1  2018-2026"));

    let server = place.serve();
    let imported = calendar(&place, &[&["import", year][..], &source].concat());
    assert!(imported.status.success(), "{}", printed(&imported));
    let http = reqwest::Client::new();
    let asked = async |path: &str| -> Value {
        let request =
            http.get(format!("{}{path}", server.url)).header("authorization", format!("Bearer {admin}"));
        let text = request.send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let done = async {
        while asked("/api/v1/calendar-runs/1").await["state"] != "done" {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(2), done)
        .await
        .expect("the running server does the run");
    assert_eq!(asked("/api/v1/calendars").await["items"][0]["in_force"], true);
    assert!(server.stop().success());

    let file = printed(&calendar(&place, &["show"]));
    let whole: Value = serde_json::from_str(&file).unwrap();
    assert_eq!((&whole["version"], &whole["source"]), (&json!("china-2018-2027.1"), &json!("示例通知")));
    let diff = printed(&calendar(&place, &["diff", "china-2018-2027.1", "china-2018-2026.1"]));
    assert_eq!(diff, "- 2027 becomes unknown\n");
    let back = calendar(&place, &["use", "china-2018-2026.1"]);
    assert!(back.status.code() == Some(1) && printed(&back).contains("has been in force before"));
    let back = calendar(&place, &["use", "china-2018-2026.1", "--word", "误传"]);
    assert!(back.status.success(), "{}", printed(&back));
    assert!(printed(&calendar(&place, &["list"])).contains("* china-2018-2026.1"));
}
