//! The program is killed in the middle of its work, two hundred times. What it had acknowledged is there; what it had
//! not is there whole or not at all.
//!
//! Each round prepares complete drafts in this process, starts the program, submits them from several clients at once and
//! kills it after a number of answers that differs from round to round, and a moment more. Then the database is read as
//! it was left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::Method;
use cases::Case;
use kernel::{CaseId, Timestamp};
use serde_json::{Value, json};
use store::vals;
use tokio::sync::Semaphore;
use tongban::platform::Platform;
use tongban::scenario::{Client, Extent, FrozenClock, Player, Scenario, invented_pdf};

use crate::server::{Place, machine_clock, say, workspace};

/// The one item that is applied for.
const PACKAGE: &str = "packages/minzheng/linshi-jiuzhu";
/// Rounds; `TONGBAN_CRASH_ROUNDS` sets another number for a quick look.
const ROUNDS: usize = 200;
/// Complete drafts made for each round.
const DRAFTS: usize = 12;
/// Clients that submit at once.
const CLIENTS: usize = 4;

#[derive(Debug, Default)]
struct Tally {
    acknowledged: usize,
    unacknowledged_whole: usize,
    never_begun: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_acknowledged_case_is_lost_and_none_is_half_there() {
    let rounds = std::env::var("TONGBAN_CRASH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(ROUNDS);
    let place = Place::make_with(None, PACKAGE).await;
    let mut settings = Place::settings(place.folder.path(), place.port, None);
    settings.packages = workspace().join(PACKAGE);
    let mut tally = Tally::default();
    for round in 0..rounds {
        let (token, drafts) = {
            let platform = Platform::open(&settings, machine_clock()).await.unwrap();
            let prepared = prepare(&platform, &place).await;
            platform.db.close().await;
            prepared
        };
        let server = place.serve();
        // From "killed before the first answer" to "killed after the last", whatever the speed of the machine.
        let answers = u32::try_from(round % (DRAFTS + 1)).unwrap();
        let moment = Duration::from_micros((round as u64 * 7919) % 20_000);
        let acknowledged = submit_until_killed(server, &token, &drafts, (answers, moment)).await;
        let platform = Platform::open(&settings, machine_clock()).await.unwrap();
        check(&platform, &drafts, &acknowledged, &mut tally).await;
        platform.db.close().await;
    }
    say(&format!("{rounds} rounds: {tally:?}"));
    assert!(
        tally.acknowledged > 0 && tally.never_begun > 0,
        "the kills fell before and after submissions: {tally:?}"
    );
}

/// Complete drafts, ready to be submitted, and the token of their person.
async fn prepare(platform: &Platform, place: &Place) -> (String, Vec<String>) {
    let file = workspace().join(PACKAGE).join("scenarios/01-granted.yaml");
    let scenario = Scenario::read(&file).unwrap();
    let person = place.imported.persons[&scenario.applicant];
    let mut tx = platform.db.begin().await.unwrap();
    let now = (platform.clock)();
    let opened = identity::open_session_for(&mut tx, identity::Subject::Person(person), now).await.unwrap();
    tx.commit().await.unwrap();
    let token = opened.token.reveal();
    let package = platform.library().current("000511002000", "01").unwrap();
    let client = Client::new(platform.router.clone());
    let mut drafts = Vec::new();
    for index in 0..DRAFTS {
        let start = json!({ "item": "000511002000", "handling": "01", "division": scenario.division });
        let key = format!("{now}-{index}");
        let draft = client.create("/api/v1/drafts", &token, &start, &key).await.json();
        let id = draft["id"].as_str().unwrap_or_else(|| panic!("{draft}")).to_owned();
        let path = format!("/api/v1/drafts/{id}");
        let answers = Value::Object(scenario.steps[0].form.clone());
        assert!(client.send(Method::PATCH, &path, Some(&token), Some(&answers)).await.is_good());
        for material in tongban::scenario::required_materials(&package) {
            let path = format!("{path}/materials/{material}?name=a.pdf");
            let file = invented_pdf(&material);
            let sent =
                client.send_bytes(Method::POST, &path, Some(&token), "application/pdf", file, None).await;
            assert!(sent.is_good(), "{}", sent.json());
        }
        drafts.push(id);
    }
    (token, drafts)
}

/// Submits from several clients at once; kills the program after so many answers and a moment more. Says which draft was
/// answered with which case.
async fn submit_until_killed(
    server: crate::server::Server,
    token: &str,
    drafts: &[String],
    (answers, moment): (u32, Duration),
) -> BTreeMap<String, CaseId> {
    let dead = Arc::new(AtomicBool::new(false));
    let given = Arc::new(Semaphore::new(0));
    let mut clients = Vec::new();
    for share in drafts.chunks(drafts.len().div_ceil(CLIENTS)) {
        let (url, token, share) = (server.url.clone(), token.to_owned(), share.to_vec());
        let (dead, given) = (Arc::clone(&dead), Arc::clone(&given));
        clients.push(tokio::spawn(async move {
            let http = reqwest::Client::new();
            let mut answered = Vec::new();
            for draft in share {
                if dead.load(Ordering::SeqCst) {
                    break;
                }
                let request = http
                    .post(format!("{url}/api/v1/drafts/{draft}/submission"))
                    .header("authorization", format!("Bearer {token}"))
                    .header("idempotency-key", format!("submit-{draft}"))
                    .header("content-type", "application/json")
                    .body("{}");
                let Ok(response) = request.send().await else { break };
                let status = response.status();
                let Ok(text) = response.text().await else { break };
                assert!(status.is_success(), "{status} {text}");
                let receipt: Value = serde_json::from_str(&text).unwrap();
                answered.push((draft, receipt["case"].as_str().unwrap().parse::<CaseId>().unwrap()));
                given.add_permits(1);
            }
            answered
        }));
    }
    tokio::time::timeout(Duration::from_mins(1), given.acquire_many(answers))
        .await
        .expect("answers come")
        .unwrap()
        .forget();
    tokio::time::sleep(moment).await;
    server.kill();
    dead.store(true, Ordering::SeqCst);
    let mut acknowledged = BTreeMap::new();
    for client in clients {
        acknowledged.extend(client.await.unwrap());
    }
    acknowledged
}

async fn check(
    platform: &Platform,
    drafts: &[String],
    acknowledged: &BTreeMap<String, CaseId>,
    tally: &mut Tally,
) {
    let mut tx = platform.db.snapshot().await.unwrap();
    for draft in drafts {
        let row = tx.fetch_one("select case_id from drafts where id = $1", vals![draft]).await.unwrap();
        let stored: Option<CaseId> = row.get(0).unwrap();
        match (acknowledged.get(draft), stored) {
            (Some(told), Some(stored)) => {
                assert_eq!(*told, stored, "the acknowledged case is the stored one");
                tally.acknowledged += 1;
                whole(&mut tx, draft, stored).await;
            }
            (Some(told), None) => panic!("case {told} was acknowledged and is lost"),
            (None, Some(stored)) => {
                tally.unacknowledged_whole += 1;
                whole(&mut tx, draft, stored).await;
            }
            (None, None) => {
                tally.never_begun += 1;
                let sql = "select count(*) from applications where draft_id = $1";
                let count: i64 = tx.fetch_one(sql, vals![draft]).await.unwrap().get(0).unwrap();
                assert_eq!(count, 0, "an application without its case");
            }
        }
    }
    let orphans =
        "select count(*) from cases c where not exists (select 1 from applications a where a.case_id = c.id)";
    let count: i64 = tx.fetch_one(orphans, vals![]).await.unwrap().get(0).unwrap();
    assert_eq!(count, 0, "a case without its application");
}

/// Everything that one submission writes is there.
async fn whole(tx: &mut store::Tx, draft: &str, id: CaseId) {
    let case = cases::get(tx, id).await.unwrap();
    let history = cases::history(tx, id).await.unwrap();
    assert_eq!(Case::replay(id, &history).as_ref(), Some(&case), "the history gives the state");
    for (what, sql) in [
        ("application", "select count(*) from applications where case_id = $1"),
        ("task", "select count(*) from case_tasks where case_id = $1"),
    ] {
        let count: i64 = tx.fetch_one(sql, vals![id]).await.unwrap().get(0).unwrap();
        assert_eq!(count, 1, "{what} of case {id}");
    }
    let left = "select count(*) from materials where draft_id = $1 and case_id is null";
    let count: i64 = tx.fetch_one(left, vals![draft]).await.unwrap().get(0).unwrap();
    assert_eq!(count, 0, "materials that did not come along");
    let moved = "select count(*) from materials where case_id = $1";
    let count: i64 = tx.fetch_one(moved, vals![id]).await.unwrap().get(0).unwrap();
    assert!(count >= 4, "{count} materials");
}

/// The platform's own player still runs on a folder that was killed again and again.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_was_killed_goes_on_working() {
    let place = Place::make(None).await;
    place.serve().kill();
    let clock = FrozenClock::at("2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
    let settings = Place::settings(place.folder.path(), place.port, None);
    let platform = Platform::open(&settings, clock.clock()).await.unwrap();
    let cast = tongban::cast::Cast::read(&workspace().join("packages/cast.yaml")).unwrap();
    let player = Player::new(&platform, clock, &cast, &place.imported);
    let package = platform.library().current("000511002000", "01").unwrap();
    let file = workspace().join(PACKAGE).join("scenarios/01-granted.yaml");
    player.play(&package, &Scenario::read(&file).unwrap(), Extent::Whole).await.unwrap();
}
