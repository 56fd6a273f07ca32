//! The ledger of a played case: every fact is in it and can be read again, the receipt has its proof, and what is changed
//! behind the log is found.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt as _;
use ledger::{Policy, Proof};
use store::vals;
use tongban::ledger::SOURCES;
use tower::ServiceExt as _;

use crate::journey::{House, scenario};

const PACKAGE: &str = "minfei-biangeng-mingcheng";

async fn get(house: &House, path: &str, token: &str) -> (StatusCode, String) {
    let request = Request::get(path).header(header::HOST, "localhost");
    let request = request.header(header::COOKIE, token).body(Body::empty()).unwrap();
    let response = house.platform.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The cookie of whoever handed the case in, under the hat of the organisation.
async fn manager(house: &House) -> String {
    let (person, hat) = (house.imported.persons["liu-moni"], house.imported.legal_persons["yanshi-yuedu"]);
    let mut tx = house.platform.db.begin().await.unwrap();
    let now = house.clock.now();
    let opened = identity::open_session_for(&mut tx, identity::Subject::Person(person), now).await.unwrap();
    let hat = Some(kernel::Principal::LegalPerson(hat));
    let worn = identity::switch_hat(&mut tx, opened.session, hat, now).await.unwrap();
    tx.commit().await.unwrap();
    format!("session={}", worn.token.reveal())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_played_case_is_in_the_ledger_and_its_receipt_is_proved() {
    for database in testkit::databases().await {
        let house = House::open_on("2026-03-30 09:00", "packages/minzheng", Some(&database.url)).await;
        let steps = scenario(PACKAGE, "01-granted.yaml").steps.len();
        let case = house.play_one(PACKAGE, "01-granted.yaml", steps, "2026-04-09 10:00").await;
        let citizen = manager(&house).await;
        let path = format!("/cases/{case}/proof");
        let (status, page) = get(&house, &path, &citizen).await;
        assert!(status == StatusCode::OK && page.contains("证明还没有生成"), "{page}");

        let ledger = &house.platform.ledger;
        ledger::turn(ledger, house.clock.now()).await.unwrap();
        let audit = async || {
            let audited = ledger::audit_database(ledger, SOURCES, true).await;
            audited.map_err(|error| error.to_string())
        };
        let audited = audit().await.unwrap();
        assert!(audited.entries > 20, "{audited:?}");
        assert_eq!((audited.facts, audited.unread, audited.pending), (audited.entries, 0, 0));
        let policy = Policy::of_log(ledger.key.verifier().clone());
        assert_eq!(ledger::audit_folder(&ledger.folder, &policy).unwrap().entries, audited.entries);

        // The receipt's proof, checked without the platform.
        let (status, text) = get(&house, &format!("{path}.tlog-proof"), &citizen).await;
        assert_eq!(status, StatusCode::OK);
        let proven = text.parse::<Proof>().unwrap().verify(&policy).unwrap();
        assert_eq!(proven.reference.unwrap(), format!("{case}/1"));
        let (_, page) = get(&house, &path, &citizen).await;
        assert!(page.contains("c2sp.org/tlog-proof@v1") && !page.contains('⟦'), "{page}");
        let (_, receipt) = get(&house, &format!("/cases/{case}/receipt"), &citizen).await;
        assert!(receipt.contains(&path), "{receipt}");

        // The register of what was decided is changed behind the log.
        for (sql, says) in [
            ("update case_events set actor_name = 'x' where kind = 'decided'", "the case-event "),
            ("update licences set number = 'x'", "the licence "),
            ("update package_versions set files = 'x'", "the publication "),
        ] {
            let mut tx = house.platform.db.begin().await.unwrap();
            assert!(tx.execute(sql, vals![]).await.unwrap() > 0, "{sql}");
            tx.commit().await.unwrap();
            let found = audit().await.unwrap_err();
            assert!(found.contains("was changed after it had been written down"), "{says}: {found}");
        }
    }
}
