//! Checking documents: by number, identifier, code and file, on each engine.

use axum::Router;
use axum::http::StatusCode;
use kernel::{Actor, Role};
use serde_json::json;
use store::{Db, Val};
use testkit::each_database;

use super::*;
use crate::revoke;
use crate::test_site::{
    Answer, app, app_at, get, issue_certificate, now, post_json, request, send, staff, test_room,
};

fn public(room: &Room) -> Router {
    app(room, Actor::Anonymous)
}

async fn revoke_it(db: &Db, licence: &Licence) {
    let mut tx = db.begin().await.unwrap();
    revoke(&mut tx, &staff(1, Role::Decision), now(), licence.id, "提交虚假材料").await.unwrap();
    tx.commit().await.unwrap();
}

async fn result(app: &Router, key: &str, text: &str) -> String {
    let answer = post_json(app, "/api/v1/licence-checks", &json!({ key: text }).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()["result"].as_str().unwrap().to_owned()
}

async fn check_bytes(app: &Router, file: Vec<u8>) -> serde_json::Value {
    let headers = [("content-type", "application/pdf")];
    let answer = send(app, request("POST", "/api/v1/licence-checks/file", &headers, file)).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.json()
}

/// Sends the form of the page as a browser does, with the token of its own cookie.
async fn upload(app: &Router, file: &[u8]) -> Answer {
    let token = "a".repeat(64);
    let mut body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"_csrf\"\r\n\r\n{token}\r\n\
         --b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let cookie = format!("pre={token}");
    let headers = [("content-type", "multipart/form-data; boundary=b"), ("cookie", cookie.as_str())];
    send(app, request("POST", "/check", &headers, body)).await
}

#[tokio::test]
async fn numbers_and_identifiers_are_looked_up() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let app = public(&test.room);
        let typed = licence.number.replace('〔', "[").replace('〕', "] ");
        let url = format!("https://tongban.example/l/{}", licence.identifier);
        let mistyped = licence.identifier.replace("2026000001", "2026000010");
        for (key, text, expected) in [
            ("number", licence.number.as_str(), "valid"),
            ("number", &typed, "valid"),
            ("identifier", &licence.identifier, "valid"),
            ("identifier", &licence.identifier.to_lowercase(), "valid"),
            ("identifier", &url, "valid"),
            ("identifier", &mistyped, "unknown"),
            ("number", "湘社证字〔2026〕99号", "unknown"),
            ("number", "%", "unknown"),
            ("number", "a\0b", "unknown"),
        ] {
            assert_eq!(result(&app, key, text).await, expected, "{text:?}");
        }
        let later = app_at(&test.room, Actor::Anonymous, "2027-10-09T00:00");
        assert_eq!(result(&later, "number", &licence.number).await, "expired");
        revoke_it(&db, &licence).await;
        assert_eq!(result(&later, "number", &licence.number).await, "revoked");
        for wrong in ["{}", r#"{"number": " "}"#, r#"{"number": "1", "identifier": "1"}"#] {
            let answer = post_json(&app, "/api/v1/licence-checks", wrong).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    })
    .await;
}

#[tokio::test]
async fn equal_numbers_are_all_shown() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let first = issue_certificate(&test.room, 1).await;
        issue_certificate(&test.room, 2).await;
        // As two offices that number alike would have it.
        let mut tx = db.begin().await.unwrap();
        let sql = "update licences set number = $1, number_key = $1";
        tx.execute(sql, vec![Val::from(&first.number)]).await.unwrap();
        tx.commit().await.unwrap();
        let answer = post_json(
            &public(&test.room),
            "/api/v1/licence-checks",
            &json!({"number": first.number}).to_string(),
        )
        .await
        .json();
        assert_eq!((&answer["result"], answer["licences"].as_array().unwrap().len()), (&"several".into(), 2));
    })
    .await;
}

