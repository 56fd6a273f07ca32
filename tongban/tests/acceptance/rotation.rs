//! A new data key under the real program: people are served all the while, and it is killed in the middle.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use store::{Purpose, vals};
use tongban::platform::Platform;

use crate::server::{Place, machine_clock, program, workspace};

const PACKAGE: &str = "packages/minzheng/linshi-jiuzhu";
const ROWS: usize = 20_000;

fn vault(place: &Place, command: &str) -> String {
    let output = Command::new(program().get_program())
        .args(["vault", command, "--config"])
        .arg(&place.config)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// How many values are sealed anew, and whether that is all.
fn progress(status: &str) -> (usize, bool) {
    let line = status.lines().find(|line| line.starts_with("rotation")).unwrap_or_default();
    let values = line.split(" values").next().and_then(|part| part.rsplit(' ').next());
    (values.and_then(|number| number.parse().ok()).unwrap_or(0), line.contains("100 %"))
}

/// Asks for a page that opens sealed data, again and again; every answer must be good.
fn ask(url: &str, cookie: String, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<usize> {
    let (url, stop) = (url.to_owned(), Arc::clone(stop));
    tokio::spawn(async move {
        let http = reqwest::Client::new();
        let answered = AtomicUsize::new(0);
        while !stop.load(Ordering::SeqCst) {
            let asked = http.get(format!("{url}/my/account")).header("cookie", &cookie).send().await;
            let Ok(answer) = asked else { break }; // the program was killed
            assert_eq!(answer.status(), 200, "a request failed during the rotation");
            answered.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        answered.load(Ordering::SeqCst)
    })
}

/// Waits until the rotation is so far.
async fn wait(place: &Place, far: impl Fn((usize, bool)) -> bool) -> (usize, bool) {
    for _ in 0..600 {
        let so_far = progress(&vault(place, "status"));
        if far(so_far) {
            return so_far;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the rotation does not get on: {}", vault(place, "status"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_killed_goes_on_and_nobody_notices() {
    let place = Place::make_with(None, PACKAGE).await;
    let mut settings = Place::settings(place.folder.path(), place.port, None);
    settings.packages = workspace().join(PACKAGE);
    let cookie = {
        let platform = Platform::open(&settings, machine_clock()).await.unwrap();
        let now = (platform.clock)();
        let mut tx = platform.db.begin().await.unwrap();
        for number in 0..ROWS {
            let sealed =
                platform.identity.vault.seal("notes.text", format!("note {number}").as_bytes()).unwrap();
            tx.execute(
                "insert into case_notes (id, case_id, author, author_name, body, text_sealed, written_at)
                 values ($1, 'c', 'staff:x', 'x', 'b', $2, $3)",
                vals![format!("{number:08}"), sealed, now],
            )
            .await
            .unwrap();
        }
        let person = identity::Subject::Person(place.imported.persons["li-shili"]);
        let opened = identity::open_session_for(&mut tx, person, now).await.unwrap();
        tx.commit().await.unwrap();
        platform.db.close().await;
        format!("session={}", opened.token.reveal())
    };
    let server = place.serve();
    let stop = Arc::new(AtomicBool::new(false));
    let asking = ask(&server.url, cookie.clone(), &stop);
    assert!(vault(&place, "rotate").contains("data key 2"));
    let (values, all) = wait(&place, |(values, _)| values > 0).await;
    server.kill();
    assert!(!all, "killed in the middle: {values} values");
    let first = asking.await.unwrap();

    let server = place.serve();
    let asking = ask(&server.url, cookie, &stop);
    // What the dead worker held is free when its lease has run out; here nobody waits five minutes for that.
    let db = store::Db::open(&settings.database).await.unwrap();
    let mut tx = db.begin().await.unwrap();
    tx.execute("update jobs set due_at = run_at where state = 'waiting' and kind = 'vault.rotate'", vals![])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (values, _) = wait(&place, |(_, all)| all).await;
    stop.store(true, Ordering::SeqCst);
    let second = asking.await.unwrap();
    assert!(first > 10 && second > 10, "{first} and {second} requests");
    assert!(values >= ROWS, "{values} values");
    drop(server);
    let platform = Platform::open(&settings, machine_clock()).await.unwrap();
    let mut tx = platform.db.snapshot().await.unwrap();
    let purpose = Purpose::new("test", "test");
    for row in tx.fetch_all("select id, text_sealed from case_notes", vals![]).await.unwrap() {
        let number: usize = row.get::<String>(0).unwrap().parse().unwrap();
        let sealed: Vec<u8> = row.get(1).unwrap();
        assert_eq!(sealed[..3], [2, 0, 2], "note {number}");
        let plain = platform.identity.vault.open("notes.text", &sealed, &purpose).unwrap();
        assert_eq!(plain, format!("note {number}").into_bytes());
    }
}