#[tokio::test]
async fn files_are_checked_and_then_looked_up() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let file = test.room.files.get(&licence.file_sm3).await.unwrap();
        let app = public(&test.room);
        let good = check_bytes(&app, file.clone()).await;
        assert_eq!((&good["result"], &good["seal"]["genuine"]), (&"valid".into(), &true.into()));
        assert_eq!(good["seal"]["signer"], "湖南省民政厅（演示）");

        let mut tampered = file.clone();
        tampered[file.len() / 3] ^= 1;
        for (bytes, fault) in [
            (tampered, "document-changed"),
            ([file.as_slice(), b"x"].concat(), "bytes-after"),
            (file[..file.len() - 9].to_vec(), "truncated"),
            (b"%PDF-1.7".to_vec(), "no-signature"),
            (b"hello".to_vec(), "not-pdf"),
            (Vec::new(), "not-pdf"),
        ] {
            let bad = check_bytes(&app, bytes).await;
            assert_eq!((&bad["result"], &bad["seal"]["fault"]), (&"not-genuine".into(), &fault.into()));
            assert_eq!(bad["licences"], json!([]));
        }
        revoke_it(&db, &licence).await;
        let revoked = check_bytes(&app, file.clone()).await;
        assert_eq!((&revoked["result"], &revoked["seal"]["genuine"]), (&"revoked".into(), &true.into()));
        let mut tx = db.begin().await.unwrap();
        tx.execute("update licences set file_sm3 = '0'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(check_bytes(&app, file.clone()).await["result"], "other-file");
        let mut tx = db.begin().await.unwrap();
        tx.execute("delete from licences", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(check_bytes(&app, file).await["result"], "unknown");
    })
    .await;
}

#[tokio::test]
async fn everybody_can_check_on_the_page() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let file = test.room.files.get(&licence.file_sm3).await.unwrap();
        let app = public(&test.room);
        let empty = get(&app, "/check").await.text();
        assert!(empty.contains("/ca/root.pem") && empty.contains("tongban licence verify"), "{empty}");
        let found = get(&app, &format!("/check?q={}", licence.identifier)).await.text();
        assert!(found.contains("notice-success") && found.contains("湖南省演示健步走协会"), "{found}");
        let none = get(&app, "/check?q=1%25").await.text();
        assert!(none.contains("notice-warning") && none.contains("没有查到"));
        let good = upload(&app, &file).await.text();
        assert!(good.contains("文件真实、完整，现在有效") && good.contains("演示文件"), "{good}");
        let mut tampered = file.clone();
        tampered[file.len() / 3] ^= 1;
        let bad = upload(&app, &tampered).await.text();
        assert!(bad.contains("notice-danger") && bad.contains("正文被改动过"), "{bad}");
        let nothing = upload(&app, b"").await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nothing.text().contains("请选择要核验的文件"));
    })
    .await;
}

#[tokio::test]
async fn the_code_on_a_document_leads_to_its_state() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let app = public(&test.room);
        let path = format!("/l/{}", licence.identifier);
        let valid = get(&app, &path).await;
        assert_eq!(valid.status, StatusCode::OK);
        assert!(valid.text().contains("notice-success"));
        revoke_it(&db, &licence).await;
        let revoked = get(&app, &path).await.text();
        assert!(revoked.contains("notice-danger") && !revoked.contains("虚假"), "{revoked}");
        let unknown = get(&app, "/l/1.2.3").await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        assert!(unknown.text().contains("没有查到"));
        let mut tx = db.snapshot().await.unwrap();
        let rows = tx.fetch_all("select how, result from licence_checks order by id", vec![]).await.unwrap();
        let mut notes: Vec<(String, String)> =
            rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect();
        notes.sort();
        let note = |result: &str| ("qr-code".to_owned(), result.to_owned());
        assert_eq!(notes, [note("revoked"), note("unknown"), note("valid")]);
    })
    .await;
}

#[tokio::test]
async fn ofd_files_are_checked_and_every_wrong_part_is_named() {
    each_database(|db| async move {
        let test = test_room(&db).await;
        let licence = issue_certificate(&test.room, 1).await;
        let file = test.room.files.get(licence.ofd_sm3.as_ref().unwrap()).await.unwrap();
        let app = public(&test.room);
        let good = check_bytes(&app, file.clone()).await;
        assert_eq!((&good["result"], &good["seal"]["genuine"]), (&"valid".into(), &true.into()));
        assert_eq!(good["licences"][0]["identifier"], licence.identifier);

        let mut package = ofd::Package::read(&file).unwrap();
        package.files.insert("Doc_0/Res/extra.xml".into(), b"x".to_vec());
        let page = package.files.get_mut("Doc_0/Pages/Page_0/Content.xml").unwrap();
        *page = String::from_utf8(page.clone()).unwrap().replace("健步走", "健步跑").into_bytes();
        let tampered = package.write().unwrap();
        let bad = check_bytes(&app, tampered.clone()).await;
        assert_eq!((&bad["result"], &bad["seal"]["fault"]), (&"not-genuine".into(), &"ofd".into()));
        let parts: Vec<(&str, &str)> = bad["seal"]["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| (part["subject"].as_str().unwrap(), part["fault"].as_str().unwrap()))
            .collect();
        let expected =
            [("Doc_0/Pages/Page_0/Content.xml", "changed"), ("Doc_0/Res/extra.xml", "not-covered")];
        assert_eq!(parts, expected);
        let page = upload(&app, &tampered).await.text();
        assert!(page.contains("Doc_0/Res/extra.xml") && page.contains("盖章之后被改动过"), "{page}");

        for (bytes, fault) in [(b"PK\x03\x04".to_vec(), "ofd"), (file[..file.len() / 2].to_vec(), "ofd")] {
            assert_eq!(check_bytes(&app, bytes).await["seal"]["fault"], fault);
        }
        // Sealed by the issuer, and another file than the one on record.
        let mut tx = db.begin().await.unwrap();
        tx.execute("update licences set ofd_sm3 = null", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(check_bytes(&app, file).await["result"], "other-file");
    })
    .await;
}

#[tokio::test]
async fn the_root_certificate_is_public_and_checks_the_file() {
    let test_db = testkit::sqlite().await;
    let test = test_room(&test_db.db).await;
    let licence = issue_certificate(&test.room, 1).await;
    let pem = get(&public(&test.room), "/ca/root.pem").await.text();
    let root = Certificate::from_pem(&pem).unwrap();
    let file = test.room.files.get(&licence.file_sm3).await.unwrap();
    assert_eq!(crate::verify_file(&file, &root).unwrap().metadata.number, licence.number);
}

#[test]
fn every_verdict_and_fault_has_its_sentence() {
    let (zh_cn, en) = crate::MESSAGES;
    let texts = web::Catalogue::load(&[web::Source { room: "licences", zh_cn, en }]).unwrap();
    for verdict in Verdict::ALL {
        assert!(texts.has(&format!("licences-verdict-{}", verdict.as_str())), "{verdict:?}");
    }
    for (basis, verdicts) in [
        ("record", ["valid", "expired", "revoked", "unknown", "several", "valid"]),
        ("file", ["valid", "expired", "revoked", "unknown", "not-genuine", "other-file"]),
    ] {
        for verdict in verdicts {
            assert!(texts.has(&format!("licences-{basis}-{verdict}")), "{basis} {verdict}");
        }
    }
    // The words of `VerifyError::code`, as the table of sentences spells them.
    let code = |line: &str| {
        line.strip_prefix("licences-fault-").map(|rest| rest.split(' ').next().unwrap().to_owned())
    };
    let told: Vec<String> = zh_cn.lines().filter_map(code).collect();
    let source = include_str!("../verify.rs");
    let codes = source.split("fn code(").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let known: Vec<&str> = codes.split('"').skip(1).step_by(2).collect();
    assert_eq!(told, known);
}

#[test]
fn every_part_of_an_ofd_file_and_what_can_be_wrong_with_it_has_its_sentence() {
    let (zh_cn, en) = crate::MESSAGES;
    let texts = web::Catalogue::load(&[web::Source { room: "licences", zh_cn, en }]).unwrap();
    for part in ofd::Part::ALL {
        assert!(texts.has(&format!("licences-part-{}", part.code())), "{part:?}");
    }
    // The words of `Fault::code` and `PackageError::code`.
    let sources = [
        include_str!("../../../../foundation/ofd/src/verify/fault.rs"),
        include_str!("../../../../foundation/ofd/src/package.rs"),
    ];
    let codes = sources.iter().flat_map(|source| {
        let body = source.split("fn code(").nth(1).unwrap().split("\n    }\n").next().unwrap();
        body.split('"').skip(1).step_by(2)
    });
    let known: std::collections::BTreeSet<&str> = codes.collect();
    assert!(known.len() > 50, "{known:?}");
    for code in &known {
        assert!(texts.has(&format!("licences-ofd-{code}")), "{code}");
    }
    let told = zh_cn.lines().filter_map(|line| line.strip_prefix("licences-ofd-")?.split(' ').next());
    assert!(told.clone().all(|code| known.contains(code)), "{:?}", told.collect::<Vec<_>>());
}
